"""How are comparisons, gates and calibrations shown in plain lines?

Works nothing out. Every page begins with its signature: what was measured, on what, and how.
"""

from collections.abc import Iterable, Sequence

from eval.calibrate import Calibration, Fit
from eval.compare import ClaimDifference, Compared, Comparison, MeasureDifference, Said
from eval.gate import Gated
from eval.queue import Bin, Queue, Recommendation, Review
from eval.statistics import MIN_ARTICLES
from service.records import Record

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NOTHING = "n/a"
MOST_NAMED = 20  # articles; --json has all


class Setting(Record):
    """What a comparison or calibration was made on."""

    goldset: str  # with the beginning of its hash
    threshold: float
    software: str

    def __str__(self) -> str:
        return f"{self.goldset} | {self.software} | align one-to-one τ {self.threshold:g}"


def columns(rows: Sequence[Sequence[str]], *, gap: str = "   ") -> list[str]:
    """Rows of cells as lines, each column as wide as its widest cell."""
    widths = [max(len(row[place]) for row in rows if place < len(row)) for place in range(max(map(len, rows)))]
    return [gap.join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip() for row in rows]


def number(value: float | None, form: str = ".3f") -> str:
    return NOTHING if value is None else format(value, form)


# ── comparing ─────────────────────────────────────────────────────────────────────────────────────────────────────


def compared_lines(compared: Compared, setting: Setting, *, notes: Iterable[str] = (), claims: int = 20) -> list[str]:
    """The comparison of each model with the first, then the claims on which they differ, flips first."""
    lines = [f"{setting} | {len(compared.documents)} articles that all finished"]
    lines += [f"{LETTERS[place]} = {name}" for place, name in enumerate(compared.names)]
    lines += list(notes)
    lines += _dropped_lines(compared)
    if compared.not_annotated:
        lines.append(f"Not annotated in this gold set, so not compared: {', '.join(compared.not_annotated)}.")
    for place, comparison in enumerate(compared.comparisons, start=1):
        lines += ["", *_comparison_lines(comparison, LETTERS[place])]
    lines += ["", *_claim_lines(compared, claims)]
    return lines


def _dropped_lines(compared: Compared) -> list[str]:
    if not compared.dropped:
        return []
    letter_of = {name: LETTERS[place] for place, name in enumerate(compared.names)}
    return [
        f"Left out, not finished by all: {len(compared.dropped)}.",
        *(
            f"  {name}: not by {', '.join(letter_of[each] for each in who)}"
            for name, who in list(compared.dropped.items())[:MOST_NAMED]
        ),
        *([f"  … and {len(compared.dropped) - MOST_NAMED} more"] if len(compared.dropped) > MOST_NAMED else []),
    ]


def _comparison_lines(comparison: Comparison, letter: str) -> list[str]:
    heading = ("", "A", letter, f"{letter} − A", "95% interval", "chance", "by Holm", f"{letter} is")
    headlines = list(comparison.headlines)
    others = [measure for measure in comparison.measures if not measure.headline]
    rows = [heading, *map(_measure_row, headlines), ("Not tested, so only a hint:",), *map(_measure_row, others)]
    # A line of its own words must not widen the first column.
    shown = columns([row for row in rows if len(row) > 1])
    return [*shown[: 1 + len(headlines)], rows[1 + len(headlines)][0], *shown[1 + len(headlines) :]] + [
        _power_line(measure) for measure in headlines
    ]


def _measure_row(measure: MeasureDifference) -> tuple[str, ...]:
    difference = measure.difference
    row = (
        measure.key.replace("_", " "),
        str(measure.first),
        str(measure.second),
        number(difference.value if difference else None, "+.3f"),
        f"{difference.interval.low:+.3f} to {difference.interval.high:+.3f}"
        if difference and difference.interval
        else NOTHING,
    )
    if not measure.headline:
        return row
    chance = measure.test.two_sided if measure.test else None
    return (*row, _chance(chance), _chance(measure.adjusted), measure.verdict)


def _chance(value: float | None) -> str:
    return "<0.001" if value is not None and value < 0.001 else number(value)


def _power_line(measure: MeasureDifference) -> str:
    difference = measure.difference
    if difference is None or difference.smallest is None:
        why = f"fewer than {MIN_ARTICLES} articles" if difference and difference.interval is None else "no differences"
        return f"Smallest difference that would show, {measure.key.replace('_', ' ')}: {NOTHING} ({why})."
    return (
        f"Smallest difference that would show, {measure.key.replace('_', ' ')}: {difference.smallest:.3f} "
        f"with {difference.articles} articles (4 times of 5); 0.02 needs about {difference.articles_for(0.02)}."
    )


def _claim_lines(compared: Compared, most: int) -> list[str]:
    flips = [claim for claim in compared.claims if claim.flip]
    lost = sum(claim.right[0] for claim in flips)
    others = "B" if len(compared.names) == 2 else "another"
    lines = [
        f"Claims: {lost} right with A and wrong with {others}, {len(flips) - lost} wrong with A and right with "
        f"{others}, {len(compared.claims) - len(flips)} told differently without a flip."
    ]
    for claim in compared.claims[:most]:
        lines += _claim(claim)
    if len(compared.claims) > most:
        lines.append(f"… {len(compared.claims) - most} more; --claims N shows N of them, --json all.")
    return lines


def _claim(claim: ClaimDifference) -> list[str]:
    lines = [
        f"  {'flip' if claim.flip else 'differs'} {claim.document} {claim.claim}",
        f"    gold: {_said(claim.gold)}",
    ]
    for place, (said, right) in enumerate(zip(claim.said, claim.right, strict=True)):
        verdict = "right" if right else "missed" if said is None else ", ".join(said.faults)
        lines.append(f"    {LETTERS[place]} ({verdict}): {_said(said) if said else 'no claim for it'}")
    return lines


def _said(said: Said) -> str:
    figures = f" [{'; '.join(said.figures)}]" if said.figures else ""
    return f"{said.speaker}: “{' '.join(said.words.split())}”{figures}"


# ── the gate ──────────────────────────────────────────────────────────────────────────────────────────────────────


def gate_lines(gated: Gated, setting: Setting, *, first: str, second: str) -> list[str]:
    shown = gated.reasons[:MOST_NAMED]
    rest = len(gated.reasons) - len(shown)
    return [
        f"{setting} | {second} against {first}",
        f"{gated.outcome.name.lower()} (margin {gated.margin:g}, made up at most {gated.budget:g})",
        *(f"  {reason}" for reason in shown),
        *([f"  … and {rest} more"] if rest else []),
    ]


# ── calibration ───────────────────────────────────────────────────────────────────────────────────────────────────


def calibration_lines(calibration: Calibration, setting: Setting) -> list[str]:
    prompt = f"prompt {calibration.prompt}" if calibration.prompt else "no prompt"
    chosen, recorded = calibration.chosen, calibration.recorded
    tried = ", ".join(f"{name.replace('_', ' ')} {brier:.4f}" for name, brier in calibration.brier_of.items())
    return [
        f"{setting} | {calibration.model} | {prompt}",
        f"{calibration.claims} claims of {calibration.articles} articles, {chosen.queue.wrong} wrong, "
        f"{chosen.queue.missed} missed; fitted on {calibration.folds - 1} of {calibration.folds} parts of the "
        "articles, measured on the other.",
        f"Brier score by method: {tried}. Chosen: {chosen.method.replace('_', ' ')}.",
        "",
        *_queue_lines(recorded, chosen),
        "",
        "Reliability, fifths of the claims by fitted confidence:",
        *columns([("  confidence", "mean", "right", "95% interval", "claims"), *map(_bin_row, chosen.queue.bins)]),
        "",
        "Reviewing the least confident claims first, by fitted confidence:",
        *columns(
            [
                ("  reviewed", "errors caught", "95% band", "errors for each claim", "times as many as at random"),
                *map(_review_row, chosen.queue.reviews),
            ]
        ),
        "",
        f"Accepting unread, as recorded: {_recommended(recorded.recommended)}",
        f"Accepting unread, as fitted: {_recommended(chosen.recommended)}",
    ]


def _queue_lines(recorded: Fit, chosen: Fit) -> list[str]:
    found = [_queue_figures(fit.queue) for fit in (recorded, chosen)]
    rows = [(label, *(number(figures[label]) for figures in found)) for label in found[0]]
    return columns([("", "as recorded", "fitted"), *rows])


def _queue_figures(queue: Queue) -> dict[str, float | None]:
    return {
        "Brier score": queue.brier,
        "calibration error, debiased": queue.expected_calibration_error,
        "AUROC of errors": queue.auroc,
        "AUGRC (less is better)": queue.augrc,
        "  with errors known": queue.augrc_oracle,
        "  in any order": queue.augrc_random,
        "share to review for 90% of errors": queue.reviews_to_most,
    }


def _bin_row(each: Bin) -> tuple[str, ...]:
    interval = str(each.interval) if each.interval else NOTHING
    return (
        f"  {each.low:.3f} to {each.high:.3f}",
        number(each.confidence),
        number(each.right),
        interval,
        str(each.claims),
    )


def _review_row(each: Review) -> tuple[str, ...]:
    return (
        f"  {each.share:.0%} ({each.reviewed})",
        number(each.caught),
        str(each.band) if each.band else NOTHING,
        number(each.found),
        number(each.lift, ".2f"),
    )


def _recommended(found: Recommendation) -> str:
    if found.threshold is None:
        return f"no threshold keeps errors under {found.target:g} for sure; review every claim."
    return (
        f"from {found.threshold:.3f} on: {found.accepted} of the claims, wrong {found.wrong}, "
        f"at most {number(found.upper)} (target {found.target:g})."
    )
