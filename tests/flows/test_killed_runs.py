"""A run that is killed again and again ends as if nothing had been, and asks again only what was on its way."""

import hashlib
import json
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from conftest import ROOT
from wire import Wire, a_wire, claims

from eval.store import ARTICLES_FILE, read_run

pytestmark = pytest.mark.network

# The full form calls the stub as any hosted model, which takes seconds to import at each of eleven starts.
FULL = bool(os.environ.get("ACCORDING_KILL_TEN_TIMES"))
ARTICLES, KILLS = (200, 10) if FULL else (60, 3)
MOST = 8  # articles under way at once
TOKENS = (1000, 100, 600)
SAID = {
    "p": ["2|two cars|the wall"],
    "s": "S1",
    "m": "S1",
    "q": "said",
    "o": "indirect",
    "f": [{"n": "F1", "c": "cars", "d": "burned"}],
    "x": [],
}

# A model behind plain HTTP, asked as every model is, without the libraries that are slow to import.
CHILD = """
import asyncio, json, os, sys
import service.choose
from service.asking import ModelExtractor
from service.drafts import read_answer
from service.models import Completion
from service.records import Usage

class OverHttp:
    name = "stub/model"

    async def complete(self, prompt, *, meter, hear=None):
        port = int(os.environ["ACCORDING_API_BASE"].rpartition(":")[2].partition("/")[0])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        asked = {"model": "stub", "messages": [{"role": "user", "content": prompt.user}]}
        body = json.dumps(asked).encode()
        writer.write(b"POST /v1/chat/completions HTTP/1.1\\r\\ncontent-length: %d\\r\\n\\r\\n" % len(body) + body)
        answer = json.loads((await reader.read()).partition(b"\\r\\n\\r\\n")[2])
        writer.close()
        used = answer["usage"]
        meter.add(Usage(calls=1, prompt_tokens=used["prompt_tokens"], completion_tokens=used["completion_tokens"]))
        raw = answer["choices"][0]["message"]["content"]
        return Completion(claims=read_answer(raw).claims, raw=raw, model="stub")

service.choose.make_extractor = lambda name, settings, calls=None: ModelExtractor(OverHttp(), settings)
from eval.cli import main
main()
"""


def a_gold_set(folder: Path) -> None:
    folder.mkdir()
    documents, gold = [], []
    for number in range(ARTICLES):
        text = f"Case {number} was heard.\n\nAda Lund said two cars burned near the wall."
        start = text.index("two cars")
        digest = hashlib.sha256(text.encode()).hexdigest()
        documents.append({"id": f"a{number}", "text": text, "sha256": digest, "published": "2025-01-01"})
        gold.append(
            {
                "id": f"a{number}#1",
                "document": f"a{number}",
                "content": [[start, len(text) - 1]],
                "source": {"name": "Ada Lund", "kind": "person"},
                "mode": "indirect",
                "figures": [
                    {"span": [start, start + 3], "low": "2", "high": "2", "qualifier": "exact", "counted": "cars"}
                ],
            }
        )
    for name, rows in (("documents.jsonl", documents), ("claims.jsonl", gold)):
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (folder / "goldset.yaml").write_text("name: cases\nversion: 1\nlanguage: en\nguidelines: 1\norigin: made up\n")


def begin(folder: Path, wire: Wire) -> subprocess.Popen:
    program = ["-m", "eval"] if FULL else ["-c", CHILD]
    model = "openai/stub" if FULL else "stub/model"
    command = [sys.executable, *program, "run", "cases", "--model", model, "--out", "runs", "--resume", "--json"]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ACCORDING_")}
    environ |= {"PYTHONPATH": str(ROOT), "ACCORDING_API_BASE": wire.base, "ACCORDING_ANSWER_MODE": "schema"}
    return subprocess.Popen(
        [*command, "--concurrency", str(MOST)],
        cwd=folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def asked(wire: Wire) -> Counter:
    """How often each article was asked about so far."""
    bodies = [json.dumps(request) for request in list(wire.requests)]
    return Counter(f"a{re.search(r'Case {?[^0-9]*([0-9]+)', body)[1]}" for body in bodies)


def written(folder: Path) -> list[dict]:
    """Whole lines as they stand in the file: read with nothing but the standard library."""
    files = list((folder / "runs").glob(f"*/{ARTICLES_FILE}"))
    lines = files[0].read_bytes().split(b"\n")[:-1] if files else []
    return [json.loads(line) for line in lines]


def test_a_run_killed_at_random_moments_ends_with_one_result_an_article(tmp_path: Path):
    a_gold_set(tmp_path / "cases")
    chance = random.Random(20250101)
    moments = sorted(chance.sample(range(1, ARTICLES - MOST), KILLS))
    with a_wire() as wire:
        wire.will_always_say(claims(SAID, delay=0.03, tokens=TOKENS))
        for moment in moments:
            process = begin(tmp_path, wire)
            while sum(asked(wire).values()) < moment and process.poll() is None:
                time.sleep(0.002)
            time.sleep(chance.random() * 0.05)
            process.kill()
            process.communicate()
            time.sleep(0.1)  # what was sent has arrived
            done, so_far = {line["document"] for line in written(tmp_path)}, asked(wire)
            on_the_way = [name for name in so_far if name not in done]
            assert len(on_the_way) <= MOST

        before = asked(wire)
        last = begin(tmp_path, wire)
        report = json.loads(last.communicate(timeout=120)[0])
        after = asked(wire)

        # Nothing that had been written down was asked again.
        assert all(after[name] == before[name] for name in done)
        assert sum(after.values()) - ARTICLES <= KILLS * MOST
        assert Counter(line["document"] for line in written(tmp_path)) == Counter(after.keys())
        assert len(after) == ARTICLES
        [folder] = (tmp_path / "runs").iterdir()
        run = read_run(folder)
        assert not run.incomplete
        assert (run.usage.calls, run.usage.prompt_tokens) == (ARTICLES, ARTICLES * TOKENS[0])
        assert last.returncode == 0
        assert report[0]["articles"] == ARTICLES
        first_report = report[0]["counts"]

        # A gold claim is edited: the run is scored again, and nobody is asked.
        path = tmp_path / "cases" / "claims.jsonl"
        path.write_text(path.read_text().replace('"Ada Lund"', '"Bo Berg"', 1))
        again = begin(tmp_path, wire)
        counts = json.loads(again.communicate(timeout=120)[0])[0]["counts"]

        assert asked(wire) == after
        assert counts["gold"] == first_report["gold"]
        assert counts["source_right"] == first_report["source_right"] - 1
