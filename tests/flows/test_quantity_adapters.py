"""Are quantities turned into what the benchmark calls them, ours and those of its peers?"""

import json
import subprocess
import sys

import pytest
from conftest import ROOT

from bench.newsquant import quantities
from bench.quantities import of_entity

Expected = dict[str, object]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("It cost 5 cents more.", {"value": 5.0, "unit": "cent"}, id="cents-keep-their-number"),
        pytest.param("It shut at 45p there.", {"value": 45.0, "unit": "point"}, id="pence-are-points"),
        pytest.param("They were given 10 mg/kg then.", {"value": 10.0, "unit": "milligram per kilogram"}, id="rate"),
        pytest.param("Two-thirds of guards left.", {"value": 2 / 3, "unit": "% guard"}, id="a-fraction-in-full"),
        pytest.param("It sells at $5 per barrel.", {"value": 5.0, "unit": "dollar per barrel"}, id="per"),
        pytest.param("The top three seeds left.", {"value": 3.0, "unit": "top seed"}, id="word-before-the-number"),
        pytest.param("They saw three seeds there.", {"value": 3.0, "unit": "seed"}, id="no-word-before-it"),
        pytest.param("They ran 40 rushing yards.", {"value": 40.0, "unit": "yard"}, id="measure-behind-a-modifier"),
        pytest.param("She averaged 12 goals.", {"value": 12.0, "change": "~"}, id="averaged"),
        pytest.param("She has an average of 12 goals.", {"value": 12.0, "change": "="}, id="an-average-of"),
        pytest.param("They spent the last 90 days there.", {"value": 90.0, "unit": "day"}, id="span-of-time"),
        pytest.param("It fell from 5% to 3% then.", {"low": 5.0, "high": 3.0, "unit": "percentage"}, id="change"),
        pytest.param("Ann Smith 44 has left.", {"value": 44.0, "unit": "year of age"}, id="age-without-commas"),
        pytest.param("They are aged 18 to 65.", {"low": 18.0, "high": 65.0, "unit": "year of age"}, id="ages"),
        pytest.param("It has 273 lb-ft of it.", {"value": 273.0, "unit": "pound foot"}, id="torque"),
        pytest.param("It fell 3 cents from a year-earlier high.", {"unit": "cent"}, id="no-rate-behind-from"),
        pytest.param("The city's five buses left.", {"value": 5.0, "unit": "bus"}, id="plural-in-es"),
        pytest.param("Two of the city's old buses left.", {"value": 2.0, "unit": "old bus"}, id="no-owner"),
        pytest.param("It works on 4G there.", {"value": 4.0, "unit": "generation wireless"}, id="network"),
    ],
)
def test_a_figure_follows_the_conventions_of_newsquant(text: str, expected: Expected) -> None:
    (quantity,) = quantities(text)

    assert expected.items() <= quantity.items()


@pytest.mark.parametrize(
    ("text", "units"),
    [
        pytest.param("It sold 40 lots, up from 35.", ["lot", "lot"], id="as-large"),
        pytest.param("It sold 40 lots at a ratio of 35.", ["lot", "-"], id="a-ratio"),
        pytest.param("It sold 40 lots, up from 35,000.", ["lot", "-"], id="far-larger"),
        pytest.param("It rose 40% to 35.", ["percentage", "-"], id="no-percentage"),
    ],
)
def test_a_bare_number_takes_the_unit_of_a_count_before_it(text: str, units: list[str]) -> None:
    assert [quantity["unit"] for quantity in quantities(text)] == units


@pytest.mark.parametrize(
    ("words", "label", "expected"),
    [
        pytest.param("more than $5.5 million", "MONEY", {"value": 5.5e6, "change": ">", "unit": "dollar"}, id="money"),
        pytest.param("about 12 percent", "PERCENT", {"value": 12.0, "change": "~", "unit": "percentage"}, id="percent"),
        pytest.param("40 miles", "QUANTITY", {"value": 40.0, "change": "=", "unit": "mile"}, id="quantity"),
        pytest.param("three hundred", "CARDINAL", {"value": 300.0, "change": "=", "unit": "-"}, id="in-words"),
        pytest.param("millions", "CARDINAL", {"value": 1e6, "change": "=", "unit": "-"}, id="scale-alone"),
        pytest.param("a few", "CARDINAL", None, id="no-number"),
    ],
)
def test_an_entity_is_read_for_its_number_sign_and_bound(words: str, label: str, expected: Expected | None) -> None:
    assert of_entity(words, label) == expected


def test_the_table_names_a_peer_that_is_not_installed_and_goes_on(tmp_path):
    gold, scorer = tmp_path / "gold.jsonl", tmp_path / "score.py"
    rows = [{"doc_id": "d1", "text": "They lost 40 homes.", "quantities": [{"value": 40.0}]}]
    gold.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    scorer.write_text(
        "NAMES = 'value', 'value+change', 'value+bound', 'value+unit'\n"
        "def counts(gold, found): return [len(gold), len(found), 1, 1, 1, 1]\n"
        "def prf(counted): return {name: (1.0, 1.0, 1.0) for name in NAMES}, counted[0]\n",
        encoding="utf-8",
    )
    (tmp_path / "quantulum3.py").write_text("raise ImportError('kept away')\n", encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "bench.quantities", gold],
        check=True,
        cwd=ROOT,
        timeout=120,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )

    assert "| according | 100.0 (1 / 1 / 1) |" in done.stdout
    assert "| quantulum3 | not installed: pip install quantulum3 |" in done.stdout
    assert "| spaCy's entities alone | 100.0 (1 / 1 / 1) |" in done.stdout
