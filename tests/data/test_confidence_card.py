"""The shipped weights and their card were written by one command, in one go."""

import pytest
from conftest import ROOT

from bench.fit_confidence import BEGIN, END, SETS, renew
from service.fitted import SHIPPED, read_weights

CARD = (ROOT / "docs" / "confidence.md").read_text(encoding="utf-8")


def test_the_card_tells_of_the_weights_that_are_shipped():
    weights = read_weights(SHIPPED)

    assert weights.fitted is not None
    figures = CARD.partition(BEGIN)[2].partition(END)[0]
    assert f"`{weights.fingerprint}`" in figures
    assert f"| all | {sum(each.articles for each in weights.fitted.sets)} | {weights.fitted.claims} |" in figures
    assert f"`review_below` is {weights.review_below:g}" in figures or "review every claim" in figures


def test_the_shipped_weights_are_of_the_sets_that_the_command_names():
    weights = read_weights(SHIPPED)

    assert weights.fitted is not None
    assert tuple((each.goldset, each.split) for each in weights.fitted.sets) == SETS


def test_renewing_a_card_changes_nothing_but_its_figures():
    before, after = CARD.partition(BEGIN)[0], CARD.partition(END)[2]

    renewed = renew(CARD, ["new figures"])

    assert renewed == f"{before}{BEGIN}\nnew figures\n\n{END}{after}"
    assert renew(renewed, ["new figures"]) == renewed
    with pytest.raises(SystemExit, match="lacks the marks"):
        renew("no figures here", [])
