"""How is a verdict kept so that two people never overwrite each other, and any can be taken back?

The log is only added to. Whoever gives a verdict says which version of the claim they saw; where it is not the newest
any more, nothing is written and they are told. What follows from a log is left to `log`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, case, delete, insert, select, update

from service.errors import InputError
from service.records import Article, Claim, ExtractedClaim, Record, Span, words_of
from service.review.log import last_of, standing_of, undone
from service.review.records import STATE_AFTER, Person, Said, Standing, Verdict
from service.store.bindings import binding_of
from service.store.extractions import insert_new, load_article
from service.store.tables import articles, claims, extractions, leases, reviews, verdicts

SHOWN = "Load the claim again and look at what is there now."


class Overtaken(InputError):
    """Somebody else said something of this claim in the meantime; `standing` and `version` are what holds now."""

    def __init__(self, standing: Standing, version: int) -> None:
        who = standing.reviewer or "Somebody"
        super().__init__(
            f"{who} has judged this claim since you were shown it ({standing.state}).", field="version", fix=SHOWN
        )
        self.standing = standing
        self.version = version


class NotAllowed(InputError):
    """This person may not do that."""


class Judged(Record):
    """A claim that can be judged: as it was extracted, or as a reviewer `added` it."""

    article: int
    claim: ExtractedClaim | None
    added: Claim | None = None
    model: str | None


def give(
    connection: Connection, binding: str, said: Said, person: Person, *, owner: str = "", now: datetime
) -> tuple[Standing, int]:
    """Keeps the verdict; returns what holds now, and its version.

    Raises InputError where there is no such claim or the verdict is not complete, Overtaken where another came first,
    NotAllowed where this person may not.
    """
    judged = judged_claim(connection, binding, owner=owner)
    version = _locked_version(connection, binding, article=judged.article, owner=owner)
    log = log_of(connection, binding, owner=owner)
    if version != said.version:
        raise Overtaken(standing_of(log), version)
    _refuse_what_is_not_theirs(said, person, log)
    new = judged.added if said.action == "accept" else None
    if said.action == "edit":
        new = _standing_in(article_of(connection, judged.article), said.new)
    row = {
        "owner": owner,
        "binding": binding,
        "article": judged.article,
        "action": said.action,
        "look": said.look,
        "old": None if judged.claim is None else judged.claim.model_dump_json(),
        "new": None if new is None else new.model_dump_json(),
        "reviewer": person.name,
        "seconds": said.seconds,
        "model": None if said.blind else judged.model,
        "blind": said.blind,
        "audit": said.audit,
        "confidence": None if judged.claim is None else judged.claim.confidence,
        "undoes": said.undoes,
        "created": now,
    }
    connection.execute(insert(verdicts).values(row))
    return _stand(connection, binding, version=version + 1, owner=owner)


def add_missed(
    connection: Connection, article_key: int, said: Said, person: Person, *, owner: str = "", now: datetime
) -> tuple[str, Standing, int]:
    """Keeps a claim that nobody had found; returns its binding, what holds now, and its version.

    Raises InputError where the claim does not stand in the text, or is there already.
    """
    article = article_of(connection, article_key, owner=owner)
    new = _standing_in(article, said.new)
    binding = binding_of(new, sha256=article.sha256)
    version = _locked_version(connection, binding, article=article_key, owner=owner)
    known = connection.execute(_extracted(binding, owner=owner)).first()
    if known is not None or standing_of(log_of(connection, binding, owner=owner)).state != "open":
        raise InputError("This claim is there already.", field="new", fix="Look for it in the list, and accept it.")
    connection.execute(
        insert(verdicts).values(
            owner=owner,
            binding=binding,
            article=article_key,
            action="add",
            look="first",
            new=new.model_dump_json(),
            reviewer=person.name,
            seconds=said.seconds,
            blind=said.blind,
            audit=False,
            created=now,
        )
    )
    standing, version = _stand(connection, binding, version=version + 1, owner=owner)
    return binding, standing, version


def log_of(connection: Connection, binding: str, *, owner: str = "") -> tuple[Verdict, ...]:
    """Every verdict on the claim, oldest first."""
    asked = select(verdicts).where(verdicts.c.owner == owner, verdicts.c.binding == binding).order_by(verdicts.c.key)
    return tuple(verdict_of(row) for row in connection.execute(asked))


def verdict(connection: Connection, key: int, *, owner: str = "") -> Verdict:
    """Raises InputError where there is no such verdict."""
    row = connection.execute(select(verdicts).where(verdicts.c.owner == owner, verdicts.c.key == key)).first()
    if row is None:
        raise InputError(f"There is no verdict {key}.", field="undoes", fix="Load the page again.")
    return verdict_of(row)


def article_log(
    connection: Connection, article_key: int, *, owner: str = "", newest: int | None = None
) -> tuple[Verdict, ...]:
    """Every verdict on claims of the article, or the `newest` so many, oldest first; of its namesakes with the same
    text too, whose claims are the same."""
    text = select(articles.c.sha256).where(articles.c.key == article_key).scalar_subquery()
    same = select(articles.c.key).where(articles.c.owner == owner, articles.c.sha256 == text)
    asked = select(verdicts).where(verdicts.c.owner == owner, verdicts.c.article.in_(same))
    rows = connection.execute(asked.order_by(verdicts.c.key.desc()).limit(newest)).all()
    return tuple(verdict_of(row) for row in reversed(rows))


def given_by(connection: Connection, person: Person, *, owner: str = "", limit: int = 50) -> tuple[Verdict, ...]:
    """What somebody said last, newest first."""
    asked = select(verdicts).where(verdicts.c.owner == owner, verdicts.c.reviewer == person.name)
    return tuple(verdict_of(row) for row in connection.execute(asked.order_by(verdicts.c.key.desc()).limit(limit)))


def verdict_of(row: Row[Any]) -> Verdict:
    fields = {name: value for name, value in row._mapping.items() if name != "owner"}
    fields["old"] = None if row.old is None else ExtractedClaim.model_validate_json(row.old)
    fields["new"] = None if row.new is None else Claim.model_validate_json(row.new)
    return Verdict.model_construct(**fields)  # just as it was kept


def whole_log(connection: Connection, *, owner: str = "") -> dict[str, list[Verdict]]:
    """Every verdict of everybody by what it is about. Claims are read where one was edited alone: for all else the
    actions tell what follows, and reading the claims would take most of the time."""
    edited = select(verdicts.c.binding).where(verdicts.c.owner == owner, verdicts.c.action == "edit").scalar_subquery()
    told = verdicts.c.binding.in_(edited)
    columns = [column for column in verdicts.c if column.name not in ("old", "new")]
    shown = [case((told, column)).label(column.name) for column in (verdicts.c.old, verdicts.c.new)]
    logs: dict[str, list[Verdict]] = {}
    asked = select(*columns, *shown).where(verdicts.c.owner == owner).order_by(verdicts.c.key)
    for row in connection.execute(asked):
        logs.setdefault(row.binding, []).append(verdict_of(row))
    return logs


def judged_claim(connection: Connection, binding: str, *, owner: str = "") -> Judged:
    """The newest claim that says this, or the one that a reviewer added. Raises InputError where there is none."""
    row = connection.execute(_extracted(binding, owner=owner)).first()
    if row is not None:
        return Judged(article=row.article, claim=ExtractedClaim.model_validate_json(row.record), model=row.model)
    log = log_of(connection, binding, owner=owner)
    if not log:
        raise _no_such_claim()
    added = next((verdict.new for verdict in reversed(log) if verdict.action == "add"), None)
    shown = next((verdict.old for verdict in reversed(log) if verdict.old is not None), None)
    model = next((verdict.model for verdict in reversed(log) if verdict.model is not None), None)
    return Judged(article=log[0].article, claim=shown, added=added, model=model)


def _no_such_claim() -> InputError:
    return InputError("There is no such claim.", field="claim", fix="It may have been deleted; load the queue again.")


def _extracted(binding: str, *, owner: str) -> Select[Any]:
    return (
        select(claims.c.record, claims.c.article, extractions.c.model)
        .join(extractions, extractions.c.id == claims.c.extraction)
        .where(claims.c.owner == owner, claims.c.binding == binding)
        .order_by(claims.c.key.desc())
        .limit(1)
    )


def article_of(connection: Connection, key: int, *, owner: str | None = None) -> Article:
    """Raises InputError where there is none, or it is somebody else's."""
    article = load_article(connection, key)
    mine = owner is None or connection.scalar(select(articles.c.owner).where(articles.c.key == key)) == owner
    if article is None or not mine:
        raise InputError("There is no such article.", field="article", fix="It may have been deleted.")
    return article


# ── compare and set ───────────────────────────────────────────────────────────────────────────────────────────────


def _locked_version(connection: Connection, binding: str, *, article: int, owner: str) -> int:
    """0 where nobody has said anything yet. Others who want to write this claim wait for us: PostgreSQL locks the row,
    which is made where need be, so that two first verdicts at once meet at it; SQLite has one writer at a time."""
    # Locked against being deleted before the transaction ends.
    kept = select(articles.c.key).where(articles.c.key == article).with_for_update(read=True, key_share=True)
    if connection.scalar(kept) is None:
        raise _no_such_claim()
    row = {"owner": owner, "binding": binding, "article": article, "state": "open", "version": 0, "dispute": False}
    connection.execute(insert_new(connection, reviews).values(row))
    asked = select(reviews.c.version).where(reviews.c.owner == owner, reviews.c.binding == binding)
    return int(connection.execute(asked.with_for_update()).scalar_one())


def _stand(connection: Connection, binding: str, *, version: int, owner: str) -> tuple[Standing, int]:
    """Writes down what follows from the log, and gives the claim free."""
    standing = standing_of(log_of(connection, binding, owner=owner))
    said = {
        "state": standing.state,
        "version": version,
        "reviewer": standing.reviewer,
        "second_reviewer": standing.second_reviewer,
        "dispute": standing.dispute,
        "skipped_until": standing.skipped_until,
    }
    connection.execute(update(reviews).where(reviews.c.owner == owner, reviews.c.binding == binding).values(said))
    about = update(claims).where(claims.c.owner == owner, claims.c.binding == binding, claims.c.current)
    connection.execute(about.values(open=standing.state == "open"))
    free_leases(connection, leases.c.binding == binding, owner=owner)
    return standing, version


def free_leases(connection: Connection, which: ColumnElement[bool], *, owner: str) -> None:
    """Gives claims free. A lease that somebody else is writing is left to them: waiting for it could make two people
    wait for each other."""
    mine = select(leases.c.binding).where(leases.c.owner == owner, which).with_for_update(skip_locked=True)
    connection.execute(delete(leases).where(leases.c.owner == owner, leases.c.binding.in_(mine)))


# ── what is refused ───────────────────────────────────────────────────────────────────────────────────────────────


def _refuse_what_is_not_theirs(said: Said, person: Person, log: Sequence[Verdict]) -> None:
    if said.action == "undo":
        _refuse_undoing(said, person, log)
    elif said.action == "add":
        raise InputError("This claim is there already.", field="action", fix="Accept it, or edit it.")
    elif said.look == "settling" and not person.settles:
        raise NotAllowed(
            "Only adjudicators settle disputes.", field="look", fix="Ask whoever runs the service for that role."
        )
    elif said.look == "second":
        _refuse_second_look(person, last_of(log, "first"))
    held = last_of(log, said.look)
    if said.action in STATE_AFTER and held is not None and held.reviewer != person.name and not person.settles:
        raise NotAllowed(
            f"{held.reviewer} has judged this claim.", field="look", fix="Adjudicators may change others' verdicts."
        )


def _refuse_second_look(person: Person, first: Verdict | None) -> None:
    if first is None:
        raise InputError("Nobody has judged this claim.", field="look", fix="Give the first verdict.")
    if first.reviewer == person.name:
        raise NotAllowed("The first verdict is your own.", field="look", fix="A second look is for somebody else.")


def _refuse_undoing(said: Said, person: Person, log: Sequence[Verdict]) -> None:
    named = next((verdict for verdict in log if verdict.key == said.undoes), None)
    if named is None:
        raise InputError(
            f"No verdict {said.undoes} on this claim.", field="undoes", fix="Name the key of one of its verdicts."
        )
    if named.key in undone(log):
        raise InputError("This verdict is undone already.", field="undoes", fix="Nothing is left to do.")
    if named.reviewer != person.name and not person.settles:
        raise NotAllowed(
            f"This verdict is {named.reviewer}'s.", field="undoes", fix="Adjudicators may undo others' verdicts."
        )


def _standing_in(article: Article, claim: Claim | None) -> Claim:
    """The claim, as one of this article. Raises InputError where it is missing or does not stand in the text."""
    if claim is None:
        raise InputError("The claim as it is right is missing.", field="new", fix="Send it with the verdict.")
    for field, spans in (
        ("new.content", claim.content),
        ("new.cue", () if claim.cue is None else (claim.cue,)),
        ("new.source.mention", () if claim.source.mention is None else (claim.source.mention,)),
        ("new.figures", tuple(figure.span for figure in claim.figures)),
        ("new.when", tuple(when.span for when in claim.when)),
    ):
        _refuse_outside(field, spans, article)
    _refuse_crossing("new.content", claim.content)
    _refuse_crossing("new.figures", [figure.span for figure in claim.figures])
    if not words_of(claim.content, article.text).strip(" …"):
        raise InputError("The content is blank.", field="new.content", fix="Mark the words of the claim.")
    for figure in claim.figures:
        if not any(span.holds(figure.span) for span in claim.content):
            raise InputError(
                f"The figure “{figure.span.of(article.text)}” stands outside the claim's content.",
                field="new.figures",
                fix="Mark the content so that it holds the figure, or take the figure away.",
            )
    return claim.model_copy(update={"document": article.id, "content": tuple(sorted(claim.content))})


def _refuse_crossing(field: str, spans: Iterable[Span]) -> None:
    for one, other in pairwise(sorted(spans)):
        if one.overlaps(other):
            raise InputError(f"{list(one)} and {list(other)} overlap.", field=field, fix="Mark each of the words once.")


def _refuse_outside(field: str, spans: Iterable[tuple[int, int]], article: Article) -> None:
    for start, end in spans:
        if end > len(article.text):
            raise InputError(
                f"[{start}, {end}) ends behind the article's {len(article.text)} characters.",
                field=field,
                fix="Mark words of the article.",
            )
