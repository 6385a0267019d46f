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
    pytest.param(
        "Superintendent of Police T. R. Naidu said the road was open.",
        "T. R. Naidu",
        "Superintendent of Police",
        id="office-of-and-initials",
    ),
    pytest.param(
        "Minister of Works and Housing Sefu Oduya said the road was open.",
        "Sefu Oduya",
        "Minister of Works and Housing",
        id="office-over-two-fields",
    ),
    pytest.param(
        "The Commissioner for Health, Dr Lami Ogbe, said the road was open.",
        "Lami Ogbe",
        "Commissioner for Health",
        id="office-for-before-the-name",
    ),
    pytest.param(
        "The mayor of Dorn, Iwo Drell, said the road was open.", "Iwo Drell", "mayor of Dorn", id="office-of-a-place"
    ),
    pytest.param("Its director, Vusto Drell, smiled. Drell said so.", "Vusto Drell", "director", id="unknown-name"),
    pytest.param("Comrade Adaora Eze said the road was open.", "Adaora Eze", None, id="surname-that-is-a-title"),
    pytest.param("Martin King said the road was open.", "Martin King", None, id="surname-that-is-a-role"),
    pytest.param("Governor Prof Ajuma Were said the road was open.", "Ajuma Were", "Governor", id="surname-were"),
    pytest.param("Finance Officer Per Holmqvist said so.", "Per Holmqvist", "Finance Officer", id="given-name-per"),
    pytest.param("Schoolteacher Rufo Dubal said the road was open.", "Rufo Dubal", "Schoolteacher", id="trade"),
    pytest.param("Mother-of-two Jill Marsh said the road was open.", "Jill Marsh", None, id="mother-of-two"),
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
    pytest.param("The Lagos-based Institute for Statistics said so.", "Institute for Statistics", id="seated"),
    pytest.param("Tarn and Holme Hospitals Trust said so.", "Tarn and Holme Hospitals Trust", id="two-places"),
    pytest.param("Teachers Without Walls said so.", "Teachers Without Walls", id="preposition-inside"),
    pytest.param("The brokers Hallam & Dirk said so.", "Hallam & Dirk", id="ampersand"),
    pytest.param("The charity Bright Paths said so.", "Bright Paths", id="noun-before-the-name"),
    pytest.param("The owner, Sable Ridge, said so.", "Sable Ridge", id="owner-may-be-a-firm"),
    pytest.param("The Dorn Argus said so.", "Dorn Argus", id="the-before-no-known-person"),
    pytest.param("Fiji said it would vote.", "Fiji", id="country"),
    pytest.param("A Department of Care spokeswoman said so.", "Department of Care", id="unnamed-spokesperson"),
    pytest.param("A spokesman for the harbour inspectorate said so.", "harbour inspectorate", id="spokesman-for"),
]


@pytest.mark.parametrize(("text", "name"), BODIES)
def test_a_body_is_an_organization(text: str, name: str) -> None:
    assert the_speaker(text, name).kind == "organization"


ANONYMOUS = [
    pytest.param("Local sources said the road was open.", "Local sources", id="sources"),
    pytest.param("A senior official said the road was open.", "senior official", id="official"),
    pytest.param("Residents said the road was open.", "Residents", id="residents"),
    pytest.param("Opposition MPs said the road was open.", "Opposition MPs", id="capital-before-people"),
    pytest.param("A clerk of the court, who gave no name, said so.", "clerk of the court", id="who-clause-after"),
    pytest.param("The local MP wants an inquiry, she said.", "local MP", id="before-a-wish"),
    pytest.param("The forest range officer said so.", "forest range officer", id="two-unknown-modifiers"),
    pytest.param("The road was open, harvest officials said.", "harvest officials", id="modifier-after-a-comma"),
    pytest.param("A spokesman for Mayor Ada Obi said so.", "spokesman for Mayor Ada Obi", id="voice-of-a-person"),
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
    pytest.param("The road was open, this newspaper reported.", id="the-article-itself"),
]


@pytest.mark.parametrize("text", NOBODY)
def test_capital_letters_alone_make_no_speaker(text: str) -> None:
    assert cast_of(text)[0] == []


def test_the_office_stands_for_who_holds_it() -> None:
    text = "French President Marc Roux met Polish President Jan Zak. The French president said the talks went well."

    assert ("The French president", "Marc Roux") in cast_of(text)[1]


NO_PERSON = [
    pytest.param("On Grantham Hill, the chairman said the road was open.", "Grantham Hill", id="place-before"),
    pytest.param("Residents of Port Arden, Rivers State, said the road was open.", "Rivers State", id="state"),
    pytest.param("The mayor of Dorn, Ada Obi, said the road was open.", "Dorn", id="seat-of-an-office"),
]


@pytest.mark.parametrize(("text", "name"), NO_PERSON)
def test_a_place_beside_an_office_is_no_person(text: str, name: str) -> None:
    assert name not in {speaker.name for speaker in cast_of(text)[0]}


TAKEN_UP = [
    pytest.param(
        "Lindro Optics Oyj met investors. Lindro Optics said profit rose.", "Lindro Optics", "Lindro Optics Oyj",
        id="first-words-of-a-body",
    ),
    pytest.param(
        "The Hill Front took the mill. Rebels of the Hill Front said it was theirs.", "Rebels", "Hill Front",
        id="members-of-an-armed-group",
    ),
    pytest.param(
        "Emmanuel Macron spoke to John Bell. The French president said no.", "The French president",
        "Emmanuel Macron", id="known-holder-of-an-office",
    ),
    pytest.param(
        "Emmanuel Macron spoke to John Bell. The Polish president said no.", "The Polish president",
        "Polish president", id="office-of-somebody-not-named",
    ),
    pytest.param(
        "Emmanuel Macron met Mr Macron's aide. The president of the union said no.",
        "The president",
        "president of the union",
        id="president-of-something-else",
    ),
    pytest.param(
        "The mayor of Dorn, Ada Obi, spoke. The mayor said no.", "The mayor", "Ada Obi", id="office-before-the-name"
    ),
    pytest.param(
        "The Labour Union met. A Harbour Party spokesman said no.", "A Harbour Party spokesman", "Harbour Party",
        id="party-named-itself",
    ),
    pytest.param(
        "Mrs Pell, the prosecutor added, signed. The prosecutor, Ada Obi, said so.", "The prosecutor", "Ada Obi",
        id="role-that-adds-is-no-apposition",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words", "name"), TAKEN_UP)
def test_other_words_stand_for_the_name_they_take_up(text: str, words: str, name: str) -> None:
    assert (words, name) in cast_of(text)[1]


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
