"""The stamp of a public form: that it came from a page of ours, not long ago. It knows nobody.

A stamp is HMAC(what the form is about, the hour), the same for all visitors and good for 24 hours, so
pages stay cacheable and need no cookie. It is no secret: it stops machines that post without ever
reading the page, and nothing else. The hour is part of such a page's version: `hour()`.
"""

import base64
import hmac
import re
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from wtforms.csrf.core import CSRF, CSRFTokenField
from wtforms.form import BaseForm
from wtforms.validators import ValidationError

from campaign import clock

GOOD_FOR = 24  # hours
_SHAPE = re.compile(r"(\d{1,9})\.([A-Za-z0-9_-]{22})", re.ASCII)


def meta(kind: str, id: int) -> dict[str, Any]:
    """What makes a form carry the stamp of one thing: `SomeForm(request.form, meta=stamp.meta("action", 7))`."""
    return {"csrf": True, "csrf_class": Stamp, "csrf_context": f"{kind}:{id}", "csrf_field_name": "stamp"}


def make(about: str, now: datetime) -> str:
    """about: what the form is for, e.g. "action:7"."""
    return _of(about, hour(now))


def is_good(stamp: str, about: str, now: datetime) -> bool:
    """One hour ahead is good too: the page may come from a machine whose clock is a little faster."""
    shape = _SHAPE.fullmatch(stamp)
    if shape is None:
        return False
    made = int(shape[1])
    return hour(now) - GOOD_FOR <= made <= hour(now) + 1 and hmac.compare_digest(stamp, _of(about, made))


def hour(now: datetime) -> int:
    """Full hours since 1970."""
    return int(now.timestamp()) // 3600


class Stamp(CSRF):
    """WTForms' hook for such a thing; its own implementation would need a session."""

    def setup_form(self, form: BaseForm) -> Any:
        self.about = str(form.meta.csrf_context)
        return super().setup_form(form)

    def generate_csrf_token(self, csrf_token_field: CSRFTokenField) -> str:  # noqa: ARG002 -- WTForms' signature
        return make(self.about, clock.now())

    def validate_csrf_token(self, form: BaseForm, field: CSRFTokenField) -> None:  # noqa: ARG002 -- WTForms' signature
        sent = field.raw_data or []
        if len(sent) != 1 or not is_good(str(sent[0]), self.about, clock.now()):
            raise ValidationError(
                _("This page had been open for long. Look at what you entered and send it once more.")
            )


def _of(about: str, made: int) -> str:
    key = hmac.digest(current_app.config["SECRET_KEY"].encode(), b"stamp", "sha256")
    mac = hmac.digest(key, f"{about} {made}".encode(), "sha256")[:16]
    return f"{made}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
