"""What has been measured of each prompt?

A table made from stored runs, never typed: one line for each prompt, model and gold set, of the newest complete run.
Runs that are incomplete, and those of models that only simulate or replay, are no measurement and are left out.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from eval.align import THRESHOLD
from eval.annotated import blank
from eval.goldset import ArticleSet
from eval.measures import Scores, score_at
from eval.runs import Tasks, load_run
from eval.stand_ins import why_stand_in
from eval.store import RUN_FILE, Run, read_run
from service.errors import InputError
from service.records import Record

BEGIN = "<!-- measured: written by `python -m eval prompts --write` from stored runs -->"
END = "<!-- /measured -->"
COLUMNS = ("who_said_which_number", "attribution_accuracy", "attribution_recall", "number_fidelity", "claim_f1")
HEADINGS = (
    "prompt",
    "model",
    "gold set",
    "articles",
    "who said which number",
    "attribution accuracy",
    "attribution recall",
    "number fidelity",
    "claim F1",
    "cost an article",
    "software, date",
)


class Measured(Record):
    """A complete run of a prompt, scored."""

    run: Run
    goldset: str
    scores: Scores

    @property
    def cells(self) -> tuple[str, ...]:
        info, cost = self.run.info, self.run.usage.cost_usd
        asked = len(info.documents) * info.repeats
        return (
            f"`{info.prompt}`",
            f"`{info.model}`",
            self.goldset,
            f"{self.scores.articles}" + (f", {info.repeats} repeats" if info.repeats > 1 else ""),
            *(self._rate(key) for key in COLUMNS),
            f"${cost / asked:.4f}" if cost is not None and asked else "n/a",
            f"{info.software}, {info.created:%Y-%m-%d}",
        )

    def _rate(self, key: str) -> str:
        found = next(each for each in self.scores.measures if each.key == key)
        return f"{found.ratio}" + (f", {found.interval}" if found.interval else "")


def find_runs(places: Iterable[Path]) -> tuple[Run, ...]:
    """The newest complete run of each prompt, model and gold set below some folders."""
    newest: dict[tuple[str | None, str, str, tuple[str, ...]], Run] = {}
    for path in sorted({path for place in places for path in place.rglob(RUN_FILE)}):
        run = read_run(path.parent)
        if run.info.prompt is None or run.incomplete or why_stand_in(run.info.model, run.info.settings):
            continue
        name = (run.info.prompt, run.info.model, run.info.goldset, run.info.documents)
        if name not in newest or newest[name].info.created < run.info.created:
            newest[name] = run
    return tuple(newest[name] for name in sorted(newest, key=str))


def measure(run: Run, gold: ArticleSet) -> Measured:
    """The run scored on the gold set as it is now."""
    [scores] = score_at(Tasks(load_run(run.folder), gold).each(), (THRESHOLD,))
    return Measured(run=run, goldset=gold.name, scores=blank(scores, gold.info.annotates))


def table(measured: Sequence[Measured]) -> str:
    """The lines between the markers."""
    if not measured:
        return "No complete run of a prompt has been stored yet."
    rows = [HEADINGS, ("---",) * len(HEADINGS), *(each.cells for each in measured)]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows)


def with_table(page: str, lines: str, *, path: Path) -> str:
    """The page with these lines between its markers; InputError where it has none."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise InputError(
            f"{path} has no place for the table.", field="readme", fix=f"Write {BEGIN} and {END} on lines of their own."
        )
    return f"{before}{BEGIN}\n{lines}\n{END}{after}"
