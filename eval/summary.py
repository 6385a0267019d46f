"""How does a board read as plain text, in a pull request, or to a program?

Words and objects of what `board` has gathered; the page is for `html_report`.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from eval.board import HEADLINES, Board, Entry
from eval.compare import MeasureDifference
from eval.measures import Score
from eval.report import scores_json, scores_text

_NAMES = {
    "who_said_which_number": "Who said which number",
    "attribution_accuracy": "Attribution accuracy",
    "attribution_recall": "Attribution recall",
    "number_fidelity": "Number fidelity",
    "claim_f1": "Claim F1",
}
_MARKUP = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]<>#|~&!"})


def boards_text(boards: Sequence[Board], *, colour: bool = False) -> str:
    """Every entry's scores, one after the other, after what keeps it from being ranked."""
    pages = []
    for board in boards:
        for entry in board.entries:
            notes = [*(f"Not ranked: {doubt}." for doubt in entry.doubts), *entry.notes]
            pages.append(
                scores_text(
                    entry.signature,
                    entry.scores,
                    others=entry.others,
                    pairs=entry.pairs,
                    unassisted=entry.unassisted,
                    notes=notes,
                    colour=colour,
                )
            )
        if board.why_unranked:
            pages.append(board.why_unranked + "\n")
    return "\n".join(pages)


def boards_json(boards: Sequence[Board]) -> list[dict[str, Any]]:
    return [
        {
            "goldset": board.ready.name,
            "annotates": board.ready.gold.info.annotates,
            "threshold": board.threshold,
            "ranked_by": None if board.why_unranked else board.headline,
            "why_unranked": board.why_unranked,
            "entries": [_entry_json(board, place, entry) for place, entry in enumerate(board.entries)],
            "differences": [
                {"first": each.first, "second": each.second, **_difference_json(measure)}
                for each in (board.compared.comparisons if board.compared else ())
                for measure in each.headlines
            ],
        }
        for board in boards
    ]


def _entry_json(board: Board, place: int, entry: Entry) -> dict[str, Any]:
    effort = entry.effort
    return {
        "label": entry.label,
        "rank": entry.rank,
        "doubts": list(entry.doubts),
        **scores_json(
            entry.signature, entry.scores, others=entry.others, pairs=entry.pairs, unassisted=entry.unassisted
        ),
        "unfinished": dict(entry.unfinished),
        "errors": [{"group": row.group, "error": row.label, **row.counts[place].model_dump()} for row in board.errors],
        "by_phenomenon": {
            row.name: {"articles": row.articles} | {key: rates[place].model_dump() for key, rates in row.rates.items()}
            for row in board.phenomena
        },
        "confidence": entry.confidence.model_dump(mode="json") if entry.confidence else None,
        "effort": None
        if effort is None
        else {
            "articles": effort.articles,
            "seconds_each": effort.seconds_each,
            "at_once": effort.at_once,
            "start_to_end": effort.start_to_end,
            "cost_each": effort.cost_each,
            "rejected": effort.rejected,
            "usage": effort.usage.model_dump(),
        },
    }


def _difference_json(measure: MeasureDifference) -> dict[str, Any]:
    return {"measure": measure.key, "verdict": measure.verdict} | measure.model_dump(
        mode="json", include={"difference", "test", "adjusted"}
    )


# ── Markdown ──────────────────────────────────────────────────────────────────────────────────────────────────────


def boards_markdown(boards: Sequence[Board]) -> str:
    """Tables for a pull request; names are escaped, so that none is taken for markup."""
    return "\n".join(line for board in boards for line in _board_lines(board)) + "\n"


def _board_lines(board: Board) -> Iterable[str]:
    entries = board.entries
    keys = [key for key in HEADLINES if any(entry.scores[key].total for entry in entries)]
    yield f"### {_plain(board.ready.name)}\n"
    for entry in entries:
        for doubt in entry.doubts:
            yield f"> **Not ranked: {_plain(entry.label)}**: {_plain(doubt)}\n"
        if entry.unassisted is not None:
            rates = (f"{_NAMES[key]} {entry.unassisted.scores[key]}" for key in HEADLINES)
            yield (
                f"> Without the {entry.unassisted.set_aside} claims judged with its answer in view: "
                f"{_plain(', '.join(rates))}\n"
            )
    if board.why_unranked:
        yield f"{board.why_unranked}\n"
    yield from _table(
        ["", "Model", *(_NAMES[key] for key in keys), "Run time an article", "Start to end of one", "Cost"],
        [
            [
                str(entry.rank or "–"),
                _plain(entry.label),
                *(_score(entry.scores.measure(key)) for key in keys),
                _each(entry.effort.seconds_each if entry.effort else None, "{:.3g} s"),
                _each(entry.effort.start_to_end if entry.effort else None, "{:.3g} s"),
                _each(entry.effort.cost_each if entry.effort else None, "${:.2g}"),
            ]
            for entry in entries
        ],
    )
    if board.compared:
        yield from _table(
            [
                f"Against {_plain(board.compared.names[0])}",
                "Measure",
                "Difference",
                "95% interval",
                "Chance",
                "Verdict",
            ],
            [
                _difference_cells(each.second, measure)
                for each in board.compared.comparisons
                for measure in each.headlines
            ],
        )
    if board.errors:
        yield from _table(
            ["Errors", *(_plain(entry.label) for entry in entries)],
            [
                [row.label, *(f"{count.hits}/{count.total}" if count.total else "n/a" for count in row.counts)]
                for row in board.errors
            ],
        )
    paired = [entry for entry in entries if entry.pairs is not None]
    if paired:
        yield from _table(
            ["Pairs told apart", *(_plain(entry.label) for entry in paired)],
            [
                ["in the field", *(str(entry.pairs.total.field) for entry in paired if entry.pairs)],
                ["wholly", *(str(entry.pairs.total.whole) for entry in paired if entry.pairs)],
            ],
        )
    for entry in entries:
        yield f"- `{str(entry.signature).replace('`', '')}`, {entry.scores.articles} articles scored"
    yield ""


def _difference_cells(second: str, measure: MeasureDifference) -> list[str]:
    difference = measure.difference
    interval = difference.interval if difference else None
    return [
        _plain(second),
        _NAMES.get(measure.key, measure.label),
        f"{difference.value:+.3f}" if difference else "n/a",
        f"{interval.low:+.3f} to {interval.high:+.3f}" if interval else "n/a",
        "n/a" if measure.adjusted is None else f"{measure.adjusted:.3f}",
        measure.verdict,
    ]


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    yield f"| {' | '.join(headings)} |"
    yield f"|{' --- |' * len(headings)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _score(score: Score) -> str:
    interval = f"<br>{score.interval}" if score.interval else ""
    return f"{score.ratio}{interval}"


def _each(value: float | None, form: str) -> str:
    return "n/a" if value is None else form.format(value)


def _plain(words: str) -> str:
    return " ".join(words.split()).translate(_MARKUP)
