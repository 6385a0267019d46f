import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from timing import cpu_seconds

from service.reading.paragraphs import describe_set_aside, find_paragraphs
from service.records import Article, Paragraph, Span

PROSE = "The council closed the bridge on Monday after cracks were found in two of its piers."
MORE = "Engineers said that repairs would take at least three weeks. Buses run until ten at night."


def read(text, title=None):
    return find_paragraphs(Article(id="a", text=text, title=title))


def roles(text, title=None):
    return [paragraph.role for paragraph in read(text, title)]


def body(text, title=None):
    return [paragraph.span.of(text) for paragraph in read(text, title) if paragraph.role == "body"]


@pytest.mark.parametrize(
    "line_break",
    [
        pytest.param("\n", id="line feed"),
        pytest.param("\r\n", id="carriage return and line feed"),
        pytest.param("\r", id="carriage return"),
        pytest.param("\u2028", id="line separator"),
        pytest.param("\u2029", id="paragraph separator"),
        pytest.param("\x85", id="next line"),
    ],
)
def test_every_line_break_parts_paragraphs_and_spans_are_trimmed(line_break):
    text = f"{line_break}  {PROSE}\u00a0{line_break} {line_break}\t{MORE} "

    assert body(text) == [PROSE, MORE]


@pytest.mark.parametrize(
    ("line", "role"),
    [
        pytest.param("Read also: Harbour to reopen in June", "teaser", id="teaser on one line"),
        pytest.param("READ MORE Storm closes three ports", "teaser", id="shouted teaser"),
        pytest.param("Read more", "teaser", id="heading of teasers"),
        pytest.param("By Jane Roe and John Doe, Example News", "byline", id="by whom"),
        pytest.param("Our Correspondent", "byline", id="correspondent"),
        pytest.param("Published 3 May 2025", "byline", id="published"),
        pytest.param("Updated: May 3, 2025 10:20 AM", "byline", id="updated"),
        pytest.param("RIVERTOWN, May 3, 2025", "byline", id="dateline alone"),
        pytest.param("(Reporting by Jane Roe; Editing by John Doe)", "byline", id="agency tail"),
        pytest.param("File photo of the bridge", "caption", id="file photo"),
        pytest.param("Photo: Jane Roe", "caption", id="photo"),
        pytest.param("(Image: Example Archive)", "caption", id="image in brackets"),
        pytest.param("Workers inspect a pier on Monday (Jane Roe/PA)", "caption", id="agency in brackets"),
        pytest.param(
            "This post has been auto-published from a feed and was not checked.", "disclaimer", id="auto-published"
        ),
        pytest.param(
            "The views expressed are the author's own and do not reflect the paper's.", "disclaimer", id="views"
        ),
        pytest.param("Sources: Verified reports of two agencies were used.", "disclaimer", id="sources"),
        pytest.param("© 2025 Example Post. All rights reserved.", "disclaimer", id="rights"),
        pytest.param("Subscribe to our newsletter", "disclaimer", id="subscribe"),
        pytest.param("We use cookies to improve this site.", "disclaimer", id="cookies"),
        pytest.param("ADVERTISEMENT", "furniture", id="advertisement"),
        pytest.param("Share on Facebook", "furniture", id="share"),
        pytest.param("* * *", "furniture", id="no word"),
        pytest.param("https://example.com/a?b=c", "furniture", id="address"),
        pytest.param("Repairs and Costs", "heading", id="heading in title case"),
        pytest.param("Longest closure in years", "heading", id="heading in sentence case"),
        pytest.param("What happens next?", "heading", id="heading that asks"),
        pytest.param("# Repairs", "heading", id="markdown heading"),
    ],
)
def test_what_stands_around_the_article_is_set_aside_with_a_reason(line, role):
    text = "\n\n".join([PROSE, line, MORE])

    before, found, after = read(text)

    assert (before.role, found.role, after.role) == ("body", role, "body")
    assert found.why
    assert before.why is None


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("By Tuesday the river had fallen by two metres.", id="by a day"),
        pytest.param("Subscribers of the club paid 40 euros each.", id="subscribers"),
        pytest.param("The views expressed by the minister drew protests from two parties.", id="views of a minister"),
        pytest.param("Sources: three officials told this paper that the dam had held.", id="sources told"),
        pytest.param("He was there, he said. (Reuters)", id="agency after a full stop"),
        pytest.param("The mayor said:", id="opens a quotation"),
        pytest.param("“We won.”", id="short quotation"),
        pytest.param("• Two men were hurt", id="list item with bullet"),
        pytest.param("- Two men were hurt", id="list item with hyphen"),
        pytest.param("1. Two men were hurt", id="numbered item"),
        pytest.param("12 people were killed and 30 wounded", id="figures without a stop"),
        pytest.param("The government has been asked for comment", id="sentence without a stop"),
        pytest.param("Photographs showed at least two burnt houses.", id="photographs as news"),
        pytest.param("#Flood: the river rose", id="hashtag"),
        pytest.param("Recommended measures include a curfew, the report said.", id="recommended measures"),
        pytest.param("More from the harvest was lost than in any year, farmers said.", id="more from as news"),
        pytest.param("In the morning the search went on and on...", id="ends in an ellipsis"),
    ],
)
def test_what_only_looks_like_furniture_stays_body(line):
    assert line in body("\n\n".join([PROSE, line, MORE]))


def test_a_block_of_teasers_ends_where_running_text_starts():
    text = "\n\n".join(
        [
            "Bridge Closed After Cracks Found",
            "Must Read",
            "Harbour to Reopen in June",
            "The harbour, closed since the storm in which two ships were lost, will...",
            "Ten Years of the Tunnel – Special Report",
            "When Dr. Roe first walked the tunnel, nobody...",
            PROSE,
            MORE,
            "Latest News",
            "Mayor Visits School",
            "The mayor of the town has visited the new school. It is the...",
            "Forty Fishermen Come Home",
            "Forty fishermen who were held at sea for months are home again.",
            "Tower Gets New Bells",
        ]
    )

    assert body(text) == [PROSE, MORE]
    assert roles(text)[0] == "headline"


def test_a_block_of_titles_alone_ends_where_running_text_starts():
    assert body("\n".join([PROSE, "Related posts", "Harbour to reopen", "Tower gets bells", MORE])) == [PROSE, MORE]


def test_whole_summaries_are_teasers_where_nothing_but_pairs_follows():
    pair = ["Harbour to Reopen", "The harbour will open in June, the port authority has said in a note."]

    assert body("\n".join([PROSE, MORE, "Most read", *pair, *pair])) == [PROSE, MORE]


def test_pairs_of_title_and_cut_summary_are_teasers_without_a_heading():
    pair = ["Harbour to Reopen", "The harbour, closed since the storm, will..."]

    assert body("\n".join([*pair, *pair, PROSE, MORE])) == [PROSE, MORE]


def test_the_teaser_says_under_which_heading_it_stands():
    teaser = read(f"{PROSE}\nMust Read\nHarbour to Reopen")[2]

    assert teaser.role == "teaser"
    assert "“Must Read”" in (teaser.why or "")


@pytest.mark.parametrize(
    ("lines", "title", "expected"),
    [
        pytest.param(["Bridge closed", PROSE], None, ["headline", "body"], id="first short line"),
        pytest.param(["Bridge closed", "Bridge closed", PROSE], None, ["headline"] * 2 + ["body"], id="repeated"),
        pytest.param([PROSE, "Bridge closed.", MORE], "Bridge Closed", ["body", "headline", "body"], id="own title"),
        pytest.param([PROSE, MORE], "Bridge closed", ["body", "body"], id="no headline in the text"),
        pytest.param(["Bridge closed"], None, ["body"], id="a headline is all there is"),
        pytest.param(["Bridge closed", "Tower open"], None, ["body", "body"], id="no running text anywhere"),
        pytest.param(["Bridge closed"], "Bridge closed", ["body"], id="the text is its own title"),
        pytest.param(
            ["# Bridge closed", PROSE, "## Costs", MORE], None, ["headline", "body", "heading", "body"], id="md"
        ),
        pytest.param(
            ["RIVERTOWN, Ohio, Feb. 21, 2025 /Newswire/ -- In a major win for", PROSE],
            None,
            ["body", "body"],
            id="a dateline that lost its end",
        ),
    ],
)
def test_headlines_are_told_from_text(lines, title, expected):
    assert roles("\n\n".join(lines), title) == expected


def test_readers_comments_are_not_the_article():
    text = "\n".join([PROSE, MORE, "3 Comments", "PRESIDENT: I resign.", "Somebody wrote that two more had died."])

    assert body(text) == [PROSE, MORE]


def test_a_comment_link_above_the_article_hides_nothing():
    assert body("\n".join(["Comments", PROSE, MORE])) == [PROSE, MORE]


def test_a_text_wrapped_by_hand_keeps_its_paragraphs_whole():
    text = (
        "The council closed the bridge on Monday after\ncracks were found in two of its piers, and\n"
        "Engineer Roe said that repairs would take\nthree weeks.\n\nBuses run until ten at night, the\ncouncil said.\n"
    )

    assert body(text) == [text[: text.index("\n\n")], "Buses run until ten at night, the\ncouncil said."]


def test_lines_without_stops_are_not_joined():
    assert len(read("Two men were hurt\nThe road is closed\nTrains run late\n")) == 3


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=60), st.sampled_from(["Must Read", "Title Here", "Cut off...", PROSE, "• x", "By A"])
        )
    ).map("\n".join)
)
def test_spans_are_ordered_and_cut_what_is_not_blank(text):
    end = 0
    for paragraph in read(text):
        words = paragraph.span.of(text)
        assert words
        assert words == words.strip()
        assert paragraph.span.start >= end
        assert (paragraph.role == "body") == (paragraph.why is None)
        end = paragraph.span.end
    assert bool(text.strip()) == (end > 0)


@pytest.mark.parametrize(
    "unit",
    [
        pytest.param("Read more\nTitle Here\n", id="teaser headings"),
        pytest.param("Title Here\nA summary of it...\n", id="pairs"),
        pytest.param("this line runs on and\n", id="wrapped"),
        pytest.param("# x\n", id="headings"),
        pytest.param("By A B\n\n", id="bylines"),
        pytest.param("Comments\n" + PROSE + "\n", id="comments"),
        pytest.param(" ", id="spaces"),
        pytest.param("a", id="one word"),
        pytest.param("(A ", id="brackets"),
    ],
)
def test_time_grows_with_length_and_no_faster(unit):
    half, whole = (unit * 80_000)[:80_000], (unit * 160_000)[:160_000]

    assert cpu_seconds(lambda: read(whole)) < 3.5 * cpu_seconds(lambda: read(half)) + 0.2


@pytest.mark.parametrize(
    ("roles", "message"),
    [
        pytest.param(["body", "body"], None, id="all-is-body"),
        pytest.param(
            ["body", "teaser"], "1 paragraph is set aside as no part of the story: 1 teaser.", id="one-is-set-aside"
        ),
        pytest.param(
            ["teaser", "furniture", "teaser", "furniture"],
            "4 paragraphs are set aside as no part of the story: 2 teasers, 2 furniture.",
            id="several-kinds",
        ),
    ],
)
def test_what_is_set_aside_is_said_in_one_notice(roles, message):
    paragraphs = [Paragraph(span=Span(at, at + 1), role=role) for at, role in enumerate(roles)]

    assert [notice.message for notice in describe_set_aside(paragraphs)] == ([message] if message else [])
