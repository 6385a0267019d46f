"""Makers of stored runs: a model whose mistakes are known, and its answers written as `run` writes them."""

import random
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path

from eval.goldset import ReadySet
from eval.results import Outcome
from eval.store import RunWriter, SettingsFields, new_info
from service.goldfiles import GoldClaim
from service.records import Failure, Source

Change = Callable[[GoldClaim], GoldClaim | None]

BUSY = Failure(segment=0, reason="rate_limited", message="too many requests")
STRANGER = Source(name="Quentin Marsh", kind="person")


def off_by_one(claim: GoldClaim) -> GoldClaim:
    """The claim with every number one too high."""
    figures = tuple(
        figure.model_copy(
            update={
                bound: str(Decimal(value) + 1)
                for bound in ("low", "high")
                if (value := getattr(figure, bound)) is not None
            }
        )
        for figure in claim.figures
    )
    return claim.model_copy(update={"figures": figures})


def given_to_a_stranger(claim: GoldClaim) -> GoldClaim:
    return claim.model_copy(update={"source": STRANGER})


def with_mistakes(seed: int, *, missed: float = 0.0, speaker: float = 0.0, number: float = 0.0) -> Change:
    """A model that makes each mistake at its rate, claim by claim; the rates are those of claims that it finds."""
    source = random.Random(seed)

    def change(claim: GoldClaim) -> GoldClaim | None:
        if source.random() < missed:
            return None
        if source.random() < speaker:
            claim = given_to_a_stranger(claim)
        return off_by_one(claim) if source.random() < number else claim

    return change


def write_run(
    folder: Path,
    ready: ReadySet,
    change: Change = lambda claim: claim,
    *,
    model: str = "small-1",
    failed: Iterable[str] = (),
    documents: Sequence[str] | None = None,
    place: Path | None = None,
    confidence: Callable[[GoldClaim], float] = lambda claim: 0.9,
    repeats: int = 1,
    settings: SettingsFields | None = None,
) -> Path:
    """Stores a run whose answers are the gold claims after a change to each; None leaves a claim out."""
    planned = [name for name in ready.texts if documents is None or name in documents]
    info = new_info(
        goldset=ready.gold.info.name,
        goldset_sha256=ready.gold.sha256,
        goldset_place=str(place) if place else None,
        documents=planned,
        model=model,
        prompt=None,
        settings=settings or {},
        repeats=repeats,
    )
    writer = RunWriter(folder, info, keys={}, resume=False)
    hashes = {document.id: document.sha256 for document in ready.gold.documents}
    for name in planned:
        for repeat in range(1, repeats + 1):
            claims = [changed for claim in ready.gold.claims_of.get(name, ()) if (changed := change(claim))]
            good = Outcome(
                document=name,
                repeat=repeat,
                key="",
                sha256=hashes[name],
                published=None,
                status="complete",
                seconds=0.1,
                ended="2025-01-01T12:00:00+00:00",
                claims=tuple(claim.model_copy(update={"confidence": confidence(claim)}) for claim in claims),
            )
            writer.append(good._replace(status="failed", claims=(), failures=(BUSY,)) if name in failed else good)
    writer.close()
    return folder
