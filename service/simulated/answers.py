"""What would a model that makes no mistakes say of a page?

Finds the page's sentences in a gold set, whichever article or part of one they come from, and puts the gold claims in
terms of what the page shows. Mistakes are for `mistakes`, the form of the answer for `writing`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from service.drafts import as_shown
from service.goldfiles import GoldClaim, find_texts, load_gold_set, read_texts
from service.reading.paragraphs import find_paragraphs
from service.reading.sentences import find_sentences
from service.records import Article, Mode, Record, Sentence, Source, Span, Stance
from service.simulated.page import Line, Mark, Page

PRONOUNS = frozenset("he she they it we i you his her their its who which".split())


class Piece(NamedTuple):
    """Part of a claim's content: words of one sentence of the page."""

    sentence: int
    words: str


class SaidFigure(Record):
    """A figure: its words, and its mark where the page has one."""

    words: str
    mark: str | None = None
    counted: str | None = None
    measure: str | None = None


class Said(Record):
    """A claim as the model means it, before it is written in one form or another. `name` is "outlet", "unspecified" or
    "unresolved" where nobody is named. `mistakes` says what was done to it on purpose."""

    id: str
    pieces: tuple[Piece, ...]
    name: str
    also: tuple[str, ...] = ()  # other names that would not be wrong
    name_mark: str | None = None
    mention: str | None = None
    mention_mark: str | None = None
    cue: str | None = None
    mode: Mode = "none"
    stance: Stance = "asserts"
    hedged: bool = False
    figures: tuple[SaidFigure, ...] = ()
    via: tuple[tuple[str, str | None], ...] = ()
    where: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()


class GoldArticle(NamedTuple):
    """An article of a gold set with its sentences and claims."""

    article: Article
    sentences: tuple[Sentence, ...]
    claims: tuple[GoldClaim, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Every speaker that a claim of the article names."""
        return tuple(dict.fromkeys(claim.source.name for claim in self.claims if claim.source.name))


class Gold:
    """A gold set, found by the words of its sentences."""

    def __init__(self, articles: Iterable[GoldArticle]) -> None:
        self._articles = tuple(articles)
        self._places: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for index, gold in enumerate(self._articles):
            for sentence in gold.sentences:
                self._places[_key(as_shown(sentence.span.of(gold.article.text)))].append((index, sentence.number))

    def article_of(self, page: Page) -> tuple[GoldArticle, dict[int, Line]] | None:
        """The article that most of the page's lines come from, and the line of each of its sentences that is shown."""
        shown: dict[int, dict[int, Line]] = defaultdict(dict)
        for line in page.lines:
            for index, number in self._places.get(_key(line.words), ()):
                if number not in shown[index]:
                    shown[index][number] = line
                    break
        if not shown:
            return None
        best = max(shown, key=lambda index: (len(shown[index]), -index))
        return self._articles[best], shown[best]


def load_gold(folder: Path, *, texts: Path | None = None) -> Gold:
    """The gold set in `folder`; `texts` holds the articles of one that has none itself. Raises InputError."""
    gold = load_gold_set(folder)
    candidates = read_texts([texts]) if texts is not None else ()
    found = find_texts(gold.documents, candidates)
    return Gold(
        gold_article(document.article(text), gold.claims_of.get(document.id, ()))
        for document in gold.documents
        if (text := found[document.id].text) is not None
    )


def gold_article(article: Article, claims: Sequence[GoldClaim]) -> GoldArticle:
    sentences = tuple(find_sentences(article.text, find_paragraphs(article)))
    return GoldArticle(article, sentences, tuple(claims))


def _key(words: str) -> str:
    return " ".join(words.split())


def all_said(gold: Gold, page: Page) -> tuple[Said, ...]:
    """Every gold claim whose words the page shows, in the text's order."""
    found = gold.article_of(page)
    if found is None:
        return ()
    article, lines = found
    said = (_said(claim, article, lines, page) for claim in article.claims)
    return tuple(each for each in said if each is not None)


def _said(claim: GoldClaim, gold: GoldArticle, lines: dict[int, Line], page: Page) -> Said | None:
    text = gold.article.text
    pieces: list[Piece] = []
    for span in claim.content:
        cut = [(sentence, _overlap(span, sentence.span)) for sentence in gold.sentences]
        parts = [(sentence, part) for sentence, part in cut if part is not None]
        if not parts or any(sentence.number not in lines for sentence, _ in parts):
            return None
        pieces += [Piece(lines[sentence.number].number, _shown(part, text)) for sentence, part in parts]
    source = claim.source
    mention = _marked(source.mention, "S", gold, lines) if source.mention else None
    name = source.name or (source.kind if source.kind in ("unspecified", "unresolved") else "outlet")
    return Said(
        id=claim.id,
        pieces=tuple(pieces),
        name=name,
        also=tuple(filter(None, (*source.aliases, source.principal, *source.accept, *source.via))),
        name_mark=best_mark(source, page) if source.name else None,
        mention=_shown(source.mention, text) if source.mention else None,
        mention_mark=mention,
        cue=_shown(claim.cue, text) if claim.cue else None,
        mode=claim.mode,
        stance=claim.stance,
        hedged=claim.hedged,
        figures=tuple(
            SaidFigure(
                words=_shown(figure.span, text),
                mark=_marked(figure.span, "F", gold, lines),
                counted=figure.counted,
                measure=figure.measure,
            )
            for figure in claim.figures
        ),
        via=tuple((name, mark_of(name, page)) for name in source.via),
        where=claim.where,
    )


def _overlap(span: Span, sentence: Span) -> Span | None:
    start, end = max(span.start, sentence.start), min(span.end, sentence.end)
    return Span(start, end) if start < end else None


def _shown(span: Span, text: str) -> str:
    return as_shown(span.of(text))


# ── which mark stands for whom ────────────────────────────────────────────────────────────────────────────────────


def _marked(span: Span, letter: str, gold: GoldArticle, lines: dict[int, Line]) -> str | None:
    """The mark that stands around most of the span's words, and around little else."""
    sentence = next((each for each in gold.sentences if each.span.holds(span)), None)
    line = lines.get(sentence.number) if sentence is not None else None
    if sentence is None or line is None:
        return None
    before = len(as_shown(gold.article.text[sentence.span.start : span.start]))
    wanted = Span(before, before + len(_shown(span, gold.article.text)))
    fitting = [(_shared(wanted, mark), mark.name) for mark in line.marked(letter)]
    most, name = max(fitting, default=(0.0, ""))
    return name if most >= ENOUGH else None


ENOUGH = 0.5  # of the words of both: a mark around less names another, or only part of who is named


def _shared(wanted: Span, mark: Mark) -> float:
    both = min(wanted.end, mark.end) - max(wanted.start, mark.start)
    return both / (max(wanted.end, mark.end) - min(wanted.start, mark.start)) if both > 0 else 0.0


def best_mark(source: Source, page: Page) -> str | None:
    """The mark that names the speaker most fully: by the name, else by an alias that is no common noun. Where none
    does, the name is given in words: a role or pronoun may be taken for another's."""
    names = (source.name, *(alias for alias in source.aliases if alias != alias.lower()))
    return next((found for name in names if name and (found := mark_of(name, page)) is not None), None)


def mark_of(name: str, page: Page) -> str | None:
    """The mark whose words have the name in them with the least beside it."""
    wanted = as_shown(name)
    holding = [(len(words), mark) for mark, words in page.speakers() if f" {wanted} " in f" {words} "]
    return min(holding, default=(0, None))[1]


def is_pronoun(words: str) -> bool:
    return words.casefold() in PRONOUNS
