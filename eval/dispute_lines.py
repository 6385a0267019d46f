"""How are scores of paired figures shown?

As plain lines with their counts and intervals; nothing is worked out here.
"""

from collections.abc import Iterator, Sequence

from eval.disputes import DisputeReport, DisputeScores, Rate, summed
from service.software import software


def dispute_text(report: DisputeReport) -> str:
    """The report of one gold set, ending in a newline."""
    return "\n".join(_lines(report)) + "\n"


def table_text(reports: Sequence[DisputeReport]) -> str:
    """A Markdown table of all sets and their sums, split by split, ending in a newline."""
    claims = list(dict.fromkeys(scores.claims for report in reports for scores in report.scores))
    rows = [(report.goldset, scores) for report in reports for scores in report.scores]
    rows += [("all", scores) for scores in summed(reports)]
    by_row: dict[tuple[str, str], dict[str, DisputeScores]] = {}
    for name, scores in rows:
        by_row.setdefault((name, scores.split), {})[scores.claims] = scores
    head = " | ".join(f"{name}: precision | {name}: recall" for name in claims)
    lines = ["| set, split | " + head + " |", "|---|" + "---|" * (2 * len(claims))]
    for (name, split), found in by_row.items():
        cells = [_rate(rate) for each in claims for rate in (found[each].precision, found[each].recall)]
        lines.append(f"| {name}, {split} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _lines(report: DisputeReport) -> Iterator[str]:
    yield f"{report.goldset} | {software()} | align one-to-one τ {report.threshold:g}"
    for scores in report.scores:
        yield ""
        yield f"  {scores.claims} claims, split {scores.split}"
        yield from (f"    {name:<24}{words}" for name, words in _rows(scores))


def _rows(scores: DisputeScores) -> Iterator[tuple[str, str]]:
    yield "pair precision", _rate(scores.precision)
    yield "pair recall", _rate(scores.recall)
    for name, ratio in scores.by_relation.items():
        if ratio.total:
            yield f"  {name}", str(ratio)
    yield "relation right", f"{scores.relations}, of pairs found"
    yield "look-alikes paired", f"{scores.hard.hits} of {scores.hard.total}"
    yield "other wrong pairs", f"{scores.unlisted} not listed, {scores.unplaced} of a figure that is not gold"
    yield "optional pairs found", str(scores.optional)


def _rate(rate: Rate) -> str:
    return f"{rate.ratio}" + (f", 95% {rate.interval}" if rate.interval else "")
