"""How is an extraction written for programs?

JSON as the schema says, and claims as lines of a gold set with their confidence. Characters that some readers take for
a line's end, or that act on a terminal, are written as JSON escapes: the same value, harmless to look at.
"""

import json

from pydantic import BaseModel

from service.goldfiles import gold_form
from service.records import ExtractedClaim, Extraction

_DANGEROUS = [0x7F, *range(0x80, 0xA0), 0x61C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A)]
_ESCAPES = {code: f"\\u{code:04x}" for code in _DANGEROUS}


def as_json(record: BaseModel, *, indent: int | None = None) -> str:
    """The record as JSON. Escaping the finished text is exact, for these characters occur in its strings alone."""
    return record.model_dump_json(indent=indent).translate(_ESCAPES)


def claim_line(claim: ExtractedClaim) -> str:
    """The claim in the gold format of the annotation guidelines, with `confidence` added."""
    return json.dumps(gold_form(claim), ensure_ascii=False).translate(_ESCAPES)


def claims_jsonl(extraction: Extraction) -> str:
    """One line a claim; empty where there are none."""
    return "".join(claim_line(claim) + "\n" for claim in extraction.claims)
