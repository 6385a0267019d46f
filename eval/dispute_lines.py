"""How are scores of paired figures shown?

As plain lines with their counts and intervals; nothing is worked out here.
"""

from collections.abc import Iterator

from eval.disputes import DisputeReport, DisputeScores, Rate
from service.software import software


def dispute_text(report: DisputeReport) -> str:
    """The report of one gold set, ending in a newline."""
    return "\n".join(_lines(report)) + "\n"


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
