"""Which commands hold stored runs against each other, or against their own confidence?"""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from eval.commands.shared import (
    EXISTING_FOLDER,
    EXIT_GATE_UNUSABLE,
    goldset_option,
    json_option,
    split_option,
    telling_errors,
    text_folders_of,
    texts_option,
    threshold_option,
)
from service.software import software

if TYPE_CHECKING:
    from eval.compare import Compared
    from eval.goldset import ArticleSet
    from eval.lines import Setting
    from eval.runs import StoredRun
    from service.confidence import Weights


@click.command()
@click.argument("runs", nargs=-1, required=True, type=EXISTING_FOLDER, metavar="A B [C...]")
@goldset_option
@click.option("--claims", type=click.IntRange(min=0), default=20, show_default=True, help="Differing claims to show.")
@texts_option
@split_option
@threshold_option
@json_option
def compare(
    runs: tuple[Path, ...],
    goldset: Path | None,
    claims: int,
    texts: Path | None,
    split: str | None,
    threshold: float,
    as_json_: bool,
) -> None:
    """Hold runs against the first one, on the articles that all finished: differences, tests, claim by claim."""
    from eval.lines import compared_lines
    from eval.report import as_json
    from eval.runs import load_run

    if len(runs) < 2:
        raise click.UsageError("compare needs two runs or more.")
    with telling_errors():
        stored = [load_run(path) for path in runs]
        gold = _gold_of(stored, goldset, texts, split)
        compared = _compare(stored, gold, threshold)
    setting = _setting(gold, threshold)
    if as_json_:
        click.echo(as_json({"signature": str(setting), **compared.model_dump(mode="json")}), nl=False)
        return
    click.echo("\n".join(compared_lines(compared, setting, notes=_notes(stored, gold), claims=claims)))


class _UnusableGate(click.UsageError):
    exit_code = EXIT_GATE_UNUSABLE


class _GateCommand(click.Command):
    """Exit code 2 says that a gate is inconclusive, so a command line that cannot be used has another."""

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        try:
            return super().make_context(*arguments, **options)
        except click.UsageError as error:
            raise _UnusableGate(error.format_message(), ctx=error.ctx) from None


@click.command(cls=_GateCommand)
@click.argument("run", type=EXISTING_FOLDER, metavar="RUN")
@click.option("--against", type=EXISTING_FOLDER, required=True, metavar="BASELINE", help="The run it must not lose to.")
@click.option("--margin", type=click.FloatRange(0, 1), default=0.02, show_default=True, help="A loss that is no loss.")
@click.option(
    "--made-up",
    "budget",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="Share of claims that may have a speaker or figure that the text has not.",
)
@goldset_option
@texts_option
@split_option
@threshold_option
@json_option
def gate(
    run: Path,
    against: Path,
    margin: float,
    budget: float,
    goldset: Path | None,
    texts: Path | None,
    split: str | None,
    threshold: float,
    as_json_: bool,
) -> None:
    """Say whether a run is no worse than a baseline.

    Exit codes: 0 held; 1 regressed, or more made up than allowed; 2 inconclusive; 3 an article is not finished in one
    of the two; 4 the command or its input cannot be used.
    """
    from eval.gate import gate as gate_
    from eval.lines import gate_lines
    from eval.report import as_json
    from eval.runs import load_run

    with telling_errors(EXIT_GATE_UNUSABLE):
        stored = [load_run(path) for path in (against, run)]
        gold = _gold_of(stored, goldset, texts, split)
        compared = _compare(stored, gold, threshold)
        unread = {f"{document} ({each.folder})": why for each in stored for document, why in each.unread(gold).items()}
        gated = gate_(compared.comparisons[0], margin=margin, budget=budget, unread=unread)
    setting = _setting(gold, threshold)
    if as_json_:
        click.echo(as_json({"signature": str(setting), **gated.model_dump(mode="json")}), nl=False)
    else:
        before, now = compared.names
        lines = gate_lines(gated, setting, first=before, second=now)
        click.echo("\n".join([lines[0], *_stand_ins(stored), *lines[1:]]))
    sys.exit(int(gated.outcome))


@click.command()
@click.argument("run", type=EXISTING_FOLDER, metavar="[RUN]", required=False)
@click.option(
    "--cases",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Judged claims instead of a run, as `according review calibrate` writes them; with --weights.",
)
@click.option("--target-error", type=click.FloatRange(0, 1, min_open=True), default=0.05, show_default=True)
@click.option("--method", type=click.Choice(["as_recorded", "logistic", "isotonic", "signals"]), help="Else the best.")
@click.option(
    "--unlisted",
    type=click.Choice(["wrong", "left_out"]),
    default="wrong",
    show_default=True,
    help="What a claim is that gold does not list.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="RUN/calibration.json unless given.")
@click.option(
    "--weights",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the weights of the signals there, for `according --confidence FILE`.",
)
@goldset_option
@texts_option
@split_option
@threshold_option
@json_option
def calibrate(
    run: Path | None,
    cases: Path | None,
    target_error: float,
    method: Any,
    unlisted: Any,
    out: Path | None,
    weights: Path | None,
    goldset: Path | None,
    texts: Path | None,
    split: str | None,
    threshold: float,
    as_json_: bool,
) -> None:
    """Fit a run's confidence to what was right, and say what a review queue ordered by it catches."""
    from eval.calibrate import calibrate as calibrate_
    from eval.calibrate import cases_of, weights_of_run
    from eval.lines import calibration_lines
    from eval.report import as_json
    from eval.runs import Tasks, load_run

    if cases is not None and weights is not None and run is None:
        _fit_to_verdicts(cases, weights, target_error)
        return
    if run is None or cases is not None:
        raise click.UsageError("Name a RUN, or judged claims with --cases FILE and --weights FILE.")
    with telling_errors():
        stored = load_run(run)
        gold = _gold_of([stored], goldset, texts, split)
        tasks = Tasks(stored, gold)
        answers = [answer for document in tasks for answer in stored.answers(document)]
        found = cases_of(
            [tasks.task(answer) for answer in answers],
            [answer.signals for answer in answers],
            threshold=threshold,
            unlisted=unlisted,
            groups={document.id: document.pair for document in gold.documents if document.pair},
        )
        fitted = weights_of_run(found, stored, gold, split=split, target=target_error) if weights else None
        calibration = calibrate_(
            found,
            target=target_error,
            method=method,
            goldset=gold.name,
            goldset_sha256=gold.sha256,
            model=stored.info.model,
            prompt=stored.info.prompt,
            software=stored.info.software,
            threshold=threshold,
            unlisted=unlisted,
        )
    place = out or run / "calibration.json"
    written = as_json(calibration.model_dump(mode="json"))
    place.write_text(written, encoding="utf-8")
    if as_json_:
        click.echo(written, nl=False)
    else:
        click.echo("\n".join(calibration_lines(calibration, _setting(gold, threshold))))
    click.echo(f"Written to {place}", err=True)
    if weights is not None and fitted is not None:
        _write_weights(weights, fitted)
    for why, count in Counter(stored.unread(gold).values()).items():
        click.echo(f"Took no part: {count} articles, {why}.", err=True)


def _fit_to_verdicts(cases: Path, weights: Path, target_error: float) -> None:
    from eval.calibrate import weights_of_cases

    with telling_errors():
        fitted = weights_of_cases(cases, target=target_error, software=software())
    _write_weights(weights, fitted)
    if fitted.fitted is not None:
        auroc = "n/a" if fitted.fitted.auroc is None else f"{fitted.fitted.auroc:.3f}"
        click.echo(
            f"{fitted.fitted.claims} judged claims of {fitted.fitted.articles} articles, {fitted.fitted.wrong} wrong; "
            f"cross-fitted: Brier score {fitted.fitted.brier:.4f}, area under the curve {auroc}"
        )


def _write_weights(place: Path, fitted: "Weights") -> None:
    from eval.report import as_json

    place.write_text(as_json(fitted.model_dump(mode="json")), encoding="utf-8")
    click.echo(f"Weights written to {place}: use them with --confidence or ACCORDING_CONFIDENCE.", err=True)


def _compare(stored: Sequence["StoredRun"], gold: "ArticleSet", threshold: float) -> "Compared":
    from eval.compare import compare, contenders_of

    return compare(
        contenders_of(stored, gold),
        documents=[document.id for document in gold.documents],
        threshold=threshold,
        annotates=gold.info.annotates,
    )


def _gold_of(
    stored: Sequence["StoredRun"], goldset: Path | None, texts: Path | None, split: str | None
) -> "ArticleSet":
    """The gold set that some runs were made on, where it is now; InputError where they are of different ones."""
    from eval.goldset import open_articles
    from service.errors import InputError

    name = stored[0].info.goldset
    other = next((each for each in stored if each.info.goldset != name), None)
    if other is not None:
        raise InputError(
            f"{other.folder} is a run on {other.info.goldset}, not on {name}.",
            field="run",
            fix="Compare runs on one gold set.",
        )
    place = goldset or next((Path(each.info.goldset_place) for each in stored if each.info.goldset_place), None)
    if place is None:
        raise InputError(
            f"{stored[0].folder} does not say where {name} is.", field="goldset", fix="Name it with --goldset."
        )
    return open_articles(place, text_folders_of(texts), split=split)


def _notes(stored: Sequence["StoredRun"], gold: "ArticleSet") -> list[str]:
    changed = [each for each in stored if each.info.goldset_sha256 != gold.sha256]
    return [
        *_stand_ins(stored),
        *(
            f"{each.folder} was made on other gold ({each.info.goldset_sha256[:8]}): scored on the set as it is now."
            for each in changed
        ),
    ]


def _stand_ins(stored: Sequence["StoredRun"]) -> list[str]:
    from eval.stand_ins import why_stand_in

    why = {each.folder: why_stand_in(each.info.model, each.info.settings) for each in stored}
    return [f"Not a measurement of a model: {folder}: {reason}." for folder, reason in why.items() if reason]


def _setting(gold: "ArticleSet", threshold: float) -> "Setting":
    from eval.lines import Setting

    return Setting(goldset=gold.name, threshold=threshold, software=software())
