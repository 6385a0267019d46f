"""How does a corpus in Citron's annotation format become a gold set?

The format is documented in bbc/citron, docs/data_format.md: a JSON file for each document, with its `text` and its
`quotes`; a quote has a `cue` span, `sources` and `contents`, a span `start`, `end` (characters) and `text`. PARC 3.0
takes this form by that repository's scripts/preprocess/parc_extractor.py, for those who have its licence.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from eval.corpus import (
    BY_MENTION,
    NO_CONTENT,
    NOT_THERE,
    WHOLE,
    Attribution,
    Corpus,
    CorpusReader,
    claim_of,
    document_of,
    info_of,
    text_of,
)
from service.errors import InputError
from service.goldfiles import GoldClaim
from service.records import Span

_FIX = "Use files as bbc/citron's docs/data_format.md describes them."
_PARTS = ("train", "dev", "test")


def read_citron(path: Path) -> Corpus:
    """One .json file, or every one below a folder; folders called train, dev or test are splits.

    Where a quote says whom its speaker's words stand for (`coreferences`), those words are right too. Raises InputError
    where a file has another form, or a folder no such file.
    """
    files = [path] if path.is_file() else sorted(path.rglob("*.json"))
    if not files:
        raise InputError(f"{path} holds no .json file.", field="corpus", fix=_FIX)
    reader = CorpusReader()
    for file in files:
        form = _form(file)
        name = file.stem if path.is_file() else file.relative_to(path).with_suffix("").as_posix()
        split = next((part for part in file.relative_to(path).parts[:-1] if part in _PARTS), None)
        document = document_of(name, form["text"], split=split)
        reader.add(document, form["text"], _claims(form, document.id, str(file), reader.left_out))
    info = info_of("citron", "A corpus in Citron's annotation format.", annotates=("content", "mention", "cue"))
    return reader.corpus(info, BY_MENTION, WHOLE)


def _form(file: Path) -> dict[str, Any]:
    try:
        form = json.loads(text_of(file))
    except ValueError as error:
        raise InputError(f"{file}: not JSON ({error}).", field="file", fix=_FIX) from None
    for field, kind in (("text", str), ("quotes", list)):
        if not isinstance(form, dict) or not isinstance(form.get(field), kind):
            raise InputError(f"{file}: {field} is missing, or no {kind.__name__}.", field=field, fix=_FIX)
    return dict(form)


def _claims(form: Mapping[str, Any], document: str, where: str, left_out: Counter[str]) -> Iterator[GoldClaim]:
    text: str = form["text"]
    for number, quote in enumerate(form["quotes"], start=1):
        place = f"{where}: quotes.{number}"
        try:
            listed = {name: quote.get(name) or () for name in ("contents", "sources", "coreferences")}
            contents, sources, others = (_spans(each, text) for each in listed.values())
            cue = _spans([quote["cue"]] if quote.get("cue") else (), text)
        except (AttributeError, KeyError, TypeError, ValueError):
            raise InputError(f"{place} is no quote of the format.", field="quotes", fix=_FIX) from None
        if contents is None or sources is None or cue is None:
            left_out[NOT_THERE] += 1
        elif not contents:
            left_out[NO_CONTENT] += 1
        else:
            claim = claim_of(document, Attribution(contents, sources, cue), text)
            names = tuple(dict.fromkeys(" ".join(span.of(text).split()) for span in others or ()))
            yield claim.model_copy(update={"source": claim.source.model_copy(update={"aliases": names})})


def _spans(items: Iterable[Mapping[str, Any]], text: str) -> tuple[Span, ...] | None:
    """The spans in the text's order; None where one lies outside, or holds other words than it says."""
    found = []
    for item in items:
        span = Span(int(item["start"]), int(item["end"]))
        if not 0 <= span.start < span.end <= len(text):
            return None
        if "text" in item and "".join(item["text"].split()) != "".join(span.of(text).split()):
            return None
        found.append(span)
    return tuple(sorted(found))
