"""Makers of small gold sets and of runs on them, for reports."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from goldmakers import a_gold_claim, a_number
from runmakers import Change, given_to_a_stranger, off_by_one, write_run

from eval.board import Board, gather
from eval.goldset import ReadySet, open_gold_set
from service.goldfiles import GoldClaim, GoldDocument, GoldSet, GoldSetInfo, write_gold_set

TEXT = "Ada Lund said four boats sank off {place}. The port authority put the damage at 30 lorries. Nobody was hurt."
PLACES = "Arn Bel Cor Dun Esk Fay Gow Hoy Ivo Jura Kell Lorn Mull".split()
HOSTILE = '</script><script>alert(1)</script> & <img src=x onerror=alert(2)>\u2028"\u202ehidden\u202c'
# A link's fragment must survive these.
ODD_ID = "d-Arn #1/ö"


def a_set(
    folder: Path, *, number: int = 12, standing: bool = False, hostile: bool = False, name: str = "harbours"
) -> ReadySet:
    """Two claims of two speakers with a figure each, in every article; `standing`: the set does not carry its texts."""
    documents, claims, texts = [], [], folder / "texts"
    texts.mkdir(parents=True)
    for place in PLACES[:number]:
        text = TEXT.format(place=place) + (f" {HOSTILE}" if hostile else "")
        identity = ODD_ID if hostile and place == "Arn" else f"d-{place}"
        (texts / f"{place}.txt").write_bytes(text.encode())
        documents.append(
            GoldDocument(
                id=identity,
                title=HOSTILE if hostile else f"Boats off {place}",
                sha256=hashlib.sha256(text.encode()).hexdigest(),
                phenomena=("denial",) if place in PLACES[:3] else (),
                text=None if standing else text,
            )
        )
        claims += [
            a_gold_claim(
                f"four boats sank off {place}",
                "Ada Lund",
                text,
                document=identity,
                figures=[a_number("four", text, "4", counted="boats", measure="sank")],
                source={"role": HOSTILE if hostile else "fisher", "aliases": ("Lund",)},
            ),
            a_gold_claim(
                "the damage at 30 lorries",
                "port authority",
                text,
                document=identity,
                kind="organization",
                figures=[a_number("30", text, "30", counted="lorries")],
            ),
        ]
    gold = folder / name
    numbered = [
        claim.model_copy(update={"id": f"{claim.document}#{place}"}) for place, claim in enumerate(claims, start=1)
    ]
    info = GoldSetInfo(name=name, version="1.0", language="en", guidelines="3", origin="made up", licence="CC0-1.0")
    write_gold_set(gold, info=info, documents=documents, claims=numbered, skipped=())
    return open_gold_set(gold, [texts])


def with_gold(ready: ReadySet, change: Callable[[GoldClaim], GoldClaim]) -> ReadySet:
    """The set with every gold claim changed; made anew, since a copy would carry over what was worked out before."""
    fields = {name: getattr(ready.gold, name) for name in GoldSet.model_fields}
    rows = tuple(row._replace(record=change(row.record)) for row in ready.gold.claim_rows)
    return ReadySet(gold=GoldSet(**fields | {"claim_rows": rows}), texts=ready.texts)


def on_port_claims(change: Change) -> Change:
    """The change, made to the second claim of each article alone."""
    return lambda claim: change(claim) if claim.source.kind == "organization" else claim


def with_all_mistakes(claim: GoldClaim) -> GoldClaim | None:
    """In turn, article by article: missed, a stranger's, a wrong number, or right."""
    place = next((place for place, name in enumerate(PLACES) if f"d-{name}" in claim.document), 0)
    changed: GoldClaim | None = claim
    if place % 4 == 0:
        changed = None
    elif place % 4 == 1:
        changed = given_to_a_stranger(claim)
    elif place % 4 == 2:
        changed = off_by_one(claim)
    return on_port_claims(lambda _: changed)(claim)


def a_board(folder: Path, **changes: bool) -> Board:
    """A perfect model, one with every mistake, one that only stands in, and one that did not finish."""
    ready = a_set(folder / "gold", **changes)
    runs = [
        write_run(folder / "good", ready, model="acme/good"),
        write_run(folder / "bad", ready, with_all_mistakes, model="acme/bad", confidence=_less_sure_of_the_port),
        write_run(folder / "simulated", ready, model="simulated/perfect"),
        write_run(folder / "broken", ready, model="acme/broken", failed=[next(iter(ready.texts))]),
    ]
    return gather(ready, runs)


def _less_sure_of_the_port(claim: GoldClaim) -> float:
    return 0.4 if claim.source.kind == "organization" else 0.9
