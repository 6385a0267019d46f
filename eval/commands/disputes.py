"""Which command measures pairs of figures?"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eval.commands.shared import (
    EXISTING_FOLDER,
    json_option,
    telling_errors,
    text_folders_of,
    texts_option,
    threshold_option,
)

if TYPE_CHECKING:
    from eval.goldset import ReadySet
    from service.goldfiles import GoldClaim


@click.command()
@click.argument("goldsets", nargs=-1, required=True, type=EXISTING_FOLDER, metavar="GOLDSET...")
@click.option("--model", metavar="MODEL", default="embedded", show_default=True, help="Who extracts the claims.")
@click.option("--gold-only", is_flag=True, help="Pair the gold claims alone, and extract nothing.")
@texts_option
@threshold_option
@json_option
def disputes(
    goldsets: tuple[Path, ...], model: str, gold_only: bool, texts: Path | None, threshold: float, as_json_: bool
) -> None:
    """Say how often figures are rightly paired, from gold claims and from extracted ones.

    A gold set needs a disputes.jsonl with the pairs. Splits are reported apart; pairs are counted, never shown.
    Several sets end with a table of them and of their sums.
    """
    from eval.dispute_lines import dispute_text, table_text
    from eval.disputes import DisputeReport, load_pairs, score_disputes
    from eval.goldset import open_gold_set
    from eval.report import as_json

    reports = []
    with telling_errors():
        for folder in goldsets:
            ready = open_gold_set(folder, text_folders_of(texts))
            annotated = load_pairs(folder, ready)
            scores = score_disputes(ready, annotated)
            if not gold_only:
                predicted = _extracted(ready, model)
                scores += score_disputes(ready, annotated, predicted=predicted, model=model, threshold=threshold)
            reports.append(DisputeReport(goldset=ready.name, threshold=threshold, scores=scores))
    if as_json_:
        click.echo(as_json([report.model_dump(mode="json") for report in reports]))
    else:
        click.echo("\n".join(dispute_text(report) for report in reports), nl=False)
        if len(reports) > 1:
            click.echo("\n" + table_text(reports), nl=False)


def _extracted(ready: "ReadySet", model: str) -> dict[str, Sequence["GoldClaim"]]:
    """The claims that a model extracts from each article; AccordingError where one fails."""
    import asyncio
    import os

    from service.calls import Calls
    from service.choose import make_extractor
    from service.errors import InputError
    from service.goldfiles import claim_from_form, gold_form
    from service.pipeline import extract
    from service.settings import Settings

    settings = Settings.from_environment(os.environ).model_copy(update={"model": model})
    extractor = make_extractor(model, settings, Calls(settings))

    async def run() -> dict[str, Sequence["GoldClaim"]]:
        found: dict[str, Sequence[GoldClaim]] = {}
        for article in ready.articles():
            extraction = await extract(article, extractor=extractor, settings=settings)
            if extraction.status != "complete":
                message = f"{article.id} was not read completely by {model}: {extraction.status}."
                raise InputError(message, field="model", fix="Try again, or name another with --model.")
            found[article.id] = [claim_from_form(gold_form(claim)) for claim in extraction.claims]
        return found

    return asyncio.run(run())
