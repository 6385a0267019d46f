"""What would a model say that is asked whether an article says what a claim says it says?

Reads the statements off the wire, as `judging` writes them, and holds each against the gold claims of the article that
its sentences come from. How often the answer is then wrong on purpose is said in the model's name.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple, get_args

from service.drafts import as_shown
from service.goldfiles import GoldClaim
from service.lexicon.statements import NOBODY, SAYS
from service.records import Article, Figure, Qualifier, Source, words_of
from service.shorthand import Verdict
from service.simulated.answers import Gold
from service.simulated.mistakes import draw
from service.simulated.names import Errors
from service.simulated.page import Line, Page

STATEMENTS = "Statements:"  # the line between the sentences and what is said of them
SAME = 0.5  # of the words of both, for a statement to be about the words of a gold claim
_NUMBER = re.compile(r"(\d{1,5})\. ")
_FIGURES = "”. Figures: "
_BOUNDS = tuple(name.replace("_", " ") for name in get_args(Qualifier) if name not in ("exact", "range", "vague"))
_FIGURE = re.compile(rf"(?:({'|'.join(_BOUNDS)}) )?(\S+)(?: to (\S+))?")
_ARTICLES = re.compile(r"^(?:the|an?) ", re.IGNORECASE)
_OPPOSITE: dict[Verdict, Verdict] = {"yes": "no", "no": "yes", "unclear": "unclear"}

Bounded = tuple[str, str, str]


class Statement(NamedTuple):
    """`words` are what somebody is said to say; `figures` have bound, low and high end each, "" where there is none."""

    number: int
    speaker: str
    says: str
    words: str
    figures: frozenset[Bounded]


class Questions(NamedTuple):
    """Sentences of an article, and what is said of them."""

    page: Page
    statements: tuple[Statement, ...]


def read_questions(page: Page) -> Questions | None:
    """The statements on a page; None where it asks for claims, and so has sentences with numbers."""
    rows = [line.words for line in page.beside]
    if page.lines or STATEMENTS not in rows:
        return None
    place = len(rows) - 1 - rows[::-1].index(STATEMENTS)
    lines = tuple(Line(number, words, ()) for number, words in enumerate(rows[:place], 1) if words != "…")
    return Questions(Page(lines, ()), tuple(_statements(rows[place + 1 :])))


def _statements(rows: Sequence[str]) -> Iterator[Statement]:
    """Those that can be read; one that runs over several lines is put together again."""
    whole: list[str] = []
    for row in rows:
        found = _NUMBER.match(row)
        if found and int(found[1]) == len(whole) + 1:
            whole.append(row[found.end() :])
        elif whole:
            whole[-1] += f" {row}"
    for number, row in enumerate(whole, 1):
        statement = _statement(number, row)
        if statement is not None:
            yield statement


def _statement(number: int, row: str) -> Statement | None:
    begun = [(place, verb) for verb in SAYS.values() if (place := row.find(f" {verb}: “")) > 0]
    if not begun:
        return None
    place, verb = min(begun)
    said = row[place + len(f" {verb}: “") :]
    words, _, figures = said.partition(_FIGURES)
    return Statement(number, row[:place], verb, words.removesuffix("”."), _figures(figures))


def _figures(said: str) -> frozenset[Bounded]:
    found = (_FIGURE.match(each) for each in said.removesuffix(".").split("; ") if each)
    return frozenset((each[1] or "", each[2], each[3] or "") for each in found if each)


# ── what is true of them ──────────────────────────────────────────────────────────────────────────────────────────


def verdicts(questions: Questions, gold: Gold, *, errors: Errors, seed: int, key: str) -> str:
    """The answer as JSON. A statement about an article that the gold set does not have is "unclear"."""
    found = gold.article_of(questions.page)
    said = []
    for statement in questions.statements:
        verdict: Verdict = "unclear"
        if found is not None:
            verdict = "yes" if any(_says(claim, statement, found[0].article) for claim in found[0].claims) else "no"
        said.append({"n": statement.number, "a": _given(verdict, statement, errors, seed, key)})
    return json.dumps({"c": said})


def _given(verdict: Verdict, statement: Statement, errors: Errors, seed: int, key: str) -> Verdict:
    def falls(kind: str) -> bool:
        return draw(seed, key, str(statement.number), kind).random() < float(getattr(errors, kind))

    if falls("undecided"):
        return "unclear"
    return _OPPOSITE[verdict] if falls("misjudged") else verdict


def _says(claim: GoldClaim, statement: Statement, article: Article) -> bool:
    """Whether the claim is about the statement's words, by its speaker, in its manner, with its figures."""
    words = as_shown(words_of(claim.content, article.text))
    return (
        _shared(words, statement.words) >= SAME
        and SAYS[claim.stance] == statement.says
        and _is(claim.source, statement.speaker)
        and frozenset(map(_bounded, filter(_has_end, claim.figures))) == statement.figures
    )


def _shared(one: str, other: str) -> float:
    first, second = Counter(re.findall(r"\w+", one)), Counter(re.findall(r"\w+", other))
    return (first & second).total() / max(1, (first | second).total())


def _is(source: Source, speaker: str) -> bool:
    if source.name is None:
        return NOBODY.get(source.kind) == speaker
    names = {as_shown(name) for name in (source.name, *source.aliases, source.principal, *source.accept) if name}
    bare = _ARTICLES.sub("", speaker)
    return any(_same_name(_ARTICLES.sub("", name), bare) for name in names)


def _same_name(one: str, other: str) -> bool:
    """Alike, or one a part of the other, such as a family name."""
    first, second = set(one.split()), set(other.split())
    short, long = sorted((first, second), key=len)
    return one.casefold() == other.casefold() or (short <= long and any(word[:1].isupper() for word in short))


def _has_end(figure: Figure) -> bool:
    return bool(figure.low or figure.high)


def _bounded(figure: Figure) -> Bounded:
    ends = [*dict.fromkeys(end for end in (figure.low, figure.high) if end is not None), ""]
    bound = figure.qualifier.replace("_", " ")
    return bound if bound in _BOUNDS else "", ends[0], ends[1]
