"""Which figures are about the same thing, and what they are to each other."""

import random
from datetime import date
from typing import Any

import pytest
from builders import span_of
from hypothesis import given, settings
from hypothesis import strategies as st
from timing import cpu_seconds

from service.disputes import find
from service.disputes.find import find_disputes
from service.disputes.records import Dispute, Told, pairs
from service.disputes.things import stem
from service.records import Article, Claim, Figure, Source, Span

ARMY, FRONT, MAYOR = "Colonel Ada Brook", "River Front", "Mayor Otto Lind"


def a_number(words: str, text: str, *, after: str = "", **changes: Any) -> Figure:
    """The figure at those words, from the words `after` on; exact unless told otherwise."""
    start = text.index(words, text.index(after))
    given = {"span": Span(start, start + len(words)), "low": words, "high": words, "qualifier": "exact"}
    return Figure(**(given | changes))


def a_told(article: Article, speaker: str | None, content: str, *figures: Figure, **changes: Any) -> Told:
    kind = "outlet" if speaker is None else "person"
    given = {
        "id": f"{article.id}#{content}",
        "document": article.id,
        "content": (span_of(content, article.text),),
        "source": Source(name=speaker, kind=kind),
        "mode": "none" if speaker is None else "indirect",
        "figures": figures,
    }
    return Told(article=article, claim=Claim(**(given | changes)))


def an_article(text: str, **changes: Any) -> Article:
    return Article(**({"id": "raid", "text": text, "published": date(2026, 3, 5)} | changes))


def toll(article: Article, speaker: str | None, content: str, words: str, **changes: Any) -> Told:
    """One speaker's figure of soldiers killed, unless `changes` say otherwise."""
    claim = {name: changes.pop(name) for name in ("where", "when", "stance", "negated", "source") if name in changes}
    figure = {"counted": "soldiers", "measure": "killed"} | changes
    return a_told(article, speaker, content, a_number(words, article.text, after=content, **figure), **claim)


def relations(*told: Told) -> list[str]:
    return [pair.relation for dispute in find_disputes(told) for pair in pairs(dispute)]


def two(first: str, second: str, **changes: Any) -> list[str]:
    """The relation of two tolls, by the army and by the front, each the sentence's words after "said"."""
    text = f"{ARMY} said {first}. The {FRONT} said {second}."
    article = an_article(text)
    one, other = changes.pop("one", {}), changes.pop("other", {})
    return relations(
        toll(article, ARMY, first, **({"words": first.split()[0]} | one)),
        toll(article, FRONT, second, **({"words": second.split()[0]} | other)),
    )


# ── what two figures are to each other ────────────────────────────────────────────────────────────────────────────

AT_LEAST = {"words": "at least 11", "low": "11", "high": None, "qualifier": "at_least"}
RANGE = {"words": "50 to 60", "low": "50", "high": "60", "qualifier": "range"}
ABOUT = {"words": "about 40", "low": "40", "high": "40", "qualifier": "about"}
MORE = {"words": "more than 9", "low": "9", "high": None, "qualifier": "more_than"}
DOZENS = {"words": "dozens of", "low": None, "high": None, "qualifier": "vague"}


@pytest.mark.parametrize(
    ("first", "second", "one", "other", "expected"),
    [
        pytest.param("4 soldiers were killed", "5 soldiers were killed", {}, {}, ["contradicts"], id="two numbers"),
        pytest.param(
            "4 soldiers were killed",
            "4 troops died",
            {},
            {"counted": "troops", "measure": "died"},
            ["agrees"],
            id="the same in other words",
        ),
        pytest.param(
            "at least 11 soldiers were killed",
            "2 soldiers fell",
            AT_LEAST,
            {"measure": "fell"},
            ["contradicts"],
            id="a floor above",
        ),
        pytest.param(
            "at least 11 soldiers were killed", "15 soldiers died", AT_LEAST, {}, ["compatible"], id="a floor below"
        ),
        pytest.param(
            "at least 11 soldiers were killed",
            "11 soldiers died",
            AT_LEAST,
            {},
            ["compatible"],
            id="a floor and its number",
        ),
        pytest.param(
            "50 to 60 soldiers were killed", "55 soldiers died", RANGE, {}, ["compatible"], id="inside a range"
        ),
        pytest.param(
            "50 to 60 soldiers were killed", "65 soldiers died", RANGE, {}, ["contradicts"], id="outside a range"
        ),
        pytest.param(
            "about 40 soldiers were killed", "43 soldiers died", ABOUT, {}, ["compatible"], id="near an estimate"
        ),
        pytest.param(
            "about 40 soldiers were killed", "60 soldiers died", ABOUT, {}, ["contradicts"], id="far from an estimate"
        ),
        pytest.param(
            "more than 9 soldiers were killed", "9 soldiers died", MORE, {}, ["contradicts"], id="a bound shut out"
        ),
        pytest.param(
            "dozens of soldiers were killed",
            "8 soldiers died",
            DOZENS,
            {},
            ["contradicts"],
            id="dozens are more than eight",
        ),
        pytest.param(
            "9 soldiers were killed",
            "4 bodies were found",
            {},
            {"counted": "bodies", "measure": "found"},
            ["compatible"],
            id="bodies are a floor",
        ),
        pytest.param(
            "4 soldiers were killed",
            "4 soldiers were killed there",
            {},
            {"stance": "denies"},
            ["contradicts"],
            id="a denied number",
        ),
    ],
)
def test_bounds_say_whether_two_figures_can_both_hold(first, second, one, other, expected):
    assert two(first, second, one=one, other=other) == expected


@pytest.mark.parametrize(
    ("first", "second", "one", "other"),
    [
        pytest.param("4 soldiers were killed", "5 soldiers were wounded", {}, {"measure": "wounded"}, id="wounded"),
        pytest.param(
            "4 soldiers were killed", "20 soldiers were stationed there", {}, {"measure": "stationed"}, id="stationed"
        ),
        pytest.param(
            "4 soldiers were killed", "5 fighters were killed", {}, {"counted": "fighters"}, id="the other side"
        ),
        pytest.param("4 soldiers were killed", "5 goats were killed", {}, {"counted": "goats"}, id="another noun"),
        pytest.param("4 soldiers were killed", "5 of them died", {}, {}, id="a part"),
        pytest.param("4 soldiers were killed", "5 soldiers are killed a year", {}, {}, id="a rate"),
        pytest.param("4 soldiers were killed", "5 soldiers will die", {}, {"stance": "predicts"}, id="a forecast"),
        pytest.param("4 soldiers were killed", "5 soldiers died in a similar raid", {}, {}, id="another event"),
        pytest.param(
            "4 soldiers were killed", "5 per cent of soldiers died", {}, {"unit": "percent"}, id="another unit"
        ),
        pytest.param("4 soldiers were killed", "9000 soldiers died", {}, {}, id="another size altogether"),
        pytest.param("4 soldiers were killed in Dorn", "5 soldiers died in Vessin", {}, {}, id="another place"),
    ],
)
def test_figures_of_different_things_are_not_paired(first, second, one, other):
    assert two(first, second, one=one, other=other) == []


def test_figures_of_one_place_are_paired():
    assert two("4 soldiers were killed in Dorn", "5 soldiers died in Dorn") == ["contradicts"]


def dated(words: str, text: str, value: str) -> tuple[dict[str, Any], ...]:
    return ({"span": span_of(words, text), "value": value},)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("2026-03-04", ["contradicts"], id="the next morning"),
        pytest.param("2026-02-20", [], id="another day"),
        pytest.param("2026", [], id="the whole year"),
    ],
)
def test_figures_of_different_days_are_not_paired(value, expected):
    article = an_article(f"{ARMY} said 4 soldiers died on 3 March. The {FRONT} said 5 soldiers died then.")

    one = toll(article, ARMY, "4 soldiers died on 3 March", "4", when=dated("3 March", article.text, "2026-03-03"))
    other = toll(article, FRONT, "5 soldiers died then", "5", when=dated("then", article.text, value))

    assert relations(one, other) == expected


# ── one side alone ────────────────────────────────────────────────────────────────────────────────────────────────


def test_figures_of_one_sentence_by_one_speaker_are_no_dispute():
    article = an_article(f"{ARMY} said 4 soldiers died at noon and 5 soldiers died at dusk.")

    assert relations(
        toll(article, ARMY, "4 soldiers died at noon", "4"), toll(article, ARMY, "5 soldiers died at dusk", "5")
    ) == []  # fmt: skip


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        pytest.param("7 soldiers had died, raising the toll", ["updates"], id="a word of correction"),
        pytest.param("7 soldiers had died", ["adds_up"], id="no such word: a lesser figure beside the toll"),
    ],
)
def test_one_sides_later_toll_replaces_its_earlier_one(second, expected):
    article = an_article(f"{ARMY} said 4 soldiers died.\n\nLater {ARMY} said {second}.")

    assert relations(toll(article, ARMY, "4 soldiers died", "4"), toll(article, ARMY, second, "7")) == expected


def test_the_outlets_correction_replaces_what_it_gave_before():
    article = an_article(
        f"{ARMY} said 4 soldiers died.\n\nAn earlier version gave the number of soldiers killed as 14."
    )
    given = toll(article, None, "the number of soldiers killed as 14", "14")

    assert relations(toll(article, ARMY, "4 soldiers died", "4"), given) == ["updates"]


def test_a_total_is_related_to_its_parts_and_they_not_to_each_other():
    article = an_article(
        f"{ARMY} said 12 rebels were killed at first. {MAYOR} said 11 more rebels were killed later.\n\n"
        "That brought the toll to 23 rebels."
    )
    rebels = {"counted": "rebels"}
    first = toll(article, ARMY, "12 rebels were killed at first", "12", **rebels)
    more = toll(article, MAYOR, "11 more rebels were killed later", "11", **rebels)
    total = toll(article, None, "That brought the toll to 23 rebels", "23", **rebels)

    [dispute] = find_disputes([first, more, total])

    assert {(pair.first.low, pair.second.low): pair.relation for pair in pairs(dispute)} == {
        ("12", "23"): "adds_up",
        ("11", "23"): "adds_up",
    }


# ── what a figure leaves unsaid ───────────────────────────────────────────────────────────────────────────────────


def test_a_bare_number_takes_up_what_was_counted_before_it():
    article = an_article(f"{ARMY} said 300 marchers came. The {FRONT} put the figure at 900.")
    one = a_told(article, ARMY, "300 marchers came", a_number("300", article.text, counted="marchers", measure="came"))
    other = a_told(article, FRONT, "the figure at 900", a_number("900", article.text))

    assert relations(one, other) == ["contradicts"]


def test_a_bare_number_of_another_unit_takes_up_nothing():
    article = an_article(f"{ARMY} said 300 marchers came. The {FRONT} put the figure at 900 euros.")
    one = a_told(article, ARMY, "300 marchers came", a_number("300", article.text, counted="marchers", measure="came"))
    other = a_told(article, FRONT, "the figure at 900", a_number("900", article.text, unit="EUR"))

    assert relations(one, other) == []


@pytest.mark.parametrize(
    ("words", "changes", "expected"),
    [
        pytest.param("no soldiers were killed", {"negated": True}, ["contradicts"], id="none were killed"),
        pytest.param("any casualties", {"stance": "denies"}, ["contradicts"], id="an army denies casualties"),
        pytest.param("no goats were killed", {"negated": True}, [], id="none of something else"),
        pytest.param("any delay", {"stance": "denies"}, [], id="denies something else"),
    ],
)
def test_who_says_there_were_none_contradicts_who_gives_a_number(words, changes, expected):
    article = an_article(f"The {FRONT} said 4 soldiers were killed. The army reported {words}.")
    denial = a_told(article, "army", words, source=Source(name="army", kind="organization"), **changes)

    found = find_disputes([toll(article, FRONT, "4 soldiers were killed", "4"), denial])

    assert [pair.relation for dispute in found for pair in pairs(dispute)] == expected
    assert [statement.figure for dispute in found for statement in dispute.statements] == [0, None][: 2 * len(expected)]


# ── several articles ──────────────────────────────────────────────────────────────────────────────────────────────


def told_by(
    name: str, speaker: str, number: str, *, place: str = "Dorn", day: str = "2026-03-03", out: int = 4
) -> Told:
    content = f"{number} soldiers were killed in {place} on that day"
    article = an_article(f"{speaker} said {content} in a raid.", id=name, published=date(2026, 3, out))
    return toll(article, speaker, content, number, when=dated("that day", article.text, day), where=(place,))


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param({}, ["contradicts"], id="the same place and day"),
        pytest.param({"place": "Vessin"}, [], id="another place"),
        pytest.param({"day": "2026-02-01"}, [], id="another day"),
        pytest.param({"out": 5}, ["compatible"], id="a later, higher count may have grown"),
        pytest.param({"speaker": ARMY, "out": 5}, ["updates"], id="the same side, a day later"),
    ],
)
def test_figures_of_two_articles_meet_by_place_and_day(other, expected):
    given = {"name": "b", "speaker": FRONT, "number": "9"} | other

    assert relations(told_by("a", ARMY, "4"), told_by(**given)) == expected


def test_articles_without_a_date_are_never_paired():
    undated = [
        toll(an_article(f"{who} said {n} soldiers died in Dorn.", id=n, published=None), who, f"{n} soldiers died", n)
        for who, n in ((ARMY, "4"), (FRONT, "9"))
    ]

    assert find_disputes(undated) == ()


# ── the whole ─────────────────────────────────────────────────────────────────────────────────────────────────────


def some_claims() -> list[Told]:
    speakers = [ARMY, FRONT, MAYOR]
    return [told_by(f"doc-{n}", speakers[n % 3], str(4 + n % 4), out=4 + n % 2) for n in range(9)]


def test_a_dispute_says_what_where_and_when_with_the_words_of_the_texts():
    [dispute] = find_disputes([told_by("a", ARMY, "4"), told_by("b", FRONT, "9")])

    assert (dispute.about, dispute.place, dispute.time) == ("soldiers killed", "Dorn", "2026-03-03")
    assert [(each.article, each.speaker, each.words) for each in dispute.statements] == [
        ("a", ARMY, "4"),
        ("b", FRONT, "9"),
    ]
    assert dispute.contested
    assert Dispute.model_validate(dispute.model_dump()) == dispute


def test_spans_cut_the_figure_and_its_sentence_out_of_the_article():
    told = [told_by("a", ARMY, "4"), told_by("b", FRONT, "9")]
    texts = {each.article.id: each.article.text for each in told}

    for statement in find_disputes(told)[0].statements:
        assert statement.span.of(texts[statement.article]) == statement.words
        assert statement.sentence_span.of(texts[statement.article]) == statement.sentence


@settings(max_examples=30, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_claims_never_matters(chance: random.Random):
    claims = some_claims()
    expected = find_disputes(claims)
    assert expected

    chance.shuffle(claims)

    assert find_disputes(claims) == expected


# ── whole articles ────────────────────────────────────────────────────────────────────────────────────────────────


def people(article: Article, speaker: str, content: str, words: str, measure: str | None, **changes: Any) -> Told:
    figure = a_number(words, article.text, after=content, **({"counted": "people", "measure": measure} | changes))
    return a_told(article, speaker, content, figure)


def test_bodies_of_one_kind_of_two_countries_are_two_sides():
    text = (
        "Ruvia's defence ministry said 12 soldiers were killed. Orland's defence ministry said 20 soldiers were killed."
    )
    article = an_article(text)
    first = toll(article, "Ruvia's defence ministry", "12 soldiers were killed", "12")
    second = toll(article, "Orland's defence ministry", "20 soldiers were killed", "20")

    assert relations(first, second) == ["contradicts"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("3 people were killed and five injured", "4 people were killed", id="and another number"),
        pytest.param("3 people were killed and those guilty would be found", "4 people were killed", id="a promise"),
        pytest.param("3 people were killed and that it expected more", "4 people were killed", id="a fear"),
        pytest.param("Will Obi and 3 people were killed", "4 people were killed", id="a name"),
    ],
)
def test_what_else_a_claim_says_does_not_set_its_toll_apart(first, second):
    article = an_article(f"Police said {first}. Officials said {second}.")

    assert relations(
        people(article, "Police", first, "3", "killed"), people(article, "Officials", second, "4", "killed")
    ) == ["contradicts"]


@pytest.mark.parametrize(
    ("first", "measure", "second", "other"),
    [
        pytest.param("30 people were missing", "missing", "200 people sought asylum", "sought", id="sought"),
        pytest.param("30 people were treated", "treated", "20 people admitted lying", "admitted", id="admitted"),
        pytest.param("30 people were killed", "killed", "90 people were dead or wounded", None, id="together"),
        pytest.param("31 people were hurt", "hurt", "29 sheep were hurt", "hurt", id="animals"),
    ],
)
def test_people_to_whom_other_things_happened_are_left_alone(first, measure, second, other):
    article = an_article(f"Police said {first}. Officials said {second}.")
    counted = "sheep" if "sheep" in second else "people"
    one = people(article, "Police", first, first[:2], measure)
    another = people(article, "Officials", second, second.split()[0], other, counted=counted)

    assert relations(one, another) == []


FIRST = (
    "A ferry capsized off Port Senna on Tuesday. Harbour master Iver Maddock of Brightwater said that 183 people were "
    "aboard. Later Iver Maddock left for Quell with Ruben Hask."
)
SECOND = (
    "The town mourned. There were 183 names on the list, Dela Ansong said. The owner, Brightwater Lines, put the "
    "people aboard at 126, and Iver Maddock and Ruben Hask of Quell gave no comment on Brightwater."
)


def test_articles_that_share_names_tell_of_one_event_and_equal_numbers_of_one_thing():
    early = an_article(FIRST, id="early", published=date(2026, 3, 4))
    late = an_article(SECOND, id="late", published=date(2026, 3, 5))
    claims = [
        people(early, "Iver Maddock", "183 people were aboard", "183", "aboard"),
        people(late, "Dela Ansong", "183 names on the list", "183", None, counted="names"),
        people(late, "Brightwater Lines", "the people aboard at 126", "126", "aboard"),
    ]

    assert sorted(relations(*claims)) == ["agrees", "contradicts", "contradicts"]
    month_later = an_article(SECOND, id="late", published=date(2026, 4, 5))
    other = [told.model_copy(update={"article": month_later}) if told.article.id == "late" else told for told in claims]
    assert "agrees" not in relations(*other)


def test_the_fates_of_those_aboard_add_up_to_them():
    text = "Police said 183 people were aboard. They said 44 were killed, 11 were missing and 128 were rescued."
    article = an_article(text)
    whole = people(article, "Police", "183 people were aboard", "183", "aboard")
    parts = [
        people(article, "Police", words, words.split()[0], words.split()[-1], counted=None)
        for words in ("44 were killed", "11 were missing", "128 were rescued")
    ]

    assert relations(whole, *parts) == ["adds_up"] * 3


def test_rows_that_add_up_do_not_multiply_with_the_articles_length():
    def rows(number: int) -> list[Told]:
        said = [f"{50 if place < number // 2 else 100} people came" for place in range(number)]
        text = " ".join(f"Ada said {words}." for words in said)
        article, at, told = an_article(text), 0, []
        for place, words in enumerate(said):
            at = text.index(words, at)
            end = at + len(words.split()[0])
            figure = Figure(
                span=Span(at, end), low=text[at:end], high=text[at:end], qualifier="exact", counted="people",
                measure="came",
            )  # fmt: skip
            claim = Claim(
                id=f"r#{place}", document=article.id, content=(Span(at, at + len(words)),), mode="indirect",
                figures=(figure,), source=Source(name="Ada", kind="person"),
            )  # fmt: skip
            told.append(Told(article=article, claim=claim))
            at = end
        return told

    few, lots = (len(relations(*rows(number))) for number in (200, 800))

    assert few > 0
    assert lots < 6 * few


def many(number: int) -> list[Told]:
    """Articles of one event with five tolls each: the worst that a store of claims can hold."""
    told = []
    for name in range(number):
        said = [f"Speaker {place} said {4 + place} soldiers were killed in Dorn on Monday." for place in range(5)]
        article = an_article(" ".join(said), id=f"a{name:05d}")
        for place in range(5):
            start = article.text.index(said[place]) + len(f"Speaker {place} said ")
            content = Span(start, start + len(f"{4 + place} soldiers were killed"))
            figure = Figure(
                span=Span(start, start + 1), low=str(4 + place), high=str(4 + place), qualifier="exact",
                counted="soldiers", measure="killed",
            )  # fmt: skip
            claim = Claim(
                id=f"a{name}#{place}", document=article.id, content=(content,), mode="indirect", figures=(figure,),
                source=Source(name=f"Speaker {place}", kind="person"),
            )  # fmt: skip
            told.append(Told(article=article, claim=claim))
    return told


def test_four_times_the_claims_take_about_four_times_as_long():
    few, lots = many(40), many(160)

    assert cpu_seconds(lambda: find_disputes(lots)) < 9 * cpu_seconds(lambda: find_disputes(few))


def test_no_claims_make_no_disputes():
    assert find_disputes([]) == ()


# ── what sets two figures apart, by kinds of words and not by single ones ─────────────────────────────────────────


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param("in Hale hospital", "in the town", ["contradicts"], id="a facility is within the town"),
        pytest.param("in Hale", "in Corve", [], id="two towns"),
        pytest.param("at Hale Hospital", "at Corve Hospital", [], id="two facilities of a kind"),
    ],
)
def test_places_set_apart_where_one_does_not_hold_the_other(first, second, expected):
    assert two(f"4 soldiers were killed {first}", f"9 soldiers were killed {second}") == expected


def test_a_place_in_the_name_of_a_speaker_sets_nothing_apart():
    text = (
        "The army in Hale said 4 soldiers were killed at Orsa. A team at Corve University said 9 soldiers were killed."
    )
    article = an_article(text)

    assert relations(
        toll(article, "army", "4 soldiers were killed at Orsa", "4"),
        toll(article, "team at Corve University", "9 soldiers were killed", "9"),
    ) == ["contradicts"]


@pytest.mark.parametrize(
    ("counted", "expected"),
    [pytest.param("male prisoners", [], id="of two kinds"), pytest.param("prisoners", ["contradicts"], id="of one")],
)
def test_words_that_shut_each_other_out_set_apart(counted, expected):
    other = {"counted": "female prisoners", "measure": "killed"}

    assert two("4 prisoners were killed", "9 prisoners were killed", one={"counted": counted}, other=other) == expected


@pytest.mark.parametrize(
    ("form", "lemma"),
    [("killed", "killing"), ("broken", "break"), ("fled", "flee"), ("carries", "carried"), ("spilt", "spilling")],
)
def test_all_forms_of_a_verb_have_one_stem(form, lemma):
    assert stem(form) == stem(lemma)


@pytest.mark.parametrize(("form", "other"), [("shed", "shelled"), ("lined", "limped"), ("paid", "paved")])
def test_other_verbs_have_other_stems(form, other):
    assert stem(form) != stem(other)


def test_one_number_of_many_claims_is_held_against_fewer_others(monkeypatch):
    monkeypatch.setattr(find, "LOOKS", 1)
    few = sum(len(dispute.relations) for dispute in find_disputes(many(200)))
    monkeypatch.undo()

    assert 0 < few <= sum(len(dispute.relations) for dispute in find_disputes(many(200)))
