import pytest

from service.errors import SetupError
from service.secret_files import take_in

KEY = "sk-canary-77b1c3d2e9"


def test_a_key_comes_from_the_file_that_is_named(tmp_path):
    path = tmp_path / "openai"
    path.write_text(f"{KEY}\n")
    environ = {"OPENAI_API_KEY_FILE": str(path)}

    take_in(environ)

    assert environ["OPENAI_API_KEY"] == KEY


@pytest.mark.parametrize(
    "environ",
    [
        pytest.param({"OPENAI_API_KEY_FILE": "FILE", "OPENAI_API_KEY": "given"}, id="a key that is set already"),
        pytest.param({"LOG_FILE": "FILE"}, id="a file of something else"),
        pytest.param({"OPENAI_API_KEY_FILE": ""}, id="no file named"),
    ],
)
def test_nothing_else_is_touched(tmp_path, environ):
    path = tmp_path / "key"
    path.write_text(KEY)
    environ = {name: str(path) if value == "FILE" else value for name, value in environ.items()}
    before = dict(environ)

    take_in(environ)

    assert environ == before


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(None, "cannot be read", id="no such file"),
        pytest.param("", "holds no key", id="empty"),
        pytest.param(f"{KEY}\nOTHER={KEY}", "holds no key", id="several lines"),
        pytest.param(KEY * 600, "holds no key", id="too long"),
    ],
)
def test_a_file_that_holds_no_key_is_told_without_its_content(tmp_path, content, why):
    path = tmp_path / "key"
    if content is not None:
        path.write_text(content)

    with pytest.raises(SetupError, match=why) as raised:
        take_in({"OPENAI_API_KEY_FILE": str(path)})

    assert "OPENAI_API_KEY_FILE" in str(raised.value)
    assert KEY not in str(raised.value)
