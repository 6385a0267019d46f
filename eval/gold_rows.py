"""How is a gold set one table of articles, each with its claims?

The form of a single JSONL or Parquet file, and of sets on a data hub that have one table. A row is a line of
documents.jsonl with its text, and with its `claims` and, where there are any, its `skipped_numbers` as lists.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from service.errors import InputError
from service.goldfiles import (
    GoldClaim,
    GoldDocument,
    GoldSet,
    GoldSetInfo,
    GoldSkippedNumber,
    Row,
    claim_from_form,
    gold_form,
)

NOT_SAID = "not said"
FORM_FIX = "Each row is an article with its id, text and claims, as `python -m eval export --to jsonl` writes them."

Form = dict[str, Any]
Made = TypeVar("Made")


def gold_set_of(place: Path, rows: Iterable[Form], *, name: str) -> GoldSet:
    """The gold set in a table of articles; InputError with the row where one is wrong."""
    documents: list[Row[GoldDocument]] = []
    claims: list[Row[GoldClaim]] = []
    skipped: list[Row[GoldSkippedNumber]] = []
    for number, row in enumerate(rows, start=1):
        with_hash = _given(row)
        if isinstance(row.get("text"), str):
            with_hash.setdefault("sha256", hashlib.sha256(row["text"].encode("utf-8", "surrogatepass")).hexdigest())
        where = f"{place}: row {number}"
        document = _checked(where, GoldDocument.model_validate, with_hash)
        documents.append(Row(number, document))
        ours = {"document": document.id}
        for form in row.get("claims") or ():
            claims.append(Row(number, _checked(where, claim_from_form, ours | _given(form))))
        for form in row.get("skipped_numbers") or ():
            skipped.append(Row(number, _checked(where, GoldSkippedNumber.model_validate, ours | form)))
    return gold_set(place, name, documents, claims, skipped)


def gold_set_of_tables(
    place: Path, documents: Iterable[Form], claims: Iterable[Form], skipped: Iterable[Form], *, name: str
) -> GoldSet:
    """The gold set in three tables, as it is exported for data hubs."""
    articles = {form["id"]: {**form, "claims": [], "skipped_numbers": []} for form in documents}
    for field, rows in (("claims", claims), ("skipped_numbers", skipped)):
        for form in rows:
            if form["document"] not in articles:
                raise InputError(
                    f"{place}: {field}: document = {form['document']!r} is not among the documents.",
                    field="document",
                    fix="Add it to the table of documents.",
                )
            articles[form["document"]][field].append(form)
    return gold_set_of(place, articles.values(), name=name)


def gold_set(
    place: Path,
    name: str,
    documents: Iterable[Row[GoldDocument]],
    claims: Iterable[Row[GoldClaim]],
    skipped: Iterable[Row[GoldSkippedNumber]],
) -> GoldSet:
    info = GoldSetInfo(name=name, version=NOT_SAID, language=NOT_SAID, guidelines=NOT_SAID, origin=str(place))
    return GoldSet(
        folder=place,
        info=info,
        document_rows=tuple(documents),
        claim_rows=tuple(claims),
        skipped_rows=tuple(skipped),
    )


def article_rows(gold: GoldSet) -> Iterator[Form]:
    """The set as a table of articles."""
    for document in gold.documents:
        yield {
            **document.model_dump(mode="json", exclude_none=True),
            "claims": [gold_form(claim) for claim in gold.claims_of.get(document.id, ())],
            "skipped_numbers": [
                row.record.model_dump(mode="json") for row in gold.skipped_rows if row.record.document == document.id
            ],
        }


def export_jsonl(gold: GoldSet, out: Path) -> tuple[Path, ...]:
    """Writes the set as one JSONL file in a folder."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{gold.info.name}.jsonl"
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in article_rows(gold))
    path.write_bytes("".join(lines).encode("utf-8"))
    return (path,)


def read_jsonl(path: Path) -> Iterator[Form]:
    """The rows of a JSONL file, one at a time."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                try:
                    row = json.loads(line.removeprefix(b"\xef\xbb\xbf"))
                except ValueError as error:
                    raise InputError(f"{path}:{number}: {error}.", field="line", fix=FORM_FIX) from None
                if not isinstance(row, dict):
                    raise InputError(f"{path}:{number}: not a JSON object.", field="line", fix=FORM_FIX)
                yield row


def _given(form: Form) -> Form:
    """Tables have every column in every row: what is null there was not said."""
    return {name: value for name, value in form.items() if value is not None}


def _checked(where: str, make: Callable[[Form], Made], form: Form) -> Made:
    try:
        return make(form)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in problem["loc"]) or "row"
        raise InputError(f"{where}: {field}: {problem['msg']}.", field=field, fix=FORM_FIX) from None
