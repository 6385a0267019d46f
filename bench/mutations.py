"""A claim that was verbatim until one of its fields was changed: does anything notice?

    python -m bench.mutations [GOLDSET …] [--langextract PYTHON]

Changes gold claims one field at a time, as a model would that gives everything in words, and counts how often the
changed field is still called right: here by its status in `checks`; with --langextract, which names an interpreter that
has langextract and instructor installed, also by LangExtract's alignment and by instructor's CitationMixin. Prints a
Markdown table. `tests/service/test_mutations.py` holds the first column at nought.
"""

import argparse
import json
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from bench.checks import says_who
from service.drafts import as_shown, read_drafts
from service.goldfiles import GoldClaim, load_gold_set
from service.grounding import ground
from service.models import Prompt
from service.prompting import load_template, write_prompt
from service.reading.reader import read
from service.reading.segments import split
from service.records import Grounded, Reading
from service.simulated.answers import Piece, Said, all_said, load_gold
from service.simulated.mistakes import NOBODY, another_number, reworded
from service.simulated.names import goldset_folder
from service.simulated.page import Page, read_page
from service.simulated.writing import write_claim

GOLDSETS = ("newsroom", "kalat-retold", "starter")
NONSENSE = "bright kettles sang beneath nine paper moons"
OBJECT = "lighthouses"
_AUXILIARY = re.compile(r"\b(?:was|were|is|are|has|have|had|will|would|could|should|must|can|did|does|do)\b")
_TURNED = {
    "at least": "at most",
    "more than": "fewer than",
    "fewer than": "more than",
    "less than": "more than",
    "up to": "at least",
    "at most": "at least",
    "over": "under",
    "under": "over",
    "about": "exactly",
    "around": "exactly",
    "nearly": "more than",
    "almost": "more than",
    "some": "exactly",
    "only": "at least",
    "just": "at least",
    "all": "at least",
    "no more than": "no fewer than",
    "no fewer than": "no more than",
    "not less than": "not more than",
    "roughly": "exactly",
    "an estimated": "exactly",
    "as many as": "as few as",
    "between": "over",
}


class Sheet(NamedTuple):
    """An article that ships, read, and its gold claims as a model without marks says them."""

    reading: Reading
    prompt: Prompt
    page: Page
    said: tuple[Said, ...]
    gold: dict[str, GoldClaim]


class Mutation(NamedTuple):
    """A claim of which one field was changed. `field`: content, figures, counted or source; `figures`: which ones."""

    name: str
    field: str
    said: Said
    figures: tuple[int, ...] = ()


class Verdict(NamedTuple):
    """What became of the changed field: its status in `checks`, or `rejected`."""

    mutation: Mutation
    status: str


def sheets(name: str) -> Iterator[Sheet]:
    """The articles of a gold set that ship with their texts, test ones left alone."""
    folder = goldset_folder(name)
    found, gold = load_gold_set(folder), load_gold(folder)
    template = load_template("extract_claims.v1")
    for document in found.documents:
        if document.text is None or document.split == "test":
            continue
        reading = read(document.article(document.text))
        claims = {claim.id: claim for claim in found.claims_of.get(document.id, ())}
        for segment in split(reading, characters=24_000):
            prompt = write_prompt(segment, reading, template, nonce="0", max_output_tokens=8_000)
            page = read_page(prompt.user)
            yield Sheet(reading, prompt, page, all_said(gold, page), claims)


# ── one field changed ─────────────────────────────────────────────────────────────────────────────────────────────


def mutations(said: Said, sheet: Sheet) -> Iterator[Mutation]:
    """Every way in which this claim can be changed in one field; those of a figure in it alone, and in the words."""
    yield from _figures_changed(said)
    yield from _bounds_turned(said)
    yield from _objects_exchanged(said)
    yield from _negated(said)
    yield from _tail_replaced(said)
    yield from _speaker_replaced(said, sheet)


def _figures_changed(said: Said) -> Iterator[Mutation]:
    if said.figures and all(another_number(figure.words) for figure in said.figures):
        for everywhere in (False, True):
            changed = said
            for index, figure in enumerate(said.figures):
                changed = reworded(changed, index, another_number(figure.words) or "", "changed", everywhere=everywhere)
            yield from _if_changed("every figure changed", said, changed, everywhere)


def _bounds_turned(said: Said) -> Iterator[Mutation]:
    for index, figure in enumerate(said.figures):
        bound = next(
            (b for b in sorted(_TURNED, key=len, reverse=True) if figure.words.lower().startswith(f"{b} ")), None
        )
        if bound is not None:
            words = _TURNED[bound] + figure.words[len(bound) :]
            for everywhere in (False, True):
                changed = reworded(said, index, words, "turned", everywhere=everywhere)
                yield from _if_changed("qualifier turned round", said, changed, everywhere, (index,))


def _if_changed(
    name: str, said: Said, changed: Said, everywhere: bool, figures: tuple[int, ...] | None = None
) -> Iterator[Mutation]:
    """In the words too only where they changed: a figure may be split over two pieces."""
    figures = tuple(range(len(said.figures))) if figures is None else figures
    if not everywhere:
        yield Mutation(f"{name}, in the figure", "figures", changed, figures)
    elif changed.pieces != said.pieces:
        yield Mutation(f"{name}, in the words", "content", changed, figures)


def _objects_exchanged(said: Said) -> Iterator[Mutation]:
    for index, figure in enumerate(said.figures):
        if figure.counted:
            other = figure.model_copy(update={"counted": OBJECT})
            figures = (*said.figures[:index], other, *said.figures[index + 1 :])
            changed = said.model_copy(update={"figures": figures})
            yield Mutation("unit or object exchanged, in the figure", "counted", changed, (index,))
            pieces = tuple(Piece(piece.sentence, _swap(piece.words, figure.counted)) for piece in said.pieces)
            if pieces != said.pieces:
                changed = changed.model_copy(update={"pieces": pieces})
                yield Mutation("unit or object exchanged, in the words", "content", changed, (index,))


def _swap(words: str, old: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(as_shown(old))}(?!\w)", OBJECT, words, count=1)


def _negated(said: Said) -> Iterator[Mutation]:
    for number, piece in enumerate(said.pieces):
        found = _AUXILIARY.search(piece.words)
        if found is None:
            continue
        rest = piece.words[found.end() :]
        turned = rest[4:] if rest.startswith(" not ") else f" not{rest}"
        pieces = (*said.pieces[:number], Piece(piece.sentence, piece.words[: found.end()] + turned))
        yield Mutation("negated", "content", said.model_copy(update={"pieces": (*pieces, *said.pieces[number + 1 :])}))
        return


def _tail_replaced(said: Said) -> Iterator[Mutation]:
    first = said.pieces[0]
    words = " ".join(first.words.split()[:3])
    pieces = (Piece(first.sentence, f"{words} {NONSENSE}"), *said.pieces[1:])
    yield Mutation("tail replaced", "content", said.model_copy(update={"pieces": pieces}))


def _speaker_replaced(said: Said, sheet: Sheet) -> Iterator[Mutation]:
    """By everybody whom the gold set knows in the article, with the mention left out, kept, and made the other's."""
    claim = sheet.gold[said.id]
    own = {claim.source.name, claim.source.principal, *claim.source.aliases, *claim.source.accept, *claim.source.via}
    if claim.source.name is None:
        return
    joint = {other.source.name for other in sheet.gold.values() if set(other.content) & set(claim.content)}
    others = {other.source.name for other in sheet.gold.values() if other.source.name} - own - joint
    others = {name for name in others if name.casefold() != claim.source.name.casefold()}
    for name in (*sorted(others), NOBODY):
        label = "speaker replaced by nobody there" if name == NOBODY else "speaker replaced by another"
        for mention in (None, said.mention, name):
            changed = said.model_copy(update={"name": name, "mention": mention})
            yield Mutation(label, "source", changed)


# ── what becomes of it ────────────────────────────────────────────────────────────────────────────────────────────


def judge(mutation: Mutation, sheet: Sheet) -> Verdict:
    """The status of the changed field; the worst one, `verified`, where several were changed."""
    placed = _placed(mutation.said, sheet)
    if placed is None:
        return Verdict(mutation, "rejected")
    statuses = {check.field: check.status for check in placed.checks}
    if mutation.field in ("content", "source"):
        return Verdict(mutation, statuses[mutation.field])
    found = [statuses.get(name, "absent") for name in _figure_fields(mutation, sheet)]
    return Verdict(mutation, "verified" if "verified" in found else found[0] if found else "absent")


def _placed(said: Said, sheet: Sheet) -> Grounded | None:
    drafts, _ = read_drafts([write_claim(said, sheet.page, "free")], sheet.prompt.shown, sheet.reading)
    placed = ground(drafts[0], sheet.reading) if drafts else None
    return placed if isinstance(placed, Grounded) else None


def _figure_fields(mutation: Mutation, sheet: Sheet) -> Iterator[str]:
    """The names of the checks of the changed figures: by the text's own figure, and by the words that were given."""
    gold = sheet.gold[mutation.said.id]
    ending = ".counted" if mutation.field == "counted" else ""
    for index in mutation.figures:
        span = gold.figures[index].span
        for figure in sheet.reading.figures:
            if figure.span.overlaps(span):
                yield f"figures.{figure.mark}{ending}"
        yield f"figures.{mutation.said.figures[index].words}{ending}"


def untouched(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Field and status of every claim as it is: `content`, `figures`, and `source` where name and cue stand there."""
    for said in sheet.said:
        placed = _placed(said, sheet)
        statuses = {check.field: check.status for check in placed.checks} if placed else {}
        yield "content", statuses.get("content", "rejected")
        if says_who(sheet.gold[said.id], sheet.reading):
            yield "source", statuses.get("source", "rejected")
        for index, figure in enumerate(said.figures):
            names = _figure_fields(Mutation("", "figures", said, (index,)), sheet)
            found = [statuses[name] for name in names if name in statuses]
            yield "figures", "verified" if "verified" in found else (found or ["absent"])[0]
            del figure


# ── others, on the same claims ────────────────────────────────────────────────────────────────────────────────────

OTHERS = """
import json, sys
from langextract.core.data import Extraction
from langextract.resolver import Resolver
from instructor import CitationMixin

class Quote(CitationMixin):
    pass

for line in sys.stdin:
    case = json.loads(line)
    aligned = list(Resolver().align([Extraction("claim", case["said"])], case["text"], 0, 0))
    quote = Quote.model_validate({"substring_quotes": [case["said"]]}, context={"context": case["text"]})
    print(json.dumps([any(e.char_interval is not None for e in aligned), bool(quote.substring_quotes)]), flush=True)
"""


def ask_others(python: str, cases: list[tuple[str, str]]) -> list[tuple[bool, bool]]:
    """Whether LangExtract aligns the words, and instructor finds the quote, in the claim's own sentences."""
    lines = "\n".join(json.dumps({"said": said, "text": text}) for said, text in cases)
    done = subprocess.run([python, "-c", OTHERS], input=lines, capture_output=True, text=True, check=True)
    return [tuple(json.loads(line)) for line in done.stdout.splitlines() if line.startswith("[")]


def _case(said: Said, sheet: Sheet, *, speaker: bool) -> tuple[str, str]:
    """The claim in words, with its speaker before it where the speaker was changed, and the sentences that it is of."""
    numbers = sorted({piece.sentence for piece in said.pieces})
    text = " ".join(line.words for line in sheet.page.lines if line.number in numbers)
    words = " … ".join(piece.words for piece in said.pieces) if len(said.pieces) > 1 else said.pieces[0].words
    return (f"{said.name} said {words}" if speaker else words), text


def main() -> None:
    parser = argparse.ArgumentParser(description="Counts changed fields that are still called right.")
    parser.add_argument("goldsets", nargs="*", default=GOLDSETS)
    parser.add_argument("--langextract", metavar="PYTHON", help="an interpreter that has langextract and instructor")
    given = parser.parse_args()
    rows: dict[str, list[Verdict]] = defaultdict(list)
    cases: dict[str, list[tuple[str, str]]] = defaultdict(list)
    fields: dict[str, list[str]] = defaultdict(list)
    for sheet in (sheet for name in given.goldsets for sheet in sheets(name)):
        for field, status in untouched(sheet):
            fields[field].append(status)
        for said in sheet.said:
            cases["nothing"].append(_case(said, sheet, speaker=False))
            for mutation in mutations(said, sheet):
                rows[mutation.name].append(judge(mutation, sheet))
                if mutation.field in ("content", "source"):
                    cases[mutation.name].append(_case(mutation.said, sheet, speaker=mutation.field == "source"))
    print(table(rows, fields, cases, given.langextract))


def table(
    rows: dict[str, list[Verdict]],
    fields: dict[str, list[str]],
    cases: dict[str, list[tuple[str, str]]],
    python: str | None,
) -> str:
    """Markdown: how many of the changed fields are verified, by each."""
    heading = "| what was changed | fields | verified here |" + (
        " LangExtract aligns | instructor cites |" if python else ""
    )
    lines = [heading, "| --- | ---: | ---: |" + (" ---: | ---: |" if python else "")]
    for field in sorted(fields):
        right = sum(status == "verified" for status in fields[field])
        lines.append(
            _line(
                f"nothing: {field}", len(fields[field]), right, cases["nothing"] if field == "content" else [], python
            )
        )
    for name in sorted(rows):
        verified = sum(verdict.status == "verified" for verdict in rows[name])
        lines.append(_line(name, len(rows[name]), verified, cases[name], python))
    return "\n".join(lines)


MOST = 300  # cases of one kind that the others are asked about: LangExtract's alignment is slow


def _line(name: str, total: int, verified: int, cases: list[tuple[str, str]], python: str | None) -> str:
    line = f"| {name} | {total} | {_share(verified, total)} |"
    if python is None:
        return line
    if not cases:
        return f"{line} – | – |"
    step = max(1, len(cases) // MOST)
    answers = ask_others(python, cases[::step][:MOST])
    return line + "".join(f" {_share(sum(each[i] for each in answers), len(answers))} |" for i in (0, 1))


def _share(hits: int, total: int) -> str:
    return f"{hits} of {total} ({100 * hits / total:.1f}%)" if total else "n/a"


if __name__ == "__main__":
    main()
