"""When a pair of figures counts as rightly found."""

import json

import pytest
from click.testing import CliRunner
from goldmakers import a_gold_claim, a_number, place

from eval.cli import main
from eval.dispute_lines import table_text
from eval.disputes import DisputeReport, FigureReference, GoldPair, load_pairs, score_disputes, summed
from eval.goldset import ReadySet, open_gold_set
from eval.statistics import Ratio
from service.errors import InputError
from service.goldfiles import GoldDocument, GoldSetInfo, write_gold_set

TEXT = "Army said 4 soldiers were killed. Front said 9 soldiers were killed. Mayor said 30 soldiers were posted there."
INFO = GoldSetInfo(name="raids", version="1", language="en", guidelines="3.2", origin="invented")


def a_claim(speaker: str, number: str, measure: str):
    words = f"{number} soldiers were {measure}"
    figure = a_number(number, TEXT, number, counted="soldiers", measure=measure)
    return a_gold_claim(words, speaker, TEXT, document="raid", figures=[figure], id=f"raid#{number}")


CLAIMS = (a_claim("Army", "4", "killed"), a_claim("Front", "9", "killed"), a_claim("Mayor", "30", "posted"))


def a_pair(a: str, b: str, relation: str, **changes) -> GoldPair:
    sides = {name: FigureReference(claim=f"raid#{number}", figure=0) for name, number in (("a", a), ("b", b))}
    return GoldPair(**({"id": "d001", "relation": relation, "about": "soldiers"} | sides | changes))


@pytest.fixture
def folder(tmp_path):
    from hashlib import sha256

    document = GoldDocument(id="raid", sha256=sha256(TEXT.encode()).hexdigest(), text=TEXT, split="dev")
    write_gold_set(tmp_path, info=INFO, documents=[document], claims=CLAIMS, skipped=[])
    return tmp_path


@pytest.fixture
def ready(folder) -> ReadySet:
    return open_gold_set(folder, ())


def scored(ready, *annotated, predicted=None):
    [scores] = score_disputes(ready, annotated, predicted=predicted)
    return scores


def test_a_listed_pair_that_is_found_is_right(ready):
    scores = scored(ready, a_pair("4", "9", "contradicts"))

    assert scores.precision.ratio == scores.recall.ratio == scores.relations == Ratio(hits=1, total=1)


def test_the_order_of_a_pair_does_not_matter(ready):
    assert scored(ready, a_pair("9", "4", "contradicts")).recall.ratio == Ratio(hits=1, total=1)


def test_a_found_pair_with_another_relation_is_right_but_its_relation_is_not(ready):
    scores = scored(ready, a_pair("4", "9", "updates"))

    assert scores.recall.ratio == Ratio(hits=1, total=1)
    assert scores.relations == Ratio(hits=0, total=1)


def test_a_pair_that_is_not_listed_is_wrong(ready):
    scores = scored(ready)

    assert (scores.precision.ratio, scores.unlisted) == (Ratio(hits=0, total=1), 1)


def test_a_pair_that_must_not_be_made_is_wrong_and_counted_as_a_look_alike(ready):
    scores = scored(ready, a_pair("4", "9", "different"), a_pair("4", "30", "different", id="d002"))

    assert (scores.precision.ratio, scores.hard) == (Ratio(hits=0, total=1), Ratio(hits=1, total=2))


def test_a_pair_that_is_missed_lowers_recall_alone(ready):
    scores = scored(ready, a_pair("4", "9", "contradicts"), a_pair("9", "30", "compatible", id="d002"))

    assert scores.precision.ratio == Ratio(hits=1, total=1)
    assert scores.recall.ratio == Ratio(hits=1, total=2)


def test_an_optional_pair_counts_neither_way(ready):
    scores = scored(ready, a_pair("4", "9", "contradicts", optional=True))

    assert (scores.precision.ratio.total, scores.recall.ratio.total, scores.optional) == (0, 0, 1)


def test_an_extracted_figure_stands_for_the_gold_one_at_its_place(ready):
    renamed = tuple(claim.model_copy(update={"id": f"other#{number}"}) for number, claim in enumerate(CLAIMS))

    scores = scored(ready, a_pair("4", "9", "contradicts"), predicted={"raid": renamed})

    assert scores.recall.ratio == scores.precision.ratio == Ratio(hits=1, total=1)


def test_a_pair_of_a_figure_that_is_not_gold_is_wrong(ready):
    invented = CLAIMS[0].model_copy(
        update={"content": (place("soldiers were posted there", TEXT),), "source": CLAIMS[2].source, "id": "x",
                "figures": (CLAIMS[0].figures[0].model_copy(update={"span": place("there", TEXT)}),)}
    )  # fmt: skip

    scores = scored(ready, a_pair("4", "9", "contradicts"), predicted={"raid": (CLAIMS[1], invented)})

    assert (scores.unplaced, scores.precision.ratio) == (1, Ratio(hits=0, total=1))


def test_a_line_that_names_no_figure_is_refused(folder, ready):
    line = a_pair("4", "9", "contradicts").model_dump() | {"a": {"claim": "raid#4", "figure": 3}}
    (folder / "disputes.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")

    with pytest.raises(InputError, match="has no figure 3"):
        load_pairs(folder, ready)


def test_a_set_without_pairs_is_refused(folder):
    result = CliRunner().invoke(main, ["disputes", str(folder), "--gold-only"])

    assert result.exit_code == 2
    assert "has no disputes.jsonl" in result.output


def test_the_command_prints_counts_and_no_pair(folder):
    line = a_pair("4", "9", "contradicts").model_dump_json()
    (folder / "disputes.jsonl").write_text(line + "\n", encoding="utf-8")

    plain = CliRunner().invoke(main, ["disputes", str(folder), "--gold-only"])
    as_json = CliRunner().invoke(main, ["disputes", str(folder), "--gold-only", "--json"])

    assert plain.exit_code == as_json.exit_code == 0
    assert "pair recall             1.000 (1/1)" in plain.output
    assert "soldiers" not in plain.output
    assert json.loads(as_json.output)[0]["scores"][0]["recall"]["ratio"] == {"hits": 1, "total": 1}


# ── several sets ──────────────────────────────────────────────────────────────────────────────────────────────────


def reports_of(ready, number: int) -> list[DisputeReport]:
    scores = score_disputes(ready, [a_pair("4", "9", "contradicts")])
    return [DisputeReport(goldset=f"raids-{place}", threshold=0.5, scores=scores) for place in range(number)]


def test_the_sum_of_several_sets_counts_their_pairs_and_articles_together(ready):
    [total] = summed(reports_of(ready, 3))

    assert (total.claims, total.split) == ("gold", "dev")
    assert total.precision.ratio == total.recall.ratio == total.relations == Ratio(hits=3, total=3)
    assert [share.article for share in total.recall.shares] == ["raids-0/raid", "raids-1/raid", "raids-2/raid"]


def test_the_sum_has_an_interval_as_soon_as_the_sets_have_ten_articles_together(ready):
    assert summed(reports_of(ready, 9))[0].recall.interval is None
    assert summed(reports_of(ready, 10))[0].recall.interval is not None


def test_splits_are_summed_apart_and_then_together(ready):
    [report] = reports_of(ready, 1)
    [scores] = report.scores
    other = report.model_copy(update={"scores": (scores.model_copy(update={"split": "test"}),)})

    assert [(each.split, each.recall.ratio.total) for each in summed([report, other])] == [
        ("dev", 1),
        ("test", 1),
        ("all", 2),
    ]


def test_the_table_has_a_row_for_each_set_and_one_for_the_sum(ready):
    rows = table_text(reports_of(ready, 2)).splitlines()

    assert rows[0] == "| set, split | gold: precision | gold: recall |"
    assert rows[2] == "| raids-0, dev | 1.000 (1/1) | 1.000 (1/1) |"
    assert rows[-1] == "| all, dev | 1.000 (2/2) | 1.000 (2/2) |"
