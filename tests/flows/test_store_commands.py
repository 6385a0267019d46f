"""From a command line: what is read is kept, found, saved, brought back and deleted."""

import csv
import io
import json
from datetime import date

import pyarrow.parquet as pq
import pytest
from builders import a_figure, a_source, an_article, an_extracted_claim
from click.testing import CliRunner
from storing import an_extraction

from service.cached import AnswerCache
from service.cli import main
from service.commands import export
from service.records import ExtractedClaim, Span, When
from service.rendering import stored
from service.store.extractions import find, keep
from service.store.store import Store

ARTICLE = "Mayor Ana Reyes said at least eleven bridges were damaged."


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setenv("ACCORDING_STORE", str(tmp_path / "store.sqlite"))
    return tmp_path / "store.sqlite"


@pytest.fixture
def article(tmp_path):
    (tmp_path / "bridges.txt").write_text(ARTICLE)
    return str(tmp_path / "bridges.txt")


def _run(*arguments, code=0):
    done = CliRunner().invoke(main, list(map(str, arguments)))
    assert done.exit_code == code, done.output
    return done


CLAIM = an_extracted_claim(
    text="=HYPERLINK(1)",
    source=a_source(name="@Ines", via=("Blue Line", "a clerk")),
    figures=(a_figure(high="41.50"),),
    when=(When(span=Span(3, 9), value="2026-03"),),
    where=("Porto",),
)


@pytest.fixture
def filled(path):
    listed = (CLAIM, *(an_extracted_claim(id=f"harbour#{number}", cue=None, figures=()) for number in range(2, 8)))
    with Store.open(str(path)) as store, store.writing() as connection:
        keep(connection, an_extraction(an_article(), claims=listed, needs_review=("harbour#1",)))
    return path


# ── extract ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_read_is_kept_and_found(path, article):
    extraction = json.loads(_run("extract", article, "--format", "json").stdout)

    with Store.open(str(path)) as store, store.reading() as connection:
        assert find(connection, extraction["extraction_id"]).model_dump(mode="json") == extraction
    assert "Ana Reyes: at least eleven bridges were damaged" in _run("store", "claims", "--text", "BRIDGES").stdout


def test_nothing_is_kept_where_that_is_not_wanted(path, article):
    _run("extract", article, "--no-store")

    assert not path.exists()


def test_a_store_that_cannot_be_used_costs_nobody_their_result(path, article):
    path.write_text("not a database, but a text of an editor")

    done = _run("extract", article)

    assert "at least eleven" in done.stdout
    assert done.stderr.count("Not kept: ") == 1
    assert "is no SQLite database" in done.stderr


def test_a_failing_store_is_told_of_once(path, tmp_path):
    path.write_text("not a database, but a text of an editor")
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text(ARTICLE)

    done = _run("extract", *(tmp_path / f"{number}.txt" for number in range(3)))

    assert done.stderr.count("Not kept: ") == 1


# ── export ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_claim_leaves_as_a_line_of_json(filled, monkeypatch):
    monkeypatch.setattr(export, "AT_ONCE", 3)

    lines = [json.loads(line) for line in _run("export").stdout.split("\n")[:-1]]

    assert [line["claim"]["id"] for line in lines] == [f"harbour#{number}" for number in range(7, 0, -1)]
    assert ExtractedClaim.model_validate(lines[-1]["claim"]) == CLAIM
    assert lines[-1]["needs_review"]


def test_no_cell_of_a_spreadsheet_is_a_formula(filled):
    [row] = csv.DictReader(io.StringIO(_run("export", "--format", "csv", "--needs-review").stdout))

    assert row["words"] == "'=HYPERLINK(1)"
    assert row["speaker"] == "'@Ines"
    assert (row["via"], row["content"], row["cue"], row["when"]) == ("Blue Line; a clerk", "38-66", "33-37", "2026-03")
    assert row["figures"] == "at_least 40…41.50 crates"
    assert (row["published"], row["needs_review"], row["hedged"]) == ("2026-03-05", "true", "false")


def test_a_table_of_columns_keeps_every_value_exact(filled, tmp_path, monkeypatch):
    monkeypatch.setattr(stored, "GROUP", 2)
    _run("export", "--format", "parquet", "--out", tmp_path / "claims.parquet")

    read = pq.ParquetFile(tmp_path / "claims.parquet")
    first = read.read().to_pylist()[-1]

    assert (read.metadata.num_rows, read.metadata.num_row_groups) == (7, 4)
    assert first["figures"][0]["low"] == "40"
    assert first["figures"][0]["high"] == "41.50"  # as written, not as a number in base two
    assert (first["content"], first["when"]) == ([[38, 66]], [{"span": [3, 9], "value": "2026-03"}])
    assert (first["words"], first["published"], first["via"]) == (
        CLAIM.text,
        date(2026, 3, 5),
        ["Blue Line", "a clerk"],
    )
    assert read.schema_arrow.field("created").type.tz == "UTC"


def test_a_table_of_columns_without_claims_still_has_its_columns(path, tmp_path):
    _run("export", "--format", "parquet", "--out", tmp_path / "none.parquet")

    assert pq.read_table(tmp_path / "none.parquet").column_names == list(stored.COLUMNS)


def test_an_export_that_fails_leaves_no_file(filled, tmp_path, monkeypatch):
    monkeypatch.setattr(stored, "_row", lambda found: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        CliRunner().invoke(
            main, ["export", "--format", "csv", "--out", str(tmp_path / "o.csv")], catch_exceptions=False
        )
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(("o.", ".o."))] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(("export", "--format", "parquet"), "needs --out", id="parquet-to-a-terminal"),
        pytest.param(("export", "--kind", "robot"), "--kind: .*person, organization", id="kind"),
        pytest.param(("export", "--low", "nan"), "--low: .*finite", id="not-a-number"),
        pytest.param(("export", "--out", "/nowhere/o.csv"), "--out /nowhere/o.csv: No such file", id="no-folder"),
        pytest.param(("store", "claims", "--cursor", "x"), "does not belong to this question", id="cursor"),
        pytest.param(("store", "claims", "--since", "March"), "YYYY|does not match", id="day"),
        pytest.param(("store", "clean"), "ACCORDING_KEEP_DAYS", id="how-old"),
        pytest.param(("store", "delete-article", "nowhere"), "No article is called 'nowhere'", id="no-article"),
        pytest.param(("store", "restore", __file__), "no whole backup", id="no-backup"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(path, arguments, words):
    assert __import__("re").search(words, _run(*arguments, code=2).output)


@pytest.mark.parametrize("arguments", [("store",), ("store", "claims"), ("export",), ("store", "migrate")])
def test_where_nothing_is_kept_commands_say_what_to_set(arguments):
    assert "ACCORDING_STORE is off" in _run(*arguments, code=2).output


# ── store ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_claims_are_listed_page_by_page(filled):
    first = _run("store", "claims", "--limit", "4", "--model", "stub")
    cursor = first.stderr.split()[-1]
    second = _run("store", "claims", "--limit", "4", "--model", "stub", "--cursor", cursor)

    assert (first.stdout.count("harbour#"), second.stdout.count("harbour#")) == (4, 3)
    assert second.stderr == ""
    assert _run("store", "claims", "--speaker", "nobody").stdout == "No claims.\n"


def test_a_store_tells_what_it_holds(filled):
    told = _run("store").stdout

    assert str(filled) in told
    assert "claims: 7" in told


def test_a_store_is_saved_and_brought_back(filled, tmp_path):
    assert "rows" in _run("store", "backup", tmp_path / "saved.gz").stdout
    assert "is not empty" in _run("store", "restore", tmp_path / "saved.gz", code=2).output
    filled.unlink()

    _run("store", "restore", tmp_path / "saved.gz")

    assert "claims: 7" in _run("store", "info").stdout


def test_an_article_is_deleted_with_the_answers_about_it(filled, tmp_path, monkeypatch):
    monkeypatch.setenv("ACCORDING_CACHE", str(tmp_path / "answers.sqlite"))
    asked = []
    AnswerCache(tmp_path / "answers.sqlite").close()
    monkeypatch.setattr(AnswerCache, "clear", lambda self, *, article: asked.append(article) or 3)

    told = _run("store", "delete-article", "harbour").stdout

    assert told == "Deleted: articles 1, extractions 1, claims 7, answers of models 3.\n"
    assert asked == [an_article().sha256]
    assert _run("store", "claims").stdout == "No claims.\n"


def test_what_is_old_is_deleted(filled, monkeypatch):
    monkeypatch.setenv("ACCORDING_KEEP_DAYS", "30")

    assert _run("store", "clean").stdout == "Deleted: 1 extractions.\n"  # made in 2025, its article kept just now
    assert _run("store", "clean", "--older-than", "0").stdout == "Deleted: 1 articles.\n"
    assert _run("store", "clean").stdout == "Nothing was older.\n"


def test_an_export_never_takes_the_place_of_the_store(filled, path):
    done = _run("export", "--out", path, code=2)

    assert "would overwrite the store itself" in done.stderr
    assert path.read_bytes().startswith(b"SQLite format 3")
