"""What does the service itself cost around a model that answers at once?

    python bench/overhead.py ARTICLE.txt [--rounds 30] [--langextract PYTHON]

Prints CPU milliseconds an article (medians): the pipeline's own work around an instant answer; instructor + LiteLLM
alone on a local stub; the whole path through them; and, where PYTHON names an interpreter that has langextract[openai],
LangExtract on the same article and the same stub in the same run.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from service.asking import ModelExtractor
from service.models import Completion, Hear, Meter, Prompt
from service.pipeline import extract
from service.reading.reader import read
from service.records import Article
from service.settings import Settings
from service.vendor.completer import VendorCompleter

HERE = Path(__file__).parent


def whole_sentence_claims(article: Article) -> list[dict[str, Any]]:
    """An answer with one claim for each sentence, in the form that the prompt asks for."""
    return [
        {"p": [str(sentence.number)], "s": "outlet", "m": None, "q": None, "o": "none", "f": [], "x": []}
        for sentence in read(article).sentences
    ]


class Instant:
    """Answers without a call."""

    name = "instant"

    def __init__(self, claims: list[dict[str, Any]]) -> None:
        self._claims = tuple(claims)

    async def complete(self, prompt: Prompt, *, meter: Meter, hear: Hear | None = None) -> Completion:
        del prompt, meter, hear
        return Completion(claims=self._claims, raw="", model=self.name)


async def cpu_ms(act: Callable[[], Awaitable[object]], rounds: int) -> float:
    await act()
    taken = []
    for _ in range(rounds):
        began = time.process_time()
        await act()
        taken.append((time.process_time() - began) * 1000)
    return statistics.median(taken)


async def measure(article: Article, base: str, rounds: int) -> None:
    settings = Settings(api_base=base, answer_mode="schema")
    claims = whole_sentence_claims(article)
    own = ModelExtractor(Instant(claims), settings)
    calling = ModelExtractor(VendorCompleter("hosted_vllm/stub", settings), settings)
    await extract(article, extractor=calling, settings=settings)  # imports the libraries, as in a service that runs
    extraction = await extract(article, extractor=own, settings=settings)
    print(
        f"article: {len(article.text):,} characters, {len(claims)} claims answered, {len(extraction.claims)} grounded"
    )
    for name, act in (
        ("own work around an instant answer", lambda: extract(article, extractor=own, settings=settings)),
        ("instructor + LiteLLM alone, on the stub", bare_call(base)),
        ("the whole path through them", lambda: extract(article, extractor=calling, settings=settings)),
    ):
        print(f"{await cpu_ms(act, rounds):7.1f} ms CPU  {name}", flush=True)


def bare_call(base: str) -> Callable[[], Awaitable[object]]:
    """One call with the smallest answer type there is."""
    import instructor
    import litellm
    from pydantic import BaseModel

    class Answer(BaseModel):
        c: list[Any]

    client = instructor.from_litellm(litellm.acompletion, mode=instructor.Mode.JSON_SCHEMA)
    message = {"role": "user", "content": "Which claims are there?"}
    return lambda: client.chat.completions.create(
        model="hosted_vllm/stub", api_base=base, messages=[message], response_model=Answer, max_retries=1
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("article", type=Path)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--langextract", metavar="PYTHON", help="an interpreter that has langextract[openai]")
    asked = parser.parse_args()
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    article = Article(id=asked.article.stem, text=asked.article.read_text(encoding="utf-8"))
    answers = {
        "answer": json.dumps({"c": whole_sentence_claims(article)}),
        "sentences": [sentence.span.of(article.text) for sentence in read(article).sentences],
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.json"
        path.write_text(json.dumps(answers), encoding="utf-8")
        stub = subprocess.Popen([sys.executable, HERE / "stub_server.py", path], stdout=subprocess.PIPE, text=True)
        try:
            assert stub.stdout is not None
            port = stub.stdout.readline().strip()
            asyncio.run(measure(article, f"http://127.0.0.1:{port}/v1", asked.rounds))
            if asked.langextract:
                command = [asked.langextract, HERE / "langextract_overhead.py", port, asked.article, str(asked.rounds)]
                found = subprocess.run(command, capture_output=True, text=True, check=True)
                print(f"{float(found.stdout.split()[-1]):7.1f} ms CPU  LangExtract, on the stub")
        finally:
            stub.kill()


if __name__ == "__main__":
    main()
