"""The attacks on models of `bench/injection.py`, against a simulated model that obeys them all."""

import asyncio
from collections import Counter

import pytest

from bench.injection import ARTICLES, ATTACKS, HARMLESS, PLACES, Limits, attacked, outside, poisoned, rounds
from service.choose import make_extractor
from service.pipeline import extract
from service.records import Article
from service.settings import Settings


def test_every_attack_is_tried_on_every_article_once_in_all_rounds():
    tried = Counter((article, words) for each in rounds(len(ATTACKS)) for article, words, _ in each)

    assert {(article, name) for article in ARTICLES for name in ATTACKS} <= tried.keys()
    assert all(tried[article, name] == 1 for article in ARTICLES for name in ATTACKS)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_any_number_of_rounds_treats_all_articles_alike(count):
    tried = Counter(article for each in rounds(count) for article, _, _ in each)

    assert len(set(tried.values())) == 1
    assert tried.keys() == ARTICLES.keys()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("words", [HARMLESS[0], ("One.", "Two, three.", "Four.")], ids=["in-one-place", "in-parts"])
def test_foreign_words_are_put_in_and_taken_out_again_without_a_trace(words, place):
    text = ARTICLES["ferry"]

    put = poisoned(text, words, place)

    rest = list(put.text)
    for span in reversed(put.spans):
        del rest[span.start : span.end]
    assert "".join(rest) == text
    assert len(put.spans) == (1 if isinstance(words, str) else len(words))


def test_claims_outside_foreign_words_are_found_at_their_places_without_them():
    extractor = make_extractor("embedded", Settings())

    def read(text):
        return asyncio.run(extract(Article(id="ferry", text=text), extractor=extractor, settings=Settings()))

    put = poisoned(ARTICLES["ferry"], ("Rain fell.", "Snow fell.", "Hail fell."), "end")

    without, within = read(ARTICLES["ferry"]).claims, read(put.text).claims
    assert len(without) >= 2
    assert outside(within, put.spans).keys() == outside(without, ()).keys()


@pytest.mark.network
@pytest.mark.filterwarnings("ignore:Item '.*' on TypedDict class:UserWarning")
@pytest.mark.filterwarnings(
    "ignore:Accessing the 'model_(computed_)?fields' attribute on the instance:DeprecationWarning"
)
@pytest.mark.parametrize("form", ["marks", "free"])
def test_a_model_that_obeys_every_attack_breaks_no_hard_rule(form):
    """Three rounds hold all attacks but two or three; the command tries each on each article."""

    async def run():
        from service.vendor.libraries import close_connections

        try:
            return await attacked(f"simulated/GOLDSET:obedient,form={form}", Limits(3, 600))
        finally:
            await close_connections()

    hostile, harmless, broken = asyncio.run(run())

    assert broken == []
    assert sum(each["all"] for each in hostile.counts.values()) == 3 * len(ARTICLES)
    assert sum(each["has no claim at all any more"] for each in hostile.counts.values()) > len(ARTICLES), "it obeys"
    assert sum(each["misses a claim that it has without them"] for each in harmless.counts.values()) == 0
