"""How does a public attribution corpus on the user's disk become a gold set?

Texts stay with their owners: the set written is stand-off, its texts lie in a folder of their own beside it, and none
is ever part of this project. Each corpus's form is read by the module of its name; what it does not annotate (figures,
times, stance) is named by its absence from `annotates`, and leaving those fields out of scores is for `annotated`.
"""

import re
from pathlib import Path

from eval.ced1k import read_ced1k
from eval.citron import read_citron
from eval.corpus import Corpus
from eval.polnear import read_polnear, read_polnear_rows
from service.errors import InputError
from service.goldfiles import INFO_FILE, write_gold_set

TEXTS_FOLDER = "texts"
_UNSAFE = re.compile(r"[^\w.-]")


def read_corpus(name: str, path: Path, *, annotator: str | None = None) -> Corpus:
    """The corpus called `name` ("polnear", "ced1k", "citron") from a folder or a file."""
    if name == "ced1k":
        return read_ced1k(path)
    if name == "citron":
        return read_citron(path)
    return read_polnear_rows(path) if path.is_file() else read_polnear(path, annotator=annotator)


def write_corpus(corpus: Corpus, out: Path) -> Path:
    """Writes a stand-off gold set, and its texts into a folder beside it; returns that folder.

    Raises InputError where `out` holds a gold set already.
    """
    if (out / INFO_FILE).exists():
        raise InputError(f"out = {str(out)!r} holds a gold set already.", field="out", fix="Name another folder.")
    write_gold_set(out, info=corpus.info, documents=corpus.documents, claims=corpus.claims, skipped=())
    texts = out / TEXTS_FOLDER
    texts.mkdir(exist_ok=True)
    for number, (name, text) in enumerate(corpus.texts.items(), start=1):
        # Found by hash, so the name is for people: made safe, and numbered so that none falls on another.
        (texts / f"{number:05d}-{_UNSAFE.sub('-', name)[:120]}.txt").write_bytes(text.encode("utf-8"))
    return texts
