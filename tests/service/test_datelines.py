from datetime import date

import pytest

from service.reading.datelines import after_dateline, find_published
from service.records import Paragraph, Span


@pytest.mark.parametrize(
    ("text", "prose"),
    [
        pytest.param("PORT DELMA, 12 March 2025 - At least 17 drowned.", "At least 17 drowned.", id="place-and-date"),
        pytest.param("LAGOS (Reuters) - Two men left.", "Two men left.", id="agency"),
        pytest.param("PARIS — Two men left.", "Two men left.", id="place-alone"),
        pytest.param("PARIS—Two men left.", "Two men left.", id="dash-without-spaces"),
        pytest.param("Oru, Belland – March 3, 2026 – The mayor spoke.", "The mayor spoke.", id="two-dashes"),
        pytest.param("Rio de Oro, May 3 (APX) — Rain fell.", "Rain fell.", id="small-word-in-a-name"),
        pytest.param("ORU: The mayor spoke.", "The mayor spoke.", id="colon"),
        pytest.param("date 2026-03-05 Oru, Mar 5 At least two left.", "At least two left.", id="feed"),
        pytest.param("Oru, 5 March: At least two left.", "At least two left.", id="date-and-colon"),
    ],
)
def test_prose_begins_after_the_dateline(text, prose):
    assert text[after_dateline(text, 0, len(text)) :] == prose


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Ana Lima – the mayor – left in May.", id="name-with-an-aside"),
        pytest.param("Prices rose 5% – a record.", id="sentence-with-a-dash"),
        pytest.param("On March 3, 2026 – a Tuesday – rain fell.", id="date-inside-a-sentence"),
        pytest.param("WARNING signs were ignored - and more.", id="small-letters-before-the-dash"),
        pytest.param("Mayor: We will pay.", id="transcript"),
        pytest.param("In Oru, May 3 was warm.", id="date-as-subject"),
        pytest.param("PARIS —", id="nothing-follows"),
    ],
)
def test_a_sentence_is_no_dateline(text):
    assert after_dateline(text, 0, len(text)) == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("PORT DELMA, 12 March 2025 - At least 17 drowned.", date(2025, 3, 12), id="day-month-year"),
        pytest.param("Oru, Belland – March 3, 2026 – The mayor spoke.", date(2026, 3, 3), id="month-day-year"),
        pytest.param("date 2026-03-05 Oru, Mar 5 At least two left.", date(2026, 3, 5), id="iso"),
        pytest.param("LAGOS, 3 May (APX) - Two men left.", None, id="no-year"),
        pytest.param("LAGOS, 31 June 2025 - Two men left.", None, id="no-such-day"),
        pytest.param("Two men left on 12 March 2025.", None, id="a-date-in-the-story"),
    ],
)
def test_a_whole_date_in_the_dateline_is_taken_for_the_day_of_publication(text, expected):
    found, notices = find_published(text, [Paragraph(span=Span(0, len(text)), role="body")])

    assert found == expected
    assert len(notices) == (1 if expected else 0)
