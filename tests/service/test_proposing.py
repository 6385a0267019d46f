"""A known claim in a model's own short form."""

import pytest
from readings import a_reading

from service.drafts import Shown, read_drafts
from service.grounding import ground
from service.proposing import written
from service.records import Draft, DraftFigure, Span

READING = a_reading(
    "{S1 Ines Okafor} said {F1 at least 40} crates of the old port were lost in the old port.\n"
    "{S2 She} denied it: {F2 12} boats sank and {F3 3} burnt.",
    same={"S2": "S1"},
    cues=("said", "denied"),
)
TEXT = READING.article.text
MARKS = {"S1": "S7", "S2": "S8", "F1": "F7", "F2": "F8"}  # the third figure is not shown


def a_claim(*words, **changes):
    spans = tuple(Span(TEXT.index(each), TEXT.index(each) + len(each)) for each in words)
    draft = Draft(**({"content": spans, "speaker": "S1", "mode": "indirect"} | changes))
    return ground(draft, READING)


@pytest.mark.parametrize(
    ("words", "passages"),
    [
        pytest.param(["12 boats sank"], ["2 12 boats sank"], id="a-few-words-in-full"),
        pytest.param(["at least 40 crates of the old port were lost"], ["1 at least … were lost"], id="edges"),
        pytest.param(
            ["crates of the old port were lost in the old port"],
            ["1 crates of the old … in the old port"],
            id="longer-edges-where-two-words-stand-twice",
        ),
        pytest.param(["crates", "were lost"], ["1 crates", "1 were lost"], id="two-stretches"),
        pytest.param(
            [TEXT[TEXT.index("lost") : TEXT.index(" denied")]],
            ["1 lost in the old port.", "2 She"],
            id="over-the-end-of-a-sentence",
        ),
    ],
)
def test_a_place_is_given_by_its_edges(words, passages):
    said = written(a_claim(*words), READING, MARKS)

    assert said["p"] == passages


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({}, ["S7"], id="speaker"),
        pytest.param({"speaker": "S2"}, ["S7"], id="the-name-rather-than-the-pronoun"),
        pytest.param({"mention": "S2"}, ["S7", "S8"], id="named-by-other-words"),
        pytest.param({"speaker": "outlet"}, ["outlet"], id="outlet"),
        pytest.param({"mode": "implied"}, ["S7", "implied"], id="implied"),
        pytest.param({"stance": "denies", "hedged": True}, ["S7", "denies", "hedged"], id="stance-and-hedge"),
        pytest.param({"figures": (DraftFigure(figure="F2", counted="boats"),)}, ["S7", "F8"], id="counted-next-to-it"),
        pytest.param(
            {"figures": (DraftFigure(figure="F2", counted="ships", measure="sank"),)},
            ["S7", "F8", {"d": "sank"}, {"c": "ships"}],
            id="counted-elsewhere",
        ),
        pytest.param({"figures": (DraftFigure(figure="F3"),)}, ["S7", {"other": "F3"}], id="not-shown"),
    ],
)
def test_who_says_it_and_all_that_holds_is_listed(changes, said):
    claim = a_claim("12 boats sank")

    draft = claim.draft.model_copy(update=changes)
    mention = READING.mention_by_mark["S2"].span if "mention" in changes else None
    known = claim.model_copy(update={"draft": draft, "source": claim.source.model_copy(update={"mention": mention})})

    assert written(known, READING, MARKS)["s"] == said


def test_a_speaker_who_is_not_shown_is_given_in_words():
    assert written(a_claim("12 boats sank"), READING, {})["s"] == [{"other": "Ines Okafor"}]


def test_what_was_written_is_read_as_the_same_claim():
    claim = a_claim("at least 40 crates of the old port were lost", figures=(DraftFigure(figure="F1"),))
    shown = Shown(segment=1, first=1, last=2, marks={short: mark for mark, short in MARKS.items()})

    (draft,), rejected = read_drafts([written(claim, READING, MARKS)], shown, READING)

    again = ground(draft, READING)
    assert rejected == []
    assert (again.content, again.source.name, again.figures) == (claim.content, "Ines Okafor", claim.figures)
