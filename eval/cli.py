"""What can be asked of the evaluation from a shell?

Reads the command line, the environment and the user's file of text folders, and hands values on. Everything heavy is
imported inside the command that needs it, so that help comes at once.

Exit codes: 0 all is well; 1 `check` found errors; 2 the command or its input cannot be used; 3 a run is incomplete.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from eval.goldset import ReadySet
    from eval.report import Signature
    from eval.run import ArticleResult, Run
    from eval.score import Task
    from service.goldfiles import GoldClaim
    from service.records import Article, Extraction

EXIT_ERRORS = 1
EXIT_UNUSABLE = 2
EXIT_INCOMPLETE = 3
THRESHOLDS = (0.3, 0.5, 0.7)

Command = TypeVar("Command", bound=Callable[..., Any])

FOLDER = click.Path(file_okay=False, path_type=Path)
EXISTING = click.Path(exists=True, path_type=Path)
EXISTING_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


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
@click.argument("goldsets", nargs=-1, required=True, type=EXISTING_FOLDER, metavar="GOLDSET...")
@click.option("--model", "models", multiple=True, metavar="MODEL", help="As for `according`; may be repeated.")
@texts_option
@click.option("--out", type=FOLDER, help="Folder for the runs; runs/DATE-TIME unless given.")
@click.option("--resume", is_flag=True, help="Keep the finished articles of an earlier try in the same --out.")
@split_option
@click.option("--limit", type=click.IntRange(min=1), help="Only the first N documents of each set.")
@click.option("--published", type=click.DateTime(["%Y-%m-%d"]), help="Publication date of documents that have none.")
@click.option("--concurrency", type=click.IntRange(min=1), default=8, show_default=True, help="Articles at a time.")
@threshold_option
@json_option
def run(
    goldsets: tuple[Path, ...],
    models: tuple[str, ...],
    texts: Path | None,
    out: Path | None,
    resume: bool,
    split: str | None,
    limit: int | None,
    published: datetime | None,
    concurrency: int,
    threshold: float,
    as_json_: bool,
) -> None:
    """Extract from every article of the gold sets with each model, and score."""
    from eval.goldset import open_gold_set
    from eval.report import as_json

    if resume and out is None:
        raise click.UsageError("--resume needs the --out of the earlier try.")
    place = out or Path("runs") / datetime.now().strftime("%Y-%m-%dT%H-%M-%S")
    reports = []
    incomplete = False
    with _telling_errors():
        folders = _folders(texts)
        for ready in [open_gold_set(folder, folders).of_split(split).first(limit) for folder in goldsets]:
            for model in models or (_default_model(),):
                finished = _run_one(
                    ready,
                    model,
                    out=place,
                    resume=resume,
                    published=published,
                    concurrency=concurrency,
                )
                report, text = _report_run(finished, ready, threshold)
                reports.append(report)
                incomplete = incomplete or finished.incomplete
                if not as_json_:
                    click.echo(text)
    if as_json_:
        click.echo(as_json(reports), nl=False)
    if incomplete:
        sys.exit(EXIT_INCOMPLETE)


@main.command()
@click.argument("predictions", type=EXISTING, metavar="RUN|PREDICTIONS.jsonl")
@click.argument("goldset", type=EXISTING_FOLDER, metavar="GOLDSET")
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
    from eval.run import read_run
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


def _run_one(
    ready: "ReadySet",
    model: str,
    *,
    out: Path,
    resume: bool,
    published: datetime | None,
    concurrency: int,
) -> "Run":
    """Runs one model on one gold set, into its own folder."""
    import asyncio

    from eval.run import RunWriter, new_info, prompt_signature, read_run, run_articles, run_folder
    from service.choose import make_extractor
    from service.pipeline import extract
    from service.settings import Settings

    settings = Settings.from_environment(os.environ)
    extractor = make_extractor(model, settings)
    prompt = prompt_signature(extractor.prompt)
    date = published.date() if published else None
    articles = [
        article if article.published else article.model_copy(update={"published": date}) for article in ready.articles()
    ]
    info = new_info(ready, model=model, prompt=prompt, software=_software(), settings=settings.fingerprint_fields())
    folder = run_folder(out, ready.gold.info.name, model)
    writer = RunWriter(folder, info, articles=articles, resume=resume)

    async def extract_one(article: "Article") -> "Extraction":
        return await extract(article, extractor=extractor, settings=settings)

    done = {result.document for result in writer.results}
    waiting = [article for article in articles if article.id not in done]
    try:
        with _progress(f"{ready.gold.info.name} {model}", total=len(articles), done=len(done)) as told:

            def on_result(result: "ArticleResult") -> None:
                writer.append(result)
                told(result)

            asyncio.run(
                run_articles(waiting, extract_one, on_result, model=model, prompt=prompt, concurrency=concurrency)
            )
    finally:
        writer.close()
    click.echo(f"Written to {folder}", err=True)
    return read_run(folder)


def _report_run(run: "Run", ready: "ReadySet", threshold: float) -> tuple[dict[str, Any], str]:
    """Scores the finished articles of a run; the others are named, not scored."""
    from eval.report import Signature

    finished = [result for result in run.finished if result.document in ready.texts]
    hashes = {document.id: document.sha256 for document in ready.gold.documents}
    stale = [result.document for result in finished if result.sha256 != hashes[result.document]]
    if stale:
        raise click.ClickException(
            f"{run.folder}: {stale[0]!r} was extracted from another text than the gold set has now. Run it again."
        )
    claims = [claim for result in finished for claim in result.claims]
    tasks = ready.tasks(claims, documents=[result.document for result in finished])
    notes = list(ready.notes)
    if run.info.goldset_sha256 != ready.gold.sha256:
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


def _report_file(
    path: Path, claims: Sequence["GoldClaim"], ready: "ReadySet", threshold: float
) -> tuple[dict[str, Any], str]:
    from eval.report import Signature

    notes = list(ready.notes)
    there = {claim.document for claim in claims}
    without = [document for document in ready.texts if document not in there]
    if without:
        notes.append(
            f"{len(without)} of {len(ready.texts)} documents have no prediction and count as read without claims: "
            f"{', '.join(without[:5])}{' …' if len(without) > 5 else ''}."
        )
    signature = Signature(goldset=ready.name, model=path.name, software=_software(), threshold=threshold)
    return _report(ready, ready.tasks(claims), signature, run=None, notes=notes)


def _report(
    ready: "ReadySet", tasks: Sequence["Task"], signature: "Signature", *, run: "Run | None", notes: Sequence[str]
) -> tuple[dict[str, Any], str]:
    from eval.pairs import score_pairs
    from eval.report import scores_json, scores_text
    from eval.score import score_at

    thresholds = sorted({*THRESHOLDS, signature.threshold})
    each = {scores.threshold: scores for scores in score_at(tasks, thresholds)}
    scores = each.pop(signature.threshold)
    others = tuple(each.values())
    pairs = score_pairs(ready.gold.documents, tasks, threshold=signature.threshold)
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


# ── export and texts ──────────────────────────────────────────────────────────────────────────────────────────────


@main.command()
@click.argument("goldset", type=EXISTING_FOLDER, metavar="GOLDSET")
@click.option("--to", "form", type=click.Choice(["parquet", "hub-folder"]), required=True)
@click.option("--out", type=FOLDER, required=True, help="Folder to write to.")
def export(goldset: Path, form: str, out: Path) -> None:
    """Write a gold set as Parquet files, or as a folder that data hubs read."""
    from eval.hub import export_hub_folder, export_parquet
    from service.goldfiles import load_gold_set

    with _telling_errors():
        gold = load_gold_set(goldset)
        written = export_parquet(gold, out) if form == "parquet" else export_hub_folder(gold, out)
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
def _telling_errors() -> Iterator[None]:
    """Errors raised on purpose are for the user to read, not a traceback; they end with exit code 2."""
    from service.errors import AccordingError

    try:
        yield
    except AccordingError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(EXIT_UNUSABLE)


@contextmanager
def _progress(label: str, *, total: int, done: int) -> Iterator[Callable[["ArticleResult"], None]]:
    """Says on stderr how far a run is: a bar on a terminal, now and then a line elsewhere."""
    failed = 0
    if sys.stderr.isatty():
        with click.progressbar(length=total, label=label, file=sys.stderr) as bar:
            bar.update(done)

            def move(result: "ArticleResult") -> None:
                nonlocal failed
                failed += result.status != "complete"
                if failed:
                    bar.label = f"{label} ({failed} failed)"
                bar.update(1)

            yield move
        return
    every = max(1, total // 10)

    def tell(result: "ArticleResult") -> None:
        nonlocal done, failed
        done += 1
        failed += result.status != "complete"
        if done % every == 0 or done == total:
            click.echo(f"{label}: {done} of {total} articles, {failed} failed", err=True)

    yield tell


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


def _software() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"according {version('according')}"
    except PackageNotFoundError:
        return "according (not installed)"
