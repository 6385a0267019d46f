"""Claims that were kept before anybody could review them can be reviewed."""

import re
from datetime import UTC, datetime

from reviewing import ANA, NOW, a_story, next_of, say
from sqlalchemy import Column, DateTime, MetaData, Table, insert, inspect, select
from storing import an_extraction

from service.review import queue
from service.store.bindings import binding_of
from service.store.database import address, open_engine
from service.store.store import MIGRATIONS, Store
from service.store.tables import claims

STEP = next((MIGRATIONS / "versions").glob("r*_verdicts.py")).read_text(encoding="utf-8")
BEFORE = re.search(r'^down_revision = "(\d+)"', STEP, re.MULTILINE)[1]


def test_older_claims_are_open_and_only_the_newest_extraction_of_a_model_is(any_address):
    article, found = a_story(0)
    old = Store(open_engine(address(any_address)))
    old.migrate(BEFORE)
    with old.writing() as connection:
        kept = {
            name: Table(name, MetaData(), autoload_with=connection) for name in ("articles", "extractions", "claims")
        }
        _insert(connection, kept["articles"], key=1, id=article.id, sha256=article.sha256, text=article.text)
        for number, (name, count) in enumerate((("early", 4), ("late", 2), ("other", 1))):
            extraction = an_extraction(article, extraction_id=name, claims=found[:count])
            _insert(
                connection,
                kept["extractions"],
                id=name,
                article=1,
                model="other" if name == "other" else "embedded",
                created=datetime(2026, 3, 1 + number),
                rest=extraction.model_dump_json(exclude={"article", "claims"}),
            )
            for claim in extraction.claims:
                _insert(
                    connection,
                    kept["claims"],
                    extraction=name,
                    article=1,
                    id=claim.id,
                    confidence=claim.confidence,
                    record=claim.model_dump_json(),
                )
    old.close()

    with Store.open(any_address) as store, store.writing() as connection:
        rows = connection.execute(select(claims.c.extraction, claims.c.id, claims.c.binding, claims.c.open)).all()
        is_open = {(row.extraction, row.id): row.open for row in rows}
        said = {row.id: row.binding for row in rows}
        first = next_of(connection)
        say(connection, first.binding, "accept")

        assert said == {claim.id: binding_of(claim, sha256=article.sha256) for claim in found}
        assert {key for key, value in is_open.items() if value} == {
            ("late", "story-0#1"),
            ("late", "story-0#2"),
            ("other", "story-0#1"),
        }
        assert queue.counts(connection, ANA, now=NOW).open == 1


def _insert(connection, table, **given):
    """With something in each column that must have it."""
    row = {column.name: _something(column) for column in table.c if not column.nullable and not _counts_up(column)}
    connection.execute(insert(table).values(row | given))


def _something(column: Column) -> object:
    if isinstance(column.type, DateTime):
        return datetime(2026, 3, 1, tzinfo=UTC).replace(tzinfo=None)
    kind = column.type.python_type
    return datetime(2026, 3, 1).date() if kind.__name__ == "date" else kind()


def _counts_up(column: Column) -> bool:
    return column.primary_key and column.name == "key"


def test_the_claims_table_has_an_index_for_the_queue(any_store):
    names = [index["column_names"] for index in inspect(any_store.engine).get_indexes("claims")]

    assert ["owner", "open", "confidence", "key"] in names
