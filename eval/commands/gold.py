"""Which commands are about gold sets themselves?

Checking, describing, comparing annotators, reading public corpora, exporting, and where texts are.
"""

import sys
from pathlib import Path

import click

from eval.commands.shared import (
    EXISTING,
    EXISTING_FOLDER,
    EXIT_ERRORS,
    FOLDER,
    json_option,
    recorded,
    telling_errors,
    text_folders_of,
    texts_option,
    threshold_option,
)


@click.command()
@click.argument("goldsets", nargs=-1, required=True, type=EXISTING_FOLDER, metavar="GOLDSET...")
@click.option("--second-opinion", is_flag=True, help="Warn where the service's own reading sees other figures.")
@texts_option
@json_option
def check(goldsets: tuple[Path, ...], second_opinion: bool, texts: Path | None, as_json_: bool) -> None:
    """Check gold sets against the guidelines; exit code 1 if there are errors."""
    from eval.check import check_gold_set
    from eval.report import as_json, check_text

    with telling_errors():
        folders = text_folders_of(texts)
        checked = [check_gold_set(folder, texts=folders, second_opinion=second_opinion) for folder in goldsets]
    if as_json_:
        click.echo(as_json([each.model_dump(mode="json") for each in checked]), nl=False)
    else:
        for each in checked:
            click.echo(check_text(each), nl=False)
    if any(each.errors for each in checked):
        sys.exit(EXIT_ERRORS)


@click.command()
@click.argument("goldsets", nargs=-1, required=True, type=EXISTING_FOLDER, metavar="GOLDSET...")
@texts_option
@json_option
def describe(goldsets: tuple[Path, ...], texts: Path | None, as_json_: bool) -> None:
    """Count what gold sets hold: the numbers that their cards quote."""
    from eval.describe import describe as describe_set
    from eval.report import as_json, description_text
    from service.goldfiles import find_texts, load_gold_set, read_texts

    described = []
    with telling_errors():
        for folder in goldsets:
            gold = load_gold_set(folder)
            found = find_texts(gold.documents, read_texts(text_folders_of(texts)))
            here = {name: text.text for name, text in found.items() if text.text is not None}
            described.append(describe_set(gold, here))
    if as_json_:
        click.echo(as_json([each.model_dump(mode="json") for each in described]), nl=False)
    else:
        click.echo("\n".join(description_text(each) for each in described), nl=False)


@click.command()
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

    with telling_errors():
        paths = [path / CLAIMS_FILE if path.is_dir() else path for path in (first, second)]
        every_claim = [load_claims(path) for path in paths]
        ours, theirs = (
            tuple(claim for claim in claims if not only or claim.document in only) for claims in every_claim
        )
        listed = {*only, *(claim.document for claim in (*ours, *theirs))}
        every = documents_for(first if first.is_dir() else first.parent, goldset)
        documents = [document for document in every if document.id in listed]
        _refuse_unknown(listed, {document.id for document in documents})
        found, notes = texts_of(documents, text_folders_of(texts))
        result = agree(documents, found, ours, theirs, threshold=threshold)
    for note in notes:
        click.echo(note, err=True)
    if as_json_:
        click.echo(as_json(agreement_json(result, first=str(first), second=str(second))), nl=False)
        return
    colour = sys.stdout.isatty()
    text = agreement_text(result, first=str(first), second=str(second), differences=differences, colour=colour)
    click.echo(text, nl=False)


def _refuse_unknown(listed: set[str], known: set[str]) -> None:
    from service.errors import InputError

    unknown = sorted(listed - known)
    if unknown:
        raise InputError(
            f"document = {unknown[0]!r} is not among the documents of the gold set.",
            field="document",
            fix="Name the set that holds it with --goldset DIR.",
        )


@click.command()
@click.argument("corpus", type=click.Choice(["polnear", "ced1k", "citron"]))
@click.argument("path", type=EXISTING, metavar="DIR|FILE")
@click.option("--out", type=FOLDER, required=True, help="Folder for the gold set; its texts go into OUT/texts.")
@click.option("--annotator", metavar="ID", help="Whose reading of an article to take where there are several.")
def corpora(corpus: str, path: Path, out: Path, annotator: str | None) -> None:
    """Turn an attribution corpus on your disk into a gold set; measures of what it does not annotate are n/a.

    polnear reads the corpus's own folders or JSONL, ced1k JSONL, citron the JSON files of BBC's Citron, a form that
    PARC 3.0 can be turned into.
    """
    from eval.corpora import read_corpus, write_corpus

    with telling_errors():
        read = read_corpus(corpus, path, annotator=annotator)
        texts = write_corpus(read, out)
    click.echo(f"{len(read.documents)} documents, {len(read.claims)} claims written to {out}.")
    for note in read.notes:
        click.echo(f"  {note}")
    click.echo(f"Score with --texts {texts}.")


@click.command()
@click.argument("goldset", type=EXISTING_FOLDER, metavar="GOLDSET")
@click.option("--to", "form", type=click.Choice(["parquet", "hub-folder", "jsonl"]), required=True)
@click.option("--out", type=FOLDER, required=True, help="Folder to write to.")
def export(goldset: Path, form: str, out: Path) -> None:
    """Write a gold set as Parquet files, as a folder that data hubs read, or as one JSONL file of articles."""
    from eval.gold_rows import export_jsonl
    from eval.hub import export_hub_folder, export_parquet
    from service.goldfiles import load_gold_set

    ways = {"parquet": export_parquet, "hub-folder": export_hub_folder, "jsonl": export_jsonl}
    with telling_errors():
        written = ways[form](load_gold_set(goldset), out)
    for path in written:
        click.echo(str(path))


@click.group()
def texts() -> None:
    """Say once where the texts of stand-off gold sets are."""


@texts.command("add")
@click.argument("folder", type=FOLDER, metavar="DIR")
def texts_add(folder: Path) -> None:
    """Record a folder of .txt files for this user; commands look there when no --texts is given."""
    from eval.texts import record_folder

    with telling_errors():
        record_folder(folder, recorded())
    click.echo(f"Recorded in {recorded()}.")


@texts.command("list")
def texts_list() -> None:
    """Print the recorded folders."""
    from eval.texts import recorded_folders

    for folder in recorded_folders(recorded()):
        click.echo(str(folder))
