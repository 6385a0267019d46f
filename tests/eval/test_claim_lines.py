"""Claims are found by document without being held."""

import pytest
from goldmakers import STARTER, starter

from eval.claim_lines import ClaimLines
from service.errors import InputError
from service.goldfiles import CLAIMS_FILE


def test_the_claims_of_a_document_are_those_of_the_whole_file_in_its_order():
    seen = []

    lines = ClaimLines(STARTER / CLAIMS_FILE, seen=seen.append)

    assert tuple(seen) == starter().claims
    assert {document: lines.of(document) for document in lines.documents} == dict(starter().claims_of)
    assert lines.of("no such document") == ()


def test_scattered_lines_blank_lines_and_a_byte_order_mark_change_nothing(tmp_path):
    raw = (STARTER / CLAIMS_FILE).read_bytes().splitlines(keepends=True)
    path = tmp_path / CLAIMS_FILE
    path.write_bytes(b"\xef\xbb\xbf" + b"\n".join([*raw[::2], *raw[1::2]]))

    lines = ClaimLines(path)

    for document, claims in starter().claims_of.items():
        assert sorted(claim.id for claim in lines.of(document)) == sorted(claim.id for claim in claims)


def test_a_wrong_line_is_named(tmp_path):
    path = tmp_path / CLAIMS_FILE
    path.write_bytes((STARTER / CLAIMS_FILE).read_bytes().replace(b'"direct"', b'"loud"'))

    with pytest.raises(InputError, match=r"claims\.jsonl:\d+: mode = 'loud'"):
        ClaimLines(path)


def test_a_file_that_changes_while_it_is_read_is_told(tmp_path):
    path = tmp_path / CLAIMS_FILE
    raw = (STARTER / CLAIMS_FILE).read_bytes()
    path.write_bytes(raw)
    lines = ClaimLines(path)
    path.write_bytes(raw[100:])

    with pytest.raises(InputError, match="was changed while it was read"):
        lines.of(lines.documents[-1])
