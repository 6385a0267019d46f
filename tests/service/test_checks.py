import pytest
from builders import a_cue, a_figure, a_grounded, a_mention, a_reading, a_source, a_speaker, span_of

from service.checks import check
from service.records import Check, Notice, Quotation, Span

TEXT = "Mayor Ana Lima said 40 homes burned. Chief Tom Reyes denied any delay. Reportedly 2 men fled."
LIMA, REYES = a_speaker("Ana Lima"), a_speaker("Tom Reyes")


def a_town(text=TEXT, **found):
    mentions = (
        a_mention("Mayor Ana Lima", TEXT, mark="S1", speaker=0),
        a_mention("Chief Tom Reyes", TEXT, mark="S2", speaker=1, sentence=2),
    )
    cues = (
        a_cue("said", TEXT),
        a_cue("denied", TEXT, stance="denies", sentence=2),
        a_cue("Reportedly", TEXT, form="hedge", sentence=3),
    )
    return a_reading(text, **({"speakers": (LIMA, REYES), "mentions": mentions, "cues": cues} | found))


def codes(claim, reading=None):
    (flags,) = check([claim], reading or a_town())
    return {flag.code for flag in flags}


def burned(**changes):
    given = {"source": a_source(name="Ana Lima", mention=span_of("Mayor Ana Lima", TEXT)), "cue": span_of("said", TEXT)}
    return a_grounded(TEXT, content="40 homes burned", **(given | changes))


def test_a_claim_that_agrees_with_its_sentence_raises_no_doubt():
    assert codes(burned()) == set()


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        pytest.param(burned(source=a_source(name="Tom Reyes")), "speaker_conflict", id="another-speaker-said-it"),
        pytest.param(
            burned(source=a_source(name=None, kind="outlet"), cue=None), "speaker_conflict", id="not-the-outlet"
        ),
        pytest.param(burned(source=a_source(name=None, kind="unresolved")), "speaker_unresolved", id="nobody-settled"),
        pytest.param(burned(draft={"mode": "implied"}), "implied_speaker", id="implied"),
        pytest.param(burned(draft={"mode": "direct"}), "not_quoted", id="no-quotation-marks"),
        pytest.param(
            burned(checks=(Check(field="figures.F9", status="contradicted", message="figure '9' is not there"),)),
            "figure_absent",
            id="invented-figure",
        ),
        pytest.param(
            burned(figures=(a_figure(span=span_of("40", TEXT), counted=None),)), "counted_unclear", id="nothing-counted"
        ),
        pytest.param(
            a_grounded(TEXT, content="any delay", source=a_source(name="Tom Reyes"), cue=span_of("denied", TEXT)),
            "stance_conflict",
            id="denied-is-not-asserted",
        ),
        pytest.param(
            a_grounded(TEXT, content="Reportedly 2 men fled", source=a_source(name=None, kind="outlet")),
            "hedge_lost",
            id="hedge-lost",
        ),
    ],
)
def test_a_claim_at_odds_with_its_sentence_is_doubted_by_name(claim, code):
    assert code in codes(claim)


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        pytest.param(burned(draft={"stance": "asserts"}), "stance_conflict", id="asserted-is-asserted"),
        pytest.param(
            a_grounded(
                TEXT,
                content="any delay",
                source=a_source(name="Tom Reyes"),
                cue=span_of("denied", TEXT),
                draft={"stance": "denies"},
            ),
            "stance_conflict",
            id="denied-is-denied",
        ),
        pytest.param(
            burned(source=a_source(name="City Hall", kind="organization")), "quoted_outlet", id="no-quotation"
        ),
    ],
)
def test_near_misses_raise_no_doubt(claim, code):
    assert code not in codes(claim)


def test_whoever_is_told_is_not_the_speaker():
    text = "Ana Lima told Tom Reyes 40 homes had burned."
    reading = a_reading(
        text,
        speakers=(LIMA, REYES),
        mentions=(
            a_mention("Ana Lima", text, mark="S1", speaker=0),
            a_mention("Tom Reyes", text, mark="S2", speaker=1),
        ),
        cues=(a_cue("told", text, lemma="tell"),),
    )
    by_lima = a_grounded(
        text, content="40 homes had burned", source=a_source(name="Ana Lima"), cue=span_of("told", text)
    )
    by_reyes = by_lima.model_copy(update={"source": a_source(name="Tom Reyes")})

    assert codes(by_lima, reading) == set()
    assert codes(by_reyes, reading) == {"speaker_conflict"}


def test_a_spokesperson_does_not_contradict_the_body_spoken_for():
    reading = a_town(speakers=(a_speaker("Ana Lima", principal="City Hall"), REYES))

    assert "speaker_conflict" not in codes(burned(source=a_source(name="City Hall", kind="organization")), reading)


def test_words_that_address_a_program_are_flagged():
    notice = Notice(code="instruction", message="…", span=span_of("40 homes", TEXT))

    assert "instruction" in codes(burned(), a_town(notices=(notice,)))


def test_quoted_words_are_not_the_outlets_own():
    text = "“All of the homes on the hill burned down,” it was heard."
    quotation = Quotation(span=Span(0, 43), inner=Span(1, 42))
    claim = a_grounded(
        text, content="All of the homes on the hill burned down", source=a_source(name=None, kind="outlet")
    )

    assert "quoted_outlet" in codes(claim, a_reading(text, quotations=(quotation,)))


def test_only_claims_of_one_speaker_may_not_share_words():
    twice = [burned(), a_grounded(TEXT, content="homes burned", source=a_source(name="Ana Lima"))]
    shared = [burned(), a_grounded(TEXT, content="homes burned", source=a_source(name="Tom Reyes"))]

    assert "overlap" in {flag.code for flags in check(twice, a_town()) for flag in flags}
    assert "overlap" not in {flag.code for flags in check(shared, a_town()) for flag in flags}
