import pytest
from readings import a_reading

from service.reading.cues import find_cues
from service.reading.quotations import find_quotations
from service.records import Passage, Reading, Span
from service.unsaid import NEAR, find_cue, find_mention, find_mode, find_places


def reading_of(marked: str, **changes) -> Reading:
    reading = a_reading(marked, **changes)
    text = reading.article.text
    found = {"quotations": find_quotations(text, reading.paragraphs), "cues": find_cues(text, reading.sentences)}
    return reading.model_copy(update=found)


def places_of(reading: Reading, *passages: str) -> tuple[Span, ...]:
    """Where the words stand: "1 first … last"."""
    parts = [passage.partition(" ") for passage in passages]
    ends = [(int(number), *words.split(" … ")) for number, _, words in parts]
    return find_places([Passage(sentence=end[0], first=end[1], last=end[-1]) for end in ends], reading)


@pytest.mark.parametrize(
    ("passage", "words"),
    [
        pytest.param("1 two … lost", "two crates were lost", id="ends"),
        pytest.param("1 “lost", "She said two crates were lost.", id="absent-is-the-sentence"),
        pytest.param("1 lost … two", "She said two crates were lost.", id="out-of-order-is-the-sentence"),
    ],
)
def test_a_passage_stands_between_its_ends_or_somewhere_in_its_sentence(passage, words):
    reading = reading_of("{S1 She} said two crates were lost.")

    (place,) = places_of(reading, passage)

    assert place.of(reading.article.text) == words


# ── the mention ───────────────────────────────────────────────────────────────────────────────────────────────────

FAR = "{S1 Ida Brandt} said the port was shut.\n\n" + "It was cold.\n\n" * NEAR + "Two ferries sank."


@pytest.mark.parametrize(
    ("marked", "passage", "mention"),
    [
        pytest.param("{S1 Ida Brandt} said two ferries sank.", "1 two … sank", "S1", id="same-sentence"),
        pytest.param(
            "“Two ferries sank,” said {S1 Ida Brandt}.\n“One burned.”", "2 One … burned", "S1", id="quotation"
        ),
        pytest.param(FAR, f"{NEAR + 2} Two … sank", None, id="too-far"),
        pytest.param(FAR, f"{NEAR + 1} It … cold", "S1", id="just-near-enough"),
        pytest.param("The ship of {S1 Ida Brandt} sank.", "1 The ship … sank", None, id="inside-the-claim"),
    ],
)
def test_the_speakers_own_mark_names_them_where_it_stands_near(marked, passage, mention):
    reading = reading_of(marked)

    found = find_mention("S1", places_of(reading, passage), reading)

    assert (found.mark if found else None) == mention


def test_words_that_are_no_mark_name_nobody():
    reading = reading_of("{S1 She} left.")

    assert find_mention("outlet", places_of(reading, "1 left"), reading) is None


# ── the cue ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("marked", "passage", "named", "cue"),
    [
        pytest.param("{S1 Ida Brandt} said two sank.", "1 two … sank", True, "said", id="verb"),
        pytest.param("According to {S1 the port}, two sank.", "1 two … sank", True, "According to", id="phrase"),
        pytest.param(
            "Tom Adeyo added, after {S1 Ida Brandt} said it, that two sank.", "1 two … sank", True, "said", id="nearest"
        ),
        pytest.param("{S1 Ida Brandt} saw that he denied it.", "1 he … denied it", True, None, id="inside-the-claim"),
        pytest.param("Two ferries reportedly sank.", "1 Two ferries", False, "reportedly", id="hedge-of-nobody"),
        pytest.param("{S1 Ida Brandt} reportedly left.", "1 left", True, None, id="no-hedge-for-somebody"),
        pytest.param("They said two sank.", "1 two … sank", False, None, id="no-verb-for-nobody"),
    ],
)
def test_the_cue_is_the_nearest_of_its_kind_outside_the_claim(marked, passage, named, cue):
    reading = reading_of(marked)
    mention = reading.mention_by_mark["S1"].span if named else None

    found = find_cue(mention, places_of(reading, passage), reading)

    assert (found.span.of(reading.article.text) if found else None) == cue


# ── the mode ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "passage", "speaker", "attributed", "mode"),
    [
        pytest.param("“Two ferries sank,” she said.", "1 Two … sank", "S1", True, "direct", id="direct"),
        pytest.param("“Two ferries sank,” she said.", "1 Two … sank", "S1", False, "direct", id="direct-account"),
        pytest.param("She said it was “no accident”.", "1 it was … accident", "S1", True, "mixed", id="mixed"),
        pytest.param("She said it sank.", "1 it sank", "S1", True, "indirect", id="indirect"),
        pytest.param("It sank at noon.", "1 It … noon", "S1", False, "implied", id="implied"),
        pytest.param("It sank at noon.", "1 It … noon", "outlet", False, "none", id="outlet"),
        pytest.param("“It sank.”", "1 It sank", "outlet", False, "none", id="outlet-in-marks"),
        pytest.param("It reportedly sank.", "1 It … sank", "unspecified", False, "indirect", id="unspecified"),
        pytest.param(
            "“One sank,” she said, and one burned.", "1 one burned", "S1", True, "indirect", id="beside-quotation"
        ),
    ],
)
def test_the_mode_follows_from_quotation_marks_and_attributing_words(text, passage, speaker, attributed, mode):
    reading = reading_of(text)

    assert find_mode(speaker, places_of(reading, passage), reading, attributed=attributed) == mode
