"""Who says what in this article, by grammar alone?

Goes through the parsed sentences in order and keeps in mind who spoke last; each question on the way has its own
file beside this one. Checking and confidence are left to the steps after it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby

from service.embedded.acts import Attribution
from service.embedded.asides import find_asides
from service.embedded.attribution import find_attributions, only_a_thought_within
from service.embedded.clauses import Piece, spans_of, split, whole
from service.embedded.counting import can_be_taken_up, counted
from service.embedded.implied import ANNOUNCING, Account, goes_on, is_release
from service.embedded.lost import find_lost
from service.embedded.measures import is_violent, measure
from service.embedded.parsing import Parsed, parse
from service.embedded.phrases import hedge_adverb, list_opener, replier
from service.embedded.quoting import Quotations, goes_over, is_full, joined_to, quoted_tokens, speaker_beside
from service.embedded.resolution import OUTLET, UNRESOLVED, UNSPECIFIED, Resolver, Who
from service.embedded.retold import find_retold, passed_on
from service.embedded.signals import parse_signals
from service.embedded.stance import hedged, stance_of
from service.embedded.unattributed import clause_around, expressive, is_joined, left_over
from service.lexicon.cues import MENTAL
from service.records import Draft, DraftFigure, FoundFigure, Mode, Reading, Span

HEARSAY = frozenset({"reportedly", "allegedly", "supposedly", "purportedly"})
PLACE_LABELS = frozenset({"GPE", "LOC", "FAC"})
FEW = 3  # quotations of a sentence that are asked who speaks: a hostile one holds hundreds
ABOUT = ("About ", "ABOUT ")  # opens the part of a press release that tells of the firm
BULLETS = frozenset("•·*-–—▪◦‣")
QUOTED = 0.85  # share of a claim inside quotation marks from which it is direct speech


@dataclass(frozen=True)
class Said:
    """Content that somebody says, before it is cut into claims."""

    content: frozenset[int]
    who: Who
    attribution: Attribution | None
    mode: Mode | None  # None: by the share in quotation marks
    via: tuple[Who, ...] = ()
    accept: tuple[str | None, ...] = ()
    rule: str = ""
    cue: Span | None = None  # where it stands in another sentence


@dataclass
class Memory:
    """What the reader of the article so far has in mind."""

    last: list[Who] = field(default_factory=list)
    account: Account | None = None
    owners: dict[int, tuple[Who, Span | None]] = field(
        default_factory=dict
    )  # with their cue, by number of the quotation
    voice: tuple[Who, Span] | None = None  # whoever an attribution named last, with its cue
    paragraph: int = -1
    release: Who | None = None  # whose press release the article is
    listing: Said | None = None  # who says the list that follows a colon
    counted: str | None = None  # what the last figure counted

    def spoke(self, who: Who) -> None:
        if who.kind in {"outlet", "unspecified", "unresolved"}:
            return
        self.last.append(who)
        del self.last[:-6]


class EmbeddedExtractor:
    """Needs no key, no server and no network."""

    name = "embedded"

    def __init__(self, *, questions: bool = False) -> None:
        """With `questions`, what somebody asks is kept too: no claim, but other people's corpora count it."""
        self._questions = questions

    def drafts(self, reading: Reading) -> tuple[Draft, ...]:
        """One draft for each clause-level assertion of the article's body, in the order of the text."""
        return tuple(_Reader(reading, questions=self._questions).drafts())


class _Reader:
    """One pass over one article."""

    def __init__(self, reading: Reading, *, questions: bool = False) -> None:
        self.reading = reading
        self.questions = questions
        self.text = reading.article.text
        self.resolver = Resolver(reading)
        self.quotations = Quotations(reading.quotations)
        self.violent = is_violent(self.text)
        self.memory = Memory()
        self.figures: dict[int, list[FoundFigure]] = {}
        for figure in reading.figures:
            self.figures.setdefault(figure.sentence, []).append(figure)

    def drafts(self) -> Iterator[Draft]:
        parsed = parse(self.text, self.reading.sentences)
        for paragraph, sentences in groupby(parsed, key=lambda each: each.sentence.paragraph):
            self._enter(paragraph)
            yield from self._paragraph(list(sentences))

    def _enter(self, paragraph: int) -> None:
        """A heading between two paragraphs closes every account."""
        between = self.reading.paragraphs[self.memory.paragraph + 1 : paragraph]
        if any(each.role == "heading" for each in between):
            self.memory.account = None
        opened = [*between, self.reading.paragraphs[paragraph]]
        if any(self.text.startswith(ABOUT, each.span.start) for each in opened):
            self.memory.release = None
        self.memory.paragraph = paragraph

    def _paragraph(self, sentences: list[Parsed]) -> Iterator[Draft]:
        found = [self._attributions(parsed) for parsed in sentences]
        self._own_quotations(sentences, found)
        for parsed, attributions in zip(sentences, found, strict=True):
            yield from self._sentence(parsed, attributions)

    # ── attributions and quotations ──────────────────────────────────────────────────────────────────────────────

    def _quoted(self, parsed: Parsed) -> list[tuple[int, frozenset[int]]]:
        """Number and tokens of each quotation in the sentence."""
        return [
            (number, quoted_tokens(parsed, quotation))
            for number, quotation in self.quotations.within(parsed.sentence.span)
        ]

    def _attributions(self, parsed: Parsed) -> list[Attribution]:
        quoted = [tokens for _, tokens in self._quoted(parsed)]
        inside = frozenset().union(*quoted) if quoted else frozenset()
        found = list(find_attributions(parsed, inside))
        cues = frozenset(i for each in found for i in each.cue)
        found += find_asides(parsed, inside, cues)
        found += find_lost(parsed, inside, found)
        found = list(passed_on(parsed, found))
        covered = frozenset().union(*(each.content for each in found)) if found else frozenset()
        for tokens in quoted:
            if not tokens or not is_full(parsed, tokens) or len(tokens & covered) * 2 > len(tokens):
                continue
            beside = speaker_beside(parsed, tokens)
            if beside is not None and beside.sources:
                found = joined_to(found, beside)
        return found

    def _own_quotations(self, sentences: list[Parsed], found: list[list[Attribution]]) -> None:
        """Which quotations of the paragraph a cue in one of their sentences hands to somebody."""
        last = list(self.memory.last)
        for parsed, attributions in zip(sentences, found, strict=True):
            for number, tokens in self._quoted(parsed):
                for attribution in attributions:
                    if attribution.sources and tokens and len(attribution.content & tokens) * 2 > len(tokens):
                        who = self.resolver.who(parsed, attribution.sources[0], last)
                        cue = parsed.span(attribution.cue[0], attribution.cue[-1])
                        self.memory.owners.setdefault(number, (who, cue))
            named = [self.resolver.who(parsed, each.sources[0], last) for each in attributions if each.sources]
            subject = self.resolver.subject(parsed)
            last += named or ([subject] if subject is not None else [])

    # ── one sentence ─────────────────────────────────────────────────────────────────────────────────────────────

    def _sentence(self, parsed: Parsed, attributions: list[Attribution]) -> Iterator[Draft]:
        said = list(self._attributed(parsed, attributions)) or list(self._listed(parsed))
        inner = find_retold(parsed, [tokens for _, tokens in self._quoted(parsed)])
        taken = frozenset().union(*(each.content for each in said)) if said else frozenset()
        frames = frozenset().union(*(each.frame for each in attributions)) if attributions else frozenset()
        quoted = list(self._free_quotations(parsed, taken | frames))
        taken |= frozenset().union(*(each.content for each in quoted)) if quoted else frozenset()
        told = [part for each in (*said, *quoted) for part in self._retold(parsed, each, inner)]
        taken |= frozenset(
            i for part in told if part.attribution and part.attribution in inner for i in part.attribution.frame
        )
        rest = [] if self._is_question(parsed) else list(self._unattributed(parsed, attributions, taken, said))
        taken |= frozenset().union(*(each.content for each in rest)) if rest else frozenset()
        lost = list(self._lost_figures(parsed, said, taken))
        for each in sorted([*told, *rest, *lost], key=lambda one: min(one.content)):
            yield from self._claims(parsed, each)
        if not said:
            self._only_named(parsed)

    def _retold(self, parsed: Parsed, said: Said, inner: tuple[Attribution, ...]) -> Iterator[Said]:
        """What somebody says, with the parts that others said before given to these, through the speaker."""
        content = said.content
        for act in inner:
            words = act.content & content
            if not words or said.who.kind in {"outlet", "unspecified", "unresolved"}:
                continue
            who = self.resolver.who(parsed, act.sources[0], [])  # whoever quotes "the foreman" is not the foreman
            if who.same(said.who) or who.kind == "unresolved" or 2 * len(words) < len(act.content):
                continue
            if said.attribution is not None and said.attribution.cue == act.cue:
                continue
            content -= words | act.frame
            yield Said(words, who, act, None, (*said.via, said.who), rule="clause")
        if any(parsed.doc[i].is_alpha for i in content) or content == said.content:
            yield replace(said, content=content)

    def _only_named(self, parsed: Parsed) -> None:
        """Keeps in mind whom a sentence without a claim by anybody names: who "speaks" words too few to be one, or else
        whom it is about."""
        for _, tokens in self._quoted(parsed)[:FEW]:
            beside = speaker_beside(parsed, tokens) if tokens else None
            if beside is not None and beside.sources:
                who = self.resolver.who(parsed, beside.sources[0], self.memory.last)
                self.memory.spoke(who)
                self.memory.voice = who, parsed.span(beside.cue[0], beside.cue[-1])
                return
        replying = replier(parsed)
        subject = self.resolver.subject(parsed)
        if replying is not None:
            self.memory.spoke(self.resolver.who(parsed, replying, self.memory.last))
        elif subject is not None:
            self.memory.spoke(subject)

    def _listed(self, parsed: Parsed) -> Iterator[Said]:
        """A point of a list belongs to whoever the sentence before the list names."""
        listing = self.memory.listing
        first = self.reading.paragraphs[parsed.sentence.paragraph].span.start
        opener = list_opener(parsed)
        if opener is not None and opener.sources:
            who = self.resolver.who(parsed, opener.sources[0], self.memory.last)
            cue = parsed.span(opener.cue[0], opener.cue[-1])
            self.memory.listing = Said(frozenset(), who, None, "indirect", rule="clause", cue=cue)
            self.memory.spoke(who)
        elif listing is not None and self._is_point(first):
            yield replace(listing, content=frozenset(token.i for token in parsed.doc))
        else:
            self.memory.listing = None

    def _is_point(self, first: int) -> bool:
        """Whether the paragraph that begins at `first` is a point of a list: "•", "1.", "2)"."""
        mark = self.text[first : first + 4].lstrip("(").lstrip("0123456789")
        numbered = self.text[first].isdigit() and mark[:2] in {". ", ") "}
        return self.text[first] in BULLETS or numbered

    def _lost_figures(self, parsed: Parsed, said: list[Said], taken: frozenset[int]) -> Iterator[Said]:
        """Clauses that carry a figure and that nothing else took: "…, with two people hurt" beside an attribution."""
        cues = {i for each in said if each.attribution for i in each.attribution.cue}
        for figure in self.figures.get(parsed.sentence.number, []):
            at = parsed.tokens_in(figure.number)
            if not at or at[0] in taken:
                continue
            clause = clause_around(parsed.doc[at[0]])
            if clause is None or clause.i in cues or clause.i in taken:
                continue
            content = frozenset(each.i for each in clause.subtree) - taken - cues
            taken |= content
            hedging = next((each for each in said if each.who.kind == "unspecified"), None)
            if hedging is not None:
                yield replace(hedging, content=content)
            else:
                yield Said(content, OUTLET, None, "none", rule="outlet")

    def _asks(self, spans: tuple[Span, ...]) -> bool:
        """Whether a question mark ends the words, which are then no claim."""
        return not self.questions and self.text[spans[-1].end : spans[-1].end + 1] == "?"

    def _is_question(self, parsed: Parsed) -> bool:
        return bool(parsed.doc.text.rstrip("\"'”’ ").endswith("?"))

    def _attributed(self, parsed: Parsed, attributions: list[Attribution]) -> Iterator[Said]:
        """What the sentence's own attributions give, inner ones cut out of outer ones."""
        kept = [each for each in attributions if not only_a_thought_within(each, attributions)]
        whos = {id(each): self._whos(parsed, each, kept) for each in sorted(kept, key=lambda one: -len(one.content))}
        claimed: set[tuple[frozenset[int], str]] = set()
        for each in kept:
            inner = [other for other in kept if other is not each and other.cue[0] in each.content]
            outer = [other for other in kept if other is not each and each.cue[0] in other.content]
            content = each.content
            for other in inner:
                content -= other.content | other.frame
            speakers = whos[id(each)] or self._followed(each, outer, whos)
            if not content or not speakers:
                continue
            for who in speakers:
                key = (content, who.mark)
                if key in claimed:
                    continue
                claimed.add(key)
                through = [self.resolver.who(parsed, named, self.memory.last) for named in each.through]
                yield self._said(each, content, who, [*(w for o in outer for w in whos[id(o)][:1]), *through])
            self._remember(parsed, each, speakers)

    def _whos(self, parsed: Parsed, attribution: Attribution, kept: list[Attribution]) -> list[Who]:
        if attribution.unspecified:
            return [UNSPECIFIED]
        nested = any(attribution.cue[0] in other.content for other in kept if other is not attribution)
        if attribution.follows and nested:
            return []
        whos = [self.resolver.who(parsed, named, self.memory.last) for named in attribution.sources]
        if nested and parsed.doc[attribution.cue[0]].dep_ == "conj" and all(who.how == "words" for who in whos):
            return []  # "said that 50 men took part and mentioned …": the men mention nothing
        return whos

    def _followed(self, attribution: Attribution, outer: list[Attribution], whos: dict[int, list[Who]]) -> list[Who]:
        """ "…, adding that": whoever the verb before it belongs to, else who spoke last."""
        for each in outer:
            if whos.get(id(each)):
                return [whos[id(each)][0]]
        return [replace(self.memory.last[-1], mention=None)] if attribution.follows and self.memory.last else []

    def _said(self, attribution: Attribution, content: frozenset[int], who: Who, outer: list[Who]) -> Said:
        via: tuple[Who, ...] = ()
        accept: tuple[str | None, ...] = ()
        for other in outer:
            if other.same(who) or other.kind in {"unspecified", "unresolved"}:
                continue
            if self._speaks_for(other, who):
                accept = (*accept, other.name)
            elif not any(other.same(each) for each in via):
                via = (*via, other)
        return Said(content, who, attribution, None, via, accept, attribution.rule)

    def _speaks_for(self, person: Who, body: Who) -> bool:
        if person.index is None or body.name is None:
            return False
        return self.reading.speakers[person.index].principal == body.name

    def _remember(self, parsed: Parsed, attribution: Attribution, speakers: list[Who]) -> None:
        who = speakers[0]
        self.memory.spoke(who)
        self.memory.voice = who, parsed.span(attribution.cue[0], attribution.cue[-1])
        if who.kind in {"outlet", "unspecified", "unresolved"} or attribution.lemma in MENTAL:
            return
        text = parsed.doc.text.lower()
        release = parsed.sentence.number == 1 and who.kind == "organization" and attribution.lemma in ANNOUNCING
        lasting = attribution.rule == "according_to" or "statement" in text or release
        if who.kind == "organization" and is_release(parsed, attribution):
            self.memory.release = who
        if lasting or not self._is_quoted(parsed, attribution):  # after a quotation the outlet goes on
            self.memory.account = Account(who, parsed.sentence.paragraph, parsed.sentence.number, lasting)
        else:
            self.memory.account = None

    def _is_quoted(self, parsed: Parsed, attribution: Attribution) -> bool:
        words = {i for i in attribution.content if parsed.doc[i].is_alpha}
        quoted = frozenset().union(*(tokens for _, tokens in self._quoted(parsed)))
        return 2 * len(words & quoted) > len(words)

    def _free_quotations(self, parsed: Parsed, taken: frozenset[int]) -> Iterator[Said]:
        """Quotations that no cue of this sentence takes: a speaker going on."""
        for number, tokens in self._quoted(parsed):
            free = tokens - taken
            if len(free) * 2 <= len(tokens):
                continue
            if not is_full(parsed, free) and not goes_over(parsed, free, self.quotations.numbered(number)):
                continue
            if len(tokens) < 0.6 * len(parsed.doc) and number not in self.memory.owners:
                continue  # a quoted part inside a sentence of the outlet
            owner = self.memory.owners.get(number) or self._goes_on_speaking()
            if owner is None:
                yield Said(free, UNRESOLVED, None, "direct", rule="free_quotation")
                continue
            who, cue = self.memory.owners.setdefault(number, owner)
            self.memory.spoke(replace(who, sentence=parsed.sentence.number))
            yield Said(free, replace(who, how="goes_on"), None, "direct", rule="free_quotation", cue=cue)

    def _goes_on_speaking(self) -> tuple[Who, Span | None] | None:
        """Whoever spoke last, with the words that said so: a second sentence has the mention and cue of the first."""
        who = self.memory.last[-1] if self.memory.last else None
        if who is None:
            return None
        voice = self.memory.voice
        return voice if voice is not None and voice[0].same(who) else (replace(who, mention=None), None)

    def _unattributed(
        self, parsed: Parsed, attributions: list[Attribution], taken: frozenset[int], said: list[Said]
    ) -> Iterator[Said]:
        """Clauses of the outlet's own, of nobody named, or of an account that goes on."""
        for content in left_over(parsed, attributions, taken):
            adverb = hedge_adverb(parsed, content)
            account = self.memory.account
            teller = next((each for each in reversed(said) if each.attribution and each.attribution.sources), None)
            if teller is not None and teller.attribution and is_joined(parsed, content, teller.attribution):
                yield replace(teller, content=content, mode=None)
                continue
            if not attributions and account is not None and goes_on(account, parsed, parsed.sentence.paragraph):
                self.memory.account = account.later(parsed.sentence.paragraph, parsed.sentence.number)
                yield Said(
                    content, replace(account.teller, mention=None), None, "implied", accept=(None,), rule="implied"
                )
            elif adverb is not None and parsed.doc[adverb].lower_ in HEARSAY:
                yield from self._hearsay(parsed, content, adverb)
            elif self.memory.release is not None:
                issuer = replace(self.memory.release, mention=None)
                yield Said(content, issuer, None, "implied", accept=(None,), rule="implied")
            else:
                yield Said(content, OUTLET, None, "none", rule="outlet")
        if (
            not attributions
            and self.memory.account
            and not goes_on(self.memory.account, parsed, parsed.sentence.paragraph)
        ):
            self.memory.account = None

    def _hearsay(self, parsed: Parsed, content: frozenset[int], adverb: int) -> Iterator[Said]:
        """ "Reportedly" marks the clause that it stands in, and no other."""
        for piece in split(parsed, content, self._numbers(parsed)):
            if adverb not in piece.tokens:
                yield Said(piece.tokens, OUTLET, None, "none", rule="outlet")
                continue
            tokens = piece.tokens - {adverb}
            cue = Attribution(
                cue=(adverb,),
                lemma=parsed.doc[adverb].lower_,
                stance="asserts",
                rule="hedge",
                content=tokens,
                frame=frozenset({adverb}),
                unspecified=True,
            )
            yield Said(tokens, UNSPECIFIED, cue, "indirect", rule="hedge")

    # ── drafts ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _claims(self, parsed: Parsed, said: Said) -> Iterator[Draft]:
        figures = self.figures.get(parsed.sentence.number, [])
        numbers = self._numbers(parsed)
        one = said.attribution is not None and said.attribution.whole
        pieces = [whole(parsed, said.content)] if one else split(parsed, said.content, numbers)
        for piece in pieces:
            spans = spans_of(parsed, piece.tokens, piece.head)
            idle = said.rule == "outlet" and expressive(parsed.doc[piece.head]) and not piece.tokens & numbers
            if spans and not idle and not self._asks(spans):
                yield self._draft(parsed, said, piece, spans, figures, len(pieces))

    def _numbers(self, parsed: Parsed) -> frozenset[int]:
        """Positions of the numbers; "several" and its like are too light to make a participle a claim of its own."""
        figures = self.figures.get(parsed.sentence.number, [])
        exact = (figure for figure in figures if figure.qualifier != "vague")
        return frozenset(i for figure in exact for i in parsed.tokens_in(figure.number))

    def _draft(
        self,
        parsed: Parsed,
        said: Said,
        piece: Piece,
        spans: tuple[Span, ...],
        figures: list[FoundFigure],
        pieces: int,
    ) -> Draft:
        attribution = said.attribution
        share = self.quotations.share(spans)
        mode: Mode = said.mode or ("direct" if share >= QUOTED else "mixed" if share > 0 else "indirect")
        own = [figure for figure in figures if any(span.holds(figure.span) for span in spans)]
        return Draft(
            content=spans,
            speaker=said.who.mark,
            mention=said.who.mention,
            via=tuple(who.mark for who in said.via),
            accept=said.accept,
            cue=parsed.span(attribution.cue[0], attribution.cue[-1]) if attribution is not None else said.cue,
            mode=mode,
            stance=stance_of(parsed, piece.head, attribution, spoken=said.who.kind != "outlet"),
            hedged=hedged(parsed, piece.head, piece.tokens, attribution),
            figures=tuple(self._figure(parsed, figure, piece) for figure in own),
            where=_places(parsed, piece.tokens),
            signals=self._signals(parsed, said, mode, share, pieces)
            | parse_signals(parsed, piece, attribution, self.memory.last),
        )

    def _figure(self, parsed: Parsed, figure: FoundFigure, piece: Piece) -> DraftFigure:
        violent = self.violent or is_violent(parsed.doc.text, least=1)
        noun = counted(parsed, figure, self.memory.counted)
        if figure.unit is None:
            noun = noun or figure.counted
            if noun is not None and can_be_taken_up(noun):
                self.memory.counted = noun
        return DraftFigure(
            figure=figure.mark, counted=noun, measure=measure(parsed, figure, piece.tokens, violent=violent)
        )

    def _signals(self, parsed: Parsed, said: Said, mode: Mode, share: float, pieces: int) -> dict[str, float]:
        account = self.memory.account
        signals = {
            f"rule:{said.rule}": 1.0,
            "speaker_ambiguity": round(said.who.ambiguity, 3),
            "quoted_share": round(share, 3),
            "pieces": float(pieces),
            "sentence_words": float(len(parsed.doc)),
            "parse_is_odd": float(_odd(parsed)),
        }
        if said.who.how != "name":
            signals[f"speaker:{said.who.how}"] = 1.0
        if mode == "implied" and account is not None:
            signals["implied_distance"] = float(account.distance)
        return signals


def _places(parsed: Parsed, tokens: frozenset[int]) -> tuple[str, ...]:
    """Places named in the claim, as written."""
    found = [
        parsed.doc[entity.start : entity.end].text.removeprefix("the ")
        for entity in parsed.doc.ents
        if entity.label_ in PLACE_LABELS and entity.start in tokens
    ]
    return tuple(dict.fromkeys(found))


def _odd(parsed: Parsed) -> bool:
    """Whether the parse does not look like a sentence's: no finite main verb, or more than one top."""
    roots = [token for token in parsed.doc if token.dep_ == "ROOT"]
    return len(roots) != 1 or roots[0].pos_ not in {"VERB", "AUX"}
