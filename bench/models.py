"""All tables of docs/models.md, one after the other.

    python -m bench.models [--texts DIR] [--langextract PYTHON] [--local MODEL]

Each table is made by a script of its own, which can be run alone with more options; its command stands above the table.
Without --langextract its columns are left out, without --local what needs a real model.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCAL_BELOW = "0.3,0.5,0.7,0.9"


def commands(texts: str | None, langextract: str | None, local: str | None) -> Iterator[list[str]]:
    """Module and options of each table, in the order of the page."""
    other = ["--langextract", langextract] if langextract else []
    yield ["bench.tokens", *(["--texts", texts] if texts else []), *other]
    yield ["bench.cascade", "newsroom", "kalat-retold", "starter", "--thresholds", "0,0.3,0.5,0.57,0.7,0.8,0.9,1"]
    yield ["bench.cascade", "--model", "simulated/GOLDSET"]
    yield ["bench.second_opinions"]
    yield ["bench.second_opinions", "--judge", "simulated/GOLDSET"]
    yield ["bench.second_opinions", "--judge", "simulated/GOLDSET:misjudged=10%,undecided=10%"]
    yield ["bench.checks"]
    yield ["bench.mutations", *other]
    yield ["bench.injection", "--model", "simulated/GOLDSET:obedient,form=free", "--per-article", "99"]
    if local:
        yield ["bench.cascade", "--model", local, "--articles", "1", "--longest", "1500", "--thresholds", LOCAL_BELOW]
        yield ["bench.second_opinions", "--judge", local]
        yield ["bench.local_model", "--model", local, "--per-article", "1"]
        yield ["bench.injection", "--model", local, "--per-article", "2"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", metavar="DIR", help="the texts of the stand-off gold set")
    parser.add_argument("--langextract", metavar="PYTHON", help="an interpreter that has langextract and instructor")
    parser.add_argument("--local", metavar="MODEL", help="a real model, such as local/smollm2")
    given = parser.parse_args()
    failed = []
    for command in commands(given.texts, given.langextract, given.local):
        print(f"\n    python -m {' '.join(command)}\n", flush=True)
        if subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=False).returncode:
            failed.append(command[0])
    if failed:
        sys.exit(f"Not made: {', '.join(failed)}.")


if __name__ == "__main__":
    main()
