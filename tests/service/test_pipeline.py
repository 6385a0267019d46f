import asyncio
import math

import pytest
from builders import TEXT, a_draft, an_article, span_of

from service.confidence import Weights, by_hand
from service.extractors import SegmentDrafts
from service.pipeline import extract, extract_stream
from service.records import ExtractedClaim, Extraction, Failure, Rejection, Usage
from service.settings import Settings


class Scripted:
    """Hands over, one after another, what the test wrote."""

    name = "scripted/one"
    prompt = None

    def __init__(self, *answers):
        self._answers = answers

    async def drafts(self, reading):
        for answer in self._answers:
            yield answer


LOST = a_draft(content=(span_of("at least 40 crates were lost"),), speaker="Ines Okafor", cue="said")
DENIED = a_draft(content=(span_of("any losses"),), speaker="The shipping line", stance="denies", cue="denied")
NOBODY = a_draft(content=(span_of("any losses"),), speaker="Carla Mensah")
FAILED = Failure(segment=2, reason="no_answer", message="the provider did not answer")


def extraction_of(*answers, **settings):
    return asyncio.run(extract(an_article(), extractor=Scripted(*answers), settings=Settings(**settings)))


def test_claims_come_in_the_texts_order_with_their_own_words():
    extraction = extraction_of(SegmentDrafts(segment=1, drafts=(DENIED, LOST)))

    assert [claim.text for claim in extraction.claims] == ["at least 40 crates were lost", "any losses"]
    assert [claim.source.name for claim in extraction.claims] == ["Ines Okafor", "The shipping line"]
    assert [figure.low for figure in extraction.claims[0].figures] == ["40"]


def test_a_draft_without_a_place_is_named_among_the_rejected():
    unreadable = Rejection(segment=1, reason="unreadable", message="no claim could be read", raw="???")

    extraction = extraction_of(SegmentDrafts(segment=1, drafts=(LOST, NOBODY), rejected=(unreadable,)))

    assert [claim.text for claim in extraction.claims] == ["at least 40 crates were lost"]
    assert {rejection.reason for rejection in extraction.rejected} == {"unreadable", "speaker_absent"}


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        pytest.param([SegmentDrafts(segment=1, drafts=(LOST,))], "complete", id="all-answered"),
        pytest.param([SegmentDrafts(segment=1)], "complete", id="answered-and-no-claims"),
        pytest.param(
            [SegmentDrafts(segment=1, drafts=(LOST,)), SegmentDrafts(segment=2, failures=(FAILED,))],
            "partial",
            id="one-failed",
        ),
        pytest.param([SegmentDrafts(segment=2, drafts=(LOST,), failures=(FAILED,))], "partial", id="cut-off"),
        pytest.param([SegmentDrafts(segment=2, failures=(FAILED,))], "failed", id="nothing-answered"),
    ],
)
def test_a_failure_is_never_an_article_without_claims(answers, status):
    extraction = extraction_of(*answers)

    assert extraction.status == status
    assert bool(extraction.failures) == (status != "complete")


def test_claims_less_sure_than_the_limit_need_review():
    drafts = SegmentDrafts(segment=1, drafts=(LOST, DENIED))

    assert extraction_of(drafts, review_below=0).needs_review == ()
    assert len(extraction_of(drafts, review_below=1).needs_review) == 2


def test_a_confidence_is_what_its_reasons_and_the_base_add_up_to():
    extraction = extraction_of(SegmentDrafts(segment=1, drafts=(LOST, DENIED)))

    base = extraction.settings["confidence_base"]
    for claim in extraction.claims:
        total = base + sum(reason.effect for reason in claim.reasons)
        assert claim.confidence == pytest.approx(1 / (1 + math.exp(-total)), abs=0.0005)
        assert all(reason.words for reason in claim.reasons)


def test_without_fitted_weights_an_extraction_says_that_its_confidences_are_set_by_hand():
    settings = extraction_of(SegmentDrafts(segment=1)).settings

    assert settings["confidence"] == "set by hand, none is fitted for scripted/one"
    assert settings["review_below"] == by_hand("scripted/one").review_below


def test_weights_of_ones_own_make_the_confidence_and_the_limit(tmp_path):
    mine = Weights(model="scripted/one", base=-1.0, weights={"stance:denies": 2.0}, review_below=0.5)
    path = tmp_path / "mine.json"
    path.write_text(mine.model_dump_json(), encoding="utf-8")

    extraction = extraction_of(SegmentDrafts(segment=1, drafts=(LOST, DENIED)), confidence=path)

    assert [claim.confidence for claim in extraction.claims] == [0.269, 0.731]
    assert [claim.reasons[0].signal for claim in extraction.claims][1] == "stance:denies"
    assert extraction.needs_review == (extraction.claims[0].id,)
    assert extraction.settings["review_below"] == 0.5


def test_usage_of_all_segments_is_added_up():
    one = SegmentDrafts(segment=1, usage=Usage(calls=1, prompt_tokens=100, completion_tokens=10, cost_usd=0.25))
    two = SegmentDrafts(segment=2, usage=Usage(calls=2, retries=1, prompt_tokens=50, completion_tokens=5))

    assert extraction_of(one, two).usage == Usage(
        calls=3, retries=1, prompt_tokens=150, completion_tokens=15, cost_usd=0.25
    )


def test_an_extraction_names_all_that_is_needed_to_repeat_it():
    extraction = extraction_of(SegmentDrafts(segment=1))

    assert extraction.sha256 == an_article().sha256
    assert extraction.model == "scripted/one"
    assert extraction.software.startswith("according ")
    assert extraction.settings["temperature"] == 0.0


def test_a_claim_is_handed_over_while_a_later_segment_still_waits():
    async def first_while_waiting():
        go_on = asyncio.Event()

        class Waiting(Scripted):
            async def drafts(self, reading):
                yield SegmentDrafts(segment=1, drafts=(LOST,))
                await go_on.wait()
                yield SegmentDrafts(segment=2, failures=(FAILED,))

        stream = extract_stream(an_article(), extractor=Waiting(), settings=Settings())
        first = await anext(stream)
        waiting = not go_on.is_set()
        go_on.set()
        return first, waiting, [item async for item in stream]

    first, waiting, rest = asyncio.run(first_while_waiting())

    assert isinstance(first, ExtractedClaim)
    assert waiting
    assert [type(item) for item in rest] == [Failure, Extraction]
    assert first in rest[-1].claims


def test_the_texts_offsets_hold_for_everything_that_is_answered():
    extraction = extraction_of(SegmentDrafts(segment=1, drafts=(LOST, DENIED)))

    for claim in extraction.claims:
        assert " … ".join(span.of(TEXT) for span in claim.content) == claim.text
        for figure in claim.figures:
            assert any(span.holds(figure.span) for span in claim.content)
