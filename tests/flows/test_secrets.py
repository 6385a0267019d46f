"""No key reaches a file, a stream or a log, whatever a server does with it."""

import logging

import pytest
from click.testing import CliRunner
from conftest import ROOT
from wire import Reply, a_wire, claims, fault

import eval.cli
import service.cli
from service.vendor.libraries import import_libraries

pytestmark = [
    pytest.mark.network,
    pytest.mark.filterwarnings("ignore:Item '.*' on TypedDict class:UserWarning"),
    pytest.mark.filterwarnings(
        "ignore:Accessing the 'model_(computed_)?fields' attribute on the instance:DeprecationWarning"
    ),
]

CANARY = "sk-canary-41f9b0d7e2a6"
SAID = {"p": ["1"], "s": "outlet", "q": CANARY, "o": "none", "f": [], "x": []}


@pytest.fixture
def wire(tmp_path, monkeypatch):
    import_libraries()
    secret = tmp_path.parent / "a-secret"
    secret.write_text(CANARY)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY_FILE", str(secret))
    monkeypatch.setenv("ACCORDING_CACHE", str(tmp_path / "answers.sqlite"))
    monkeypatch.setenv("ACCORDING_RECORD", str(tmp_path / "recorded"))
    monkeypatch.setenv("ACCORDING_ATTEMPTS", "1")
    with a_wire() as wire:
        monkeypatch.setenv("ACCORDING_API_BASE", wire.base)
        yield wire
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)  # set from the file by the command itself


@pytest.mark.parametrize(
    "leak",
    [
        pytest.param(claims(SAID), id="in a claim"),
        pytest.param(Reply(f"your key is {CANARY}"), id="in prose"),
        pytest.param(fault(401, f"Incorrect API key provided: {CANARY}"), id="in an error"),
    ],
)
def test_a_key_from_a_secret_file_is_used_and_written_nowhere(wire, tmp_path, caplog, leak):
    caplog.set_level(logging.DEBUG)
    wire.will_always_say(leak)
    article = tmp_path / "article.txt"
    article.write_text("The mill at Orrin Ford burned down on Monday night.\n")

    done = CliRunner().invoke(
        service.cli.main,
        ["extract", str(article), "--model", "openai/x", "--format", "json", "--out", str(tmp_path / "out.json")],
    )
    scored = CliRunner().invoke(
        eval.cli.main,
        [
            "run",
            str(ROOT / "goldsets" / "starter"),
            "--model",
            "openai/x",
            "--limit",
            "1",
            "--out",
            str(tmp_path / "runs"),
        ],
    )

    assert wire.authorizations == [f"Bearer {CANARY}"] * len(wire.authorizations)
    assert len(wire.authorizations) >= 2, "the canary was there to be leaked, by both commands"
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in written} >= {"answers.sqlite", "articles.jsonl"}
    assert [path for path in written if CANARY.encode() in path.read_bytes()] == []
    assert [words for words in (done.output, scored.output, caplog.text) if CANARY in words] == []
