"""What the check of a gold set finds, one change at a time."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from goldmakers import STARTER, a_gold_claim

from eval.check import check_gold_set
from eval.claim_checks import is_iso_time
from service.goldfiles import CLAIMS_FILE, DOCUMENTS_FILE, SKIPPED_FILE
from service.records import Article

Line = dict[str, Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the starter set to spoil."""
    return Path(shutil.copytree(STARTER, tmp_path / "set"))


def spoil(folder: Path, name: str, change: Callable[[list[Line]], object]) -> None:
    path = folder / name
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    change(lines)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def found(folder: Path, severity: str) -> set[tuple[int | None, str]]:
    return {
        (problem.line, problem.field) for problem in check_gold_set(folder).problems if problem.severity == severity
    }


def test_the_shipped_set_is_clean():
    checked = check_gold_set(STARTER)

    assert checked.problems == ()
    assert (checked.documents, checked.claims, checked.figures) == (3, 40, 37)


def set_in(number: int, path: str, value: Any) -> Callable[[list[Line]], None]:
    """Sets one field of a line; steps of the path are names or positions."""

    def change(lines: list[Line]) -> None:
        steps = path.split(".")
        place: Any = lines[number - 1]
        for step in steps[:-1]:
            place = place[int(step) if step.isdigit() else step]
        place[int(steps[-1]) if steps[-1].isdigit() else steps[-1]] = value

    return change


# Line 1: "At least 17 people drowned … late on Tuesday"; 4 and 5: "the boat, built for 60 passengers, may have …";
# 7: implied; 9: "between 20 and 25"; 13: the outlet's own.
@pytest.mark.parametrize(
    ("change", "place"),
    [
        pytest.param(set_in(1, "content.0.1", 99_999), (1, "content.0"), id="content beyond the text"),
        pytest.param(set_in(1, "content.0.0", 100), (1, "content.0"), id="content with a leading blank"),
        pytest.param(set_in(1, "cue", [0, 99_999]), (1, "cue"), id="cue beyond the text"),
        pytest.param(set_in(1, "source.mention", [98, 99]), (1, "source.mention"), id="mention of blanks"),
        pytest.param(set_in(1, "figures.0.span", [60, 63]), (1, "figures.0.span"), id="figure outside the content"),
        pytest.param(set_in(1, "figures.0.high", "17"), (1, "figures.0.qualifier"), id="at least with a high"),
        pytest.param(set_in(2, "figures.0.high", "44"), (2, "figures.0.qualifier"), id="exact but unequal"),
        pytest.param(set_in(4, "figures.0.high", "91"), (4, "figures.0.qualifier"), id="more than with a high"),
        pytest.param(set_in(9, "figures.0.high", "20"), (9, "figures.0.qualifier"), id="range without width"),
        pytest.param(set_in(2, "figures.0.qualifier", "vague"), (2, "figures.0.qualifier"), id="vague with bounds"),
        pytest.param(set_in(13, "figures.0.unit", "Minutes!"), (13, "figures.0.unit"), id="no unit"),
        pytest.param(set_in(1, "when.0.value", "last Tuesday"), (1, "when.0.value"), id="no time"),
        pytest.param(set_in(1, "figures", []), (1, "number"), id="number left out"),
        pytest.param(set_in(13, "source.name", "Delma Courier"), (13, "source.name"), id="outlet with a name"),
        pytest.param(set_in(1, "source.name", None), (1, "source.name"), id="person without a name"),
        pytest.param(set_in(1, "source.kind", "unresolved"), (1, "source.kind"), id="unresolved in gold"),
        pytest.param(set_in(13, "mode", "indirect"), (13, "mode"), id="outlet quoted indirectly"),
        pytest.param(set_in(7, "cue", [535, 539]), (7, "cue"), id="implied with a cue"),
        pytest.param(set_in(2, "source.kind", "organization"), (2, "source.kind"), id="one name of two kinds"),
        pytest.param(
            set_in(2, "source.principal", "Kessara"), (2, "source.principal"), id="one name of two principals"
        ),
        pytest.param(set_in(6, "source.aliases", ["Varga"]), (6, "source.aliases"), id="alias of two speakers"),
        pytest.param(set_in(2, "id", "ferry-sinking#1"), (2, "id"), id="id given twice"),
        pytest.param(set_in(2, "document", "ferry"), (2, "document"), id="unknown document"),
        pytest.param(
            lambda lines: lines[5].update(content=[[lines[4]["content"][0][0] + 6, lines[5]["content"][0][1]]]),
            (6, "content"),
            id="contents overlap",
        ),
        pytest.param(
            lambda lines: lines[1].update(
                {name: lines[0][name] for name in ("content", "figures", "when", "source", "cue")}
            ),
            (2, "content"),
            id="the same claim twice",
        ),
        pytest.param(
            lambda lines: lines[3].update(content=lines[3]["content"][::-1]), (4, "content"), id="spans out of order"
        ),
    ],
)
def test_what_the_guidelines_rule_out_is_an_error_with_its_place(folder, change, place):
    spoil(folder, CLAIMS_FILE, change)

    assert place in found(folder, "error")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        pytest.param(set_in(2, "figures.0.low", "34"), (2, "figures.0"), id="number reads otherwise"),
        pytest.param(set_in(1, "content.0.1", 200), (1, "content"), id="content ends in a comma"),
        pytest.param(set_in(1, "cue", [234, 237]), (1, "cue"), id="cue ends inside a word"),
        pytest.param(set_in(11, "negated", False), (11, "negated"), id="negation not marked"),
        pytest.param(set_in(10, "negated", True), (10, "negated"), id="no negation to mark"),
        pytest.param(set_in(1, "source.aliases", ["Captain"]), (1, "source.aliases"), id="name not in the text"),
        pytest.param(set_in(7, "source.accept", []), (7, "source.accept"), id="implied without the outlet"),
        pytest.param(set_in(13, "figures.0.unit", "minutes"), (13, "figures.0.unit"), id="plural unit"),
    ],
)
def test_what_is_worth_a_second_look_is_a_warning(folder, change, place):
    def both_bounds(lines: list[Line]) -> None:
        change(lines)
        figure = lines[1]["figures"][0]
        figure["high"] = figure["low"]

    spoil(folder, CLAIMS_FILE, both_bounds)

    assert found(folder, "warning") == {place}
    assert found(folder, "error") == set()


def test_two_speakers_may_say_the_same_words(folder):
    def second_speaker(lines: list[Line]) -> None:
        twin = json.loads(json.dumps(lines[0]))
        twin["id"], twin["source"]["name"], twin["source"]["aliases"] = "ferry-sinking#1b", "Anton Reyl", []
        twin["source"]["mention"] = lines[9]["source"]["mention"]
        lines.append(twin)

    spoil(folder, CLAIMS_FILE, second_speaker)

    assert check_gold_set(folder).problems == ()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param(set_in(1, "text", "Another text with 3 words."), "sha256", id="text changed"),
        pytest.param(set_in(1, "sha256", "0" * 64), "sha256", id="hash changed"),
        pytest.param(lambda lines: lines[0].pop("text"), "text", id="text nowhere"),
        pytest.param(set_in(2, "id", "ferry-sinking"), "id", id="document given twice"),
    ],
)
def test_documents_must_have_their_own_id_and_text(folder, change, field):
    spoil(folder, DOCUMENTS_FILE, change)

    fields = {problem.field for problem in check_gold_set(folder).problems if problem.file.endswith(DOCUMENTS_FILE)}
    assert field in fields


def test_the_text_of_a_stand_off_set_is_found_in_the_folder_given(folder, tmp_path):
    texts = tmp_path / "texts"
    texts.mkdir()

    def take_out(lines: list[Line]) -> None:
        for line in lines:
            (texts / f"{line['id']}.txt").write_bytes(line.pop("text").encode("utf-8"))

    spoil(folder, DOCUMENTS_FILE, take_out)

    assert check_gold_set(folder, texts=[texts]).problems == ()
    assert check_gold_set(folder).errors == 3


@pytest.mark.parametrize(
    ("change", "severity", "field"),
    [
        pytest.param(lambda lines: lines.pop(1), "error", "number", id="line deleted"),
        pytest.param(set_in(2, "span", [0, 5]), "error", "number", id="line about other words"),
        pytest.param(set_in(2, "span", [110, 112]), "error", "span", id="line about a figure"),
        pytest.param(set_in(2, "span", [0, 99_999]), "error", "span", id="beyond the text"),
    ],
)
def test_every_number_is_annotated_or_listed_with_a_reason(folder, change, severity, field):
    spoil(folder, SKIPPED_FILE, change)

    assert field in {name for _, name in found(folder, severity)}


def one_claim(folder: Path, text: str, content: str, *, skipped: str | None = None, **fields: Any) -> None:
    """Makes the set one document with one claim of the outlet; spans in `fields` are given by their words."""

    def span(words: str) -> list[int]:
        start = text.index(words)
        return [start, start + len(words)]

    article = Article(id="d", text=text)
    claim = a_gold_claim(content, None, text, kind="outlet").model_dump(mode="json") | fields
    for listed in ("figures", "when"):
        claim[listed] = [item | {"span": span(item["span"])} for item in fields.get(listed, [])]
    number = {"document": "d", "span": span(skipped), "reason": "ordinal"} if skipped else None
    for name, line in (
        (DOCUMENTS_FILE, {"id": "d", "text": text, "sha256": article.sha256}),
        (CLAIMS_FILE, claim),
        (SKIPPED_FILE, number),
    ):
        (folder / name).write_text(json.dumps(line) + "\n" if line else "", encoding="utf-8")


def figure_of(words: str, value: str, unit: str | None) -> Line:
    return {"span": words, "low": value, "high": value, "qualifier": "exact", "unit": unit}


@pytest.mark.parametrize(
    ("words", "value", "unit", "read"),
    [
        pytest.param("one in five", "20", "percent", True, id="a share"),
        pytest.param("one in five", "25", "percent", False, id="near miss: another share"),
        pytest.param("two out of every three", "66.67", "percent", True, id="a share of every three"),
        pytest.param("nine cases in ten", "90", "percent", True, id="a share with its noun"),
        pytest.param("one and a half", "1.5", "hour", True, id="a sum"),
        pytest.param("one and a half", "2.5", "hour", False, id="near miss: another sum"),
        pytest.param("half a dozen", "6", None, True, id="half of a scale word"),
        pytest.param("half a dozen", "60", None, False, id="near miss of a scale word"),
        pytest.param("3", "0.03", "USD", True, id="cents as money"),
        pytest.param("3", "0.3", "USD", False, id="near miss: tenths"),
        pytest.param("3", "0.03", None, False, id="near miss: cents that are counted"),
        pytest.param("2.5", "2.5", "degree Celsius", True, id="a unit with a name in it"),
    ],
)
def test_a_figure_is_read_as_what_several_of_its_words_say_together(folder, words, value, unit, read):
    text = f"They lost {words} cents."
    one_claim(folder, text, text[:-1], figures=[figure_of(words, value, unit)])

    assert found(folder, "warning") == (set() if read else {(1, "figures.0")})


@pytest.mark.parametrize(
    ("skipped", "accepted"),
    [
        pytest.param("second", True, id="an ordinal"),
        pytest.param("quarters", True, id="a fraction word in another sense"),
        pytest.param("both", False, id="no number"),
        pytest.param("once", False, id="near miss: once"),
    ],
)
def test_ordinals_may_be_listed_as_skipped_and_words_without_a_number_may_not(folder, skipped, accepted):
    one_claim(folder, f"The boat sank. It was {skipped} there.", "The boat sank", skipped=skipped)

    assert found(folder, "warning") == (set() if accepted else {(1, "span")})


@pytest.mark.parametrize(
    ("content", "negated", "right"),
    [
        pytest.param("Twelve met near Gate No. 4", False, True, id="near miss: an abbreviation"),
        pytest.param("No boat left", True, True, id="no"),
        pytest.param("Neither boat left", True, True, id="neither"),
        pytest.param("no fewer than four left", True, True, id="by the letter, inside a figure too"),
        pytest.param("no fewer than four left", False, False, id="inside a figure and not marked"),
        pytest.param("Nobody left", False, True, id="near miss: nobody"),
    ],
)
def test_negation_goes_by_the_words_of_the_guidelines(folder, content, negated, right):
    one_claim(folder, f"{content}.", content, negated=negated)

    assert ((1, "negated") in found(folder, "warning")) is not right


def test_an_abbreviation_keeps_its_full_stop_at_the_end_of_a_claim(folder):
    one_claim(folder, "Polls close at 6 p.m.", "Polls close at 6 p.m.", when=[{"span": "6 p.m.", "value": None}])

    assert check_gold_set(folder).problems == ()


@pytest.mark.parametrize(
    ("text", "error"),
    [
        pytest.param("In May they took a town and burned a bank.", False, id="same sentence"),
        pytest.param("They met in May.\n\nThey burned a bank.", True, id="near miss: another paragraph"),
    ],
)
def test_a_part_split_off_may_share_the_time_of_its_sentence(folder, text, error):
    one_claim(folder, text, "burned a bank", when=[{"span": "May", "value": None}])

    assert ((1, "when.0.span") in found(folder, "error")) is error


def test_two_speakers_with_one_surname_are_told_apart_by_their_honorifics(folder):
    def married(lines: list[Line]) -> None:
        lines[0]["source"]["aliases"], lines[9]["source"]["aliases"] = ["Mr Pelham"], ["Mrs Pelham"]

    spoil(folder, CLAIMS_FILE, married)

    assert found(folder, "error") == set()


def test_a_problem_is_printed_with_file_line_field_value_and_fix(folder):
    spoil(folder, CLAIMS_FILE, set_in(2, "figures.0.high", "44"))

    [problem] = [problem for problem in check_gold_set(folder).problems if problem.severity == "error"]
    assert str(problem) == (
        f"{folder / CLAIMS_FILE}:2: error: figures.0.qualifier = exact, low 43, high 44: "
        "exact needs low and high equal. Correct them, or write range."
    )


@pytest.mark.parametrize(
    ("value", "valid"),
    [
        ("2025", True),
        ("2025-01", True),
        ("2025-01-31", True),
        ("2025-01-31T14:30", True),
        ("2025-01-31T14:30:00+01:00", True),
        ("2024-07-01/2025-06-30", True),
        ("2024/2025", True),
        ("2025-13", False),
        ("2025-02-30", False),
        ("Tuesday", False),
        ("20250131", False),
        ("2025-W05", False),
        ("2025/", False),
        ("२०२५", False),
    ],
)
def test_times_are_iso_dates_months_years_or_intervals(value, valid):
    assert is_iso_time(value) is valid


def test_a_second_opinion_warns_where_reading_sees_another_number_and_never_fails(folder):
    spoil(folder, CLAIMS_FILE, lambda lines: lines[1]["figures"][0].update(low="430", high="430"))

    checked = check_gold_set(folder, second_opinion=True)

    ours = [problem for problem in checked.problems if "is read as" in problem.message]
    assert (2, "figures.0") in {(problem.line, problem.field) for problem in ours}
    assert checked.errors == 0
