"""Answering from a copy: 304 to who has it, else the bytes, gzipped where they are and may be.

RFC 9110: an If-None-Match counts, and only without one an If-Modified-Since; HEAD is GET without a body; a Range may be
ignored. A form's tag is its own: the gzipped one's ends in "-gz". Who has either form of this content is told 304.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from werkzeug.datastructures import ETags
from werkzeug.http import http_date, parse_accept_header, parse_date, parse_etags

from campaign.copies import Copy

Headers = list[tuple[str, str]]
StartResponse = Callable[..., Any]

WITH_BODY = frozenset({"Content-Type", "Content-Disposition"})  # not on a 304


@dataclass
class Answer:
    """A copy with the headers that it goes out with."""

    copy: Copy
    headers: Headers
    varies: bool = False  # whether it may go out gzipped

    def __post_init__(self) -> None:
        self._etag, self._packed_etag = f'"{self.copy.etag}"', f'"{self.copy.etag}-gz"'
        modified = self.copy.modified_at
        self._modified_at = modified.timestamp() if modified else None
        self._dated = [("Last-Modified", http_date(modified))] if modified else []
        self._always = [*self.headers, *([("Vary", "Accept-Encoding")] if self.varies else [])]
        self._short = [(name, value) for name, value in self._always if name not in WITH_BODY]
        self._whole: dict[tuple[bool, bool], Headers] = {}  # of a 200: by whether it is gzipped, and whether dated

    def to(self, environ: dict[str, Any], start_response: StartResponse, now: datetime) -> Iterable[bytes]:
        """WSGI."""
        packed = self.copy.packed if self.varies and takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")) else None
        is_past = self._modified_at is not None and self._modified_at <= now.timestamp()
        etag = self._etag if packed is None else self._packed_etag
        if (theirs := self._theirs(environ, etag, is_past=is_past)) is not None:
            start_response("304 NOT MODIFIED", [*self._short, ("ETag", theirs), *(self._dated if is_past else [])])
            return []
        form = packed is not None, is_past
        headers = self._whole.get(form) or self._whole.setdefault(form, self._headers(etag, packed, is_past))
        start_response("200 OK", [*headers])
        if environ["REQUEST_METHOD"] == "HEAD":
            return []
        return [self.copy.body if packed is None else packed]

    def _headers(self, etag: str, packed: bytes | None, is_past: bool) -> Headers:
        length = self.copy.size if packed is None else len(packed)
        dated = self._dated if is_past else []
        encoded = [] if packed is None else [("Content-Encoding", "gzip")]
        return [*self._always, ("ETag", etag), *dated, *encoded, ("Content-Length", str(length))]

    def _theirs(self, environ: dict[str, Any], etag: str, *, is_past: bool) -> str | None:
        """The tag of what they have, if it is this content; none if it isn't, or they don't say."""
        asked = environ.get("HTTP_IF_NONE_MATCH")
        if asked is not None:  # an empty one, too: a list of nothing (RFC 9110 5.6.1.2), which no tag is in
            wanted = _tags(asked)
            return next((tag for tag in (etag, self._etag, self._packed_etag) if wanted.contains_weak(tag[1:-1])), None)
        since = environ.get("HTTP_IF_MODIFIED_SINCE")
        if since is None or not is_past or self._modified_at is None:
            return None
        at = instant(since)
        return etag if at is not None and at >= self._modified_at else None


@lru_cache(maxsize=1024)
def _tags(asked: str) -> ETags:
    """What stands in an If-None-Match: everything, or some tags, or none that can be read."""
    return parse_etags(asked.strip())


@lru_cache(maxsize=1024)
def instant(since: str) -> float | None:
    """Seconds since 1970; none if it can't be read, or isn't in the years that there are."""
    try:
        at = parse_date(since)
        return None if at is None else at.astimezone(UTC).timestamp()
    except OverflowError:
        return None


@lru_cache(maxsize=1024)
def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding lets us gzip: it names gzip, or everything, and not with q=0."""
    named = {coding.lower(): quality for coding, quality in parse_accept_header(accepted)}
    quality = max((named[name] for name in ("gzip", "x-gzip") if name in named), default=named.get("*", 0))
    return quality > 0
