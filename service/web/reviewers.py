"""Who is reviewing in this browser?

Where nobody is named as a reviewer, whoever sits at this machine reviews without logging in; from elsewhere nobody
does. Where people are named, each logs in with a token, and a signed cookie remembers the name: what the name may do is
looked up each time. Forms carry a token that no other site can read.
"""

import hmac
import secrets
from typing import NamedTuple

from fastapi import Request
from sqlalchemy import Connection

from service.keys import Caller
from service.review import people
from service.review.records import Person
from service.web.problems import Problem

NAME, SINCE, TOKEN = "reviewer", "since", "form_token"


class Reviewer(NamedTuple):
    """The person, and whose claims they review."""

    person: Person
    owner: str


class LoginNeeded(Exception):
    """To be answered with the page that asks for a token."""


def reviewer_of(request: Request, connection: Connection) -> Reviewer:
    """Raises LoginNeeded, and Problem `reviewers-needed` where nobody is named and the request is from elsewhere."""
    owner = ""
    name, since = request.session.get(NAME), request.session.get(SINCE)
    if isinstance(name, str) and isinstance(since, str):
        # Of the token they came in with: who was revoked and got a new one comes in with that.
        person = people.still(connection, name, owner=owner, since=since)
        if person is not None:
            return Reviewer(person, owner)
    if people.people(connection, owner=owner):
        raise LoginNeeded
    caller = request.scope.get("caller")
    if isinstance(caller, Caller) and caller.key_id is None and caller.may("admin"):
        return Reviewer(people.ALONE, caller.owner)
    raise Problem("reviewers-needed")


def log_in(request: Request, connection: Connection, token: str) -> Person | None:
    """None for a token that is nobody's. A new session, so that nobody can have prepared it."""
    person = people.person_of(connection, token)
    request.session.clear()
    if person is not None:
        named = next(each for each in people.people(connection) if each.name == person.name)
        request.session.update({NAME: person.name, SINCE: named.created.isoformat()})
    return person


def form_token(request: Request) -> str:
    """What every form of this session carries."""
    token = request.session.get(TOKEN)
    if not isinstance(token, str):
        token = request.session[TOKEN] = secrets.token_urlsafe(24)
    return token


def refuse_forged(request: Request, presented: object) -> None:
    """Raises Problem `foreign-page` for a form that did not come from a page of this session."""
    expected = request.session.get(TOKEN)
    if not (isinstance(expected, str) and isinstance(presented, str) and hmac.compare_digest(expected, presented)):
        raise Problem("foreign-page")
