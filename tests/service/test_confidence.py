from pathlib import Path

from builders import a_grounded, span_of

from service import checks, confidence
from service.confidence import FLAG_WEIGHTS, LEAST, MOST, SIGNAL_WEIGHTS, weigh
from service.records import Check, Flag


def flags(*codes):
    return tuple(Flag(code=code, field="source", message=f"about {code}") for code in codes)


def test_every_doubt_lowers_confidence_and_is_given_as_a_reason():
    claim = a_grounded(content="at least 40 crates were lost")
    alone, _ = weigh(claim, ())

    for code in FLAG_WEIGHTS:
        doubted, reasons = weigh(claim, flags(code))

        assert doubted < alone
        assert [reason.words for reason in reasons] == [f"about {code}"]


def test_a_speaker_named_in_the_sentence_raises_confidence():
    claim = a_grounded(content="at least 40 crates were lost")
    named = claim.model_copy(
        update={
            "cue": span_of("said"),
            "source": claim.source.model_copy(update={"mention": span_of("Ines Okafor")}),
            "checks": (Check(field="source", status="verified"),),
        }
    )

    assert weigh(named, ())[0] > weigh(claim, ())[0]


def test_confidence_is_never_certain_and_the_weightiest_reason_comes_first():
    value, reasons = weigh(a_grounded(content="at least 40 crates were lost"), flags(*FLAG_WEIGHTS))

    assert value == LEAST < MOST
    effects = [abs(reason.effect) for reason in reasons]
    assert effects == sorted(effects, reverse=True)
    assert len(reasons) == confidence.SHOWN


def test_every_flag_that_checks_can_raise_has_a_weight():
    source = Path(checks.__file__).read_text(encoding="utf-8")

    raised = {part.split('"')[0] for part in source.split('code="')[1:]}

    assert raised == set(FLAG_WEIGHTS)


def test_what_the_extractor_knows_weighs_by_its_strength_and_is_told_in_words():
    alone, _ = weigh(a_grounded(content="at least 40 crates were lost"), ())

    for signal, (weight, words) in SIGNAL_WEIGHTS.items():
        claim = a_grounded(content="at least 40 crates were lost", draft={"signals": {signal: 1.0, "unheard_of": 1.0}})
        value, reasons = weigh(claim, ())

        assert [(reason.signal, reason.effect, reason.words) for reason in reasons] == [(signal, weight, words)]
        assert (value < alone) == (weight < 0)
