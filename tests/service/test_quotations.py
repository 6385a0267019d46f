import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from timing import cpu_seconds

from service.reading.paragraphs import find_paragraphs
from service.reading.quotations import find_quotations
from service.records import Article


def read(text):
    return find_quotations(text, find_paragraphs(Article(id="a", text=text)))


def inner(text):
    return [quotation.inner.of(text) for quotation in read(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('"We won," he said. "They don\'t."', ["We won,", "They don't."], id="straight"),
        pytest.param("“We won,” he said. “They lost.”", ["We won,", "They lost."], id="curly"),
        pytest.param("‘We don’t know,’ he said.", ["We don’t know,"], id="curly single"),
        pytest.param("'It's a lie,' she said. 'We'll see.'", ["It's a lie,", "We'll see."], id="straight single"),
        pytest.param(
            "‘We met the soldiers’ wives and sons,’ he said.", ["We met the soldiers’ wives and sons,"], id="s’"
        ),
        pytest.param("The workers' and farmers' unions don't agree.", [], id="apostrophes"),
        pytest.param("It was in the '90s, the ’80s and '68, rock 'n' roll.", [], id="elided"),
        pytest.param("The ‘rebels’ left.", ["rebels"], id="scare quotes"),
        pytest.param("« Il part », dit-il.", ["Il part"], id="french"),
        pytest.param("»Nein«, sagte er.", ["Nein"], id="german guillemets"),
        pytest.param("„Ja“, sagte sie.", ["Ja"], id="german low marks"),
        pytest.param("‹Ja›, sagte sie.", ["Ja"], id="single guillemets"),
        pytest.param("”Kyllä”, hän sanoi.", ["Kyllä"], id="finnish"),
        pytest.param("「はい」と『いいえ』", ["はい", "いいえ"], id="japanese"),
        pytest.param("He is `part of it´, but couldn´t go.", ["part of it"], id="accents for marks"),
        pytest.param("``We won,'' he said.", ["We won,"], id="doubled marks"),
        pytest.param('A 27" screen cost 6 euros; he said "yes".', ["yes"], id="inches"),
        pytest.param('He said,"We go."', ["We go."], id="no space before"),
        pytest.param('"I—" he began. "What—" she said.', ["I—", "What—"], id="broken off by a dash"),
        pytest.param('"" and "x"', ["x"], id="nothing inside"),
        pytest.param('"', [], id="one mark alone"),
    ],
)
def test_quotations_are_found_without_their_marks(text, expected):
    assert inner(text) == expected
    assert all(quotation.closed for quotation in read(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("“He told me ‘don’t go’ and left.”", ["He told me ‘don’t go’ and left.", "don’t go"], id="single"),
        pytest.param(
            '"He said "a" and "b" to us," she said.', ['He said "a" and "b" to us,', "a", "b"], id="same marks"
        ),
        pytest.param("‘She said “no” at once.’", ["She said “no” at once.", "no"], id="double in single"),
        pytest.param("“a “b “c” b” a”", ["a “b “c” b” a", "b “c” b"], id="the third is passed over"),
    ],
)
def test_a_quotation_in_a_quotation_is_deeper(text, expected):
    quotations = read(text)

    assert [quotation.inner.of(text) for quotation in quotations] == expected
    assert [quotation.depth for quotation in quotations] == [1] + [2] * (len(expected) - 1)


@pytest.mark.parametrize("mark", ["“", '"', "«"])
def test_a_quotation_over_several_paragraphs_is_one_for_each(mark):
    closing = {"“": "”", '"': '"', "«": "»"}[mark]
    text = f"{mark}We are here.\n\n{mark}They are not.\n\n{mark}So it goes,{closing} he said. {mark}Yes.{closing}"

    quotations = read(text)

    assert [quotation.closed for quotation in quotations] == [False, False, True, True]
    assert [quotation.continues for quotation in quotations] == [False, True, True, False]
    assert quotations[0].span.of(text) == f"{mark}We are here."


def test_a_paragraph_that_does_not_open_with_a_mark_ends_the_quotation():
    quotations = read("“We are here.\n\nHe said “no” to them.")

    assert [(quotation.closed, quotation.continues) for quotation in quotations] == [(False, False), (True, False)]


def test_an_odd_mark_spoils_no_other_paragraph():
    text = 'He said "we are here and left.\n\nShe said "fine" to them.'

    assert inner(text) == ["we are here and left.", "fine"]


def test_a_mark_that_lost_its_partner_ends_where_the_next_quotation_opens():
    text = '"We won. "They lost," he said. "Good," she said.'

    assert [(quotation.inner.of(text), quotation.closed) for quotation in read(text)] == [
        ("We won.", False),
        ("They lost,", True),
        ("Good,", True),
    ]


MARKS = "\"'“”‘’„«»‹›「」`´"


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.one_of(st.sampled_from(MARKS + " .,sa1\n"), st.characters(codec="utf-8")), max_size=120))
def test_inner_lies_in_span_and_order_holds(text):
    paragraphs = find_paragraphs(Article(id="a", text=text))
    before = (-1, 0)
    for quotation in find_quotations(text, paragraphs):
        assert quotation.span.holds(quotation.inner)
        assert quotation.inner.of(text).strip() == quotation.inner.of(text)
        assert quotation.span.start < quotation.inner.start
        assert quotation.depth in (1, 2)
        assert any(paragraph.span.holds(quotation.span) for paragraph in paragraphs)
        assert before < (quotation.span.start, -quotation.span.end)
        before = (quotation.span.start, -quotation.span.end)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=MARKS + " .,sa1", max_size=120))
def test_quotations_of_one_depth_do_not_overlap(text):
    by_depth = {1: 0, 2: 0}
    for quotation in read(text):
        assert quotation.span.start >= by_depth[quotation.depth]
        by_depth[quotation.depth] = quotation.span.end


@pytest.mark.parametrize("unit", ['"', ' "a', "“", "« ", "s' ", "'", '"a" ', "‘a "])
def test_time_grows_with_the_number_of_marks_and_no_faster(unit):
    texts = [unit * size for size in (10_000, 20_000)]
    cut = [find_paragraphs(Article(id="a", text=text)) for text in texts]
    spent = []
    for text, paragraphs in zip(texts, cut, strict=True):
        spent.append(cpu_seconds(lambda text=text, paragraphs=paragraphs: find_quotations(text, paragraphs)))

    assert spent[1] < 3.5 * spent[0] + 0.2
