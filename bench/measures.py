"""The README's table of measures: one model on the shipped gold sets.

    python bench/measures.py [--model embedded] [--texts DIR]

Prints Markdown. Runs `python -m eval run … --json` on each set; the five real articles are read where their texts are
at hand (--texts, or ACCORDING_TEXTS). Rates come with their counts; intervals where there are ten articles or more.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
SETS = (
    ("newsroom", "test", "invented news, never looked at"),
    ("newsroom", "dev", "invented news, looked at"),
    ("kalat", None, "five real articles"),
    ("kalat-retold", None, "the same five, retold"),
    ("contrast", "test", "minimal pairs"),
)
MEASURES = {
    "who_said_which_number": "who said which number",
    "attribution_accuracy": "attribution accuracy",
    "attribution_recall": "attribution recall",
    "number_fidelity_bounds": "number, bounds and unit right",
    "claim_f1": "claim F1",
}


def score(name: str, split: str | None, model: str, texts: str | None) -> dict[str, Any]:
    """The scores of one set as `eval run` prints them; its runs go to a folder that is thrown away."""
    command = [sys.executable, "-m", "eval", "run", f"goldsets/{name}", "--model", model, "--json"]
    command += ["--split", split] if split else []
    command += ["--texts", texts] if texts and name == "kalat" else []
    with tempfile.TemporaryDirectory() as out:
        printed = subprocess.run([*command, "--out", out], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    scores: dict[str, Any] = json.loads(printed)[0]
    return scores


def cell(measure: dict[str, Any]) -> str:
    if measure["value"] is None:
        return "n/a"
    interval = measure["interval"]
    ends = f", {interval[0]:.2f}–{interval[1]:.2f}" if interval else ""
    return f"{measure['value']:.3f} ({measure['hits']}/{measure['total']}{ends})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", default="embedded")
    parser.add_argument("--texts", default=os.environ.get("ACCORDING_TEXTS"))
    asked = parser.parse_args()
    print(f"| `{asked.model}` on | articles | {' | '.join(MEASURES.values())} |")
    print("|---|---|" + "---|" * len(MEASURES))
    for name, split, about in SETS:
        if name == "kalat" and not asked.texts:
            continue
        scores = score(name, split, asked.model, asked.texts)
        found = {measure["key"]: measure for measure in scores["measures"]}
        label = f"{name}{f', {split}' if split else ''} ({about})"
        print(f"| {label} | {scores['articles']} | {' | '.join(cell(found[key]) for key in MEASURES)} |", flush=True)


if __name__ == "__main__":
    main()
