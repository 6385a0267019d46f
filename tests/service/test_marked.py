"""An article in pieces: nothing is lost, and each piece knows what covers it."""

import pytest
from timing import cpu_seconds

from service.records import Span
from service.rendering.marked import Layer, pieces

TEXT = "Ines said 40 crates burned."


def layer(words, kind="content", text=TEXT, claim=None):
    start = text.index(words)
    return Layer(kind, Span(start, start + len(words)), claim)


@pytest.mark.parametrize(
    "layers",
    [
        pytest.param([], id="none"),
        pytest.param([layer("40 crates burned"), layer("40", "figure")], id="within"),
        pytest.param([layer("said 40"), layer("40 crates", "other", claim="b")], id="crossing"),
        pytest.param([layer(TEXT), layer(TEXT, "doubt")], id="all-of-it-twice"),
    ],
)
def test_the_pieces_join_back_to_the_text(layers):
    found = list(pieces(TEXT, layers))

    assert "".join(piece.text for piece in found) == TEXT
    assert [piece.start for piece in found] == [TEXT.index(piece.text) for piece in found]


def test_a_piece_tells_what_covers_begins_and_ends_with_it():
    found = {piece.text: piece for piece in pieces(TEXT, [layer("40 crates burned"), layer("40", "figure")])}

    assert found["Ines said "].kinds == ()
    assert found["40"].kinds == ("content", "figure")
    assert (found["40"].first, found["40"].last) == (("content", "figure"), ("figure",))
    assert (found[" crates burned"].first, found[" crates burned"].last) == ((), ("content",))


def test_a_piece_leads_to_the_claim_that_it_belongs_to():
    found = pieces(TEXT, [layer("40 crates", "other", claim="b1"), layer("40")])

    assert [piece.claim for piece in found] == [None, "b1", "b1", None]


@pytest.mark.parametrize(
    ("letter", "shown"),
    [
        pytest.param("\u202e", "\\u202e", id="turns-the-line-round"),
        pytest.param("\u200b", "\\u200b", id="zero-width"),
        pytest.param("\U000e0041", "\\U000e0041", id="tag"),
        pytest.param("\x1b", "\\x1b", id="control"),
        pytest.param("\n", None, id="a-line-end-is-seen"),
        pytest.param("\u200d", None, id="joiners-are-letters"),
        pytest.param("\U0001f6a2", None, id="beyond-the-basic-plane"),
    ],
)
def test_letters_that_nobody_sees_are_pieces_of_their_own(letter, shown):
    text = f"a{letter}b"
    found = list(pieces(text, [layer("b", text=text)]))

    assert "".join(piece.text for piece in found) == text
    assert [piece.hidden for piece in found if piece.hidden] == ([shown] if shown else [])


def test_long_articles_with_many_claims_take_time_in_proportion():
    def seconds(times):
        text = "a said 1 b. " * times
        layers = [Layer("other", Span(12 * each + 2, 12 * each + 8), str(each)) for each in range(times)]
        return cpu_seconds(lambda: list(pieces(text, layers)))

    assert seconds(20_000) < 20 * max(seconds(4_000), 0.001)
