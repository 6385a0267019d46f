"""Packages that are slow to import stay behind their doors."""

import subprocess
import sys

import pytest

SLOW = (
    "litellm", "instructor", "openai", "datasets", "spacy", "scipy", "fastapi", "rich", "pandas", "numpy",
    "sqlalchemy", "alembic", "pyarrow",
)  # fmt: skip


@pytest.mark.parametrize(
    ("code", "allowed"),
    [
        pytest.param("import service.pipeline", (), id="pipeline"),
        pytest.param("import service.cli", (), id="command-line"),
        pytest.param(
            "from click.testing import CliRunner; from service.cli import main; "
            "assert CliRunner().invoke(main, ['--help']).exit_code == 0",
            (),
            id="help",
        ),
        pytest.param("import eval.cli", (), id="harness"),
        pytest.param("import eval.score, eval.align", ("scipy", "numpy"), id="scorer"),
        pytest.param("from service.choose import make_extractor; import service.embedded", (), id="choosing"),
        pytest.param("import service.vendor.completer, service.asking", (), id="model-door-unused"),
    ],
)
def test_nothing_slow_is_imported_before_it_is_needed(code, allowed):
    probe = f"{code}\nimport sys\nprint(','.join(name for name in {SLOW!r} if name in sys.modules))"

    answered = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=120)

    assert set(filter(None, answered.stdout.strip().split(","))) <= set(allowed)
