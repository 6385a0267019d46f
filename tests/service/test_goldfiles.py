"""Gold folders: what is written is read again, and what is wrong is named by line and field."""

import json
from pathlib import Path

import pytest
from goldmakers import STARTER, starter

from service.errors import InputError
from service.goldfiles import (
    CLAIMS_FILE,
    DOCUMENTS_FILE,
    GoldDocument,
    claim_line,
    find_texts,
    load_claims,
    load_gold_set,
    read_claims,
    read_gold_set,
    read_texts,
    words_sha256,
    write_gold_set,
)
from service.records import Article

TEXT = "Two boats sank.\nAda Lund said so.\n"


def a_document(text: str = TEXT, **changes: object) -> GoldDocument:
    return GoldDocument(**({"id": "boats", "sha256": Article(id="boats", text=text).sha256} | changes))


def test_a_set_is_read_as_it_was_written(tmp_path: Path):
    gold = starter()

    write_gold_set(
        tmp_path,
        info=gold.info,
        documents=gold.documents,
        claims=gold.claims,
        skipped=[row.record for row in gold.skipped_rows],
    )

    again = load_gold_set(tmp_path)
    assert again.model_copy(update={"folder": gold.folder}) == gold
    assert again.sha256 == gold.sha256


def test_the_shipped_lines_are_in_the_form_that_is_written():
    lines = (STARTER / CLAIMS_FILE).read_text(encoding="utf-8").splitlines()

    assert [claim_line(claim) for claim in starter().claims] == lines


def test_the_hash_depends_on_claims_and_texts_and_not_on_their_order_or_notes():
    gold = starter()
    turned = gold.model_copy(update={"claim_rows": gold.claim_rows[::-1], "document_rows": gold.document_rows[::-1]})
    first = gold.claim_rows[0]
    noted = gold.claim_rows[0]._replace(record=first.record.model_copy(update={"note": "seen twice"}))
    denied = gold.claim_rows[0]._replace(record=first.record.model_copy(update={"stance": "denies"}))

    def rehashed(**changes: object) -> str:
        fields = {name: getattr(gold, name) for name in type(gold).model_fields}
        return type(gold)(**(fields | changes)).sha256

    assert rehashed(claim_rows=turned.claim_rows, document_rows=turned.document_rows) == gold.sha256
    assert rehashed(claim_rows=(noted, *gold.claim_rows[1:])) == gold.sha256
    assert rehashed(claim_rows=(denied, *gold.claim_rows[1:])) != gold.sha256


def test_fields_that_are_not_known_are_ignored_at_every_depth(tmp_path: Path):
    form = json.loads(claim_line(starter().claims[0]))
    form["colour"] = "red"
    form["source"]["gender"] = "f"
    form["figures"][0]["checked"] = True
    form["when"][0]["zone"] = "CET"
    path = tmp_path / CLAIMS_FILE
    path.write_text(json.dumps(form), encoding="utf-8")

    assert load_claims(path) == (starter().claims[0],)


def test_a_line_separator_inside_a_text_ends_no_line(tmp_path: Path):
    path = tmp_path / CLAIMS_FILE
    claim = starter().claims[0].model_copy(update={"note": "one\u2028two\x0cthree\x85four"})
    path.write_text(claim_line(claim) + "\r\n", encoding="utf-8", newline="")

    assert load_claims(path) == (claim,)


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        pytest.param({"stance": "guesses"}, "stance", "'guesses'", id="no such stance"),
        pytest.param({"content": [[9, 9]]}, "content.0", "[9, 9]", id="empty span"),
        pytest.param({"content": []}, "content", "[]", id="no content"),
        pytest.param({"content": [[1.5, 3]]}, "content.0.0", "1.5", id="half an offset"),
        pytest.param({"source": {"kind": "martian", "name": "X"}}, "source.kind", "'martian'", id="no such kind"),
        pytest.param({"confidence": 1.5}, "confidence", "1.5", id="confidence over one"),
        pytest.param(
            {"figures": [{"span": [1, 2], "low": "12%", "high": "12", "qualifier": "exact"}]},
            "figures.0.low",
            "'12%'",
            id="no decimal",
        ),
        pytest.param(
            {"figures": [{"span": [1, 2], "low": 12, "high": "12", "qualifier": "exact"}]},
            "figures.0.low",
            "12",
            id="a number for a decimal string",
        ),
    ],
)
def test_a_wrong_field_is_named_with_its_line_value_and_fix(tmp_path: Path, change, field, value):
    form = json.loads(claim_line(starter().claims[0])) | change
    path = tmp_path / CLAIMS_FILE
    path.write_text("\n" + json.dumps(form) + "\n", encoding="utf-8")

    rows, problems = read_claims(path)

    assert rows == ()
    assert [(problem.line, problem.field, problem.value) for problem in problems] == [(2, field, value)]
    assert problems[0].fix
    with pytest.raises(InputError, match=r"claims\.jsonl:2"):
        load_claims(path)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param(b"{", "not JSON", id="cut off"),
        pytest.param(b"[1]", "not a JSON object", id="a list"),
        pytest.param(b'{"id": "\xff"}', "not UTF-8", id="another encoding"),
    ],
)
def test_a_line_that_is_no_object_is_named(tmp_path: Path, line, message):
    path = tmp_path / CLAIMS_FILE
    path.write_bytes(line)

    _, problems = read_claims(path)

    assert message in problems[0].message
    assert problems[0].line == 1


def test_a_missing_file_is_named(tmp_path: Path):
    gold, problems = read_gold_set(tmp_path)

    assert gold is None
    assert {problem.value for problem in problems} == {"goldset.yaml", DOCUMENTS_FILE, CLAIMS_FILE}


def test_half_a_character_in_a_text_is_refused(tmp_path: Path):
    path = tmp_path / DOCUMENTS_FILE
    path.write_text(json.dumps({"id": "x", "sha256": "0" * 64, "text": "ab\ud800"}), encoding="utf-8")
    (tmp_path / CLAIMS_FILE).write_text("", encoding="utf-8")
    (tmp_path / "goldset.yaml").write_bytes((STARTER / "goldset.yaml").read_bytes())

    _, problems = read_gold_set(tmp_path)

    assert [(problem.field, "offset 2" in problem.message) for problem in problems] == [("text", True)]


@pytest.mark.parametrize(
    ("written", "note"),
    [
        pytest.param(TEXT, None, id="as it is"),
        pytest.param(TEXT.replace("\n", "\r\n"), "other line ends", id="Windows line ends"),
        pytest.param(TEXT.replace("\n", "\r"), "other line ends", id="old Mac line ends"),
        pytest.param(TEXT.rstrip("\n"), "other last line end", id="last line end missing"),
        pytest.param(TEXT + "\n\n", "other last line end", id="more line ends at the end"),
        pytest.param("\ufeff" + TEXT, "other byte order mark", id="byte order mark"),
        pytest.param(TEXT.replace("sank.", "sank.  "), "other blanks at line ends", id="blanks at a line end"),
    ],
)
def test_a_text_is_found_by_its_hash_and_small_differences_are_mended_and_told(tmp_path: Path, written, note):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "anything.txt").write_bytes(written.encode("utf-8"))
    (tmp_path / "other.txt").write_bytes(b"\xff\xfe")

    found = find_texts([a_document()], read_texts([tmp_path]))["boats"]

    assert found.text == TEXT
    assert (found.note is None) == (note is None)
    if note:
        assert f"found anything.txt, same words but {note}" in (found.note or "")


@pytest.mark.parametrize(
    ("name", "written", "note"),
    [
        pytest.param(
            "a.txt", "Two boats  sank. Ada Lund said so.", "found a.txt, same words but other white space", id="blanks"
        ),
        pytest.param("boats.txt", "Two boats floated.", "boats.txt has this name but other words", id="other words"),
        pytest.param("a.txt", "Two boats floated.", "no file has its hash", id="near miss: nothing alike"),
    ],
)
def test_a_text_that_cannot_be_used_is_explained(tmp_path: Path, name, written, note):
    (tmp_path / name).write_bytes(written.encode("utf-8"))

    found = find_texts([a_document(words_sha256=words_sha256(TEXT))], read_texts([tmp_path]))["boats"]

    assert found.text is None
    assert note in (found.note or "")
