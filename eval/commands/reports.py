"""Which commands put runs side by side to be read?"""

import sys
from pathlib import Path

import click

from eval.commands.shared import (
    EXISTING,
    EXISTING_FOLDER,
    EXIT_INCOMPLETE,
    GOLDSET,
    json_option,
    telling_errors,
    text_folders_of,
    texts_option,
    threshold_option,
)
from service.software import software


@click.command()
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

    with telling_errors():
        sets = in_sets(runs, goldsets, text_folders_of(texts))
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


@click.command()
@click.argument("runs", nargs=-1, type=EXISTING_FOLDER, metavar="[FOLDER]...")
@click.option("--goldset", "goldsets", multiple=True, type=GOLDSET, help="Where a run's own gold set has moved to.")
@click.option("--write", is_flag=True, help="Write the table into the README beside the prompts.")
@texts_option
def prompts(runs: tuple[Path, ...], goldsets: tuple[Path, ...], write: bool, texts: Path | None) -> None:
    """Tabulate what was measured of each prompt, by the complete runs below FOLDER (runs/ unless given)."""
    from eval.goldset import open_articles
    from eval.prompt_table import find_runs, measure, table, with_table
    from service.errors import InputError
    from service.prompting import shipped_prompts

    with telling_errors():
        folders = text_folders_of(texts)
        given = {gold.info.name: gold for gold in (open_articles(each, folders) for each in goldsets)}
        measured = []
        for found in find_runs(runs or (Path("runs"),)):
            if found.info.goldset not in given:
                if found.info.goldset_place is None:
                    raise InputError(
                        f"{found.folder} does not say where {found.info.goldset} is.",
                        field="goldset",
                        fix="Name it with --goldset.",
                    )
                given[found.info.goldset] = open_articles(Path(found.info.goldset_place), folders)
            measured.append(measure(found, given[found.info.goldset]))
        lines = table(measured)
        if write:
            page = shipped_prompts() / "README.md"
            page.write_bytes(with_table(page.read_text(encoding="utf-8"), lines, path=page).encode("utf-8"))
            click.echo(f"{len(measured)} lines written to {page}.")
        else:
            click.echo(lines)
