"""What is proposed for words that a reviewer marked as a claim that was missed."""

import pytest
from builders import a_source, an_article, span_of

from service.errors import InputError
from service.records import Span
from service.review import missed

TEXT = (
    'Ines Okafor, the harbour master, said at least 40 crates were lost. "We counted them twice," she added.\n\n'
    "Two sheds burned on Friday. Nine boats were reportedly stolen.\n\n"
    '"Nobody was told of it."\n'
)
ARTICLE = an_article(TEXT)
KNOWN = missed.propose(ARTICLE, span_of("at least 40 crates were lost", TEXT))


@pytest.mark.parametrize(
    ("words", "name", "kind", "mode", "cue"),
    [
        pytest.param("at least 40 crates were lost", "Ines Okafor", "person", "indirect", "said", id="reported"),
        pytest.param("We counted them twice", "Ines Okafor", "person", "direct", "added", id="quoted"),
        pytest.param("Two sheds burned on Friday", None, "outlet", "none", None, id="the-outlets"),
        pytest.param("Nine boats were", None, "unspecified", "indirect", "reportedly", id="hedged"),
        pytest.param("Nobody was told of it", "Ines Okafor", "person", "direct", None, id="the-last-speaker-goes-on"),
    ],
)
def test_speaker_mode_and_cue_are_proposed_from_the_words_around(words, name, kind, mode, cue):
    claim = missed.propose(ARTICLE, span_of(words, TEXT), known=[KNOWN])

    assert (claim.source.name, claim.source.kind, claim.mode) == (name, kind, mode)
    assert (claim.cue and claim.cue.of(TEXT)) == cue
    assert claim.content == (span_of(words, TEXT),)


def test_figures_inside_the_words_are_proposed_and_no_others():
    [figure] = KNOWN.figures

    assert (figure.low, figure.high, figure.qualifier, figure.counted) == ("40", None, "at_least", "crates")
    assert missed.propose(ARTICLE, span_of("crates were lost", TEXT)).figures == ()


def test_blanks_that_were_marked_along_are_left_out():
    around = Span(span_of("at least 40", TEXT).start - 1, span_of("lost", TEXT).end)

    assert missed.propose(ARTICLE, around).content == KNOWN.content


@pytest.mark.parametrize(
    ("span", "words"),
    [pytest.param(Span(0, 9_999), "ends behind", id="outside"), pytest.param(Span(4, 5), "blanks", id="blank")],
)
def test_what_cannot_be_a_claim_is_refused(span, words):
    with pytest.raises(InputError, match=words):
        missed.propose(ARTICLE, span)


@pytest.mark.parametrize(("words", "low"), [("Two sheds", "2"), ("Nine", "9"), ("crates", None)])
def test_a_figure_is_found_in_marked_words(words, low):
    found = missed.figure_in(ARTICLE, span_of(words, TEXT))

    assert (found and found.low) == low


def test_speakers_of_claims_come_first_and_each_once():
    other = KNOWN.model_copy(update={"source": a_source(name="Tom Adeyo", aliases=())})

    names = [source.name for source in missed.speakers_in(ARTICLE, known=[other, KNOWN])]

    assert names[:2] == ["Tom Adeyo", "Ines Okafor"]
    assert len(names) == len(set(names))
