"""How well do others find the quantities of NewsQuant, beside ours and in the same run?

    python -m bench.quantities DEV.jsonl [--scorer SCORE.py] [--site DIR] [--half even|odd]

Prints a Markdown table by the benchmark's own scorer, which lies beside DEV.jsonl unless `--scorer` says where. A peer
that is not installed is named and left out; `--site` is a folder with further packages, such as those of a throw-away
environment (`python -m venv peers && peers/bin/pip install quantulum3`). No peer is a dependency of the project. Each
peer gets the adapter that it needs and no help beyond it: quantulum3 knows no bounds, and spaCy's entities no nouns.
"""

import argparse
import importlib
import importlib.util
import json
import re
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

from bench import newsquant
from service.embedded.parsing import load
from service.errors import SetupError
from service.lexicon.numbers import SCALES, SHORT_SCALES, TENS, TOUCHING_SCALES, UNITS

Row = dict[str, object]
Finder = Callable[[str], list[Row]]

HUNDRED = Decimal(100)
NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?|\.\d+|[^\W\d_]+")
BOUNDS = (
    (re.compile(r"\b(?:more than|over|at least|above)\b", re.IGNORECASE), ">"),
    (re.compile(r"\b(?:less than|fewer than|under|up to|below)\b", re.IGNORECASE), "<"),
    (re.compile(r"\b(?:about|around|nearly|almost|some|roughly|approximately)\b|~", re.IGNORECASE), "~"),
)
SIGNS = {"$": "dollar", "£": "pound sterling", "€": "euro", "¥": "japanese yen", "₹": "indian rupee"}
ENTITIES = frozenset({"CARDINAL", "MONEY", "PERCENT", "QUANTITY"})


class NotInstalled(Exception):
    """A peer that cannot be asked; the message says what to install."""


# ── who is asked ──────────────────────────────────────────────────────────────────────────────────────────────────


def ours() -> Finder:
    def find(text: str) -> list[Row]:
        return newsquant.quantities(text)

    return find


def quantulum3() -> Finder:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns where its unit classifier is not installed
            parser = importlib.import_module("quantulum3.parser")
    except ImportError as error:
        raise NotInstalled("pip install quantulum3") from error

    def find(text: str) -> list[Row]:
        return [_of_quantulum(quantity) for quantity in parser.parse(text)]

    return find


def _of_quantulum(quantity: Any) -> Row:
    """Its ranges come as a middle and an uncertainty."""
    row: Row = {"unit": "-" if quantity.unit.name == "dimensionless" else quantity.unit.name, "change": "="}
    if quantity.uncertainty:
        return row | {"low": quantity.value - quantity.uncertainty, "high": quantity.value + quantity.uncertainty}
    return row | {"value": quantity.value}


def spacy_alone() -> Finder:
    try:
        nlp = load()
    except SetupError as error:
        raise NotInstalled(str(error)) from error

    def find(text: str) -> list[Row]:
        entities = [entity for entity in nlp(text).ents if entity.label_ in ENTITIES]
        return [row for entity in entities if (row := of_entity(entity.text, entity.label_))]

    return find


def of_entity(words: str, label: str) -> Row | None:
    """The words of a named entity as a quantity; None where no number stands in them."""
    value, end = Decimal(0), 0
    for match in NUMBER.finditer(words):
        part = _number(match.group())
        if part is not None:
            value = max(value, Decimal(1)) * part[0] if part[1] else value + part[0]
            end = match.end()
    if not end:
        return None
    change = next((sign for bound, sign in BOUNDS if bound.search(words)), "=")
    return {"value": float(value), "change": change, "unit": _unit(words, label, end)}


def _number(word: str) -> tuple[Decimal, bool] | None:
    """(value, whether it multiplies what stands before it)"""
    key = word.lower()
    if key[-1:].isdigit():
        return Decimal(key.replace(",", "")), False
    if key == "hundred":
        return HUNDRED, True
    scale = SCALES.get(key) or SHORT_SCALES.get(key) or TOUCHING_SCALES.get(key)
    if scale is not None:
        return scale, True
    small = UNITS.get(key, TENS.get(key))
    return (Decimal(small), False) if small is not None else None


def _unit(words: str, label: str, behind: int) -> str:
    if label == "PERCENT":
        return "percentage"
    if label == "MONEY":
        named = next((name for sign, name in SIGNS.items() if sign in words), None)
        return named or words[behind:].strip(" -").rstrip("s") or "dollar"
    return words[behind:].strip(" -").rstrip("s") or "-" if label == "QUANTITY" else "-"


ASKED: dict[str, Callable[[], Finder]] = {
    "according": ours,
    "quantulum3": quantulum3,
    "spaCy's entities alone": spacy_alone,
}


# ── what the scorer says ──────────────────────────────────────────────────────────────────────────────────────────


def scorer_at(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("newsquant_score", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def table(rows: Sequence[dict[str, Any]], score: ModuleType) -> list[str]:
    """Markdown lines: F with (right / found / in the gold set), and CPU seconds for all sentences."""
    lines = ["| | value F | and bound F | and unit F | CPU s |", "|---|---|---|---|---|"]
    for name, make in ASKED.items():
        try:
            find = make()
        except NotInstalled as error:
            lines.append(f"| {name} | not installed: {error} | | | |")
            continue
        began = time.process_time()
        counts = [score.counts(row["quantities"], find(row["text"])) for row in rows]
        seconds = time.process_time() - began
        rates, totals = score.prf(counts)
        cells = [_cell(rates, totals, score.NAMES, each) for each in ("value", "value+bound", "value+unit")]
        lines.append(f"| {name} | {' | '.join(cells)} | {seconds:.2f} |")
    return lines


def _cell(rates: dict[str, Any], totals: Sequence[int], names: Sequence[str], name: str) -> str:
    gold, found, right = totals[0], totals[1], totals[2 + names.index(name)]
    return f"{100 * rates[name][2]:.1f} ({right} / {found} / {gold})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--scorer", type=Path, help="the benchmark's score.py; beside the gold file unless given")
    parser.add_argument("--site", type=Path, help="a folder with further packages (…/site-packages)")
    parser.add_argument("--half", choices=("even", "odd"), help="only the sentences at even or odd positions")
    asked = parser.parse_args()
    if asked.site:
        sys.path.append(str(asked.site))
    rows = [json.loads(line) for line in asked.gold.read_text(encoding="utf-8").splitlines()]
    if asked.half:
        rows = rows[asked.half == "odd" :: 2]
    print(f"NewsQuant, {len(rows)} sentences; in brackets: right / found / in the gold set\n")
    print("\n".join(table(rows, scorer_at(asked.scorer or asked.gold.parent / "score.py"))))


if __name__ == "__main__":
    main()
