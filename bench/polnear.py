"""How well are source, cue and content spans found, on PolNeAR?

Adapts our clause-level claims to that corpus, which has one content for each act of saying: neighbouring claims of one
speaker in one sentence are joined, a quotation that runs over sentences too. Scoring is left to the corpus's scorer.

    python -m bench.polnear DEV.jsonl PREDICTIONS.jsonl
"""

from collections.abc import Iterator
from itertools import groupby

from bench.adapting import run
from bench.ced1k import merged, sentence_at, spans_of, speaker_of
from service.embedded.extractor import EmbeddedExtractor
from service.reading.reader import read
from service.records import Article, Draft, Reading, Span


def acts(drafts: tuple[Draft, ...], reading: Reading) -> Iterator[list[Draft]]:
    """Claims of one act of saying: the same cue, or the same quotation going on."""
    told = [draft for draft in drafts if draft.mode != "implied" and draft.speaker != "outlet"]
    groups: list[list[Draft]] = []
    for _, group in groupby(
        told, key=lambda draft: (draft.cue, draft.speaker, sentence_at(reading, spans_of(draft)[0].start))
    ):
        claims = list(group)
        before = groups[-1] if groups else None
        same = before is not None and speaker_of(before[-1], reading) == speaker_of(claims[0], reading)
        goes_on = claims[0].cue is None and claims[0].mode == "direct"
        if before is not None and same and goes_on and _near(before[-1], claims[0]):
            before.extend(claims)
        else:
            groups.append(claims)
    yield from groups


def _near(first: Draft, second: Draft) -> bool:
    return first.mode == "direct" and spans_of(second)[0].start - spans_of(first)[-1].end < 120


def predict(row: dict[str, str]) -> dict[str, object]:
    article = Article(id=row["doc_id"], text=row["text"])
    reading = read(article)
    attributions = []
    for group in acts(EmbeddedExtractor().drafts(reading), reading):
        mention = next((draft.mention for draft in group if isinstance(draft.mention, Span)), None)
        cue = next((draft.cue for draft in group if isinstance(draft.cue, Span)), None)
        attributions.append(
            {
                "source": [mention] if mention else [],
                "cue": [cue] if cue else [],
                "content": merged(group, article.text),
                "source_text": speaker_of(group[0], reading) or "",
            }
        )
    return {"doc_id": row["doc_id"], "attributions": attributions}


if __name__ == "__main__":
    run(__doc__ or "", predict)
