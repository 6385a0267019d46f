"""The signs of a claim: each with a hit and a near miss."""

import pytest
from builders import TEXT, a_cue, a_figure, a_grounded, a_mention, a_reading, a_source, a_speaker, span_of

from service.embedded.extractor import EmbeddedExtractor
from service.grounding import ground
from service.lexicon.signals import SIGNAL_WORDS
from service.reading.reader import read
from service.records import Article, Figure, Grounded
from service.signals import OWN, signals_of

SAID = 'Ada Lund, who runs the port, said that 40 crates were lost at sea. "It was a bad night," she said.'
LONG = f"Ben Roy said {'that the old pier by the western harbour wall ' * 4}fell."


def signs(claim: Grounded, text: str = TEXT, **found: object) -> frozenset[str]:
    return signals_of([claim], a_reading(text, **found))[0]


def a_claim_of(content: str, text: str = SAID, **changes: object) -> Grounded:
    return a_grounded(text, content=content, **changes)


def a_count(words: str, text: str = SAID, **changes: object) -> Figure:
    given = {"span": span_of(words, text), "low": "40", "high": "40", "counted": "crates", "measure": "lost"}
    return a_figure(**(given | {"qualifier": "exact", "unit": None} | changes))


@pytest.mark.parametrize(
    ("given", "sign", "holds"),
    [
        pytest.param({"rule:clause": 1.0}, "rule:clause", True, id="as the extractor says"),
        pytest.param({"rule:clause": 0.0}, "rule:clause", False, id="of no strength"),
        pytest.param({"sentence_words": 12.0}, "sentence_words", False, id="a number without steps"),
        pytest.param({"pieces": 3.0}, "pieces:more", True, id="in three pieces"),
        pytest.param({"pieces": 2.0}, "pieces:more", False, id="in two pieces"),
        pytest.param({"speaker_ambiguity": 0.3}, "speaker:far", True, id="taken up"),
        pytest.param({"speaker_ambiguity": 0.2}, "speaker:far", False, id="named"),
    ],
)
def test_what_the_extractor_knew_is_a_sign_from_its_step_on(given, sign, holds):
    claim = a_claim_of("40 crates were lost at sea", draft={"signals": given})

    assert (sign in signs(claim, SAID)) == holds


@pytest.mark.parametrize(
    ("content", "text", "sign", "holds"),
    [
        pytest.param("were lost at", SAID, "content:few_words", True, id="three words"),
        pytest.param("were lost at sea", SAID, "content:few_words", False, id="four words"),
        pytest.param("were lost at sea", SAID, "content:short", True, id="short"),
        pytest.param("that 40 crates were lost", SAID, "content:joined", True, id="begins with a joining word"),
        pytest.param("40 crates were lost", SAID, "content:joined", False, id="begins with none"),
        pytest.param("crates were lost", SAID, "content:lower_case", True, id="begins inside"),
        pytest.param("It was a bad night", SAID, "content:lower_case", False, id="begins a sentence"),
        pytest.param("that the old pier", LONG, "sentence:long", True, id="a long sentence"),
        pytest.param("40 crates were lost", SAID, "sentence:long", False, id="no long sentence"),
        pytest.param("that the", LONG, "sentence:small_part", True, id="a small part"),
        pytest.param("Ada Lund, who runs", SAID, "sentence:opens", True, id="opens its sentence"),
        pytest.param("who runs", SAID, "sentence:opens", False, id="does not"),
    ],
)
def test_the_words_of_a_claim_and_its_sentence_give_signs(content, text, sign, holds):
    assert (sign in signs(a_claim_of(content, text), text)) == holds


def test_words_of_saying_count_in_the_sentence_and_inside_the_claim():
    cues = (a_cue("said", SAID),)
    claim = a_claim_of("40 crates were lost", cue=span_of("said", SAID))

    plain = signs(claim, SAID, cues=cues)
    around = signs(a_claim_of("Ada Lund, who runs the port, said"), SAID, cues=cues)

    assert {"cues:none", "cues:inside", "cue:unlisted", "cue:after"} & plain == set()
    assert "cues:inside" in around
    assert {"cues:none", "cue:unlisted"} & signs(claim, SAID) == {"cues:none", "cue:unlisted"}


def test_a_later_sentence_of_a_paragraph_knows_that_somebody_spoke_before_it():
    text = "Ada Lund said so. The crates sank."
    cues = (a_cue("said", text),)

    later = signs(a_claim_of("The crates sank", text), text, cues=cues)
    alone = signs(a_claim_of("The crates sank", text.replace(". ", ".\n\n")), text.replace(". ", ".\n\n"), cues=cues)

    assert "cues:said_before" in later
    assert "cues:said_before" not in alone
    assert "paragraph:opens" in alone - later


def test_the_articles_own_voice_is_weighed_apart_save_for_its_figures():
    figures = (a_count("40"),)
    spoken = signs(a_claim_of("40 crates were lost", figures=figures), SAID)
    own = a_claim_of("40 crates were lost", figures=figures, source=a_source(name=None, kind="outlet"))

    found = signs(own, SAID)

    assert "kind:outlet" not in found
    assert f"{OWN}kind:outlet" in found
    assert {sign for sign in found if sign.startswith("figure:")} == {
        sign for sign in spoken if sign.startswith("figure:")
    }


@pytest.mark.parametrize(
    ("changes", "sign", "holds"),
    [
        pytest.param({}, "figure:counts_next", True, id="its noun follows"),
        pytest.param({"counted": "sea"}, "figure:counts_next", False, id="its noun is elsewhere in the claim"),
        pytest.param({"counted": "sea"}, "figure:counts_apart", True, id="apart"),
        pytest.param({"counted": "port"}, "figure:counts_elsewhere", True, id="outside the claim"),
        pytest.param({"counted": None}, "figure:counts_nothing", True, id="nothing counted"),
        pytest.param({"unit": "EUR"}, "figure:money", True, id="money"),
        pytest.param({"unit": "hour"}, "figure:money", False, id="no money"),
        pytest.param({"unit": "hour"}, "figure:measured", True, id="a unit"),
        pytest.param({"unit": "percentage_point"}, "figure:percent", True, id="points"),
        pytest.param({"qualifier": "at_least"}, "figure:at_least", True, id="a bound"),
        pytest.param({"measure": None}, "figure:no_measure", True, id="nothing is said of it"),
        pytest.param(
            {"qualifier": "vague", "low": None, "high": None}, "figure:some", False, id="vague ones are light"
        ),
    ],
)
def test_figures_give_signs(changes, sign, holds):
    claim = a_claim_of("40 crates were lost at sea", figures=(a_count("40", **changes),))

    assert (sign in signs(claim, SAID)) == holds


def test_digits_that_are_no_figure_are_a_sign():
    text = "Ada Lund said Route 9 was cut."

    assert "figure:other_number" in signs(a_claim_of("Route 9 was cut", text), text)
    assert "figure:other_number" not in signs(a_claim_of("was cut", text), text)


def test_a_speakers_name_and_how_it_is_shared_give_signs():
    speakers = (a_speaker("Ada Lund", mentions=("S1",)), a_speaker("Cy Lund", mentions=("S2",)), a_speaker("Bo Dow"))
    mentions = (a_mention("Ada Lund", SAID, mark="S1", speaker=0),)
    source = a_source(name="Ada Lund", mention=span_of("Ada Lund", SAID))
    claim = a_claim_of("40 crates were lost", source=source, draft={"speaker": "S1"})

    shared = signs(claim, SAID, speakers=speakers, mentions=mentions)
    alone = signs(claim, SAID, speakers=(speakers[0], speakers[2]), mentions=mentions)

    assert {"name:shared", "name:alone", "mention:full"} <= shared
    assert "name:shared" not in alone
    assert {"name:unlisted", "name:one_word"} & shared == set()


def test_words_elsewhere_in_the_article_change_no_signs_of_an_unnamed_claim():
    before = "Nobody knew why.\n\n" * 30
    one = a_claim_of("It was a bad night")
    moved = a_claim_of("It was a bad night", before + SAID)

    assert signs(one, SAID) == signs(moved, before + SAID)


ARTICLE = """Mayor Ines Okafor said at least 40 crates were lost. "We never saw it coming," she told reporters.

According to the port authority, two cranes worth $3 million fell; nobody was hurt. The storm lasted nine hours.

Residents reportedly left. Keep away from the pier: the water is 3 metres deep, Bo Dow's report found."""


def test_every_sign_of_a_real_reading_has_words_and_every_claim_has_some():
    reading = read(Article(id="a", text=ARTICLE))
    placed = [ground(draft, reading) for draft in EmbeddedExtractor().drafts(reading)]
    claims = [each for each in placed if isinstance(each, Grounded)]

    found = signals_of(claims, reading)

    assert len(found) == len(claims) > 5
    assert min(map(len, found)) > 3
    assert {sign.removeprefix(OWN) for signs in found for sign in signs} - SIGNAL_WORDS.keys() == set()
