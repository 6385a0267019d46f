"""Who finds more of what people say, and of who says it: we, or others who need no language model?

    python -m bench.attributions [--polnear DEV.jsonl] [--ced1k DEV.jsonl]

Runs every system on the same rows, scores all with the corpus's own `score.py` beside the file, and prints Markdown.
`textacy` (its direct quotations) takes part where it is installed; "spaCy alone" is a reporting verb with its subject
and its clause, as the bare parse of the whole text has them. Neither resolves who "he" is, which CED-1K asks for.
"""

import argparse
import importlib
import importlib.util
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from bench import ced1k, polnear
from service.embedded.parsing import load
from service.lexicon.cues import CUE_FORMS

Row = dict[str, Any]
Predict = Callable[[Row], Row]


class Board(NamedTuple):
    """A corpus: the names that its scorer gives to what is shown, and who of ours writes its rows."""

    title: str
    ours: Predict
    columns: dict[str, tuple[str, str, str]]  # heading → precision's and recall's hits, predicted, gold
    kinds: tuple[str | None, ...]


def spacy_alone(row: Row) -> Row:
    """A reporting verb, its subject and the clause that it governs."""
    found = []
    for verb in load()(row["text"]):
        if verb.lower_ not in CUE_FORMS or verb.pos_ != "VERB":
            continue
        subject = next((child for child in verb.children if child.dep_ == "nsubj"), None)
        clause = next((child for child in verb.children if child.dep_ == "ccomp"), None)
        if subject is not None and clause is not None:
            found.append((list(subject.subtree), [verb], [word for word in clause.subtree if word.i != verb.i]))
    return {"doc_id": row["doc_id"], "attributions": [_attribution(*each) for each in found]}


def textacy_quotations(row: Row) -> Row:
    """textacy's direct quotations; raises ImportError where it is not installed.

    It refuses a text in which a quotation is not closed: such a text it is given paragraph by paragraph."""
    extract = importlib.import_module("textacy.extract")
    text = row["text"]
    try:
        triples = [(0, each) for each in extract.direct_quotations(load()(text))]
    except ValueError:
        triples = list(_by_paragraph(extract, text))
    found = [_attribution(*map(list, each), offset=offset) for offset, each in triples]
    return {"doc_id": row["doc_id"], "attributions": found}


def _by_paragraph(extract: ModuleType, text: str) -> Iterator[tuple[int, Any]]:
    offset = 0
    for line in text.splitlines(keepends=True):
        with suppress(ValueError):
            yield from [(offset, each) for each in extract.direct_quotations(load()(line))]
        offset += len(line)


def _attribution(source: list[Any], cue: list[Any], content: list[Any], *, offset: int = 0) -> Row:
    return {"source": _span(source, offset), "cue": _span(cue, offset), "content": _span(content, offset)}


def _span(tokens: list[Any], offset: int) -> list[list[int]]:
    return [[offset + tokens[0].idx, offset + tokens[-1].idx + len(tokens[-1])]] if tokens else []


BOARDS = {
    "polnear": Board(
        "PolNeAR",
        polnear.predict,
        {"content found": ("paired", "pred", "gold"), "found, source right": ("touch", "pred", "gold")},
        (None, "quoted"),
    ),
    "ced1k": Board(
        "CED-1K",
        ced1k.predict,
        {"utterance found": ("paired", "pred", "gold"), "found, agent right": ("agent", "pred", "gold")},
        (None,),
    ),
}
PEERS: dict[str, Predict] = {"textacy": textacy_quotations, "spaCy alone": spacy_alone}


def compare(name: str, place: Path) -> Iterator[str]:
    """The lines of the table of one corpus."""
    board, scorer = BOARDS[name], _scorer(place)
    rows = [json.loads(line) for line in place.read_text(encoding="utf-8").splitlines()]
    kinds = [kind or "all" for kind in board.kinds]
    yield f"### {board.title}: {len(rows)} documents"
    yield ""
    yield "| system | counted | " + " | ".join(f"{heading}: P, R, F" for heading in board.columns) + " |"
    yield "|---|---|" + "---|" * len(board.columns)
    missing = []
    for system, predict in {"embedded": board.ours, **PEERS}.items():
        try:
            predictions = [json.loads(json.dumps(predict(row))) for row in rows]  # as a scorer reads them
        except ImportError as error:
            missing.append(f"{system} was left out: {error.name or error} is not installed.")
            continue
        for kind, label in zip(board.kinds, kinds, strict=True):
            counts = _counts(scorer, rows, predictions, kind)
            cells = [_cell(counts, *keys, recall_only=kind is not None) for keys in board.columns.values()]
            yield f"| {system} | {label} | " + " | ".join(cells) + " |"
    yield ""
    yield from missing


def _scorer(place: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"scorer_of_{place.parent.name}", place.with_name("score.py"))
    if spec is None or spec.loader is None or not place.with_name("score.py").is_file():
        sys.exit(f"{place.with_name('score.py')} is missing; keep the corpus's scorer beside its rows")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _counts(scorer: ModuleType, rows: list[Row], predictions: list[Row], kind: str | None) -> Counter[str]:
    total: Counter[str] = Counter()
    for row, prediction in zip(rows, predictions, strict=True):
        one = (
            scorer.doc_counts(row, prediction, kind, 0.5)
            if hasattr(scorer, "doc_counts")
            else scorer.doc(row, prediction, 0.5)
        )
        total.update({key: value for key, value in one.items() if isinstance(key, str)})
    return total


def _cell(counts: Counter[str], hits: str, predicted: str, gold: str, *, recall_only: bool) -> str:
    """Rates with their counts. Where only some of gold is looked at, predictions have no like label: recall alone."""
    right, said, true = counts[hits], counts[predicted], counts[gold]
    recall = f"{right / true:.3f} ({right}/{true})" if true else "n/a"
    if recall_only:
        return f"R {recall}"
    precision = f"{right / said:.3f} ({right}/{said})" if said else "n/a"
    return f"{precision}, {recall}, {2 * right / (said + true):.3f}" if said + true else "n/a"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, board in BOARDS.items():
        parser.add_argument(f"--{name}", type=Path, help=f"rows of {board.title}, with its score.py beside them")
    asked = vars(parser.parse_args())
    if not any(asked.values()):
        parser.error("name the rows of at least one corpus")
    for name, place in asked.items():
        if place is not None:
            print("\n".join(compare(name, place)))


if __name__ == "__main__":
    main()
