"""Which words are taken for attributing words?"""

import pytest

from service.reading.cues import find_cues
from service.records import FoundCue, Sentence, Span


def cues_of(text: str) -> tuple[FoundCue, ...]:
    return find_cues(text, (Sentence(number=1, span=Span(0, len(text)), paragraph=0),))


HITS = [
    pytest.param("The mayor said it rained.", "said", "say", "verb", "asserts", id="said"),
    pytest.param("The mayor says it rained.", "says", "say", "verb", "asserts", id="says"),
    pytest.param("It rained, the mayor stating so.", "stating", "state", "verb", "asserts", id="stating"),
    pytest.param("The mayor denied the leak.", "denied", "deny", "verb", "denies", id="denied"),
    pytest.param("The union vowed to strike.", "vowed", "vow", "verb", "intends", id="vowed"),
    pytest.param("The union urged a truce.", "urged", "urge", "verb", "demands", id="urged"),
    pytest.param("The union called for a truce.", "called", "call", "verb", "demands", id="called-for"),
    pytest.param("The bank predicts a loss.", "predicts", "predict", "verb", "predicts", id="predicts"),
    pytest.param("The army confirmed the raid.", "confirmed", "confirm", "verb", "confirms", id="confirmed"),
    pytest.param(
        "The front claimed responsibility for it.", "claimed", "claim", "verb", "claims_responsibility", id="claimed"
    ),
    pytest.param(
        "According to the mayor, it rained.", "According to", "according to", "according_to", "asserts", id="to"
    ),
    pytest.param("As per the mayor, it rained.", "As per", "as per", "according_to", "asserts", id="as-per"),
    pytest.param("In a statement, it was cold.", "statement", "statement", "noun", "asserts", id="noun"),
    pytest.param("Two were reportedly lost.", "reportedly", "reportedly", "hedge", "asserts", id="reportedly"),
    pytest.param("Two may be lost.", "may", "may", "hedge", "asserts", id="may"),
]


@pytest.mark.parametrize(("text", "words", "lemma", "form", "stance"), HITS)
def test_a_cue_is_found_with_its_form_and_stance(text: str, words: str, lemma: str, form: str, stance: str) -> None:
    found = [(cue.span.of(text), cue.lemma, cue.form, cue.stance) for cue in cues_of(text)]

    assert (words, lemma, form, stance) in found


MISSES = [
    pytest.param("The store opens in May.", id="the-month"),
    pytest.param("The state of the road is bad.", id="a-noun-that-looks-like-a-verb"),
    pytest.param("He called his sister.", id="called-somebody"),
    pytest.param("The unsaid rule held.", id="inside-another-word"),
    pytest.param("They read the sign.", id="read-without-content"),
]


@pytest.mark.parametrize("text", MISSES)
def test_what_only_looks_like_a_cue_is_none(text: str) -> None:
    assert cues_of(text) == ()


def test_a_noun_after_an_article_is_no_verb() -> None:
    (cue,) = cues_of("The claims were old.")

    assert (cue.form, cue.lemma) == ("noun", "claim")


def test_offsets_hold_after_letters_that_grow_in_lower_case() -> None:
    text = "İİİ Bey said it rained."
    (cue,) = cues_of(text)

    assert cue.span.of(text) == "said"
