"""Which commands ask models, and score what was answered?"""

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from eval.commands.shared import (
    EXISTING,
    EXIT_INCOMPLETE,
    FOLDER,
    GOLDSET,
    json_option,
    split_option,
    telling_errors,
    text_folders_of,
    texts_option,
    threshold_option,
)
from service.commands.shared import Dollars
from service.software import software

if TYPE_CHECKING:
    from eval.scored import Scored
    from service.settings import Settings


@click.command()
@click.argument("goldsets", nargs=-1, required=True, type=GOLDSET, metavar="GOLDSET...")
@click.option("--model", "models", multiple=True, metavar="MODEL", help="As for `according`; may be repeated.")
@click.option("--prompt", "prompts", multiple=True, metavar="PROMPT", help="Name or .md file; may be repeated.")
@texts_option
@click.option("--out", type=FOLDER, help="Folder for the runs; runs/DATE-TIME unless given.")
@click.option("--resume", is_flag=True, help="Keep what an earlier try in the same --out finished; repeat failures.")
@split_option
@click.option("--limit", type=click.IntRange(min=1), help="Only the first N documents of each set.")
@click.option("--repeat", "repeats", type=click.IntRange(min=1), default=1, help="Ask K times; averaged by article.")
@click.option("--max-cost", type=Dollars(), metavar="USD", help="Begin no call beyond it.")
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

    from eval.goldset import open_articles
    from eval.report import as_json
    from eval.run import close_lanes, open_lanes, run_lanes
    from eval.runs import load_run
    from eval.scored import score_run
    from eval.subjects import make_subjects

    if resume and out is None:
        raise click.UsageError("--resume needs the --out of the earlier try.")
    place = out or Path("runs") / datetime.now().strftime("%Y-%m-%dT%H-%M-%S")
    date = published.date() if published else None
    reports = []
    incomplete = False
    with telling_errors():
        folders = text_folders_of(texts)
        sets = [open_articles(each, folders, split=split, limit=limit, published=date) for each in goldsets]
        subjects = make_subjects(models or (_default_model(),), prompts, _settings(repeats))
        lanes = open_lanes(sets, subjects, place, resume=resume, repeats=repeats)
        try:
            asyncio.run(run_lanes(lanes, most=concurrency, max_cost=max_cost))
        finally:
            close_lanes(lanes)
        written = [lane.writer.folder for lane in lanes]
        del sets, lanes  # a large set is not kept twice: it is scored as it is now, which may be hours later
        for folder in written:
            click.echo(f"Written to {folder}", err=True)
        for number, goldset in enumerate(goldsets):
            gold = open_articles(goldset, folders, split=split, limit=limit)
            for folder in written[number * len(subjects) : (number + 1) * len(subjects)]:
                stored = load_run(folder)
                scored = score_run(stored, gold, threshold=threshold)
                incomplete = incomplete or stored.run.incomplete
                if as_json_:
                    reports.append(_json(scored))
                else:
                    click.echo(_text(scored))
    if as_json_:
        click.echo(as_json(reports), nl=False)
    if incomplete:
        click.echo("Incomplete: go on with the same command and --out, with --resume.", err=True)
        sys.exit(EXIT_INCOMPLETE)


@click.command()
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
    from eval.goldset import open_articles
    from eval.report import as_json
    from eval.runs import load_run
    from eval.scored import score_file, score_run

    with telling_errors():
        gold = open_articles(goldset, text_folders_of(texts), split=split)
        if predictions.is_dir():
            scored = score_run(load_run(predictions), gold, threshold=threshold)
        else:
            scored = score_file(predictions, gold, threshold=threshold, software=software())
    click.echo(as_json(_json(scored)) if as_json_ else _text(scored), nl=False)
    if scored.run is not None and scored.run.incomplete:
        sys.exit(EXIT_INCOMPLETE)


def _text(scored: "Scored") -> str:
    from eval.report import scores_text

    return scores_text(
        scored.signature,
        scored.scores,
        others=scored.others,
        pairs=scored.pairs,
        run=scored.run,
        stand_in=scored.stand_in,
        unassisted=scored.unassisted,
        notes=scored.notes,
        colour=sys.stdout.isatty(),
    )


def _json(scored: "Scored") -> dict[str, Any]:
    from eval.report import scores_json

    return scores_json(
        scored.signature,
        scored.scores,
        others=scored.others,
        pairs=scored.pairs,
        run=scored.run,
        stand_in=scored.stand_in,
        unassisted=scored.unassisted,
    )


def _settings(repeats: int) -> "Settings":
    """As the environment has them; several answers to one question are asked for, never remembered."""
    from service.secret_files import take_in
    from service.settings import Settings

    take_in(os.environ)
    settings = Settings.from_environment(os.environ)
    return settings if repeats == 1 else settings.model_copy(update={"cache": None})


def _default_model() -> str:
    from service.settings import Settings

    return Settings.from_environment(os.environ).model
