"""Where does a paragraph's prose begin after its dateline?

"QUETTA, 3 May (Agency) — Two men …": place, date and agency belong to the outlet, to no claim. Only the form at a
paragraph's very beginning is looked at; what a date means is for `dates`."""

import re
from collections.abc import Sequence
from datetime import date

from service.lexicon.calendar import MONTHS
from service.records import Notice, Paragraph

REACH = 110  # characters in which a dateline must end

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]{0,6}\.?"
_DAY = rf"(?:\d{{1,2}} {_MONTH}|{_MONTH} \d{{1,2}})(?:,? \d{{4}})?"
_DATE = re.compile(rf"\b{_DAY}|\b\d{{4}}-\d{{2}}-\d{{2}}\b")
_DASH = re.compile(r"(?<=[\w.)])(?: ?[–—] ?| -{1,2} )(?=[\w\"'“‘«(])")
_COLON = re.compile(r":\s")
_PLACE_WORD = re.compile(r"[^\W\d_][\w.'’/-]*")
_SMALL = frozenset("de del la el al and of upon sur on the le di da st".split())
_OPENERS = frozenset("on in at by since from until till last the a an as for after before during this".split())
_AGENCY = re.compile(r"\((?:[A-Z][\w./& -]{1,30})\)")
_FEED = re.compile(
    rf"(?:date \d{{4}}-\d{{2}}-\d{{2}} )?[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){{0,2}}, {_DAY}(?: |: )(?=[A-Z\"“(])"
)


def after_dateline(text: str, start: int, end: int) -> int:
    """The offset at which prose begins in `text[start:end]`: `start` where there is no dateline."""
    reach = min(end, start + REACH)
    if feed := _FEED.match(text, start, reach):
        return feed.end()
    place = start
    for dash in _DASH.finditer(text, start, reach):
        if _is_dateline(text[start : dash.start()]):
            place = dash.end()
    if place == start and (colon := _COLON.search(text, start, reach)):
        head = text[start : colon.start()]
        if head.isupper() and _is_dateline(head) and colon.end() < end:
            return colon.end()
    return place if place < end else start


_MONTH_NUMBERS = {name[:3]: number for name, number in MONTHS.items()}
_FULL_DATES = (
    re.compile(r"\b(?P<year>\d{4})-(?P<number>\d{2})-(?P<day>\d{2})\b"),
    re.compile(rf"\b(?P<day>\d{{1,2}}) (?P<month>{_MONTH}),? (?P<year>\d{{4}})\b"),
    re.compile(rf"\b(?P<month>{_MONTH}) (?P<day>\d{{1,2}}),? (?P<year>\d{{4}})\b"),
)


def find_published(text: str, paragraphs: Sequence[Paragraph]) -> tuple[date | None, tuple[Notice, ...]]:
    """The whole date in the first dateline of the body, and the notice that says it was taken for publication."""
    for paragraph in paragraphs:
        if paragraph.role == "body":
            start, end = paragraph.span
            found = _full_date(text[start : after_dateline(text, start, end)])
            if found is None:
                return None, ()
            words = f"No publication date was given: {found.isoformat()} was taken from the dateline."
            return found, (Notice(code="published_from_dateline", message=words, span=None),)
    return None, ()


def _full_date(dateline: str) -> date | None:
    for pattern in _FULL_DATES:
        if found := pattern.search(dateline):
            parts = found.groupdict()
            month = int(parts["number"]) if "number" in parts else _MONTH_NUMBERS[parts["month"][:3].casefold()]
            try:
                return date(int(parts["year"]), month, int(parts["day"]))
            except ValueError:  # the 31st of a month that has 30 days
                return None
    return None


def _is_dateline(head: str) -> bool:
    """Place names alone, at least one of them in capitals, or with a date or an agency beside them."""
    plain = _AGENCY.sub(" ", _DATE.sub(" ", head))
    words = _PLACE_WORD.findall(plain)
    if (
        not words
        or len(words) > 7
        or words[0].casefold() in _OPENERS
        or any(character.isdigit() for character in plain)
    ):
        return False
    if not all(word[0].isupper() or word.casefold() in _SMALL for word in words):
        return False
    dated = plain != head
    return dated or (words[0].isupper() and len(words[0]) > 2)
