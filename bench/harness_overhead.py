"""What does the harness itself cost, on ten thousand articles with a model that answers at once?

    python bench/harness_overhead.py [ARTICLES]

Makes a gold set of that many articles with eight claims each in a temporary folder. Then, each in a process of its own:
the whole of `eval run` with an extractor that is nothing but a prepared answer, running, storing and scoring; going on
with the finished run; scoring the stored run alone; and comparing it with itself. Prints CPU milliseconds for each
article, step by step, and the highest memory that the process ever held.
"""

import asyncio
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eval.subjects import Subject

CLAIMS = 8
LIMIT_MS = 2.0
LIMIT_MB = 200


def main(articles: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        make_gold_set(Path(folder) / "big", articles)
        failed = False
        here = {"PYTHONPATH": str(Path(__file__).resolve().parent.parent)}  # this copy, not one that is installed
        for part in PARTS:
            command = [sys.executable, __file__, part, folder]
            shown = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ | here).stdout
            told = json.loads(shown.splitlines()[-1])
            print(f"{part}: peak {told['mb']:.0f} MB")
            for name, milliseconds in told["steps"].items():
                print(f"  {name:<34}{milliseconds / articles:8.3f} CPU-ms an article")
            own = sum(ms for name, ms in told["steps"].items() if not name.startswith("(")) / articles
            print(f"  {'harness, without what is in ( )':<34}{own:8.3f} CPU-ms an article")
            failed = failed or own >= LIMIT_MS or told["mb"] >= LIMIT_MB
    print("over the limit" if failed else f"within {LIMIT_MS:g} CPU-ms an article and {LIMIT_MB} MB")
    return int(failed)


def make_gold_set(folder: Path, articles: int) -> None:
    folder.mkdir()
    said = [
        f"Speaker{n} Lund said {n + 2} cars burned near the harbour wall, and crews stayed there." for n in range(8)
    ]
    rest = " Nobody had anything to add to that for the time being, and the road along the water stayed closed."
    with (folder / "documents.jsonl").open("w") as documents, (folder / "claims.jsonl").open("w") as claims:
        for number in range(articles):
            text = f"Report number {number}.\n\n" + "\n\n".join(sentence + rest for sentence in said)
            identity = f"a{number}"
            document = {"id": identity, "sha256": hashlib.sha256(text.encode()).hexdigest(), "text": text}
            documents.write(json.dumps({**document, "published": "2025-01-01"}) + "\n")
            for position in range(CLAIMS):
                claims.write(json.dumps(_claim(identity, text, position)) + "\n")
    (folder / "goldset.yaml").write_text("name: big\nversion: 1\nlanguage: en\nguidelines: 1\norigin: made\n")


def _claim(document: str, text: str, position: int) -> dict[str, object]:
    name, digits = f"Speaker{position} Lund", str(position + 2)
    speaker = text.index(name)
    start = text.index(f"{digits} cars", speaker)
    figure = {"span": [start, start + len(digits)], "low": digits, "high": digits, "qualifier": "exact"}
    return {
        "id": f"{document}#{position}",
        "document": document,
        "content": [[start, text.index(" near", start)]],
        "source": {"name": name, "kind": "person", "mention": [speaker, speaker + len(name)]},
        "mode": "indirect",
        "figures": [{**figure, "counted": "cars", "measure": "burn"}],
    }


# ── measured, in a process of its own ─────────────────────────────────────────────────────────────────────────────


class Clock:
    """CPU milliseconds of each step."""

    def __init__(self) -> None:
        self.steps: dict[str, float] = {}
        self._last = time.process_time()

    def done(self, step: str) -> None:
        now = time.process_time()
        self.steps[step] = 1000 * (now - self._last)
        self._last = now


def measured(part: str, folder: Path) -> dict[str, object]:
    clock = Clock()
    PARTS[part](folder, clock)
    return {"steps": clock.steps, "mb": highest_megabytes()}


def highest_megabytes() -> float:
    """The most that this process ever held (VmHWM), where the system tells; it starts anew with each program."""
    try:
        status = Path("/proc/self/status").read_text()
    except FileNotFoundError:
        import resource

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most / (1024 * 1024 if sys.platform == "darwin" else 1024)
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def run(folder: Path, clock: Clock) -> None:
    """What `eval run` does, step by step."""
    from eval.goldset import open_articles
    from eval.report import scores_text
    from eval.run import close_lanes, open_lanes, run_lanes
    from eval.runs import load_run
    from eval.scored import score_run

    clock.done("(import)")
    chosen = open_articles(folder / "big", ())
    clock.done("open the gold set")
    lanes = open_lanes([chosen], [_instant(folder)], folder / "runs", resume=True)
    clock.done("open the run's folder")
    asyncio.run(run_lanes(lanes))
    close_lanes(lanes)
    clock.done("run and store")
    place = lanes[0].writer.folder
    planned = len(chosen.documents)
    del chosen, lanes
    stored = load_run(place)
    clock.done("look through the results")
    scored = score_run(stored, open_articles(folder / "big", ()), threshold=0.5)
    clock.done("(open the gold set again and score)")
    text = scores_text(scored.signature, scored.scores, others=scored.others, run=scored.run)
    clock.done("report")
    assert len(stored.run.finished) == planned == scored.scores.articles
    assert "claim F1" in text


def _instant(folder: Path) -> "Subject":
    """A model that answers every article with the same claims, at once."""
    from eval.subjects import Subject
    from service.records import Article, ExtractedClaim, Extraction, PromptVersion
    from service.settings import Settings

    prepared = [
        ExtractedClaim(**claim, text="x", confidence=0.9) for claim in map(json.loads, _first_claims(folder / "big"))
    ]

    class Instant(Subject):
        async def extract(self, article: Article) -> Extraction:
            # Built without validation: an answer costs nothing, so that what is left is the harness.
            return Extraction.model_construct(
                extraction_id="x",
                article=article,
                sha256=article.sha256,
                model="instant",
                prompt=None,
                software="x",
                created=datetime.now(UTC),
                seconds=0.0,
                status="complete",
                claims=tuple(prepared),
                needs_review=(),
            )

    class NoExtractor:
        name = "instant"
        prompt: PromptVersion | None = None

    return Instant("instant", NoExtractor(), Settings())  # type: ignore[arg-type]


def _first_claims(folder: Path) -> list[str]:
    with (folder / "claims.jsonl").open() as file:
        return [next(file) for _ in range(CLAIMS)]


def score(folder: Path, clock: Clock) -> None:
    """The whole of `python -m eval score`."""
    _command(clock, "score", str(folder / "runs" / "big.instant"), str(folder / "big"))


def compare(folder: Path, clock: Clock) -> None:
    """The whole of `python -m eval compare`, of the run with itself."""
    _command(clock, "compare", *[str(folder / "runs" / "big.instant")] * 2)


def _command(clock: Clock, *arguments: str) -> None:
    from click.testing import CliRunner

    from eval.cli import main as command

    clock.done("(import)")
    answered = CliRunner().invoke(command, list(arguments))
    clock.done("(open, read, score, report)")
    assert answered.exit_code == 0, answered.output


PARTS = {"run": run, "go on": run, "score": score, "compare": compare}


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(measured(sys.argv[1], Path(sys.argv[2]))))
    else:
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
