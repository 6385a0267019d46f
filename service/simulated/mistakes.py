"""How does a model go wrong, and how often?

Each claim is drawn for on its own, by seed, article and claim, so that no answer depends on which was asked for first.
What a mistake does differs with the form: words can be changed, marks only exchanged for others.
"""

import random
import re
from collections.abc import Iterator, Sequence

from service.lexicon.numbers import BOUNDS_BEFORE, SIGNS_BEFORE, TENS, UNITS
from service.simulated.answers import PRONOUNS, Piece, Said, SaidFigure, is_pronoun, mark_of
from service.simulated.names import CLAIM_ERRORS, Errors, Form
from service.simulated.page import Page

NOBODY = "Marlow Venn-Adair"  # stands in no article that we know of
NOTHING = "inspectors sealed the northern depot overnight"
NO_NUMBER = "84,617"
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"[A-Za-z]+")
_NUMBERS = {**UNITS, **TENS}
_VAGUE = {"dozens": "thousands", "hundreds": "dozens", "thousands": "dozens", "scores": "thousands", "several": "two"}
_FRACTIONS = {"half": "two-thirds", "quarter": "fifth", "third": "fifth", "fifth": "third", "quarters": "fifths"}
_FRACTIONS |= {"thirds": "fifths", "twice": "four times", "dozen": "score", "doubled": "quadrupled", "double": "triple"}


def draw(seed: int, *what: str) -> random.Random:
    """A source of chance: the same for the same article, claim and kind of mistake, and independent of all others."""
    return random.Random("|".join((str(seed), *what)))


def mistaken(
    said: Sequence[Said], page: Page, *, errors: Errors, form: Form, seed: int, names: Sequence[str] = ()
) -> tuple[Said, ...]:
    """The claims with the mistakes that fall to them. `names`: speakers of the article, for one that has no mark."""
    key = page.key
    return tuple(
        each for claim in said for each in _mistaken(claim, page, errors, form, draw_key=(seed, key), names=names)
    )


def _mistaken(
    claim: Said, page: Page, errors: Errors, form: Form, *, draw_key: tuple[int, str], names: Sequence[str]
) -> Iterator[Said]:
    seed, key = draw_key
    chances = {kind: draw(seed, key, claim.id, kind) for kind in CLAIM_ERRORS}
    falls = {kind: chances[kind].random() < getattr(errors, kind) for kind in CLAIM_ERRORS}
    if not falls["missed"]:
        result = claim
        if falls["changed"]:
            result = change_figure(result, page, form, chances["changed"])
        if falls["unbound"]:
            result = drop_bound(result, form, chances["unbound"])
        if falls["swapped"]:
            result = swap_speaker(result, page, chances["swapped"], names)
        yield result
    if falls["invented"]:
        yield invent(claim, form, chances["invented"])


# ── speakers ──────────────────────────────────────────────────────────────────────────────────────────────────────


def swap_speaker(claim: Said, page: Page, chance: random.Random, names: Sequence[str]) -> Said:
    """Another speaker of the article says it; the claim as it is where there is no other, or nobody says it.

    The mention is left out, kept, or becomes the other's own, each as likely."""
    if claim.name in ("outlet", "unspecified", "unresolved"):
        return claim
    own = {word for name in (claim.name, claim.mention or "", *claim.also) for word in _words(name)}
    others = [(name, mark_of(name, page)) for name in names]
    others += [(words, mark) for mark, words in page.speakers() if words and not is_pronoun(words)]
    others = [(name, mark) for name, mark in others if not _words(name) & own and not _DIGITS.search(name)]
    if not others:
        return claim
    name, mark = chance.choice(others)
    changes: dict[str, str | None] = {"name": name, "name_mark": mark}
    match chance.choice(("none", "kept", "own")):
        case "none":
            changes |= {"mention": None, "mention_mark": None}
        case "own":
            changes |= {"mention": name, "mention_mark": mark}
    return _with(claim, "swapped", **changes)


def _words(name: str) -> set[str]:
    """Without the words that different speakers share: small ones and pronouns."""
    found = {word.casefold() for word in _WORD.findall(name)}
    return {word for word in found if len(word) > 3 or not word.islower()} - PRONOUNS - {"said", "from", "with"}


# ── figures ───────────────────────────────────────────────────────────────────────────────────────────────────────


def change_figure(claim: Said, page: Page, form: Form, chance: random.Random) -> Said:
    """One figure is another number: in words, in the figure alone or in the content too; by mark, another mark."""
    changed = [(index, other) for index, figure in enumerate(claim.figures) if (other := another_number(figure.words))]
    if not changed:
        return claim
    index, words = chance.choice(changed)
    if form == "marks":
        own = {figure.mark for figure in claim.figures}
        others = [mark.name for line in page.lines for mark in line.marked("F") if mark.name not in own]
        mark = chance.choice(others) if others else None
        figure = claim.figures[index].model_copy(update={"mark": mark, "words": words})
        return _with(claim, "changed:mark" if mark else "changed:figure", figures=_replaced(claim, index, figure))
    return reworded(claim, index, words, "changed", everywhere=chance.random() < 0.5)


def reworded(claim: Said, index: int, words: str, mistake: str, *, everywhere: bool) -> Said:
    """The claim with other words for one figure, and `everywhere` in its content too."""
    figure = claim.figures[index]
    figures = _replaced(claim, index, figure.model_copy(update={"words": words, "mark": None}))
    if not everywhere:
        return _with(claim, f"{mistake}:figure", figures=figures)
    pieces = tuple(Piece(piece.sentence, _substituted(piece.words, figure.words, words)) for piece in claim.pieces)
    return _with(claim, f"{mistake}:content", figures=figures, pieces=pieces)


def _substituted(words: str, old: str, new: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", lambda _: new, words, count=1)


def _replaced(claim: Said, index: int, figure: SaidFigure) -> tuple[SaidFigure, ...]:
    return (*claim.figures[:index], figure, *claim.figures[index + 1 :])


def another_number(words: str) -> str | None:
    """The words with another number in them, None where there is none that we can change: "at least 40", "at least
    53"."""
    digits = _DIGITS.search(words)
    if digits:
        first = int(digits[0][0])
        number = f"{(first + 3) % 9 + 1}{digits[0][1:]}"
        return words[: digits.start()] + number + words[digits.end() :]
    for found in _WORD.finditer(words):
        word = found[0].casefold()
        other = _VAGUE.get(word) or _FRACTIONS.get(word) or _another_number_word(word)
        if other:
            return words[: found.start()] + other + words[found.end() :]
    return None


def _another_number_word(word: str) -> str | None:
    value = _NUMBERS.get(word)
    if value is None:
        return None
    wanted = value + 30 if value >= 20 else (value + 4) % 20
    return next((other for other, number in _NUMBERS.items() if number == (wanted if wanted <= 90 else 20)), None)


_SIGNS = "".join(SIGNS_BEFORE)


def without_bound(words: str) -> str | None:
    """The figure's words without those that bound it; None where none do."""
    bare = words.lstrip(_SIGNS + " ")
    parts = bare.split()
    for length in range(len(parts) - 1, 0, -1):
        if tuple(part.casefold() for part in parts[:length]) in BOUNDS_BEFORE:
            bare = " ".join(parts[length:])
            break
    return bare if bare and bare != words else None


def drop_bound(claim: Said, form: Form, chance: random.Random) -> Said:
    bounded = [(index, bare) for index, figure in enumerate(claim.figures) if (bare := without_bound(figure.words))]
    if not bounded or form == "marks":  # a mark stands for number and bound together
        return claim
    index, words = chance.choice(bounded)
    return reworded(claim, index, words, "unbound", everywhere=chance.random() < 0.5)


# ── what nobody said ──────────────────────────────────────────────────────────────────────────────────────────────


def invent(claim: Said, form: Form, chance: random.Random) -> Said:
    """A claim that the article does not hold: of another's words, a made-up speaker, figure, or content."""
    kind = chance.choice(("speaker", "figure", "content"))
    changes: dict[str, object] = {}
    if kind == "speaker":
        changes = {"name": NOBODY, "name_mark": "S999" if form == "marks" and chance.random() < 0.5 else None}
    elif kind == "figure":
        mark = "F999" if form == "marks" and chance.random() < 0.5 else None
        changes = {"figures": (*claim.figures, SaidFigure(words=NO_NUMBER, mark=mark, counted="crates"))}
    else:
        changes = {"pieces": (Piece(claim.pieces[0].sentence, NOTHING),), "figures": ()}
    return _with(claim, f"invented:{kind}", id=f"{claim.id}+", **changes)


def _with(claim: Said, mistake: str, **changes: object) -> Said:
    return claim.model_copy(update={**changes, "mistakes": (*claim.mistakes, mistake)})
