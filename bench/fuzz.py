"""Does any request bring down an answer that nobody planned?

    python bench/fuzz.py [--cases 10000] [--seed 1] [--model embedded]

Asks a service on this machine whatever its description allows and much that it does not: examples, borders of each
schema, at random, and one operation after the other. Without --model, articles are read by a stand-in, so that requests
are what takes the time. Prints how many answers had which status; exits with 1 where one had a status or a shape that
the description does not name, or was an error that nobody planned.
"""

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path

import structlog

from service.settings import Settings
from service.web.app import create_app

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from fuzzing import fuzz
from web_app import an_app


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cases", type=int, default=10_000, help="of each operation in each phase")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", help="read articles with it instead of a stand-in")
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(store=f"{folder}/store.sqlite")
        if given.model:
            app = create_app(settings.model_copy(update={"model": given.model}))
        else:
            app = an_app(settings=settings)
        fuzzed = fuzz(app, cases=given.cases, seed=given.seed)
    total = sum(fuzzed.statuses.values())
    counts = ", ".join(f"{status}: {count:,}" for status, count in sorted(fuzzed.statuses.items()))
    print(f"{total:,} answers in {time.monotonic() - began:.0f} s | {counts} | {fuzzed.unplanned} unplanned errors")
    for failure in fuzzed.failures:
        print(failure, file=sys.stderr)
    sys.exit(1 if fuzzed.failures or fuzzed.unplanned else 0)


if __name__ == "__main__":
    main()
