"""A reading made by hand, so that grounding alone is tested."""

import pytest
from builders import a_draft, a_mention, a_reading, a_speaker, span_of

from service.grounding import ground
from service.records import (
    DraftFigure,
    FoundDate,
    FoundFigure,
    Grounded,
    Passage,
    Rejection,
    Span,
)

SPEAKERS = (a_speaker("Ines Okafor", aliases=("Okafor",), role="harbour master", mentions=("S1",)),)
MENTIONS = (
    a_mention("The harbour master, Ines Okafor", mark="S1", speaker=0),
    a_mention("she", mark="S2", speaker=0, form="pronoun", sentence=2),
    a_mention("The shipping line", mark="S3", speaker=None, form="body", sentence=3),
)
FORTY = FoundFigure(
    mark="F1",
    span=span_of("at least 40"),
    number=span_of("40"),
    low="40",
    high=None,
    qualifier="at_least",
    counted="crates",
    sentence=1,
)


def harbour():
    return a_reading(speakers=SPEAKERS, mentions=MENTIONS, figures=(FORTY,))


@pytest.mark.parametrize(
    ("text", "first", "last", "expected"),
    [
        pytest.param("Prices rose 15% in May.", "Prices", "15%", "Prices rose 15%", id="edges"),
        pytest.param("Prices rose 15% in May.", "Prices rose", "May", "Prices rose 15% in May", id="to-the-full-stop"),
        pytest.param("He said “it is over” twice.", "it is", "over", "it is over", id="inside-quotation-marks"),
        pytest.param("He said “it is over” twice.", "“it is", "over”", "it is over", id="enclosing-marks-come-off"),
        pytest.param("The state left the U.N.", "The state", "the U.N.", "The state left the U.N.", id="abbreviation"),
    ],
)
def test_edge_words_cut_out_the_content(text, first, last, expected):
    draft = a_draft(content=(Passage(sentence=1, first=first, last=last),), speaker="outlet")

    placed = ground(draft, a_reading(text))

    assert isinstance(placed, Grounded)
    assert [span.of(text) for span in placed.content] == [expected]


@pytest.mark.parametrize(
    ("passage", "reason"),
    [
        pytest.param(Passage(sentence=9, first="Prices", last="May"), "no_such_sentence", id="no-such-sentence"),
        pytest.param(Passage(sentence=1, first="Prices", last="5%"), "words_absent", id="tail-of-a-number"),
        pytest.param(Passage(sentence=1, first="Costs", last="May"), "words_absent", id="other-words"),
        pytest.param(Passage(sentence=1, first="May", last="Prices"), "words_out_of_order", id="backwards"),
        pytest.param(Passage(sentence=1, first="rose", last="May"), "words_ambiguous", id="twice"),
    ],
)
def test_content_that_is_absent_or_stands_twice_is_rejected_with_the_reason(passage, reason):
    text = "Prices rose 15% and wages rose 3% in May."

    rejection = ground(a_draft(content=(passage,), speaker="outlet"), a_reading(text))

    assert isinstance(rejection, Rejection)
    assert rejection.reason == reason
    assert rejection.draft is not None


def test_a_figure_settles_which_of_two_places_is_meant():
    text = "Prices rose 15% and wages rose 3% in May."
    figure = FoundFigure(
        mark="F1",
        span=span_of("15%", text),
        number=span_of("15", text),
        low="15",
        high="15",
        qualifier="exact",
        sentence=1,
    )
    draft = a_draft(
        content=(Passage(sentence=1, first="rose", last="in May"),),
        speaker="outlet",
        figures=(DraftFigure(figure="F1"),),
    )

    placed = ground(draft, a_reading(text, figures=(figure,)))

    assert isinstance(placed, Grounded)
    assert placed.content[0].of(text) == "rose 15% and wages rose 3% in May"


def test_spans_outside_the_body_are_rejected():
    text = "Prices rose.\n\nRead also: Wages fell."
    reading = a_reading(text)
    reading = reading.model_copy(update={"sentences": reading.sentences[:1]})

    rejection = ground(a_draft(content=(span_of("Wages fell", text),), speaker="outlet"), reading)

    assert isinstance(rejection, Rejection)
    assert rejection.reason == "outside_body"


# ── speakers ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("speaker", "mention", "kind", "name", "status"),
    [
        pytest.param("S1", "S1", "person", "Ines Okafor", "verified", id="named-here"),
        pytest.param("S2", "S2", "person", "Ines Okafor", "resolved", id="pronoun"),
        pytest.param("S1", None, "person", "Ines Okafor", "resolved", id="no-mention"),
        pytest.param("S3", "S3", "unresolved", None, "absent", id="unsettled-mention"),
        pytest.param("Okafor", None, "person", "Ines Okafor", "resolved", id="words-of-a-known-name"),
        pytest.param("shipping line", None, "anonymous", "shipping line", "resolved", id="words-reading-had-missed"),
        pytest.param("outlet", None, "outlet", None, "verified", id="outlet"),
        pytest.param("unspecified", None, "unspecified", None, "verified", id="unspecified"),
    ],
)
def test_a_speaker_is_somebody_the_article_names(speaker, mention, kind, name, status):
    placed = ground(a_draft(speaker=speaker, mention=mention, cue="said" if mention else None), harbour())

    assert isinstance(placed, Grounded)
    assert (placed.source.kind, placed.source.name) == (kind, name)
    assert next(check.status for check in placed.checks if check.field == "source") == status


@pytest.mark.parametrize("speaker", ["Carla Mensah", "S9", "okafor", "Okaf"])
def test_a_speaker_that_the_article_does_not_name_is_rejected(speaker):
    rejection = ground(a_draft(speaker=speaker), harbour())

    assert isinstance(rejection, Rejection)
    assert rejection.reason in ("speaker_absent", "no_such_speaker")


def test_words_inside_the_content_do_not_name_its_speaker():
    draft = a_draft(content=(span_of("The harbour master, Ines Okafor, said"),), speaker="S1", mention="S1")

    placed = ground(draft, harbour())

    assert isinstance(placed, Grounded)
    assert placed.source.mention is None


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        pytest.param("Villagers in Oru", "anonymous", id="people-not-named"),
        pytest.param("A study of rivers", "document", id="document"),
        pytest.param("Oru Water Board", "organization", id="body"),
        pytest.param("Carla Mensah", "person", id="person"),
        pytest.param("a passer-by", "anonymous", id="lower-case"),
    ],
)
def test_a_speaker_given_in_words_has_the_kind_of_its_head_noun(words, kind):
    text = f"{words} said the weir had burst."
    reading = a_reading(text)

    placed = ground(a_draft(content=(span_of("the weir had burst", text),), speaker=words), reading)

    assert isinstance(placed, Grounded)
    assert placed.source.kind == kind


# ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_figure_comes_from_the_text_with_its_bound_whatever_the_draft_says():
    draft = a_draft(speaker="S1", figures=(DraftFigure(figure="F1", counted="crates", measure="lost"),))

    placed = ground(draft, harbour())

    assert isinstance(placed, Grounded)
    (figure,) = placed.figures
    assert (figure.low, figure.high, figure.qualifier) == ("40", None, "at_least")
    assert (figure.counted, figure.measure) == ("crates", "lost")


def test_a_figure_that_the_draft_left_out_is_kept_and_noted():
    placed = ground(a_draft(speaker="S1", figures=()), harbour())

    assert isinstance(placed, Grounded)
    assert [figure.low for figure in placed.figures] == ["40"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(
            "400", "figure '400' is not in the claim's words, nor is it anywhere in the article", id="nowhere"
        ),
        pytest.param(
            "4", "figure '4' is not in the claim's words; the article has 'at least 40' in sentence 1", id="near"
        ),
    ],
)
def test_an_invented_number_never_gets_in_and_is_named_in_words(words, message):
    placed = ground(a_draft(speaker="S1", figures=(DraftFigure(figure=words),)), harbour())

    assert isinstance(placed, Grounded)
    assert [figure.low for figure in placed.figures] == ["40"]
    contradicted = [check.message for check in placed.checks if check.status == "contradicted"]
    assert contradicted == [message]


def test_what_is_counted_must_stand_near_the_claim():
    draft = a_draft(speaker="S1", figures=(DraftFigure(figure="F1", counted="sailors", measure="drowned"),))

    placed = ground(draft, harbour())

    assert isinstance(placed, Grounded)
    assert (placed.figures[0].counted, placed.figures[0].measure) == ("crates", None)


# ── time and negation ───────────────────────────────────────────────────────────────────────────────────────────


def test_times_inside_the_content_are_the_claims_times():
    text = "The port closed on Monday, officials said on Tuesday."
    dates = (
        FoundDate(span=span_of("Monday", text), value="2026-03-02", sentence=1),
        FoundDate(span=span_of("Tuesday", text), value="2026-03-03", sentence=1),
    )
    draft = a_draft(content=(span_of("The port closed on Monday", text),), speaker="outlet")

    placed = ground(draft, a_reading(text, dates=dates))

    assert isinstance(placed, Grounded)
    assert [when.value for when in placed.when] == ["2026-03-02"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("The ship did not sail", True, id="not"),
        pytest.param("The ship didn’t sail", True, id="contracted"),
        pytest.param("No ship sailed", True, id="no"),
        pytest.param("The ship sailed without lights", True, id="without"),
        pytest.param("Neither ship sailed", True, id="neither"),
        pytest.param("The ship left pier No. 4", False, id="number-sign"),
        pytest.param("The notable ship sailed north", False, id="letters-only"),
    ],
)
def test_negation_is_read_off_the_contents_own_words(text, expected):
    placed = ground(a_draft(content=(Span(0, len(text)),), speaker="outlet"), a_reading(text))

    assert isinstance(placed, Grounded)
    assert placed.negated is expected
