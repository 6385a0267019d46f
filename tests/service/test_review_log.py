"""What follows from the verdicts on a claim."""

import pytest
from builders import a_figure, a_source, an_extracted_claim, span_of
from reviewing import a_log, plain

from service.records import Span
from service.review.log import SKIP_RETURNS, agree, standing_of, undone, was_wrong
from service.review.records import Standing

OLD = an_extracted_claim()
EDIT = {"new": plain(OLD, source=a_source(name="Tom Adeyo"))}
OTHER_EDIT = {"new": plain(OLD, hedged=True)}


@pytest.mark.parametrize(
    ("said", "state", "reviewer", "dispute"),
    [
        pytest.param((), "open", None, False, id="nothing"),
        pytest.param(("ana accept",), "accepted", "ana", False, id="one"),
        pytest.param(("ana accept", "ana reject"), "rejected", "ana", False, id="the-last-holds"),
        pytest.param(("ana accept", "ana undo 1"), "open", None, False, id="undone"),
        pytest.param(("ana accept", "ana undo 1", "ana undo 2"), "accepted", "ana", False, id="undo-of-undo"),
        pytest.param(
            ("ana accept", "ana undo 1", "ana undo 2", "ana undo 3"), "open", None, False, id="undo-of-undo-of-undo"
        ),
        pytest.param(("ana accept", "ana reject", "ana undo 2"), "accepted", "ana", False, id="undone-uncovers"),
        pytest.param(("ana reject", "ana accept", "ana undo 1"), "accepted", "ana", False, id="undone-beneath"),
        pytest.param(("ana skip",), "open", None, False, id="skip"),
        pytest.param(("ana skip", "ana accept"), "accepted", "ana", False, id="skip-then-accept"),
        pytest.param(("ana discard",), "discarded", "ana", False, id="discard"),
        pytest.param(("ana accept", "bo accept second"), "accepted", "ana", False, id="second-alike"),
        pytest.param(("ana accept", "bo reject second"), "accepted", "ana", True, id="second-differs"),
        pytest.param(("ana reject", "bo discard second"), "rejected", "ana", False, id="both-drop-it"),
        pytest.param(("ana accept", "bo reject second", "bo undo 2"), "accepted", "ana", False, id="second-undone"),
        pytest.param(
            ("ana accept", "bo reject second", "bo undo 2", "bo undo 3"), "accepted", "ana", True, id="dispute-returns"
        ),
        pytest.param(("ana accept", "bo reject second", "ana undo 1"), "open", None, False, id="first-undone"),
        pytest.param(
            ("ana accept", "bo reject second", "ana undo 1", "bo accept"),
            "accepted",
            "bo",
            False,
            id="a-second-look-by-the-first-is-none",
        ),
        pytest.param(("ana accept", "bo reject second", "cy reject settling"), "rejected", "cy", False, id="settled"),
        pytest.param(
            ("ana accept", "bo reject second", "cy reject settling", "cy undo 3"),
            "accepted",
            "ana",
            True,
            id="settling-undone",
        ),
        pytest.param(
            ("ana accept", "bo reject second", "cy accept settling", "ana reject"),
            "accepted",
            "cy",
            False,
            id="settled-stays",
        ),
        pytest.param(("ana accept", ("bo edit second", EDIT)), "accepted", "ana", True, id="accept-against-edit"),
        pytest.param((("ana edit", EDIT), ("bo edit second", EDIT)), "edited", "ana", False, id="edited-alike"),
        pytest.param((("ana edit", EDIT), ("bo edit second", OTHER_EDIT)), "edited", "ana", True, id="edits-differ"),
    ],
)
def test_what_holds_follows_from_the_whole_log(said, state, reviewer, dispute):
    standing = standing_of(a_log(*said, old=OLD))

    assert (standing.state, standing.reviewer, standing.dispute) == (state, reviewer, dispute)


@pytest.mark.parametrize(
    ("said", "claim"),
    [
        pytest.param(("ana accept",), OLD, id="accepted"),
        pytest.param(("ana reject",), None, id="rejected"),
        pytest.param((("ana edit", EDIT),), EDIT["new"], id="edited"),
        pytest.param((("ana add", {**EDIT, "old": None}),), EDIT["new"], id="added"),
        pytest.param(
            (("ana add", {**EDIT, "old": None}), ("cy accept settling", {**EDIT, "old": None})),
            EDIT["new"],
            id="an-added-one-accepted",
        ),
    ],
)
def test_the_claim_that_holds_is_the_one_that_was_said_to_be_right(said, claim):
    assert standing_of(a_log(*said, old=OLD)).claim == claim


@pytest.mark.parametrize(
    ("said", "skipped"),
    [
        pytest.param(("ana skip",), True, id="skipped"),
        pytest.param(("ana skip", "ana undo 1"), False, id="skip-undone"),
        pytest.param(("ana skip", "bo accept"), False, id="judged-after"),
        pytest.param(("ana accept", "bo skip second"), False, id="a-second-look-skipped"),
    ],
)
def test_a_skip_is_a_first_look_put_off(said, skipped):
    log = a_log(*said, old=OLD)

    assert standing_of(log).skipped_until == (log[0].created + SKIP_RETURNS if skipped else None)


def test_nothing_said_leaves_the_claim_open():
    assert standing_of(()) == Standing()


def test_what_is_undone_is_known_by_key():
    assert undone(a_log("ana accept", "ana undo 1", "ana reject", "ana undo 2", old=OLD)) == {2}


def figure(**changes):
    return plain(OLD, figures=(a_figure(**changes),))


@pytest.mark.parametrize(
    ("new", "wrong"),
    [
        pytest.param(plain(OLD), False, id="nothing-changed"),
        pytest.param(plain(OLD, cue=None), False, id="cue"),
        pytest.param(plain(OLD, source=a_source(mention=None)), False, id="mention"),
        pytest.param(plain(OLD, content=(Span(OLD.content[0].start, OLD.content[0].end + 1),)), False, id="an-edge"),
        pytest.param(plain(OLD, content=(span_of("crates were lost"),)), True, id="other-words"),
        pytest.param(plain(OLD, source=a_source(name="Tom Adeyo")), True, id="speaker"),
        pytest.param(plain(OLD, stance="denies"), True, id="stance"),
        pytest.param(figure(low="41"), True, id="value"),
        pytest.param(figure(qualifier="more_than"), True, id="bound"),
        pytest.param(figure(counted="boxes"), True, id="what-is-counted"),
        pytest.param(plain(OLD, figures=()), True, id="a-figure-less"),
    ],
)
def test_an_edit_found_an_error_where_the_claim_says_something_else_now(new, wrong):
    (verdict,) = a_log(("ana edit", {"new": new}), old=OLD)

    assert was_wrong(verdict) is wrong
    assert agree(verdict, a_log("bo accept", old=OLD)[0]) is not wrong


@pytest.mark.parametrize(("action", "wrong"), [("accept", False), ("reject", True), ("discard", False)])
def test_rejecting_a_claim_finds_an_error(action, wrong):
    assert was_wrong(a_log(f"ana {action}", old=OLD)[0]) is wrong
