"""The clerk's hand in the database."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import BigInteger, LargeBinary, bindparam, cast, insert, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from campaign.databases import out_of_reach
from campaign.extensions import db
from campaign.outbox.hand import Ask, Hand, Statement
from campaign.outbox.models import Heartbeat, Occasion, OccasionState, OnUnknown, Suppression

pytestmark = pytest.mark.both

NOW = datetime(2023, 5, 10, 14, 0, tzinfo=UTC)
SAY = Statement(
    lambda names: (
        update(Heartbeat).where(Heartbeat.name.in_(names)).values(note=bindparam("said"), beat_at=bindparam("at"))
    )
)
READ = Statement(lambda _: select(Heartbeat.name, Heartbeat.note).order_by(Heartbeat.name))
SUPPRESS = Statement(
    lambda _: (
        insert(Suppression)
        .values(address_digest=bindparam("digest"), scope="all", reason="full", times=3, added_on=bindparam("day"))
        .returning(Suppression.address_digest, Suppression.times)
    )
)


@pytest.fixture
def hand(app):
    for name in ("a", "b", "c"):
        db.session.add(Heartbeat(name=name, beat_at=NOW))
    db.session.commit()
    made = Hand(db.engine)
    yield made
    made.let_go()


def say(names, said, at=NOW):
    return Ask(SAY, names, {"said": said, "at": at})


def suppress(digest):
    return Ask(SUPPRESS, (), {"digest": digest, "day": date(2023, 5, 10)})


def notes():
    db.session.rollback()
    return db.session.scalars(select(Heartbeat.note).order_by(Heartbeat.name)).all()


def test_what_it_says_is_committed_for_as_many_as_are_named(hand):
    later = NOW.replace(hour=15)

    hand.ask([say(["a"], "one", later), say(["b", "c"], "two", later)])
    hand.ask([say(["b"], "three", later)])

    rows = db.session.scalars(select(Heartbeat).order_by(Heartbeat.name)).all()
    assert [(row.note, row.beat_at) for row in rows] == [("one", later), ("three", later), ("two", later)]


def test_each_is_answered_and_sees_what_was_said_before_it(hand):
    before, said, after, digest = hand.ask([Ask(READ), say(["c"], "x"), Ask(READ), suppress(b"\0\xff'")])

    assert before == [("a", ""), ("b", ""), ("c", "")]
    assert said == []
    assert after == [("a", ""), ("b", ""), ("c", "x")]
    assert digest == [(b"\0\xff'", 3)]


def test_when_one_cant_be_done_none_is_and_the_next_transaction_is_a_new_one(hand):
    hand.ask([suppress(b"1")])

    with pytest.raises(out_of_reach(db.engine)):
        hand.ask([say(["a"], "no"), suppress(b"1"), say(["b"], "no")])
    hand.ask([say(["c"], "yes"), suppress(b"2")])

    assert notes() == ["", "", "yes"]


def test_what_is_raised_undoes_all_and_the_next_transaction_is_a_new_one(hand):
    def break_off():
        with hand.writing() as connection:
            connection.execute(update(Heartbeat).values(note="no"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()

    assert hand.ask([Ask(READ)]) == [[("a", ""), ("b", ""), ("c", "")]]


def test_what_is_seldom_said_comes_between(hand):
    hand.ask([say(["a", "b"], "first")])
    with hand.writing() as connection:
        connection.execute(update(Heartbeat).where(Heartbeat.name == "b").values(note="second"))
    hand.ask([say(["c"], "third")])

    assert notes() == ["first", "second", "third"]


@pytest.mark.sqlite
def test_what_fails_only_as_it_is_committed_is_told_and_the_next_transaction_is_a_new_one(hand):
    later = Statement(lambda _: text("PRAGMA defer_foreign_keys = ON"))
    orphan = Statement(lambda _: text("INSERT INTO returns VALUES (4711, 'bounced', 550, '2023-05-10', 0)"))

    with pytest.raises(out_of_reach(db.engine)):
        hand.ask([Ask(later), say(["a"], "no"), Ask(orphan)])
    hand.ask([say(["b"], "yes")])

    assert notes() == ["", "yes", ""]


def test_much_at_once_is_no_more_than_a_long_wait(hand):
    """More than a connection holds, in both directions."""
    echo = Statement(lambda _: select(cast(bindparam("said", type_=LargeBinary), LargeBinary)))

    answers = hand.ask([Ask(echo, (), {"said": bytes([number]) * 300_000}) for number in range(60)])

    assert answers == [[(bytes([number]) * 300_000,)] for number in range(60)]


def test_a_connection_that_was_lost_is_told_and_the_next_is_a_new_one(hand):
    hand.ask([say(["a"], "before")])
    hand._open.driver.close()

    with pytest.raises((out_of_reach(db.engine), SQLAlchemyError)):
        hand.ask([say(["a"], "lost")])
    hand.ask([say(["b"], "after")])

    assert notes() == ["before", "after", ""]


def test_what_a_statement_says_itself_is_said_as_its_columns_want_it(hand):
    occasion = Occasion(kind="x", letter="x", subject="x", priority=1, on_unknown=OnUnknown.RESEND, facts={})
    db.session.add(occasion)
    db.session.commit()
    miss = Statement(
        lambda ids: update(Occasion).where(Occasion.id.in_(ids)).values(state=OccasionState.MISSED, due_at=NOW),
        BigInteger,
    )

    hand.ask([Ask(miss, [occasion.id])])

    db.session.rollback()
    assert (occasion.state, occasion.due_at) == (OccasionState.MISSED, NOW)
