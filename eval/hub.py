"""How does a gold set leave as Parquet, or as a folder for a data hub?

The only import of the datasets library, and only when something is exported: it takes seconds to load.
"""

from pathlib import Path
from typing import Any

from service.goldfiles import GoldSet, gold_form

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
