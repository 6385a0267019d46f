"""What is in a gold set?

Counts only, so that a card can quote them and anybody can make them again; whether the set is right is for the check.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from service.goldfiles import GoldSet
from service.records import Record

NO_UNIT = "count"  # how a figure without a unit is listed
NO_SPLIT = "none"


class Description(Record):
    """The counts of a gold set; `words` is None where a text is not at hand. Tables are in falling order."""

    name: str
    version: str
    documents: int
    pairs: int
    words: int | None
    claims: int
    optional: int
    figures: int
    times: int
    skipped: int
    tables: Mapping[str, Mapping[str, int]]


def describe(gold: GoldSet, texts: Mapping[str, str]) -> Description:
    """Counts what a set holds; `texts` by document id."""
    words = [len(texts[document.id].split()) for document in gold.documents if document.id in texts]
    claims = gold.claims
    figures = [figure for claim in claims for figure in claim.figures]
    tables: dict[str, Iterable[str]] = {
        "split": (document.split or NO_SPLIT for document in gold.documents),
        "phenomenon": (phenomenon for document in gold.documents for phenomenon in document.phenomena),
        "kind": (claim.source.kind for claim in claims),
        "mode": (claim.mode for claim in claims),
        "stance": (claim.stance for claim in claims),
        "marked": (
            name
            for claim in claims
            for name, there in (
                ("hedged", claim.hedged),
                ("negated", claim.negated),
                ("via somebody", claim.source.via),
                ("more than one answer", claim.source.accept),
                ("content in pieces", len(claim.content) > 1),
            )
            if there
        ),
        "qualifier": (figure.qualifier for figure in figures),
        "unit": (figure.unit or NO_UNIT for figure in figures),
        "skipped": (row.record.reason for row in gold.skipped_rows),
    }
    return Description(
        name=gold.info.name,
        version=gold.info.version,
        documents=len(gold.documents),
        pairs=len({document.pair for document in gold.documents if document.pair is not None}),
        words=sum(words) if len(words) == len(gold.documents) else None,
        claims=len(claims),
        optional=sum(claim.optional for claim in claims),
        figures=len(figures),
        times=sum(len(claim.when) for claim in claims),
        skipped=len(gold.skipped_rows),
        tables={name: _falling(Counter(listed)) for name, listed in tables.items()},
    )


def _falling(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
