"""Every prompt fills, and every few-shot example grounds in its own text."""

import json
import re
from difflib import SequenceMatcher

import pytest
from readings import a_reading, one_segment

from service.drafts import Shown, complaint, read_answer, read_drafts
from service.grounding import ground
from service.prompting import EXAMPLE_CHARACTERS, load_template, shipped_prompts
from service.reading.cues import find_cues
from service.reading.quotations import find_quotations
from service.records import Draft, Grounded, Passage, Reading, Rejection, Span

PROMPTS = sorted(path.name.removesuffix(".md") for path in shipped_prompts().glob("extract_claims.v*.md"))
EXAMPLES = [
    pytest.param(json.loads(line), id=f"{name}-{json.loads(line)['id']}")
    for name in PROMPTS
    for line in (shipped_prompts() / f"{name}.examples.jsonl").read_text(encoding="utf-8").split("\n")
    if line
]


def read_example(example) -> tuple[Reading, list[Draft]]:
    numbered = re.compile(r"^\[(\d+)\] ")
    assert [int(numbered.match(line)[1]) for line in example["sentences"]] == [
        number for number, _ in enumerate(example["sentences"], 1)
    ]
    reading = a_reading("\n".join(numbered.sub("", line) for line in example["sentences"]))
    text = reading.article.text
    found = {"quotations": find_quotations(text, reading.paragraphs), "cues": find_cues(text, reading.sentences)}
    reading = reading.model_copy(update=found)
    segment = one_segment(reading)
    marks = {item.mark: item.mark for item in (*reading.mentions, *reading.figures)}
    shown = Shown(segment=1, first=segment.first, last=segment.last, marks=marks)
    answer = read_answer(json.dumps(example["answer"]))
    assert complaint(answer) is None
    drafts, rejected = read_drafts(answer.claims, shown, reading)
    assert rejected == []
    return reading, drafts


def stretch(passage: Passage, reading: Reading) -> tuple[int, int]:
    sentence = reading.sentence(passage.sentence).span
    words = sentence.of(reading.article.text)
    first, last = words.find(passage.first), words.rfind(passage.last)
    assert words.count(passage.first) == 1, f"{passage.first!r} must stand once in {words!r}"
    assert words.count(passage.last) == 1, f"{passage.last!r} must stand once in {words!r}"
    assert first + len(passage.first) <= last + len(passage.last)
    return sentence.start + first, sentence.start + last + len(passage.last)


@pytest.mark.parametrize("name", PROMPTS)
def test_every_prompt_fills_and_takes_all_its_examples(name):
    template = load_template(name)
    lines = (shipped_prompts() / f"{name}.examples.jsonl").read_text(encoding="utf-8").split("\n")

    assert "{{" not in template.system
    assert template.version.name == name
    assert template.system.count('{"c":[{') == sum(bool(line) for line in lines)
    assert sum(map(len, lines)) < EXAMPLE_CHARACTERS


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_passage_of_an_example_stands_in_its_sentence(example):
    reading, drafts = read_example(example)

    assert drafts
    for draft in drafts:
        for piece in draft.content:
            if isinstance(piece, Passage):
                start, end = stretch(piece, reading)
                assert start < end


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_claim_of_an_example_grounds_in_its_own_text(example):
    reading, drafts = read_example(example)

    grounded = [ground(draft, reading) for draft in drafts]

    assert [claim for claim in grounded if not isinstance(claim, Grounded)] == []
    assert [check for claim in grounded for check in claim.checks if check.status in ("contradicted", "absent")] == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_lists_the_figures_inside_its_claims_and_no_others(example):
    reading, drafts = read_example(example)

    for draft in drafts:
        spans = [stretch(piece, reading) if isinstance(piece, Passage) else piece for piece in draft.content]
        inside = [
            f.mark for f in reading.figures for start, end in spans if start <= f.span.start and f.span.end <= end
        ]
        assert [figure.figure for figure in draft.figures] == inside


@pytest.mark.parametrize("example", EXAMPLES)
def test_cues_counted_nouns_and_places_of_an_example_are_its_own_words(example):
    reading, drafts = read_example(example)
    text = reading.article.text

    for draft in drafts:
        cue = draft.cue.of(text) if isinstance(draft.cue, Span) else draft.cue
        words = [cue, *draft.where, *(figure.counted for figure in draft.figures)]
        assert [word for word in words if word and word not in text] == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_mark_of_an_example_is_used_or_names_nobody_who_speaks(example):
    _, drafts = read_example(example)
    speakers = {draft.speaker for draft in drafts} | {draft.mention for draft in drafts}

    assert speakers >= set(re.findall(r"\{(S\d+)", "\n".join(example["sentences"])))


def test_the_examples_show_every_way_of_saying_who_says_it():
    drafts = [draft for example in EXAMPLES for draft in read_example(example.values[0])[1]]

    assert {draft.mode for draft in drafts} == {"direct", "indirect", "mixed", "implied", "none"}
    assert {"outlet", "unspecified"} <= {draft.speaker for draft in drafts}
    assert any(draft.mention is None for draft in drafts)


@pytest.mark.parametrize("name", [name for name in PROMPTS if name != PROMPTS[0]])
def test_a_version_differs_from_the_first_in_one_idea(name):
    ending = ".examples.jsonl"
    first, other = ((shipped_prompts() / f"{each}.md").read_text(encoding="utf-8") for each in (PROMPTS[0], name))
    lines, others = first.splitlines(), other.splitlines()
    changed = [step for step in SequenceMatcher(a=lines, b=others).get_opcodes() if step[0] != "equal"]

    assert len(changed) == 1
    assert (shipped_prompts() / f"{name}{ending}").read_bytes() == (
        shipped_prompts() / f"{PROMPTS[0]}{ending}"
    ).read_bytes()


# ── what leaks from the examples ──────────────────────────────────────────────────────────────────────────────────

# As many sentences, speakers and figures as the examples have, so that every number and mark of theirs exists here.
ELSEWHERE = a_reading(
    "{S1 Mayor Lena Holt} said {F1 nine} buses stood still.\n{S2 A driver} counted {F2 12}.\n"
    "{S3 The council} paid {F3 $40}.\nNobody came.\nIt rained."
)
HERE = Shown(segment=1, first=1, last=5, marks={mark: mark for mark in ("S1", "S2", "S3", "F1", "F2", "F3")})


def outcomes(*claims) -> list[Grounded | Rejection]:
    drafts, rejected = read_drafts(claims, HERE, ELSEWHERE)
    return [*rejected, *(ground(draft, ELSEWHERE) for draft in drafts)]


@pytest.mark.parametrize("example", EXAMPLES)
def test_passages_copied_from_an_example_are_rejected_in_any_other_article(example):
    copied = [claim for claim in example["answer"]["c"] if any(not passage.isdigit() for passage in claim["p"])]

    found = outcomes(*copied)

    assert len(found) == len(copied) > 2
    assert {rejection.reason for rejection in found} == {"words_absent"}


@pytest.mark.parametrize("name", ["Ida Brandt", "the miners' union", "union secretary Tom Adeyo"])
def test_a_speaker_copied_from_an_example_is_rejected_in_any_other_article(name):
    (rejection,) = outcomes({"p": ["4"], "s": [{"other": name}]})

    assert rejection.reason == "speaker_absent"


def test_words_copied_from_an_example_are_left_out_of_a_claim_that_stands():
    leaked = [{"d": "rescued"}, {"c": "passengers"}, {"q": "According to"}, {"in": "Hamra"}, {"other": "some 30"}]

    (claim,) = outcomes({"p": ["1 nine … still"], "s": ["S1", "F1", *leaked]})

    assert isinstance(claim, Grounded)
    assert [(figure.counted, figure.measure) for figure in claim.figures] == [(None, None)]
    assert (claim.cue, claim.where) == (None, ())
    assert any(check.field == "figures.some 30" and check.status == "contradicted" for check in claim.checks)
