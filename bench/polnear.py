"""How well are source, cue and content spans found, on PolNeAR?

Adapts our clause-level claims to that corpus, which has one content for each act of saying: neighbouring claims of one
speaker in one sentence are joined, a quotation that runs over sentences too. Scoring is left to the corpus's scorer.

    python -m bench.polnear DEV.jsonl PREDICTIONS.jsonl
"""

from collections.abc import Iterator
from itertools import groupby

from bench.adapting import run
from bench.ced1k import as_quoted, merged, sentence_at, spans_of, speaker_of
from service.embedded.extractor import EmbeddedExtractor
from service.reading.reader import read
from service.records import Article, Draft, Reading, Span


def acts(drafts: tuple[Draft, ...], reading: Reading) -> Iterator[list[Draft]]:
    """Claims of one act of saying: the same words attribute them, or the same quotation holds them."""
    drafts = tuple(as_quoted(draft, reading) for draft in drafts)
    told = [draft for draft in drafts if draft.mode != "implied" and draft.speaker != "outlet"]
    groups: list[list[Draft]] = []
    for _, group in groupby(told, key=lambda draft: (draft.cue, draft.speaker, _place(draft, reading))):
        claims = list(group)
        before = groups[-1] if groups else None
        same = before is not None and speaker_of(before[-1], reading) == speaker_of(claims[0], reading)
        if before is not None and same and _near(before[-1], claims[0]) and _one_act(before[-1], claims[0]):
            before.extend(claims)
        else:
            groups.append(claims)
    yield from groups


def _place(draft: Draft, reading: Reading) -> int:
    return sentence_at(reading, spans_of(draft)[0].start)


def _one_act(first: Draft, second: Draft) -> bool:
    return second.mode == "direct" and (second.cue is None or second.cue == first.cue)


def _near(first: Draft, second: Draft) -> bool:
    return first.mode in {"direct", "mixed"} and spans_of(second)[0].start - spans_of(first)[-1].end < 120


def whole(spans: list[Span], reading: Reading) -> list[Span]:
    """The spans, those inside a quotation widened to all of it: that corpus keeps questions and greetings, which are
    no claims."""
    widened = []
    for span in spans:
        around = (each.inner for each in reading.quotations if each.depth == 1 and each.inner.holds(span))
        widened.append(next(around, span))
    return list(dict.fromkeys(widened))


def predict(row: dict[str, str]) -> dict[str, object]:
    article = Article(id=row["doc_id"], text=row["text"])
    reading = read(article)
    attributions = []
    for group in acts(EmbeddedExtractor(questions=True).drafts(reading), reading):
        mention = next((draft.mention for draft in group if isinstance(draft.mention, Span)), None)
        cue = next((draft.cue for draft in group if isinstance(draft.cue, Span)), None)
        attributions.append(
            {
                "source": [mention] if mention else [],
                "cue": [cue] if cue else [],
                "content": whole(merged(group, article.text), reading),
                "source_text": speaker_of(group[0], reading) or "",
            }
        )
    return {"doc_id": row["doc_id"], "attributions": attributions}


if __name__ == "__main__":
    run(__doc__ or "", predict)
