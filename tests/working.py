"""The worker as a test runs it: all that `flask worker` does, once, at the time that the fixed clock shows."""

import fcntl

from campaign.cli.working import Worker
from campaign.extensions import db
from campaign.outbox.liveness import Presence
from campaign.outbox.relay import Relay
from campaign.outbox.transport import Limits, Server

IMPATIENT = Limits(connect=5, command=2, body=2, answer=0.5)


class TestWorker:
    """Its pauses are measured by the fixed clock, so a test that moves it ends them. Its context is its own."""

    __test__ = False

    def __init__(self, app, keyring, folder, port, clock, connections=2):
        self._app = app
        with app.app_context():
            self.presence = Presence(folder, db.engine)
        self.relay = Relay(ticks=lambda: clock.instant.timestamp())
        server = Server("127.0.0.1", port, "campaign@example.org", limits=IMPATIENT)
        with app.app_context():
            self.worker = Worker(keyring, self.presence, server, "http://localhost", connections, self.relay)
        self.courier = self.worker.courier

    def run_until_idle(self):
        """Recover, take in, plan, expand, and send until there is nothing more to do now."""
        with self.at_work():
            self.worker.recover()
            for task in self.worker.tasks().values():
                while task():
                    pass
            self.courier.drain()

    def at_work(self):
        """A context for single steps. The test's session is committed before, and sees what was done after."""
        return _AtWork(self._app, self.courier)

    def begin(self):
        """Claim what is due, and have as many letters on the wire as there are connections."""
        with self.at_work():
            while not self.courier._out:
                assert self.courier.step()

    def die(self):
        """As by a kill when the wire is quiet: nothing is recorded, nothing given back; what the journal says stays."""
        while self.courier._out:
            self.courier._collect(wait=1)
        self.courier._lines.hang_up()
        self.courier._clerk.let_go()
        fcntl.flock(self.presence._lock, fcntl.LOCK_UN)
        if self.presence._beacon is not None:
            self.presence._beacon.put_out()

    def end(self):
        db.session.rollback()
        with self._app.app_context():
            self.courier.finish(1)
        self.presence.leave()


class _AtWork:
    def __init__(self, app, courier):
        self._context = app.app_context()
        self._courier = courier

    def __enter__(self):
        db.session.commit()
        self._context.push()

    def __exit__(self, *raised):
        if self._courier._under_way is not None:
            self._courier._under_way.written.result()
        self._context.pop(raised[1])
        db.session.rollback()  # whatever the test had read before is old now
