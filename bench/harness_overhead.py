"""What does the harness itself cost, on ten thousand articles with a model that answers at once?

    python bench/harness_overhead.py [ARTICLES] [--with-score]

Makes a gold set of that many articles with eight claims each in a temporary folder, and runs an extractor that is
nothing but a prepared answer, in a process of its own: CPU milliseconds for each article and peak memory of opening
the set, running and storing, going on with the finished run, and reading the results back. With --with-score, what
scoring them takes is shown too.
"""

import asyncio
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

CLAIMS = 8
LIMIT_MS = 2.0
LIMIT_MB = 200


def main(articles: int, *, with_score: bool) -> int:
    with tempfile.TemporaryDirectory() as folder:
        make_gold_set(Path(folder) / "big", articles)
        failed = False
        for part in ("run", "resume", *(["score"] if with_score else [])):
            command = [sys.executable, __file__, part, folder]
            told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
            print(f"{part}:")
            for name, milliseconds in told["steps"].items():
                print(f"  {name:<34}{milliseconds / articles:8.3f} CPU-ms an article")
            own = sum(ms for name, ms in told["steps"].items() if not name.startswith("(")) / articles
            print(f"  {'harness, without what is in ( )':<34}{own:8.3f} CPU-ms an article; peak {told['mb']:.0f} MB")
            failed = failed or (part != "score" and (own >= LIMIT_MS or told["mb"] >= LIMIT_MB))
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
    import resource

    clock = Clock()
    (score if part == "score" else run)(folder, clock)
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"steps": clock.steps, "mb": kilobytes / 1024}


def run(folder: Path, clock: Clock) -> None:
    from eval.goldset import open_articles
    from eval.run import close_lanes, open_lanes, run_lanes
    from eval.store import read_info, read_results
    from eval.subjects import Subject
    from service.records import Article, ExtractedClaim, Extraction, PromptVersion
    from service.settings import Settings

    prepared = [
        ExtractedClaim(**claim, text="x", confidence=0.9) for claim in map(json.loads, _first_claims(folder / "big"))
    ]

    class Instant(Subject):
        """Answers every article with the same claims, at once."""

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

    clock.done("(import)")
    chosen = open_articles(folder / "big", ())
    clock.done("open the gold set")
    subjects = [Instant("instant", NoExtractor(), Settings())]  # type: ignore[arg-type]
    lanes = open_lanes([chosen], subjects, folder / "runs", resume=True)
    clock.done("open the run's folder")
    asyncio.run(run_lanes(lanes))
    close_lanes(lanes)
    clock.done("run and store")
    place = lanes[0].writer.folder
    complete = sum(result.status == "complete" for result in read_results(place, read_info(place)))
    clock.done("read the results back")
    assert complete == len(chosen.documents)


def _first_claims(folder: Path) -> list[str]:
    with (folder / "claims.jsonl").open() as file:
        return [next(file) for _ in range(CLAIMS)]


def score(folder: Path, clock: Clock) -> None:
    """The whole of `python -m eval score`, for comparison."""
    from click.testing import CliRunner

    from eval.cli import main as command

    clock.done("(import)")
    answered = CliRunner().invoke(command, ["score", str(folder / "runs" / "big.instant"), str(folder / "big")])
    clock.done("(open, read, score, report)")
    assert answered.exit_code == 0, answered.output


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--with-score"]
    if len(words) == 2:
        print(json.dumps(measured(words[0], Path(words[1]))))
    else:
        sys.exit(main(int(words[0]) if words else 10_000, with_score="--with-score" in sys.argv))
