"""What can be done from a command line with what people said of claims?

Opens the store, calls and prints. Everything heavy is imported inside the command that needs it, so that help comes at
once.
"""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.commands.shared import opened, settings_of

if TYPE_CHECKING:
    from service.review.figures import Progress, Rate

ROLES = ("reviewer", "adjudicator", "admin")


@click.group(short_help="What people said of claims: gold, weights, examples, figures.")
def review() -> None:
    """Make gold, weights and examples of what people said of claims; say who may review.

    The claims themselves are reviewed in a browser: `according serve`, then /review.
    """


# ── gold ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@review.command(short_help="Write what is reviewed as a gold set.")
@click.option("--goldset", "folder", type=click.Path(file_okay=False, path_type=Path), required=True, metavar="DIR")
@click.option("--article", metavar="ID", help="Only this article.")
@click.option("--unfinished", is_flag=True, help="Also articles that still have open claims, with what is judged.")
@click.option("--stand-off", is_flag=True, help="Without the articles' texts, only their hashes.")
def export(folder: Path, article: str | None, unfinished: bool, stand_off: bool) -> None:
    """Write the articles of which every claim is judged as a gold set, for `python -m eval`."""
    from service.rendering.words import counted, visible
    from service.review.gold import export as export_

    today = datetime.now(UTC).date()
    with opened() as store, store.reading() as connection:
        done = export_(connection, folder, article=article, unfinished=unfinished, texts=not stand_off, today=today)
    click.echo(f"{folder}: {counted(done.documents, 'article')}, {counted(done.claims, 'claim')}")
    click.echo(f"  {done.assisted} judged with a model's answer in view, {done.blind} blind, {done.optional} optional")
    for words in done.warnings:
        click.echo(f"Warning: {visible(words)}", err=True)
    if done.unfinished:
        names = ", ".join(map(visible, done.unfinished))
        click.echo(f"Left out, for claims are still open: {names}. --unfinished takes them too.", err=True)


@review.command(short_help="Write reviewed claims as examples for a prompt.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, metavar="FILE")
@click.option("--most", type=click.IntRange(1), default=4, show_default=True, help="Examples.")
def examples(out: Path, most: int) -> None:
    """Write paragraphs of which every claim is judged as few-shot examples, in the form of prompts/*.examples.jsonl.

    Corrected ones come first. Read them before you use them: they are the articles' own words.
    """
    from service.rendering.words import counted
    from service.review.examples import examples as examples_

    with opened() as store, store.reading() as connection:
        lines = examples_(connection, most=most)
    if not lines:
        click.echo("No paragraph has all of its claims judged and can be shown by itself.", err=True)
        sys.exit(1)
    out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    click.echo(f"{counted(len(lines), 'example')} written to {out}")


# ── weights ───────────────────────────────────────────────────────────────────────────────────────────────────────


@review.command(short_help="Fit confidence anew to what people said.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, metavar="FILE")
@click.option("--model", metavar="NAME", help="Whose claims; the usual model's unless given.")
def calibrate(out: Path, model: str | None) -> None:
    """Fit the weights of a model's confidence to verdicts, for `according extract --confidence FILE`.

    The judged claims are kept beside it, as FILE with .cases.jsonl for its ending.
    """
    from service.rendering.words import counted
    from service.review.judged import judged_cases

    with opened() as store, store.reading() as connection:
        cases = judged_cases(connection, model=model or settings_of().model)
    listed = out.with_suffix(".cases.jsonl")
    listed.write_text("".join(f"{case.model_dump_json()}\n" for case in cases), encoding="utf-8")
    click.echo(f"{counted(len(cases), 'judged claim')}, {sum(case.wrong for case in cases)} of them wrong: {listed}")
    # A program of its own: the evaluation looks at the service, never the reverse.
    fitting = [sys.executable, "-m", "eval", "calibrate", "--cases", str(listed), "--weights", str(out)]
    sys.exit(subprocess.run(fitting, check=False).returncode)


# ── people ────────────────────────────────────────────────────────────────────────────────────────────────────────


@review.group(short_help="Say who may review where others can reach the service.")
def people() -> None:
    """Say who may review where others can reach the service. On one's own machine nobody needs to be named."""


@people.command(name="add", short_help="Name somebody; prints their token once.")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="reviewer", show_default=True)
def add(name: str, role: str) -> None:
    """Name somebody. The token is printed this once, and only its hash is kept."""
    from pydantic import ValidationError

    from service.review.people import name_person
    from service.review.records import Person

    try:
        person = Person.model_validate({"name": name, "role": role})
    except ValidationError:
        raise click.UsageError("A name has 1 to 64 characters, and none that cannot be seen.") from None
    with opened() as store, store.writing() as connection:
        token = name_person(connection, person, now=datetime.now(UTC))
    click.echo(token)
    click.echo(f"{name}'s token, which is not shown again. They log in with it at /review.", err=True)


@people.command(name="list", short_help="List who was named.")
def list_() -> None:
    """List everybody who was ever named."""
    from service.rendering.words import visible
    from service.review.people import people as people_

    with opened() as store, store.reading() as connection:
        named = people_(connection)
    for each in named:
        state = f"revoked {each.revoked:%Y-%m-%d}" if each.revoked else f"since {each.created:%Y-%m-%d}"
        click.echo(f"{visible(each.name)}  {each.role}  {state}")
    if not named:
        click.echo("Nobody is named.")


@people.command(short_help="Take somebody's token away.")
@click.argument("name")
def revoke(name: str) -> None:
    """Take somebody's token away; what they said stays."""
    from service.review.people import revoke as revoke_

    with opened() as store, store.writing() as connection:
        revoke_(connection, name, now=datetime.now(UTC))
    click.echo(f"{name}'s token opens nothing any more.")


# ── figures ───────────────────────────────────────────────────────────────────────────────────────────────────────


@review.command(short_help="Say how the reviewing is going.")
@click.option("--model", metavar="NAME", help="Only claims of this model.")
def progress(model: str | None) -> None:
    """Say how the reviewing is going: what is done, what was found, how far two looks agree."""
    from service.review.figures import progress as progress_
    from service.review.queue import counts
    from service.review.records import LOCAL, Filters, Person

    with opened() as store, store.reading() as connection:
        now = datetime.now(UTC)
        standing = counts(connection, Person(name=LOCAL), filters=Filters(model=model), now=now)
        figures = progress_(connection, model=model)
    click.echo(f"{standing.open} claims are open, {standing.done} are done, {standing.disputes} wait to be settled.")
    for line in _lines(figures):
        click.echo(line)


def _lines(figures: "Progress") -> Iterator[str]:
    if not figures.verdicts:
        yield "Nobody has judged anything yet."
        return
    yield (
        f"{figures.accepted} accepted, {figures.edited} corrected, {figures.rejected} rejected, {figures.added} added, "
        f"{figures.discarded} discarded, by {figures.people} " + ("person" if figures.people == 1 else "people") + "."
    )
    if figures.seconds is not None:
        yield f"{figures.seconds:g} seconds for a claim (median)."
    yield f"Errors found in the queue's order: {_rate(figures.found)} of the claims looked at."
    yield f"Errors in a fair sample of all claims: {_rate(figures.by_chance)}."
    if figures.lift is not None:
        yield f"The queue finds {figures.lift:.1f} times as many errors for each claim as looking in any order."
    if figures.second_looks:
        alpha = "" if figures.alpha is None else f"; Krippendorff's alpha {figures.alpha:.2f}"
        yield f"Second looks that came to the same: {_rate(figures.same)}{alpha}."
    if figures.calibration_error is not None:
        yield f"Confidence and the share of right claims lie {figures.calibration_error:.2f} apart."


def _rate(rate: "Rate") -> str:
    return "none yet" if rate.value is None else f"{rate.value:.0%} ({rate.hits} of {rate.total})"
