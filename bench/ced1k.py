"""How well are whole reported utterances and their speakers found, on CED-1K?

Adapts our clause-level claims to that corpus, which has whole utterances: neighbouring claims of one speaker in one
sentence, or in one pair of quotation marks, are joined. Scoring is left to the corpus's own scorer.

    python -m bench.ced1k DEV.jsonl PREDICTIONS.jsonl
"""

from collections.abc import Iterator
from itertools import groupby

from bench.adapting import run
from service.embedded.extractor import EmbeddedExtractor
from service.reading.reader import read
from service.records import Article, Draft, Reading, Span

TYPES = {"direct": "direct", "mixed": "mixed", "indirect": "indirect", "implied": "indirect"}


def speaker_of(draft: Draft, reading: Reading) -> str | None:
    """The speaker's fullest name; None for the outlet and where nobody is named."""
    if draft.speaker in {"outlet", "unspecified", "unresolved"}:
        return None
    mention = reading.mention_by_mark.get(draft.speaker)
    if mention is None:
        return draft.speaker
    return None if mention.speaker is None else reading.speakers[mention.speaker].name


def as_quoted(draft: Draft, reading: Reading) -> Draft:
    """What somebody retells in a quotation, as that corpus has it: words of the quotation's own speaker, to its edges
    or the sentence's."""
    span = spans_of(draft)[0]
    quotation = next((each for each in reading.quotations if each.depth == 1 and each.inner.holds(span)), None)
    sentence = reading.sentence_at(span.start)
    if not draft.via or quotation is None or sentence is None:
        return draft
    start, end = max(quotation.inner.start, sentence.span.start), min(quotation.inner.end, sentence.span.end)
    return draft.model_copy(
        update={"speaker": draft.via[0], "content": (Span(start, end),), "mention": None, "cue": None}
    )


def sentence_at(reading: Reading, offset: int) -> int:
    """The number of the sentence that holds `offset`, 0 for none."""
    low, high = 0, len(reading.sentences)
    while low < high:
        middle = (low + high) // 2
        if reading.sentences[middle].span.end <= offset:
            low = middle + 1
        else:
            high = middle
    found = low < len(reading.sentences) and reading.sentences[low].span.start <= offset
    return reading.sentences[low].number if found else 0


def spans_of(draft: Draft) -> list[Span]:
    return [part for part in draft.content if isinstance(part, Span)]


def utterances(drafts: tuple[Draft, ...], reading: Reading) -> Iterator[tuple[list[Draft], str]]:
    """Neighbouring claims of one speaker in one sentence, with that speaker; implied and outlet claims left out."""
    drafts = tuple(as_quoted(draft, reading) for draft in drafts)
    told = [draft for draft in drafts if draft.mode != "implied" and speaker_of(draft, reading)]
    groups: list[list[Draft]] = []
    for _, each in groupby(
        told, key=lambda draft: (speaker_of(draft, reading), sentence_at(reading, spans_of(draft)[0].start))
    ):
        claims = list(each)
        if groups and _one_quotation(groups[-1][-1], claims[0], reading):
            groups[-1].extend(claims)
        else:
            groups.append(claims)
    for group in groups:
        yield group, speaker_of(group[0], reading) or ""


def _one_quotation(first: Draft, second: Draft, reading: Reading) -> bool:
    """Whether both lie inside the same pair of quotation marks."""
    if first.mode != "direct" or second.mode != "direct":
        return False
    if speaker_of(first, reading) != speaker_of(second, reading):
        return False
    start, end = spans_of(first)[0].start, spans_of(second)[-1].end
    return any(
        quotation.span.start <= start and end <= quotation.span.end
        for quotation in reading.quotations
        if quotation.depth == 1
    )


def merged(group: list[Draft], text: str) -> list[Span]:
    """Their spans, joined where only a few characters lie between."""
    spans: list[Span] = []
    for span in sorted(span for draft in group for span in spans_of(draft)):
        if spans and span.start - spans[-1].end <= 8 and "\n" not in text[spans[-1].end : span.start]:
            spans[-1] = Span(spans[-1].start, max(span.end, spans[-1].end))
        else:
            spans.append(span)
    return spans


def predict(row: dict[str, str]) -> dict[str, object]:
    article = Article(id=row["doc_id"], text=row["text"])
    reading = read(article)
    claims = [
        {
            "agent": name,
            "utterance": " ".join(span.of(article.text) for span in merged(group, article.text)),
            "type": TYPES.get(group[0].mode, "indirect"),
        }
        for group, name in utterances(EmbeddedExtractor().drafts(reading), reading)
    ]
    return {"doc_id": row["doc_id"], "claims": claims}


if __name__ == "__main__":
    run(__doc__ or "", predict)
