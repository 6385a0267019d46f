"""How does a gold set leave as Parquet or as a folder for a data hub, and how does it come from there?

The only import of the datasets library, and only where it gives something: it takes seconds to load.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eval.gold_rows import FORM_FIX, Form, gold_set_of, gold_set_of_tables
from service.errors import InputError
from service.goldfiles import GoldSet, gold_form

TABLES = ("documents", "claims", "skipped_numbers")
HUB_PREFIX = "hf:"

_CARD_HEADER = """---
pretty_name: {name}
language: [{language}]
license: {licence}
configs:
- config_name: claims
  data_files: data/claims.parquet
  default: true
- config_name: documents
  data_files: data/documents.parquet
- config_name: skipped_numbers
  data_files: data/skipped_numbers.parquet
---

"""


def export_parquet(gold: GoldSet, out: Path) -> tuple[Path, ...]:
    """Writes documents, claims and skipped numbers as one Parquet file each; offsets and decimals stay as they are."""
    from datasets import Dataset, disable_progress_bars

    disable_progress_bars()
    out.mkdir(parents=True, exist_ok=True)
    features = _features()
    written = []
    for name, rows in _tables(gold).items():
        path = out / f"{name}.parquet"
        Dataset.from_list(rows, features=features[name]).to_parquet(str(path))
        written.append(path)
    return tuple(written)


def export_hub_folder(gold: GoldSet, out: Path) -> tuple[Path, ...]:
    """Writes a folder as data hubs read it: data/*.parquet, and the set's README with a header that names them."""
    written = export_parquet(gold, out / "data")
    card = gold.folder / "README.md"
    words = card.read_text(encoding="utf-8") if card.exists() else f"# {gold.info.name}\n\n{gold.info.origin}\n"
    header = _CARD_HEADER.format(
        name=gold.info.name, language=gold.info.language, licence=(gold.info.licence or "other").lower()
    )
    readme = out / "README.md"
    readme.write_text(header + words, encoding="utf-8")
    return (*written, readme)


# ── coming in ─────────────────────────────────────────────────────────────────────────────────────────────────────


def read_parquet(path: Path) -> GoldSet:
    """The gold set in one Parquet file of articles, or in the three that were exported side by side."""
    if path.stem in TABLES and all((path.parent / f"{name}.parquet").exists() for name in TABLES[:2]):
        folder = path.parent
        name = folder.parent.name if folder.name == "data" else folder.name
        documents, claims, skipped = (list(_parquet(folder / f"{table}.parquet")) for table in TABLES)
        return gold_set_of_tables(folder, documents, claims, skipped, name=name)
    return gold_set_of(path, _parquet(path), name=path.stem)


def read_hub(place: str) -> GoldSet:
    """The gold set behind `hf:owner/name` or `hf:owner/name@revision`; a folder as exported will do for the name."""
    from datasets import disable_progress_bars, get_dataset_config_names, load_dataset

    disable_progress_bars()
    address, _, revision = place.removeprefix(HUB_PREFIX).partition("@")
    name = address.rstrip("/").rpartition("/")[2]

    def rows(table: str | None) -> list[Form]:
        streamed = load_dataset(address, table, revision=revision or None, split="train", streaming=True)
        return [dict(row) for row in streamed]

    try:
        configs = set(get_dataset_config_names(address, revision=revision or None))
        if {"documents", "claims"} <= configs:
            documents, claims = rows("documents"), rows("claims")
            skipped = rows("skipped_numbers") if "skipped_numbers" in configs else []
            return gold_set_of_tables(Path(place), documents, claims, skipped, name=name)
        return gold_set_of(Path(place), rows(None), name=name)
    except InputError:
        raise
    except Exception as error:  # the library raises many kinds: no such set, no network, no right to it
        said = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        raise InputError(
            f"goldset = {place!r} cannot be read. {said}",
            field="goldset",
            fix="Check the name and the network; a private set needs HF_TOKEN in the environment.",
        ) from None


def _parquet(path: Path) -> Iterator[Form]:
    from datasets import disable_progress_bars, load_dataset

    disable_progress_bars()
    if not path.exists():
        return
    try:
        for row in load_dataset("parquet", data_files=str(path), split="train", streaming=True):
            yield dict(row)
    except (OSError, ValueError) as error:
        said = " ".join(str(error).split())[:300]
        raise InputError(f"{path} is no Parquet file. {said}", field="goldset", fix=FORM_FIX) from None


# ── going out ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _tables(gold: GoldSet) -> dict[str, list[dict[str, Any]]]:
    claims = []
    for claim in gold.claims:
        form = gold_form(claim)
        form |= {name: getattr(claim, name) for name in ("optional", "note", "assisted_by", "blind")}
        form.pop("confidence", None)
        claims.append(form)
    return {
        "documents": [
            {**document.model_dump(mode="json"), "phenomena": list(document.phenomena)} for document in gold.documents
        ],
        "claims": claims,
        "skipped_numbers": [number.record.model_dump(mode="json") for number in gold.skipped_rows],
    }


def _features() -> dict[str, Any]:
    """The columns, spelled out: guessing them fails on columns that hold only nulls or empty lists."""
    from datasets import Features, List, Value

    text, flag = Value("string"), Value("bool")
    span = List(Value("int32"))
    figure = {
        "span": span,
        "low": text,
        "high": text,
        "qualifier": text,
        "unit": text,
        "counted": text,
        "measure": text,
    }
    source = {
        "name": text,
        "aliases": List(text),
        "principal": text,
        "kind": text,
        "role": text,
        "mention": span,
        "via": List(text),
        "accept": List(text),
    }
    return {
        "documents": Features(
            {
                **{name: text for name in ("id", "title", "outlet", "published", "language", "sha256", "words_sha256")},
                "split": text,
                "pair": text,
                "phenomena": List(text),
                "text": text,
            }
        ),
        "claims": Features(
            {
                "id": text,
                "document": text,
                "content": List(span),
                "source": source,
                "cue": span,
                "mode": text,
                "stance": text,
                "hedged": flag,
                "negated": flag,
                "figures": List(figure),
                "when": List({"span": span, "value": text}),
                "where": List(text),
                "optional": flag,
                "note": text,
                "assisted_by": text,
                "blind": flag,
            }
        ),
        "skipped_numbers": Features({"document": text, "span": span, "reason": text}),
    }
