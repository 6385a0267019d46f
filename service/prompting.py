"""What is a model asked about a segment?

Instructions and examples come first and are the same for every article; the article comes last, as numbered sentences
with our marks in them, between delimiters that nobody can foresee. How the answer is read is for `drafts`.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import service
from service.drafts import Shown, as_shown
from service.errors import PromptError
from service.models import Prompt
from service.proposing import written
from service.records import (
    FoundFigure,
    Grounded,
    PromptVersion,
    Reading,
    Record,
    Segment,
    Sentence,
    Span,
    Speaker,
    SpeakerMention,
)
from service.shorthand import CLAIMS_PADDED_TO, MARKS_PADDED_TO, answer_schema, padded

EXAMPLE_CHARACTERS = 3_600  # about 1,000 tokens: all that a version has so far, and no runaway file
CARRIED_SPEAKERS = 24  # speakers of earlier segments that a later one is told of
CARRIED_FROM = 50_000  # characters of earlier text that are looked through for them, so that time stays linear
ALIASES_TOLD = 3
NEARBY = 5  # sentences before one that is asked about, in which speakers are named whom it may mean
CONFIRMING = "confirm_claims.v1"
_ARTICLE_LINE = "\n=== article ===\n"
_PLACEHOLDER = re.compile(r"\{\{([a-z]+)\}\}")


# ── the wording: a file with a version ────────────────────────────────────────────────────────────────────────────


class Template(Record):
    """A prompt file, ready for articles: `system` is complete, `user` still has its placeholders."""

    system: str
    user: str
    version: PromptVersion


def shipped_prompts() -> Path:
    """The folder of prompt files that came with this installation, or stands in this checkout."""
    package = Path(service.__file__).parent
    inside = package / "prompts"
    return inside if inside.is_dir() else package.parent / "prompts"


def load_template(name: str, *, folder: Path | None = None, characters: int = EXAMPLE_CHARACTERS) -> Template:
    """The wording called `name` ("extract_claims.v1"), with as many of its examples as `characters` hold.

    Raises PromptError where the file is missing or its placeholders are not those that are filled.
    """
    path = (folder or shipped_prompts()) / f"{name}.md"
    examples = path.with_name(f"{name}.examples.jsonl")
    try:
        instructions, line, user = path.read_text(encoding="utf-8").partition(_ARTICLE_LINE)
        shown = choose_examples(examples.read_text(encoding="utf-8").split("\n"), characters=characters)
    except OSError as error:
        raise PromptError(
            f"There is no prompt {name!r}: {error.filename} cannot be read. ACCORDING_PROMPT names a prompt file "
            "without its ending; ACCORDING_PROMPTS is the folder that it is in, if not the one shipped."
        ) from error
    if not line:
        raise PromptError(f"{path.name} has no line {_ARTICLE_LINE.strip()!r} before what changes with the article.")
    system = fill(instructions, {"examples": "\n\n".join(shown)}, name=path.name)
    fill(user, dict.fromkeys(_USER_VALUES, ""), name=path.name)
    return Template(system=system, user=user, version=PromptVersion(name=name, fingerprint=_fingerprint(system, user)))


def confirming(template: Template, *, folder: Path | None = None) -> Template:
    """The wording for excerpts: as `template`, with what is to be known of them behind it. Raises PromptError."""
    more = read_prompt(CONFIRMING, folder=folder)
    version = PromptVersion(
        name=f"{template.version.name}+{CONFIRMING}", fingerprint=_fingerprint(template.version.fingerprint, more)
    )
    return template.model_copy(update={"system": f"{template.system}\n\n{more}", "version": version})


def read_prompt(name: str, *, folder: Path | None = None) -> str:
    """The prompt file called `name`, from `folder` where it has one, else as shipped. Raises PromptError."""
    places = [place / f"{name}.md" for place in (folder, shipped_prompts()) if place is not None]
    path = next((place for place in places if place.is_file()), places[-1])
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise PromptError(f"There is no prompt {name!r}: {error.filename} cannot be read.") from error


_USER_VALUES = ("about", "delimiter", "sentences")


def _fingerprint(*parts: str) -> str:
    smallest = answer_schema(speakers=MARKS_PADDED_TO[0], figures=MARKS_PADDED_TO[0], claims=CLAIMS_PADDED_TO[0])
    return hashlib.sha256("\0".join((*parts, smallest)).encode()).hexdigest()


def fill(template: str, values: Mapping[str, str], *, name: str) -> str:
    """`template` with its placeholders replaced, each value as it is: braces in a value are only text."""
    wanted = set(_PLACEHOLDER.findall(template))
    if wanted != values.keys():
        raise PromptError(f"{name} wants {sorted(wanted)}, got {sorted(values)}")
    return _PLACEHOLDER.sub(lambda found: values[found[1]], template)


def choose_examples(lines: Iterable[str], *, characters: int) -> list[str]:
    """Examples as they are shown, in the file's order, while they fit."""
    chosen: list[str] = []
    for line in lines:
        if not line.strip():
            continue
        example = json.loads(line)
        answer = json.dumps(example["answer"], ensure_ascii=False, separators=(",", ":"))
        shown = "\n".join((*example["sentences"], answer))
        characters -= len(shown)
        if characters < 0:
            break
        chosen.append(shown)
    return chosen


# ── one segment ───────────────────────────────────────────────────────────────────────────────────────────────────


class Excerpt(Record):
    """Some sentences of a segment, by number: those `asked` about, those shown so that they are understood, and the
    claims that are proposed for them."""

    segment: Segment
    asked: tuple[int, ...]
    beside: tuple[int, ...] = ()
    proposals: tuple[Grounded, ...] = ()


def whole(segment: Segment) -> Excerpt:
    """All of a segment, with nothing proposed."""
    return Excerpt(segment=segment, asked=tuple(range(segment.first, segment.last + 1)))


def write_prompt(
    asked: Segment | Excerpt, reading: Reading, template: Template, *, nonce: str, max_output_tokens: int
) -> Prompt:
    """The question about one segment, or some sentences of it. `nonce` is a word that the article's author cannot have
    known."""
    marks = _Marks()
    excerpt = asked if isinstance(asked, Excerpt) else whole(asked)
    segment = excerpt.segment
    sentences = tuple(reading.sentences[number - 1] for number in sorted({*excerpt.asked, *excerpt.beside}))
    partly = isinstance(asked, Excerpt)
    about = _about(segment, reading, marks, _nearby(excerpt, reading, marks) if partly else None)
    shown = _show(sentences, reading, marks, asked=frozenset(excerpt.asked)) + _proposed(excerpt, reading, marks)
    values = {"about": about, "sentences": shown}
    form = answer_schema(
        speakers=padded(marks.count("S"), MARKS_PADDED_TO),
        figures=padded(marks.count("F"), MARKS_PADDED_TO),
        claims=padded(8 + 2 * len(excerpt.asked), CLAIMS_PADDED_TO),
    )
    timeless = fill(template.user, {**values, "delimiter": ""}, name=template.version.name)
    return Prompt(
        version=template.version,
        system=template.system,
        user=fill(template.user, {**values, "delimiter": nonce}, name=template.version.name),
        form=form,
        max_tokens=min(max_output_tokens, _tokens_for(len(excerpt.asked))),
        shown=Shown(
            segment=segment.number,
            first=segment.first,
            last=segment.last,
            marks=marks.originals,
            asked=excerpt.asked if partly else None,
        ),
        key=hashlib.sha256("\0".join((template.version.fingerprint, form, timeless)).encode()).hexdigest(),
        article=reading.article.sha256,
    )


def _tokens_for(sentences: int) -> int:
    """Room for an answer: about two claims a sentence, at twice the 25 tokens that a claim takes in the short form, so
    that only a runaway is cut off."""
    return 500 + 100 * sentences


class _Marks:
    """Numbers what one segment shows from 1, so that every segment needs the same small schema."""

    def __init__(self) -> None:
        self.originals: dict[str, str] = {}
        self._counts = {"S": 0, "F": 0}

    def give(self, original: str) -> str:
        """A mark of this segment for a mark of the reading."""
        letter = original[0]
        self._counts[letter] += 1
        mark = f"{letter}{self._counts[letter]}"
        self.originals[mark] = original
        return mark

    def count(self, letter: str) -> int:
        return self._counts[letter]


def _show(sentences: tuple[Sentence, ...], reading: Reading, marks: _Marks, *, asked: frozenset[int]) -> str:
    """One sentence a line, an empty line between paragraphs, a line of dots for what is left out between two. Those
    that are not asked about have no number."""
    lines: list[str] = []
    paragraph = sentences[0].paragraph if sentences else 0
    before = sentences[0].number - 1 if sentences else 0
    for sentence in sentences:
        if sentence.number != before + 1:
            lines.append("…")
        elif sentence.paragraph != paragraph:
            lines.append("")
        paragraph, before = sentence.paragraph, sentence.number
        number = f"[{sentence.number}] " if sentence.number in asked else ""
        lines.append(number + _marked(sentence.span, reading, marks))
    return "\n".join(lines)


def _proposed(excerpt: Excerpt, reading: Reading, marks: _Marks) -> str:
    """What is proposed, as the model would write it."""
    if not excerpt.proposals:
        return ""
    called = {original: mark for mark, original in marks.originals.items()}
    claims = [written(claim, reading, called) for claim in excerpt.proposals]
    return "\n\nProposed: " + json.dumps({"c": claims}, ensure_ascii=False, separators=(",", ":"))


def _marked(span: Span, reading: Reading, marks: _Marks) -> str:
    """The words of `span` with marks around speakers and figures; marks nest, and one that would cross another stands
    empty before its first word."""
    text = reading.article.text
    marked: list[FoundFigure | SpeakerMention] = [*reading.figures_in(span), *reading.mentions_in(span)]
    marked.sort(key=lambda item: (item.span.start, -item.span.end))
    pieces: list[str] = []
    closing: list[int] = []  # ends of the marks that are open, the innermost last
    place = span.start

    def go_to(offset: int) -> None:
        nonlocal place
        while closing and closing[-1] <= offset:
            pieces.append(as_shown(text[place : closing[-1]]) + "}")
            place = closing.pop()
        pieces.append(as_shown(text[place:offset]))
        place = offset

    for item in marked:
        go_to(item.span.start)
        crosses = bool(closing) and item.span.end > closing[-1]
        pieces.append("{" + marks.give(item.mark) + ("}" if crosses else " "))
        if not crosses:
            closing.append(item.span.end)
    go_to(span.end)
    return "".join(pieces)


# ── what a model is told beside the sentences ────────────────────────────────────────────────────────────────────


def _about(segment: Segment, reading: Reading, marks: _Marks, nearby: list[str] | None) -> str:
    """The article's title and date, and for a later segment or an excerpt (`nearby`) who is known already; all inside
    the delimiters."""
    article = reading.article
    lines = []
    if article.title:
        lines.append(f"Title: {as_shown(article.title)[:200]}")
    if article.published is not None:
        lines.append(f"Published: {article.published.isoformat()}")
    if nearby is not None:
        lines.extend(nearby)
    elif segment.first > 1:
        lines.extend(_carried(segment, reading, marks))
    return "".join(f"{line}\n" for line in lines) + ("\n" if lines else "")


def _nearby(excerpt: Excerpt, reading: Reading, marks: _Marks) -> list[str]:
    """Speakers whom the sentences asked about may mean, and who are not named in what is shown."""
    shown = {*excerpt.asked, *excerpt.beside}
    here = {mention.speaker for number in shown for mention in _names_in(number, reading)}
    around = {number for asked in excerpt.asked for number in range(asked - NEARBY, asked)} - shown
    found = [mention for number in sorted(around) for mention in _names_in(number, reading)]
    proposed = (reading.mention_by_mark.get(claim.draft.speaker) for claim in excerpt.proposals)
    found += [mention for mention in proposed if mention is not None]
    best: dict[int, SpeakerMention] = {}
    for mention in found:
        if mention.speaker is not None and mention.speaker not in here:
            best.setdefault(mention.speaker, mention)
    names = [(reading.speakers[speaker], mention.mark) for speaker, mention in best.items()][-CARRIED_SPEAKERS:]
    told = "; ".join(_told(speaker, marks.give(mark)) for speaker, mark in names)
    return [f"Named nearby: {told}"] if told else []


def _names_in(number: int, reading: Reading) -> list[SpeakerMention]:
    sentence = reading.sentence(number)
    mentions = reading.mentions_in(sentence.span) if sentence is not None else ()
    return [mention for mention in mentions if mention.form != "pronoun" and mention.speaker is not None]


def _carried(segment: Segment, reading: Reading, marks: _Marks) -> list[str]:
    """Speakers of the text before, the ones named last kept where there are many, and whose account is still open."""
    start = reading.sentences[segment.first - 1].span.start
    last_named: dict[int, SpeakerMention] = {}
    best_named: dict[int, SpeakerMention] = {}
    for mention in reading.mentions_in(_before(start)) if start else ():
        if mention.speaker is None or mention.form == "pronoun":
            continue
        last_named[mention.speaker] = mention
        known = best_named.get(mention.speaker)
        if known is None or mention.span.end - mention.span.start > known.span.end - known.span.start:
            best_named[mention.speaker] = mention
    recent = sorted(last_named, key=lambda index: -last_named[index].span.start)[:CARRIED_SPEAKERS]
    given = {index: marks.give(best_named[index].mark) for index in sorted(recent)}
    lines = []
    if given:
        told = "; ".join(_told(reading.speakers[index], mark) for index, mark in given.items())
        lines.append(f"Named before: {told}")
    opened = _open_account(start, reading)
    if opened in given:
        lines.append(f"Account still open: {given[opened]}")
    return lines


def _before(start: int) -> Span:
    return Span(max(0, start - CARRIED_FROM), start)


def _told(speaker: Speaker, mark: str) -> str:
    others = [name for name in (speaker.role, *speaker.aliases[:ALIASES_TOLD]) if name]
    known_as = f" ({as_shown(', '.join(others))})" if others else ""
    return f"{{{mark} {as_shown(speaker.name)}}}{known_as}"


def _open_account(start: int, reading: Reading) -> int | None:
    """Who was speaking last before `start`: the known speaker nearest to the last attributing words."""
    for cue in reversed(reading.cues_in(_before(start)) if start else ()):
        if cue.form == "hedge":
            continue
        sentence = reading.sentence(cue.sentence)
        if sentence is None:
            continue
        known = [mention for mention in reading.mentions_in(sentence.span) if mention.speaker is not None]
        if known:
            nearest = min(
                known, key=lambda mention: max(mention.span.start - cue.span.end, cue.span.start - mention.span.end, 0)
            )
            return nearest.speaker
    return None
