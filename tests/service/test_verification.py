"""Each field against the text, on articles that are really read."""

import pytest

from service.grounding import ground
from service.reading.reader import read
from service.records import Article, Draft, DraftFigure, Grounded, Passage

TEXT = (
    "Harbour master Ines Okafor told reporters that at least 40 crates were not insured.\n\n"
    "Omar Diallo, who works for the Tern Line, said 12 boats and 3 rafts were lost.\n\n"
    "The agency Vesna, which cites the pilot Mara Quist, reported that 2 masts had broken."
)


def statuses(sentence, words, speaker, *, mention=None, cue=None, figures=(), **changes):
    """Field to status of one claim in words."""
    draft = Draft(
        content=(Passage(sentence=sentence, first=words, last=words),),
        speaker=speaker,
        mention=mention,
        cue=cue,
        mode="indirect",
        figures=tuple(DraftFigure(figure=figure, counted=counted) for figure, counted in figures),
        **changes,
    )
    placed = ground(draft, read(Article(id="port", text=TEXT)))
    assert isinstance(placed, Grounded)
    return {check.field: check.status for check in placed.checks} | {"text": placed.content[0].of(TEXT)}


@pytest.mark.parametrize(
    ("figure", "field", "status"),
    [
        pytest.param("at least 40", "figures.F1", "verified", id="as-it-stands"),
        pytest.param("40", "figures.F1", "resolved", id="bound-left-out"),
        pytest.param("at most 40", "figures.at most 40", "contradicted", id="bound-turned"),
        pytest.param("41", "figures.41", "contradicted", id="another-number"),
        pytest.param("12", "figures.12", "contradicted", id="of-another-sentence"),
        pytest.param("F2", "figures.F2", "contradicted", id="mark-of-another-sentence"),
    ],
)
def test_a_figure_is_verified_with_its_bound_or_not_at_all(figure, field, status):
    found = statuses(1, "at least 40 crates were not insured", "Ines Okafor", figures=[(figure, None)])

    assert found[field] == status


@pytest.mark.parametrize(
    ("counted", "status"),
    [
        pytest.param("boats", "verified", id="behind-the-figure"),
        pytest.param("rafts", "resolved", id="of-the-other-figure"),
        pytest.param("lorries", "absent", id="nowhere"),
    ],
)
def test_what_is_counted_has_a_status_of_its_own(counted, status):
    found = statuses(2, "12 boats and 3 rafts were lost", "Omar Diallo", figures=[("12", counted), ("3", None)])

    assert found["figures.F2.counted"] == status


def test_content_that_cuts_through_a_figure_is_widened_and_not_verified():
    found = statuses(1, "40 crates were not insured", "Ines Okafor")

    assert found["text"] == "at least 40 crates were not insured"
    assert found["content"] == "resolved"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        pytest.param("insured", "contradicted", id="not-left-outside"),
        pytest.param("crates were not insured", "verified", id="not-inside"),
    ],
)
def test_a_negation_that_is_cut_off_contradicts(words, status):
    assert statuses(1, words, "Ines Okafor")["negated"] == status


@pytest.mark.parametrize(
    ("sentence", "speaker", "mention", "status"),
    [
        pytest.param(1, "Ines Okafor", "Harbour master Ines Okafor", "verified", id="named-beside-the-verb"),
        pytest.param(1, "Ines Okafor", None, "resolved", id="no-mention"),
        pytest.param(1, "Omar Diallo", None, "contradicted", id="somebody-else"),
        pytest.param(1, "Omar Diallo", "Omar Diallo", "contradicted", id="somebody-else-named-elsewhere"),
        pytest.param(1, "Omar Diallo", "Harbour master Ines Okafor", "contradicted", id="under-another-name"),
        pytest.param(2, "Omar Diallo", "Omar Diallo", "verified", id="behind-a-relative-clause"),
        pytest.param(2, "Tern Line", "the Tern Line", "contradicted", id="inside-a-relative-clause"),
        pytest.param(3, "Mara Quist", "Mara Quist", "verified", id="who-is-cited"),
        pytest.param(3, "Ines Okafor", "Harbour master Ines Okafor", "contradicted", id="another-than-who-is-cited"),
        pytest.param(1, "outlet", None, "resolved", id="nobody-where-somebody-is-named"),
    ],
)
def test_a_speaker_is_verified_only_beside_the_words_that_attribute(sentence, speaker, mention, status):
    words = {1: "at least 40 crates were not insured", 2: "12 boats and 3 rafts were lost", 3: "2 masts had broken"}[
        sentence
    ]
    cue = {1: "told", 2: "said", 3: "cites"}[sentence]

    assert statuses(sentence, words, speaker, mention=mention, cue=cue)["source"] == status


def test_the_outlet_does_not_say_what_it_says_that_somebody_said():
    whole = "Omar Diallo, who works for the Tern Line, said 12 boats and 3 rafts were lost"

    assert statuses(2, whole, "outlet")["source"] == "contradicted"
