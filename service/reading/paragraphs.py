"""Which stretches of the text are the article, and which only stand around it?

Cuts at line breaks and gives every stretch a role, with the reason in words where it is set aside. In doubt a
stretch is body: a lost paragraph is worse than a stray line, save in a run of teasers, where the other articles'
claims would be taken for this one's. Reads no sentence and changes no character."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from service.lexicon import furniture
from service.records import Article, Notice, Paragraph, ParagraphRole, Span

_BREAK = re.compile(r"\r\n|[\n\r\v\f\u2028\u2029\x85]")
# What may stand before the words of a list item; a year or a score has more digits or no space after its stop.
BULLET = re.compile(r"(?:[•‣◦▪▫●○■□∙·►▶➤➢✓✔–—*+-]|\d{1,2}[.)]|\(?[a-zA-Z0-9]\))[ \t\u00a0]+")
_MARKDOWN_HEADING = re.compile(r"#{1,6}[ \t]+")
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_FINAL = re.compile(r"[.!?。！？؟।۔…][\"'”’»›)\]}*_]{0,6}$")
_TRUNCATED = re.compile(r"(?:\.\.\.|…|\[\.\.\.\]|\[…\])[\"'”’]?$")
_SENTENCE_BREAK = re.compile(r"(?:[a-z]{3}|[\d)”\"’'])[.!?][\"'”’)]{0,3} +[\"'“‘(]?[A-Z]")
_URL_LINE = re.compile(r"(?:https?://|www\.)\S+|\S{1,64}@\S{1,100}\.\w+|@\w{1,50}")
_TEMPLATE = re.compile(r"\{\{|\}\}|<tweet\b")
_DATE_TOKEN = re.compile(r"[^\W_]+|[^\w\s]")
_ENDING_CREDIT = re.compile(r"[(\[]([^()\[\]]{1,80})[)\]](?: / [\w ]{1,20})?$|(?:/|via )([\w ]{2,30})\.?$")
_DATELINE = re.compile(r"[A-Z][A-Z' ]{2,30}\b[^:–—]{0,50}?(?:--|—|–|\([A-Z]\w{1,12}\) -) ")
_COMMENT_COUNT = re.compile(r"(?:comments?\s*[(:]?\s*\d{1,6}\)?|\d{1,6}\s+comments?)$")
_EDGES = " \t\u00a0\"'“”‘’«»*_#:;,.!?…|•·-–—>→»()[]<^~="

_LONG_LINE = 120  # characters: no title of a teaser is prose, and prose without a stop is longer than most titles
_TITLE_LIMIT = 200  # characters in a headline or a teaser's title
_SUMMARY_LIMIT = 400  # characters in a teaser's summary: feeds cut theirs at 55 words or less
_PROSE_WORDS = 8
_WRAP_WIDTH = 120  # characters: the longest line of a text that was wrapped by hand


@dataclass
class _Line:
    """A stretch on its way to its role; `plain` is for comparing only, never for offsets."""

    start: int
    end: int
    text: str
    blank_before: bool
    plain: str = ""
    bare: str = ""  # without bullet and markdown marks
    words: list[str] = field(default_factory=list)
    final: bool = False
    truncated: bool = False
    role: ParagraphRole | None = None
    why: str | None = None

    def set_aside(self, role: ParagraphRole, why: str) -> None:
        self.role, self.why = role, why

    @property
    def titled(self) -> bool:
        """Could be the title of an article or a section."""
        if not self.words or len(self.text) > _TITLE_LIMIT or self.truncated:
            return False
        return not self.final or (self.text.rstrip("\"'”’)")[-1:] in "?!" and len(self.text) <= _LONG_LINE)

    @property
    def prose(self) -> bool:
        """Reads like running text."""
        if len(self.text) > _TITLE_LIMIT:
            return True
        return self.final and not self.truncated and len(self.words) >= _PROSE_WORDS

    @property
    def summary(self) -> bool:
        """Could be the summary under a teaser's title: cut short, or one sentence."""
        return len(self.text) <= _SUMMARY_LIMIT and (self.truncated or not _SENTENCE_BREAK.search(self.text))


def find_paragraphs(article: Article) -> tuple[Paragraph, ...]:
    """Every stretch that is not blank, in order, with its exact span and its role.

    A text whose lines were wrapped by hand (every sentence runs over several short lines) keeps its wrapped
    paragraphs whole, so there a span holds line breaks."""
    lines = [_describe(line) for line in _unwrapped(list(_lines(article.text)), article.text)]
    _mark_listed(lines)
    _mark_patterns(lines)
    _mark_teaser_blocks(lines, title=article.title)
    _mark_teaser_pairs(lines)
    _mark_comments(lines)
    _mark_headlines(lines, title=article.title)
    _mark_headings(lines)
    _keep_something(lines)
    return tuple(
        Paragraph(span=Span(line.start, line.end), role=line.role or "body", why=line.why if line.role else None)
        for line in lines
    )


def describe_set_aside(paragraphs: Sequence[Paragraph]) -> tuple[Notice, ...]:
    """One notice that says how many paragraphs are not read for claims, and what they are."""
    roles = Counter(paragraph.role for paragraph in paragraphs if paragraph.role != "body")
    if not roles:
        return ()
    kinds = ", ".join(
        f"{count} {role}{'s' if count > 1 and role != 'furniture' else ''}" for role, count in roles.items()
    )
    plural = "s are" if roles.total() > 1 else " is"
    return (
        Notice(
            code="set_aside", message=f"{roles.total()} paragraph{plural} set aside as no part of the story: {kinds}."
        ),
    )


# ── lines ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _lines(text: str) -> Iterator[_Line]:
    start, blank_before = 0, True
    for end, following in _breaks(text):
        stretch = text[start:end]
        stripped = stretch.strip()
        if stripped:
            first = start + len(stretch) - len(stretch.lstrip())
            yield _Line(first, first + len(stripped), stripped, blank_before)
        blank_before = not stripped
        start = following


def _breaks(text: str) -> Iterator[tuple[int, int]]:
    for found in _BREAK.finditer(text):
        yield found.start(), found.end()
    yield len(text), len(text)


def _unwrapped(lines: list[_Line], text: str) -> list[_Line]:
    """Lines joined to paragraphs where, all over the text, sentences run on from line to line."""
    joints = [(one, two) for one, two in pairwise(lines) if not two.blank_before]
    running = [(one, two) for one, two in joints if two.text[0].islower() and not _FINAL.search(one.text[-8:])]
    width = max((len(line.text) for line in lines), default=0)
    if width > _WRAP_WIDTH or len(running) < 2 or len(running) < 0.3 * len(joints):
        return lines
    joined: list[_Line] = []
    length = 0  # of the last line that was joined, which tells whether it was full
    for line in lines:
        opens = line.blank_before or BULLET.match(line.text) or _MARKDOWN_HEADING.match(line.text)
        if joined and not opens and (length >= 0.6 * width or line.text[0].islower()):
            joined[-1].end = line.end
        else:
            joined.append(line)
        length = len(line.text)
    for line in joined:
        line.text = text[line.start : line.end]
    return joined


def _describe(line: _Line) -> _Line:
    bare = line.text
    if (heading := _MARKDOWN_HEADING.match(bare)) or (heading := BULLET.match(bare)):
        bare = bare[heading.end() :]
    line.bare = bare.strip("*_ \t") if bare.startswith(("*", "_")) else bare
    line.plain = _plain(line.text)
    line.words = _WORD.findall(line.text[: _SUMMARY_LIMIT * 2])
    line.final = bool(_FINAL.search(line.text[-8:]))
    line.truncated = bool(_TRUNCATED.search(line.text[-8:]))
    return line


def _plain(words: str) -> str:
    """For comparing short lines: case, quotes, spaces and punctuation at the ends do not matter."""
    folded = words[:_SUMMARY_LIMIT].casefold().replace("’", "'").replace("‘", "'")
    return " ".join(folded.strip(_EDGES).split())


# ── lines known by their words ────────────────────────────────────────────────────────────────────────────────────


def _mark_listed(lines: Iterable[_Line]) -> None:
    for line in lines:
        if not line.words:
            line.set_aside("furniture", "holds no word")
        elif line.plain in furniture.TEASER_HEADINGS or _opens_teasers(line):
            line.set_aside("teaser", "announces other articles")
        elif line.plain in furniture.FURNITURE or _COMMENT_COUNT.fullmatch(line.plain):
            line.set_aside("furniture", "belongs to the page, not to the article")
        elif line.plain in furniture.BYLINES:
            line.set_aside("byline", "names who wrote or sent the article")


def _opens_teasers(line: _Line) -> bool:
    return (
        line.plain.startswith(furniture.TEASER_HEADING_OPENINGS)
        and len(line.words) <= 6
        and not line.final
        and _capital_share(line.words) > 0.5
    )


def _mark_patterns(lines: Iterable[_Line]) -> None:
    for line in lines:
        if line.role is None:
            for role, why, holds in _PATTERNS:
                if holds(line):
                    line.set_aside(role, why)
                    break


def _is_inline_teaser(line: _Line) -> bool:
    if len(line.text) > _SUMMARY_LIMIT:
        return False
    head, mark, tail = _parted(line.bare)
    if mark and tail and _plain(head) in furniture.INLINE_TEASERS:
        return not _SENTENCE_BREAK.search(tail)
    return line.bare.startswith(furniture.SHOUTED_TEASERS) and not line.final


def _parted(words: str) -> tuple[str, str, str]:
    """Around the first colon, bar or arrow near the start."""
    for place, mark in enumerate(words[:40]):
        if mark in ":|»>→":
            return words[:place], mark, words[place + 1 :].strip()
    return words, "", ""


def _is_furniture(line: _Line) -> bool:
    if line.plain.startswith(furniture.FURNITURE_OPENINGS) and len(line.words) <= 40:
        return True
    return bool(_URL_LINE.fullmatch(line.text) or _TEMPLATE.search(line.text[:_SUMMARY_LIMIT]))


def _is_byline(line: _Line) -> bool:
    if len(line.words) > 25:
        return False
    if line.plain.startswith(furniture.BYLINE_OPENINGS):
        return True
    return _names_writer(line) or _is_date(line)


def _names_writer(line: _Line) -> bool:
    """ "By Jane Roe and John Doe, Example News", but not "By Tuesday the bridge was closed"."""
    first, *names = line.words
    if first not in ("By", "BY", "by") or not names or len(names) > 10 or line.text.rstrip(".") != line.text:
        return False
    if names[0].casefold() in furniture.DATE_WORDS:
        return False
    if " ".join(names).casefold() in furniture.BYLINES:
        return True
    return all(name[0].isupper() or name in furniture.SMALL_WORDS or name.isdigit() for name in names)


def _is_date(line: _Line) -> bool:
    """A date, time or dateline alone, with nothing said after it."""
    if len(line.text) > _LONG_LINE:
        return False
    tokens = [token.casefold() for token in _DATE_TOKEN.findall(line.text)]
    words = [token for token in tokens if token[0].isalnum()]
    figures = [word for word in words if word[0].isdigit()]
    labelled = bool(words) and words[0] in furniture.DATE_LABELS
    other = [word for word in words if not _belongs_to_date(word)]
    dated = any(word in furniture.DATE_WORDS for word in words) or len(figures) >= 3
    timed = len(figures) == 2 and ":" in tokens and any(word in furniture.DATE_FILLERS for word in words)
    timed = timed or (bool(figures) and words[-1] in ("m", "am", "pm", "ago", "read"))
    placed = len(other) <= 3 and words[: len(other)] == other and all(word.isalpha() for word in other)
    names = placed and all(word[0].isupper() for word in line.words[: len(other)])
    if not other:
        return bool(figures) and (dated or timed or labelled)
    return names and dated and bool(figures) and len(words) <= 10


def _belongs_to_date(word: str) -> bool:
    if word[0].isdigit():
        return len(word) <= 6 and word.lstrip("0123456789") in ("", "st", "nd", "rd", "th", "am", "pm", "h", "hrs", "z")
    return word in furniture.DATE_WORDS or word in furniture.DATE_FILLERS or word in furniture.DATE_LABELS


def _is_caption(line: _Line) -> bool:
    if len(line.words) > 60:
        return False
    if line.plain.startswith(furniture.CAPTION_OPENINGS):
        return True
    credit = _ENDING_CREDIT.search(line.text[-160:])
    if credit is None or _SENTENCE_BREAK.search(line.text):
        return False
    before = line.text[-160:][: credit.start()].rstrip()
    if before and before[-1] in '.!?”"':
        return False  # a report that ends in its agency: "… he said. (Reuters)"
    named = (credit[1] or credit[2] or "").casefold()
    return named.rpartition("/")[2].strip() in furniture.AGENCIES


def _is_disclaimer(line: _Line) -> bool:
    if line.plain.startswith(furniture.DISCLAIMER_OPENINGS):
        return len(line.words) <= 120
    folded = line.text[: _SUMMARY_LIMIT * 2].casefold()
    if line.plain.startswith(furniture.OPINION_OPENINGS):
        return any(words in folded for words in furniture.OPINION_WORDS)
    if line.plain.startswith(furniture.SOURCES_OPENINGS):
        listed = len(line.words) <= 12 and not line.final
        return listed or any(words in folded for words in furniture.SOURCES_WORDS)
    if "all rights reserved" in folded:
        return len(line.words) <= 40 and ("©" in folded or "copyright" in folded or line.plain.endswith("reserved"))
    return False


def _is_appeal(line: _Line) -> bool:
    # "Subscribe to us", but not "Subscribers of …" or a quotation that begins so.
    opening = next((words for words in furniture.APPEAL_OPENINGS if line.plain.startswith(words)), None)
    if opening is None or len(line.words) > 45 or line.text[0] in "\"'“‘«":
        return False
    return not line.plain[len(opening.rstrip()) :][:1].isalpha()


_PATTERNS: tuple[tuple[ParagraphRole, str, Callable[[_Line], bool]], ...] = (
    ("teaser", "points to another article", _is_inline_teaser),
    ("disclaimer", "a note about the text, not part of it", _is_disclaimer),
    ("disclaimer", "asks the reader to do something for the outlet", _is_appeal),
    ("caption", "goes with a picture", _is_caption),
    ("furniture", "belongs to the page, not to the article", _is_furniture),
    ("byline", "names who wrote the article, where or when", _is_byline),
)


# ── runs of teasers ───────────────────────────────────────────────────────────────────────────────────────────


def _mark_teaser_blocks(lines: Sequence[_Line], *, title: str | None) -> None:
    pairs = _pairs_to_end(lines)
    own = _plain(title) if title else None
    place = 0
    while place < len(lines):
        if lines[place].role == "teaser" and lines[place].why == "announces other articles":
            place = _mark_block(lines, place, pairs=pairs, own=own)
        else:
            place += 1


def _mark_block(lines: Sequence[_Line], heading: int, *, pairs: Sequence[int], own: str | None) -> int:
    """Sets the block under a heading aside; returns where it ends: at running text, the own title, or the end."""
    why = f"a teaser of another article, under “{lines[heading].text[:60]}”"
    after_title = False
    summaries = 0
    bare_titles = 0  # titles that no summary followed
    place = heading + 1
    while place < len(lines):
        line = lines[place]
        if line.role is not None:
            if line.role == "teaser" and line.why == "announces other articles":
                break
            if line.role in ("disclaimer", "furniture") and line.words:
                after_title = False
            place += 1
            continue
        if line.plain == own:
            break
        if line.truncated and line.summary:
            summaries += 1
            after_title = False
        elif line.titled:
            bare_titles += after_title
            after_title = True
        elif after_title and line.summary and ((summaries and not bare_titles) or pairs[place - 1] >= 2):
            # So far each title had its summary, so this is one more, if too short to be cut; or only pairs follow.
            summaries += 1
            after_title = False
        else:
            break
        line.set_aside("teaser", why)
        place += 1
    return place


def _pairs_to_end(lines: Sequence[_Line]) -> list[int]:
    """For each line: how many pairs of title and summary follow from it, if nothing else follows to the end."""
    pairs = [0] * (len(lines) + 2)
    for place in range(len(lines) - 2, -1, -1):
        title, summary = lines[place], lines[place + 1]
        whole = place + 2 >= len(lines) or pairs[place + 2] > 0 or lines[place + 2].role is not None
        if whole and title.titled and title.role is None and not summary.titled and summary.summary:
            pairs[place] = pairs[place + 2] + 1
    return pairs


def _mark_teaser_pairs(lines: Sequence[_Line]) -> None:
    """Runs of two or more pairs of a title and a summary cut with an ellipsis, where no heading announces them."""
    place = 0
    while place + 1 < len(lines):
        end = place
        while end + 1 < len(lines) and _is_pair(lines[end], lines[end + 1]):
            end += 2
        if end - place >= 4:
            for line in lines[place:end]:
                line.set_aside("teaser", "one of several titles with a summary cut short: another article")
        place = max(end, place + 1)


def _is_pair(title: _Line, summary: _Line) -> bool:
    if title.role is not None or summary.role is not None:
        return False
    return title.titled and not title.final and summary.truncated and summary.summary


# ── comments ──────────────────────────────────────────────────────────────────────────────────────────────────


def _mark_comments(lines: Sequence[_Line]) -> None:
    """Sets readers' comments aside: all that follows their heading, if the article stands before it."""
    total = sum(line.end - line.start for line in lines)
    read = prose = 0
    for place, line in enumerate(lines):
        if line.plain in furniture.COMMENT_SECTIONS or _COMMENT_COUNT.fullmatch(line.plain):
            if prose >= 3 or (prose >= 1 and 3 * read >= total):
                for comment in lines[place:]:
                    comment.set_aside("furniture", "stands in the readers' comments")
                return
        elif line.role is None:
            read += line.end - line.start
            prose += line.prose


# ── headlines and headings ────────────────────────────────────────────────────────────────────────────────────


def _mark_headlines(lines: Sequence[_Line], *, title: str | None) -> None:
    own = _plain(title) if title else None
    free = [line for line in lines if line.role is None]
    for line in free:
        if own and line.plain == own:
            line.set_aside("headline", "repeats the article's title")
    _mark_lines_before_text([line for line in free if line.role is None])


def _mark_lines_before_text(free: Sequence[_Line]) -> None:
    """The first short lines without a stop, if running text comes after them."""
    first_prose = next((place for place, line in enumerate(free) if line.prose), None)
    if first_prose is None:
        return
    headline: _Line | None = None
    for line in free[:first_prose]:
        if not line.titled or _ends_open(line) or len(line.words) > 30 or _DATELINE.match(line.text):
            break
        if BULLET.match(line.text) and headline is None:
            break
        if headline is None:
            headline, why = line, "stands over the text without a full stop"
        elif line.plain == headline.plain:
            why = "repeats the headline"
        else:
            why = "stands under the headline"
        line.set_aside("headline", why)


def _ends_open(line: _Line) -> bool:
    """Ends in a mark that the next paragraph goes on from."""
    return line.text[-1] in ":,;–—-"


def _mark_headings(lines: Sequence[_Line]) -> None:
    free = [line for line in lines if line.role is None]
    for place, line in enumerate(free):
        if _MARKDOWN_HEADING.match(line.text) and len(line.text) <= _TITLE_LIMIT:
            line.set_aside("heading", "a section heading (markdown)")
        elif 0 < place < len(free) - 1 and _is_heading(line, before=free[place - 1], after=free[place + 1]):
            line.set_aside("heading", "a section heading: short, no full stop, before running text")


def _is_heading(line: _Line, *, before: _Line, after: _Line) -> bool:
    if len(line.words) > 14 or len(line.text) > 100 or not after.prose:
        return False
    if BULLET.match(line.text) and not line.text.endswith((" -", " –", " —")):
        return False
    if before.role is None and _ends_open(before):
        return False  # "He wrote:" goes on with this line
    if line.final:
        return line.text.endswith("?") and len(line.words) <= 10 and line.text[0] not in "\"“'‘«"
    if _ends_open(line) and not line.text.endswith((" -", " –", " —")):
        return False
    if _capital_share(line.words) >= 0.6:
        return len(line.words) > 1 or after.final
    return len(line.words) <= 7 and ":" not in line.text and _is_fragment(line.words)


def _is_fragment(words: Sequence[str]) -> bool:
    """Sentence case: a heading if it asks or has no finite verb and no figure that could be reported in it."""
    if words[0].casefold() in furniture.QUESTION_WORDS:
        return True
    if any(word[0].isdigit() or word.casefold() in furniture.SENTENCE_VERBS for word in words):
        return False
    return words[0][0].isupper()


def _capital_share(words: Sequence[str]) -> float:
    """Of the words that a title would capitalise, the share that are. Zero for scripts without capitals."""
    counted = [word for word in words if word.casefold() not in furniture.SMALL_WORDS and not word[0].isdigit()]
    if not counted:
        return 0.0
    return sum(word[0].isupper() for word in counted) / len(counted)


def _keep_something(lines: Sequence[_Line]) -> None:
    """A text of headlines alone is read all the same: they are all that it says."""
    if any(line.role is None for line in lines):
        return
    for line in lines:
        if line.role in ("headline", "heading"):
            line.role = line.why = None
