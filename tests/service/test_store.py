"""The store as a whole: made, brought to the newest shape, and in words where it cannot be."""

import multiprocessing
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from builders import an_article
from sqlalchemy import inspect, text
from storing import an_extraction

from service.errors import SetupError
from service.store import database
from service.store.database import StoreDown, address, open_engine
from service.store.extractions import article_key, find, keep, load_article
from service.store.search import ClaimQuery, find_claims
from service.store.store import HEAD, KNOWN, Store
from service.store.tables import VERSION_TABLE, metadata

OURS = {*metadata.tables, VERSION_TABLE}
INDEX_OF_WORDS = ("claim_words", "trigrams")  # each database has its own kind, which the tables do not tell


def _of_shape(store: str, shape: str) -> Store:
    made = Store(open_engine(address(store)))
    made.migrate(shape)
    return made


# ── its shape ─────────────────────────────────────────────────────────────────────────────────────────────────


def _compared(kind, name, reflected, compared):
    return not (reflected and compared is None and any(words in (name or "") for words in INDEX_OF_WORDS))


def test_migrations_lead_to_the_shape_that_the_tables_tell(any_store):
    with any_store.reading() as connection:
        options = {
            "compare_type": True,
            "version_table": VERSION_TABLE,
            "include_object": lambda _, name, kind, reflected, compared: _compared(kind, name, reflected, compared),
        }
        found = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)

    assert found == []


def test_an_old_store_keeps_its_data_through_every_step(any_address):
    old = _of_shape(any_address, "0001")
    extraction = an_extraction(an_article(title="Crates", outlet="Harbour News"))
    bare = an_extraction(an_article("Other words. ", id="bare", published=None), extraction_id="y", claims=())
    with old.writing() as connection:
        for key, each in enumerate((extraction, bare), 1):
            _write_as_0001(connection, key, each)
    old.close()

    with Store.open(any_address) as store:
        with store.reading() as connection:
            assert [find(connection, each) for each in ("x", "y")] == [extraction, bare]
            assert load_article(connection, 2) == bare.article
            assert find_claims(connection, ClaimQuery(text="cars", speaker="lund")).claims[0].extraction_id == "x"
        with store.writing() as connection:
            assert article_key(connection, extraction.article) == 1  # known again, not kept twice
            assert article_key(connection, an_article("Third. ")) == 3
        assert store.check() is None


def _write_as_0001(connection, key, extraction):
    article, sqlite = extraction.article, connection.dialect.name == "sqlite"
    say = lambda words, **values: connection.execute(text(words), values)  # noqa: E731
    say(
        "insert into articles (key, owner, id, sha256, text, title, outlet, published, language, created)"
        " values (:key, '', :id, :sha256, :text, :title, :outlet, :published, null, '2026-01-02 03:04:05')",
        key=key,
        published=article.published and str(article.published) if sqlite else article.published,
        **{name: getattr(article, name) for name in ("id", "sha256", "text", "title", "outlet")},
    )  # fmt: skip
    if not sqlite:
        say("select setval(pg_get_serial_sequence('articles', 'key'), :key)", key=key)
    say(
        "insert into extractions (id, owner, article, model, status, created, claims, rest)"
        " values (:id, '', :article, 'stub', 'complete', '2026-01-02 03:04:05', :claims, :rest)",
        id=extraction.extraction_id,
        article=key,
        claims=len(extraction.claims),
        rest=extraction.model_dump_json(exclude={"article", "claims"}),
    )
    for claim in extraction.claims:
        say(
            "insert into claims (owner, extraction, article, id, speaker, speaker_folded, kind, folded, stance,"
            " confidence, needs_review, day, record) values ('', :extraction, :article, :id, 'Ada Lund', 'ada lund',"
            " 'person', 'two cars burned', 'asserts', 0.9, false, '2026-03-05', :record)",
            extraction=extraction.extraction_id,
            article=key,
            id=claim.id,
            record=claim.model_dump_json(),
        )


def test_every_step_follows_the_one_before():
    assert tuple(f"{number:04}" for number in range(1, len(KNOWN) + 1)) == KNOWN
    assert KNOWN[-1] == HEAD


def test_processes_that_make_it_at_once_all_succeed(any_address):
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        assert pool.map(_opened, [any_address] * 4) == [None] * 4


def _opened(store):
    with Store.open(store) as opened:
        return opened.check()


def test_a_store_of_newer_software_is_refused_in_words(any_address):
    with Store.open(any_address) as store, store.writing() as connection:
        connection.execute(text(f"update {VERSION_TABLE} set version_num = '9999'"))

    with pytest.raises(SetupError, match=rf"shape 9999, which newer software wrote; this one knows {HEAD}"):
        Store.open(any_address)


def test_a_store_may_be_opened_without_being_changed(any_address):
    _of_shape(any_address, "0001").close()

    with pytest.raises(SetupError, match=r"shape 0001; .*according store migrate"):
        Store.open(any_address, migrate=False)

    with _of_shape(any_address, "0001") as store:
        assert store.check() == f"The store has shape 0001; this software needs {HEAD}."


def test_tables_of_others_in_the_same_database_stay(any_address):
    engine = open_engine(address(any_address))
    with engine.begin() as connection:
        connection.execute(text("create table workflow_status (id integer)"))
    engine.dispose()

    with Store.open(any_address) as store:
        assert {*OURS, "workflow_status"} <= set(inspect(store.engine).get_table_names())


# ── its cost ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_opening_a_store_of_the_newest_shape_needs_no_migrating_library(tmp_path):
    path = tmp_path / "store.sqlite"
    Store.open(str(path)).close()
    probe = (
        "import sys; from service.store.store import Store; "
        f"Store.open({str(path)!r}).close(); assert 'alembic' not in sys.modules"
    )

    subprocess.run([sys.executable, "-c", probe], check=True, timeout=120)


# ── what can go wrong ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("store", "words"),
    [
        pytest.param("mysql://localhost/news", "mysql, which is not supported", id="other-database"),
        pytest.param("://news", "cannot be used", id="no-address"),
        pytest.param("sqlite://", "keeps nothing", id="in-memory"),
        pytest.param("/dev/null/store.sqlite", "cannot be made", id="no-folder"),
        pytest.param("/dev", "is a folder", id="a-folder"),
        pytest.param("postgresql://nobody@localhost:1/none", "does not answer", id="nobody-there"),
    ],
)
def test_what_is_no_store_is_said_in_words(store, words):
    with pytest.raises(SetupError, match=words):
        Store.open(store)


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("Notes of an editor, by no means a database.\n" * 100)

    with pytest.raises(SetupError, match=r"notes\.txt is no SQLite database.*ACCORDING_STORE"):
        Store.open(str(path))
    assert path.read_text().startswith("Notes")


def test_a_store_that_can_only_be_read_says_so(tmp_path):
    Store.open(str(tmp_path / "store.sqlite")).close()

    with Store.open(f"sqlite:///file:{tmp_path / 'store.sqlite'}?mode=ro&uri=true") as store:
        assert "readonly" in (store.check() or "")
        with pytest.raises(StoreDown, match="readonly"), store.writing() as connection:
            keep(connection, an_extraction(an_article()))


def test_a_store_whose_disk_is_full_keeps_what_it_has_and_goes_on_later(tmp_path):
    with Store.open(str(tmp_path / "store.sqlite")) as store:
        with store.writing() as connection:
            keep(connection, an_extraction(an_article()))
            full = connection.exec_driver_sql("pragma page_count").scalar() + 5
        long = an_extraction(an_article("A long one. " * 20_000, id="long"), extraction_id="y")
        _limit(store, full)

        with pytest.raises(StoreDown, match="full"), store.writing() as connection:
            keep(connection, long)
        with store.reading() as connection:
            assert find(connection, "x") is not None
            assert find(connection, "y") is None

        _limit(store, 1_000_000)
        with store.writing() as connection:
            keep(connection, long)


def _limit(store, pages):
    """On every connection: the pool hands out the one that was used last."""
    with store.reading() as connection:
        connection.exec_driver_sql(f"pragma max_page_count = {pages}")


def test_who_writes_waits_for_another_who_writes(tmp_path):
    with Store.open(str(tmp_path / "store.sqlite")) as store:
        command = [sys.executable, "-c", HOLDER, str(tmp_path / "store.sqlite")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
            assert holder.stdout.readline() == "held\n"
            with store.writing() as connection:
                keep(connection, an_extraction(an_article()))
        assert holder.returncode == 0


HOLDER = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("begin immediate")
connection.execute("create table waited (x)")
print("held", flush=True)
time.sleep(5)
connection.execute("commit")
"""


def test_who_waits_too_long_hears_that_it_is_locked(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    path = str(tmp_path / "store.sqlite")
    with Store.open(path) as store, Store.open(path) as other, other.writing():
        with pytest.raises(StoreDown, match="locked"), store.writing():
            pass
        assert "locked" in store.check()


@pytest.mark.postgres
def test_a_database_that_went_away_and_came_back_is_used_again(own_postgres):
    with Store.open(own_postgres.create()) as store:
        with store.writing() as connection:
            keep(connection, an_extraction(an_article()))
        own_postgres.stop("immediate")

        with pytest.raises(StoreDown, match="does not answer"), store.writing() as connection:
            find(connection, "x")
        assert "does not answer" in store.check()

        own_postgres.start()
        with store.reading() as connection:
            assert find(connection, "x") is not None
        assert store.check() is None


@pytest.mark.postgres
def test_a_database_that_goes_away_in_mid_transaction_keeps_none_of_it(own_postgres):
    with Store.open(own_postgres.create()) as store:
        with pytest.raises(StoreDown):
            _keep_while(store, lambda: own_postgres.stop("immediate"))

        own_postgres.start()
        with store.reading() as connection:
            assert find(connection, "x") is None


def _keep_while(store, happening):
    with store.writing() as connection:
        keep(connection, an_extraction(an_article()))
        happening()


def test_a_password_is_not_repeated():
    engine = open_engine(address("postgresql://ada:secret@localhost/news"))

    assert "secret" not in Store(engine).name


def test_a_new_file_and_what_lies_beside_it_is_its_owner_s_alone(tmp_path):
    with Store.open(str(tmp_path / "store.sqlite")) as store, store.writing() as connection:
        article_key(connection, an_article())
        rights = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}

    assert rights["store.sqlite"] == rights["store.sqlite-wal"] == 0o600
    assert set(rights.values()) == {0o600}


def test_the_file_lies_where_it_was_asked_for(tmp_path):
    with Store.open(str(tmp_path / "a folder" / "store.sqlite")) as store:
        assert Path(store.name).is_file()
        assert store.check() is None
        with store.writing() as connection:
            keep(connection, an_extraction(an_article(published=date(2026, 3, 5))))
