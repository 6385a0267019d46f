"""How does a report become one page that anybody can open?

The page is whole in itself: style, script and data are inside, its policy forbids it to load or send anything, and
whatever comes from articles or models reaches it as text, never as markup. Texts of stand-off gold sets are left out
unless asked for. Nothing is measured here.
"""

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from eval import plots
from eval.board import HEADLINES, Board, Entry
from eval.compare import figure_in_words
from eval.figures import is_vague
from eval.measures import Score
from eval.queue import Queue
from eval.score import JudgedPair, Judgement
from eval.statistics import LEVEL, MIN_ARTICLES, Interval, Ratio
from service.goldfiles import GoldClaim, GoldDocument
from service.records import Source, Span

TEMPLATES = Path(__file__).parent / "templates"
BROWSED = 200  # articles in the claim browser, unless told otherwise
WORDS = 160  # characters of a name or a failure's message that are shown
CLASSES: Mapping[str, str] = {
    "missed": "missed",
    "spurious": "not in gold",
    "repeated": "repeated",
    "speaker": "wrong speaker",
    "lenient": "speaker right only leniently",
    "abstained": "no speaker given",
    "figure": "wrong figure",
    "manner": "stance, mode or hedge",
    "when": "wrong time",
}
_SHORT = {
    "who_said_which_number": "Who said which number",
    "attribution_accuracy": "Attribution accuracy",
    "attribution_recall": "Attribution recall",
    "number_fidelity": "Number fidelity",
    "claim_f1": "Claim F1",
    "text_attributed_right": "Text attributed right",
}


def report_page(boards: Sequence[Board], *, with_texts: bool = False, browsed: int = BROWSED) -> str:
    """The page for some gold sets. `with_texts` writes texts into it that the gold sets themselves do not carry;
    `browsed` is the most articles of each set that the claim browser holds, those with most errors first."""
    data = script_json({"classes": CLASSES, "sets": [_data(board, with_texts, browsed) for board in boards]})
    style, script = ((TEMPLATES / f"report.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    return (
        _environment()
        .get_template("report.html")
        .render(
            policy=_policy(style, script),
            style=Markup(style),
            script=Markup(script),
            data=Markup(data),
            boards=[_shown(number, board, with_texts, browsed) for number, board in enumerate(boards)],
            classes=CLASSES,
            short=_SHORT,
            level=f"{LEVEL:.0%}",
            least=MIN_ARTICLES,
        )
    )


def script_json(value: Any) -> str:
    """JSON that can stand inside a script element: no character in it could end the element or a line of script."""
    plain = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    for character in "<>&":
        plain = plain.replace(character, f"\\u{ord(character):04x}")
    return plain


def _policy(style: str, script: str) -> str:
    """Nothing may be loaded or sent; only this very style and this very script count."""
    sources = {"style-src": style, "script-src": script}
    hashes = [
        f"{name} 'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for name, text in sources.items()
    ]
    return "; ".join(["default-src 'none'", *hashes, "base-uri 'none'", "form-action 'none'"])


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "ratio": _ratio,
        "rate": _rate,
        "counts": _counts,
        "interval": _interval,
        "segment": _segment,
        "seconds": _seconds,
        "dollars": _dollars,
        "signed": lambda value: f"{value:+.3f}".replace("-", "−"),
        "chance": lambda value: "below 0.001" if value < 0.001 else f"{value:.3f}",
    }
    environment.globals |= {"key": lambda series: Markup(plots.key(series)), "bar": _bar}
    return environment


# ── numbers in words ──────────────────────────────────────────────────────────────────────────────────────────────


def _ratio(ratio: Ratio) -> str:
    return str(ratio)


def _rate(ratio: Ratio) -> str:
    return "n/a" if ratio.value is None else f"{ratio.value:.3f}"


def _counts(ratio: Ratio) -> str:
    return f"{ratio.hits}/{ratio.total}" if ratio.total else ""


def _interval(interval: Interval | None) -> str:
    return f"{interval.low:.3f} – {interval.high:.3f}" if interval else ""


def _clip(words: str) -> str:
    return words if len(words) <= WORDS else words[: WORDS - 1] + "…"


def _seconds(value: float | None) -> str:
    if value is None:
        return "n/a"
    return f"{value * 1000:.0f} ms" if 0 < value < 1 else f"{value:.3g} s"


def _dollars(value: float | None) -> str:
    if value is None:
        return "n/a"
    if value == 0:
        return "$0"
    return f"${value:.2f}" if value >= 1 else f"${value:.2g}"


def _bar(count: Ratio, longest: float, series: int) -> Markup:
    return Markup(plots.bar((count.value or 0.0) / longest if longest else 0.0, series=series))


def _segment(words: str) -> str:
    """A part of a link's path: jinja's own filter would leave a slash as it is."""
    return quote(words, safe="")


# ── what the template shows ──────────────────────────────────────────────────────────────────────────────────────


def _shown(number: int, board: Board, with_texts: bool, browsed: int) -> dict[str, Any]:
    entries = board.entries
    documents = board.ready.gold.documents
    return {
        "number": number,
        "board": board,
        "name": board.ready.gold.info.name,
        "gold": board.ready.gold,
        "articles": len(documents),
        "claims": sum(not claim.optional for claim in board.ready.gold.claims),
        "standing": any(document.text is None for document in documents),
        "headlines": [key for key in HEADLINES if any(entry.scores[key].total for entry in entries)],
        "has_intervals": any(score.interval for entry in entries for score in entry.scores.measures),
        "rates": [
            {"title": _SHORT[key], "svg": Markup(_rates_plot(key, entries))}
            for key in (*HEADLINES, "text_attributed_right")
            if any(entry.scores[key].total for entry in entries)
        ],
        "scatters": [plot for plot in (_scatter(board, "cost"), _scatter(board, "time")) if plot],
        "measures": _measures(entries),
        "place": {entry.number: place for place, entry in enumerate(entries)},
        "longest": max((count.value or 0.0 for row in board.errors for count in row.counts), default=0.0),
        "reliability": _reliability_plot(entries),
        "queue": _queue_plot(entries),
        "sure": [entry for entry in entries if entry.confidence is not None],
        "by_article": _by_article(board, with_texts, browsed),
        "compared": board.compared,
        "paired": [entry for entry in entries if entry.pairs is not None],
        "pair_names": _pair_names(entries),
        "shown_articles": min(browsed, len(_articles_in(board))),
        "all_articles": len(_articles_in(board)),
    }


def _measures(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """A row for each measure, headings between the groups."""
    rows: list[dict[str, Any]] = []
    for place, first in enumerate(entries[0].scores.measures):
        if not rows or rows[-1]["group"] != first.group:
            rows.append({"group": first.group, "heading": True})
        scores: list[Score] = [entry.scores.measures[place] for entry in entries]
        rows.append({"group": first.group, "heading": False, "label": first.label, "scores": scores})
    return rows


def _rates_plot(key: str, entries: Sequence[Entry]) -> str:
    rates = []
    for entry in entries:
        score = entry.scores.measure(key)
        low, high = score.interval or (None, None)
        rates.append(
            plots.Rate(
                entry.label,
                entry.number - 1,
                score.ratio.value,
                low,
                high,
                f"{_rate(score.ratio)} {_counts(score.ratio)}",
            )
        )
    return plots.intervals(_SHORT[key], rates)


def _scatter(board: Board, kind: str) -> dict[str, Any] | None:
    """The headline against cost or time; None where no entry has both."""
    worth: Callable[[Entry], float | None] = (
        (lambda entry: entry.effort.cost_each if entry.effort else None)
        if kind == "cost"
        else (lambda entry: entry.effort.seconds_each if entry.effort else None)
    )
    dots = []
    for entry in board.entries:
        score, x = entry.scores.measure(board.headline), worth(entry)
        if score.ratio.value is not None and x is not None:
            low, high = score.interval or (None, None)
            dots.append(plots.Dot(entry.label, entry.number - 1, x, score.ratio.value, low, high))
    if not dots:
        return None
    title, across, unit = (
        ("Accuracy against cost", "US dollars for an article", _dollars)
        if kind == "cost"
        else ("Accuracy against time", "seconds of the run for an article", _seconds)
    )
    drawing = plots.scatter(title, dots, across=across, upwards=_SHORT[board.headline].lower(), unit=unit)
    without = [entry.label for entry in board.entries if entry.label not in {dot.label for dot in dots}]
    return {"title": title, "svg": Markup(drawing), "without": without}


def _reliability_plot(entries: Sequence[Entry]) -> Markup | None:
    drawn = [
        plots.Curve(
            entry.label,
            entry.number - 1,
            [(each.confidence, each.right) for each in queue.bins],
            [each.interval and (each.interval.low, each.interval.high) for each in queue.bins],
        )
        for entry, queue in _queues(entries)
    ]
    if not drawn:
        return None
    return Markup(plots.curves("Reliability", drawn, across="stated confidence", upwards="share right", dots=True))


def _queue_plot(entries: Sequence[Entry]) -> Markup | None:
    drawn = [
        plots.Curve(entry.label, entry.number - 1, [(0.0, 0.0), *points])
        for entry, queue in _queues(entries)
        if (points := [(each.coverage, each.caught) for each in queue.curve if each.caught is not None])
    ]
    if not drawn:
        return None
    return Markup(
        plots.curves(
            "Review queue", drawn, across="claims reviewed, least sure first", upwards="errors in the queue caught"
        )
    )


def _queues(entries: Sequence[Entry]) -> list[tuple[Entry, Queue]]:
    return [(entry, entry.confidence) for entry in entries if entry.confidence is not None]


def _pair_names(entries: Sequence[Entry]) -> list[str]:
    return sorted({each.phenomenon for entry in entries if entry.pairs for each in entry.pairs.by_phenomenon})


def _by_article(board: Board, with_texts: bool, browsed: int) -> list[dict[str, Any]]:
    """A row for each scored article, with each entry's counts, in the order of the gold set."""
    rows = []
    for document in _kept(board, browsed):
        tallies = [entry.scores.by_article.get(document.id) for entry in board.entries]
        why = [_why(entry, document, with_texts) for entry in board.entries]
        rows.append({"document": document, "tallies": tallies, "why": why})
    return rows


def _kept(board: Board, browsed: int) -> list[GoldDocument]:
    """The articles to show one by one: those with most errors where there are too many, in the order of the set."""
    documents = _articles_in(board)
    if len(documents) <= browsed:
        return documents
    worst = sorted(documents, key=lambda document: -_mistakes(board.entries, document.id))[:browsed]
    kept = {document.id for document in worst}
    return [document for document in documents if document.id in kept]


def _articles_in(board: Board) -> list[GoldDocument]:
    there = {name for entry in board.entries for name in (*entry.scores.by_article, *entry.unfinished)}
    return [document for document in board.ready.gold.documents if document.id in there]


def _may_show(document: GoldDocument, with_texts: bool) -> bool:
    return with_texts or document.text is not None


def _why(entry: Entry, document: GoldDocument, with_texts: bool) -> str:
    """Why an article has no answer; a failure's message may quote the article."""
    why = entry.unfinished.get(document.id, "not part of the run")
    return _clip(why) if _may_show(document, with_texts) else why.partition(":")[0]


# ── what the claim browser reads ─────────────────────────────────────────────────────────────────────────────────


def _data(board: Board, with_texts: bool, browsed: int) -> dict[str, Any]:
    """Everything the browser shows of one gold set, as plain lists and words."""
    documents = _kept(board, browsed)
    return {
        "name": board.ready.gold.info.name,
        "models": [
            {"key": str(entry.number), "label": entry.label, "doubts": list(entry.doubts)} for entry in board.entries
        ],
        "documents": [_document_data(board, document, with_texts) for document in documents],
    }


def _mistakes(entries: Iterable[Entry], document: str) -> int:
    tallies = (entry.scores.by_article.get(document) for entry in entries)
    return sum(
        each.missed
        + each.spurious
        + each.duplicates
        + each.paired
        - each.source_right
        + each.figures_gold
        - each.figures_full
        for each in tallies
        if each is not None
    )


def _document_data(board: Board, document: GoldDocument, with_texts: bool) -> dict[str, Any]:
    text = board.ready.texts[document.id]
    gold = board.ready.gold.claims_of.get(document.id, ())
    return {
        "id": document.id,
        "title": document.title,
        "facts": " · ".join(
            str(fact).replace("_", " ")
            for fact in (document.outlet, document.published, *document.phenomena)
            if fact is not None
        ),
        "text": text if _may_show(document, with_texts) else None,
        "gold": [_claim_data(claim) for claim in gold],
        "answers": {
            str(entry.number): _answer(entry.judgements[document.id])
            if document.id in entry.judgements
            else {"why": _why(entry, document, with_texts)}
            for entry in board.entries
        },
    }


def _claim_data(claim: GoldClaim) -> dict[str, Any]:
    source = claim.source
    said: dict[str, Any] = {
        "id": claim.id,
        "content": [list(span) for span in claim.content],
        "mention": _span(source.mention),
        "cue": _span(claim.cue),
        "speaker": _speaker(source),
        "about": _about(source),
        "mode": claim.mode,
        "stance": claim.stance,
        "hedged": claim.hedged,
        "negated": claim.negated,
        "optional": claim.optional,
        "figures": [{"span": list(figure.span), "words": _clip(_figure(figure))} for figure in claim.figures],
        "when": [{"span": list(when.span), "words": when.value or "no date"} for when in claim.when],
        "where": [_clip(place) for place in claim.where],
    }
    if claim.confidence is not None:
        said["confidence"] = claim.confidence
    return said


def _figure(figure: Any) -> str:
    return figure_in_words(figure) or "a figure without a number"


def _speaker(source: Source) -> str:
    return _clip(source.name) if source.name is not None else f"({source.kind})"


def _about(source: Source) -> str:
    """What else is said of a speaker."""
    parts = [source.kind if source.name is not None else "", source.role or ""]
    parts += [f"for {source.principal}"] if source.principal else []
    parts += [f"via {name}" for name in source.via]
    parts += [f"also: {', '.join(source.aliases)}"] if source.aliases else []
    parts += [f"accepts: {', '.join(name or 'the outlet' for name in source.accept)}"] if source.accept else []
    return _clip("; ".join(part for part in parts if part))


def _span(span: Span | None) -> list[int] | None:
    return None if span is None else list(span)


def _answer(judgement: Judgement) -> dict[str, Any]:
    """A model's claims of one article and what became of each."""
    pairs = [_pair_data(pair, judgement) for pair in judgement.pairs]
    return {
        "claims": [_claim_data(claim) for claim in judgement.predicted],
        "pairs": pairs,
        "missed": list(judgement.missed),
        "spurious": list(judgement.spurious),
        "repeated": list(judgement.duplicates),
    }


def _pair_data(pair: JudgedPair, judgement: Judgement) -> dict[str, Any]:
    predicted, gold = judgement.predicted[pair.predicted], judgement.gold[pair.gold]
    taken = {each.predicted for each in pair.figures}
    verdicts = {each.figure: each.verdict for each in judgement.predicted_figures if each.predicted == pair.predicted}
    added = [(number, verdict) for number, verdict in verdicts.items() if number not in taken]
    wrong = {
        "speaker": pair.source == "wrong",
        "lenient": pair.source == "lenient",
        "abstained": pair.source == "abstained",
        "figure": bool(added)
        or any(each.error is not None and not is_vague(gold.figures[each.gold]) for each in pair.figures),
        "manner": not (pair.stance_right and pair.mode_right and pair.hedge_right),
        "when": pair.when_right < len(gold.when),
    }
    manner = [
        name
        for name, right in (("stance", pair.stance_right), ("mode", pair.mode_right), ("hedge", pair.hedge_right))
        if not right
    ]
    return {
        "predicted": pair.predicted,
        "gold": pair.gold,
        "similarity": round(pair.similarity, 3),
        "classes": [] if pair.optional else [name for name, there in wrong.items() if there],
        "source": pair.source,
        "manner": manner,
        "figures": [
            [each.gold, each.predicted, each.error.replace("_", " ") if each.error else None] for each in pair.figures
        ],
        "added": [[number, "invented" if verdict == "invented" else "not in this claim"] for number, verdict in added],
        "confidence": predicted.confidence,
    }
