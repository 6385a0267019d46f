"""Who could be speaking, under which names, and which words are taken for whom?"""

import pytest
from timing import cpu_seconds

from service.reading.reader import read
from service.reading.speakers import find_speakers
from service.records import Article, Paragraph, Sentence, Span, Speaker


def cast_of(text: str) -> tuple[list[Speaker], list[tuple[str, str | None]]]:
    """The speakers, and each mention's words with whom they stand for."""
    reading = read(Article(id="invented", text=text))
    speakers = list(reading.speakers)
    mentions = [
        (mention.span.of(text), None if mention.speaker is None else speakers[mention.speaker].name)
        for mention in reading.mentions
    ]
    return speakers, mentions


def the_speaker(text: str, name: str) -> Speaker:
    return next(speaker for speaker in cast_of(text)[0] if speaker.name == name)


NAMES = [
    pytest.param("Home Minister Tariq Aziz said the road was open.", "Tariq Aziz", "Home Minister", id="title"),
    pytest.param("Colonel Hatim el-Nadir said the road was open.", "Hatim el-Nadir", None, id="small-article"),
    pytest.param("Cllr Mona Frey said the road was open.", "Mona Frey", None, id="councillor"),
    pytest.param("Lieutenant General Omar Butt said the road was open.", "Omar Butt", None, id="rank"),
    pytest.param("Maulana Yasin Gul said the road was open.", "Yasin Gul", None, id="south-asian-honorific"),
    pytest.param("Alhaji Musa Garba said the road was open.", "Musa Garba", None, id="west-african-honorific"),
    pytest.param("Sir Edward Moss said the road was open.", "Edward Moss", None, id="british-honorific"),
    pytest.param("Dr. Jane Cole said the road was open.", "Jane Cole", None, id="abbreviated-honorific"),
    pytest.param("Ali Raza, the police chief, said the road was open.", "Ali Raza", "police chief", id="apposition"),
    pytest.param("Police spokesman Ali Raza said the road was open.", "Ali Raza", "Police spokesman", id="lower-case"),
]


@pytest.mark.parametrize(("text", "name", "role"), NAMES)
def test_a_person_is_named_without_title_and_keeps_the_role(text: str, name: str, role: str | None) -> None:
    speaker = the_speaker(text, name)

    assert (speaker.kind, speaker.role) == ("person", role)


NOT_NAMED = [
    pytest.param("An official of the harbour court said the road was open.", "official of the harbour court", id="of"),
    pytest.param(
        "Two people close to the talks said the road was open.", "Two people close to the talks", id="close-to"
    ),
    pytest.param("The road was open, said sources at the port.", "sources at the port", id="after-the-cue"),
    pytest.param("Seismologists said the road was open.", "Seismologists", id="plural-at-the-start"),
    pytest.param("An official in black smiled. Then an official said so.", "official", id="only-beside-the-cue"),
]


@pytest.mark.parametrize(("text", "name"), NOT_NAMED)
def test_people_not_named_keep_the_words_that_tell_who_they_are(text: str, name: str) -> None:
    assert the_speaker(text, name).kind == "anonymous"


def test_the_union_without_a_name_names_itself() -> None:
    assert the_speaker("The union said the road was open.", "union").kind == "organization"


BODIES = [
    pytest.param("The Dock Drillers’ Front said the road was open.", "Dock Drillers’ Front", id="plural-owner"),
    pytest.param("Reef Therapeutics said the road was open.", "Reef Therapeutics", id="line-of-business"),
    pytest.param("The Red River Front (RRF) said the road was open.", "Red River Front", id="acronym"),
    pytest.param("The Institute for Peace Studies said the road was open.", "Institute for Peace Studies", id="for"),
    pytest.param("The Ministry of Defence said the road was open.", "Ministry of Defence", id="of"),
    pytest.param("Tamar Media Group said the road was open.", "Tamar Media Group", id="a-word-that-is-also-a-rank"),
    pytest.param("UNICEF said the road was open.", "UNICEF", id="capitals"),
    pytest.param("The police said the road was open.", "police", id="common-noun"),
]


@pytest.mark.parametrize(("text", "name"), BODIES)
def test_a_body_is_an_organization(text: str, name: str) -> None:
    assert the_speaker(text, name).kind == "organization"


ANONYMOUS = [
    pytest.param("Local sources said the road was open.", "Local sources", id="sources"),
    pytest.param("A senior official said the road was open.", "senior official", id="official"),
    pytest.param("Residents said the road was open.", "Residents", id="residents"),
]


@pytest.mark.parametrize(("text", "name"), ANONYMOUS)
def test_people_not_named_are_anonymous_and_lose_their_article(text: str, name: str) -> None:
    assert the_speaker(text, name).kind == "anonymous"


def test_a_report_without_a_maker_is_a_document() -> None:
    assert the_speaker("A study said the road was safe.", "study").kind == "document"


def test_surname_acronym_and_pronoun_stand_for_the_fullest_name() -> None:
    text = (
        "The Red River Front (RRF) took the port. RRF spokesman Anil Das said the port was calm. "
        "Das said the RRF would stay. He added that the group had food."
    )
    _, mentions = cast_of(text)

    assert ("Das", "Anil Das") in mentions
    assert ("RRF", "Red River Front") in mentions
    assert ("He", "Anil Das") in mentions
    assert ("the group", "Red River Front") in mentions
    assert the_speaker(text, "Anil Das").principal == "Red River Front"


def test_two_people_with_one_surname_stay_apart_and_the_surname_alone_is_nobody() -> None:
    text = "John Bello said the dam held. Mary Bello said the dam broke. Bello said the road was open."
    speakers, mentions = cast_of(text)

    assert {speaker.name for speaker in speakers} == {"John Bello", "Mary Bello"}
    assert mentions[-1] == ("Bello", None)


def test_a_courtesy_title_tells_two_people_with_one_surname_apart() -> None:
    text = "John Bello said the dam held. Mary Bello said the dam broke. Mrs Bello said the road was open."

    assert cast_of(text)[1][-1] == ("Mrs Bello", "Mary Bello")


NOBODY = [
    pytest.param("The store opens on Monday in March.", id="days-and-months"),
    pytest.param("The train left Paris at 9 PM.", id="places-and-clock-times"),
    pytest.param("However, rain fell all night.", id="sentence-opener"),
]


@pytest.mark.parametrize("text", NOBODY)
def test_capital_letters_alone_make_no_speaker(text: str) -> None:
    assert cast_of(text)[0] == []


def test_the_office_stands_for_who_holds_it() -> None:
    text = "French President Marc Roux met Polish President Jan Zak. The French president said the talks went well."

    assert ("The French president", "Marc Roux") in cast_of(text)[1]


def test_marks_count_from_one_in_the_order_of_the_text() -> None:
    text = "Ada Obi said it rained. Police said it did not. Ada Obi said it did."
    reading = read(Article(id="invented", text=text))

    assert [mention.mark for mention in reading.mentions] == [f"S{n + 1}" for n in range(len(reading.mentions))]
    starts = [mention.span.start for mention in reading.mentions]
    assert starts == sorted(starts)


def test_time_grows_in_step_with_length() -> None:
    unit = "Ada Obi said it rained in the north. Police denied it, and Mr Obi added that he saw it. "

    def seconds(times: int) -> float:
        text = unit * times
        half = len("Ada Obi said it rained in the north.")
        starts = [base * len(unit) for base in range(times)]
        spans = [span for at in starts for span in (Span(at, at + half), Span(at + half + 1, at + len(unit) - 1))]
        sentences = tuple(Sentence(number=n + 1, span=span, paragraph=0) for n, span in enumerate(spans))
        paragraphs = (Paragraph(span=Span(0, len(text)), role="body"),)
        return cpu_seconds(lambda: find_speakers(text, sentences, paragraphs))

    assert seconds(2000) < 8 * max(seconds(500), 0.01)  # 4 times the text; quadratic time would be 16 times
