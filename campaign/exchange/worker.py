"""What the worker does for imports: fetch calendars, one by one and beside all else; forget what lies too long."""

import logging
import threading
from datetime import datetime

from flask import Flask, current_app

from campaign import clock
from campaign.databases import writing
from campaign.exchange import keeping, reading
from campaign.exchange.fetching import Fetcher, NotFetched
from campaign.exchange.lines import Unreadable
from campaign.exchange.models import Import
from campaign.exchange.reading import Calendar
from campaign.exchange.troubles import Trouble
from campaign.extensions import db
from campaign.outbox.mishaps import place_of

log = logging.getLogger(__name__)


class Fetches:
    """fetcher: another only in tests."""

    def __init__(self, fetcher: Fetcher | None = None) -> None:
        self._fetcher = fetcher or Fetcher()
        self._thread: threading.Thread | None = None

    def step(self) -> bool:
        """Begin with the next calendar unless one is on its way. Mail doesn't wait for it."""
        now = clock.now()
        if not keeping.has_work(now):
            return False
        is_busy = self._thread is not None and self._thread.is_alive()
        with writing():
            keeping.sweep(now)
            claimed = None if is_busy else keeping.claim(now)
        if claimed is not None:
            app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
            self._thread = threading.Thread(target=self._fetch, args=(app, *claimed), name="exchange", daemon=True)
            self._thread.start()
        return False

    def wait(self) -> None:
        """Until what is on its way is here. For tests, and whoever has nothing else to do."""
        if self._thread is not None:
            self._thread.join()

    def _fetch(self, app: Flask, id: int, address: str) -> None:
        """In a thread of its own, with a session of its own. If nothing can be written, `sweep` says so in a minute."""
        with app.app_context():
            result, octets, detail = self._result(address, clock.now())
            try:
                with writing():
                    if (one := db.session.get(Import, id, with_for_update=True)) is not None:
                        keeping.keep(one, result, octets, clock.now(), detail)
            except Exception as error:  # noqa: BLE001 -- a full disk, a locked database; values may be somebody's
                log.error("a calendar could not be kept: %s", place_of(error))  # noqa: TRY400

    def _result(self, address: str, now: datetime) -> tuple[Calendar | Unreadable, int, str]:
        """What there is, how many octets it has, and what its trouble's words name."""
        octets = 0
        try:
            content = self._fetcher.fetch(address)
            octets = len(content)
            return reading.read(content, now), octets, ""
        except NotFetched as trouble:
            return trouble, octets, trouble.detail
        except Unreadable as trouble:
            return trouble, octets, ""
        except Exception as error:  # noqa: BLE001 -- a stranger's host may do anything; its words must not reach the log
            log.error("a calendar could not be fetched: %s", place_of(error))  # noqa: TRY400
            return Unreadable(Trouble.STOPPED.value), octets, ""
