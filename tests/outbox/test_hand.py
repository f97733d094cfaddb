"""The courier's hand in the database."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import BigInteger, bindparam, select, update

from campaign.extensions import db
from campaign.outbox.hand import Hand, Statement
from campaign.outbox.models import Heartbeat, Occasion, OccasionState, OnUnknown

NOW = datetime(2023, 5, 10, 14, 0, tzinfo=UTC)
SAY = Statement(
    lambda names: (
        update(Heartbeat).where(Heartbeat.name.in_(names)).values(note=bindparam("said"), beat_at=bindparam("at"))
    )
)
READ = Statement(lambda _: select(Heartbeat.name, Heartbeat.note).order_by(Heartbeat.name))


@pytest.fixture
def hand(app):
    for name in ("a", "b", "c"):
        db.session.add(Heartbeat(name=name, beat_at=NOW))
    db.session.commit()
    made = Hand(db.engine)
    yield made
    made.let_go()


def test_what_it_says_is_committed_for_as_many_as_are_named(hand):
    later = NOW.replace(hour=15)

    for names, said in ((["a"], "one"), (["b", "c"], "two")):
        with hand.writing():
            hand.run(SAY, names, said=said, at=later)

    rows = db.session.scalars(select(Heartbeat).order_by(Heartbeat.name)).all()
    assert [(row.note, row.beat_at) for row in rows] == [("one", later), ("two", later), ("two", later)]


def test_what_is_raised_undoes_all_and_the_next_transaction_is_a_new_one(hand):
    def break_off():
        with hand.writing():
            hand.run(SAY, ["a"], said="no", at=NOW)
            hand.connection.execute(update(Heartbeat).values(note="no"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()

    with hand.writing():
        rows = hand.run(READ)

    assert [tuple(row) for row in rows] == [("a", ""), ("b", ""), ("c", "")]


def test_statements_of_both_kinds_are_one_transaction(hand):
    with hand.writing():
        hand.run(SAY, ["a"], said="first", at=NOW)
        hand.connection.execute(update(Heartbeat).where(Heartbeat.name == "b").values(note="second"))
    with hand.writing():
        hand.run(SAY, ["c"], said="third", at=NOW)

    assert db.session.scalars(select(Heartbeat.note).order_by(Heartbeat.name)).all() == ["first", "second", "third"]


def test_what_a_statement_says_itself_is_said_as_its_columns_want_it(hand):
    occasion = Occasion(kind="x", letter="x", subject="x", priority=1, on_unknown=OnUnknown.RESEND, facts={})
    db.session.add(occasion)
    db.session.commit()
    miss = Statement(
        lambda ids: update(Occasion).where(Occasion.id.in_(ids)).values(state=OccasionState.MISSED, due_at=NOW),
        BigInteger,
    )

    with hand.writing():
        hand.run(miss, [occasion.id])

    db.session.rollback()
    assert (occasion.state, occasion.due_at) == (OccasionState.MISSED, NOW)
