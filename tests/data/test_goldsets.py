"""What we ship as gold is annotated as the guidelines say, as large and as varied as its card says, and loads."""

import os
import re
from collections import Counter, defaultdict
from functools import cache
from itertools import groupby
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from eval.check import check_gold_set
from eval.cli import main
from eval.numerals import SCALES, TENS, UNITS
from service.goldfiles import CLAIMS_FILE, DOCUMENTS_FILE, SKIPPED_FILE, GoldSet, load_gold_set

GOLDSETS = Path(__file__).parents[2] / "goldsets"
WITH_TEXT = ("starter", "kalat-retold", "newsroom", "contrast", "disputes", "events")
TEXTS = os.environ.get("ACCORDING_TEXTS")
needs_texts = pytest.mark.skipif(not TEXTS, reason="ACCORDING_TEXTS names no folder with the five articles")

RUN = 8  # words in a row that two articles may not share
FRAME = 4  # masked words that a contrast pair opens with
MOST_IN_A_FRAME = 5
_TOKEN = re.compile(r"\d[\d.,:]*|[^\W\d_][\w'’-]*")
_NUMBER_WORDS = frozenset(UNITS) | frozenset(TENS) | frozenset(SCALES)


@cache
def gold_set(name: str) -> GoldSet:
    return load_gold_set(GOLDSETS / name)


def texts_of(name: str) -> dict[str, str]:
    return {document.id: document.text or "" for document in gold_set(name).documents}


def masked(text: str) -> list[str]:
    """The words of a text in lower case, numbers as # and names (whatever has a capital) as @."""
    return [_masked(token) for token in _TOKEN.findall(text)]


def _masked(token: str) -> str:
    if token[0].isdigit() or token.lower() in _NUMBER_WORDS:
        return "#"
    return "@" if token[0].isupper() else token


def runs(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1)}


def shared_runs(texts: dict[str, list[str]]) -> dict[tuple[str, ...], set[str]]:
    """The runs of words that stand in two texts or more, and in which."""
    found: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for name, words in texts.items():
        for run in runs(words):
            found[run].add(name)
    return {run: names for run, names in found.items() if len(names) > 1}


# ── all sets ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", WITH_TEXT)
def test_a_shipped_set_passes_the_check_without_a_warning(name):
    checked = check_gold_set(GOLDSETS / name)

    assert [str(problem) for problem in checked.problems] == []


@needs_texts
def test_the_stand_off_set_passes_the_check_without_a_warning():
    checked = check_gold_set(GOLDSETS / "kalat", texts=[Path(TEXTS)])

    assert [str(problem) for problem in checked.problems] == []


def test_every_set_is_known_to_these_tests():
    assert {path.parent.name for path in GOLDSETS.glob("*/goldset.yaml")} == {*WITH_TEXT, "kalat"}


@pytest.mark.parametrize("name", [*WITH_TEXT, "kalat"])
def test_every_set_has_a_card_and_a_licence(name):
    card = (GOLDSETS / name / "README.md").read_text(encoding="utf-8")
    info = yaml.safe_load((GOLDSETS / name / "goldset.yaml").read_text(encoding="utf-8"))

    assert info.get("licence") == "CC-BY-4.0"
    assert "CC BY 4.0" in card
    assert name in (GOLDSETS / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["kalat-retold", "newsroom", "contrast", "disputes", "events"])
def test_the_numbers_of_a_card_are_those_of_the_set(name):
    described = CliRunner().invoke(main, ["describe", str(GOLDSETS / name)], catch_exceptions=False)

    assert described.output in (GOLDSETS / name / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*WITH_TEXT, "kalat"])
def test_the_table_of_sets_counts_as_the_sets_do(name):
    gold = gold_set(name)
    table = (GOLDSETS / "README.md").read_text(encoding="utf-8")
    [row] = [line for line in table.splitlines() if line.startswith(f"| [{name}]")]

    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[1].split()[0] == str(len(gold.documents))
    assert cells[2:4] == [str(len(gold.claims)), str(sum(len(claim.figures) for claim in gold.claims))]


def test_all_sets_load_with_datasets(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path)
    for name in WITH_TEXT:
        gold = gold_set(name)
        expected = {
            DOCUMENTS_FILE: len(gold.documents),
            CLAIMS_FILE: len(gold.claims),
            SKIPPED_FILE: len(gold.skipped_rows),
        }
        for file, rows in expected.items():
            path = str(GOLDSETS / name / file)
            loaded = datasets.load_dataset("json", data_files=path, split="train", cache_dir=str(tmp_path))

            assert loaded.num_rows == rows, f"{name}/{file}"


# ── newsroom ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_newsroom_has_sixty_articles_forty_for_looking_at_and_twenty_to_measure_on():
    splits = Counter(document.split for document in gold_set("newsroom").documents)

    assert splits == {"dev": 40, "test": 20}


def test_newsroom_articles_have_the_length_of_news():
    lengths = {name: len(text.split()) for name, text in texts_of("newsroom").items()}

    assert {name: length for name, length in lengths.items() if not 120 <= length <= 450} == {}


@pytest.mark.parametrize(("split", "least"), [("dev", 10), ("test", 5)])
def test_a_quarter_of_newsroom_carries_page_furniture(split, least):
    documents = [document for document in gold_set("newsroom").documents if document.split == split]

    assert sum("furniture" in document.phenomena for document in documents) >= least


def test_every_newsroom_article_has_a_house_style():
    styles = {document.id: [p for p in document.phenomena if p.startswith("style_")] for document in _newsroom()}

    assert [name for name, found in styles.items() if not found] == []
    assert len({style for found in styles.values() for style in found}) >= 10


def _newsroom():
    return gold_set("newsroom").documents


def test_no_eight_words_recur_between_newsroom_articles_once_names_and_numbers_are_masked():
    texts = {name: masked(text) for name, text in texts_of("newsroom").items()}

    assert {" ".join(run): names for run, names in shared_runs(texts).items()} == {}


def test_the_masking_sees_a_recycled_sentence():
    first = masked("Police in Orla said at least 12 people were hurt when a bus overturned.")
    second = masked("Troops in Dorn said at least three people were hurt when a bus left.")

    assert shared_runs({"first": first, "second": second})


# ── contrast ──────────────────────────────────────────────────────────────────────────────────────────────────────


def pairs():
    documents = sorted(gold_set("contrast").documents, key=lambda document: document.pair or "")
    return {pair: list(members) for pair, members in groupby(documents, key=lambda document: document.pair)}


def test_contrast_has_a_hundred_and_fifty_pairs_of_two():
    assert len(pairs()) >= 150
    assert {len(members) for members in pairs().values()} == {2}


def test_members_of_a_pair_share_split_phenomenon_and_date_but_not_the_text():
    for pair, (first, second) in pairs().items():
        shared = ("split", "phenomena", "published", "outlet")
        assert [getattr(first, name) for name in shared] == [getattr(second, name) for name in shared], pair
        assert len(first.phenomena) == 1, pair
        assert first.text != second.text, pair


def test_each_phenomenon_is_in_both_splits():
    splits = defaultdict(set)
    for document in gold_set("contrast").documents:
        splits[document.phenomena[0]].add(document.split)

    assert {phenomenon: found for phenomenon, found in splits.items() if found != {"dev", "test"}} == {}


def frame(text: str) -> tuple[str, ...]:
    """How a text opens: its first words, where names and numbers are masked and a run of them counts once."""
    words = [word for word, _ in groupby(masked(text), key=lambda word: word)]
    return tuple(words[:FRAME])


def test_at_most_five_contrast_pairs_share_a_frame():
    frames: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for pair, members in pairs().items():
        for member in members:
            frames[frame(member.text)].add(pair)

    assert {opening: found for opening, found in frames.items() if len(found) > MOST_IN_A_FRAME} == {}


# ── kalat-retold ──────────────────────────────────────────────────────────────────────────────────────────────────


@needs_texts
def test_the_retelling_shares_no_eight_words_in_a_row_with_the_articles():
    originals = [words(path.read_text(encoding="utf-8")) for path in sorted(Path(TEXTS).glob("kalat-*.txt"))]
    known = set().union(*map(runs, originals))

    assert len(originals) == 5
    for name, text in texts_of("kalat-retold").items():
        assert runs(words(text)) & known == set(), name


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def test_the_retelling_is_for_looking_at():
    assert {document.split for document in gold_set("kalat-retold").documents} == {"dev"}
