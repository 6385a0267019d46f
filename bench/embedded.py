"""How fast is `embedded`, and how much of that is the parser's?

    python bench/embedded.py ARTICLE.txt [--rounds 9]

Prints, for one core: CPU seconds for an article after start (median), bare spaCy parsing of the same text in the same
run and the ratio of the two, the process's peak memory, and how long `according --help` takes.
"""

import argparse
import asyncio
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from service.choose import make_extractor
from service.embedded.parsing import load
from service.pipeline import extract
from service.records import Article
from service.settings import Settings


def cpu_seconds(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("article", type=Path)
    parser.add_argument("--rounds", type=int, default=9)
    asked = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    settings = Settings()
    article = Article(id=asked.article.stem, text=asked.article.read_text(encoding="utf-8"))
    extractor = make_extractor("embedded", settings)
    nlp = load()

    async def once() -> None:  # returns nothing: asyncio writes out what the main task returns when it ends
        await extract(article, extractor=extractor, settings=settings)

    def whole() -> None:
        asyncio.run(once())

    def bare() -> None:
        nlp(article.text)

    whole(), bare()
    pairs = [(cpu_seconds(whole), cpu_seconds(bare)) for _ in range(asked.rounds)]
    print(f"article: {len(article.text):,} characters, {asked.rounds} rounds in turn, one core")
    print(f"{statistics.median(one for one, _ in pairs):7.3f} s CPU  the whole extraction, median")
    print(f"{statistics.median(other for _, other in pairs):7.3f} s CPU  bare spaCy parsing, median")
    print(f"{statistics.median(one / other for one, other in pairs):7.2f} x      ratio, median of the pairs")
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:7.0f} MB     peak memory")
    taken = []
    for _ in range(asked.rounds):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "service.cli", "--help"], check=True, stdout=subprocess.DEVNULL)
        taken.append(time.perf_counter() - began)
    print(f"{statistics.median(taken):7.3f} s      according --help, median")


if __name__ == "__main__":
    main()
