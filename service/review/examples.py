"""Which reviewed claims can teach a model?

Sentences in whole, of which every claim is judged and can be shown by marks of their own words alone. How an answer is
written is known to `proposing`; choosing among examples is for whoever edits a prompt.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from service.drafts import as_shown
from service.proposing import written
from service.records import (
    Article,
    Claim,
    Draft,
    DraftFigure,
    FoundFigure,
    Grounded,
    Paragraph,
    Reading,
    Sentence,
    Span,
    Speaker,
    SpeakerMention,
)
from service.review.listing import ArticleView, article_view
from service.review.missed import reading_of
from service.review.records import Listed
from service.store.tables import reviews

LONGEST = 900  # characters of an example's sentences: a prompt has room for a few
MOST_SENTENCES = 4
CORRECTED, AS_FOUND = "corrected by a reviewer", "accepted by a reviewer"


class Example(NamedTuple):
    """An example as an object of a prompt's examples file, and whether a reviewer had to correct something in it."""

    form: dict[str, object]
    corrected: bool


def examples(connection: Connection, *, owner: str = "", most: int) -> tuple[str, ...]:
    """Up to `most` examples, each as a line of an examples file: corrected ones first, then short ones."""
    judged = select(reviews.c.article).where(reviews.c.owner == owner, reviews.c.state.in_(("accepted", "edited")))
    found = [
        example
        for key in connection.execute(judged.distinct().order_by(reviews.c.article)).scalars()
        for example in _of_article(article_view(connection, key, owner=owner))
    ]
    lines = [(not each.corrected, json.dumps(each.form, ensure_ascii=False)) for each in found]
    return tuple(line for _, line in sorted(lines, key=lambda each: (each[0], len(each[1]), each[1]))[:most])


def _of_article(view: ArticleView) -> Iterator[Example]:
    reading = reading_of(view.article)
    for paragraph in dict.fromkeys(sentence.paragraph for sentence in reading.sentences):
        sentences = [sentence for sentence in reading.sentences if sentence.paragraph == paragraph]
        here = Span(sentences[0].span.start, sentences[-1].span.end)
        listed = [each for each in view.claims if any(span.overlaps(here) for span in each.claim.content)]
        if len(sentences) <= MOST_SENTENCES and here.end - here.start <= LONGEST and _are_judged(listed):
            claims = [each.standing.claim for each in listed if each.standing.claim is not None]
            form = _form(view.article, sentences, here, claims)
            if form is not None:
                corrected = any(each.standing.state in ("edited", "added", "rejected") for each in listed)
                teaches = CORRECTED if corrected else AS_FOUND
                yield Example({"id": f"{view.article.id}-{sentences[0].number}", "teaches": teaches} | form, corrected)


def _are_judged(listed: Iterable[Listed]) -> bool:
    return all(each.standing.state not in ("open", "discarded") and not each.standing.dispute for each in listed)


# ── the sentences as a text of their own ──────────────────────────────────────────────────────────────────────────


def _form(
    article: Article, sentences: Sequence[Sentence], here: Span, claims: Sequence[Claim]
) -> dict[str, object] | None:
    """None where something of a claim cannot be shown by these sentences alone."""
    if not claims or any("\n" in sentence.span.of(article.text) for sentence in sentences):
        return None
    if not all(_stands_alone(claim, article, here) for claim in claims):
        return None
    marks = _marks(claims)
    if marks is None:
        return None
    reading = _reading(article, sentences, marks, claims)
    given = {mark: mark for mark in marks.values()}
    answer = [written(_grounded(claim, marks), reading, given) for claim in claims]
    return {
        "sentences": [
            f"[{number}] {_marked(sentence.span, article.text, marks)}" for number, sentence in enumerate(sentences, 1)
        ],
        "answer": {"c": answer},
    }


def _stands_alone(claim: Claim, article: Article, here: Span) -> bool:
    """Whether its words and its speaker's name stand here; who is meant by "she" is not seen in one paragraph."""
    source = claim.source
    if not all(here.holds(span) for span in claim.content) or source.via:
        return False
    shown = here.of(article.text)
    if any(figure.counted is not None and figure.counted not in shown for figure in claim.figures):
        return False
    if claim.mode == "implied" or source.kind in ("outlet", "unspecified"):
        return source.kind in ("outlet", "unspecified")
    if source.mention is None or source.name is None or not here.holds(source.mention):
        return False
    named = set(source.mention.of(article.text).casefold().split())
    return not named.isdisjoint(source.name.casefold().split())


def _marks(claims: Sequence[Claim]) -> dict[Span, str] | None:
    """Speakers and figures in the text's order; None where two of them cross."""
    speakers = sorted({claim.source.mention for claim in claims if claim.source.mention is not None})
    figures = sorted({figure.span for claim in claims for figure in claim.figures})
    spans = sorted([*speakers, *figures])
    if any(one.overlaps(other) for place, one in enumerate(spans) for other in spans[place + 1 :]):
        return None
    named = {span: f"S{number}" for number, span in enumerate(speakers, 1)}
    return named | {span: f"F{number}" for number, span in enumerate(figures, 1)}


def _reading(
    article: Article, sentences: Sequence[Sentence], marks: Mapping[Span, str], claims: Sequence[Claim]
) -> Reading:
    """These sentences as if they were all that is known, in the article's own offsets."""
    numbered = [
        Sentence(number=number, span=sentence.span, paragraph=0) for number, sentence in enumerate(sentences, 1)
    ]

    def at(span: Span) -> int:
        return next(sentence.number for sentence in numbered if sentence.span.end > span.start)

    sources = {claim.source.mention: claim.source for claim in claims if claim.source.mention is not None}
    names = list(dict.fromkeys(source.name or "" for source in sources.values()))
    mentions = tuple(
        SpeakerMention(
            mark=marks[span], span=span, form="name", speaker=names.index(sources[span].name or ""), sentence=at(span)
        )
        for span in sorted(sources)
    )
    speakers = tuple(
        Speaker(
            name=name,
            kind=next(source.kind for source in sources.values() if source.name == name),
            mentions=tuple(mention.mark for mention in mentions if names[mention.speaker or 0] == name),
        )
        for name in names
    )
    figures = {figure.span: figure for claim in claims for figure in claim.figures}
    found = tuple(
        FoundFigure(
            mark=marks[span],
            span=span,
            number=span,
            low=figures[span].low,
            high=figures[span].high,
            qualifier=figures[span].qualifier,
            sentence=at(span),
        )
        for span in sorted(figures)
    )
    whole = Span(sentences[0].span.start, sentences[-1].span.end)
    return Reading(
        article=article,
        paragraphs=(Paragraph(span=whole, role="body"),),
        sentences=tuple(numbered),
        quotations=(),
        figures=found,
        skipped_numbers=(),
        dates=(),
        speakers=speakers,
        mentions=mentions,
        cues=(),
    )


def _grounded(claim: Claim, marks: Mapping[Span, str]) -> Grounded:
    mention = claim.source.mention
    speaker = claim.source.kind if mention is None else marks[mention]
    draft = Draft(
        content=claim.content,
        speaker=speaker,
        mode=claim.mode,
        stance=claim.stance,
        hedged=claim.hedged,
        figures=tuple(
            DraftFigure(figure=marks[figure.span], counted=figure.counted, measure=figure.measure)
            for figure in claim.figures
        ),
    )
    return Grounded(
        draft=draft,
        content=claim.content,
        source=claim.source,
        cue=claim.cue,
        figures=claim.figures,
        when=claim.when,
        where=claim.where,
        negated=claim.negated,
        checks=(),
    )


def _marked(span: Span, text: str, marks: Mapping[Span, str]) -> str:
    pieces, place = [], span.start
    for marked in sorted(each for each in marks if span.holds(each)):
        pieces += [as_shown(text[place : marked.start]), f"{{{marks[marked]} {as_shown(marked.of(text))}}}"]
        place = marked.end
    return "".join([*pieces, as_shown(text[place : span.end])])
