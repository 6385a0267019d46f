import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from timing import cpu_seconds

from service.reading.paragraphs import find_paragraphs
from service.reading.sentences import LONGEST, find_sentences
from service.records import Article


def read(text):
    return find_sentences(text, find_paragraphs(Article(id="a", text=text)))


def words(text):
    return [sentence.span.of(text) for sentence in read(text)]


@pytest.mark.parametrize(
    "expected",
    [
        pytest.param(["Two fell.", "Three rose."], id="full stops"),
        pytest.param(["Mr. Roe met Dr. Doe.", "They spoke."], id="titles"),
        pytest.param(["Lt. Col. Roe and Gen. Doe met.", "They spoke."], id="ranks"),
        pytest.param(["J. K. Rowling wrote it.", "He read it."], id="initials"),
        pytest.param(["The U.S. Army came.", "It left."], id="acronym inside"),
        pytest.param(["He lives in the U.S.", "The house is old."], id="acronym last"),
        pytest.param(["He paid Rs. 500 for No. 5.", "She paid Rs. 20."], id="before figures"),
        pytest.param(["He said no.", "The answer stood."], id="no as a word"),
        pytest.param(["On Jan. 5 it rained.", "St. Mary flooded."], id="months and saints"),
        pytest.param(["It began at 5 p.m. Tuesday.", "It ended at 6 a.m.", "Police left."], id="clock times"),
        pytest.param(["Fruit, e.g. apples, rose 2.5 per cent to $1.20.", "Bread fell."], id="decimals"),
        pytest.param(["Well... maybe so.", "He left...", "She stayed."], id="ellipses"),
        pytest.param(["Well . . . maybe.", "He left."], id="spaced ellipsis"),
        pytest.param(["“We won,” he said.", "“They lost.”", "Nobody spoke."], id="closing quotes"),
        pytest.param(['He said "it is over."', "Next came she."], id="straight quotes"),
        pytest.param(["“One is here.", "Two are there.”", "He left."], id="sentences within a quotation"),
        pytest.param(["(He left at once.)", "She stayed."], id="brackets"),
        pytest.param(["Who won?", "We did!", "Really?!", "Yes."], id="question and exclamation"),
        pytest.param(["“Who won?” she asked.", "“Who won?” Sara Khan asked."], id="question inside a quotation"),
        pytest.param(["It fell.[1]", "It rose."], id="footnote"),
        pytest.param(["Visit example.com or www.example.org now.", "It is open."], id="addresses"),
        pytest.param(["it fell at noon.", "nobody was hurt."], id="no capitals at all"),
        pytest.param(["In 2024.", "15 people came."], id="figure opens"),
        pytest.param(["He went to Rivertown, N.Y. — and left."], id="acronym before a dash"),
    ],
)
def test_sentences_end_where_a_reader_ends_them(expected):
    assert words(" ".join(expected)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("二人が死亡した。三人が負傷した。", ["二人が死亡した。", "三人が負傷した。"], id="japanese"),
        pytest.param("قتل اثنان؟ نعم.", ["قتل اثنان؟", "نعم."], id="arabic"),
        pytest.param("दो मरे। तीन घायल।", ["दो मरे।", "तीन घायल।"], id="hindi"),
        pytest.param(
            "Four soldiers were killed.The army left.", ["Four soldiers were killed.", "The army left."], id="gap"
        ),
        pytest.param("• Two fell. Three rose.", ["Two fell.", "Three rose."], id="bullet left out"),
        pytest.param("1. Two fell.", ["Two fell."], id="number of an item left out"),
        pytest.param("Two fell. …", ["Two fell. …"], id="marks alone join the sentence before"),
        pytest.param("... and two fell.", ["... and two fell."], id="marks alone join the sentence after"),
        pytest.param("Two fell", ["Two fell"], id="no full stop"),
    ],
)
def test_sentences_of_other_shapes(text, expected):
    assert words(text) == expected


def test_only_body_paragraphs_have_sentences_and_numbers_run_on():
    text = "Bridge Closed\n\nThe bridge was closed on Monday for repairs. It opens in June.\n\nMust Read\n\nTower Falls"

    sentences = read(text)

    assert [sentence.number for sentence in sentences] == [1, 2]
    assert {sentence.paragraph for sentence in sentences} == {1}


@pytest.mark.parametrize(
    "text", [pytest.param("word " * 2_000, id="spaces"), pytest.param("w" * 10_000, id="no space at all")]
)
def test_a_sentence_without_end_is_cut(text):
    pieces = words(text)

    assert max(map(len, pieces)) <= LONGEST
    assert "".join(pieces).replace(" ", "") == text.replace(" ", "")


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.one_of(st.characters(codec="utf-8"), st.sampled_from(". !?\"'”)\nAbc.")), max_size=300))
def test_spans_are_ordered_and_no_word_of_the_body_is_lost(text):
    paragraphs = find_paragraphs(Article(id="a", text=text))
    covered = set()
    end = 0
    for number, sentence in enumerate(find_sentences(text, paragraphs), start=1):
        cut = sentence.span.of(text)
        assert sentence.number == number
        assert sentence.span.start >= end
        assert cut
        assert cut == cut.strip()
        assert paragraphs[sentence.paragraph].span.holds(sentence.span)
        covered.update(range(*sentence.span))
        end = sentence.span.end
    for paragraph in paragraphs:
        if paragraph.role == "body":
            missed = [place for place in range(*paragraph.span) if text[place].isalpha() and place not in covered]
            assert len(missed) <= 1  # the letter of a list item


@pytest.mark.parametrize("unit", [". ", "U.S. ", '.")', "1.", "a" + " " * 50 + ".", ". . ", "Dr. ", "a"])
def test_time_grows_with_length_and_no_faster(unit):
    texts = [(unit * size)[:size] for size in (80_000, 160_000)]
    cut = [find_paragraphs(Article(id="a", text=text)) for text in texts]
    spent = []
    for text, paragraphs in zip(texts, cut, strict=True):
        spent.append(cpu_seconds(lambda text=text, paragraphs=paragraphs: find_sentences(text, paragraphs)))

    assert spent[1] < 3.5 * spent[0] + 0.2
