"""The command line, run as people run it."""

import csv
import io
import json
import os
import socket
import stat
import subprocess
import sys

import pytest
from click.testing import CliRunner
from web_app import Scripted, make_extractor

from service import cli, inbox
from service.commands import extract as commands
from service.commands.extract import FORMATS
from service.records import Extraction
from service.settings import Settings

GOOD = "Ines said at least 40 crates were lost. Omar said maybe 12 were."


@pytest.fixture(autouse=True)
def scripted(monkeypatch):
    """Every "NAME said WORDS." is a claim; no parser is loaded."""
    for name in [name for name in os.environ if name.startswith("ACCORDING_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ACCORDING_CACHE", "off")
    monkeypatch.setattr("service.choose.make_extractor", make_extractor)
    monkeypatch.setattr("service.pipeline.extract_stream", Scripted())


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "port.txt").write_text(GOOD, encoding="utf-8")
    return tmp_path


def run(*arguments, stdin=None):
    return CliRunner().invoke(cli.main, [str(argument) for argument in arguments], input=stdin)


# ── one article ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_is_shown_as_a_table(folder):
    result = run("extract", "port.txt", "--title", "Crates", "--outlet", "The Tide", "--published", "2026-03-05")

    assert result.exit_code == 0
    assert result.stdout.startswith("Crates\nport · The Tide · published 2026-03-05")
    assert "at least 40 → ≥ 40" in result.stdout
    assert "it says maybe" in result.stdout
    assert result.stderr == ""


def test_standard_input_is_read(folder):
    result = run("extract", "-", "--format", "json", stdin=GOOD)

    assert json.loads(result.stdout)["article"]["id"] == "stdin"
    assert json.loads(result.stdout)["article"]["text"] == GOOD


def test_one_file_is_one_json_object_with_the_hash_of_the_file(folder):
    result = run("extract", "port.txt", "--format", "json")

    extraction = Extraction.model_validate_json(result.stdout)
    assert extraction.article.id == "port"
    assert extraction.file_sha256 == extraction.sha256


@pytest.mark.parametrize("shape", FORMATS)
def test_every_format_holds_the_claims(folder, shape):
    result = run("extract", "port.txt", "--format", shape)

    assert result.exit_code == 0
    assert "40" in result.stdout
    assert result.stdout.endswith("\n")


def test_claims_jsonl_goes_by_the_stem_of_the_file(folder):
    lines = run("extract", "port.txt", "--format", "claims-jsonl").stdout.splitlines()

    assert [json.loads(line)["document"] for line in lines] == ["port", "port"]


def test_terminal_codes_in_a_text_are_printed_as_escapes(folder):
    (folder / "evil.txt").write_text("Mina said 3 \u202e are.", encoding="utf-8")

    result = run("extract", "evil.txt")

    assert "\\u202e" in result.stdout
    assert "\u202e" not in result.stdout


# ── several ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def several(folder):
    more = folder / "more"
    (more / "deep").mkdir(parents=True)
    (more / "b.txt").write_text("Bea said 2 are.", encoding="utf-8")
    (more / "a.md").write_text("Ada said 1 is.", encoding="utf-8")
    (more / "deep" / "c.html").write_text("<p>Cyd said 3 are.</p>", encoding="utf-8")
    (more / "picture.png").write_bytes(b"\x89PNG")
    (more / ".hidden.txt").write_text("Dot said 4 are.", encoding="utf-8")
    return folder


def test_a_folder_is_read_in_order_and_what_is_no_article_left_out(several):
    result = run("extract", "more", "--format", "jsonl")

    assert result.exit_code == 0
    assert [json.loads(line)["article"]["id"] for line in result.stdout.splitlines()] == ["a", "b", "c"]


def test_several_articles_are_a_json_list_and_told_of_on_standard_error(several):
    result = run("extract", "port.txt", "more", "--format", "json")

    assert [one["article"]["id"] for one in json.loads(result.stdout)] == ["port", "a", "b", "c"]
    assert "[1/4] port.txt: 2 claims" in result.stderr


def test_a_sheet_of_several_has_one_header(several):
    rows = list(csv.DictReader(io.StringIO(run("extract", "more", "--format", "csv").stdout)))

    assert [row["document"] for row in rows] == ["a", "b", "c"]


def test_one_bad_file_does_not_lose_the_others(several):
    (several / "more" / "bad.txt").write_bytes(b"\x00\x01\x02")
    (several / "more" / "crash.txt").write_text("CRASHES", encoding="utf-8")

    result = run("extract", "more", "missing.txt", "--format", "jsonl")

    assert result.exit_code == 1
    assert [json.loads(line)["article"]["id"] for line in result.stdout.splitlines()] == ["a", "b", "c"]
    assert "3 of 6 not read completely" in result.stderr
    assert "missing.txt: Cannot be read: No such file or directory" in result.stderr
    assert "crash.txt: unexpected ValueError" in result.stderr


def test_fail_fast_stops_at_the_first_failure(several):
    result = run("extract", "port.txt", "missing.txt", "more", "--format", "jsonl", "--fail-fast")

    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 1
    assert "3 not tried" in result.stderr


def test_two_files_of_one_stem_do_not_share_an_id(several):
    (several / "more" / "a.txt").write_text("Abe said 5 are.", encoding="utf-8")

    result = run("extract", "more", "more/a.txt", "--format", "jsonl")

    ids = [json.loads(line)["article"]["id"] for line in result.stdout.splitlines()]
    assert ids == ["a", "a.txt", "b", "c", "more/a.txt"]


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        pytest.param(GOOD + " FAILS", 1, "INCOMPLETE", id="a-part-failed"),
        pytest.param("FAILS", 2, "FAILED", id="all-failed"),
    ],
)
def test_a_failed_extraction_is_no_success(folder, text, code, said):
    (folder / "half.txt").write_text(text, encoding="utf-8")

    result = run("extract", "half.txt")

    assert result.exit_code == code
    assert said in result.stdout
    assert said in result.stderr


# ── documents ───────────────────────────────────────────────────────────────────────────────────────────────────


def _document(**fields):
    import hashlib

    text = fields.pop("of", GOOD)
    return {"id": "d1", "sha256": hashlib.sha256(text.encode()).hexdigest()} | fields


def test_the_documents_of_a_gold_set_are_read_with_their_own_ids_and_dates(folder):
    documents = [_document(text=GOOD, published="2026-03-05", outlet="The Tide"), _document(id="d2", text=GOOD)]
    (folder / "documents.jsonl").write_text("\n".join(map(json.dumps, documents)), encoding="utf-8")

    result = run("extract", "--documents", "documents.jsonl", "--format", "jsonl")

    articles = [json.loads(line)["article"] for line in result.stdout.splitlines()]
    assert [(article["id"], article["published"]) for article in articles] == [("d1", "2026-03-05"), ("d2", None)]


def test_texts_of_a_stand_off_set_are_found_by_their_hash(folder, monkeypatch):
    (folder / "texts").mkdir()
    (folder / "texts" / "whatever.txt").write_text(GOOD, encoding="utf-8")
    documents = [_document(), _document(id="d2", of="another text")]
    (folder / "documents.jsonl").write_text("\n".join(map(json.dumps, documents)), encoding="utf-8")
    monkeypatch.setenv("ACCORDING_TEXTS", str(folder / "texts"))

    result = run("extract", "--documents", "documents.jsonl", "--format", "jsonl")

    assert result.exit_code == 1
    assert [json.loads(line)["article"]["text"] for line in result.stdout.splitlines()] == [GOOD]
    assert "ACCORDING_TEXTS" in result.stderr


# ── out ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_out_writes_a_file_like_any_other_and_nothing_else(folder):
    result = run("extract", "port.txt", "--format", "jsonl", "--out", "out.jsonl")

    assert result.stdout == ""
    assert json.loads((folder / "out.jsonl").read_text(encoding="utf-8"))["article"]["id"] == "port"
    assert sorted(path.name for path in folder.iterdir()) == ["out.jsonl", "port.txt"]
    assert stat.S_IMODE((folder / "out.jsonl").stat().st_mode) & 0o600 == 0o600


def test_out_is_left_as_it_was_where_nothing_worked(folder):
    (folder / "out.json").write_text("before", encoding="utf-8")

    result = run("extract", "missing.txt", "--format", "json", "--out", "out.json")

    assert result.exit_code == 2
    assert (folder / "out.json").read_text(encoding="utf-8") == "before"
    assert sorted(path.name for path in folder.iterdir()) == ["out.json", "port.txt"]


def test_out_is_left_as_it_was_where_the_work_breaks_off(folder, monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    (folder / "out.json").write_text("before", encoding="utf-8")
    monkeypatch.setattr(commands, "_extract_all", interrupted)

    result = run("extract", "port.txt", "--format", "json", "--out", "out.json")

    assert result.exit_code != 0
    assert (folder / "out.json").read_text(encoding="utf-8") == "before"
    assert sorted(path.name for path in folder.iterdir()) == ["out.json", "port.txt"]


# ── usage ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["extract"], "Name a file, a folder, or -", id="nothing-named"),
        pytest.param(["extract", "port.txt", "port.txt", "--title", "x"], "--title is for one article", id="one-title"),
        pytest.param(["extract", "port.txt", "--format", "xml"], "'xml' is not one of", id="no-such-format"),
        pytest.param(["extract", "port.txt", "--published", "5 March"], "Write it as YYYY-MM-DD", id="no-date"),
        pytest.param(["extract", "port.txt", "--model", "nope"], "names no model", id="no-such-model"),
        pytest.param(["extract", "port.txt", "--model", "stub/no-key"], "STUB_KEY", id="not-set-up"),
        pytest.param(["extract", "port.txt", "--out", "no/such/folder/x"], "No such file or directory", id="no-folder"),
        pytest.param(["extract", "empty"], "There is no article in empty", id="empty-folder"),
        pytest.param(["extract", "port.txt", "--max-characters", "10"], "--max-characters", id="too-long"),
        pytest.param(["extract", "--documents", "port.txt"], "port.txt", id="no-documents"),
    ],
)
def test_what_cannot_be_done_is_told_with_the_fix_and_exit_code_2(folder, arguments, said):
    (folder / "empty").mkdir()

    result = run(*arguments)

    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_weights_of_ones_own_are_handed_to_the_extraction(folder, monkeypatch):
    given = []

    def making(name, settings, calls=None):
        given.append(settings.confidence)
        return make_extractor(name, settings)

    monkeypatch.setattr("service.choose.make_extractor", making)

    assert run("extract", "port.txt", "--confidence", "mine.json").exit_code == 0
    monkeypatch.setenv("ACCORDING_CONFIDENCE", "theirs.json")
    assert run("extract", "port.txt").exit_code == 0

    assert [path.name for path in given] == ["mine.json", "theirs.json"]


def test_a_setting_that_cannot_be_used_is_told(folder, monkeypatch):
    monkeypatch.setenv("ACCORDING_MAX_CHARACTERS", "many")

    for command in (["extract", "port.txt"], ["models"], ["doctor"], ["serve"]):
        result = run(*command)

        assert result.exit_code == 2
        assert "ACCORDING_MAX_CHARACTERS='many' cannot be used" in result.stderr


def test_a_file_is_read_no_further_than_the_limit(folder):
    settings = Settings(max_file_bytes=10)

    with pytest.raises(Exception, match="more than 10 bytes"):
        inbox.find(["port.txt"], None, settings, stdin=io.BytesIO())[0].open(settings, inbox.About())


# ── the other commands ──────────────────────────────────────────────────────────────────────────────────────────


def test_models_says_what_can_be_used_and_what_each_needs(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "secret-key")
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)

    result = run("models")

    lines = {line.split()[0]: line for line in result.stdout.splitlines() if not line.startswith(" ")}
    assert "ready" in lines["embedded"]
    assert "(default)" in lines["embedded"]
    assert "ready" in lines["openai/…"]
    assert "missing" in lines["anthropic/…"]
    assert "Set ANTHROPIC_API_KEY" in result.stdout
    assert "secret-key" not in result.stdout


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(
            ["--host", "0.0.0.0", "--open", "--port", "9000", "--workers", "2"], ("0.0.0.0", 9000, 2), id="given"
        ),
        pytest.param([], ("127.0.0.1", 8000, 1), id="this-machine-alone-if-not"),
    ],
)
def test_serve_starts_the_application(monkeypatch, arguments, expected):
    calls = []
    for set_for_the_processes in ("ACCORDING_OPEN", "PROMETHEUS_MULTIPROC_DIR"):
        monkeypatch.setenv(set_for_the_processes, "")
    monkeypatch.setattr("uvicorn.run", lambda app, **options: calls.append((app, options)))

    result = run("serve", *arguments)

    ((app, options),) = calls
    assert result.exit_code == 0
    assert app == "service.web.app:from_environment"
    assert (options["host"], options["port"], options["workers"]) == expected
    assert options["timeout_graceful_shutdown"]


def test_version_is_told():
    assert run("--version").stdout.startswith("according ")


@pytest.mark.parametrize("command", [["--help"], ["extract", "--help"], ["--version"]], ids=" ".join)
def test_help_loads_nothing_heavy(command):
    code = (
        "import sys\n"
        "from service.cli import main\n"
        "try: main(sys.argv[1:], prog_name='according')\n"
        "except SystemExit: pass\n"
        "print(sorted({'pydantic', 'spacy', 'rich', 'fastapi', 'uvicorn', 'numpy', 'litellm'} & set(sys.modules)))"
    )

    result = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, check=True)

    assert result.stdout.splitlines()[-1] == "[]"


def test_an_address_that_is_taken_is_told_with_the_fix(folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        result = run("serve", "--port", port)

    assert result.exit_code == 2
    assert f"port {port}: Address already in use" in result.stderr
    assert "--port" in result.stderr
