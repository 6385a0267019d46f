"""Of the mistakes that a model can make, how many do the checks catch?

    python -m bench.checks [GOLDSET …] [--seeds 3] [--show MISTAKE]

A simulated model answers from gold sets and errs on every claim in one way at a time, with marks and in free form; each
claim then goes the way that every claim goes: read, grounded, checked. Prints a Markdown table: how many were rejected,
how many flagged in the field that is wrong, how many passed; and the same flags on claims that nobody had touched.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from service.checks import check
from service.drafts import read_drafts
from service.goldfiles import GoldClaim, GoldSet, load_gold_set
from service.grounding import ground
from service.models import Prompt
from service.prompting import load_template, write_prompt
from service.reading.reader import read
from service.reading.segments import split
from service.records import Grounded, Reading
from service.simulated.answers import Gold, Said, all_said, load_gold
from service.simulated.mistakes import mistaken
from service.simulated.names import Errors, Form, goldset_folder
from service.simulated.page import Page, read_page
from service.simulated.writing import write_claim

GOLDSETS = ("newsroom", "kalat-retold", "starter")
FIGURE_FLAGS = frozenset({"figure_absent", "figure_left_out"})
SPEAKER_FLAGS = frozenset({"speaker_conflict", "cue_without_speaker", "quoted_outlet", "speaker_unresolved"})
KINDS = ("changed", "unbound", "swapped", "invented")


class Sheet(NamedTuple):
    """An article with what a model is shown of it."""

    reading: Reading
    prompt: Prompt
    page: Page
    gold: Gold
    claims: dict[str, GoldClaim]
    names: tuple[str, ...]


class Outcome(NamedTuple):
    """What became of one claim: `rejected` is the reason, or None; `contradicts`: the text says who says it; `same`: it
    ends with the gold's own speaker, whatever it was given for one, such as "the CEO"."""

    id: str
    mistakes: tuple[str, ...]
    rejected: str | None
    flags: frozenset[str]
    verified: frozenset[str]
    contradicts: bool
    same: bool
    written: dict[str, object]


def sheets(name: str) -> Iterator[Sheet]:
    """The dev articles of a gold set whose texts ship."""
    folder = goldset_folder(name)
    found: GoldSet = load_gold_set(folder)
    gold = load_gold(folder)
    template = load_template("extract_claims.v1")
    for document in found.documents:
        if document.split == "test" or document.text is None:
            continue
        reading = read(document.article(document.text))
        claims = {claim.id: claim for claim in found.claims_of.get(document.id, ())}
        names = tuple(dict.fromkeys(claim.source.name for claim in claims.values() if claim.source.name))
        for segment in split(reading, characters=24_000):
            prompt = write_prompt(segment, reading, template, nonce="0", max_output_tokens=8_000)
            yield Sheet(reading, prompt, read_page(prompt.user), gold, claims, names)


def outcomes(sheet: Sheet, errors: Errors, form: Form, seed: int) -> Iterator[Outcome]:
    said = all_said(sheet.gold, sheet.page)
    for claim in mistaken(said, sheet.page, errors=errors, form=form, seed=seed, names=sheet.names):
        yield outcome(claim, sheet, form)


def outcome(claim: Said, sheet: Sheet, form: Form) -> Outcome:
    """One claim's way through reading, grounding and checks."""
    written = write_claim(claim, sheet.page, form)
    drafts, rejections = read_drafts([written], sheet.prompt.shown, sheet.reading)
    gold = sheet.claims.get(claim.id.removesuffix("+"))
    contradicts = gold is not None and says_who(gold, sheet.reading)
    if rejections:
        reason = rejections[0].reason
        return Outcome(claim.id, claim.mistakes, reason, frozenset(), frozenset(), contradicts, False, written)
    placed = ground(drafts[0], sheet.reading)
    if not isinstance(placed, Grounded):
        return Outcome(claim.id, claim.mistakes, placed.reason, frozenset(), frozenset(), contradicts, False, written)
    flags = frozenset(flag.code for flag in check([placed], sheet.reading)[0])
    verified = frozenset(found.field for found in placed.checks if found.status == "verified")
    same = gold is not None and placed.source.name == gold.source.name
    return Outcome(claim.id, claim.mistakes, None, flags, verified, contradicts, same, written)


def says_who(claim: GoldClaim, reading: Reading) -> bool:
    """Whether the claim's own sentence names its speaker by a name, and has words that attribute."""
    sentence = reading.sentence_at(claim.content[0].start)
    mention, cue, name = claim.source.mention, claim.cue, claim.source.name
    if sentence is None or mention is None or cue is None or name is None or claim.source.kind == "anonymous":
        return False
    if not (sentence.span.holds(mention) and sentence.span.holds(cue)):
        return False
    words = mention.of(reading.article.text)
    named = [word for word in name.split() if word[0].isupper() and len(word) > 2]
    return any(word in words for word in named)


def field_flags(mistake: str) -> frozenset[str]:
    return SPEAKER_FLAGS if mistake.startswith(("swapped", "invented:speaker")) else FIGURE_FLAGS


class Count(NamedTuple):
    """Of `made` mistakes, what became of them."""

    made: int
    rejected: int
    flagged: int
    by_reason: Counter[str]

    @property
    def caught(self) -> int:
        return self.rejected + self.flagged


def count(found: list[Outcome], flags: frozenset[str]) -> Count:
    rejected = [each for each in found if each.rejected is not None]
    flagged = [each for each in found if each.rejected is None and each.flags & flags]
    reasons = Counter(each.rejected for each in rejected if each.rejected)
    reasons.update(min(each.flags & flags) for each in flagged)
    return Count(len(found), len(rejected), len(flagged), reasons)


def measure(names: tuple[str, ...], form: Form, seeds: int) -> dict[str, list[Outcome]]:
    """Every outcome by what was done: one kind of mistake at a time, on every claim that it can be made of."""
    found: dict[str, list[Outcome]] = defaultdict(list)
    for sheet in (sheet for name in names for sheet in sheets(name)):
        found["untouched"] += outcomes(sheet, Errors(), form, 1)
        for kind in KINDS:
            for seed in range(1, seeds + 1):
                for each in outcomes(sheet, Errors(**{kind: 1.0}), form, seed):
                    if each.mistakes:
                        found[_row(each)].append(each)
    return dict(found)


def _row(each: Outcome) -> str:
    mistake = each.mistakes[0]
    if mistake != "swapped":
        return mistake
    if each.same:
        return "swapped for another name of the speaker"
    return "swapped, the sentence names the speaker" if each.contradicts else "swapped, it does not"


def table(found: dict[str, list[Outcome]], form: Form) -> str:
    title = "Free form" if form == "free" else "With marks"
    lines = [
        f"**{title}**",
        "",
        "| what was done | claims | rejected | flagged | caught | how |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
    ]
    for row in sorted(row for row in found if row != "untouched"):
        counted = count(found[row], field_flags(row))
        how = ", ".join(f"{code} {number}" for code, number in counted.by_reason.most_common(3))
        share = f"{100 * counted.caught / counted.made:.1f}%"
        lines.append(
            f"| {row} | {counted.made} | {counted.rejected} | {counted.flagged} | {counted.caught} ({share}) | {how} |"
        )
    untouched = found["untouched"]
    for label, flags in (("figure", FIGURE_FLAGS), ("speaker", SPEAKER_FLAGS)):
        counted = count(untouched, flags)
        share = f"{100 * counted.flagged / counted.made:.1f}%"
        lines.append(
            f"| nothing: flagged in a {label} | {counted.made} | {counted.rejected} | "
            f"{counted.flagged} | {counted.flagged} ({share}) | |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="Counts which mistakes of a simulated model the checks catch.")
    parser.add_argument("goldsets", nargs="*", default=GOLDSETS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--show", metavar="MISTAKE", help="print what passed of one row, such as changed")
    given = parser.parse_args()
    forms: tuple[Form, ...] = ("free", "marks")
    for form in forms:
        found = measure(tuple(given.goldsets), form, given.seeds)
        print(table(found, form), end="\n\n")
        drafts = sum(len(each) for each in found.values())
        rejected = sum(each.rejected is not None for row in found.values() for each in row)
        print(f"Rejected drafts over all drafts: {rejected} of {drafts}.\n")
        for row in found if given.show else ():
            if row.startswith(given.show):
                for each in found[row]:
                    if each.rejected is None and not each.flags & field_flags(row):
                        print(row, each.id, sorted(each.flags), each.written)


if __name__ == "__main__":
    main()
