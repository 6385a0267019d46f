"""What do reviewers see in a browser?

The queue one claim at a time, an article with all its claims, second looks and what two looks differ in, what somebody
said before, and how it is going. Everything works without scripts, save marking words; a script adds keys. What
follows from a verdict is left to `review`.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select
from starlette.datastructures import FormData

from service.errors import InputError
from service.records import Claim, Source, Span
from service.rendering.marked import Layer, pieces
from service.review import figures, listing, missed, queue, verdicts
from service.review.records import Filters, Item, Listed, Said, Standing, Verdict
from service.store.store import Store
from service.store.tables import claims
from service.web.bodies import length_of, refuse_foreign_pages
from service.web.context import context_of
from service.web.desk import Desk, at_desk, login_page, ours
from service.web.pages import page
from service.web.problems import Problem
from service.web.review_forms import as_typed, said_in, spans_in, version_in, without_nul
from service.web.reviewers import log_in, refuse_forged

router = APIRouter(include_in_schema=False)
Key = Annotated[int, Path(ge=0, lt=2**63)]
Binding = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]

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
            tab = "second" if look == "second" else "claim"
            return desk.page("empty", tab=tab, look=look, narrowed=desk.filters != Filters(), done=_done(desk))
        return _claim_page(desk, found)

    return await at_desk(request, work)


@router.get("/review/claims/{key}")
async def one_claim(request: Request, key: Key) -> Response:
    def work(desk: Desk) -> Response:
        found = queue.item(desk.connection, key, owner=desk.reviewer.owner)
        if found is None:
            raise Problem("not-found")
        return _claim_page(desk, found)

    return await at_desk(request, work, writes=False)


def _claim_page(
    desk: Desk, item: Item, *, status: int = 200, trouble: InputError | None = None, edited: Claim | None = None
) -> Response:
    """`edited` is what somebody made of the claim and could not save, with the `trouble` of it."""
    view = listing.article_view(desk.connection, item.article_key, owner=desk.reviewer.owner)
    others = [listed for listed in view.claims if listed.binding != item.binding]
    known = [listed.claim for listed in view.claims]
    claim = item.standing.claim or item.claim
    return desk.page(
        "claim",
        status=status,
        tab="second" if item.look == "second" else "claim",
        item=item,
        claim=claim,
        edited=edited or claim,
        narrowed=desk.filters != Filters(),
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
async def judge(request: Request, binding: Binding) -> Response:
    """Keeps a verdict and goes on to the next claim."""
    form = await _form(request)

    def work(desk: Desk) -> Response:
        judged = verdicts.judged_claim(desk.connection, binding, owner=desk.reviewer.owner)
        article = verdicts.article_of(desk.connection, judged.article, owner=desk.reviewer.owner)
        view = listing.article_view(desk.connection, judged.article, owner=desk.reviewer.owner)
        listed = next((each for each in view.claims if each.binding == binding), None)
        # Who looks a second time was not shown what the first look made of it.
        stands = None if listed is None or form.get("look") == "second" else listed.standing.claim or listed.claim
        shown = stands or judged.claim
        speakers = missed.speakers_in(article, known=[each.claim for each in view.claims])
        try:
            _give(desk, binding, said_in(form, claim=shown, speakers=speakers))
        except (verdicts.Overtaken, verdicts.NotAllowed):
            raise
        except InputError as error:
            again = _edited_again(desk, form, listed, shown, speakers)
            if again is None:
                raise
            return _claim_page(desk, again[0], status=422, trouble=error, edited=again[1])
        return _onward(desk, form)

    return await at_desk(request, _telling(work, request))


def _edited_again(
    desk: Desk, form: FormData, listed: Listed | None, shown: Claim | None, speakers: Sequence[Source]
) -> tuple[Item, Claim] | None:
    """The claim's page with what was typed, for an edit that could not be saved; None where there is no such page."""
    if form.get("action") != "edit" or listed is None or listed.key is None or shown is None:
        return None
    found = queue.item(desk.connection, listed.key, owner=desk.reviewer.owner)
    if found is None:
        return None
    if form.get("look") == "second":  # still blind
        found = found.model_copy(update={"look": "second", "standing": Standing(), "earlier": ()})
    return found, as_typed(form, shown, speakers)


def _give(desk: Desk, binding: str, said: Said) -> None:
    person, owner = desk.reviewer
    verdicts.give(desk.connection, binding, said, person, owner=owner, now=desk.now)


def _onward(desk: Desk, form: Mapping[str, Any], *, otherwise: str = "/review") -> Response:
    """To where the form came from, with the verdict's key to undo it by. Only to pages of our own."""
    to = ours(str(form.get("to") or otherwise))
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


LONGEST_FORM = 500_000  # bytes


async def _form(request: Request) -> FormData:
    """The form, once it is known to come from a page of ours."""
    refuse_foreign_pages(request)
    length = length_of(request)
    if length is None or length > LONGEST_FORM:  # browsers always tell it
        raise Problem("too-large", f"A form may have {LONGEST_FORM:,} bytes, and has to tell how many it has.")
    form = await request.form(max_files=0, max_fields=1_000, max_part_size=200_000)
    refuse_forged(request, form.get("form_token"))
    return form


# ── an article ────────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/review/articles")
async def articles(request: Request) -> Response:
    def work(desk: Desk) -> Response:
        q = without_nul(request.query_params.get("q", ""))
        found = listing.articles_listed(desk.connection, owner=desk.reviewer.owner, name=q or None)
        return desk.page("articles", articles=found, q=q)

    return await at_desk(request, work, writes=False)


@router.get("/review/articles/{key}")
async def article(request: Request, key: Key) -> Response:
    def work(desk: Desk) -> Response:
        blind = request.query_params.get("blind") == "1"
        view = listing.article_view(desk.connection, key, owner=desk.reviewer.owner)
        shown = [each for each in view.claims if not blind or each.standing.state == "added"]
        layers = [Layer("other", span, each.binding) for each in shown for span in each.claim.content]
        figured = [Layer("figure", figure.span) for each in shown for figure in each.claim.figures]
        return desk.page(
            "article",
            tab="articles",
            view=view,
            listed=shown,
            blind=blind,
            text=view.article.text,
            pieces=list(pieces(view.article.text, [*layers, *figured])),
            done=_done(desk),
        )

    return await at_desk(request, work, writes=False)


@router.get("/review/articles/{key}/missed")
async def propose(request: Request, key: Key) -> Response:
    """A form for words that somebody marked, with what reading makes of them."""

    def work(desk: Desk) -> Response:
        marked = _marked(request.query_params.get("span", ""))
        view = listing.article_view(desk.connection, key, owner=desk.reviewer.owner)
        known = [each.claim for each in view.claims]
        blind = request.query_params.get("blind") == "1"
        return _missed_page(desk, view, missed.propose(view.article, marked, known=known), blind=blind)

    return await at_desk(request, _telling(work, request), writes=False)


def _missed_page(
    desk: Desk,
    view: listing.ArticleView,
    claim: Claim,
    *,
    blind: bool,
    status: int = 200,
    trouble: InputError | None = None,
) -> Response:
    known = [each.claim for each in view.claims]
    return desk.page(
        "missed",
        tab="articles",
        status=status,
        view=view,
        claim=claim,
        blind=blind,
        text=view.article.text,
        pieces=list(pieces(view.article.text, list(_layers(claim)))),
        speakers=missed.speakers_in(view.article, known=known),
        trouble=trouble,
    )


@router.post("/review/articles/{key}/missed")
async def add_missed(request: Request, key: Key) -> Response:
    form = await _form(request)

    def work(desk: Desk) -> Response:
        person, owner = desk.reviewer
        view = listing.article_view(desk.connection, key, owner=owner)
        known = [each.claim for each in view.claims]
        proposed = missed.propose(view.article, _marked(str(form.get("marked", ""))), known=known)
        speakers = missed.speakers_in(view.article, known=known)
        try:
            said = said_in(form, claim=proposed, speakers=speakers)
            verdicts.add_missed(desk.connection, key, said, person, owner=owner, now=desk.now)
        except InputError as error:
            typed = as_typed(form, proposed, speakers)
            return _missed_page(desk, view, typed, blind=form.get("blind") == "1", status=422, trouble=error)
        return _onward(desk, form)

    return await at_desk(request, _telling(work, request))


@router.get("/review/articles/{key}/figure")
async def figure_at(request: Request, key: Key) -> Response:
    """The row of the form for a number in words that somebody marked."""

    def work(desk: Desk) -> Response:
        marked = _marked(request.query_params.get("span", ""))
        read = verdicts.article_of(desk.connection, key, owner=desk.reviewer.owner)
        found = missed.figure_in(read, marked)
        return page("review/figure.html", figure=found, span=marked, text=read.text)

    return await at_desk(request, _telling(work, request), writes=False)


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

    return await at_desk(request, work, writes=False)


@router.post("/review/differences/{binding}")
async def settle(request: Request, binding: Binding) -> Response:
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
        said = Said(action=chosen.action, version=version_in(form), new=chosen.new, look="settling")
        _give(desk, binding, said)
        return RedirectResponse("/review/differences", status_code=303)

    return await at_desk(request, _telling(work, request))


@router.get("/review/history")
async def history(request: Request) -> Response:
    def work(desk: Desk) -> Response:
        given = verdicts.given_by(desk.connection, desk.reviewer.person, owner=desk.reviewer.owner, limit=200)
        undone = {verdict.undoes for verdict in given if verdict.action == "undo"}
        return desk.page("history", verdicts=given, undone=undone, done=None)

    return await at_desk(request, work, writes=False)


@router.post("/review/verdicts/{key}/undo")
async def undo(request: Request, key: Key) -> Response:
    """Takes a verdict back, however long ago it was given."""
    form = await _form(request)

    def work(desk: Desk) -> Response:
        owner = desk.reviewer.owner
        undone = verdicts.verdict(desk.connection, key, owner=owner)
        version = len(verdicts.log_of(desk.connection, undone.binding, owner=owner))
        _give(desk, undone.binding, Said(action="undo", version=version, undoes=key))
        return _onward(desk, form, otherwise=_page_of(desk, undone))

    return await at_desk(request, _telling(work, request))


def _page_of(desk: Desk, undone: Verdict) -> str:
    """The claim that is open again, leased to whoever undid the verdict; the queue where it is somebody else's now."""
    person, owner = desk.reviewer
    mine = select(claims.c.key).where(claims.c.owner == owner, claims.c.binding == undone.binding, claims.c.current)
    key = desk.connection.scalar(mine.order_by(claims.c.key.desc()).limit(1))
    first = undone.look == "first" and key is not None
    if first and queue.take(desk.connection, undone.binding, person, owner=owner, now=desk.now) is not None:
        return f"/review/claims/{key}"
    return "/review"


@router.get("/review/progress")
async def progress(request: Request) -> Response:
    def work(desk: Desk) -> Response:
        model = request.query_params.get("model") or None
        return desk.page("progress", progress=figures.progress(desk.connection, owner=desk.reviewer.owner, model=model))

    return await at_desk(request, work, writes=False)


# ── people ────────────────────────────────────────────────────────────────────────────────────────────────────────


@router.post("/review/login")
async def login(request: Request) -> Response:
    form = await _form(request)
    context = context_of(request)
    if not context.keeping:
        raise Problem("no-store")
    to = ours(_words(form, "to"))
    standing = context.logins.take(request.client.host if request.client else "", LOGINS_PER_MINUTE)
    if not standing.allowed:
        wrong = f"Too many tries. Try again in {standing.reset} seconds."
        told = login_page(request, status=429, wrong=wrong, to=to)
        told.headers["retry-after"] = str(standing.reset)
        return told

    def work() -> bool:
        store = context.keeping.store()
        assert isinstance(store, Store)
        with store.reading() as connection:
            return log_in(request, connection, _words(form, "token").strip()) is not None

    if await asyncio.to_thread(work):
        return RedirectResponse(to, status_code=303)
    return login_page(request, status=401, wrong=NOBODYS, to=to)


NOBODYS = "This token is nobody's. It may be mistyped or revoked."
LOGINS_PER_MINUTE = 10  # tries from one address


def _words(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


@router.post("/review/logout")
async def logout(request: Request) -> Response:
    await _form(request)
    request.session.clear()
    return RedirectResponse("/review", status_code=303)
