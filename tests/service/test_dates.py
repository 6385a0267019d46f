"""Are dates and clock times found whole, and resolved as a reader on the day of publication would?"""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.reading.dates import find_dates
from service.records import FoundDate, Sentence, Span

PUBLISHED = date(2025, 6, 3)  # a Tuesday


def dates_of(text: str, published: date | None = PUBLISHED) -> tuple[FoundDate, ...]:
    sentences = (Sentence(number=1, span=Span(0, len(text)), paragraph=0),) if text else ()
    return find_dates(text, sentences, published=published)


def found(text: str, published: date | None = PUBLISHED) -> list[tuple[str, str | None]]:
    return [(moment.span.of(text), moment.value) for moment in dates_of(text, published)]


@pytest.mark.parametrize(
    ("text", "words", "value"),
    [
        pytest.param("They met on December 14, 2024.", "December 14, 2024", "2024-12-14", id="month-day-year"),
        pytest.param("They met on 14 December 2024.", "14 December 2024", "2024-12-14", id="day-month-year"),
        pytest.param("They met on the 3rd of May 2023.", "3rd of May 2023", "2023-05-03", id="ordinal-day"),
        pytest.param("They met on Dec. 2, 2024.", "Dec. 2, 2024", "2024-12-02", id="short-month"),
        pytest.param("They met on Sunday, 1 June 2025.", "Sunday, 1 June 2025", "2025-06-01", id="weekday-before"),
        pytest.param("They met on 2024-11-16 there.", "2024-11-16", "2024-11-16", id="iso"),
        pytest.param("They met on 16/11/2024 there.", "16/11/2024", "2024-11-16", id="day-first"),
        pytest.param("They met on 11/16/2024 there.", "11/16/2024", "2024-11-16", id="month-first"),
        pytest.param("They met on 16.11.2024 there.", "16.11.2024", "2024-11-16", id="dots"),
        pytest.param("They met on 04/05/2024 there.", "04/05/2024", None, id="day-and-month-unclear"),
        pytest.param("They met in May 2025.", "May 2025", "2025-05", id="month-year"),
        pytest.param("They met on 30 February 2025.", "30 February 2025", None, id="no-such-day"),
        pytest.param("They met on Jan 5-7, 2024.", "Jan 5-7, 2024", "2024-01-05/2024-01-07", id="days"),
        pytest.param("They met on 14–16 May 2024.", "14–16 May 2024", "2024-05-14/2024-05-16", id="days-first"),
        pytest.param("It ran July–September 2024.", "July–September 2024", "2024-07/2024-09", id="months"),
        pytest.param("They met in 1948.", "1948", "1948", id="year"),
        pytest.param("It ran 2016-2018 there.", "2016-2018", "2016/2018", id="years"),
        pytest.param("The 2024-25 season began.", "2024-25", "2024/2025", id="season-of-two-years"),
        pytest.param("It was his 2008 campaign.", "2008", "2008", id="year-before-a-noun"),
        pytest.param("They met in the 1990s.", "1990s", "1990/1999", id="decade"),
        pytest.param(
            "They met in the third quarter of 2024.", "third quarter of 2024", "2024-07/2024-09", id="quarter"
        ),
        pytest.param("They met in Q3 2024.", "Q3 2024", "2024-07/2024-09", id="short-quarter"),
        pytest.param("They met in the first half of 2024.", "first half of 2024", "2024-01/2024-06", id="half"),
        pytest.param("They met on May 5, 2024 at 8 PM.", "May 5, 2024 at 8 PM", "2024-05-05T20:00", id="date-time"),
        pytest.param("At 8.30pm on 5 May 2024 it fell.", "8.30pm on 5 May 2024", "2024-05-05T20:30", id="time-first"),
        pytest.param("It fell at 10:30 PM.", "10:30 PM", None, id="clock"),
        pytest.param("It fell at 4 a.m. there.", "4 a.m.", None, id="dotted-clock"),
        pytest.param("It fell at 20:30 there.", "20:30", None, id="24-hours"),
        pytest.param("It fell at 1730 GMT there.", "1730 GMT", None, id="zone"),
        pytest.param("It fell between 8 and 10 PM.", "8 and 10 PM", None, id="clock-range"),
        pytest.param("It fell at five o'clock there.", "five o'clock", None, id="o-clock"),
    ],
)
def test_a_date_in_full_needs_no_day_of_publication(text: str, words: str, value: str | None) -> None:
    assert found(text, None) == [(words, value)]


@pytest.mark.parametrize(
    ("text", "words", "value"),
    [
        pytest.param("They met on Tuesday.", "Tuesday", "2025-06-03", id="the-same-day"),
        pytest.param("They met on Tuesday night.", "Tuesday night", "2025-06-03", id="night"),
        pytest.param("They met on Wednesday.", "Wednesday", "2025-05-28", id="weekday-before"),
        pytest.param("They met last Tuesday.", "last Tuesday", "2025-05-27", id="last"),
        pytest.param("They meet next Friday.", "next Friday", "2025-06-06", id="next"),
        pytest.param("They will meet on Friday.", "Friday", "2025-06-06", id="looking-ahead"),
        pytest.param("They promised to meet by Friday.", "Friday", "2025-06-06", id="promised"),
        pytest.param("The gate stays shut until at least Friday.", "Friday", "2025-06-06", id="until"),
        pytest.param("The gate was shut until Friday.", "Friday", "2025-05-30", id="was-until"),
        pytest.param("On Friday the court will sit.", "Friday", "2025-06-06", id="ahead-of-its-verb"),
        pytest.param("He would have sung on Friday.", "Friday", "2025-05-30", id="would-have"),
        pytest.param("They went to Dorn on Friday.", "Friday", "2025-05-30", id="to-a-place"),
        pytest.param("They said on Friday that it will rain.", "Friday", "2025-05-30", id="reported-before"),
        pytest.param("It began late Monday.", "late Monday", "2025-06-02", id="late"),
        pytest.param("It began in the early hours of Monday.", "early hours of Monday", "2025-06-02", id="early-hours"),
        pytest.param("It began on January 31.", "January 31", "2025-01-31", id="day-this-year"),
        pytest.param("It began on December 14.", "December 14", "2024-12-14", id="day-last-year"),
        pytest.param("It will end by 20 December.", "20 December", "2025-12-20", id="day-to-come"),
        pytest.param("It began on 4 May last year.", "4 May last year", "2024-05-04", id="day-of-last-year"),
        pytest.param("It will end on the 14th.", "the 14th", "2025-06-14", id="day-of-this-month"),
        pytest.param("It ended on the 14th.", "the 14th", "2025-05-14", id="day-of-the-month-before"),
        pytest.param("It ends before the 15th of next month.", "the 15th of next month", "2025-07-15", id="next-month"),
        pytest.param("It will end by the end of August.", "the end of August", "2025-08-31", id="end-of-a-month"),
        pytest.param("It will end by the end of the year.", "the end of the year", "2025-12-31", id="end-of-the-year"),
        pytest.param("It ran between April and May.", "between April and May", "2025-04/2025-05", id="between-months"),
        pytest.param("It ran between 2014 and 2020.", "between 2014 and 2020", "2014/2020", id="between-years"),
        pytest.param(
            "It ran between May 2021 and June 2022.", "between May 2021 and June 2022", "2021-05/2022-06", id="between"
        ),
        pytest.param("It will open at Christmas.", "Christmas", "2025-12-25", id="feast"),
        pytest.param("It will open by Easter.", "Easter", None, id="moving-feast"),
        pytest.param("It ran over the past decade.", "the past decade", "2015/2025", id="past-decade"),
        pytest.param("It will open by the weekend.", "the weekend", "2025-06-07/2025-06-08", id="weekend-to-come"),
        pytest.param("Its first-quarter loss grew.", "first-quarter", "2025-01/2025-03", id="hyphened-quarter"),
        pytest.param("It began on 29 February.", "29 February", "2024-02-29", id="leap-day"),
        pytest.param("It began on May 5 at 8 PM.", "May 5 at 8 PM", "2025-05-05T20:00", id="date-time"),
        pytest.param("It began in May.", "May", "2025-05", id="month"),
        pytest.param("It began in July.", "July", "2024-07", id="month-last-year"),
        pytest.param("It began in May last year.", "May last year", "2024-05", id="month-of-last-year"),
        pytest.param("It began today.", "today", "2025-06-03", id="today"),
        pytest.param("It began yesterday.", "yesterday", "2025-06-02", id="yesterday"),
        pytest.param("It began last night.", "last night", "2025-06-02", id="last-night"),
        pytest.param("It began last week.", "last week", "2025-05-26/2025-06-01", id="last-week"),
        pytest.param("It began last month.", "last month", "2025-05", id="last-month"),
        pytest.param("It began this year.", "this year", "2025", id="this-year"),
        pytest.param("It began earlier this month.", "earlier this month", "2025-06", id="earlier-this-month"),
        pytest.param("It began two days ago.", "two days ago", "2025-06-01", id="days-ago"),
        pytest.param("It began three years ago.", "three years ago", "2022", id="years-ago"),
        pytest.param("It began seventy-four years ago.", "seventy-four years ago", "1951", id="many-years-ago"),
        pytest.param("It ran over the past week.", "the past week", "2025-05-27/2025-06-03", id="past-week"),
        pytest.param("It ran over the past few days.", "the past few days", None, id="past-few-days"),
        pytest.param("It grew in recent months.", "recent months", None, id="recent-months"),
        pytest.param("It grew over the weekend.", "the weekend", "2025-05-31/2025-06-01", id="weekend"),
        pytest.param("It grew last summer.", "last summer", None, id="season"),
        pytest.param("It fell overnight.", "overnight", None, id="overnight"),
        pytest.param("It fell the same evening.", "the same evening", None, id="same-evening"),
        pytest.param(
            "It fell in the third quarter (July–September) of the year.",
            "third quarter (July–September) of the year", "2024-07/2024-09", id="quarter-of-the-year",
        ),
    ],
)  # fmt: skip
def test_a_relative_date_is_resolved_against_the_day_of_publication(text: str, words: str, value: str | None) -> None:
    assert found(text) == [(words, value)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("It began in April 2024. That month it burned.", "2024-04", id="that-month"),
        pytest.param("It began on 3 April 2024. That day it burned.", "2024-04-03", id="that-day"),
        pytest.param("It began on 3 April 2024. It burned the same month.", "2024-04", id="the-same-month"),
        pytest.param("It began in 2024. It burned the previous year.", "2023", id="the-previous-year"),
        pytest.param("It began. That month it burned.", None, id="no-month-before"),
    ],
)
def test_a_time_pointed_back_to_is_the_one_named_before(text: str, value: str | None) -> None:
    assert found(text)[-1][1] == value


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("They met on Tuesday night.", id="weekday"),
        pytest.param("It began on January 31 at 8 PM.", id="day-without-year"),
        pytest.param("It began in May.", id="month-without-year"),
        pytest.param("It began last week.", id="last-week"),
        pytest.param("It began two days ago.", id="days-ago"),
    ],
)
def test_without_a_day_of_publication_a_relative_date_has_a_span_and_no_value(text: str) -> None:
    assert [moment.value for moment in dates_of(text, None)] == [None]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("They may march on.", id="verbs-that-look-like-months"),
        pytest.param("May said so.", id="a-name-that-looks-like-a-month"),
        pytest.param("It lasted for three days.", id="duration"),
        pytest.param("They came within 24 hours.", id="within"),
        pytest.param("They met at “Hilal Talks 2025” there.", id="year-in-a-name"),
        pytest.param("They fled from 2000 villages.", id="count-like-a-year"),
        pytest.param("They killed 2024 men.", id="count-in-range"),
        pytest.param("It sold on Black Friday.", id="named-friday"),
        pytest.param("The Sunday Times said so.", id="newspaper"),
        pytest.param("They won 3:1 there.", id="score"),
        pytest.param("He came second, in the second half.", id="second-half-of-a-match"),
        pytest.param("It rose 10.30 per cent.", id="decimal-like-a-clock"),
    ],
)
def test_what_only_looks_like_a_date_is_none(text: str) -> None:
    assert found(text) == []


def test_a_count_behind_a_month_is_no_day() -> None:
    assert found("In May 10 people fled.") == [("May", "2025-05")]


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(
            st.sampled_from(
                "May march 31 30 2024 1 12 : . , - – / at on the of last next this past two days ago week year Tuesday "
                "PM am a.m. quarter third half Q3 1990s ' s between and to 8 10:30 Sept. ( ) overnight 9999".split()
            ),
            max_size=14,
        ).map(" ".join),
    ),
    st.one_of(st.none(), st.just(date.min), st.just(date.max), st.dates()),
)
def test_no_text_and_no_day_of_publication_is_too_odd(text: str, published: date | None) -> None:
    moments = dates_of(text, published)

    assert all(0 <= moment.span.start < moment.span.end <= len(text) for moment in moments)
    assert all(first.span.end <= second.span.start for first, second in pairwise(moments))


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2090, 1, 1)))
def test_a_weekday_is_one_of_the_seven_days_up_to_publication(published: date) -> None:
    ((_, value),) = found("They met on Thursday.", published)

    assert value is not None
    day = date.fromisoformat(value)
    assert day.weekday() == 3
    assert timedelta(0) <= published - day < timedelta(days=7)
