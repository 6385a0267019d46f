"""A store is saved to one file and brought back, all or nothing, also into the other kind of database."""

import gzip
import json
from datetime import UTC, datetime

import pytest
from builders import an_article, an_extracted_claim
from sqlalchemy import insert, select, text
from storing import an_extraction

from service.errors import SetupError
from service.store.backup import back_up, restore
from service.store.database import address, open_engine
from service.store.extractions import find, keep
from service.store.search import ClaimQuery, find_claims
from service.store.store import HEAD, Store
from service.store.tables import api_keys, articles, job_articles, jobs, metadata, workers

NOW = datetime(2026, 3, 5, 6, 7, 8, 901, tzinfo=UTC)
EXTRACTION = an_extraction(an_article("Crates – \u2028 “lost” 👩🏽‍🚒."), claims=(an_extracted_claim(text="crates"),))


def _fill(store):
    job = {"id": "j", "state": "done", "model": "stub", "options": {"a": [1, None, "é"]}, "total": 1, "created": NOW}
    waiting = {"job": "j", "position": 0, "id": "f", "chunk": 0, "state": "waiting", "file": b"\x00\xff%PDF"}
    key = {"id": "k", "name": "desk", "sha256": "0" * 64, "scopes": ["read"], "created": NOW}
    worker = {"id": "w", "host": "h", "pid": 1, "started": NOW, "seen": NOW}
    with store.writing() as connection:
        keep(connection, EXTRACTION)
        keep(connection, EXTRACTION.model_copy(update={"extraction_id": "y"}), owner="ada")
        for table, row in ((jobs, job), (job_articles, waiting), (api_keys, key), (workers, worker)):
            connection.execute(insert(table).values(row))


def _rows(store):
    with store.reading() as connection:
        return {
            name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for name, table in metadata.tables.items()
            if name != "workers"
        }


@pytest.fixture
def saved(any_store, tmp_path):
    _fill(any_store)
    back_up(any_store, tmp_path / "saved.gz")
    return tmp_path / "saved.gz"


@pytest.mark.parametrize("into", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_store_comes_back_whole_into_either_kind(any_store, saved, into, request, tmp_path):
    other = str(tmp_path / "other.sqlite") if into == "sqlite" else request.getfixturevalue("postgres")

    counts = restore(other, saved)

    with Store.open(other) as brought:
        assert brought.check() is None
        assert _rows(brought) == _rows(any_store)
        assert counts == {name: len(rows) for name, rows in _rows(any_store).items() if rows}
        with brought.writing() as connection:
            assert find(connection, "x") == EXTRACTION
            assert len(find_claims(connection, ClaimQuery(text="crates")).claims) == 1
            keep(connection, an_extraction(an_article("New."), extraction_id="z"))  # keys count on


def test_a_store_that_holds_something_is_replaced_only_when_asked(any_store, saved, any_address):
    with any_store.writing() as connection:
        keep(connection, an_extraction(an_article("Later."), extraction_id="later"))

    with pytest.raises(SetupError, match="is not empty"):
        restore(any_address, saved)
    with any_store.reading() as connection:
        assert find(connection, "later") is not None

    restore(any_address, saved, replace=True)
    with any_store.reading() as connection:
        assert find(connection, "later") is None
        assert find(connection, "x") == EXTRACTION


def test_a_backup_of_older_software_is_brought_to_the_newest_shape(any_address, tmp_path):
    path = tmp_path / "old.gz"
    row = [1, "", "quay", "0" * 64, "Words.", None, None, "2026-03-05", None, "2026-03-05T01:02:03"]
    lines = [
        {"form": "according store, form 1", "shape": "0001", "software": "according 0", "made": "2026-01-01"},
        ["articles", row],
        {"rows": {"articles": 1}},
    ]
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, lines)).encode()))

    restore(any_address, path)

    with Store.open(any_address, migrate=False) as store, store.reading() as connection:
        assert connection.scalar(select(articles.c.fingerprint)) is not None
        assert store.check() is None


def _cut(lines):
    return lines[:-1]


def _without_a_row(lines):
    return [line for line in lines if not line.startswith('["claims"')]


def _newer(lines):
    return [lines[0].replace(f'"shape": "{HEAD}"', '"shape": "9999"'), *lines[1:]]


def _other_table(lines):
    return [line.replace('["claims"', '["treasures"') for line in lines]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(_cut, "cut off or was changed", id="end-missing"),
        pytest.param(_without_a_row, "cut off or was changed|violates foreign key", id="row-missing"),
        pytest.param(_newer, "newer software wrote it", id="newer"),
        pytest.param(_other_table, "treasures", id="unknown-table"),
        pytest.param(lambda lines: ["{}"], "does not begin with", id="something-else"),
        pytest.param(lambda lines: [], "does not begin with", id="empty"),
    ],
)
def test_a_file_that_is_no_whole_backup_changes_nothing(any_store, saved, any_address, tmp_path, change, words):
    lines = gzip.decompress(saved.read_bytes()).decode().split("\n")[:-1]
    broken = tmp_path / "broken.gz"
    broken.write_bytes(gzip.compress("\n".join(change(lines)).encode()))
    before = _rows(any_store)

    with pytest.raises(SetupError, match=words):
        restore(any_address, broken, replace=True)
    assert _rows(any_store) == before
    assert any_store.check() is None


@pytest.mark.parametrize("keep_bytes", [0.5, 0.99], ids=["half", "nearly-all"])
def test_a_file_that_was_cut_off_changes_nothing(any_store, saved, any_address, tmp_path, keep_bytes):
    whole = saved.read_bytes()
    saved.write_bytes(whole[: int(len(whole) * keep_bytes)])
    before = _rows(any_store)

    with pytest.raises(SetupError, match="no whole backup"):
        restore(any_address, saved, replace=True)
    assert _rows(any_store) == before


def test_a_file_that_is_not_packed_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("notes")

    with pytest.raises(SetupError, match="no whole backup"):
        restore(str(tmp_path / "store.sqlite"), tmp_path / "notes.txt")


def test_a_backup_shows_one_moment_and_lets_others_write(any_store, tmp_path):
    _fill(any_store)
    engine = open_engine(address(any_store.engine.url.render_as_string(hide_password=False)))
    with Store(engine) as other:
        writer = iter(range(1_000_000))
        original = other.reading

        def reading_while_another_writes():
            number = next(writer)
            with any_store.writing() as connection:
                keep(connection, an_extraction(an_article(f"{number}."), extraction_id=f"w{number}"))
            return original()

        other.reading = reading_while_another_writes
        counts = back_up(other, tmp_path / "saved.gz")

    assert counts["extractions"] == 3
    assert not list(tmp_path.glob(".saved*"))


def test_a_backup_that_cannot_be_written_says_so(any_store, tmp_path):
    with pytest.raises(SetupError, match="cannot be written"):
        back_up(any_store, tmp_path / "nowhere" / "saved.gz")


def test_a_backup_never_takes_the_place_of_the_store(tmp_path):
    path = tmp_path / "store.sqlite"
    with Store.open(str(path)) as store:
        _fill(store)
        with pytest.raises(SetupError, match="would overwrite the store itself"):
            back_up(store, tmp_path / "." / "store.sqlite")

    assert path.read_bytes().startswith(b"SQLite format 3")


def test_a_backup_takes_the_place_of_an_older_one_and_of_nothing_else(tmp_path):
    (tmp_path / "article.txt").write_text("Ira said 4 are.")
    with Store.open(str(tmp_path / "store.sqlite")) as store:
        first = back_up(store, tmp_path / "nightly.gz")
        _fill(store)
        assert sum(back_up(store, tmp_path / "nightly.gz").values()) > sum(first.values())
        (tmp_path / "empty.gz").write_bytes(gzip.compress(b""))
        with pytest.raises(SetupError, match=r"empty.gz is no backup"):
            back_up(store, tmp_path / "empty.gz")
        with pytest.raises(SetupError, match=r"article.txt is no backup of a store, and would be overwritten"):
            back_up(store, tmp_path / "article.txt")

    assert (tmp_path / "article.txt").read_text() == "Ira said 4 are."


def test_tables_of_others_are_left_alone(any_store, saved, any_address):
    with any_store.writing() as connection:
        connection.execute(text("create table workflow_status (id integer)"))
        connection.execute(text("insert into workflow_status values (7)"))

    restore(any_address, saved, replace=True)

    with any_store.reading() as connection:
        assert connection.scalar(text("select id from workflow_status")) == 7
