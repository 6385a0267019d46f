"""Are figures read with their value, bound, unit and noun, and is everything else left alone with a reason?"""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from timing import cpu_seconds

from service.lexicon.numbers import NUMBER_WORDS
from service.reading.dates import find_dates
from service.reading.figures import find_figures
from service.records import FoundDate, FoundFigure, Sentence, SkippedNumber, Span

PUBLISHED = date(2025, 6, 3)


def sentence_of(text: str) -> tuple[Sentence, ...]:
    return (Sentence(number=1, span=Span(0, len(text)), paragraph=0),) if text else ()


def read(text: str) -> tuple[tuple[FoundFigure, ...], tuple[SkippedNumber, ...], tuple[FoundDate, ...]]:
    dates = find_dates(text, sentence_of(text), published=PUBLISHED)
    return *find_figures(text, sentence_of(text), dates), dates


def the_figure(text: str) -> FoundFigure:
    figures, _, _ = read(text)
    (figure,) = figures
    return figure


@pytest.mark.parametrize(
    ("text", "words", "value"),
    [
        pytest.param(
            "They freed one hundred and twenty-three miners.", "one hundred and twenty-three", "123", id="in-words"
        ),
        pytest.param("They freed twenty-five miners.", "twenty-five", "25", id="hyphened-words"),
        pytest.param("They freed two thousand and six miners.", "two thousand and six", "2006", id="thousand-and"),
        pytest.param("They freed hundred thousand miners.", "hundred thousand", "100000", id="scale-of-scale"),
        pytest.param("A crowd of 1.2m people came.", "1.2m", "1200000", id="short-million"),
        pytest.param("A crowd of 1.2 million people came.", "1.2 million", "1200000", id="million"),
        pytest.param("They sold 3 lakh tickets.", "3 lakh", "300000", id="lakh"),
        pytest.param("They sold 2 crore tickets.", "2 crore", "20000000", id="crore"),
        pytest.param("They sold 1,50,000 tickets.", "1,50,000", "150000", id="indian-groups"),
        pytest.param(
            "They sold 1\u202f200\u202f000 tickets.", "1\u202f200\u202f000", "1200000", id="thin-space-groups"
        ),
        pytest.param("They sold 1 200 000 tickets.", "1 200 000", "1200000", id="space-groups"),
        pytest.param("They sold 1'200'000 tickets.", "1'200'000", "1200000", id="apostrophe-groups"),
        pytest.param("They sold 1.200.000 tickets.", "1.200.000", "1200000", id="dotted-groups"),
        pytest.param("It took a dozen boats.", "a dozen", "12", id="dozen"),
        pytest.param("It took two dozen boats.", "two dozen", "24", id="two-dozen"),
        pytest.param("It took half a dozen boats.", "half a dozen", "6", id="half-dozen"),
        pytest.param("It took half a million boats.", "half a million", "500000", id="half-million"),
        pytest.param("It took a quarter of a million boats.", "a quarter of a million", "250000", id="quarter-million"),
        pytest.param("It lasted two and a half years.", "two and a half", "2.5", id="and-a-half"),
        pytest.param("It lasted 2½ years.", "2½", "2.5", id="vulgar-fraction"),
        pytest.param("It took ﬁfteen boats.", "ﬁfteen", "15", id="joined-letters"),
        pytest.param("It took ﬁve hundred boats.", "ﬁve hundred", "500", id="joined-letters-before-a-scale"),
        pytest.param("It took ３２ boats.", "３２", "32", id="full-width-digits"),
        pytest.param("It took ٣٢ boats.", "٣٢", "32", id="arabic-indic-digits"),
        pytest.param("It rose ٣٫٢ metres.", "٣٫٢", "3.2", id="arabic-decimal-sign"),
        pytest.param("It took ١٬٢٣٤ boats.", "١٬٢٣٤", "1234", id="arabic-thousands-sign"),
        pytest.param("It rose ３．２ metres.", "３．２", "3.2", id="full-width-point"),
        pytest.param("It rained 0.50 metres.", "0.50", "0.5", id="decimals-normalised"),
        pytest.param("It cost 2.5 lakh crore.", "2.5 lakh crore", "2500000000000", id="lakh-crore"),
        pytest.param("It holds 5.7 x 10^3 cells.", "5.7 x 10^3", "5700", id="power-of-ten"),
        pytest.param("It holds 2.5e3 cells.", "2.5e3", "2500", id="exponent"),
        pytest.param("It measures 2.5×10−3 metres.", "2.5×10−3", "0.0025", id="lowered-exponent"),
        pytest.param("It took 1.2B rows.", "1.2B", "1200000000", id="capital-billion"),
    ],
)
def test_a_number_is_read_with_its_scale_multiplied_out(text: str, words: str, value: str) -> None:
    figure = the_figure(text)

    assert (figure.span.of(text), figure.low, figure.high, figure.qualifier) == (words, value, value, "exact")


@pytest.mark.parametrize(
    ("text", "words", "low", "high", "qualifier"),
    [
        pytest.param("At least eleven guards fell.", "At least eleven", "11", None, "at_least", id="at-least"),
        pytest.param("No fewer than 30 guards fell.", "No fewer than 30", "30", None, "at_least", id="no-fewer-than"),
        pytest.param("A minimum of 30 guards fell.", "A minimum of 30", "30", None, "at_least", id="minimum"),
        pytest.param("More than 200 guards fell.", "More than 200", "200", None, "more_than", id="more-than"),
        pytest.param("Just over 200 guards fell.", "Just over 200", "200", None, "more_than", id="just-over"),
        pytest.param("Losses exceeding 200 guards.", "exceeding 200", "200", None, "more_than", id="exceeding"),
        pytest.param("Up to 30 guards fell.", "Up to 30", None, "30", "at_most", id="up-to"),
        pytest.param("As many as 30 guards fell.", "As many as 30", None, "30", "at_most", id="as-many-as"),
        pytest.param("No more than 30 guards fell.", "No more than 30", None, "30", "at_most", id="no-more-than"),
        pytest.param("Fewer than 30 guards fell.", "Fewer than 30", None, "30", "less_than", id="fewer-than"),
        pytest.param("Nearly 30 guards fell.", "Nearly 30", "30", "30", "about", id="nearly"),
        pytest.param("Some 30 guards fell.", "Some 30", "30", "30", "about", id="some"),
        pytest.param("An estimated 30,000 fled.", "An estimated 30,000", "30000", "30000", "about", id="estimated"),
        pytest.param("Only two guards fell.", "Only two", "2", "2", "exact", id="only"),
        pytest.param("All 18 guards fell.", "All 18", "18", "18", "exact", id="all"),
        pytest.param("A total of 18 guards fell.", "A total of 18", "18", "18", "exact", id="total"),
        pytest.param("Up to about 30 guards fell.", "Up to about 30", None, "30", "at_most", id="bound-beats-about"),
        pytest.param("About 100+ guards fell.", "About 100+", "100", None, "at_least", id="plus-sign"),
        pytest.param("They lost 15-plus guards.", "15-plus", "15", None, "at_least", id="hyphen-plus"),
        pytest.param("They lost 20-odd guards.", "20-odd", "20", "20", "about", id="odd"),
        pytest.param("They lost 20 or so guards.", "20 or so", "20", "20", "about", id="or-so"),
        pytest.param("They lost 20 or more guards.", "20 or more", "20", None, "at_least", id="or-more"),
        pytest.param("They lost 20 or fewer guards.", "20 or fewer", None, "20", "at_most", id="or-fewer"),
        pytest.param("They lost 50 to 60 guards.", "50 to 60", "50", "60", "range", id="to"),
        pytest.param("They lost 50–60 guards.", "50–60", "50", "60", "range", id="dash"),
        pytest.param("They lost between 5 and 7 guards.", "between 5 and 7", "5", "7", "range", id="between"),
        pytest.param("They lost from 3 to 5 guards.", "from 3 to 5", "3", "5", "range", id="from-to"),
        pytest.param("They lost two or three guards.", "two or three", "2", "3", "range", id="or"),
        pytest.param("They lost 1 to 2 thousand men.", "1 to 2 thousand", "1000", "2000", "range", id="shared-scale"),
        pytest.param(
            "They lost more than 50 but fewer than 60 guards.",
            "more than 50 but fewer than 60", "50", "60", "range", id="two-bounds",
        ),
        pytest.param("It ends within ten days.", "within ten", None, "10", "at_most", id="within-a-time"),
        pytest.param("It lies within ten miles.", "ten", "10", "10", "exact", id="within-a-distance"),
        pytest.param("Barely 600 guards came.", "Barely 600", "600", "600", "about", id="barely"),
        pytest.param("They were maybe a dozen.", "maybe a dozen", "12", "12", "about", id="maybe"),
        pytest.param("Nothing short of 95 guards came.", "Nothing short of 95", "95", None, "at_least", id="short-of"),
        pytest.param("They lost 90 at the very most.", "90 at the very most", None, "90", "at_most", id="very-most"),
        pytest.param("They want 5,000 minimum.", "5,000 minimum", "5000", None, "at_least", id="minimum-behind"),
        pytest.param("It sold near $50 then.", "near $50", "50", "50", "about", id="near-a-price"),
        pytest.param("It drew 1m-plus fans.", "1m-plus", "1000000", None, "at_least", id="million-plus"),
        pytest.param("They pay two minimum wages.", "two", "2", "2", "exact", id="minimum-of-a-noun"),
        pytest.param(
            "Between a fifth and a quarter of guards left.",
            "Between a fifth and a quarter", "20", "25", "range", id="fractions",
        ),
        pytest.param("They lost several guards.", "several", None, None, "vague", id="several"),
        pytest.param("They lost tens of thousands of men.", "tens of thousands", None, None, "vague", id="tens-of"),
        pytest.param("They lost a few hundred guards.", "a few hundred", None, None, "vague", id="a-few-hundred"),
    ],
)  # fmt: skip
def test_a_bound_is_read_from_the_words_around_the_number(
    text: str, words: str, low: str | None, high: str | None, qualifier: str
) -> None:
    figure = the_figure(text)

    assert (figure.span.of(text), figure.low, figure.high, figure.qualifier) == (words, low, high, qualifier)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("Prices fell over three days.", "three", id="over-dates-a-change"),
        pytest.param("The militia took over three posts.", "three", id="took-over"),
        pytest.param("They handed over 20 bodies.", "20", id="handed-over"),
        pytest.param("He lives near 20 farms.", "20", id="near-a-place"),
        pytest.param("The damages add up to 30 claims.", "30", id="add-up-to"),
        pytest.param("Few, or many, saw 30 claims.", "30", id="no-bound-at-all"),
    ],
)
def test_a_preposition_is_no_bound_where_it_belongs_to_the_verb(text: str, words: str) -> None:
    figure = the_figure(text)

    assert (figure.span.of(text), figure.qualifier) == (words, "exact")


def test_over_bounds_a_duration_that_something_lasted() -> None:
    text = "They held the fort for over 12 hours."

    figure = the_figure(text)

    assert (figure.span.of(text), figure.qualifier, figure.unit) == ("over 12", "more_than", "hour")


@pytest.mark.parametrize(
    ("text", "words", "value", "unit"),
    [
        pytest.param("It fell 90 per cent.", "90 per cent", "90", "percent", id="per-cent"),
        pytest.param("It fell 3.2%.", "3.2%", "3.2", "percent", id="percent-sign"),
        pytest.param("It stood at -3.2%.", "-3.2%", "-3.2", "percent", id="minus"),
        pytest.param("It fell by minus 4 percent.", "minus 4 percent", "-4", "percent", id="minus-in-words"),
        pytest.param("It is true to plus or minus 8 percent.", "8 percent", "8", "percent", id="plus-or-minus"),
        pytest.param("It stood at −3.2 degrees Celsius.", "−3.2", "-3.2", "degree Celsius", id="real-minus"),
        pytest.param("It fell 5 percentage points.", "5 percentage points", "5", "percentage_point", id="points"),
        pytest.param("It hit two-thirds of voters.", "two-thirds", "66.67", "percent", id="two-thirds"),
        pytest.param("It hit half the voters.", "half", "50", "percent", id="half"),
        pytest.param("It hit a third of voters.", "a third", "33.33", "percent", id="a-third"),
        pytest.param("It hit three quarters of voters.", "three quarters", "75", "percent", id="three-quarters"),
        pytest.param("It hit one in five voters.", "one in five", "20", "percent", id="one-in-five"),
        pytest.param("It hit nine out of 10 voters.", "nine out of 10", "90", "percent", id="nine-out-of-ten"),
        pytest.param("It cost $1.2 billion.", "$1.2 billion", "1200000000", "USD", id="dollar-sign"),
        pytest.param("It cost US$5m.", "US$5m", "5000000", "USD", id="us-dollar"),
        pytest.param("It cost HK$20.", "HK$20", "20", "HKD", id="hong-kong-dollar"),
        pytest.param("It cost £20.", "£20", "20", "GBP", id="pound-sign"),
        pytest.param("It cost 20 euros.", "20", "20", "EUR", id="euro-word"),
        pytest.param("It cost 1.2 billion dollars.", "1.2 billion", "1200000000", "USD", id="dollar-word"),
        pytest.param("It cost 5 million Danish crowns.", "5 million", "5000000", "DKK", id="nation-decides"),
        pytest.param("It cost ₦500.", "₦500", "500", "NGN", id="naira"),
        pytest.param("It cost KSh1,000.", "KSh1,000", "1000", "KES", id="shilling"),
        pytest.param("It cost R500m.", "R500m", "500000000", "ZAR", id="rand"),
        pytest.param("It cost 50 cents.", "50", "0.5", "USD", id="cents"),
        pytest.param("It took 12 hours.", "12", "12", "hour", id="hours"),
        pytest.param("It took half an hour.", "half", "0.5", "hour", id="half-an-hour"),
        pytest.param("It covers 50 sq km.", "50", "50", "square kilometre", id="area"),
        pytest.param("It weighs 20 kg.", "20", "20", "kilogram", id="mass"),
        pytest.param("It weighs 20 ㎏.", "20", "20", "kilogram", id="mass-in-one-character"),
        pytest.param("It lies 30 m deep.", "30", "30", "metre", id="metres"),
        pytest.param("It does 60 mph.", "60", "60", "mile per hour", id="speed"),
        pytest.param("It does 80 kilometres an hour.", "80", "80", "kilometre per hour", id="speed-in-words"),
        pytest.param("It dropped a 500-pound bomb.", "500", "500", "pound", id="pounds-that-weigh"),
        pytest.param("It weighs 12 pounds.", "12", "12", "pound", id="pounds-of-what-weighs"),
        pytest.param("It costs 12 pounds.", "12", "12", "GBP", id="pounds-of-what-costs"),
        pytest.param("It took a year and a half.", "a year and a half", "1.5", "year", id="and-a-half"),
        pytest.param("It took a boat and a half of it.", "a half", "50", "percent", id="and-a-half-of-something"),
        pytest.param("It rose five times.", "five", "5", "times", id="times"),
        pytest.param("It rose twice.", "twice", "2", "times", id="twice"),
        pytest.param("It doubled.", "doubled", "2", "times", id="doubled"),
        pytest.param("It rose threefold.", "threefold", "3", "times", id="threefold"),
    ],
)
def test_a_unit_is_named_once_for_all_its_spellings(text: str, words: str, value: str, unit: str) -> None:
    figure = the_figure(text)

    assert (figure.span.of(text), figure.low, figure.unit) == (words, value, unit)


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        pytest.param(
            "It cost $1-2 billion.", [("1000000000", "2000000000", "USD")], id="scale-and-currency-of-both-ends"
        ),
        pytest.param("It cost $200 to $4 million.", [("200", "4000000", "USD")], id="ends-with-their-own-scale"),
        pytest.param("It grew 5-7%.", [("5", "7", "percent")], id="percent-of-both-ends"),
        pytest.param("Rates rose from 3% to 5%.", [("3", "3", "percent"), ("5", "5", "percent")], id="a-change-is-two"),
        pytest.param("It rose 12p to 345p.", [("0.12", "0.12", "GBP"), ("3.45", "3.45", "GBP")], id="by-and-to"),
        pytest.param("It rose 12p to 15p.", [("0.12", "0.15", "GBP")], id="between-near-ends"),
        pytest.param("It was -10 to -5 degrees Celsius.", [("-10", "-5", "degree Celsius")], id="below-zero"),
        pytest.param("Rates went from 8 to 5.", [("8", "8", None), ("5", "5", None)], id="downwards-is-two"),
        pytest.param("It takes 25 or 40 men.", [("25", "25", None), ("40", "40", None)], id="a-choice-is-two"),
    ],
)
def test_a_range_shares_what_its_second_end_says(text: str, bounds: list[tuple[str, str, str | None]]) -> None:
    figures, _, _ = read(text)

    assert [(figure.low, figure.high, figure.unit) for figure in figures] == bounds


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("Officials in Karachi paid 500 rupees.", "PKR", id="one-country"),
        pytest.param("Officials in Karachi and Mumbai paid 500 rupees.", None, id="two-countries"),
        pytest.param("Officials paid 500 rupees.", None, id="no-country"),
        pytest.param("Officials in Karachi paid 500 Indian rupees.", "INR", id="said-beside-it"),
        pytest.param("Police in Delhi and Mumbai told Karachi of 500 rupees.", "INR", id="the-country-named-most"),
        pytest.param("LAHORE: They paid Rs4.5 crore.", "PKR", id="capital-dateline"),
        pytest.param("KATHMANDU: They paid Rs 7.5 lakh.", "NPR", id="nepal"),
        pytest.param("Clerks in Kampala paid 500 shillings.", "UGX", id="shillings"),
        pytest.param("Clerks paid Sh500.", "KES", id="shillings-of-no-country"),
        pytest.param("Clerks in Douala paid 500 CFA francs.", "XAF", id="central-african-francs"),
        pytest.param("Clerks in Dakar paid FCFA 500.", "XOF", id="west-african-francs"),
        pytest.param("Clerks in Lusaka paid K500 million.", "ZMW", id="kwacha-of-zambia"),
        pytest.param("Clerks in Gaborone paid P1,500.", "BWP", id="pula"),
    ],
)
def test_rupees_have_a_code_only_where_the_article_tells_whose(text: str, code: str | None) -> None:
    assert the_figure(text).unit == code


@pytest.mark.parametrize(
    ("text", "words", "value", "unit"),
    [
        pytest.param("They paid GH¢4,200 there.", "GH¢4,200", "4200", "GHS", id="cedi-with-a-cent-sign"),
        pytest.param("They paid GH₵80 there.", "GH₵80", "80", "GHS", id="cedi-sign"),
        pytest.param("They paid MK2.5 billion there.", "MK2.5 billion", "2500000000", "MWK", id="malawian-kwacha"),
        pytest.param("They paid Tk 22 crore there.", "Tk 22 crore", "220000000", "BDT", id="taka"),
        pytest.param("They paid N900m there.", "N900m", "900000000", "NGN", id="naira"),
        pytest.param("They paid 99¢ there.", "99¢", "0.99", "USD", id="cent-behind"),
        pytest.param("It lost money in 11 quarters.", "11", "11", "quarter", id="quarters-of-a-year"),
        pytest.param("They own three quarters of it.", "three quarters", "75", "percent", id="quarters-of-a-thing"),
        pytest.param(
            "It fell half a percentage point.", "half a percentage point", "0.5", "percentage_point", id="half"
        ),
        pytest.param("It weighs 12 stone.", "12", "12", "stone", id="stone"),
        pytest.param("They own a tenth of a square mile.", "a tenth", "0.1", "square mile", id="part-of-an-area"),
    ],
)
def test_money_and_measures_of_many_countries_have_their_unit(text: str, words: str, value: str, unit: str) -> None:
    figure = the_figure(text)

    assert (figure.span.of(text), figure.low, figure.unit) == (words, value, unit)


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        pytest.param("At least 25 Pakistani soldiers were killed.", "Pakistani soldiers", id="modifier"),
        pytest.param(
            "A van with 18 Border Corps (BC) personnel stopped.", "Border Corps (BC) personnel", id="brackets"
        ),
        pytest.param("They saw 18 armed men.", "armed men", id="participle-as-adjective"),
        pytest.param("They saw 18 soldiers killed.", "soldiers", id="participle-as-verb"),
        pytest.param(
            "They saw dozens of Kurdish and Arab fighters.", "Kurdish and Arab fighters", id="joined-modifiers"
        ),
        pytest.param("They hit half of its ships.", "ships", id="share-of"),
        pytest.param("They sold 12 tonnes of wheat.", "wheat", id="thing-measured"),
        pytest.param("It was a 12-hour siege.", "siege", id="hyphened-unit"),
        pytest.param("It was a five-member team.", "member", id="hyphened-noun"),
        pytest.param("It drew a 900-strong crowd.", "crowd", id="strong"),
        pytest.param("The mills were a quarter full.", None, id="state"),
        pytest.param("She has 22 home games left.", "home games", id="side-before-a-plural"),
        pytest.param("She drove 22 home.", None, id="side-alone"),
        pytest.param("It saw a 90 per cent surge in crime.", "surge", id="percent-of-change"),
        pytest.param("It got $5 million in aid.", "aid", id="money-in"),
        pytest.param("It got $5 million in a year.", None, id="money-in-a-year"),
        pytest.param("It lasted 12 hours, police said.", None, id="bare-duration"),
        pytest.param("They counted 15 in the hall.", None, id="preposition"),
        pytest.param("He won with 10 first-half points.", "first-half points", id="ordinal-in-a-modifier"),
        pytest.param("They have two R&D labs.", "R&D labs", id="ampersand"),
        pytest.param("It has 1080 x.", None, id="x-is-no-noun"),
        pytest.param("At least one driver wasn't hurt.", "driver", id="contraction"),
    ],
)
def test_what_is_counted_is_proposed_from_the_words_behind(text: str, counted: str | None) -> None:
    assert the_figure(text).counted == counted


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        pytest.param("Seven guards were killed and 15 injured.", ["guards", "guards"], id="ellipsis"),
        pytest.param("Two of the nine guards fled.", ["guards", "guards"], id="part-of-a-whole"),
        pytest.param("It passed by 80 votes to 19.", ["votes", "votes"], id="votes"),
        pytest.param("Two cars, one of which burned, stood there.", ["cars", "cars"], id="one-of-which"),
        pytest.param("Seven guards were killed and 15 others injured.", ["guards", "others"], id="a-noun-of-its-own"),
    ],
)
def test_a_noun_left_out_is_that_of_the_figure_before(text: str, counted: list[str]) -> None:
    figures, _, _ = read(text)

    assert [figure.counted for figure in figures] == counted


def test_a_conversion_in_brackets_shares_the_bound_and_another_number_does_not() -> None:
    text = "It spread some seven miles (11 km) in five hours (two of them dark)."

    figures, _, _ = read(text)

    assert [(figure.span.of(text), figure.qualifier) for figure in figures] == [
        ("some seven", "about"), ("11", "about"), ("five", "exact"), ("two", "exact"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words", "reason"),
    [
        pytest.param("She came first.", "first", "ordinal", id="ordinal-word"),
        pytest.param("It is the 21st attempt.", "21st", "ordinal", id="ordinal-digits"),
        pytest.param("It is the twenty-first attempt.", "twenty-first", "ordinal", id="compound-ordinal"),
        pytest.param("A third attack followed.", "third", "ordinal", id="third-attack"),
        pytest.param("A driver aged 34 fled.", "34", "age", id="aged"),
        pytest.param("A 34-year-old driver fled.", "34", "age", id="year-old"),
        pytest.param("Driver Omar Khan, 34, fled.", "34", "age", id="name-and-age"),
        pytest.param("Driver Omar Khan (34) fled.", "34", "age", id="age-in-brackets"),
        pytest.param("Children under 5 fled.", "5", "age", id="under-five"),
        pytest.param("A driver in her 40s fled.", "40s", "age", id="forties"),
        pytest.param("They met at “Hilal Talks 2025” there.", "2025", "name", id="event"),
        pytest.param("A Boeing 737 landed.", "737", "name", id="aircraft"),
        pytest.param("Some Boeing 737 jets landed.", "737", "name", id="aircraft-before-a-noun"),
        pytest.param("The G20 met.", "G20", "name", id="letter-and-digits"),
        pytest.param("He had Covid-19 then.", "Covid-19", "name", id="hyphened-name"),
        pytest.param("An F-16 landed.", "F-16", "name", id="jet"),
        pytest.param("They revoked Article 370 there.", "370", "name", id="article"),
        pytest.param("He drove Route 66 then.", "66", "name", id="route"),
        pytest.param("A category 4 storm came.", "4", "name", id="label"),
        pytest.param("Fans of the Big Ten cheered.", "Ten", "name", id="capital-number-word"),
        pytest.param("It lies at 700 Science Drive there.", "700", "name", id="address"),
        pytest.param("One of the best players left.", "One", "not_counted", id="one-of-the-best"),
        pytest.param("The one who left knew.", "one", "not_counted", id="the-one-who"),
        pytest.param("No one left.", "one", "idiom", id="no-one"),
        pytest.param("They hit one another there.", "one another", "idiom", id="one-another"),
        pytest.param("It is open 24/7 here.", "24/7", "idiom", id="round-the-clock"),
        pytest.param("It was a 50-50 chance.", "50-50", "idiom", id="even-chance"),
        pytest.param("The first half ended.", "half", "idiom", id="first-half"),
        pytest.param("He doubled down on it.", "doubled", "idiom", id="doubled-down"),
        pytest.param("Since 9/11 they fled.", "9/11", "date", id="famous-day"),
        pytest.param("They won 2-1 at home.", "2-1", "score", id="score"),
        pytest.param("The Senate voted 80-19 for it.", "80-19", "score", id="vote"),
        pytest.param("They won 3-4 on aggregate.", "3-4", "score", id="ascending-score"),
        pytest.param("1. They left.", "1", "list_number", id="list-number"),
        pytest.param("2) They left.", "2", "list_number", id="list-number-in-bracket"),
        pytest.param("Call 0300 1234567 now.", "0300 1234567", "phone_number", id="phone"),
        pytest.param("Write to +92 81 920 1234 now.", "92 81 920 1234", "phone_number", id="foreign-phone"),
        pytest.param("They imposed section 144 there.", "144", "section_number", id="section"),
        pytest.param("See page 12 there.", "12", "section_number", id="page"),
        pytest.param("It runs version 1.2.3 now.", "1.2.3", "number_code", id="version"),
        pytest.param("A 4x4 came.", "4x4", "number_code", id="wheels"),
        pytest.param("They flew the K500 there.", "K500", "name", id="letter-of-no-currency"),
        pytest.param("The nikkei 225 fell.", "225", "name", id="index-in-small-letters"),
        pytest.param("One resident, who fled, knew.", "One", "not_counted", id="one-who-speaks"),
        pytest.param("Not one dollar came.", "one", "not_counted", id="not-one-of-a-unit"),
        pytest.param("Ring the desk on 0300 555 0142 now.", "0300 555 0142", "phone_number", id="ring"),
        pytest.param("He gave one reason.", "one", "not_counted", id="one-reason"),
        pytest.param(
            "See https://x.example/2024/05?id=7 there.", "https://x.example/2024/05?id=7", "number_code", id="web"
        ),
        pytest.param("See www.x.example/5-men there.", "www.x.example/5-men", "number_code", id="bare-web"),
        pytest.param("They were \x1b[31mred there.", "\x1b[31m", "number_code", id="terminal-colour"),
        pytest.param("See \x1b]8;;a\x07it there.", "\x1b]8;;a\x07", "number_code", id="terminal-link"),
        pytest.param("It shows 𝟛𝟚 there.", "𝟛𝟚", "number_code", id="digits-of-no-table"),
        pytest.param("It shows 1\u200b00 there.", "1\u200b00", "number_code", id="hidden-character-inside"),
        pytest.param(
            "It shows 12345678901234567890123456789 there.", "12345678901234567890123456789", "number_code", id="long"
        ),
    ],
)
def test_a_number_that_is_no_figure_is_skipped_with_its_reason(text: str, words: str, reason: str) -> None:
    figures, skipped, _ = read(text)

    assert not figures
    assert (words, reason) in [(number.span.of(text), number.reason) for number in skipped]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("A third of the town fled.", "A third", id="a-third-of"),
        pytest.param("It was a 20-year-old insurgency.", "20", id="a-thing-has-no-age"),
        pytest.param("In Mongla 18 guards fled.", "18", id="place-before-a-counted-noun"),
        pytest.param("They spent 10-15 days.", "10-15", id="ascending-range"),
        pytest.param("One of the nine guards fled.", "One", id="one-of-the-nine"),
        pytest.param("At least one guard fled.", "At least one", id="at-least-one"),
        pytest.param("One guard was killed there.", "One", id="one-killed"),
        pytest.param("One guard and two drivers fled.", "One", id="one-beside-two"),
        pytest.param("They won 80 votes there.", "80", id="votes"),
        pytest.param("The mill had one staircase.", "one", id="one-thing"),
        pytest.param("Police hold one suspect.", "one", id="one-suspect"),
        pytest.param("They saw www and 12 guards.", "12", id="no-web-address"),
        pytest.param("The nikkei fell 225 points.", "225", id="points-of-an-index"),
        pytest.param("It fell 5 per cent on Nikkei.", "5 per cent", id="percent"),
        pytest.param("It was a 50-60 mph wind that won.", "50-60", id="measured-range-near-a-win"),
        pytest.param("It fell more than half.", "more than half", id="more-than-half"),
        pytest.param("They saw 1 ², ① and no more.", "1", id="superscripts-are-no-numbers"),
    ],
)
def test_a_near_miss_of_a_decoy_is_still_a_figure(text: str, words: str) -> None:
    figures, _, _ = read(text)

    assert words in [figure.span.of(text) for figure in figures]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("Prices rose 15%.", "15%", id="whole-number"),
        pytest.param("Prices rose 1.5%.", "1.5%", id="whole-decimal"),
        pytest.param("Sources say 15 left.", "15", id="bare"),
    ],
)
def test_the_tail_of_another_number_is_no_number(text: str, words: str) -> None:
    assert the_figure(text).span.of(text) == words


def test_a_qualifier_is_in_the_span_and_not_in_the_number() -> None:
    text = "It cost at least $1.2 billion or so they say."

    figure = the_figure(text)

    assert (figure.span.of(text), figure.number.of(text)) == ("at least $1.2 billion or so", "$1.2 billion")


def test_figures_are_marked_in_order_through_all_sentences() -> None:
    text = "Two fled. On 5 May 2024 three fell. Four left."
    sentences = tuple(
        Sentence(number=number, span=Span(start, stop), paragraph=0)
        for number, (start, stop) in enumerate(pairwise((0, 9, 35, len(text))), start=1)
    )

    figures, skipped = find_figures(text, sentences, find_dates(text, sentences, published=PUBLISHED))

    assert [(figure.mark, figure.span.of(text), figure.sentence) for figure in figures] == [
        ("F1", "Two", 1), ("F2", "three", 2), ("F3", "Four", 3),
    ]  # fmt: skip
    assert not skipped


NUMBERISH = st.sampled_from(
    "one two eleven twenty hundred thousand million lakh half third a an dozen several hundreds of and to or between "
    "from at least more than over about some only all up nearly fewer no per cent percent % $ £ Rs US R soldiers men "
    "year old hours km m x - – , . ( ) / : + ' ’ 1 2 12 50 2024 1,200 1.5 3/4 May March Tuesday PM pm quarter last ago "
    "days week Kalat Boeing F-16 G20 24/7 2-1 ½ ² ٣ ３ 𝟛 doubled twice tens scores handful 's th st s plus odd so "
    "one-third 20-year-old were killed injured".split()
)
TEXTS = st.one_of(
    st.text(max_size=80),
    st.lists(NUMBERISH, max_size=25).map(" ".join),
    st.lists(NUMBERISH, max_size=25).map("".join),
    st.text(alphabet="0123456789,.-/: ٣３𝟛½²a\u200b\n%$", max_size=60),
)


@settings(max_examples=250, deadline=None)
@given(TEXTS)
def test_every_digit_run_comes_back_once_whatever_the_text(text: str) -> None:
    figures, skipped, dates = read(text)
    spans = [record.span for record in (*figures, *skipped, *dates)]

    assert all(0 <= span.start < span.end <= len(text) and span.of(text).strip() for span in spans)
    assert all(figure.span.holds(figure.number) for figure in figures)
    covered = [0] * len(text)
    for span in spans:
        for offset in range(*span):
            covered[offset] += 1
    assert all(covered[at] == 1 for at, character in enumerate(text) if character.isdecimal())


@settings(max_examples=200, deadline=None)
@given(st.lists(NUMBERISH, max_size=25).map(" ".join))
def test_every_number_word_comes_back_once(text: str) -> None:
    figures, skipped, dates = read(text)
    spans = [record.span for record in (*figures, *skipped, *dates)]

    offset = 0
    for word in text.split(" "):
        span = Span(offset, offset + len(word)) if word else None
        if span and word in NUMBER_WORDS:
            assert sum(found.holds(span) for found in spans) == 1, (text, word)
        offset += len(word) + 1


@pytest.mark.parametrize(
    "unit",
    [
        pytest.param("At least 12 men fled on May 5, 2024, and 3,000 left 20 to 30 towns. ", id="prose"),
        pytest.param("1,", id="groups-without-end"),
        pytest.param("1-", id="dashes-without-end"),
        pytest.param("hundreds of ", id="vague-words"),
        pytest.param("9", id="one-long-number"),
        pytest.param("one hundred and ", id="number-words"),
        pytest.param("481 518 555 ", id="bare-numbers"),
        pytest.param("\x1b]8;;", id="links-without-end"),
        pytest.param("Rs 5 K7,000 ", id="shared-currencies"),
    ],
)
def test_time_grows_with_the_length_of_the_text_and_no_faster(unit: str) -> None:
    size = 10_000
    short, long = unit * (size // len(unit)), unit * (4 * size // len(unit))

    ratio = cpu_seconds(lambda: read(long)) / max(cpu_seconds(lambda: read(short)), 0.002)

    assert ratio < 10  # 4 times the text; a quadratic reader would take 16 times as long
