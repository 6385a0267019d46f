"""Which claim comes next, for whom, and how the queue stands."""

from datetime import timedelta

import pytest
from reviewing import ANA, BO, CY, NOW, a_story, fill, next_of, say
from sqlalchemy import func, insert, literal, select, text
from storing import an_extraction
from timing import cpu_seconds

from service.review import queue
from service.review.log import SKIP_RETURNS
from service.review.queue import AUDIT_EVERY, LEASE, Filters
from service.store.extractions import keep
from service.store.store import Store
from service.store.tables import claims


@pytest.fixture
def filled(any_store):
    with any_store.writing() as connection:
        fill(connection, 3)
    return any_store


def worked(connection, number, *, person=ANA, action="accept", **asked):
    """Judges the next claims, and returns them as they were shown."""
    shown = []
    for _ in range(number):
        item = next_of(connection, person, **asked)
        say(connection, item.binding, action, person, audit=item.audit, look=item.look)
        shown.append(item)
    return shown


# ── the order ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_least_sure_claim_comes_first(filled):
    with filled.writing() as connection:
        shown = worked(connection, AUDIT_EVERY - 1)

    confidences = [item.claim.confidence for item in shown]
    assert confidences == sorted(confidences)
    assert not any(item.audit for item in shown)


def test_near_twins_never_come_in_a_row(any_store):
    article, found = a_story(0, claims=6)
    told = [
        claim.model_copy(update={"text": words, "confidence": 0.1 + place / 100})
        for place, (claim, words) in enumerate(
            zip(
                found,
                (
                    "nine crates burned at the old quay",
                    "nine crates burned at the old quay today",
                    "nine crates burned at the quay",
                    "a bridge was closed to lorries",
                    "a bridge was closed to all lorries",
                    "schools open late in May",
                ),
                strict=True,
            )
        )
    ]
    with any_store.writing() as connection:
        keep(connection, an_extraction(article, model="embedded", claims=tuple(told)))
        shown = [item.claim.text.split()[-1] for item in worked(connection, 6)]

    assert shown[:3] == ["quay", "lorries", "May"]
    assert sorted(shown[3:]) == ["lorries", "quay", "today"]  # nothing else is left


def test_every_tenth_claim_comes_by_chance_in_the_order_of_hashes(any_store):
    with any_store.writing() as connection:
        fill(connection, 12)
        shown = worked(connection, 30)
        rest = connection.scalars(select(claims.c.binding).where(claims.c.open)).all()

    by_chance = [item for item in shown if item.audit]
    assert [shown.index(item) for item in by_chance] == [9, 19, 29]
    # All up to the last that came by chance are judged: together they are a sample of all.
    assert min(rest) > max(item.binding for item in by_chance)


def test_a_claim_that_came_by_chance_still_did_when_the_page_is_loaded_again(filled):
    with filled.writing() as connection:
        worked(connection, AUDIT_EVERY - 1)
        first, again = next_of(connection), next_of(connection)

    assert first.audit
    assert again.audit
    assert again.binding == first.binding


def test_nothing_comes_by_chance_to_who_asked_for_some_claims_only(filled):
    with filled.writing() as connection:
        worked(connection, AUDIT_EVERY - 1)

        assert not next_of(connection, filters=Filters(article="story-2")).audit


# ── leases, skips ─────────────────────────────────────────────────────────────────────────────────────────────


def test_what_somebody_has_in_hand_nobody_else_gets_until_it_is_free_again(filled):
    with filled.writing() as connection:
        mine = next_of(connection)

        assert next_of(connection).binding == mine.binding
        assert next_of(connection, BO).binding != mine.binding
        assert next_of(connection, CY, now=NOW + LEASE).binding == mine.binding


def test_a_lease_is_not_taken_from_somebody(filled):
    with filled.writing() as connection:
        mine = next_of(connection)

        assert queue.take(connection, mine.binding, BO, now=NOW) is None
        assert queue.take(connection, mine.binding, ANA, now=NOW + LEASE / 2) == NOW + LEASE * 1.5
        assert queue.take(connection, mine.binding, BO, now=NOW + LEASE * 2) == NOW + LEASE * 3


def test_who_takes_another_claim_gives_free_the_one_before(filled):
    with filled.writing() as connection:
        first = next_of(connection)
        other = next_of(connection, BO)
        say(connection, other.binding, "accept", BO)
        queue.take(connection, next_of(connection, CY).binding, ANA, now=NOW)
        next_of(connection, filters=Filters(article="story-2"))

        assert next_of(connection, BO).binding == first.binding


def test_a_skipped_claim_comes_back_to_everybody(filled):
    with filled.writing() as connection:
        skipped = next_of(connection)
        say(connection, skipped.binding, "skip")

        assert next_of(connection).binding != skipped.binding
        assert next_of(connection, BO).binding != skipped.binding
        assert next_of(connection, CY, now=NOW + SKIP_RETURNS).binding == skipped.binding


def test_ones_own_skipped_claims_can_be_asked_for_at_once(filled):
    with filled.writing() as connection:
        skipped = next_of(connection)
        say(connection, skipped.binding, "skip")

        assert next_of(connection, filters=Filters(mine=True)).binding == skipped.binding
        assert queue.next_item(connection, BO, filters=Filters(mine=True), now=NOW) is None


def test_a_discarded_claim_does_not_come_back(filled):
    with filled.writing() as connection:
        gone = worked(connection, 1, action="discard")[0]

        assert next_of(connection, BO, now=NOW + timedelta(days=9)).binding != gone.binding


# ── second looks ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_second_look_is_blind_and_somebody_elses(filled):
    with filled.writing() as connection:
        first = worked(connection, 1)[0]
        second = next_of(connection, BO, look="second", second_share=1.0)

        assert queue.next_item(connection, ANA, look="second", second_share=1.0, now=NOW) is None
        assert second.binding == first.binding
        assert (second.standing.state, second.earlier) == ("open", ())


def test_a_skipped_second_look_comes_back_later_to_who_skipped_it(filled):
    with filled.writing() as connection:
        worked(connection, 1)
        second = next_of(connection, BO, look="second", second_share=1.0)
        say(connection, second.binding, "skip", BO, look="second")

        asked = {"look": "second", "second_share": 1.0}
        assert queue.next_item(connection, BO, now=NOW, **asked) is None
        assert next_of(connection, CY, **asked).binding == second.binding
        assert next_of(connection, BO, now=NOW + SKIP_RETURNS * 2, **asked).binding == second.binding


def test_the_share_of_second_looks_is_about_what_was_asked_for(any_store):
    with any_store.writing() as connection:
        fill(connection, 75)
        for item in worked(connection, 60, filters=Filters(doubtful=True)):
            assert item.claim.confidence < 0.6
        asked = [queue.counts(connection, BO, second_share=share, now=NOW).second for share in (0.0, 0.3, 1.0)]

    assert asked[0] == 0
    assert 8 <= asked[1] <= 29
    assert asked[2] == 60


# ── filters and counts ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("filters", "number"),
    [
        pytest.param(Filters(), 12, id="all"),
        pytest.param(Filters(speaker="OKAFOR"), 3, id="speaker"),
        pytest.param(Filters(speaker="%"), 0, id="no-wildcards"),
        pytest.param(Filters(flag="speaker_resolved"), 3, id="flag"),
        pytest.param(Filters(flag="speaker"), 0, id="flags-are-whole"),
        pytest.param(Filters(model="embedded"), 12, id="model"),
        pytest.param(Filters(model="other"), 0, id="another-model"),
        pytest.param(Filters(article="story-1"), 4, id="article"),
        pytest.param(Filters(unit="count"), 12, id="unit"),
        pytest.param(Filters(unit="USD"), 0, id="another-unit"),
        pytest.param(Filters(doubtful=True), 6, id="doubtful"),
        pytest.param(Filters(doubtful=True, article="story-1"), 2, id="two-at-once"),
    ],
)
def test_filters_say_which_claims_are_wanted(filled, filters, number):
    with filled.writing() as connection:
        counted = queue.counts(connection, ANA, filters=filters, now=NOW)
        shown = queue.next_item(connection, ANA, filters=filters, now=NOW)

    assert (counted.open, shown is not None) == (number, number > 0)


def test_counts_tell_how_the_queue_stands(filled):
    with filled.writing() as connection:
        worked(connection, 3)
        say(connection, next_of(connection).binding, "skip")
        second = next_of(connection, BO, look="second", second_share=1.0)
        say(connection, second.binding, "reject", BO, look="second")

        counted = queue.counts(connection, BO, second_share=1.0, now=NOW)

    assert counted.model_dump() == {"open": 8, "doubtful": 2, "done": 3, "skipped": 1, "second": 2, "disputes": 1}


def test_equal_claims_of_two_models_are_one_to_look_at(filled):
    with filled.writing() as connection:
        fill(connection, 3, model="other")

        assert queue.counts(connection, ANA, now=NOW).open == 12
        worked(connection, 12)
        assert queue.next_item(connection, ANA, now=NOW) is None
        assert queue.counts(connection, ANA, now=NOW).done == 12


# ── speed ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A store with 10,000 claims, of which half are judged: those that are kept are copied, with bindings of their
    own."""
    with Store.open(str(tmp_path_factory.mktemp("large") / "store.sqlite")) as store:
        with store.writing() as connection:
            fill(connection, 100, claims=10)
            names = [column.name for column in claims.c if column.name not in ("key", "id", "binding", "open")]
            for copy in range(9):
                binding = func.substr(claims.c.binding, 3 + copy, 40) + func.substr(claims.c.binding, 1, 24)
                changed = [claims.c.id + f"-{copy}", binding, literal(copy < 4)]
                first = select(*(claims.c[name] for name in names), *changed).where(claims.c.key <= 1_000)
                connection.execute(insert(claims).from_select([*names, "id", "binding", "open"], first))
            connection.execute(text("analyze"))
        yield store


def test_the_next_of_ten_thousand_claims_comes_in_30_milliseconds(large):
    with large.writing() as connection:
        assert connection.scalar(select(func.count()).select_from(claims)) == 10_000
        next_of(connection)

        assert cpu_seconds(lambda: next_of(connection)) < 0.03
        assert cpu_seconds(lambda: next_of(connection, BO)) < 0.03
        assert cpu_seconds(lambda: queue.counts(connection, ANA, second_share=0.1, now=NOW)) < 0.05
