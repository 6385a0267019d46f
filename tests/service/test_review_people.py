"""Who may review: names, roles, and tokens of which only the hash is kept."""

import pytest
from reviewing import ANA, CY, NOW
from sqlalchemy import select

from service.errors import InputError
from service.review import people
from service.store.tables import reviewers


def test_a_token_opens_what_its_person_may_do_until_it_is_revoked(any_store):
    with any_store.writing() as connection:
        token = people.name_person(connection, CY, now=NOW)
        assert people.person_of(connection, token) == CY
        assert people.still(connection, "cy") == CY

        people.revoke(connection, "cy", now=NOW)

        assert people.person_of(connection, token) is None
        assert people.still(connection, "cy") is None


@pytest.mark.parametrize("wrong", ["", "x", "ä", "0" * 64])
def test_what_is_no_token_is_nobodys(any_store, wrong):
    with any_store.writing() as connection:
        people.name_person(connection, ANA, now=NOW)

        assert people.person_of(connection, wrong) is None


def test_only_the_hash_of_a_token_is_kept(any_store):
    with any_store.writing() as connection:
        token = people.name_person(connection, ANA, now=NOW)
        [row] = connection.execute(select(reviewers)).all()

    assert token not in map(str, row)
    assert len(row.sha256) == 64


def test_a_name_is_given_once_and_again_after_it_was_revoked(any_store):
    with any_store.writing() as connection:
        first = people.name_person(connection, ANA, now=NOW)
        with pytest.raises(InputError, match="already"):
            people.name_person(connection, ANA, now=NOW)
        people.revoke(connection, "ana", now=NOW)
        second = people.name_person(connection, ANA, now=NOW)

        assert people.person_of(connection, first) is None
        assert people.person_of(connection, second) == ANA
        assert [(each.name, each.revoked) for each in people.people(connection)] == [("ana", None)]


def test_nobody_is_revoked_who_is_not_there(any_store):
    with any_store.writing() as connection, pytest.raises(InputError, match="no reviewer 'ana'"):
        people.revoke(connection, "ana", now=NOW)


def test_each_owner_has_people_of_their_own(any_store):
    with any_store.writing() as connection:
        token = people.name_person(connection, ANA, owner="one", now=NOW)

        assert people.person_of(connection, token, owner="two") is None
        assert people.people(connection, owner="two") == ()
