"""Whom do pronouns and roles stand for, once the sentences are parsed?"""

import pytest

from service.embedded.extractor import EmbeddedExtractor
from service.embedded.parsing import load
from service.embedded.resolution import gender_of_title
from service.reading.reader import read
from service.records import Article, Speaker

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module", autouse=True)
def parser() -> None:
    load()


def speakers_of(text: str) -> list[str]:
    """The speaker of each claim: a name, plain words, "outlet" …"""
    reading = read(Article(id="invented", text=text))
    names = []
    for draft in EmbeddedExtractor().drafts(reading):
        mention = reading.mention_by_mark.get(draft.speaker)
        index = None if mention is None else mention.speaker
        names.append(draft.speaker if index is None else reading.speakers[index].name)
    return names


LAST = [
    pytest.param(
        "Mrs Ilva Toman said the road was shut. Sir Danar Vrek said it was open. It took six hours, she said.",
        "Ilva Toman",
        id="courtesy-title-gives-the-gender",
    ),
    pytest.param(
        "Danar Vrek, the harbour chief, met Mrs Ilva Toman. Mrs Toman said the road was shut. "
        "The harbour chief said it was open. It took six hours, she said.",
        "Ilva Toman",
        id="known-woman-before-either",
    ),
    pytest.param(
        "Ada Obi said the road was shut. The backbencher said the bridge was open.", "Ada Obi", id="trade-of-a-speaker"
    ),
    pytest.param(
        "Ada Obi said the road was shut. The local backbencher said the bridge was open.",
        "local backbencher",
        id="somebody-of-that-place",
    ),
    pytest.param(
        "Ada Obi said the road was shut. The clerk who keeps the keys said the bridge was open.",
        "clerk",
        id="a-clause-says-who-is-meant",
    ),
    pytest.param(
        "Ada Obi said the road was shut. Council leader Tom Reed asked about it. The politician said it was open.",
        "Tom Reed",
        id="the-one-person-of-the-sentence-before",
    ),
    pytest.param(
        "Tom Reed, head of the port and a member of the board, said the road was shut.", "Tom Reed", id="two-offices"
    ),
    pytest.param("Footage obtained by the Argus shows that the road was shut.", "Footage", id="who-got-it-is-no-maker"),
    pytest.param("A Tide Watch study found that the road was shut.", "Tide Watch", id="study-of-a-body-before-it"),
    pytest.param("The CCTV footage shows that the road was shut.", "CCTV footage", id="no-body-before-footage"),
    pytest.param(
        "The wrestlers left the federation. They maintained that the road was shut.", "wrestlers", id="they-unnamed"
    ),
    pytest.param(
        "The wrestlers left the federation. It maintained that the road was shut.", "federation", id="it-unnamed"
    ),
    pytest.param("It maintained that the road was shut.", "unresolved", id="nobody-before"),
    pytest.param("Ada Obi said the road was shut. The prosecutor said so too.", "Ada Obi", id="office-that-many-hold"),
    pytest.param("Ada Obi said the road was shut. The king said it was open.", "king", id="office-that-one-holds"),
]


@pytest.mark.parametrize(("text", "name"), LAST)
def test_the_last_claim_is_given_to(text: str, name: str) -> None:
    assert speakers_of(text)[-1] == name


@pytest.mark.parametrize(
    ("words", "gender"),
    [
        pytest.param("Mrs Ada Obi", "f", id="woman"),
        pytest.param("Sir Tom Obi", "m", id="man"),
        pytest.param("Dr Obi", "", id="either"),
        pytest.param("Prince Obi", "", id="given-name-that-is-a-title"),
    ],
)
def test_a_title_tells_the_gender_where_it_is_no_name(words: str, gender: str) -> None:
    name = "Prince Obi" if "Prince" in words else "Obi"

    assert gender_of_title(words, Speaker(name=name, kind="person")) == gender
