"""How are scores and agreement shown?

As plain lines with their counts, coloured on a terminal, or as JSON. Every report begins with its signature: what was
measured, on what, and how. Nothing is worked out here.
"""

import json
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.agreement import Agreement
from eval.assisted import Unassisted
from eval.check import Checked
from eval.describe import Description
from eval.effort import Effort, effort_of
from eval.measures import Score, Scores
from eval.pairs import PairScores, PhenomenonScore
from eval.results import ResultHead
from eval.signature import Signature
from eval.statistics import MIN_ARTICLES
from eval.store import Run
from eval.tally import FIGURE_ERRORS

WIDTH = 120
UNASSISTED = ("who_said_which_number", "attribution_accuracy", "number_fidelity", "claim_f1")


# ── scores ────────────────────────────────────────────────────────────────────────────────────────────────────────


def scores_text(
    signature: Signature,
    scores: Scores,
    *,
    others: Sequence[Scores] = (),
    pairs: PairScores | None = None,
    run: Run | None = None,
    stand_in: str | None = None,
    unassisted: Unassisted | None = None,
    notes: Iterable[str] = (),
    colour: bool = False,
) -> str:
    """The report of one model on one gold set. `others` are the same predictions paired at other thresholds;
    `stand_in` says why the answers are no result, where they are none; `unassisted` has the scores without the claims
    that were judged with these answers in view, where there are any."""
    page = _Page(colour=colour)
    page.line(str(signature), "bold")
    if stand_in:
        page.line(f"Not a measurement of a model: {stand_in}.", "bold red")
    for warning in (*_unfinished(run), *notes):
        page.line(warning, "yellow")
    page.table(
        ["", *(["rate (counts)", "95% interval"] if _has_intervals(scores) else ["rate (counts)"])],
        _measure_rows(scores.measures, intervals=_has_intervals(scores)),
    )
    if unassisted is not None:
        _unassisted(page, unassisted)
    page.line("")
    page.line(_pairing(scores))
    page.line(_errors(scores))
    page.line(f"{str(scores.identity).capitalize()}.")
    for line in _bounds(scores):
        page.line(line)
    for line in _at_thresholds([*others, scores]) if others else ():
        page.line(line)
    if pairs is not None:
        _pairs(page, pairs)
    if not _has_intervals(scores):
        page.line(f"{_count(scores.articles, 'article')}: counts only; intervals need {MIN_ARTICLES}.")
    if run is not None:
        page.line(_effort(run))
    return page.text()


def scores_json(
    signature: Signature,
    scores: Scores,
    *,
    others: Sequence[Scores] = (),
    pairs: PairScores | None = None,
    run: Run | None = None,
    stand_in: str | None = None,
    unassisted: Unassisted | None = None,
) -> dict[str, Any]:
    """The same as an object; every measure carries the signature, so that no line is ever read without it."""
    return {
        "signature": str(signature),
        **signature.model_dump(mode="json"),
        "stand_in": stand_in,
        "articles": scores.articles,
        "measures": [_measure_json(score, signature) for score in scores.measures],
        "unassisted": None
        if unassisted is None
        else {
            "set_aside": unassisted.set_aside,
            "measures": [_measure_json(score, signature) for score in unassisted.scores.measures],
        },
        "counts": scores.total.counts(),
        "by_article": {name: tally.counts() for name, tally in scores.by_article.items()},
        "at_thresholds": [
            {"threshold": each.threshold, "measures": [_measure_json(score, None) for score in each.measures]}
            for each in others
        ],
        "pairs": _pairs_json(pairs, signature) if pairs is not None else None,
        "unfinished": [_unfinished_json(result) for result in run.unfinished] if run else [],
        "missing": list(run.missing) if run else [],
    }


def _measure_json(score: Score, signature: Signature | None) -> dict[str, Any]:
    return {
        "key": score.key,
        "hits": score.ratio.hits,
        "total": score.ratio.total,
        "value": score.ratio.value,
        "interval": list(score.interval) if score.interval else None,
        **({"signature": str(signature)} if signature else {}),
    }


def _unassisted(page: "_Page", unassisted: Unassisted) -> None:
    shown = unassisted.scores
    page.line("")
    page.line(f"Without the {_count(unassisted.set_aside, 'claim')} judged with this model's answer in view:")
    page.table(
        ["", *(["rate (counts)", "95% interval"] if _has_intervals(shown) else ["rate (counts)"])],
        _measure_rows([shown.measure(key) for key in UNASSISTED], intervals=_has_intervals(shown)),
    )


def _pairs_json(pairs: PairScores, signature: Signature) -> dict[str, Any]:
    return {
        "signature": str(signature),
        "total": _phenomenon_json(pairs.total),
        "by_phenomenon": {score.phenomenon: _phenomenon_json(score) for score in pairs.by_phenomenon},
        "each": {
            verdict.pair: verdict.model_dump(mode="json", include={"phenomenon", "whole", "field"})
            for verdict in pairs.verdicts
        },
        "left_out": list(pairs.left_out),
    }


def _phenomenon_json(score: PhenomenonScore) -> dict[str, Any]:
    return {
        name: {"hits": ratio.hits, "total": ratio.total, "value": ratio.value}
        for name, ratio in (("whole", score.whole), ("field", score.field))
    }


def _pairs(page: "_Page", pairs: PairScores) -> None:
    """A table of their own: a pair is right only if all its members are, so that no rate above can stand for it."""
    page.line("")
    page.table(
        ["Pairs with every member right", "in its field", "wholly"],
        [
            (f"  {score.phenomenon.replace('_', ' ')}", str(score.field), str(score.whole))
            for score in (*pairs.by_phenomenon, pairs.total)
        ],
    )
    if pairs.left_out:
        page.line(f"{_count(len(pairs.left_out), 'pair')} left out: not every member was scored.", "yellow")


def _measure_rows(measures: Sequence[Score], *, intervals: bool) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    group = None
    for score in measures:
        if score.group != group:
            group = score.group
            rows.append((f"*{group}",))
        interval = [str(score.interval) if score.interval else "n/a"] if intervals else []
        rows.append((f"  {score.label}", str(score.ratio), *interval))
    return rows


def _has_intervals(scores: Scores) -> bool:
    return any(score.interval for score in scores.measures)


def _pairing(scores: Scores) -> str:
    total = scores.total
    optional = f"; {total.optional} optional, not counted" if total.optional else ""
    return (
        f"Claims: {total.gold} gold, {total.predicted} predicted: {total.paired} paired, {total.missed} missed, "
        f"{total.spurious} not in gold, {total.duplicates} repeated{optional}."
    )


def _errors(scores: Scores) -> str:
    counts = {name.removeprefix("error_").replace("_", " "): scores.total[name] for name in FIGURE_ERRORS}
    counts["invented"] = scores.total.figures_invented
    found = [f"{name} {number}" for name, number in counts.items() if number]
    repeated = f" ({scores.total.figures_repeated} more in repeated claims)" if scores.total.figures_repeated else ""
    return f"Figure errors: {', '.join(found) or 'none'}{repeated}."


def _bounds(scores: Scores) -> list[str]:
    """Rates of what was made up are nothing without what they may still be."""
    known = [score for score in scores.hallucinations if score.upper is not None]
    words = []
    for score in known:
        pessimistic = f", by the rule of three {score.rule_of_three:.3f}" if score.rule_of_three is not None else ""
        words.append(f"{score.label} {score.ratio}, at most {score.upper:.3f}{pessimistic}")
    return [f"Made up, with upper bounds: {'; '.join(words)}."] if words else []


def _at_thresholds(each: Sequence[Scores]) -> list[str]:
    return [
        f"Paired at τ {scores.threshold:g}: who said which number {scores['who_said_which_number']}, "
        f"attribution accuracy {scores['attribution_accuracy']}, claim F1 {scores['claim_f1']}."
        for scores in sorted(each, key=lambda scores: scores.threshold)
    ]


def _unfinished(run: Run | None) -> list[str]:
    """Failures are told apart, by name, and never scored as wrong."""
    if run is None or not run.incomplete:
        return []
    planned = len(run.info.documents)
    lines = [
        f"Incomplete: {len(run.finished_documents)} of {planned} articles are finished; the others are not scored, "
        "neither as right nor as wrong."
    ]
    if run.failures:
        lines.append(f"  failed: {', '.join(f'{reason} {number}' for reason, number in run.failures.items())}")
    for result in run.unfinished[:20]:
        failure = result.failures[0] if result.failures else None
        why = f"{failure.reason}: {failure.message}" if failure else "no reason given"
        lines.append(f"  {result.document}: {result.status}: {why}")
    if run.missing:
        lines.append(f"  not tried: {', '.join(run.missing[:20])}{' …' if len(run.missing) > 20 else ''}")
    return lines


def _unfinished_json(result: ResultHead) -> dict[str, Any]:
    return {
        "document": result.document,
        "status": result.status,
        "failures": [failure.model_dump(mode="json") for failure in result.failures],
    }


def _effort(run: Run) -> str:
    effort, usage = effort_of(run), run.usage
    words = f"Took {time_in_words(effort)}"
    if usage.calls:
        words += f"; {_count(usage.calls, 'call')}, {usage.prompt_tokens} + {usage.completion_tokens} tokens"
        words += f", {_count(usage.retries, 'retry', 'retries')}" if usage.retries else ""
        words += f", ${usage.cost_usd:.4f}" if usage.cost_usd is not None else ""
    words += f"; {_count(effort.rejected, 'draft')} rejected" if effort.rejected else ""
    return words + "."


def time_in_words(effort: Effort) -> str:
    """What an article took of the run, and from its start to its end: the two differ where several were under way."""
    if effort.seconds_each is None:
        each = "an unknown time for each article"
    else:
        several = f", up to {effort.at_once} at once" if effort.at_once and effort.at_once > 1 else ""
        each = f"{effort.seconds_each:.3g} s of the run for each of {_count(effort.articles, 'article')}{several}"
    if effort.start_to_end is None:
        return each
    return f"{each}; one article from start to end {effort.start_to_end:.3g} s (median)"


# ── agreement ─────────────────────────────────────────────────────────────────────────────────────────────────────


def agreement_text(
    agreement: Agreement, *, first: str, second: str, differences: bool = False, colour: bool = False
) -> str:
    page = _Page(colour=colour)
    threshold = f"align one-to-one τ {agreement.first_as_gold.threshold:g}"
    page.line(f"A = {first} | B = {second} | {_count(agreement.documents, 'document')} | {threshold}", "bold")
    rows: list[tuple[str, ...]] = []
    group = None
    both = zip(agreement.first_as_gold.measures, agreement.second_as_gold.measures, strict=True)
    for ours, theirs in both:
        if ours.mistakes:
            continue
        if ours.group != group:
            group = ours.group
            rows.append((f"*{group}",))
        rows.append((f"  {ours.label}", str(ours.ratio), str(theirs.ratio)))
    page.table(["", "A as gold", "B as gold"], rows)
    page.line("")
    page.line("Krippendorff's alpha, nominal", "bold")
    page.table([], [(f"  {alpha.label}", str(alpha)) for alpha in agreement.alphas])
    page.line("")
    causes = ", ".join(f"{cause} {number}" for cause, number in agreement.causes)
    page.line(f"{_count(len(agreement.differences), 'difference')}{': ' + causes if causes else ''}.")
    if differences:
        for difference in agreement.differences:
            page.line(str(difference))
    return page.text()


def agreement_json(agreement: Agreement, *, first: str, second: str) -> dict[str, Any]:
    return {
        "first": first,
        "second": second,
        "documents": agreement.documents,
        "threshold": agreement.first_as_gold.threshold,
        "first_as_gold": [_measure_json(score, None) for score in agreement.first_as_gold.measures],
        "second_as_gold": [_measure_json(score, None) for score in agreement.second_as_gold.measures],
        "alphas": [alpha.model_dump(mode="json") for alpha in agreement.alphas],
        "causes": dict(agreement.causes),
        "differences": [difference.model_dump(mode="json") for difference in agreement.differences],
    }


# ── checks ────────────────────────────────────────────────────────────────────────────────────────────────────────


def check_text(checked: Checked) -> str:
    lines = [str(problem) for problem in checked.problems]
    warnings = len(checked.problems) - checked.errors
    counts = ((checked.documents, "document"), (checked.claims, "claim"), (checked.figures, "figure"))
    what = ", ".join(_count(number, noun) for number, noun in counts)
    verdict = f"{_count(checked.errors, 'error')}, {_count(warnings, 'warning')}" if checked.problems else "clean"
    return "\n".join([*lines, f"{checked.name or checked.folder}: {what}: {verdict}"]) + "\n"


# ── descriptions ─────────────────────────────────────────────────────────────────────────────────────────────────


def description_text(description: Description) -> str:
    """A line for each table, in plain words: as the cards of gold sets quote it."""
    nouns = (
        (description.documents, "document"),
        (description.pairs, "pair"),
        (description.words, "word"),
        (description.claims, "claim"),
        (description.optional, "optional claim"),
        (description.figures, "figure"),
        (description.times, "time"),
        (description.skipped, "skipped number"),
    )
    sizes = ", ".join(_count(number, noun) for number, noun in nouns if number)
    lines = [f"{description.name} {description.version}: {sizes}"]
    for table, counts in description.tables.items():
        if counts:
            listed = ", ".join(f"{name.replace('_', ' ')} {number}" for name, number in counts.items())
            lines.append(f"{table}: {listed}")
    return "\n".join(lines) + "\n"


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _count(number: int, noun: str, plural: str | None = None) -> str:
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


class _Page:
    """Lines and tables, as text: with colour for a terminal, bare for a file or a pipe."""

    def __init__(self, *, colour: bool) -> None:
        self._buffer = StringIO()
        self._console = Console(
            file=self._buffer, width=WIDTH, force_terminal=colour, no_color=not colour, highlight=False, soft_wrap=True
        )

    def line(self, words: str, style: str = "") -> None:
        self._console.print(Text(words, style=style), soft_wrap=True)

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Rows whose first cell begins with * are headings of the rows after them."""
        table = Table(box=None, show_header=bool(headings), pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
        for heading in headings:
            table.add_column(heading)
        for row in rows:
            style = "bold" if row[0].startswith("*") else ""
            table.add_row(Text(row[0].lstrip("*"), style=style), *map(Text, row[1:]))
        self._console.print(table)

    def text(self) -> str:
        return "".join(line.rstrip() + "\n" for line in self._buffer.getvalue().splitlines())
