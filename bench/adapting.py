"""How does an adapter turn a benchmark's rows into predictions for its scorer?

One JSON object a line in, one out. What a row's prediction is, each adapter says."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path


def run(about: str, predict: Callable[[dict[str, str]], dict[str, object]]) -> None:
    """Reads the rows of a benchmark file and writes a prediction for each; both paths come from the command line."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("predictions", type=Path)
    asked = parser.parse_args()
    with asked.gold.open(encoding="utf-8") as gold, asked.predictions.open("w", encoding="utf-8") as out:
        for line in gold:
            out.write(json.dumps(predict(json.loads(line)), ensure_ascii=False) + "\n")
