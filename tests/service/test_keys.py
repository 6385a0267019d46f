"""Who may ask, and how much?"""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from service import keys
from service.errors import InputError
from service.keys import Caller, WrongKey
from service.store.store import Store

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path):
    with Store.open(str(tmp_path / "store.sqlite")) as store:
        yield store


def made(store, **given):
    with store.writing() as connection:
        return keys.create(connection, **({"name": "desk", "now": NOW} | given))


def caller(store, presented, *, now=NOW):
    with store.reading() as connection:
        return keys.authenticate(connection, presented, now=now)


# ── making ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_whoever_presents_a_key_acts_for_its_owner_within_its_limits(any_store):
    new = made(any_store, owner="paper", scopes=("read", "extract"), requests_per_minute=5, cost_per_day=2.5)

    known = caller(any_store, new.secret)

    assert known == Caller(
        owner="paper",
        key_id=new.key.id,
        scopes=frozenset({"extract", "read"}),
        requests_per_minute=5,
        cost_per_day=2.5,
    )
    assert (known.may("read"), known.may("jobs")) == (True, False)


def test_the_store_holds_no_part_of_the_secret(store):
    new = made(store)

    with store.reading() as connection:
        rows = str(connection.execute(text("select * from api_keys")).all())

    secret = new.secret.rpartition("_")[2]
    assert new.key.id in rows
    assert [secret[at : at + 12] for at in range(0, 36, 12) if secret[at : at + 12] in rows] == []
    assert secret not in repr(new)


def test_an_admin_may_do_everything(store):
    known = caller(store, made(store, scopes=("admin",)).secret)

    assert all(known.may(scope) for scope in keys.SCOPES)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        pytest.param({"name": ""}, "name", id="no-name"),
        pytest.param({"name": "the desk"}, "name", id="blank"),
        pytest.param({"name": "x" * 65}, "name", id="long"),
        pytest.param({"owner": ""}, "owner", id="owner-of-local-things"),
        pytest.param({"scopes": ("read", "delete")}, "scopes", id="unknown-scope"),
        pytest.param({"scopes": ()}, "scopes", id="no-scope"),
        pytest.param({"expires": NOW}, "expires", id="expired-at-birth"),
    ],
)
def test_a_key_that_would_be_of_no_use_is_not_made(store, given, field):
    with pytest.raises(InputError) as refused:
        made(store, **given)

    assert refused.value.field == field


# ── knowing ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(lambda key: "", id="empty"),
        pytest.param(lambda key: "acc_", id="prefix"),
        pytest.param(lambda key: key[:-1], id="short"),
        pytest.param(lambda key: key + "0", id="long"),
        pytest.param(lambda key: key.replace("acc_", "abc_"), id="another-prefix"),
        pytest.param(lambda key: key[:30] + ("x" if key[30] != "x" else "y") + key[31:], id="mistyped"),
        pytest.param(lambda key: key[:4] + "0" * 12 + key[16:], id="another-id"),
        pytest.param(lambda key: key + "\n", id="line-end"),
        pytest.param(lambda key: "ä" * 300, id="not-ascii"),
    ],
)
def test_what_is_not_the_key_is_refused(store, changed):
    new = made(store)

    with pytest.raises(WrongKey):
        caller(store, changed(new.secret))


def test_a_secret_with_a_right_checksum_is_still_compared(store):
    new, other = made(store), made(store, name="other")
    forged = keys._with_checksum(f"acc_{new.key.id}_{other.secret.rpartition('_')[2][:-6]}")

    assert keys.id_of(forged) == new.key.id
    with pytest.raises(WrongKey):
        caller(store, forged)


@pytest.mark.parametrize("seed", range(50))
def test_one_wrong_character_is_seen_by_the_checksum(seed):
    key = keys._with_checksum(f"acc_{seed:012x}_{'a' * 43}")
    at = 4 + seed % (len(key) - 4)
    if key[at] == "_":
        at += 1

    assert keys.id_of(key) == f"{seed:012x}"
    assert keys.id_of(key[:at] + ("0" if key[at] != "0" else "1") + key[at + 1 :]) is None


# ── ending ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_revoked_key_is_refused_and_others_go_on(store):
    ended, other = made(store), made(store, name="other")
    with store.writing() as connection:
        keys.revoke(connection, ended.key.id, now=NOW)
        again = keys.revoke(connection, ended.key.id, now=NOW + DAY)

    assert again.revoked == NOW
    assert caller(store, other.secret).owner == "other"
    with pytest.raises(WrongKey):
        caller(store, ended.secret)


def test_a_key_ends_when_its_time_is_over(store):
    new = made(store, expires=NOW + DAY)

    assert caller(store, new.secret, now=NOW + DAY - timedelta(seconds=1)).key_id == new.key.id
    with pytest.raises(WrongKey):
        caller(store, new.secret, now=NOW + DAY)


def test_both_keys_are_valid_while_one_is_put_in_the_place_of_the_other(any_store):
    old = made(any_store, owner="paper", scopes=("read",), requests_per_minute=7)
    with any_store.writing() as connection:
        new = keys.rotate(connection, old.key.id, now=NOW, overlap=DAY)

    both = [caller(any_store, key.secret, now=NOW + DAY / 2) for key in (old, new)]
    assert {(each.owner, each.scopes, each.requests_per_minute) for each in both} == {("paper", frozenset({"read"}), 7)}
    assert caller(any_store, new.secret, now=NOW + 2 * DAY).key_id == new.key.id
    with pytest.raises(WrongKey):
        caller(any_store, old.secret, now=NOW + 2 * DAY)


def test_a_rotated_key_lives_as_long_as_the_old_one_did(store):
    old = made(store, expires=NOW + 30 * DAY)
    with store.writing() as connection:
        new = keys.rotate(connection, old.key.id, now=NOW + 29 * DAY, overlap=7 * DAY)
        ends = {key.id: key.expires for key in keys.listed(connection)}

    assert ends == {old.key.id: NOW + 30 * DAY, new.key.id: NOW + 59 * DAY}


@pytest.mark.parametrize("verb", [keys.revoke, keys.rotate])
def test_a_key_that_is_not_there_cannot_be_ended(store, verb):
    with pytest.raises(InputError, match="There is no key 'nobody'"), store.writing() as connection:
        verb(connection, "nobody", now=NOW)


def test_a_revoked_key_cannot_be_rotated_back_to_life(store):
    new = made(store)
    with store.writing() as connection:
        keys.revoke(connection, new.key.id, now=NOW)

    with pytest.raises(InputError, match="revoked"), store.writing() as connection:
        keys.rotate(connection, new.key.id, now=NOW)


def test_keys_are_needed_from_the_first_one_on_even_when_it_is_revoked(store):
    with store.writing() as connection:
        before = keys.are_needed(connection)
        new = keys.create(connection, name="desk", now=NOW)
        keys.revoke(connection, new.key.id, now=NOW)
        after = keys.are_needed(connection)

    assert (before, after) == (False, True)


# ── use and cost ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_last_use_is_written_once_a_minute_at_most(any_store):
    new = made(any_store)
    uses = (NOW, NOW + timedelta(seconds=59), NOW + timedelta(seconds=61))
    seen = []
    for now in uses:
        with any_store.writing() as connection:
            keys.touch(connection, new.key.id, now=now)
            seen.append(keys.listed(connection)[0].last_used)

    assert seen == [uses[0], uses[0], uses[2]]


def test_what_a_key_costs_is_added_up_by_day(any_store):
    new = made(any_store, cost_per_day=1.0)
    today = NOW.date()
    with any_store.writing() as connection:
        for cost, day in ((0.4, today), (0.7, today), (5.0, date(2026, 3, 4))):
            keys.spend(connection, new.key.id, cost=cost, articles=1, day=day)
        articles = connection.execute(text("select articles from spending order by day")).scalars().all()

    known = caller(any_store, new.secret)
    assert known.spent_today == pytest.approx(1.1)
    assert known.has_spent_all
    assert not caller(any_store, new.secret, now=NOW + DAY).has_spent_all
    assert articles == [1, 2]
