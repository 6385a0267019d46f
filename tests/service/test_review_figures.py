"""How the reviewing goes, in figures that mean what they say."""

from datetime import timedelta

import pytest
from reviewing import ANA, BO, CY, NOW, fill, last_key, next_of, plain, say

from service.review.figures import Rate, _lift, progress
from service.review.queue import AUDIT_EVERY
from service.review.records import Person


@pytest.fixture
def store(any_store):
    with any_store.writing() as connection:
        fill(connection, 6)
    return any_store


def worked(connection, actions, *, person=ANA):
    """Judges the next claims so; what was shown."""
    shown = []
    for action in actions:
        item = next_of(connection, person)
        new = {"new": plain(item.claim, stance="denies")} if action == "edit" else {}
        say(connection, item.binding, action, person, audit=item.audit, seconds=4.0, **new)
        shown.append(item)
    return shown


def test_nothing_said_is_nothing_counted(store):
    with store.reading() as connection:
        figures = progress(connection)

    assert figures.verdicts == 0
    assert figures.found.value is figures.lift is figures.alpha is figures.brier is None


def test_verdicts_are_counted_as_they_hold(store):
    with store.writing() as connection:
        shown = worked(connection, ["accept", "edit", "reject", "discard", "accept"])
        say(connection, shown[4].binding, "undo", undoes=last_key(connection, shown[4].binding))

        figures = progress(connection)

    assert (figures.accepted, figures.edited, figures.rejected, figures.discarded) == (1, 1, 1, 1)
    assert (figures.found.hits, figures.found.total) == (2, 3)
    assert figures.seconds == 4.0


def test_what_settled_a_dispute_counts_and_not_the_look_before(store):
    with store.writing() as connection:
        first = worked(connection, ["accept"])[0]
        say(connection, first.binding, "reject", BO, look="second")
        assert progress(connection).found.hits == 0

        say(connection, first.binding, "reject", CY, look="settling")
        figures = progress(connection)

    assert (figures.accepted, figures.rejected) == (0, 1)
    assert (figures.found.hits, figures.found.total) == (1, 1)
    assert figures.brier == pytest.approx(first.claim.confidence**2)


def test_what_came_by_chance_tells_of_all_claims_with_what_else_was_judged_up_to_it(store):
    with store.writing() as connection:
        shown = worked(connection, ["reject"] * (AUDIT_EVERY - 1) + ["accept"])
        figures = progress(connection)

    by_chance = shown[-1]
    assert by_chance.audit
    sample = [item for item in shown if item.binding <= by_chance.binding]
    assert (figures.by_chance.hits, figures.by_chance.total) == (len(sample) - 1, len(sample))
    assert (figures.found.hits, figures.found.total) == (9, 9)


@pytest.mark.parametrize(
    ("found", "chance", "lift"), [((6, 10), (6, 30), 3.0), ((6, 10), (6, 29), None), ((6, 10), (0, 40), None)]
)
def test_what_the_order_is_worth_is_told_once_the_sample_is_large_enough(found, chance, lift):
    rates = [Rate(hits=hits, total=total) for hits, total in (found, chance)]

    assert _lift(*rates) == (None if lift is None else pytest.approx(lift))


@pytest.mark.parametrize(
    ("second", "same", "alpha"),
    [
        pytest.param(["accept", "reject", "accept", "reject"], 4, 1.0, id="all-alike"),
        pytest.param(["reject", "accept", "reject", "accept"], 0, -0.75, id="never-alike"),
        pytest.param(["accept", "reject", "accept", "accept"], 3, 0.533, id="once-apart"),
    ],
)
def test_two_looks_are_compared(store, second, same, alpha):
    with store.writing() as connection:
        for item, again in zip(worked(connection, ["accept", "reject"] * 2), second, strict=True):
            say(connection, item.binding, again, BO, look="second")

        figures = progress(connection)

    assert (figures.same.hits, figures.same.total) == (same, 4)
    assert figures.alpha == pytest.approx(alpha, abs=0.001)


def test_alpha_needs_more_than_one_kind_of_answer(store):
    with store.writing() as connection:
        for item in worked(connection, ["accept"] * 3):
            say(connection, item.binding, "accept", BO, look="second")

        assert progress(connection).alpha is None


def test_figures_can_be_of_one_model_and_of_some_days(store):
    with store.writing() as connection:
        worked(connection, ["accept", "reject"])

        assert progress(connection, model="embedded").verdicts == 2
        assert progress(connection, model="other").verdicts == 0
        assert progress(connection, since=NOW + timedelta(days=1)).verdicts == 0


def test_one_owners_figures_are_not_anothers(store):
    with store.writing() as connection:
        worked(connection, ["accept"], person=Person(name="di"))

        assert progress(connection, owner="other").verdicts == 0
