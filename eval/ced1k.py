"""How does CED-1K become a gold set?

Reads rows of JSONL with the fields of its tables (massi-fa/SEER): agent, kind of agent, utterance and source sentence.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from eval.corpus import MODES, WHOLE, Corpus, CorpusReader, date_of, document_of, info_of, rows_of, spans_of
from service.goldfiles import GoldClaim
from service.records import Source, Span

_WORD = re.compile(r"\w+")


def read_ced1k(path: Path) -> Corpus:
    """CED-1K as JSONL: rows with `doc_id`, `text` and `claims` of an agent, an utterance and the sentence it is from.

    Utterances are partly reworded: where one does not stand in the text, its content is the part of its source
    sentence from the first to the last word that both share.
    """
    reader = CorpusReader()
    for where, row in rows_of(path, "claims"):
        text = row["text"]
        document = document_of(
            row["doc_id"], text, title=row.get("title"), published=date_of(row.get("date")), split=row.get("split")
        )
        reader.add(document, text, _claims_of_agents(row, document.id, text, where, reader.left_out))
    info = info_of(
        "ced1k", "CED-1K (massi-fa/SEER), read from JSONL; annotations MIT.", annotates=("content", "name", "mode")
    )
    return reader.corpus(info, WHOLE)


def _claims_of_agents(
    row: Mapping[str, Any], document: str, text: str, where: str, left_out: Counter[str]
) -> Iterator[GoldClaim]:
    surnames = _surnames({item["agent"] for item in row["claims"] if item.get("agent_type") == "person"})
    for item in row["claims"]:
        content = spans_of(item.get("content") or (), text, where) or _find_utterance(
            item["utterance"], item.get("source_text", ""), text
        )
        if not content:
            left_out["claims left out: neither utterance nor source sentence stands in the text"] += 1
            continue
        name = item["agent"]
        yield GoldClaim(
            id=document,
            document=document,
            content=content,
            source=Source(
                name=name,
                aliases=(surnames[name],) if name in surnames else (),
                kind="organization" if item.get("agent_type") == "organization" else "person",
            ),
            mode=MODES.get(item.get("type", ""), "indirect"),
        )


def _surnames(names: Iterable[str]) -> dict[str, str]:
    """The last word of each person's name, where nobody else in the article shares it."""
    last = {name: name.split()[-1] for name in names if len(name.split()) > 1}
    counts = Counter(last.values())
    return {name: surname for name, surname in last.items() if counts[surname] == 1}


def _find_utterance(utterance: str, sentence: str, text: str) -> tuple[Span, ...]:
    said, source = utterance.strip(), sentence.strip()
    start = text.find(said) if said else -1
    if start >= 0:
        return (Span(start, start + len(said)),)
    start = text.find(source) if source else -1
    if start < 0:
        return ()
    words = list(_WORD.finditer(source))
    ours = [word.group().lower() for word in _WORD.finditer(said)]
    blocks = SequenceMatcher(None, [word.group().lower() for word in words], ours, autojunk=False).get_matching_blocks()
    shared = [position for block in blocks for position in range(block.a, block.a + block.size)]
    if not shared:
        return (Span(start, start + len(source)),)
    return (Span(start + words[shared[0]].start(), start + words[shared[-1]].end()),)
