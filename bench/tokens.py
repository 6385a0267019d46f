"""What do answers and questions cost in tokens, ours and LangExtract's, for the same claims of the same articles?

    python -m bench.tokens [--prompt extract_claims.v1] [--texts DIR] [--langextract PYTHON]

Prints the tables of docs/models.md. Answers: the gold claims of each set are written down in both forms and counted by
one tokenizer (cl100k, as LiteLLM ships it), so that no model's weakness enters; ours are then read back, to show what
of them is lost. Questions: our prompt, and the requests that LangExtract sends to a server here with its default
settings, where PYTHON names an interpreter that has langextract[openai].
"""

import argparse
import importlib.util
import json
import os
import re
import statistics
import subprocess
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from eval.goldset import open_gold_set
from eval.sources import judge_source, names_of
from eval.wording import fold_name, same_counted, same_measure
from service.drafts import read_drafts
from service.goldfiles import GoldClaim
from service.grounding import ground
from service.models import Prompt
from service.prompting import Template, load_template, shipped_prompts, write_prompt
from service.reading.reader import read
from service.reading.segments import split
from service.records import (
    Draft,
    DraftFigure,
    Figure,
    Grounded,
    Passage,
    Reading,
    Span,
    SpeakerMention,
    words_of,
)
from service.settings import Settings
from service.shorthand import ModelClaim
from service.unsaid import find_cue

ROOT = Path(__file__).parent.parent
SETS = (("newsroom", "dev"), ("kalat-retold", None), ("starter", None), ("kalat", None))
COMPACT = (",", ":")
DESCRIPTION = (
    "Extract the claims in the article: who says what, with which figures. Use exact text for the claims and the "
    "figures, and the fullest name that the article gives the speaker."
)


def _tokenizer() -> Callable[[str], int]:
    """Counts tokens without the network: LiteLLM has the vocabulary in its package."""
    found = importlib.util.find_spec("litellm")
    assert found is not None, "litellm is not installed"
    assert found.origin is not None
    os.environ["TIKTOKEN_CACHE_DIR"] = str(Path(found.origin).parent / "litellm_core_utils" / "tokenizers")
    import tiktoken

    encoding = tiktoken.get_encoding("cl100k_base")
    return lru_cache(maxsize=None)(lambda text: len(encoding.encode(text, disallowed_special=())))


count = _tokenizer()


class Asked(NamedTuple):
    """An article with its gold claims, as read and as asked about."""

    reading: Reading
    prompt: Prompt
    claims: tuple[GoldClaim, ...]


def articles_of(name: str, part: str | None, texts: Sequence[Path], prompt: str) -> Iterator[Asked]:
    template, settings = load_template(prompt), Settings()
    ready = open_gold_set(ROOT / "goldsets" / name, texts).of_split(part)
    for article in ready.articles():
        reading = read(article)
        (segment,) = split(reading, characters=settings.segment_characters)  # one call each: none of them is long
        question = write_prompt(
            segment, reading, template, nonce="c0ffee12", max_output_tokens=settings.max_output_tokens
        )
        yield Asked(reading, question, ready.gold.claims_of.get(article.id, ()))


# ── our form ──────────────────────────────────────────────────────────────────────────────────────────────────────


def ours(claim: GoldClaim, asked: Asked, *, lean: bool = False, ends: int = 1, spelled: bool = False) -> dict[str, Any]:
    """The claim as a model that makes no mistake would write it. `lean`: only content, speaker and figures; `ends`: so
    many words of a passage's ends at least; `spelled`: cue and counted noun even where reading finds them by itself."""
    reading, shown = asked.reading, {original: mark for mark, original in asked.prompt.shown.marks.items()}
    marks = {found.span: found.mark for found in reading.figures}
    own = tuple(marks[figure.span] for figure in claim.figures if figure.span in marks)
    said: list[Any] = [_speaker(claim, reading, shown)]
    for figure in claim.figures:
        mark = marks.get(figure.span)
        said.append(shown[mark] if mark in shown else {"other": figure.span.of(reading.article.text)})
        said += [] if lean else _of_figure(figure, reading, spelled=spelled)
    if not lean:
        said[1:1] = _named_here(claim, said[0], asked)
        said += [*([claim.stance] if claim.stance != "asserts" else []), *(["hedged"] if claim.hedged else [])]
        said += _cue(claim, reading, spelled=spelled)
        said += [{"via": _mark_of(name, reading, shown, near=claim.content[0])} for name in claim.source.via]
        said += [{"in": place} for place in claim.where]
    return {"p": [_passage(span, own, reading, ends) for span in claim.content], "s": said}


def _passage(span: Span, figures: Sequence[str], reading: Reading, ends: int) -> str:
    """The sentence's number and as few words of both ends as place it."""
    text = reading.article.text
    sentence = reading.sentence_at(span.start)
    if sentence is None:
        return f"0 {span.of(text)}"  # gold outside what was read as the article's body: it cannot be said
    if _placed(sentence.span, figures, reading) == _placed(span, figures, reading):
        return str(sentence.number)
    words = span.of(text).split()
    for length in range(2 * ends, len(words)):
        for begin in range(ends, length - ends + 1):
            first, last = " ".join(words[:begin]), " ".join(words[begin - length :])
            if _placed(Passage(sentence=sentence.number, first=first, last=last), figures, reading) == span:
                return f"{sentence.number} {first} … {last}"
    return f"{sentence.number} {span.of(text)}"


def _placed(piece: Span | Passage, figures: Sequence[str], reading: Reading) -> Span | None:
    draft = Draft(
        content=(piece,), speaker="outlet", mode="none", figures=tuple(DraftFigure(figure=mark) for mark in figures)
    )
    grounded = ground(draft, reading)
    return grounded.content[0] if isinstance(grounded, Grounded) else None


def _speaker(claim: GoldClaim, reading: Reading, shown: Mapping[str, str]) -> Any:
    if claim.source.name is None:
        return claim.source.kind
    near = claim.source.mention or claim.content[0]
    return _mark_of(claim.source.name, reading, shown, near=near, aliases=names_of(claim.source))


def _mark_of(
    name: str, reading: Reading, shown: Mapping[str, str], *, near: Span, aliases: frozenset[str] = frozenset()
) -> Any:
    """The nearest mark of that speaker by name, else by role, else around those words; the name in words where nothing
    marks it."""
    names = aliases | {fold_name(name)}
    text = reading.article.text
    marked = [mention for mention in reading.mentions if mention.form != "pronoun" and mention.mark in shown]
    own = [mention for mention in marked if _resolved(mention, reading) in names]
    own = [mention for mention in own if mention.form != "role"] or own
    own = own or [mention for mention in marked if mention.span.overlaps(near) or name in mention.span.of(text)]
    best = min(own, key=lambda mention: abs(mention.span.start - near.start), default=None)
    return shown[best.mark] if best is not None else {"other": name}


def _resolved(mention: SpeakerMention, reading: Reading) -> str | None:
    return fold_name(reading.speakers[mention.speaker].name) if mention.speaker is not None else None


def _named_here(claim: GoldClaim, speaker: Any, asked: Asked) -> list[Any]:
    """The mark of the words that name the speaker, where that is not the speaker's own."""
    if claim.source.name is None:
        return []
    if claim.source.mention is None:
        return ["implied"]
    here = claim.source.mention
    overlapping = [mention for mention in asked.reading.mentions if mention.span.overlaps(here)]
    shown = {original: mark for mark, original in asked.prompt.shown.marks.items()}
    marks = [shown[mention.mark] for mention in overlapping if mention.mark in shown]
    return [] if speaker in marks else marks[:1]


def _of_figure(figure: Figure, reading: Reading, *, spelled: bool) -> list[Any]:
    proposed = next((found.counted for found in reading.figures if found.span == figure.span), None)
    wanted = figure.counted and (spelled or not same_counted(proposed, figure.counted))
    return [*([{"d": figure.measure}] if figure.measure else []), *([{"c": figure.counted}] if wanted else [])]


def _cue(claim: GoldClaim, reading: Reading, *, spelled: bool) -> list[Any]:
    if claim.cue is None:
        return []
    found = find_cue(claim.source.mention, claim.content, reading)
    alone = found is not None and found.span == claim.cue and not spelled
    return [] if alone else [{"q": claim.cue.of(reading.article.text)}]


def written(claims: Sequence[GoldClaim], asked: Asked, **how: Any) -> str:
    said = [ours(claim, asked, **how) for claim in claims]
    return json.dumps({"c": said}, ensure_ascii=False, separators=COMPACT)


# ── what is lost on the way ───────────────────────────────────────────────────────────────────────────────────────


def come_back(asked: Asked) -> Counter[str]:
    """How many gold claims are the same after they were written in our form, read and grounded; by field."""
    kept: Counter[str] = Counter()
    marked = {found.span for found in asked.reading.figures}
    for gold in asked.claims:
        drafts, _ = read_drafts([ours(gold, asked)], asked.prompt.shown, asked.reading)
        grounded = ground(drafts[0], asked.reading) if drafts else None
        kept["claims"] += 1
        kept["figures"] += sum(figure.span in marked for figure in gold.figures)
        if isinstance(grounded, Grounded):
            kept.update(_kept(grounded, gold))
    return kept


def _kept(found: Grounded, gold: GoldClaim) -> Counter[str]:
    same = {figure.span: figure for figure in found.figures}
    figures = [
        figure
        for figure in gold.figures
        if (own := same.get(figure.span)) is not None
        and (own.low, own.high, own.qualifier) == (figure.low, figure.high, figure.qualifier)
        and same_counted(own.counted, figure.counted)
        and same_measure(own.measure, figure.measure)
    ]
    mention = found.source.mention
    here = gold.source.mention
    return Counter(
        {
            "content": int(found.content == gold.content),
            "speaker": int(judge_source(found.source, gold.source) in ("right", "lenient")),
            "mention": int(
                here is mention if None in (here, mention) else bool(here and mention and here.overlaps(mention))
            ),
            "cue": int(found.cue == gold.cue),
            "mode": int(found.draft.mode == gold.mode),
            "stance and hedge": int((found.draft.stance, found.draft.hedged) == (gold.stance, gold.hedged)),
            "figures kept": len(figures),
        }
    )


# ── LangExtract's form ────────────────────────────────────────────────────────────────────────────────────────────


def theirs(claim: GoldClaim, text: str, fields: str) -> dict[str, Any]:
    """A claim as an extraction: its words, and what is said of it as attributes, which may be texts or lists of them.

    `fields`: "lean" (speaker, figures), "same" (all that our form says), "full" (all that our marks stand for too)."""
    source = claim.source
    attributes: dict[str, Any] = {"speaker": source.name or source.kind}
    if fields != "lean":
        attributes |= {
            "mention": source.mention and source.mention.of(text),
            "cue": claim.cue and claim.cue.of(text),
            "mode": claim.mode,
            "stance": claim.stance,
            "hedged": claim.hedged,
        }
    attributes["figures"] = [figure.span.of(text) for figure in claim.figures]
    if fields != "lean":
        attributes |= _lists(claim.figures, ("counted", "measure"))
        attributes |= {"via": list(source.via), "where": list(claim.where)}
    if fields == "full":
        attributes |= {"kind": source.kind, "role": source.role}
        attributes |= _lists(claim.figures, ("low", "high", "qualifier", "unit"))
    return {"words": words_of(claim.content, text), "attributes": attributes}


def _lists(figures: Sequence[Figure], names: Sequence[str]) -> dict[str, list[Any]]:
    return {name: [getattr(figure, name) for figure in figures] for name in names}


def extractions(claims: Sequence[dict[str, Any]], *, indented: bool) -> str:
    """As LangExtract formats its examples, and so its models their answers; or as tightly as JSON can be."""
    items = [{"claim": claim["words"], "claim_attributes": claim["attributes"]} for claim in claims]
    form: dict[str, Any] = {"indent": 2} if indented else {"separators": COMPACT}
    return json.dumps({"extractions": items}, ensure_ascii=False, **form)


# ── a server that counts ──────────────────────────────────────────────────────────────────────────────────────────


class Counting:
    """An OpenAI-compatible server that finds nothing in anything, and knows what each model was asked."""

    def __init__(self) -> None:
        self.asked: dict[str, list[int]] = defaultdict(list)
        counting = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                tokens = sum(count(message["content"]) for message in body["messages"])
                counting.asked[body["model"]].append(tokens)
                payload = json.dumps(_ANSWER).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]

    def __enter__(self) -> "Counting":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


_ANSWER = {
    "id": "0",
    "object": "chat.completion",
    "created": 1,
    "model": "counting",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": '{"extractions": []}'},
        }
    ],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}


def ask_langextract(
    python: str, articles: Mapping[str, str], examples: Sequence[dict[str, Any]], description: str
) -> dict[str, list[int]]:
    """The prompt tokens of each call, by article."""
    with Counting() as server:
        asked = {"port": server.port, "description": description, "examples": examples, "articles": articles}
        command = [python, str(Path(__file__).parent / "langextract_calls.py")]
        subprocess.run(command, input=json.dumps(asked), text=True, check=True, capture_output=True)
        return dict(server.asked)


# ── the same examples for both ────────────────────────────────────────────────────────────────────────────────────

_MARKED = re.compile(r"\{([SF]\d+) ([^{}]*)\}")


def same_examples(prompt: str, fields: str) -> list[dict[str, Any]]:
    """The examples of our prompt as LangExtract takes them: text, and claims with attributes."""
    lines = (shipped_prompts() / f"{prompt}.examples.jsonl").read_text(encoding="utf-8").splitlines()
    return [_their_example(json.loads(line), fields) for line in lines if line]


def _their_example(example: dict[str, Any], fields: str) -> dict[str, Any]:
    marks = dict(_MARKED.findall("\n".join(example["sentences"])))
    sentences = [_MARKED.sub(r"\2", line).partition("] ")[2] for line in example["sentences"]]
    claims = [ModelClaim.model_validate(claim) for claim in example["answer"]["c"]]
    return {"text": " ".join(sentences), "claims": [_their_claim(claim, marks, sentences, fields) for claim in claims]}


def _their_claim(claim: ModelClaim, marks: Mapping[str, str], sentences: Sequence[str], fields: str) -> dict[str, Any]:
    def named(mark: object) -> str | None:
        return marks.get(str(mark), str(mark)) if mark is not None else None

    attributes: dict[str, Any] = {"speaker": named(claim.speaker)}
    if fields != "lean":
        attributes |= {"mention": named(claim.mention or claim.speaker), "cue": claim.cue, "mode": claim.mode}
        attributes |= {"stance": claim.stance, "hedged": claim.hedged}
    attributes["figures"] = [named(figure.figure) for figure in claim.figures]
    if fields != "lean":
        attributes["counted"] = [figure.counted for figure in claim.figures]
        attributes["measure"] = [figure.measure for figure in claim.figures]
        attributes |= {"via": [], "where": list(claim.where)}
    return {"words": " ".join(_words(passage, sentences) for passage in claim.passages), "attributes": attributes}


def _words(passage: str, sentences: Sequence[str]) -> str:
    number, _, ends = passage.partition(" ")
    sentence = sentences[int(number) - 1]
    first, _, last = ends.partition(" … ")
    if not ends:
        return sentence
    return sentence[sentence.index(first) : sentence.rindex(last or first) + len(last or first)]


# ── the tables ────────────────────────────────────────────────────────────────────────────────────────────────────

VARIANTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("content, speaker, figures", "lean", {"lean": True}),
    ("all that our form says", "same", {}),
    ("and all that its marks stand for (role, kind, bounds, unit)", "full", {}),
)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    print(f"| {' | '.join(header)} |\n|{'---|' * len(header)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    print(flush=True)


def answers(sets: Mapping[str, Sequence[Asked]]) -> None:
    """Completion tokens a claim."""
    header = (
        "gold set",
        "claims",
        "what is said",
        "ours",
        "LangExtract",
        "ours / LangExtract",
        "LangExtract, no spaces",
    )
    everything = [asked for articles in sets.values() for asked in articles]
    rows = []
    for name, articles in (*sets.items(), ("all", everything)):
        claims = sum(len(asked.claims) for asked in articles)
        for label, fields, how in VARIANTS:
            own = sum(count(written(asked.claims, asked, **how)) for asked in articles) / claims
            indented, tight = (their_tokens(articles, fields, indented=form) / claims for form in (True, False))
            rows.append(
                (name, f"{claims:,}", label, f"{own:.1f}", f"{indented:.1f}", f"{own / indented:.2f}", f"{tight:.1f}")
            )
    table(header, rows)
    claims = sum(len(asked.claims) for asked in everything)
    print("Ours on all sets, written otherwise:\n")
    others: tuple[tuple[str, dict[str, Any]], ...] = (
        ("at least two words of each end of a passage", {"ends": 2}),
        ("at least three", {"ends": 3}),
        ("cue and counted noun always given", {"spelled": True}),
    )
    tokens = [(label, sum(count(written(asked.claims, asked, **how)) for asked in everything)) for label, how in others]
    table(("how", "tokens a claim"), [(label, f"{total / claims:.1f}") for label, total in tokens])


def their_tokens(articles: Sequence[Asked], fields: str, *, indented: bool) -> int:
    return sum(
        count(
            extractions(
                [theirs(claim, asked.reading.article.text, fields) for claim in asked.claims], indented=indented
            )
        )
        for asked in articles
    )


def losses(sets: Mapping[str, Sequence[Asked]]) -> None:
    """What of the gold claims is the same after writing, reading and grounding."""
    fields = ("content", "speaker", "mention", "cue", "mode", "stance and hedge")
    rows = []
    for name, articles in sets.items():
        kept = sum((come_back(asked) for asked in articles), Counter())
        cells = [f"{kept[field] / kept['claims']:.3f} ({kept[field]}/{kept['claims']})" for field in fields]
        figures = f"{kept['figures kept'] / kept['figures']:.3f} ({kept['figures kept']}/{kept['figures']})"
        rows.append((name, *cells, figures))
    table(("gold set", *fields, "figures that have marks, all fields"), rows)


def questions(sets: Mapping[str, Sequence[Asked]], prompt: str, python: str | None) -> None:
    """Prompt tokens an article."""
    template = load_template(prompt)
    print(f"`{prompt}`: {count(template.system):,} tokens before the article, the same for every article.\n")
    header = ["gold set", "articles", "characters", "tokens of the text", "ours: calls", "prompt tokens"]
    ways = (("lean", DESCRIPTION, "a two-line task"), ("same", rules_of(template), "our rules")) if python else ()
    for _, _, label in ways:
        header += [f"LangExtract, {label}: calls", "prompt tokens"]
    rows = []
    for name, articles in sets.items():
        texts = {asked.reading.article.id: asked.reading.article.text for asked in articles}
        own = [count(asked.prompt.system) + count(asked.prompt.user) for asked in articles]
        row = [name, f"{len(articles)}", f"{statistics.mean(map(len, texts.values())):,.0f}"]
        row += [f"{statistics.mean(map(count, texts.values())):,.0f}", "1", f"{statistics.mean(own):,.0f}"]
        for fields, description, _ in ways:
            calls = ask_langextract(python or "", texts, same_examples(prompt, fields), description)
            row += [f"{statistics.mean(map(len, calls.values())):.1f}"]
            row += [f"{statistics.mean(map(sum, calls.values())):,.0f}"]
        rows.append(row)
    table(header, rows)


def rules_of(template: Template) -> str:
    """What our prompt says of claims, without what it says of its own marks, form and examples."""
    paragraphs = template.system.partition("\n\nExamples")[0].split("\n\n")
    return "\n\n".join(paragraph for paragraph in paragraphs if "[12]" not in paragraph and "JSON" not in paragraph)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--prompt", default=Settings().prompt)
    parser.add_argument("--texts", type=Path, default=os.environ.get("ACCORDING_TEXTS"), help="the real articles")
    parser.add_argument("--langextract", metavar="PYTHON", help="an interpreter that has langextract[openai]")
    asked = parser.parse_args()
    texts = [Path(asked.texts)] if asked.texts else []
    names = [(name, part) for name, part in SETS if texts or name != "kalat"]
    sets = {
        f"{name}{f', {part}' if part else ''}": list(articles_of(name, part, texts, asked.prompt))
        for name, part in names
    }
    print("**Answers**, completion tokens a claim:\n")
    answers(sets)
    print("**What comes back**: gold claims in our form, read and grounded:\n")
    losses(sets)
    print("**Questions**, prompt tokens an article:\n")
    questions(sets, asked.prompt, asked.langextract)


if __name__ == "__main__":
    main()
