"""The worker, put together from what each feature gives it."""

import logging
import signal
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.exc import OperationalError, ProgrammingError

from campaign import clock, keyfiles
from campaign.cli.mail import envelopes, mail_server
from campaign.databases import writing
from campaign.exchange import worker as exchange_worker
from campaign.extensions import db
from campaign.messages import worker as messages_worker
from campaign.outbox import health, requeueing
from campaign.outbox.clerk import Clerk
from campaign.outbox.courier import Courier
from campaign.outbox.engine import Engine, Task
from campaign.outbox.liveness import Presence
from campaign.outbox.models import Delivery
from campaign.outbox.procrastinating import Procrastinate
from campaign.outbox.relay import Relay
from campaign.outbox.suppressing import Digests, Silence
from campaign.outbox.transport import Connection, Server
from campaign.outbox.watching import Watch
from campaign.photos import keeping
from campaign.privacy import worker as privacy_worker
from campaign.rsvps import worker as rsvps_worker
from campaign.rsvps.models import ActionKey, Rsvp
from campaign.sealing import Keyring
from campaign.waking import PROCRASTINATE

log = logging.getLogger(__name__)

TICK, HOUR = 10, 3600  # seconds
PATIENCE = 20  # seconds that mail on the wire has to come to its end when the worker is told to stop


class Worker:
    """Everything that `flask worker` does: each feature's part, in the order in which one leads to the next."""

    def __init__(
        self,
        keyring: Keyring,
        presence: Presence,
        server: Server,
        base_url: str,
        connections: int,
        relay: Relay,
    ) -> None:
        self._keyring = keyring
        self._presence = presence
        self._relay = relay
        self._photos = Path(current_app.config["INSTANCE_DIR"]) / keeping.FOLDER
        self._desk = messages_worker.Desk(keyring, base_url, current_app.config["MAIL_DEFAULT_SENDER"])
        self.fetches = exchange_worker.Fetches()
        silence = Silence(Digests(keyring.mail_key("suppressions")))
        self.courier = Courier(
            presence.name,
            presence.journal,
            self._desk,
            lambda: Connection(server),
            connections,
            relay,
            Clerk(presence.name, db.engine, silence),
            silence,
            sender=envelopes().sender if current_app.config["MAIL_VERP"] else lambda _delivery_id: "",
        )

    def tasks(self) -> dict[str, Task]:
        """What leads from an answer or a date to mail, in order."""
        return {
            "intake": self.take_in,
            "returns": self.take_back,
            "plan": self.plan,
            "expand": self.expand,
            "send": self.courier.step,
            "fetch": self.fetches.step,
        }

    def recover(self) -> bool:
        """Say that we are here; take over from workers that aren't any more; sort out what time has overtaken."""
        now = clock.now()
        self._desk.clear()
        self._presence.stay()
        gone = self._presence.gone()  # before we look at what they had in hand: they take up nothing more
        with writing():
            health.beat(health.WORKER, now)
            health.beat(health.RELAY, now, self._relay.trouble)
            for owner in requeueing.owners():
                if not self._presence.sees(owner) or (owner == self._presence.name and self.courier.is_idle):
                    unknown = requeueing.recover(owner, now, self._presence.noted_by(owner))
                    log.warning("took over from a worker that is no more: %d letters may have arrived or not", unknown)
            requeueing.mend_times(now)
            requeueing.expire(now)
        self._presence.sweep(gone)
        return False

    def take_in(self) -> bool:
        return rsvps_worker.take_in(clock.now(), self._keyring)

    def take_back(self) -> bool:
        return rsvps_worker.take_back(clock.now(), self._keyring)

    def plan(self) -> bool:
        messages_worker.plan(clock.now())
        return False

    def expand(self) -> bool:
        messages_worker.expand(clock.now())
        return False

    def count(self) -> bool:
        rsvps_worker.refresh_counts(clock.now())
        return False

    def purge(self) -> bool:
        now = clock.now()
        if privacy_worker.purge(now, self._keyring):
            swept = keeping.sweep(self._photos, now.timestamp())
            log.info("purge: %d stray files of photos removed", swept)
        return False


@click.command("worker")
@with_appcontext
def work() -> None:
    """Take in RSVPs, send mail, keep house: until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s")  # the time is said by who collects it
    keyring = _keys(Path(current_app.config["KEYS_DIR"]))
    presence = Presence(Path(current_app.config["INSTANCE_DIR"]) / "workers", db.engine)
    engine = _engine()
    worker = Worker(
        keyring,
        presence,
        mail_server(),
        current_app.config["BASE_URL"],
        current_app.config["MAIL_CONNECTIONS"],
        Relay(),
    )
    engine.every(TICK, "recover", worker.recover, everywhere=True)
    for name, task in worker.tasks().items():
        engine.every(TICK, name, task, on_change=True)
    engine.every(HOUR, "count", worker.count)
    engine.every(HOUR / 12, "purge", worker.purge)
    engine.hold("send", while_=lambda: not worker.courier.is_idle)
    told: list[int] = []

    def stop(number: int, _frame: object) -> None:
        told.append(number)
        engine.stop()

    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, stop)
    watch = Watch(db.engine)
    log.info("at work")
    try:
        engine.run(watch.has_changed)
        worker.courier.finish(PATIENCE, is_hurried=lambda: len(told) > 1)
    finally:
        watch.close()
        presence.leave()
    log.info("stopped")


def _engine() -> Engine:
    if current_app.config["ENGINE"] == PROCRASTINATE:
        return Procrastinate(db.engine, after_a_mishap=db.session.rollback)
    return Engine(after_a_mishap=db.session.rollback)


_SEALED = (ActionKey.wrapped, Rsvp.box, Delivery.to_sealed)


def _keys(keys_dir: Path) -> Keyring:
    """The private keys; made at the first start, and only then: new ones would open nothing of what is there."""
    try:
        is_first = not any(
            db.session.scalars(select(column).where(column.is_not(None)).limit(1)).first() for column in _SEALED
        )
    except (OperationalError, ProgrammingError):
        raise click.ClickException("The database isn't ready. Bring it up to date first: flask db upgrade") from None
    finally:
        db.session.rollback()
    try:
        if is_first:
            keyfiles.make(keys_dir)
        keyfiles.add_mail_key(keys_dir)
        return Keyring(keys_dir)
    except keyfiles.KeysUnusable as error:
        lost = "" if is_first else " This isn't the first start: without its old keys, what is sealed can't be opened."
        raise click.ClickException(f"{error}{lost}") from None
