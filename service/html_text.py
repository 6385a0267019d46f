"""What of a web page can be read on it, and what does it say of itself?

Keeps the text that a reader sees, one paragraph to a block, and leaves out scripts, menus, captions and whatever the
page hides. Loads nothing and renders nothing. Says nothing of which paragraphs are the article's own. Runs where
`service.file_text` runs, so it imports nothing of this package."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

_LEFT_OUT = frozenset(
    """
    script style noscript template head nav aside footer form button select option input textarea label dialog menu
    svg math canvas iframe object embed audio video picture source track map area figcaption meter progress
    datalist rp rt frameset noframes applet
    """.split()
)
_BLOCKS = frozenset(
    """
    p div section article main header h1 h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre table thead tbody tfoot tr
    figure hr address center details summary fieldset legend body hgroup caption
    """.split()
)
_WHOLE_ARTICLE = 500  # characters: a page's only <article> of that length is the article
DEEPEST = 500  # elements open at once; news pages stay below 60
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,15})")
# Elements that a page may leave open, because the next one or their parent's end closes them, or that hold nothing.
_CLOSED_BY_OTHERS = frozenset(
    """
    p td th tr option optgroup html head body thead tbody tfoot colgroup dd dt rp rt
    li br hr img input meta link area base col embed source track wbr param frame
    """.split()
)
_SPACES = re.compile(r"[ \t\n\r\f\v]+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_HIDING = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|opacity:0?(?:\.0+)?(?:;|$)|font-size:0(?:[a-z%]{0,3})(?:;|$)"
    r"|(?:^|;)(?:max-)?(?:width|height):0(?:[a-z%]{0,3})(?:;|$)|(?:left|top|right|text-indent):-\d{3,}"
    r"|clip:rect\([01]|clip-path:inset\((?:50|100)%|(?:^|;)color:(?:transparent|rgba\(\d{1,3},\d{1,3},\d{1,3},0\))"
)
_WHITE = re.compile(r"(?:^|;)color:(?:white|#fff(?:fff)?|rgb\(255,255,255\))(?:;|$)")
_HIDING_CLASSES = frozenset(
    """
    sr-only visually-hidden visuallyhidden screen-reader-text screen-reader-only hidden d-none is-hidden a11y-hidden
    """.split()
)
_SIMPLE_SELECTOR = re.compile(r"[.#][\w-]{1,80}")
_STYLE_MARK = re.compile(r"[{}]")
_STYLES_READ = 500_000  # characters of style sheets searched for what they hide
_PUBLISHED_METAS = (
    'meta[property="article:published_time"]',
    'meta[itemprop="datePublished"]',
    'meta[name="date"]',
    'meta[name="pubdate"]',
    'meta[name="publish-date"]',
    'meta[name="dc.date"]',
)


class TooDeep(Exception):
    """The page nests its elements far deeper than any page that is meant to be read."""


class Page(NamedTuple):
    """What a page shows and what it says of itself."""

    text: str
    title: str | None
    outlet: str | None
    published: date | None
    language: str | None


def read_page(html: str) -> Page:
    """The visible text, with a line break around each block, and the page's own title, outlet, date and language.

    Raises TooDeep before parsing: a parser looks through all open elements for each new one."""
    if _depth(html) > DEEPEST:
        raise TooDeep
    tree = LexborHTMLParser(html)
    root = _root(tree)
    text = _text(root, _hidden_by_style(tree)) if root is not None else ""
    return Page(
        text=text,
        title=_meta(tree, 'meta[property="og:title"]')
        or _words(tree.css_first("title"))
        or _words(tree.css_first("h1")),
        outlet=_meta(tree, 'meta[property="og:site_name"]'),
        published=_published(tree),
        language=_language(tree),
    )


def _depth(html: str) -> int:
    """The most elements open at once, as far as can be told without parsing."""
    opened: Counter[str] = Counter()
    depth = deepest = 0
    for tag in _TAG.finditer(html):
        name = tag[2].lower()
        if name in _CLOSED_BY_OTHERS:
            continue
        if not tag[1]:
            opened[name] += 1
            depth += 1
            deepest = max(deepest, depth)
        elif opened[name]:
            opened[name] -= 1
            depth -= 1
    return deepest


# ── text ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _root(tree: LexborHTMLParser) -> LexborNode | None:
    articles = tree.css("article")
    if len(articles) == 1 and len(articles[0].text()) >= _WHOLE_ARTICLE:
        return articles[0]
    return tree.css_first("main") or tree.body or tree.root


def _text(root: LexborNode, hidden: frozenset[str]) -> str:
    """Walks without recursion: pages can be nested deeper than Python's stack."""
    lines: list[str] = []
    line: list[str] = []

    def break_line() -> None:
        words = _SPACES.sub(" ", "".join(line)).strip()
        if words and words != "•":
            lines.append(words)
        line.clear()

    for node, entering in _walk(root, hidden):
        tag = node.tag
        if tag == "-text":
            line.append(node.text_content or "")
        elif tag == "br":
            break_line()
        elif tag in ("td", "th"):
            line.append("\t " if entering else "")
        elif tag in _BLOCKS:
            break_line()
            if tag == "li" and entering:
                line.append("• ")
    break_line()
    return "\n".join(lines)


def _walk(root: LexborNode, hidden: frozenset[str]) -> Iterator[tuple[LexborNode, bool]]:
    """Each visible node when entered (True), and each element again when left (False)."""
    stack: list[tuple[LexborNode, bool]] = [(root, True)]
    while stack:
        node, entering = stack.pop()
        if not entering or node.tag == "-text":
            yield node, entering
            continue
        if (node.tag or "").startswith(("-", "!")) or (node.tag in _LEFT_OUT and node.tag != root.tag):
            continue
        if _is_hidden(node, hidden):
            continue
        yield node, True
        stack.append((node, False))
        child = node.last_child
        while child is not None:
            stack.append((child, True))
            child = child.prev


def _is_hidden(node: LexborNode, hidden: frozenset[str]) -> bool:
    attributes = node.attributes
    if not attributes:
        return False
    if "hidden" in attributes or (attributes.get("aria-hidden") or "").casefold() == "true":
        return True
    classes = (attributes.get("class") or "").split()
    if not _HIDING_CLASSES.isdisjoint(classes):
        return True
    if hidden and (f"#{attributes.get('id')}" in hidden or any(f".{name}" in hidden for name in classes)):
        return True
    style = attributes.get("style")
    return bool(style) and _hides(style or "")


def _hides(declarations: str) -> bool:
    style = "".join(declarations[:5_000].casefold().split()).replace("!important", "")
    return bool(_HIDING.search(style)) or (bool(_WHITE.search(style)) and "background" not in style)


def _hidden_by_style(tree: LexborHTMLParser) -> frozenset[str]:
    """Classes and ids (".note", "#extra") that the page's own style sheets hide everywhere."""
    hidden: set[str] = set()
    budget = _STYLES_READ
    for sheet in tree.css("style"):
        rules = sheet.text()[:budget]
        budget -= len(rules)
        for selectors, declarations in _rules(rules):
            if _hides(declarations):
                hidden.update(name for part in selectors.split(",") if _SIMPLE_SELECTOR.fullmatch(name := part.strip()))
    return frozenset(hidden)


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """Selectors and declarations of the rules that hold on every medium, so not those inside "@media print {…}"."""
    depth = start = 0
    selectors = ""
    for mark in _STYLE_MARK.finditer(sheet):
        words = sheet[start : mark.start()]
        start = mark.end()
        if mark.group() == "{":
            depth += 1
            selectors = words.rpartition("*/")[2] if depth == 1 else selectors
        else:
            if depth == 1 and not selectors.lstrip().startswith("@"):
                yield selectors, words
            depth = max(0, depth - 1)


# ── what the page says of itself ──────────────────────────────────────────────────────────────────────────────


def _meta(tree: LexborHTMLParser, selector: str) -> str | None:
    node = tree.css_first(selector)
    content = node.attributes.get("content") if node is not None else None
    return " ".join((content or "").split()) or None


def _words(node: LexborNode | None) -> str | None:
    return (" ".join(node.text().split()) or None) if node is not None else None


def _published(tree: LexborHTMLParser) -> date | None:
    said = [_meta(tree, selector) for selector in _PUBLISHED_METAS]
    said += [_from_linked_data(node.text()) for node in tree.css('script[type="application/ld+json"]')[:20]]
    for time in tree.css("time[datetime]")[:20]:
        said.append(time.attributes.get("datetime"))
    return next((day for words in said if words and (day := _day(words))), None)


def _from_linked_data(words: str) -> str | None:
    try:
        known = json.loads(words[:500_000])
    except (ValueError, RecursionError):
        return None
    entries = known if isinstance(known, list) else [known]
    for entry in entries:
        graph = entry.get("@graph") if isinstance(entry, dict) else None
        for thing in [entry, *(graph if isinstance(graph, list) else [])]:
            published = thing.get("datePublished") if isinstance(thing, dict) else None
            if isinstance(published, str):
                return published
    return None


def _day(words: str) -> date | None:
    found = _DATE.match(words.strip())
    try:
        return date.fromisoformat(found.group()) if found else None
    except ValueError:
        return None


def _language(tree: LexborHTMLParser) -> str | None:
    node = tree.css_first("html")
    language = (node.attributes.get("lang") or "").strip() if node is not None else ""
    return language if 0 < len(language) <= 35 and language.replace("-", "").isalnum() else None
