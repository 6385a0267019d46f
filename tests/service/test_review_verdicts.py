"""Verdicts are kept so that nobody overwrites anybody, and any can be taken back."""

import threading
from collections.abc import Callable

import pytest
from reviewing import ANA, BO, CY, NOW, a_story, fill, last_key, next_of, plain, say
from sqlalchemy import delete, func, select
from storing import an_extraction

from service.errors import AccordingError, InputError
from service.records import Span
from service.review import listing, queue, verdicts
from service.review.records import Said
from service.store.bindings import binding_of
from service.store.extractions import delete_article, keep
from service.store.tables import claims, leases, reviews
from service.store.tables import verdicts as kept_verdicts


@pytest.fixture
def filled(any_store):
    with any_store.writing() as connection:
        fill(connection, 2)
    return any_store


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each act returns or raises, all begun together."""
    barrier = threading.Barrier(len(acts))
    found: list[object] = [None] * len(acts)

    def run(place: int) -> None:
        barrier.wait()
        try:
            found[place] = acts[place]()
        except Exception as error:  # a race may end in anything: the test says what is right
            found[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


# ── one after the other ───────────────────────────────────────────────────────────────────────────────────────


def test_a_verdict_closes_the_claim_and_undoing_it_opens_it_again(filled):
    with filled.writing() as connection:
        shown = next_of(connection)
        say(connection, shown.binding, "accept")

        after = next_of(connection)
        say(connection, shown.binding, "undo", undoes=last_key(connection, shown.binding))

        assert after.binding != shown.binding
        assert queue.counts(connection, ANA, now=NOW).open == 8


def test_who_saw_an_older_state_is_told_and_nothing_is_written(filled):
    with filled.writing() as connection:
        shown = next_of(connection)
        say(connection, shown.binding, "accept")

        with pytest.raises(verdicts.Overtaken, match="ana has judged this claim") as overtaken:
            verdicts.give(connection, shown.binding, Said(action="reject", version=0), BO, now=NOW)

        assert (overtaken.value.standing.state, overtaken.value.version) == ("accepted", 1)
        assert len(verdicts.log_of(connection, shown.binding)) == 1


@pytest.mark.parametrize(
    ("person", "said", "error", "words"),
    [
        pytest.param(BO, {"action": "reject"}, verdicts.NotAllowed, "ana has judged", id="anothers-first-look"),
        pytest.param(ANA, {"action": "accept", "look": "second"}, verdicts.NotAllowed, "your own", id="own-second"),
        pytest.param(BO, {"action": "accept", "look": "settling"}, verdicts.NotAllowed, "adjudicators", id="settling"),
        pytest.param(BO, {"action": "undo", "undoes": 1}, verdicts.NotAllowed, "ana's", id="undoing-anothers"),
        pytest.param(ANA, {"action": "undo", "undoes": 99}, InputError, "No verdict 99", id="undoing-nothing"),
        pytest.param(ANA, {"action": "add"}, InputError, "there already", id="adding-it-again"),
        pytest.param(ANA, {"action": "edit"}, InputError, "missing", id="edit-to-nothing"),
    ],
)
def test_what_somebody_may_not_do_is_refused_with_words(filled, person, said, error, words):
    with filled.writing() as connection:
        shown = next_of(connection)
        say(connection, shown.binding, "accept")
        if said.get("undoes") == 1:
            said = said | {"undoes": last_key(connection, shown.binding)}

        with pytest.raises(error, match=words):
            say(connection, shown.binding, person=person, **said)


@pytest.mark.parametrize(
    ("person", "said", "state"),
    [
        pytest.param(ANA, {"action": "reject"}, "rejected", id="ones-own-again"),
        pytest.param(CY, {"action": "reject"}, "rejected", id="an-adjudicator"),
        pytest.param(BO, {"action": "skip"}, "accepted", id="a-skip-changes-nothing"),
        pytest.param(BO, {"action": "reject", "look": "second"}, "accepted", id="a-second-look"),
    ],
)
def test_what_somebody_may_do_is_done(filled, person, said, state):
    with filled.writing() as connection:
        shown = next_of(connection)
        say(connection, shown.binding, "accept")

        assert say(connection, shown.binding, person=person, **said).state == state


def test_a_verdict_is_undone_once(filled):
    with filled.writing() as connection:
        shown = next_of(connection)
        say(connection, shown.binding, "accept")
        key = last_key(connection, shown.binding)
        say(connection, shown.binding, "undo", undoes=key)

        with pytest.raises(InputError, match="undone already"):
            say(connection, shown.binding, "undo", undoes=key)


def test_a_second_look_needs_a_first(filled):
    with filled.writing() as connection, pytest.raises(InputError, match="Nobody has judged"):
        say(connection, next_of(connection).binding, "accept", BO, look="second")


def _edited(**changes):
    _, found = a_story()
    return plain(found[0], **changes)


@pytest.mark.parametrize(
    ("new", "words"),
    [
        pytest.param(_edited(content=(Span(0, 10_000),)), "ends behind", id="outside"),
        pytest.param(_edited(content=(Span(4, 5),), figures=()), "blank", id="blank"),
        pytest.param(_edited(content=(Span(0, 4),)), "outside the claim", id="figure-outside"),
        pytest.param(_edited(content=(Span(16, 30), Span(20, 42))), "overlap", id="pieces-cross"),
    ],
)
def test_an_edit_must_stand_in_the_text(filled, new, words):
    with filled.writing() as connection:
        shown = next_of(connection, filters=queue.Filters(article="story-0"))

        with pytest.raises(InputError, match=words):
            say(connection, shown.binding, "edit", new=new)


def test_an_added_claim_can_be_judged_like_any_other(filled):
    with filled.writing() as connection:
        shown = next_of(connection, filters=queue.Filters(article="story-0"))
        missed = plain(shown.claim, content=(Span(0, 5),), figures=(), id="new")
        said = Said(action="add", version=0, new=missed)
        binding, added, version = verdicts.add_missed(connection, shown.article_key, said, ANA, now=NOW)
        accepted = say(connection, binding, "accept", CY)

        assert (added.state, version, accepted.state) == ("added", 1, "accepted")
        assert accepted.claim is not None
        assert accepted.claim.content == missed.content


def test_a_claim_that_is_there_is_not_added_twice(filled):
    with filled.writing() as connection:
        shown = next_of(connection)
        said = Said(action="add", version=0, new=plain(shown.claim))

        with pytest.raises(InputError, match="there already"):
            verdicts.add_missed(connection, shown.article_key, said, ANA, now=NOW)


# ── what stays, and what goes ─────────────────────────────────────────────────────────────────────────────────


def test_a_verdict_holds_for_equal_claims_of_a_new_extraction(filled):
    with filled.writing() as connection:
        shown = next_of(connection)
        say(connection, shown.binding, "reject")
        fill(connection, 2, suffix="-again")

        counted = queue.counts(connection, ANA, now=NOW)

        assert (counted.open, counted.done) == (7, 1)


def test_only_the_newest_extraction_of_a_model_is_asked_about(filled):
    article, found = a_story(0)
    with filled.writing() as connection:
        keep(connection, an_extraction(article, extraction_id="new", model="embedded", claims=found[:1]))

        assert queue.counts(connection, ANA, now=NOW).open == 5
        keep(connection, an_extraction(article, extraction_id="none", model="embedded", claims=()))
        assert queue.counts(connection, ANA, now=NOW).open == 4


def test_a_similar_claim_of_a_new_extraction_shows_the_earlier_verdict(filled):
    article, found = a_story(0)
    with filled.writing() as connection:
        shown = next_of(connection, filters=queue.Filters(article="story-0"))
        say(connection, shown.binding, "reject")
        other = found[0].model_copy(update={"hedged": True, "confidence": 0.1})
        keep(connection, an_extraction(article, extraction_id="new", model="embedded", claims=(other,)))

        again = next_of(connection, filters=queue.Filters(article="story-0"))

        assert again.standing.state == "open"
        assert [verdict.action for verdict in again.earlier] == ["reject"]


def accepted_with_a_twin(connection):
    """A claim of story 0 that was accepted, and the key of another article with the same text."""
    article, found = a_story(0)
    shown = next_of(connection, filters=queue.Filters(article="story-0"))
    say(connection, shown.binding, "accept")
    keep(connection, an_extraction(article.model_copy(update={"id": "twin"}), extraction_id="twin", claims=found))
    return shown, connection.scalar(select(func.max(claims.c.article)))


def test_verdicts_hold_for_an_article_of_another_name_with_the_same_text(filled):
    with filled.writing() as connection:
        _, key = accepted_with_a_twin(connection)

        view = listing.article_view(connection, key)

        assert [listed.standing.state for listed in view.claims] == ["accepted", "open", "open", "open"]


def test_owners_never_see_each_others_claims_and_verdicts(filled):
    with filled.writing() as connection:
        fill(connection, 1, owner="other")
        mine = next_of(connection)
        say(connection, mine.binding, "accept")

        assert queue.counts(connection, ANA, owner="other", now=NOW).open == 4
        assert verdicts.log_of(connection, mine.binding, owner="other") == ()
        with pytest.raises(InputError, match="no such claim"):
            verdicts.judged_claim(connection, mine.binding, owner="third")
        with pytest.raises(InputError, match="no such article"):
            listing.article_view(connection, mine.article_key, owner="other")
        assert queue.item(connection, mine.key, owner="other") is None


def test_with_an_article_goes_all_that_was_said_of_it(filled):
    with filled.writing() as connection:
        shown = next_of(connection, filters=queue.Filters(article="story-0"))
        say(connection, shown.binding, "accept")
        delete_article(connection, "story-0")

        counted = [connection.scalar(select(func.count()).select_from(table)) for table in (kept_verdicts, reviews)]

        assert counted == [0, 0]
        with pytest.raises(InputError, match="no such claim"):
            verdicts.give(connection, shown.binding, Said(action="accept", version=0), ANA, now=NOW)


def test_what_was_said_of_a_text_stays_with_another_article_that_has_it(filled):
    with filled.writing() as connection:
        shown, key = accepted_with_a_twin(connection)
        delete_article(connection, "story-0")

        view = listing.article_view(connection, key)
        assert [listed.standing.state for listed in view.claims] == ["accepted", "open", "open", "open"]
        say(connection, shown.binding, "undo", undoes=last_key(connection, shown.binding))
        assert listing.article_view(connection, key).claims[0].standing.state == "open"

        delete_article(connection, "twin")
        counted = [connection.scalar(select(func.count()).select_from(table)) for table in (kept_verdicts, reviews)]
        assert counted == [0, 0]


# ── at the same moment ────────────────────────────────────────────────────────────────────────────────────────


def test_of_two_first_verdicts_at_once_one_is_kept_and_the_other_person_told(filled):
    with filled.reading() as connection:
        bindings = connection.scalars(select(claims.c.binding)).all()

    def saying(binding, action, person):
        def act():
            with filled.writing() as connection:
                return verdicts.give(connection, binding, Said(action=action, version=0), person, now=NOW)[0].state

        return act

    for binding in bindings:
        found = at_once(saying(binding, "accept", ANA), saying(binding, "reject", BO))

        assert sorted(type(each).__name__ for each in found) == ["Overtaken", "str"]
    with filled.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(kept_verdicts)) == len(bindings)


def test_of_two_who_add_the_same_claim_at_once_one_is_told_that_it_is_there(filled):
    article, found = a_story(0)
    new = plain(found[0], content=(Span(0, 5),), figures=())

    def adding(person):
        def act():
            with filled.writing() as connection:
                said = Said(action="add", version=0, new=new)
                return verdicts.add_missed(connection, 1, said, person, now=NOW)[0]

        return act

    got = at_once(adding(ANA), adding(BO))

    assert sorted(type(each).__name__ for each in got) == ["InputError", "str"]
    assert binding_of(new, sha256=article.sha256) in got


def test_people_who_ask_at_once_never_get_the_same_claim(filled):
    people = [ANA, BO, CY, ANA.model_copy(update={"name": "di"})]

    def asking(person):
        def act():
            with filled.writing() as connection:
                return next_of(connection, person).binding

        return act

    for _ in range(8):
        found = at_once(*(asking(person) for person in people))

        assert len(set(map(str, found))) == len(people), found
        with filled.writing() as connection:
            connection.execute(delete(leases))


def test_judging_and_asking_at_once_ends_well(filled):
    """Two people work through the queue at full speed: every claim is judged once, and nobody waits for ever."""

    def working(person):
        def act():
            done = 0
            while True:
                with filled.writing() as connection:
                    item = queue.next_item(connection, person, now=NOW)
                    if item is None:
                        return done
                    said = Said(action="accept", version=item.version, audit=item.audit)
                    verdicts.give(connection, item.binding, said, person, now=NOW)
                    done += 1

        return act

    found = at_once(*(working(person) for person in (ANA, BO, CY)))

    assert not [each for each in found if isinstance(each, AccordingError)]
    assert sum(found) == 8


def test_an_article_deleted_while_it_is_judged_leaves_nothing_behind(filled):
    with filled.reading() as connection:
        bindings = connection.scalars(select(claims.c.binding).where(claims.c.article == 1)).all()

    def judging():
        with filled.writing() as connection:
            return verdicts.give(connection, bindings[0], Said(action="accept", version=0), ANA, now=NOW)[0].state

    def deleting():
        with filled.writing() as connection:
            return delete_article(connection, "story-0").articles

    judged, deleted = at_once(judging, deleting)

    assert deleted == 1
    assert judged == "accepted" or isinstance(judged, InputError)
    with filled.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(kept_verdicts)) == 0
