"""Corpora on the user's disk as gold sets: read by their published form, scored in what they annotate."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from eval.annotated import blank
from eval.ced1k import read_ced1k
from eval.citron import read_citron
from eval.cli import main
from eval.corpora import read_corpus, write_corpus
from eval.goldset import open_gold_set
from eval.measures import score
from eval.polnear import read_polnear, read_polnear_rows
from eval.score import judge_all
from service.errors import InputError
from service.goldfiles import GoldClaim
from service.records import Figure, Source, Span

TEXT = (
    "“We lost the pier,” said Mayor Ola Brandt. “It took a night.”\n\n"
    "Reportedly the ferry was late. She believes that rain did it.\n"
)


def at(words: str, text: str = TEXT) -> str:
    start = text.index(words)
    return f"{start} {start + len(words)}"


def a_line(mark: str, role: str, *words: str) -> str:
    return f"{mark}\t{role} {';'.join(at(each) for each in words)}\t{' '.join(words)}\n"


ANNOTATIONS = "".join(
    [
        a_line("T1", "Content", "“We lost the pier,”", "“It took a night.”"),
        a_line("T2", "Cue", "said"),
        a_line("T3", "Source", "Mayor Ola Brandt"),
        a_line("T4", "Attribution", "said"),
        "E1\tAttribution:T4 Content:T1 Cue:T2 Source:T3\n",
        a_line("T5", "Cue", "Reportedly"),
        a_line("T6", "Content", "the ferry was late"),
        a_line("T7", "Attribution-no-source", "Reportedly"),
        "E2\tAttribution-no-source:T7 Content:T6 Cue:T5\n",
        a_line("T8", "Source", "She"),
        a_line("T9", "Cue", "believes"),
        a_line("T10", "Content", "that rain", "did it"),
        a_line("T11", "Attribution", "believes"),
        "E3\tAttribution:T11 Source:T8 Cue:T9 Content:T10\n",
        "A1\tNested E3\n",
        "#1\tAnnotatorNotes E3\tsure\n",
    ]
)
METADATA = (
    "compartment\tfilename\tpublisher\tpublication_date\ttitle\n"
    'dev\tpaper_2016-01-02_pier\tpaper\t2016-01-02\tA "pier" is lost\n'
)


@pytest.fixture
def polnear(tmp_path: Path) -> Path:
    """The corpus's layout, with one article of our own."""
    part = tmp_path / "PolNeAR" / "data" / "dev"
    (part / "attributions").mkdir(parents=True)
    (part / "text").mkdir()
    (part / "attributions" / "paper_2016-01-02_pier_4b22.ann").write_text(ANNOTATIONS, encoding="utf-8")
    (part / "text" / "paper_2016-01-02_pier.txt").write_text(TEXT, encoding="utf-8")
    (part.parent / "metadata.tsv").write_text(METADATA, encoding="utf-8")
    return tmp_path / "PolNeAR"


def words(claim: GoldClaim) -> list[str]:
    return [span.of(TEXT) for span in claim.content]


def test_attributions_are_read_with_their_fragments_speakers_and_cues(polnear):
    corpus = read_polnear(polnear)

    (document,) = corpus.documents
    first, second, third = corpus.claims
    assert (document.id, document.outlet, str(document.published), document.split) == (
        "paper_2016-01-02_pier",
        "paper",
        "2016-01-02",
        "dev",
    )
    assert document.title == 'A "pier" is lost'
    assert words(first) == ["“We lost the pier,”", "“It took a night.”"]
    assert (first.source.name, first.source.mention.of(TEXT), first.cue.of(TEXT)) == (
        "Mayor Ola Brandt",
        "Mayor Ola Brandt",
        "said",
    )
    assert (second.source.name, second.source.kind, second.cue.of(TEXT)) == (None, "unspecified", "Reportedly")
    assert (third.source.name, words(third)) == ("She", ["that rain", "did it"])
    assert [claim.mode for claim in corpus.claims] == ["direct", "indirect", "indirect"]
    assert [claim.id for claim in corpus.claims] == [f"{document.id}#{number}" for number in (1, 2, 3)]


@pytest.mark.parametrize(
    "place", [pytest.param(p, id=p or "repository") for p in ("", "data", "data/dev", "data/dev/attributions")]
)
def test_any_part_of_the_corpus_can_be_named(polnear, place):
    assert len(read_polnear(polnear / place).claims) == 3


def test_a_second_reading_is_left_out_and_another_can_be_chosen(polnear):
    folder = polnear / "data" / "dev" / "attributions"
    (folder / "paper_2016-01-02_pier_ef2d.ann").write_text(ANNOTATIONS.partition("T5")[0], encoding="utf-8")

    first, second = read_polnear(polnear), read_polnear(polnear, annotator="ef2d")

    assert (len(first.claims), len(second.claims)) == (3, 1)
    assert "1 further readings of the same articles left out" in first.notes


@pytest.mark.parametrize(
    ("change", "note", "left"),
    [
        pytest.param(
            lambda lines: lines.replace(at("the ferry was late"), at("ferry was late.")),
            "1 attributions left out: their words do not stand at their offsets",
            2,
            id="words-elsewhere",
        ),
        pytest.param(
            lambda lines: lines.replace(at("the ferry was late"), "90 9999"),
            "1 attributions left out: their words do not stand at their offsets",
            2,
            id="beyond-the-end",
        ),
        pytest.param(
            lambda lines: lines.replace(" Content:T6", ""),
            "1 attributions left out: they have no content",
            2,
            id="no-content",
        ),
    ],
)
def test_an_attribution_that_cannot_be_used_is_left_out_and_counted(polnear, change, note, left):
    path = polnear / "data" / "dev" / "attributions" / "paper_2016-01-02_pier_4b22.ann"
    path.write_text(change(ANNOTATIONS), encoding="utf-8")

    corpus = read_polnear(polnear)

    assert len(corpus.claims) == left
    assert note in corpus.notes


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        pytest.param("T20 Cue\n", "is no marked text", id="no-tabs"),
        pytest.param("T20\tCue a b\tx\n", "is no marked text", id="offsets-not-numbers"),
        pytest.param("E9\tAttribution:T4 Content:T99\n", "'T99' is marked nowhere", id="unknown-mark"),
    ],
)
def test_a_line_of_another_form_is_named(polnear, line, problem):
    path = polnear / "data" / "dev" / "attributions" / "paper_2016-01-02_pier_4b22.ann"
    path.write_text(ANNOTATIONS + line, encoding="utf-8")

    with pytest.raises(InputError, match=rf"4b22\.ann:17: .*{problem}"):
        read_polnear(polnear)


def test_an_article_without_its_text_is_left_out_and_a_folder_without_annotations_refused(polnear, tmp_path):
    (polnear / "data" / "dev" / "text" / "paper_2016-01-02_pier.txt").unlink()

    assert read_polnear(polnear).notes[-1] == "1 articles left out: their text is not there"
    with pytest.raises(InputError, match="attributions"):
        read_polnear(tmp_path / "PolNeAR" / "data" / "dev" / "text")


# ── the JSONL forms ──


def a_file(folder: Path, *rows: object) -> Path:
    path = folder / "dev.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def span(words: str, text: str = TEXT) -> list[int]:
    return [int(offset) for offset in at(words, text).split()]


POLNEAR_ROW = {
    "doc_id": "pier",
    "publisher": "paper",
    "split": "dev",
    "text": TEXT,
    "attributions": [
        {
            "source": [span("Mayor Ola Brandt")],
            "cue": [span("said")],
            "content": [span("“We lost the pier,”")],
            "type": "mixed",
            "kind": "statement",
            "source_aliases": ["Mayor Ola Brandt", "Brandt"],
        },
        {"source": [span("She")], "cue": [span("believes")], "content": [span("that rain did it")], "kind": "other"},
        {"source": [], "cue": [], "content": []},
    ],
}
OFFICIAL = "Harbour chief Per Lind told us the quay was “never safe” and should close. Lind's sister Una Lind agreed."
CED1K_ROW = {
    "doc_id": "quay",
    "title": "Quay",
    "date": "2023-06-04",
    "text": OFFICIAL,
    "claims": [
        {
            "agent": "Per Brand",
            "agent_type": "person",
            "type": "mixed",
            "utterance": "The quay was “never safe” and it should close.",
            "source_text": "Harbour chief Per Lind told us the quay was “never safe” and should close.",
            "content": [],
        },
        {
            "agent": "Port Trust",
            "agent_type": "organization",
            "type": "direct",
            "utterance": "never safe",
            "source_text": "",
        },
        {"agent": "Una Lind", "agent_type": "person", "utterance": "agreed", "content": [span("agreed", OFFICIAL)]},
        {"agent": "Per Lind", "agent_type": "person", "utterance": "nowhere", "source_text": "nowhere at all"},
    ],
}


def test_polnear_rows_keep_what_is_annotated_and_thoughts_are_optional(tmp_path):
    corpus = read_polnear_rows(a_file(tmp_path, POLNEAR_ROW))

    first, second = corpus.claims
    assert (first.source.aliases, first.mode, first.optional) == (("Brandt",), "mixed", False)
    assert (second.source.name, second.optional) == ("She", True)
    assert "1 attributions left out: they have no content" in corpus.notes


def test_ced1k_utterances_are_placed_in_the_text_reworded_ones_by_their_sentence(tmp_path):
    corpus = read_ced1k(a_file(tmp_path, CED1K_ROW))

    said = [(claim.source.name, [each.of(OFFICIAL) for each in claim.content]) for claim in corpus.claims]
    assert said == [
        ("Per Brand", ["the quay was “never safe” and should close"]),
        ("Port Trust", ["never safe"]),
        ("Una Lind", ["agreed"]),
    ]
    # Two people share the surname Lind, so it names neither.
    assert [claim.source.aliases for claim in corpus.claims] == [("Brand",), (), ()]
    assert "1 claims left out: neither utterance nor source sentence stands in the text" in corpus.notes


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        pytest.param({"doc_id": "x", "text": "y"}, "attributions is missing", id="field-missing"),
        pytest.param(
            POLNEAR_ROW | {"attributions": [{"content": [[0, 9999]]}]}, "lies outside the text", id="span-outside"
        ),
        pytest.param([1], "doc_id is missing", id="not-an-object"),
    ],
)
def test_a_row_of_another_form_is_named(tmp_path, row, problem):
    with pytest.raises(InputError, match=rf"dev\.jsonl:1: .*{problem}"):
        read_polnear_rows(a_file(tmp_path, row))


# ── as a gold set ──


def test_the_set_written_is_stand_off_and_its_texts_are_found_beside_it(polnear, tmp_path):
    corpus = read_polnear(polnear)
    texts = write_corpus(corpus, tmp_path / "gold")

    ready = open_gold_set(tmp_path / "gold", [texts])

    assert "pier" not in (tmp_path / "gold" / "claims.jsonl").read_text(encoding="utf-8").replace("_pier", "")
    assert ready.texts == corpus.texts
    assert ready.gold.claims == corpus.claims
    assert ready.gold.info.annotates == ("content", "mention", "cue")
    assert "not to be passed on" in ready.gold.info.origin
    with pytest.raises(InputError, match="holds a gold set already"):
        write_corpus(corpus, tmp_path / "gold")


def a_prediction(content: str, source: Source, **changes: object) -> GoldClaim:
    given = {"id": content, "document": "paper_2016-01-02_pier", "content": [Span(*span(content))], "source": source}
    return GoldClaim(**(given | {"mode": "indirect"} | changes))


def test_measures_of_what_is_not_annotated_are_na_and_never_0(polnear, tmp_path):
    texts = write_corpus(read_polnear(polnear), tmp_path / "gold")
    ready = open_gold_set(tmp_path / "gold", [texts])
    a_night = Figure(span=Span(*span("a night")), low="1", high="1", qualifier="exact")
    predicted = [
        # Named elsewhere in the article, but at the very words that the corpus marks.
        a_prediction(
            "rain did it", Source(name="Ola Brandt", kind="person", mention=Span(*span("She"))), stance="denies"
        ),
        a_prediction(
            "“We lost the pier,”",
            Source(name="Mayor Ola Brandt", kind="organization"),
            figures=[a_night],
        ),
        a_prediction("the ferry was late", Source(name="Ola Brandt", kind="person")),
        a_prediction("said Mayor Ola Brandt", Source(name=None, kind="outlet"), mode="none"),
    ]

    scores = blank(score(judge_all(ready.tasks(predicted))), ready.gold.info.annotates)

    shown = {each.key: str(each.ratio) for each in scores.measures}
    assert shown["attribution_recall"] == "0.667 (2/3)"
    assert shown["claim_precision"] == "1.000 (3/3)"
    not_annotated = ("who_said_which_number", "number_fidelity", "figures_right", "figures_invented", "vague_found")
    assert {shown[key] for key in (*not_annotated, "stance", "mode", "hedge", "when")} == {"n/a"}


def test_a_speaker_named_at_other_words_is_wrong_where_only_words_are_marked(polnear, tmp_path):
    texts = write_corpus(read_polnear(polnear), tmp_path / "gold")
    ready = open_gold_set(tmp_path / "gold", [texts])
    elsewhere = Source(name="Ola Brandt", kind="person", mention=Span(*span("Mayor Ola Brandt")))

    scores = score(judge_all(ready.tasks([a_prediction("rain did it", elsewhere)])))

    assert str(scores["attribution_accuracy"]) == "0.000 (0/1)"


def test_the_command_writes_a_set_that_can_be_scored(tmp_path):
    path = a_file(tmp_path, CED1K_ROW)
    gold = tmp_path / "gold"

    written = CliRunner().invoke(main, ["corpora", "ced1k", str(path), "--out", str(gold)])
    nothing = tmp_path / "none.jsonl"
    nothing.write_text("", encoding="utf-8")
    scored = CliRunner().invoke(main, ["score", str(nothing), str(gold), "--texts", str(gold / "texts")])

    assert written.stdout.startswith(f"1 documents, 3 claims written to {gold}.\n")
    assert f"Score with --texts {gold / 'texts'}." in written.stdout
    assert (scored.exit_code, scored.stderr) == (0, "")
    assert "0.000 (0/3)" in scored.stdout


def test_a_corpus_is_read_by_its_name_from_a_folder_or_a_file(polnear, tmp_path):
    assert len(read_corpus("polnear", polnear).claims) == 3
    assert len(read_corpus("polnear", a_file(tmp_path, POLNEAR_ROW)).claims) == 2
    assert len(read_corpus("ced1k", a_file(tmp_path, CED1K_ROW)).claims) == 3


# ── Citron's form ─────────────────────────────────────────────────────────────────────────────────────────────────


def a_span(words: str) -> dict:
    start = TEXT.index(words)
    return {"start": start, "end": start + len(words), "text": words}


def a_quote(**changes) -> dict:
    given = {
        "cue": a_span("said"),
        "sources": [a_span("Mayor Ola Brandt")],
        "contents": [a_span("“It took a night.”"), a_span("“We lost the pier,”")],
    }
    return given | changes


def citron_folder(folder: Path, *quotes: dict) -> Path:
    (folder / "dev").mkdir(parents=True)
    form = {"text": TEXT, "quotes": quotes, "coreference_groups": []}
    (folder / "dev" / "pier.json").write_text(json.dumps(form), encoding="utf-8")
    return folder


def test_citron_quotes_are_read_with_their_fragments_speaker_cue_and_whom_a_pronoun_stands_for(tmp_path):
    pronoun = a_quote(
        cue=a_span("believes"),
        sources=[a_span("She")],
        contents=[a_span("that rain did it")],
        coreferences=[a_span("Mayor Ola Brandt")],
    )

    corpus = read_citron(citron_folder(tmp_path / "c", pronoun, a_quote()))

    (document,) = corpus.documents
    first, second = corpus.claims
    assert (document.id, document.split) == ("dev/pier", "dev")
    assert words(first) == ["“We lost the pier,”", "“It took a night.”"]
    assert (first.source.name, first.mode, first.cue) == (
        "Mayor Ola Brandt",
        "direct",
        Span(*map(int, at("said").split())),
    )
    assert (second.source.name, second.source.aliases) == ("She", ("Mayor Ola Brandt",))
    assert corpus.info.annotates == ("content", "mention", "cue")


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        pytest.param({"contents": []}, "1 attributions left out: they have no content", id="no content"),
        pytest.param(
            {"contents": [{"start": 0, "end": 4, "text": "else"}]},
            "1 attributions left out: their words do not stand at their offsets",
            id="other words there",
        ),
        pytest.param(
            {"sources": [{"start": 0, "end": 9_999, "text": "x"}]},
            "1 attributions left out: their words do not stand at their offsets",
            id="beyond the text",
        ),
    ],
)
def test_a_citron_quote_that_cannot_be_used_is_left_out_and_counted(tmp_path, changes, note):
    corpus = read_citron(citron_folder(tmp_path / "c", a_quote(), a_quote(**changes)))

    assert len(corpus.claims) == 1
    assert note in corpus.notes


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        pytest.param("[", "not JSON", id="no json"),
        pytest.param('{"quotes": []}', "text is missing", id="no text"),
        pytest.param('{"text": "x", "quotes": {}}', "quotes is missing, or no list", id="no list of quotes"),
        pytest.param('{"text": "x", "quotes": [3]}', "quotes.1 is no quote", id="no quote"),
    ],
)
def test_a_file_that_is_not_citrons_is_named(tmp_path, written, problem):
    (tmp_path / "a.json").write_text(written, encoding="utf-8")

    with pytest.raises(InputError, match=problem):
        read_corpus("citron", tmp_path / "a.json")


def test_a_folder_without_citron_files_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"holds no \.json file"):
        read_citron(tmp_path)
