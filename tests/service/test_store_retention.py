"""What is old goes, what somebody still needs stays."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta

import pytest
from builders import an_article, an_extracted_claim
from sqlalchemy import insert, select
from storing import an_extraction

from service.store import retention
from service.store.extractions import article_key, find, keep
from service.store.retention import clean, overview
from service.store.search import ClaimQuery, find_claims
from service.store.tables import (
    articles,
    deliveries,
    extractions,
    idempotency,
    job_articles,
    jobs,
    spending,
    verdicts,
    workers,
)

NOW = datetime(2026, 3, 5, tzinfo=UTC)
OLD, BEFORE = NOW - timedelta(days=40), NOW - timedelta(days=30)


def _job(connection, name, *, state, finished):
    row = {"id": name, "state": state, "model": "stub", "options": {}, "total": 1, "created": OLD, "finished": finished}
    connection.execute(insert(jobs).values(row))
    key = article_key(connection, an_article(f"Of {name}.", id=name))
    connection.execute(articles.update().where(articles.c.key == key).values(created=OLD))
    article = {"job": name, "position": 0, "id": name, "chunk": 0, "state": "done", "article": key, "extraction": name}
    connection.execute(insert(job_articles).values(article))
    extraction = an_extraction(an_article(f"Of {name}.", id=name), extraction_id=name, created=OLD)
    keep(connection, extraction, job=name)
    delivery = {"id": name, "job": name, "url": "u", "body": "b", "state": "waiting", "next_try": OLD, "created": OLD}
    connection.execute(insert(deliveries).values(delivery))


@pytest.fixture
def filled(any_store):
    with any_store.writing() as connection:
        for name, created in (("old", OLD), ("new", NOW)):
            claims = (an_extracted_claim(text=f"{name} sheep"),)
            article = an_article(f"{name}.", id=name)
            keep(connection, an_extraction(article, extraction_id=name, created=created, claims=claims))
            fingerprint = {"key": name, "fingerprint": "f", "created": created}
            connection.execute(insert(idempotency).values(fingerprint))
            connection.execute(insert(spending).values(api_key=name, day=created.date()))
            connection.execute(insert(workers).values(id=name, host="h", pid=1, started=created, seen=created))
        connection.execute(articles.update().values(created=OLD))
        _job(connection, "over", state="done", finished=OLD)
        _job(connection, "just-over", state="cancelled", finished=NOW)
        _job(connection, "running", state="running", finished=None)
    return any_store


def _ids(store, column):
    with store.reading() as connection:
        return set(connection.scalars(select(column)))


@pytest.mark.parametrize("at_once", [1, 500])
def test_what_is_old_and_over_goes(filled, monkeypatch, at_once):
    monkeypatch.setattr(retention, "AT_ONCE", at_once)

    gone = clean(filled, BEFORE)

    assert {name: count for name, count in gone.items() if count} == {
        "jobs": 1, "extractions": 2, "articles": 2, "idempotency": 1, "spending": 1, "workers": 1,
    }  # fmt: skip
    assert _ids(filled, extractions.c.id) == {"new", "just-over", "running"}
    assert _ids(filled, articles.c.id) == {"new", "just-over", "running"}
    assert _ids(filled, jobs.c.id) == _ids(filled, deliveries.c.id) == {"just-over", "running"}
    assert _ids(filled, idempotency.c.key) == _ids(filled, workers.c.id) == _ids(filled, spending.c.api_key) == {"new"}
    with filled.reading() as connection:
        assert find(connection, "new") is not None
        assert len(find_claims(connection, ClaimQuery(text="sheep")).claims) == 1
    assert clean(filled, BEFORE) == dict.fromkeys(gone, 0)


def test_the_file_gives_its_room_back(tmp_path):
    from service.store.store import Store

    with Store.open(str(tmp_path / "store.sqlite")) as store:
        with store.writing() as connection:
            for number in range(20):
                article = an_article(f"{number} " * 20_000, id=f"a{number}")
                keep(connection, an_extraction(article, extraction_id=str(number), created=OLD))
            connection.execute(articles.update().values(created=OLD))
        large = overview(store).size

        clean(store, BEFORE)

        assert overview(store).size < large / 2
        assert b"19 19 19 19" not in (tmp_path / "store.sqlite").read_bytes()


def test_what_is_kept_is_counted(filled):
    kept = overview(filled)

    assert (kept.rows["articles"], kept.rows["extractions"], kept.rows["jobs"]) == (5, 5, 3)
    assert kept.size > 10_000
    assert kept.words_indexed


def _judged(connection, article):
    connection.execute(
        insert(verdicts).values(
            binding="b", article=article, action="accept", look="first", reviewer="Ann", blind=False, audit=False,
            created=OLD,
        )
    )  # fmt: skip


def test_what_people_said_of_an_article_keeps_it(any_store):
    with any_store.writing() as connection:
        for name in ("judged", "other"):
            keep(connection, an_extraction(an_article(f"{name}.", id=name), extraction_id=name, created=OLD))
        connection.execute(articles.update().values(created=OLD))
        _judged(connection, connection.scalar(select(articles.c.key).where(articles.c.id == "judged")))

    clean(any_store, BEFORE)

    assert _ids(any_store, extractions.c.id) == set()
    assert _ids(any_store, articles.c.id) == {"judged"}
    assert _ids(any_store, verdicts.c.reviewer) == {"Ann"}


def test_a_job_whose_articles_never_came_to_their_end_goes_with_them(any_store):
    with any_store.writing() as connection:
        for name, created in (("old", OLD), ("new", NOW)):
            row = {"id": name, "state": "incoming", "model": "stub", "options": {}, "total": 0, "created": created}
            connection.execute(insert(jobs).values(row))
            article = {"job": name, "position": 0, "id": name, "chunk": 0, "state": "waiting"}
            key = article_key(connection, an_article(f"Of {name}.", id=name))
            connection.execute(insert(job_articles).values(article | {"article": key}))
        connection.execute(articles.update().values(created=OLD))

    clean(any_store, BEFORE)

    assert _ids(any_store, jobs.c.id) == _ids(any_store, articles.c.id) == {"new"}


def test_an_article_that_is_read_again_at_that_very_moment_stays(any_store):
    if any_store.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    article = an_article()
    with any_store.writing() as connection:
        article_key(connection, article)
        connection.execute(articles.update().values(created=OLD))

    with ThreadPoolExecutor(1) as threads:
        with any_store.writing() as connection:
            keep(connection, an_extraction(article, extraction_id="again", created=NOW))
            cleaning = threads.submit(clean, any_store, BEFORE)
            wait([cleaning], timeout=1)
        cleaning.result(timeout=10)

    assert _ids(any_store, extractions.c.id) == {"again"}
