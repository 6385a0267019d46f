"""How are API keys made, shown and ended?"""

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from service import keys
from service.cli import main
from service.store.store import Store


@pytest.fixture
def address(tmp_path, monkeypatch):
    monkeypatch.setenv("ACCORDING_STORE", str(tmp_path / "store.sqlite"))
    return str(tmp_path / "store.sqlite")


def run(*arguments):
    return CliRunner().invoke(main, ["keys", *arguments])


def caller(address, secret):
    with Store.open(address) as store, store.reading() as connection:
        return keys.authenticate(connection, secret, now=datetime.now(UTC))


def test_a_key_is_made_and_shown_once(address):
    made = run("create", "desk", "--owner", "paper", "--scopes", "read,extract", "--per-minute", "60", "--days", "30")
    secret = made.stdout.strip()

    known = caller(address, secret)
    listed = run("list").output

    assert (known.owner, known.requests_per_minute) == ("paper", 60)
    assert secret not in made.stderr
    assert "It is shown only now" in made.stderr
    assert secret not in listed
    assert f"{known.key_id}  valid    desk (owner paper): extract, read, 60/min, until" in listed


def test_a_revoked_key_is_listed_as_such_and_is_of_no_use(address):
    secret = run("create", "desk").stdout.strip()

    done = run("revoke", keys.id_of(secret))

    assert done.exit_code == 0
    assert "revoked" in run("list").output
    with pytest.raises(keys.WrongKey):
        caller(address, secret)


def test_a_key_in_the_place_of_another_leaves_that_one_valid_for_a_while(address):
    old = run("create", "desk", "--cost-per-day", "2.5").stdout.strip()

    new = run("rotate", keys.id_of(old)).stdout.strip()
    at_once = run("rotate", keys.id_of(new), "--overlap-hours", "0").stdout.strip()

    assert caller(address, old).cost_per_day == caller(address, at_once).cost_per_day == 2.5
    with pytest.raises(keys.WrongKey):
        caller(address, new)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["create", "the desk"], "cannot be the name of a key", id="name"),
        pytest.param(["create", "desk", "--scopes", "all"], "There is no scope all", id="scope"),
        pytest.param(["create", "desk", "--days", "99999999"], "not in the range", id="beyond-the-calendar"),
        pytest.param(["rotate", "x", "--overlap-hours", "999999999999"], "not in the range", id="overlap-without-end"),
        pytest.param(["revoke", "nobody"], "There is no key 'nobody'", id="nobody"),
        pytest.param(["rotate", "nobody"], "There is no key 'nobody'", id="nobody-to-rotate"),
    ],
)
def test_what_cannot_be_done_is_said_with_the_fix(address, arguments, said):
    done = run(*arguments)

    assert done.exit_code == 2
    assert said in done.stderr


def test_without_a_store_there_is_nowhere_to_keep_a_key(monkeypatch):
    monkeypatch.setenv("ACCORDING_STORE", "off")

    done = run("create", "desk")

    assert (done.exit_code, "ACCORDING_STORE is off" in done.stderr) == (2, True)


def test_without_keys_the_list_says_how_to_make_one(address):
    assert "according keys create NAME" in run("list").output


# ── the door that they are for ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("host", "extra", "prepared", "starts"),
    [
        pytest.param("127.0.0.1", [], None, True, id="this-machine"),
        pytest.param("::1", [], None, True, id="this-machine-v6"),
        pytest.param("localhost", [], None, True, id="this-machine-by-name"),
        pytest.param("0.0.0.0", [], None, False, id="all-without-keys"),
        pytest.param("0.0.0.0", ["--open"], None, True, id="all-on-purpose"),
        pytest.param("0.0.0.0", [], "key", True, id="all-with-keys"),
        pytest.param("0.0.0.0", [], "setting", True, id="all-by-setting"),
        pytest.param("0.0.0.0", [], "off", False, id="all-without-a-store"),
    ],
)
def test_serve_lets_other_machines_in_with_keys_or_on_purpose(monkeypatch, address, host, extra, prepared, starts):
    started = []
    monkeypatch.setattr("uvicorn.run", lambda app, **options: started.append(options["host"]))
    monkeypatch.setattr("service.commands.serve._try_to_listen", lambda host, port: None)
    monkeypatch.setenv("ACCORDING_OPEN", "true" if prepared == "setting" else "")
    if prepared == "key":
        run("create", "desk")
    if prepared == "off":
        monkeypatch.setenv("ACCORDING_STORE", "off")

    done = CliRunner().invoke(main, ["serve", "--host", host, *extra])

    assert started == ([host] if starts else [])
    if not starts:
        assert done.exit_code == 2
        assert "according keys create NAME" in done.stderr
        assert "--open" in done.stderr
