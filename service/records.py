"""What is a claim, and what does each step hand to the next?

One frozen record for each word of the annotation guidelines, and one for each thing a step produces. Every span is a
half-open pair of character offsets (Unicode code points) into `Article.text`, exactly as received: nothing is ever
normalised in place. Field names are the same in the model's drafts, over HTTP, in gold sets and in scores.
"""

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Annotated, Any, Literal, NamedTuple, Protocol, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

SCHEMA_VERSION = "1.0"

Kind = Literal["person", "organization", "anonymous", "document", "outlet", "unspecified", "unresolved"]
Mode = Literal["direct", "indirect", "mixed", "implied", "none"]
Stance = Literal["asserts", "denies", "confirms", "claims_responsibility", "predicts", "intends", "demands"]
Qualifier = Literal["exact", "at_least", "more_than", "at_most", "less_than", "about", "range", "vague"]


class Record(BaseModel):
    """Frozen, and refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(NamedTuple):
    """`[start, end)` in characters of the article's text; written as a two-element list."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The words this span cuts out of `text`."""
        return text[self.start : self.end]

    def holds(self, other: "Span") -> bool:
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: "Span") -> bool:
        return self.start < other.end and other.start < self.end

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        offset = core_schema.int_schema(ge=0, strict=True)
        pair = core_schema.tuple_schema([offset, offset])
        return core_schema.no_info_after_validator_function(cls._ordered, pair)

    @classmethod
    def _ordered(cls, pair: tuple[int, int]) -> "Span":
        start, end = pair
        if start >= end:
            raise PydanticCustomError(
                "span_empty", "a span needs start < end, got [{start}, {end}]", {"start": start, "end": end}
            )
        return cls(start, end)


def words_of(spans: Iterable[Span], text: str) -> str:
    """The words of several spans, with an ellipsis where something was left out between them."""
    return " … ".join(span.of(text) for span in spans)


def distance(span: Span, spans: Iterable[Span]) -> int:
    """Characters between `span` and the nearest of `spans`; 0 where they touch or overlap."""
    return min(max(piece.start - span.end, span.start - piece.end, 0) for piece in spans)


def _plain_decimal(value: str) -> str:
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise PydanticCustomError("not_a_decimal", "{value} is not a decimal number", {"value": repr(value)})
    return value


DecimalString = Annotated[str, AfterValidator(_plain_decimal)]


# ── the article ─────────────────────────────────────────────────────────────────────────────────────────────────


class Article(Record):
    """A news article as received. `published` is the date that relative expressions are resolved against."""

    id: str = Field(min_length=1, max_length=200)
    text: str
    title: str | None = Field(default=None, max_length=1_000)
    outlet: str | None = Field(default=None, max_length=200)
    published: date | None = None
    language: str | None = Field(default=None, max_length=35)

    @cached_property
    def sha256(self) -> str:
        """Of the UTF-8 text; lone surrogates, which UTF-8 cannot hold, are refused before an Article is made."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()


# ── a claim: the schema of gold sets, answers, reviews and scores ──────────────────────────────────────────────────


class Figure(Record):
    """A number inside a claim's content. Bounds are decimal strings; `low` and `high` are null on an open side."""

    span: Span
    low: DecimalString | None
    high: DecimalString | None
    qualifier: Qualifier
    unit: str | None = None
    counted: str | None = None
    measure: str | None = None


class Source(Record):
    """Who says it: `name` is the fullest form in the article, `mention` the words that name the speaker here."""

    name: str | None
    aliases: tuple[str, ...] = ()
    principal: str | None = None
    kind: Kind
    role: str | None = None
    mention: Span | None = None
    via: tuple[str, ...] = ()
    accept: tuple[str | None, ...] = ()


class When(Record):
    """A time expression inside the content; `value` is ISO 8601 (date, month, year, date-time or interval) or null."""

    span: Span
    value: str | None


class Claim(Record):
    """`source` says that `content`: one line of a gold set's claims.jsonl."""

    id: str
    document: str
    content: tuple[Span, ...] = Field(min_length=1)
    source: Source
    cue: Span | None = None
    mode: Mode
    stance: Stance = "asserts"
    hedged: bool = False
    negated: bool = False
    figures: tuple[Figure, ...] = ()
    when: tuple[When, ...] = ()
    where: tuple[str, ...] = ()


# ── what reading finds ────────────────────────────────────────────────────────────────────────────────────────────

ParagraphRole = Literal["body", "headline", "heading", "teaser", "byline", "caption", "disclaimer", "furniture"]
SpeakerForm = Literal["name", "role", "body", "anonymous", "document", "pronoun"]
CueForm = Literal["verb", "according_to", "noun", "hedge"]


class Paragraph(Record):
    """A stretch between line breaks. Only `body` paragraphs are read for claims."""

    span: Span
    role: ParagraphRole
    why: str | None = None  # in words, for paragraphs set aside


class Sentence(Record):
    """A sentence of a body paragraph, numbered from 1 through the article."""

    number: int
    span: Span
    paragraph: int  # index into Reading.paragraphs


class Quotation(Record):
    """Text in quotation marks. `span` includes the marks, `inner` does not; depth 1 is outermost."""

    span: Span
    inner: Span
    depth: int = 1
    closed: bool = True
    continues: bool = False  # the same speaker goes on from the quotation before, in a new paragraph


class FoundFigure(Record):
    """A number of the text read as a figure. `mark` (F1, F2 …) is how a model names it."""

    mark: str
    span: Span
    number: Span  # without its qualifier
    low: DecimalString | None
    high: DecimalString | None
    qualifier: Qualifier
    unit: str | None = None
    counted: str | None = None  # a proposal from the words around it
    sentence: int


class SkippedNumber(Record):
    """A number of the text that is no figure, and why: a date, an age, an ordinal, part of a name …"""

    span: Span
    reason: str


class FoundDate(Record):
    """A date or clock time of the text; `value` as in `When`."""

    span: Span
    value: str | None
    sentence: int


class SpeakerMention(Record):
    """Words that name somebody who could be speaking. `speaker` is the index of who that is in Reading.speakers."""

    mark: str  # S1, S2 …
    span: Span
    form: SpeakerForm
    speaker: int | None  # None: a pronoun or role that could not be resolved
    sentence: int


class Speaker(Record):
    """Somebody who could be speaking, with every name the article gives them; `mentions` are marks."""

    name: str
    aliases: tuple[str, ...] = ()
    kind: Kind
    role: str | None = None
    principal: str | None = None
    mentions: tuple[str, ...] = ()


class FoundCue(Record):
    """Attributing words ("claimed", "according to", "reportedly"), without auxiliaries."""

    span: Span
    lemma: str
    form: CueForm
    stance: Stance = "asserts"
    sentence: int


class Segment(Record):
    """A run of whole sentences that one model call reads: numbers `first` to `last`, both included."""

    number: int
    span: Span
    first: int
    last: int


class Notice(Record):
    """Something about the article that its reader should know: hidden text, another language, an instruction …"""

    code: str
    message: str
    span: Span | None = None


class _Found(Protocol):
    @property
    def span(self) -> Span: ...


_SomeFound = TypeVar("_SomeFound", bound=_Found)


def _inside(found: tuple[_SomeFound, ...], starts: list[int], span: Span) -> tuple[_SomeFound, ...]:
    first, last = bisect_left(starts, span.start), bisect_left(starts, span.end)
    return tuple(item for item in found[first:last] if item.span.end <= span.end)


class Reading(Record):
    """All that is known of an article before anybody is asked who claims what; each list is in the text's order."""

    article: Article
    paragraphs: tuple[Paragraph, ...]
    sentences: tuple[Sentence, ...]
    quotations: tuple[Quotation, ...]
    figures: tuple[FoundFigure, ...]
    skipped_numbers: tuple[SkippedNumber, ...]
    dates: tuple[FoundDate, ...]
    speakers: tuple[Speaker, ...]
    mentions: tuple[SpeakerMention, ...]
    cues: tuple[FoundCue, ...]
    notices: tuple[Notice, ...] = ()

    @cached_property
    def figure_by_mark(self) -> dict[str, FoundFigure]:
        return {figure.mark: figure for figure in self.figures}

    @cached_property
    def mention_by_mark(self) -> dict[str, SpeakerMention]:
        return {mention.mark: mention for mention in self.mentions}

    def sentence(self, number: int) -> Sentence | None:
        """The sentence with that number, or None where there is none."""
        return self.sentences[number - 1] if 1 <= number <= len(self.sentences) else None

    def sentence_at(self, offset: int) -> Sentence | None:
        """The body sentence that holds the character at `offset`, or None between sentences and in furniture."""
        found = bisect_right(self._sentence_starts, offset) - 1
        return self.sentences[found] if found >= 0 and offset < self.sentences[found].span.end else None

    def figures_in(self, span: Span) -> tuple[FoundFigure, ...]:
        """The figures that stand wholly inside `span`, in the text's order; likewise the methods below."""
        return _inside(self.figures, self._figure_starts, span)

    def dates_in(self, span: Span) -> tuple[FoundDate, ...]:
        return _inside(self.dates, self._date_starts, span)

    def mentions_in(self, span: Span) -> tuple[SpeakerMention, ...]:
        return _inside(self.mentions, self._mention_starts, span)

    def cues_in(self, span: Span) -> tuple[FoundCue, ...]:
        return _inside(self.cues, self._cue_starts, span)

    def quotations_over(self, span: Span) -> tuple[Quotation, ...]:
        """The quotations that share characters with `span`, outer ones first."""
        sentence = self.sentence_at(span.start)
        floor = self.paragraphs[sentence.paragraph].span.start if sentence is not None else span.start
        first, last = bisect_left(self._quotation_starts, floor), bisect_left(self._quotation_starts, span.end)
        return tuple(found for found in self.quotations[first:last] if found.span.overlaps(span))

    # Looked up by halving: with one pass over all of them per claim, long articles would take quadratic time.

    @cached_property
    def _quotation_starts(self) -> list[int]:
        return [quotation.span.start for quotation in self.quotations]

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [sentence.span.start for sentence in self.sentences]

    @cached_property
    def _figure_starts(self) -> list[int]:
        return [figure.span.start for figure in self.figures]

    @cached_property
    def _date_starts(self) -> list[int]:
        return [found.span.start for found in self.dates]

    @cached_property
    def _mention_starts(self) -> list[int]:
        return [mention.span.start for mention in self.mentions]

    @cached_property
    def _cue_starts(self) -> list[int]:
        return [cue.span.start for cue in self.cues]


# ── what an extractor proposes, and what becomes of it ───────────────────────────────────────────────────────────


class Passage(Record):
    """Part of one sentence, given by the words at its two ends, as a model gives it."""

    sentence: int
    first: str
    last: str


class DraftFigure(Record):
    """A figure of a draft: a mark (F3), or words where reading had missed it."""

    figure: str
    counted: str | None = None
    measure: str | None = None


class Draft(Record):
    """A claim as somebody proposed it, before it is known to stand in the text.

    `speaker` and `via` name speakers by the mark of any of their mentions (S2); `speaker` may also be "outlet",
    "unspecified", "unresolved", or plain words that reading had missed. `mention` and `cue` are where this claim
    names its speaker and says so: spans, marks, or words of the sentence.
    """

    segment: int = 1
    content: tuple[Span | Passage, ...] = Field(min_length=1)
    speaker: str
    mention: Span | str | None = None
    via: tuple[str, ...] = ()
    accept: tuple[str | None, ...] = ()
    cue: Span | str | None = None
    mode: Mode
    stance: Stance = "asserts"
    hedged: bool = False
    figures: tuple[DraftFigure, ...] = ()
    where: tuple[str, ...] = ()
    signals: dict[str, float] = Field(default_factory=dict)  # what the extractor itself knows, for confidence


FieldStatus = Literal["verified", "resolved", "contradicted", "absent"]


class Check(Record):
    """What checking found of one field: `verified` stands in the text as said, `resolved` follows from it
    (a pronoun's name), `contradicted` is at odds with it, `absent` is not there."""

    field: str
    status: FieldStatus
    message: str | None = None


class Grounded(Record):
    """A draft with a place in the text for all it says."""

    draft: Draft
    content: tuple[Span, ...]
    source: Source
    cue: Span | None
    figures: tuple[Figure, ...]
    when: tuple[When, ...]
    where: tuple[str, ...]
    negated: bool
    checks: tuple[Check, ...]


class Rejection(Record):
    """A draft that was dropped, and why: `reason` is a code, `message` says it in words."""

    segment: int
    reason: str
    message: str
    draft: Draft | None = None
    raw: str | None = None  # what the model wrote, where no draft could be made of it


class Flag(Record):
    """A doubt about a claim, in words, with the place in the text that raises it."""

    code: str
    field: str
    message: str
    span: Span | None = None


class Reason(Record):
    """One signal's share in a confidence: `effect` is in log-odds, below zero where it lowers it."""

    signal: str
    effect: float
    words: str


class ExtractedClaim(Claim):
    """A claim as the service answers it: with its words, and how sure we are and why."""

    text: str
    confidence: float = Field(ge=0, le=1)
    reasons: tuple[Reason, ...] = ()
    flags: tuple[Flag, ...] = ()
    checks: tuple[Check, ...] = ()


class Failure(Record):
    """A part of the article that could not be extracted. Never the same as a part without claims."""

    segment: int
    reason: str
    message: str


class Usage(Record):
    """Model calls and what they cost; `cost_usd` is null where the price is not known. `reused` counts answers that
    were kept from an earlier call, and cost nothing."""

    calls: int = 0
    reused: int = 0
    retries: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = None

    def plus(self, other: "Usage") -> "Usage":
        known = [cost for cost in (self.cost_usd, other.cost_usd) if cost is not None]
        return Usage(
            calls=self.calls + other.calls,
            reused=self.reused + other.reused,
            retries=self.retries + other.retries,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            cost_usd=sum(known) if known else None,
        )


class PromptVersion(Record):
    """Which wording was used: file name and version, and a hash over instructions, examples and schema."""

    name: str
    fingerprint: str


class Extraction(Record):
    """An article's claims, with all that is needed to repeat them.

    `partial` means that some part failed: `failures` says which. `needs_review` lists the ids of doubtful claims.
    """

    schema_version: str = SCHEMA_VERSION
    extraction_id: str
    article: Article
    sha256: str
    file_sha256: str | None = None
    model: str
    answered_by: tuple[str, ...] = ()  # the models that answered, as their providers name them
    prompt: PromptVersion | None = None
    settings: dict[str, str | int | float | bool | None] = Field(default_factory=dict)
    software: str
    created: datetime
    seconds: float
    status: Literal["complete", "partial", "failed"]
    claims: tuple[ExtractedClaim, ...]
    needs_review: tuple[str, ...]
    rejected: tuple[Rejection, ...] = ()
    failures: tuple[Failure, ...] = ()
    notices: tuple[Notice, ...] = ()
    skipped_numbers: tuple[SkippedNumber, ...] = ()
    usage: Usage = Usage()
