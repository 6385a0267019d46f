"""What can be asked of the evaluation from a shell?

Reads the command line, the environment and the user's file of text folders, and hands values on. Everything heavy is
imported inside the command that needs it, so that help comes at once.

Exit codes: 0 all is well; 1 `check` found errors; 2 the command or its input cannot be used; 3 a run is incomplete.
"""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from service.software import software

if TYPE_CHECKING:
    from eval.goldset import ReadySet
    from eval.lines import Setting
    from eval.runs import StoredRun
    from eval.score import Task
    from eval.signature import Signature
    from eval.store import ArticleResult, Run
    from service.goldfiles import GoldClaim

EXIT_ERRORS = 1
EXIT_UNUSABLE = 2
EXIT_INCOMPLETE = 3
EXIT_GATE_UNUSABLE = 4
THRESHOLDS = (0.3, 0.5, 0.7)

Command = TypeVar("Command", bound=Callable[..., Any])

FOLDER = click.Path(file_okay=False, path_type=Path)
EXISTING = click.Path(exists=True, path_type=Path)
EXISTING_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


class GoldSetPlace(click.ParamType["Path"]):
    """A folder or file that is there, or hf:owner/name."""

    name = "goldset"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        return Path(value) if str(value).startswith("hf:") else EXISTING.convert(value, param, ctx)


GOLDSET = GoldSetPlace()


def texts_option(command: Command) -> Command:
    return click.option(
        "--texts",
        type=FOLDER,
        envvar="ACCORDING_TEXTS",
        show_envvar=True,
        help="Folder with the texts of stand-off gold sets; else those recorded by `texts add`.",
    )(command)


def threshold_option(command: Command) -> Command:
    return click.option(
        "--tau",
        "threshold",
        type=click.FloatRange(0, 1, min_open=True),
        default=0.5,
        show_default=True,
        help="Least similarity of paired claims.",
    )(command)


def json_option(command: Command) -> Command:
    return click.option("--json", "as_json_", is_flag=True, help="Print JSON instead of a table.")(command)


def split_option(command: Command) -> Command:
    return click.option("--split", metavar="SPLIT", help="Only the documents of this split, such as dev or test.")(
        command
    )


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Says how often extracted claims are right, on gold sets.

    Exit codes: 0 all is well; 1 `check` found errors; 2 the command or its input cannot be used; 3 a run is
    incomplete.
    """


# ── check ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@main.command()
@click.argument("goldsets", nargs=-1, required=True, type=EXISTING_FOLDER, metavar="GOLDSET...")
@click.option("--second-opinion", is_flag=True, help="Warn where the service's own reading sees other figures.")
@texts_option
@json_option
def check(goldsets: tuple[Path, ...], second_opinion: bool, texts: Path | None, as_json_: bool) -> None:
    """Check gold sets against the guidelines; exit code 1 if there are errors."""
    from eval.check import check_gold_set
    from eval.report import as_json, check_text

    with _telling_errors():
        folders = _folders(texts)
        checked = [check_gold_set(folder, texts=folders, second_opinion=second_opinion) for folder in goldsets]
    if as_json_:
        click.echo(as_json([each.model_dump(mode="json") for each in checked]), nl=False)
    else:
        for each in checked:
            click.echo(check_text(each), nl=False)
    if any(each.errors for each in checked):
        sys.exit(EXIT_ERRORS)


@main.command()
@click.argument("goldsets", nargs=-1, required=True, type=EXISTING_FOLDER, metavar="GOLDSET...")
@texts_option
@json_option
def describe(goldsets: tuple[Path, ...], texts: Path | None, as_json_: bool) -> None:
    """Count what gold sets hold: the numbers that their cards quote."""
    from eval.describe import describe as describe_set
    from eval.report import as_json, description_text
    from service.goldfiles import find_texts, load_gold_set, read_texts

    described = []
    with _telling_errors():
        for folder in goldsets:
            gold = load_gold_set(folder)
            found = find_texts(gold.documents, read_texts(_folders(texts)))
            here = {name: text.text for name, text in found.items() if text.text is not None}
            described.append(describe_set(gold, here))
    if as_json_:
        click.echo(as_json([each.model_dump(mode="json") for each in described]), nl=False)
    else:
        click.echo("\n".join(description_text(each) for each in described), nl=False)


# ── run and score ─────────────────────────────────────────────────────────────────────────────────────────────────


@main.command()
@click.argument("goldsets", nargs=-1, required=True, type=GOLDSET, metavar="GOLDSET...")
@click.option("--model", "models", multiple=True, metavar="MODEL", help="As for `according`; may be repeated.")
@click.option("--prompt", "prompts", multiple=True, metavar="PROMPT", help="Name or .md file; may be repeated.")
@texts_option
@click.option("--out", type=FOLDER, help="Folder for the runs; runs/DATE-TIME unless given.")
@click.option("--resume", is_flag=True, help="Keep what an earlier try in the same --out finished; repeat failures.")
@split_option
@click.option("--limit", type=click.IntRange(min=1), help="Only the first N documents of each set.")
@click.option("--repeat", "repeats", type=click.IntRange(min=1), default=1, help="Ask K times; averaged by article.")
@click.option("--max-cost", type=click.FloatRange(min=0, min_open=True), metavar="USD", help="Begin no call beyond it.")
@click.option("--published", type=click.DateTime(["%Y-%m-%d"]), help="Publication date of documents that have none.")
@click.option(
    "--concurrency",
    type=click.IntRange(min=1),
    default=32,
    show_default=True,
    help="Most articles that a model is given at once; fewer where it is slow or refuses.",
)
@threshold_option
@json_option
def run(
    goldsets: tuple[Path, ...],
    models: tuple[str, ...],
    prompts: tuple[str, ...],
    texts: Path | None,
    out: Path | None,
    resume: bool,
    split: str | None,
    limit: int | None,
    repeats: int,
    max_cost: float | None,
    published: datetime | None,
    concurrency: int,
    threshold: float,
    as_json_: bool,
) -> None:
    """Extract from every article of the gold sets with each model and prompt, and score.

    GOLDSET is a folder, a .jsonl or .parquet file of articles, or hf:owner/name. All runs go on at once. A run can be
    stopped at any moment, also by kill -9, and gone on with by --resume; gold claims that were changed meanwhile are
    only scored again. Failures and rate limits are told apart from wrong answers and never scored; a run with any is
    incomplete: exit code 3.
    """
    import asyncio

    from eval.goldset import open_articles, open_gold_set
    from eval.report import as_json
    from eval.run import close_lanes, open_lanes, run_lanes
    from eval.store import read_run
    from eval.subjects import make_subjects
    from service.settings import Settings

    if resume and out is None:
        raise click.UsageError("--resume needs the --out of the earlier try.")
    place = out or Path("runs") / datetime.now().strftime("%Y-%m-%dT%H-%M-%S")
    date = published.date() if published else None
    reports = []
    incomplete = False
    with _telling_errors():
        folders = _folders(texts)
        sets = [open_articles(each, folders, split=split, limit=limit, published=date) for each in goldsets]
        subjects = make_subjects(models or (_default_model(),), prompts, Settings.from_environment(os.environ))
        lanes = open_lanes(sets, subjects, place, resume=resume, repeats=repeats)
        try:
            asyncio.run(run_lanes(lanes, most=concurrency, max_cost=max_cost))
        finally:
            close_lanes(lanes)
        written = [lane.writer.folder for lane in lanes]
        del sets, lanes  # a large set is not kept twice
        for folder in written:
            click.echo(f"Written to {folder}", err=True)
        for number, goldset in enumerate(goldsets):
            ready = open_gold_set(goldset, folders).of_split(split).first(limit)
            for folder in written[number * len(subjects) : (number + 1) * len(subjects)]:
                finished = read_run(folder)
                report, text = _report_run(finished, ready, threshold)
                reports.append(report)
                incomplete = incomplete or finished.incomplete
                if not as_json_:
                    click.echo(text)
    if as_json_:
        click.echo(as_json(reports), nl=False)
    if incomplete:
        click.echo("Incomplete: go on with the same command and --out, with --resume.", err=True)
        sys.exit(EXIT_INCOMPLETE)


@main.command()
@click.argument("predictions", type=EXISTING, metavar="RUN|PREDICTIONS.jsonl")
@click.argument("goldset", type=GOLDSET, metavar="GOLDSET")
@texts_option
@split_option
@threshold_option
@json_option
def score(
    predictions: Path, goldset: Path, texts: Path | None, split: str | None, threshold: float, as_json_: bool
) -> None:
    """Score a run, or predictions written as claims.jsonl, without calling any model."""
    from eval.goldset import open_gold_set
    from eval.report import as_json
    from eval.store import read_run
    from service.goldfiles import load_claims

    with _telling_errors():
        every = open_gold_set(goldset, _folders(texts))
        ready = every.of_split(split)
        if predictions.is_dir():
            finished = read_run(predictions)
            report, text = _report_run(finished, ready, threshold)
            incomplete = finished.incomplete
        else:
            other_splits = every.texts.keys() - ready.texts.keys()
            claims = [claim for claim in load_claims(predictions) if claim.document not in other_splits]
            report, text = _report_file(predictions, claims, ready, threshold)
            incomplete = False
    click.echo(as_json(report) if as_json_ else text, nl=False)
    if incomplete:
        sys.exit(EXIT_INCOMPLETE)


def _report_run(run: "Run", ready: "ReadySet", threshold: float) -> tuple[dict[str, Any], str]:
    """Scores the finished articles of a run; the others are named, not scored."""
    from eval.goldset import hash_of
    from eval.signature import Signature

    finished = [result for result in run.finished if result.document in ready.texts]
    hashes = {document.id: document.sha256 for document in ready.gold.documents}
    stale = [result.document for result in finished if result.sha256 != hashes[result.document]]
    if stale:
        raise click.ClickException(
            f"{run.folder}: {stale[0]!r} was extracted from another text than the gold set has now. Run it again."
        )
    tasks = _tasks_of(finished, ready)
    notes = list(ready.notes)
    if run.info.repeats > 1:
        notes.append(f"{run.info.repeats} repeats, averaged inside each article: counts are of all of them together.")
    if run.info.stopped:
        notes.append(f"The run was ended early: {run.info.stopped}.")
    if run.info.goldset_sha256 not in (ready.gold.sha256, hash_of(ready.gold, run.info.documents)):
        notes.append(
            f"The gold set is no longer the one of the run ({run.info.goldset_sha256[:8]}): scored as it is now."
        )
    outside = [document for document in ready.texts if document not in run.info.documents]
    if outside:
        notes.append(f"{len(outside)} of {len(ready.texts)} documents of the gold set were not part of the run.")
    signature = Signature(
        goldset=ready.name,
        model=run.info.model,
        prompt=run.info.prompt,
        software=run.info.software,
        threshold=threshold,
    )
    return _report(ready, tasks, signature, run=run, notes=notes)


def _tasks_of(results: "Sequence[ArticleResult]", ready: "ReadySet") -> "list[Task]":
    """What to score: each article once for each repeat, all articles of one repeat together."""
    tasks = []
    for repeat in sorted({result.repeat for result in results}):
        asked = {result.document: result for result in results if result.repeat == repeat}
        claims = [claim for result in asked.values() for claim in result.claims]
        for task in ready.tasks(claims, documents=asked):
            tasks.append(task._replace(rejected=asked[task.document].rejected))
    return tasks


def _report_file(
    path: Path, claims: Sequence["GoldClaim"], ready: "ReadySet", threshold: float
) -> tuple[dict[str, Any], str]:
    from eval.signature import Signature

    notes = list(ready.notes)
    there = {claim.document for claim in claims}
    without = [document for document in ready.texts if document not in there]
    if without:
        notes.append(
            f"{len(without)} of {len(ready.texts)} documents have no prediction and count as read without claims: "
            f"{', '.join(without[:5])}{' …' if len(without) > 5 else ''}."
        )
    signature = Signature(goldset=ready.name, model=path.name, software=software(), threshold=threshold)
    return _report(ready, ready.tasks(claims), signature, run=None, notes=notes)


def _report(
    ready: "ReadySet", tasks: Sequence["Task"], signature: "Signature", *, run: "Run | None", notes: Sequence[str]
) -> tuple[dict[str, Any], str]:
    from eval.annotated import blank
    from eval.pairs import score_pairs
    from eval.report import scores_json, scores_text
    from eval.score import score_at

    thresholds = sorted({*THRESHOLDS, signature.threshold})
    each = {scores.threshold: blank(scores, ready.gold.info.annotates) for scores in score_at(tasks, thresholds)}
    scores = each.pop(signature.threshold)
    others = tuple(each.values())
    first = {task.document: task for task in reversed(tasks)}  # pairs are judged on the first repeat
    pairs = score_pairs(ready.gold.documents, first.values(), threshold=signature.threshold)
    colour = sys.stdout.isatty()
    text = scores_text(signature, scores, others=others, pairs=pairs, run=run, notes=notes, colour=colour)
    return scores_json(signature, scores, others=others, pairs=pairs, run=run), text


# ── agreement ─────────────────────────────────────────────────────────────────────────────────────────────────────


@main.command()
@click.argument("first", type=EXISTING, metavar="A")
@click.argument("second", type=EXISTING, metavar="B")
@click.option(
    "--goldset", type=EXISTING_FOLDER, help="The set the annotations belong to, where A has no documents.jsonl."
)
@click.option("--document", "only", multiple=True, metavar="ID", help="Compare this document only; may be repeated.")
@click.option("--differences", is_flag=True, help="List every difference with its cause.")
@texts_option
@threshold_option
@json_option
def agreement(
    first: Path,
    second: Path,
    goldset: Path | None,
    only: tuple[str, ...],
    differences: bool,
    texts: Path | None,
    threshold: float,
    as_json_: bool,
) -> None:
    """Compare two annotations of the same documents: folders with a claims.jsonl, or such files."""
    from eval.agreement import agree
    from eval.goldset import documents_for, texts_of
    from eval.report import agreement_json, agreement_text, as_json
    from service.goldfiles import CLAIMS_FILE, load_claims

    with _telling_errors():
        paths = [path / CLAIMS_FILE if path.is_dir() else path for path in (first, second)]
        every_claim = [load_claims(path) for path in paths]
        ours, theirs = (
            tuple(claim for claim in claims if not only or claim.document in only) for claims in every_claim
        )
        listed = {*only, *(claim.document for claim in (*ours, *theirs))}
        every = documents_for(first if first.is_dir() else first.parent, goldset)
        documents = [document for document in every if document.id in listed]
        _refuse_unknown(listed, {document.id for document in documents})
        found, notes = texts_of(documents, _folders(texts))
        result = agree(documents, found, ours, theirs, threshold=threshold)
    for note in notes:
        click.echo(note, err=True)
    if as_json_:
        click.echo(as_json(agreement_json(result, first=str(first), second=str(second))), nl=False)
        return
    colour = sys.stdout.isatty()
    text = agreement_text(result, first=str(first), second=str(second), differences=differences, colour=colour)
    click.echo(text, nl=False)


# ── report ────────────────────────────────────────────────────────────────────────────────────────────────────────


@main.command()
@click.argument("runs", nargs=-1, required=True, type=EXISTING, metavar="RUN|PREDICTIONS.jsonl...")
@click.option(
    "--goldset",
    "goldsets",
    multiple=True,
    type=GOLDSET,
    help="Gold set to score on; else where each run says, or goldsets/NAME. Predictions need it.",
)
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write one whole page to this file.")
@click.option("--markdown", is_flag=True, help="Print Markdown, as for a pull request.")
@click.option("--with-texts", is_flag=True, help="Put texts of stand-off sets into the page.")
@click.option("--articles", type=click.IntRange(min=1), default=200, show_default=True, help="Most articles to browse.")
@texts_option
@threshold_option
@json_option
def report(
    runs: tuple[Path, ...],
    goldsets: tuple[Path, ...],
    html: Path | None,
    markdown: bool,
    with_texts: bool,
    articles: int,
    texts: Path | None,
    threshold: float,
    as_json_: bool,
) -> None:
    """Put runs side by side: a page with plots and every claim, Markdown, JSON, or plain text.

    RUN is a folder that `run` has written, or one that holds such folders. Nothing is asked of any model. Exit code 3
    where a run is incomplete.
    """
    from eval.board import gather, in_sets
    from eval.report import as_json
    from eval.summary import boards_json, boards_markdown, boards_text

    with _telling_errors():
        sets = in_sets(runs, goldsets, _folders(texts))
        boards = [gather(ready, paths, threshold=threshold, software=software()) for ready, paths in sets]
        if html is not None:
            from eval.html_report import report_page

            page = report_page(boards, with_texts=with_texts, browsed=articles)
            html.write_bytes(page.encode("utf-8", "replace"))
            click.echo(f"Written to {html}", err=True)
    if as_json_:
        click.echo(as_json(boards_json(boards)), nl=False)
    elif markdown:
        click.echo(boards_markdown(boards), nl=False)
    elif html is None:
        click.echo(boards_text(boards, colour=sys.stdout.isatty()), nl=False)
    if any(entry.unfinished for board in boards for entry in board.entries):
        sys.exit(EXIT_INCOMPLETE)


# ── corpora ───────────────────────────────────────────────────────────────────────────────────────────────────────


@main.command()
@click.argument("corpus", type=click.Choice(["polnear", "ced1k"]))
@click.argument("path", type=EXISTING, metavar="DIR|FILE.jsonl")
@click.option("--out", type=FOLDER, required=True, help="Folder for the gold set; its texts go into OUT/texts.")
@click.option("--annotator", metavar="ID", help="Whose reading of an article to take where there are several.")
def corpora(corpus: str, path: Path, out: Path, annotator: str | None) -> None:
    """Turn an attribution corpus on your disk into a gold set; measures of what it does not annotate are n/a."""
    from eval.corpora import read_corpus, write_corpus

    with _telling_errors():
        read = read_corpus(corpus, path, annotator=annotator)
        texts = write_corpus(read, out)
    click.echo(f"{len(read.documents)} documents, {len(read.claims)} claims written to {out}.")
    for note in read.notes:
        click.echo(f"  {note}")
    click.echo(f"Score with --texts {texts}.")


# ── compare, gate, calibrate ──────────────────────────────────────────────────────────────────────────────────────


def goldset_option(command: Command) -> Command:
    return click.option(
        "--goldset", type=click.Path(path_type=Path), metavar="GOLDSET", help="Where the runs' gold set is now."
    )(command)


@main.command()
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
    from eval.compare import compare as compare_
    from eval.compare import contenders_of
    from eval.lines import compared_lines
    from eval.report import as_json
    from eval.runs import load_run

    if len(runs) < 2:
        raise click.UsageError("compare needs two runs or more.")
    with _telling_errors():
        stored = [load_run(path) for path in runs]
        ready = _gold_of(stored, goldset, texts, split)
        compared = compare_(contenders_of(stored, ready), documents=tuple(ready.texts), threshold=threshold)
    setting = _setting(ready, threshold)
    if as_json_:
        click.echo(as_json({"signature": str(setting), **compared.model_dump(mode="json")}), nl=False)
        return
    click.echo("\n".join(compared_lines(compared, setting, notes=_changed_gold(stored, ready), claims=claims)))


class _UnusableGate(click.UsageError):
    exit_code = EXIT_GATE_UNUSABLE


class _GateCommand(click.Command):
    """Exit code 2 says that a gate is inconclusive, so a command line that cannot be used has another."""

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        try:
            return super().make_context(*arguments, **options)
        except click.UsageError as error:
            raise _UnusableGate(error.format_message(), ctx=error.ctx) from None


@main.command(cls=_GateCommand)
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
    from eval.compare import compare as compare_
    from eval.compare import contenders_of
    from eval.gate import gate as gate_
    from eval.lines import gate_lines
    from eval.report import as_json
    from eval.runs import load_run

    with _telling_errors(EXIT_GATE_UNUSABLE):
        stored = [load_run(path) for path in (against, run)]
        ready = _gold_of(stored, goldset, texts, split)
        compared = compare_(contenders_of(stored, ready), documents=tuple(ready.texts), threshold=threshold)
        unread = {f"{document} ({each.folder})": why for each in stored for document, why in each.unread(ready).items()}
        gated = gate_(compared.comparisons[0], margin=margin, budget=budget, unread=unread)
    setting = _setting(ready, threshold)
    if as_json_:
        click.echo(as_json({"signature": str(setting), **gated.model_dump(mode="json")}), nl=False)
    else:
        before, now = compared.names
        click.echo("\n".join(gate_lines(gated, setting, first=before, second=now)))
    sys.exit(int(gated.outcome))


@main.command()
@click.argument("run", type=EXISTING_FOLDER, metavar="RUN")
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
    run: Path,
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
    from eval.runs import load_run

    with _telling_errors():
        stored = load_run(run)
        ready = _gold_of([stored], goldset, texts, split)
        finished = [document for document in ready.texts if document in stored.answers]
        tasks = stored.tasks(ready, finished)
        cases = cases_of(
            [task for document in finished for task in tasks[document]],
            [answer.signals for document in finished for answer in stored.answers[document]],
            threshold=threshold,
            unlisted=unlisted,
            groups={document.id: document.pair for document in ready.gold.documents if document.pair},
        )
        fitted = weights_of_run(cases, stored, ready, split=split, target=target_error) if weights else None
        calibration = calibrate_(
            cases,
            target=target_error,
            method=method,
            goldset=ready.name,
            goldset_sha256=ready.gold.sha256,
            model=stored.model,
            prompt=stored.prompt,
            software=stored.software,
            threshold=threshold,
            unlisted=unlisted,
        )
    place = out or run / "calibration.json"
    written = as_json(calibration.model_dump(mode="json"))
    place.write_text(written, encoding="utf-8")
    if as_json_:
        click.echo(written, nl=False)
    else:
        click.echo("\n".join(calibration_lines(calibration, _setting(ready, threshold))))
    click.echo(f"Written to {place}", err=True)
    if weights is not None and fitted is not None:
        weights.write_text(as_json(fitted.model_dump(mode="json")), encoding="utf-8")
        click.echo(f"Weights written to {weights}: use them with --confidence or ACCORDING_CONFIDENCE.", err=True)
    for why, count in Counter(stored.unread(ready).values()).items():
        click.echo(f"Took no part: {count} articles, {why}.", err=True)


def _gold_of(stored: Sequence["StoredRun"], goldset: Path | None, texts: Path | None, split: str | None) -> "ReadySet":
    """The gold set that some runs were made on, where it is now; InputError where they are of different ones."""
    from eval.goldset import open_gold_set
    from service.errors import InputError

    other = next((each for each in stored if each.goldset != stored[0].goldset), None)
    if other is not None:
        raise InputError(
            f"{other.folder} is a run on {other.goldset}, not on {stored[0].goldset}.",
            field="run",
            fix="Compare runs on one gold set.",
        )
    place = goldset or next((Path(each.goldset_place) for each in stored if each.goldset_place), None)
    if place is None:
        raise InputError(
            f"{stored[0].folder} does not say where {stored[0].goldset} is.",
            field="goldset",
            fix="Name it with --goldset.",
        )
    return open_gold_set(place, _folders(texts)).of_split(split)


def _changed_gold(stored: Sequence["StoredRun"], ready: "ReadySet") -> list[str]:
    changed = [each for each in stored if each.goldset_sha256 != ready.gold.sha256]
    return [
        f"The gold set is no longer the one of {each.folder} ({each.goldset_sha256[:8]}): scored as it is now."
        for each in changed
    ]


def _setting(ready: "ReadySet", threshold: float) -> "Setting":
    from eval.lines import Setting

    return Setting(goldset=ready.name, threshold=threshold, software=software())


# ── prompts ───────────────────────────────────────────────────────────────────────────────────────────────────────


@main.command()
@click.argument("runs", nargs=-1, type=EXISTING_FOLDER, metavar="[FOLDER]...")
@click.option("--goldset", "goldsets", multiple=True, type=GOLDSET, help="Where a run's own gold set has moved to.")
@click.option("--write", is_flag=True, help="Write the table into the README beside the prompts.")
@texts_option
def prompts(runs: tuple[Path, ...], goldsets: tuple[Path, ...], write: bool, texts: Path | None) -> None:
    """Tabulate what was measured of each prompt, by the complete runs below FOLDER (runs/ unless given)."""
    from eval.goldset import open_gold_set
    from eval.prompt_table import find_runs, measure, table, with_table
    from service.errors import InputError
    from service.prompting import shipped_prompts

    with _telling_errors():
        folders = _folders(texts)
        given = {ready.gold.info.name: ready for ready in (open_gold_set(each, folders) for each in goldsets)}
        measured = []
        for found in find_runs(runs or (Path("runs"),)):
            if found.info.goldset not in given:
                if found.info.goldset_place is None:
                    raise InputError(
                        f"{found.folder} does not say where {found.info.goldset} is.",
                        field="goldset",
                        fix="Name it with --goldset.",
                    )
                given[found.info.goldset] = open_gold_set(Path(found.info.goldset_place), folders)
            measured.append(measure(found, given[found.info.goldset]))
        lines = table(measured)
        if write:
            page = shipped_prompts() / "README.md"
            page.write_bytes(with_table(page.read_text(encoding="utf-8"), lines, path=page).encode("utf-8"))
            click.echo(f"{len(measured)} lines written to {page}.")
        else:
            click.echo(lines)


# ── export and texts ──────────────────────────────────────────────────────────────────────────────────────────────


@main.command()
@click.argument("goldset", type=EXISTING_FOLDER, metavar="GOLDSET")
@click.option("--to", "form", type=click.Choice(["parquet", "hub-folder", "jsonl"]), required=True)
@click.option("--out", type=FOLDER, required=True, help="Folder to write to.")
def export(goldset: Path, form: str, out: Path) -> None:
    """Write a gold set as Parquet files, as a folder that data hubs read, or as one JSONL file of articles."""
    from eval.gold_rows import export_jsonl
    from eval.hub import export_hub_folder, export_parquet
    from service.goldfiles import load_gold_set

    ways = {"parquet": export_parquet, "hub-folder": export_hub_folder, "jsonl": export_jsonl}
    with _telling_errors():
        written = ways[form](load_gold_set(goldset), out)
    for path in written:
        click.echo(str(path))


@main.group()
def texts() -> None:
    """Say once where the texts of stand-off gold sets are."""


@texts.command("add")
@click.argument("folder", type=FOLDER, metavar="DIR")
def texts_add(folder: Path) -> None:
    """Record a folder of .txt files for this user; commands look there when no --texts is given."""
    from eval.texts import record_folder

    with _telling_errors():
        record_folder(folder, _recorded())
    click.echo(f"Recorded in {_recorded()}.")


@texts.command("list")
def texts_list() -> None:
    """Print the recorded folders."""
    from eval.texts import recorded_folders

    for folder in recorded_folders(_recorded()):
        click.echo(str(folder))


# ── shared by the commands ────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _telling_errors(code: int = EXIT_UNUSABLE) -> Iterator[None]:
    """Errors raised on purpose are for the user to read, not a traceback; they end with exit code 2."""
    from service.errors import AccordingError

    try:
        yield
    except AccordingError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(code)


def _refuse_unknown(listed: set[str], known: set[str]) -> None:
    from service.errors import InputError

    unknown = sorted(listed - known)
    if unknown:
        raise InputError(
            f"document = {unknown[0]!r} is not among the documents of the gold set.",
            field="document",
            fix="Name the set that holds it with --goldset DIR.",
        )


def _recorded() -> Path:
    return Path(click.get_app_dir("according")) / "texts"


def _folders(given: Path | None) -> tuple[Path, ...]:
    from eval.texts import text_folders

    return text_folders(given, _recorded())


def _default_model() -> str:
    from service.settings import Settings

    return Settings.from_environment(os.environ).model
