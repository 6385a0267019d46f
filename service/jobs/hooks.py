"""Who is told that a job has ended, how, and what if they do not answer?

Signed as Standard Webhooks says, tried again over three days, at least once each; receivers tell repeats by the
`webhook-id`. What is to be told is found in the jobs themselves, so that no crash can lose it. Which addresses may be
called is left to `addresses`.
"""

import asyncio
import base64
import binascii
import json
import random
import threading
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Connection, Engine, and_, delete, func, insert, or_, select, update
from standardwebhooks import Webhook

from service.errors import SetupError
from service.jobs.addresses import NoAddress, NotAllowed, Resolve, Target, resolve_safely
from service.settings import Settings
from service.store.database import StoreDown, reading, writing
from service.store.tables import deliveries, job_articles, jobs

# Seconds after the first try, the second and so on; the schedule that Standard Webhooks proposes, about three days.
WAITS = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
JITTER = 0.2  # of the wait, more or less, so that many deliveries do not come back at once
TRY_SECONDS = 20.0  # from resolving the name to the answer's status
LEASE = timedelta(seconds=120)  # a try whose process died is due again after that
AT_ONCE = 16
LOOK_SECONDS = 2.0  # between looks at what is due
AGAIN_SECONDS = 60.0  # after something went wrong here
GONE = 410
KEY_BYTES = range(24, 65)  # as Standard Webhooks asks
FIX = "Set ACCORDING_WEBHOOK_SECRET to whsec_ and 24 to 64 random bytes in base64; two, with a space, while changing."


class Due(NamedTuple):
    """A message to be sent now; `attempts` counts this try."""

    id: str
    url: str
    body: str
    attempts: int


class Outcome(NamedTuple):
    """How a try ended. `final` where no other is worth it."""

    delivered: bool
    message: str | None = None
    final: bool = False


# ── what there is to tell ───────────────────────────────────────────────────────────────────────────────────────────


def announce(connection: Connection) -> int:
    """Makes a message for each job that has ended since it was last told of. Returns how many.

    A message is dated with the job's own end, so that clocks of several machines need not agree.
    """
    locked = connection.scalars(_untold().with_only_columns(jobs.c.id).with_for_update(skip_locked=True, of=jobs)).all()
    # Asked again now that they are ours: another may have told of them between our look and our lock.
    ended = connection.execute(_untold().where(jobs.c.id.in_(locked))).mappings().all()
    for job in ended:
        connection.execute(delete(deliveries).where(deliveries.c.job == job["id"]))
        connection.execute(
            insert(deliveries).values(
                id=f"msg_{uuid.uuid4().hex[:32]}",
                owner=job["owner"],
                job=job["id"],
                url=job["webhook"],
                body=json.dumps(_message(connection, job), ensure_ascii=True),
                state="waiting",
                attempts=0,
                next_try=job["finished"],
                created=job["finished"],
            )
        )
    return len(ended)


def _untold() -> Any:
    told = and_(deliveries.c.job == jobs.c.id, deliveries.c.created >= jobs.c.finished)
    return (
        select(jobs)
        .where(jobs.c.webhook.is_not(None), jobs.c.finished.is_not(None), jobs.c.state.in_(("done", "cancelled")))
        .where(~select(deliveries.c.id).where(told).exists())
        .limit(AT_ONCE)
    )


def _message(connection: Connection, job: Mapping[Any, Any]) -> dict[str, Any]:
    """What is told: counts, and where to ask for more. No word of any article."""
    counted = connection.execute(
        select(job_articles.c.state, job_articles.c.status, func.count(), func.sum(job_articles.c.cost))
        .where(job_articles.c.job == job["id"])
        .group_by(job_articles.c.state, job_articles.c.status)
    ).all()
    costs = [cost for *_, cost in counted if cost is not None]

    def count(state: str, status: str | None = None) -> int:
        return sum(many for of, with_, many, _ in counted if of == state and status in (None, with_))

    return {
        "type": f"job.{job['state']}",
        "timestamp": job["finished"].isoformat(),
        "data": {
            "id": job["id"],
            "name": job["name"],
            "state": job["state"],
            "total": job["total"],
            "done": count("done"),
            "partial": count("done", "partial"),
            "failed": count("failed"),
            "cancelled": count("cancelled"),
            "cost": sum(costs) if costs else None,
            "url": f"/v1/jobs/{job['id']}",
        },
    }


# ── whose turn it is ────────────────────────────────────────────────────────────────────────────────────────────────


def take_due(connection: Connection, *, now: datetime, limit: int = AT_ONCE) -> list[Due]:
    """Messages to send now. Each is out of others' reach until its lease ends, whatever becomes of this process."""
    found = connection.execute(
        select(deliveries)
        .where(deliveries.c.state == "waiting", deliveries.c.next_try <= now)
        .order_by(deliveries.c.next_try)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).mappings()
    due = [Due(row["id"], row["url"], row["body"], row["attempts"] + 1) for row in found]
    for each in due:
        connection.execute(
            update(deliveries)
            .where(deliveries.c.id == each.id)
            .values(attempts=each.attempts, next_try=now + LEASE, message="the process that sent it ended")
        )
    return due


def settle(connection: Connection, due: Due, outcome: Outcome, *, now: datetime, jitter: float = 0.0) -> str:
    """Notes how a try ended; returns the delivery's state. `jitter` lies between -1 and 1."""
    if outcome.delivered:
        changes: dict[str, Any] = {"state": "delivered", "message": None}
    elif outcome.final or due.attempts > len(WAITS):
        changes = {"state": "given_up", "message": outcome.message}
    else:
        wait = WAITS[due.attempts - 1] * (1 + JITTER * jitter)
        changes = {"state": "waiting", "message": outcome.message, "next_try": now + timedelta(seconds=wait)}
    # A try whose lease ran out meanwhile has been taken over, and has nothing to say any more.
    mine = and_(deliveries.c.id == due.id, deliveries.c.attempts == due.attempts)
    connection.execute(update(deliveries).where(mine).values(**changes))
    return str(changes["state"])


# ── sending ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def read_secrets(given: str | None) -> tuple[Webhook, ...]:
    """The signers, one for each secret. Raises SetupError, without the secret, where one cannot be used."""
    if not given or not given.split():
        raise SetupError(f"No webhook can be signed. {FIX}")
    return tuple(_signer(secret) for secret in given.split())


def _signer(secret: str) -> Webhook:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) not in KEY_BYTES:
        raise SetupError(f"ACCORDING_WEBHOOK_SECRET holds something that is no secret for webhooks. {FIX}")
    return Webhook(key)


def headers_for(due: Due, signers: Sequence[Webhook], *, now: datetime) -> dict[str, str]:
    """As Standard Webhooks says: the id, the moment of this try, and one signature for each secret."""
    moment = now.astimezone(UTC).replace(microsecond=0)
    return {
        "content-type": "application/json",
        "user-agent": "according",
        "webhook-id": due.id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signer.sign(due.id, moment, due.body) for signer in signers),
    }


async def send(
    due: Due,
    signers: Sequence[Webhook],
    *,
    now: datetime,
    private: bool = False,
    resolve: Resolve | None = None,
    seconds: float = TRY_SECONDS,
) -> Outcome:
    """One try. Never raises for anything that the receiver or its name server does."""
    try:
        async with asyncio.timeout(seconds):
            target = await resolve_safely(due.url, private=private, resolve=resolve)
            status = await _post(target, due.body, headers_for(due, signers, now=now), seconds=seconds)
    except NotAllowed as error:
        return Outcome(False, error.message, final=True)
    except NoAddress as error:
        return Outcome(False, str(error))
    except TimeoutError:
        return Outcome(False, f"no answer within {seconds:g} seconds")
    except OSError as error:
        return Outcome(False, str(error))
    if 200 <= status < 300:
        return Outcome(True)
    return Outcome(False, f"it answered {status}", final=status == GONE)


async def _post(target: Target, body: str, headers: Mapping[str, str], *, seconds: float) -> int:
    """The answer's status; its body is not read. Connects to the checked addresses alone, one after the other."""
    import httpx

    # No proxy and no .netrc of the environment, for a proxy would resolve the name again; and no redirects.
    async with httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=seconds) as client:
        failed: Exception | None = None
        for address in target.addresses:
            request = client.build_request(
                "POST",
                target.at(address),
                content=body.encode("ascii"),
                headers={**headers, "host": target.authority},
                extensions={"sni_hostname": target.host},  # whom the certificate must name
            )
            try:
                answer = await client.send(request, stream=True)
            except httpx.ConnectError as error:
                failed = error
                continue
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise OSError(f"no answer that can be read: {type(error).__name__}") from None
            await answer.aclose()
            return answer.status_code
    raise OSError(f"no connection: {failed}")


def deliver_due(
    engine: Engine, settings: Settings, *, resolve: Resolve | None = None, now: datetime | None = None
) -> int:
    """Tells of all jobs that have ended and sends what is due, some at a time. Returns how many tries were made.

    Raises SetupError where nothing can be signed, StoreDown where the store does not answer.
    """
    moment = now or datetime.now(UTC)
    if not _anything(engine, moment):
        return 0
    signers = read_secrets(settings.webhook_secret.get_secret_value() if settings.webhook_secret else None)
    with writing(engine) as connection:
        announce(connection)
        taken = take_due(connection, now=moment)

    async def all_of_them() -> None:
        await asyncio.gather(*(one(each) for each in taken))

    async def one(due: Due) -> None:
        outcome = await send(due, signers, now=moment, private=settings.webhook_private, resolve=resolve)
        await asyncio.to_thread(_note, engine, due, outcome, now)

    asyncio.run(all_of_them())
    return len(taken)


def _anything(engine: Engine, now: datetime) -> bool:
    """Asked first, for looking takes no lock."""
    due = and_(deliveries.c.state == "waiting", deliveries.c.next_try <= now)
    with reading(engine) as connection:
        found = connection.execute(select(or_(select(deliveries.c.id).where(due).exists(), _untold().exists())))
        return bool(found.scalar())


def _note(engine: Engine, due: Due, outcome: Outcome, now: datetime | None) -> None:
    with writing(engine) as connection:
        moment = now or datetime.now(UTC)
        state = settle(connection, due, outcome, now=moment, jitter=random.uniform(-1, 1))
    if not outcome.delivered:
        log = structlog.get_logger("according.hooks")
        log.warning("webhook_failed", delivery=due.id, attempt=due.attempts, state=state, why=outcome.message)


def keep_delivering(engine: Engine, settings: Settings, stop: threading.Event, *, pause: float = LOOK_SECONDS) -> None:
    """Until `stop` is set; for a thread of a worker. What cannot be done now is tried again later."""
    log = structlog.get_logger("according.hooks")
    while not stop.is_set():
        try:
            sent = deliver_due(engine, settings)
        except (SetupError, StoreDown) as error:
            log.error("webhooks_stand_still", why=str(error))
            stop.wait(AGAIN_SECONDS)
            continue
        except Exception as error:  # whatever it is, the next jobs to end must be told of
            log.error("webhooks_stand_still", why=type(error).__name__)
            stop.wait(AGAIN_SECONDS)
            continue
        if not sent:
            stop.wait(pause)
