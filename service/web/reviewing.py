"""What do reviewers see in a browser?

The queue one claim at a time, an article with all its claims, second looks and what two looks differ in, what somebody
said before, and how it is going. Everything works without scripts, save marking words; a script adds keys. What
follows from a verdict is left to `review`.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from service.errors import InputError
from service.records import Claim, Span
from service.rendering.marked import Layer, pieces
from service.review import figures, listing, missed, queue, verdicts
from service.review.records import Filters, Item, Said
from service.store.store import Store
from service.web.bodies import refuse_foreign_pages
from service.web.context import Context, context_of
from service.web.pages import page
from service.web.problems import Problem
from service.web.review_forms import filters_of, said_in, spans_in
from service.web.reviewers import LoginNeeded, Reviewer, form_token, log_in, refuse_forged, reviewer_of

router = APIRouter(include_in_schema=False)
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Desk:
    """What every page needs: who reviews, the request, and a transaction."""

    request: Request
    connection: Connection
    reviewer: Reviewer
    now: datetime

    @property
    def context(self) -> Context:
        return context_of(self.request)

    @property
    def filters(self) -> Filters:
        return filters_of(self.request.query_params)

    def page(self, name: str, *, status: int = 200, **values: object) -> Response:
        """A page of reviewing; its frame says who reviews and how the queue stands."""
        standing = queue.counts(
            self.connection,
            self.reviewer.person,
            owner=self.reviewer.owner,
            second_share=self.context.settings.review_second_share,
            now=self.now,
        )
        return page(
            f"review/{name}.html",
            status=status,
            person=self.reviewer.person,
            counts=standing,
            form_token=form_token(self.request),
            query=_query(self.request.query_params),
            here=name,
            **values,
        )


def _query(given: Mapping[str, str], **changes: str | None) -> str:
    """The filters of an address, to go on with them; `changes` with None leave one out."""
    kept = {name: value for name, value in given.items() if name not in ("done", "trouble") and value}
    kept |= {name: value for name, value in changes.items() if value is not None}
    for name, value in changes.items():
        if value is None:
            kept.pop(name, None)
    return urlencode(kept)


async def _at_desk(request: Request, work: Callable[[Desk], Response]) -> Response:
    """Does the work in a transaction, in a thread. People without a session are asked to log in."""
    context = context_of(request)
    if not context.keeping:
        raise Problem("no-store")

    def in_thread() -> Response:
        store = context.keeping.store()
        assert isinstance(store, Store)  # one is set
        with store.writing() as connection:
            desk = Desk(request, connection, reviewer_of(request, connection), datetime.now(UTC))
            return work(desk)

    try:
        return await asyncio.to_thread(in_thread)
    except LoginNeeded:
        return page("review/login.html", status=401, form_token=form_token(request), wrong=False)


# ── the queue ─────────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/review")
async def next_claim(request: Request) -> Response:
    """The claim to look at now."""

    def work(desk: Desk) -> Response:
        look = "second" if request.query_params.get("look") == "second" else "first"
        found = queue.next_item(
            desk.connection,
            desk.reviewer.person,
            owner=desk.reviewer.owner,
            filters=desk.filters,
            look=look,  # type: ignore[arg-type]
            second_share=desk.context.settings.review_second_share,
            now=desk.now,
        )
        if found is None:
            return desk.page("empty", look=look, filters=desk.filters, done=_done(desk))
        return _claim_page(desk, found)

    return await _at_desk(request, work)


@router.get("/review/claims/{key}")
async def one_claim(request: Request, key: int) -> Response:
    def work(desk: Desk) -> Response:
        found = queue.item(desk.connection, key, owner=desk.reviewer.owner)
        if found is None:
            raise Problem("not-found")
        return _claim_page(desk, found)

    return await _at_desk(request, work)


def _claim_page(desk: Desk, item: Item, *, status: int = 200, trouble: str | None = None) -> Response:
    view = listing.article_view(desk.connection, item.article_key, owner=desk.reviewer.owner)
    others = [listed for listed in view.claims if listed.binding != item.binding]
    known = [listed.claim for listed in view.claims]
    claim = item.standing.claim or item.claim
    return desk.page(
        "claim",
        status=status,
        item=item,
        claim=claim,
        text=item.article.text,
        pieces=list(pieces(item.article.text, [*_layers(claim), *_doubts(item), *_others(others)])),
        others=others,
        speakers=missed.speakers_in(item.article, known=known),
        trouble=trouble,
        filters=desk.filters,
        done=_done(desk),
    )


def _layers(claim: Claim) -> Iterator[Layer]:
    for span in claim.content:
        yield Layer("content", span)
    for figure in claim.figures:
        yield Layer("figure", figure.span)
    if claim.cue is not None:
        yield Layer("cue", claim.cue)
    if claim.source.mention is not None:
        yield Layer("mention", claim.source.mention)


def _doubts(item: Item) -> Iterator[Layer]:
    for doubt in item.doubts:
        if doubt.span is not None:
            yield Layer("doubt", doubt.span)


def _others(others: list[Any]) -> Iterator[Layer]:
    for listed in others:
        for span in listed.claim.content:
            yield Layer("other", span, listed.binding)


def _done(desk: Desk) -> object:
    """The verdict that was given just now, to say so and to offer undoing it."""
    key = desk.request.query_params.get("done", "")
    last = verdicts.given_by(desk.connection, desk.reviewer.person, owner=desk.reviewer.owner, limit=1)
    return last[0] if last and str(last[0].key) == key else None


# ── verdicts ──────────────────────────────────────────────────────────────────────────────────────────────────────


@router.post("/review/claims/{binding}/verdicts")
async def judge(request: Request, binding: str) -> Response:
    """Keeps a verdict and goes on to the next claim."""
    form = await _form(request)

    def work(desk: Desk) -> Response:
        judged = verdicts.judged_claim(desk.connection, binding, owner=desk.reviewer.owner)
        article = verdicts.article_of(desk.connection, judged.article, owner=desk.reviewer.owner)
        view = listing.article_view(desk.connection, judged.article, owner=desk.reviewer.owner)
        listed = next((each for each in view.claims if each.binding == binding), None)
        shown = judged.claim if listed is None else listed.standing.claim or listed.claim
        speakers = missed.speakers_in(article, known=[each.claim for each in view.claims])
        said = said_in(form, claim=shown, speakers=speakers)
        _give(desk, binding, said)
        return _onward(desk, form)

    return await _at_desk(request, _telling(work, request))


def _give(desk: Desk, binding: str, said: Said) -> None:
    person, owner = desk.reviewer
    verdicts.give(desk.connection, binding, said, person, owner=owner, now=desk.now)


def _onward(desk: Desk, form: Mapping[str, Any]) -> Response:
    """To where the form came from, with the verdict's key to undo it by. Only to pages of our own."""
    to = str(form.get("to") or "/review")
    if not to.startswith("/review") or "//" in to or "\\" in to:
        to = "/review"
    last = verdicts.given_by(desk.connection, desk.reviewer.person, owner=desk.reviewer.owner, limit=1)
    address, _, query = to.partition("?")
    kept = f"{query}&" if query else ""
    return RedirectResponse(f"{address}?{kept}done={last[0].key if last else ''}", status_code=303)


def _telling(work: Callable[[Desk], Response], request: Request) -> Callable[[Desk], Response]:
    """What goes wrong with a form is told on a page of reviewing."""

    def told(desk: Desk) -> Response:
        try:
            return work(desk)
        except verdicts.Overtaken as error:
            return desk.page("trouble", status=409, error=error, back=_back(request))
        except verdicts.NotAllowed as error:
            return desk.page("trouble", status=403, error=error, back=_back(request))
        except InputError as error:
            return desk.page("trouble", status=422, error=error, back=_back(request))

    return told


def _back(request: Request) -> str:
    came = request.headers.get("referer", "")
    place = came.partition("/review")[2]
    return f"/review{place}" if place else "/review"


async def _form(request: Request) -> Any:
    """The form, once it is known to come from a page of ours."""
    refuse_foreign_pages(request)
    form = await request.form(max_files=0, max_fields=1_000, max_part_size=200_000)
    refuse_forged(request, form.get("form_token"))
    return form


# ── an article ────────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/review/articles")
async def articles(request: Request) -> Response:
    def work(desk: Desk) -> Response:
        found = listing.articles_listed(desk.connection, owner=desk.reviewer.owner, name=request.query_params.get("q"))
        return desk.page("articles", articles=found, q=request.query_params.get("q", ""))

    return await _at_desk(request, work)


@router.get("/review/articles/{key}")
async def article(request: Request, key: int) -> Response:
    def work(desk: Desk) -> Response:
        blind = request.query_params.get("blind") == "1"
        view = listing.article_view(desk.connection, key, owner=desk.reviewer.owner)
        shown = [each for each in view.claims if not blind or each.standing.state == "added"]
        layers = [Layer("other", span, each.binding) for each in shown for span in each.claim.content]
        figured = [Layer("figure", figure.span) for each in shown for figure in each.claim.figures]
        return desk.page(
            "article",
            view=view,
            listed=shown,
            blind=blind,
            text=view.article.text,
            pieces=list(pieces(view.article.text, [*layers, *figured])),
            done=_done(desk),
        )

    return await _at_desk(request, work)


@router.get("/review/articles/{key}/missed")
async def propose(request: Request, key: int) -> Response:
    """A form for words that somebody marked, with what reading makes of them."""

    def work(desk: Desk) -> Response:
        marked = _marked(request.query_params.get("span", ""))
        view = listing.article_view(desk.connection, key, owner=desk.reviewer.owner)
        known = [each.claim for each in view.claims]
        blind = request.query_params.get("blind") == "1"
        claim = missed.propose(view.article, marked, known=known)
        return desk.page(
            "missed",
            view=view,
            claim=claim,
            blind=blind,
            text=view.article.text,
            pieces=list(pieces(view.article.text, list(_layers(claim)))),
            speakers=missed.speakers_in(view.article, known=known),
        )

    return await _at_desk(request, _telling(work, request))


@router.post("/review/articles/{key}/missed")
async def add_missed(request: Request, key: int) -> Response:
    form = await _form(request)

    def work(desk: Desk) -> Response:
        person, owner = desk.reviewer
        view = listing.article_view(desk.connection, key, owner=owner)
        known = [each.claim for each in view.claims]
        proposed = missed.propose(view.article, _marked(str(form.get("marked", ""))), known=known)
        said = said_in(form, claim=proposed, speakers=missed.speakers_in(view.article, known=known))
        verdicts.add_missed(desk.connection, key, said, person, owner=owner, now=desk.now)
        return _onward(desk, form)

    return await _at_desk(request, _telling(work, request))


@router.get("/review/articles/{key}/figure")
async def figure_at(request: Request, key: int) -> Response:
    """The row of the form for a number in words that somebody marked."""

    def work(desk: Desk) -> Response:
        marked = _marked(request.query_params.get("span", ""))
        read = verdicts.article_of(desk.connection, key, owner=desk.reviewer.owner)
        found = missed.figure_in(read, marked)
        return page("review/figure.html", figure=found, span=marked, text=read.text)

    return await _at_desk(request, _telling(work, request))


def _marked(words: str) -> Span:
    spans = spans_in(words, field="span")
    if len(spans) != 1:
        raise InputError("Nothing is marked.", field="span", fix="Mark words of the article first.")
    return spans[0]


# ── second looks, history, progress ───────────────────────────────────────────────────────────────────────────────


@router.get("/review/differences")
async def differences(request: Request) -> Response:
    """Where two looks differ, to be settled by somebody who may."""

    def work(desk: Desk) -> Response:
        found = listing.disputes(desk.connection, owner=desk.reviewer.owner)
        texts = {
            each.binding: verdicts.article_of(desk.connection, each.article_key, owner=desk.reviewer.owner).text
            for each in found
        }
        return desk.page("differences", disputes=found, texts=texts)

    return await _at_desk(request, work)


@router.post("/review/differences/{binding}")
async def settle(request: Request, binding: str) -> Response:
    """One of the two looks holds."""
    form = await _form(request)

    def work(desk: Desk) -> Response:
        dispute = next(
            (each for each in listing.disputes(desk.connection, owner=desk.reviewer.owner) if each.binding == binding),
            None,
        )
        if dispute is None:
            raise InputError("This is settled already.", field="claim", fix="Load the page again.")
        chosen = dispute.second if form.get("holds") == "second" else dispute.first
        version = int(str(form.get("version") or 0))
        _give(desk, binding, Said(action=chosen.action, version=version, new=chosen.new, look="settling"))
        return RedirectResponse("/review/differences", status_code=303)

    return await _at_desk(request, _telling(work, request))


@router.get("/review/history")
async def history(request: Request) -> Response:
    def work(desk: Desk) -> Response:
        given = verdicts.given_by(desk.connection, desk.reviewer.person, owner=desk.reviewer.owner, limit=200)
        undone = {verdict.undoes for verdict in given if verdict.action == "undo"}
        return desk.page("history", verdicts=given, undone=undone, done=None)

    return await _at_desk(request, work)


@router.post("/review/verdicts/{key}/undo")
async def undo(request: Request, key: int) -> Response:
    """Takes a verdict back, however long ago it was given."""
    form = await _form(request)

    def work(desk: Desk) -> Response:
        owner = desk.reviewer.owner
        undone = verdicts.verdict(desk.connection, key, owner=owner)
        version = len(verdicts.log_of(desk.connection, undone.binding, owner=owner))
        _give(desk, undone.binding, Said(action="undo", version=version, undoes=key))
        return _onward(desk, form)

    return await _at_desk(request, _telling(work, request))


@router.get("/review/progress")
async def progress(request: Request) -> Response:
    def work(desk: Desk) -> Response:
        model = request.query_params.get("model") or None
        return desk.page("progress", progress=figures.progress(desk.connection, owner=desk.reviewer.owner, model=model))

    return await _at_desk(request, work)


# ── people ────────────────────────────────────────────────────────────────────────────────────────────────────────


@router.post("/review/login")
async def login(request: Request) -> Response:
    form = await _form(request)
    context = context_of(request)

    def work() -> bool:
        store = context.keeping.store()
        assert isinstance(store, Store)
        with store.reading() as connection:
            return log_in(request, connection, str(form.get("token", "")).strip()) is not None

    if not context.keeping:
        raise Problem("no-store")
    with contextlib.suppress(InputError):
        if await asyncio.to_thread(work):
            return RedirectResponse("/review", status_code=303)
    return page("review/login.html", status=401, form_token=form_token(request), wrong=True)


@router.post("/review/logout")
async def logout(request: Request) -> Response:
    await _form(request)
    request.session.clear()
    return RedirectResponse("/review", status_code=303)
