"""How does a simulated model write down what it says?

`write_claim` is the one inverse of the mapping in `service.shorthand`: in the short form with marks, and in the free
form of a model that knows no marks and gives everything in words. A claim written and read again is the same.
"""

from service.shorthand import SPEAKERLESS
from service.simulated.answers import Piece, Said, SaidFigure
from service.simulated.names import Form
from service.simulated.page import Page

EDGE = 2  # words given of each end of a passage, and more where they stand twice


def write_claim(claim: Said, page: Page, form: Form) -> dict[str, object]:
    """The claim in the form that the prompt asks for, or in words alone."""
    return _in_words(claim) if form == "free" else _with_marks(claim, page)


def _with_marks(claim: Said, page: Page) -> dict[str, object]:
    said: list[object] = [claim.name if claim.name in SPEAKERLESS else _named(claim.name, claim.name_mark)]
    if claim.mention_mark and claim.mention_mark != claim.name_mark:
        said.append(claim.mention_mark)
    said += ["implied"] if claim.mode == "implied" else []
    for figure in claim.figures:
        said.append(_named(figure.words, figure.mark))
        said += [{"d": figure.measure}] if figure.measure else []
        said += [{"c": figure.counted}] if figure.counted else []
    said += [claim.stance] if claim.stance != "asserts" else []
    said += ["hedged"] if claim.hedged else []
    said += [{"q": claim.cue}] if claim.cue else []
    said += [{"via": _named(name, mark)} for name, mark in claim.via]
    said += [{"in": place} for place in claim.where]
    return {"p": [_edges(piece, page) for piece in claim.pieces], "s": said}


def _in_words(claim: Said) -> dict[str, object]:
    besides: list[object] = [claim.stance] if claim.stance != "asserts" else []
    besides += ["hedged"] if claim.hedged else []
    besides += [{"via": {"other": name}} for name, _ in claim.via]
    besides += [{"in": place} for place in claim.where]
    return {
        "p": [f"{piece.sentence} {piece.words}" for piece in claim.pieces],
        "s": claim.name if claim.name in SPEAKERLESS else {"other": claim.name},
        "m": claim.mention,
        "q": claim.cue,
        "o": claim.mode,
        "f": [_figure_in_words(figure) for figure in claim.figures],
        "x": besides,
    }


def _named(name: str, mark: str | None) -> object:
    return mark or {"other": name}


def _figure_in_words(figure: SaidFigure) -> dict[str, object]:
    return {"n": {"other": figure.words}, "c": figure.counted, "d": figure.measure}


def _edges(piece: Piece, page: Page) -> str:
    """Its first and last words, as many as are needed to stand in the sentence once."""
    sentence = next((line.words for line in page.lines if line.number == piece.sentence), "")
    words = piece.words.split()
    if len(words) <= 2 * EDGE:
        return f"{piece.sentence} {piece.words}"
    for count in range(EDGE, len(words)):
        first, last = " ".join(words[:count]), " ".join(words[-count:])
        if sentence.count(first) == 1 and sentence.count(last) == 1:
            return f"{piece.sentence} {first} … {last}"
    return f"{piece.sentence} {piece.words}"
