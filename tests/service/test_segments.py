from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.reading.paragraphs import find_paragraphs
from service.reading.segments import split
from service.reading.sentences import find_sentences
from service.records import Article, Reading


def a_reading(text):
    article = Article(id="a", text=text)
    paragraphs = find_paragraphs(article)
    return Reading(
        article=article,
        paragraphs=paragraphs,
        sentences=find_sentences(text, paragraphs),
        quotations=(),
        figures=(),
        skipped_numbers=(),
        dates=(),
        speakers=(),
        mentions=(),
        cues=(),
    )


TEXT = "Aaa aaa. Bbb bbb.\n\nCcc ccc. Ddd ddd.\n\nEee eee."  # sentences of eight characters


@pytest.mark.parametrize(
    ("characters", "runs"),
    [
        pytest.param(1_000, [(1, 5)], id="all in one"),
        pytest.param(32, [(1, 4), (5, 5)], id="two paragraphs fit"),
        pytest.param(30, [(1, 2), (3, 5)], id="cut at a paragraph's end, not inside"),
        pytest.param(16, [(1, 2), (3, 4), (5, 5)], id="one paragraph each"),
        pytest.param(15, [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)], id="a paragraph does not fit"),
        pytest.param(1, [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)], id="no sentence fits"),
    ],
)
def test_segments_are_runs_of_whole_sentences(characters, runs):
    segments = split(a_reading(TEXT), characters=characters)

    assert [(segment.first, segment.last) for segment in segments] == runs
    assert [segment.number for segment in segments] == list(range(1, len(runs) + 1))


def test_a_segment_spans_from_its_first_sentence_to_its_last():
    (segment,) = split(a_reading(TEXT), characters=1_000)

    assert segment.span.of(TEXT) == TEXT


def test_a_text_without_sentences_has_no_segments():
    assert split(a_reading(" \n"), characters=100) == ()


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="ab. \nA", max_size=300), st.integers(min_value=1, max_value=80))
def test_every_sentence_is_in_exactly_one_segment(text, characters):
    reading = a_reading(text)
    segments = split(reading, characters=characters)

    numbers = [number for segment in segments for number in range(segment.first, segment.last + 1)]
    assert numbers == [sentence.number for sentence in reading.sentences]
    assert all(one.span.end <= two.span.start for one, two in pairwise(segments))
    for segment in segments:
        lengths = [s.span.end - s.span.start for s in reading.sentences[segment.first - 1 : segment.last]]
        assert sum(lengths) <= characters or len(lengths) == 1
