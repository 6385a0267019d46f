"""Does a second model find in the article what a claim says it says?

Asks one short question for each doubtful claim, all of a segment in one call. What it answers is a signal and a doubt
in words, never a verdict: no claim is dropped or changed for it, and where the call fails, all stays as it was.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence

from pydantic import ValidationError

from service.drafts import Shown, as_shown
from service.errors import CompletionError, PromptError
from service.guarding import Redaction
from service.lexicon.statements import NOBODY, SAYS
from service.models import Completer, Meter, Prompt
from service.prompting import fill, read_prompt
from service.records import Figure, Flag, Grounded, Notice, PromptVersion, Reading, Record, Usage, words_of
from service.sameness import sentences_of
from service.settings import Settings
from service.shorthand import ModelVerdict, Verdict, verdict_schema

WORDING = "judge_claims.v1"
AT_A_TIME = 64  # claims of one call
TOKENS_A_VERDICT = 16  # about 10 are needed
_ARTICLE_LINE = "\n=== article ===\n"


class Opinion(Record):
    """What a second model says of some claims, by their numbers; of those it did not judge there is nothing. `notices`
    say in words what failed."""

    judge: str
    verdicts: Mapping[int, Verdict] = {}
    notices: tuple[Notice, ...] = ()
    usage: Usage = Usage()

    def weigh_in(self, number: int, claim: Grounded) -> tuple[Grounded, tuple[Flag, ...]]:
        """The claim with what the judge says of it as a signal, and as a doubt in words where it says no."""
        verdict = self.verdicts.get(number)
        if verdict not in ("yes", "no"):
            return claim, ()
        signals = claim.draft.signals | {f"judge_{verdict}": 1.0}
        heard = claim.model_copy(update={"draft": claim.draft.model_copy(update={"signals": signals})})
        if verdict == "yes":
            return heard, ()
        message = f"a second model ({self.judge}) does not find that {_speaker(claim)} says this"
        return heard, (Flag(code="judge_no", field="content", message=message, span=claim.content[0]),)


class Judge:
    """A second model. Raises PromptError where its prompt file cannot be used."""

    def __init__(
        self, completer: Completer, settings: Settings, *, new_nonce: Callable[[], str] = lambda: secrets.token_hex(4)
    ) -> None:
        self._completer = completer
        self._settings = settings
        self._new_nonce = new_nonce
        wording = read_prompt(WORDING, folder=settings.prompts)
        self._system, line, self._user = wording.partition(_ARTICLE_LINE)
        if not line:
            raise PromptError(f"{WORDING}.md has no line {_ARTICLE_LINE.strip()!r} before what changes.")
        fill(self._user, dict.fromkeys(("delimiter", "sentences", "claims"), ""), name=WORDING)
        self._version = PromptVersion(name=WORDING, fingerprint=hashlib.sha256(wording.encode()).hexdigest())

    @property
    def name(self) -> str:
        return self._completer.name

    async def judge(self, segments: Mapping[int, Mapping[int, Grounded]], reading: Reading) -> Opinion:
        """What it says of claims by their numbers, given by segment. Raises only what no call can be blamed for."""
        room = asyncio.Semaphore(self._settings.concurrency)

        async def ask(segment: int, claims: Sequence[tuple[int, Grounded]]) -> Opinion:
            async with room:
                return await self._ask(segment, claims, reading)

        listed = [(segment, list(claims.items())) for segment, claims in segments.items()]
        opinions = await asyncio.gather(
            *(
                ask(segment, claims[start : start + AT_A_TIME])
                for segment, claims in listed
                for start in range(0, len(claims), AT_A_TIME)
            )
        )
        whole = Opinion(judge=self.name)
        for opinion in opinions:
            whole = Opinion(
                judge=self.name,
                verdicts={**whole.verdicts, **opinion.verdicts},
                notices=(*whole.notices, *opinion.notices),
                usage=whole.usage.plus(opinion.usage),
            )
        return whole

    async def _ask(self, segment: int, claims: Sequence[tuple[int, Grounded]], reading: Reading) -> Opinion:
        prompt = self._prompt(segment, [claim for _, claim in claims], reading)
        meter = Meter()
        failed = ""
        answered: tuple[object, ...] = ()
        try:
            answered = (await self._completer.complete(prompt, meter=meter)).claims
        except CompletionError as error:
            failed = Redaction(prompt.system, prompt.user, reading.article.text).words(str(error))
        said = _read(answered, len(claims))
        verdicts = {number: said[place] for place, (number, _) in enumerate(claims, 1) if place in said}
        notices = () if len(verdicts) == len(claims) else (self._missing(len(claims) - len(verdicts), failed),)
        return Opinion(judge=self.name, verdicts=verdicts, notices=notices, usage=meter.usage)

    def _missing(self, count: int, failed: str) -> Notice:
        claims = "1 doubtful claim" if count == 1 else f"{count:,} doubtful claims"
        why = failed or "Its answer leaves them out."
        return Notice(code="judge_failed", message=f"There is no second opinion of {self.name} on {claims}. {why}")

    def _prompt(self, segment: int, claims: Sequence[Grounded], reading: Reading) -> Prompt:
        numbers = sorted({number for claim in claims for number in _shown_for(claim, reading)})
        listed = "\n".join(f"{place}. {statement(claim, reading)}" for place, claim in enumerate(claims, 1))
        values = {"sentences": _sentences(numbers, reading), "claims": listed}
        form = verdict_schema(len(claims))
        timeless = fill(self._user, {**values, "delimiter": ""}, name=WORDING)
        return Prompt(
            version=self._version,
            system=self._system,
            user=fill(self._user, {**values, "delimiter": self._new_nonce()}, name=WORDING),
            form=form,
            max_tokens=min(self._settings.max_output_tokens, 200 + TOKENS_A_VERDICT * len(claims)),
            shown=Shown(segment=segment, first=numbers[0], last=numbers[-1], marks={}),
            key=hashlib.sha256("\0".join((self._version.fingerprint, form, timeless)).encode()).hexdigest(),
            article=reading.article.sha256,
            answer="verdicts",
        )


def _read(answered: Sequence[object], count: int) -> dict[int, Verdict]:
    """The verdicts by number. One that is given twice and not alike is none."""
    said: dict[int, Verdict] = {}
    torn: set[int] = set()
    for item in answered[: 4 * count]:
        try:
            found = ModelVerdict.model_validate(item)
        except ValidationError:
            continue
        if 1 <= found.number <= count and said.setdefault(found.number, found.verdict) != found.verdict:
            torn.add(found.number)
    return {number: verdict for number, verdict in said.items() if number not in torn}


# ── what it is shown ───────────────────────────────────────────────────────────────────────────────────────────────


def _shown_for(claim: Grounded, reading: Reading) -> set[int]:
    """Its sentences, those of its speaker and of the words of saying, and the one before."""
    spans = [*claim.content, *(span for span in (claim.source.mention, claim.cue) if span is not None)]
    numbers = set(sentences_of(spans, reading))
    return numbers | {min(sentences_of(claim.content, reading)) - 1} - {0}


def _sentences(numbers: Sequence[int], reading: Reading) -> str:
    lines: list[str] = []
    before = numbers[0] - 1
    for number in numbers:
        lines += ["…"] if number != before + 1 else []
        lines.append(as_shown(reading.sentences[number - 1].span.of(reading.article.text)))
        before = number
    return "\n".join(lines)


def statement(claim: Grounded, reading: Reading) -> str:
    """The claim as a sentence about the text: "Ida Brandt says: “…”. Figures: at least 14 (passengers)." """
    words = as_shown(words_of(claim.content, reading.article.text))
    figures = "; ".join(_figure(figure) for figure in claim.figures if figure.low or figure.high)
    about = f" Figures: {as_shown(figures)}." if figures else ""
    return f"{as_shown(_speaker(claim))} {SAYS[claim.draft.stance]}: “{words}”.{about}"


def _speaker(claim: Grounded) -> str:
    return claim.source.name or NOBODY.get(claim.source.kind, "somebody who is not named")


def _figure(figure: Figure) -> str:
    ends = [end for end in dict.fromkeys((figure.low, figure.high)) if end is not None]
    bound = "" if figure.qualifier in ("exact", "range", "vague") else figure.qualifier.replace("_", " ") + " "
    counted = f" ({figure.counted})" if figure.counted else ""
    unit = f" {figure.unit}" if figure.unit else ""
    return f"{bound}{' to '.join(ends)}{unit}{counted}"
