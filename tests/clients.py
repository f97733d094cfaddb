"""Visitors: a browser as a test sees it."""

from itertools import count

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from campaign.extensions import db
from tests import make

_number = count(1)


class Visitor(FlaskClient):
    """Commits what the test has made before each request, and lets the test see what the request changed.

    Each request has a context of its own, as in real life: nothing of one is left in `g` for the next.
    """

    def __init__(self, app):
        super().__init__(app, app.response_class, use_cookies=True)
        self.csrf_token = None  # sent with every form, as from the page that it stands on; none: not sent

    def open(self, *args, **kwargs):
        db.session.commit()
        if self.csrf_token and kwargs.get("method") == "POST" and str(args[0]).startswith("/manage"):
            kwargs["data"] = {"csrf_token": self.csrf_token, **(kwargs.get("data") or {})}
        with self.application.app_context():
            response = super().open(*args, **kwargs)
        db.session.expire_all()
        return response

    def fill_in(self, path, data):
        """Opens the page, changes these fields of its form and sends it, with all else that a browser would send.

        A value of None isn't sent: a box that is unticked.
        """
        sent = {**sent_by(self.get(path)), **data}
        return self.post(path, data={name: value for name, value in sent.items() if value is not None})

    def sign_in(self, account, password=make.PASSWORD):
        """By what the form sends. Returns the visitor, so that a test can go on in the same line."""
        data = {"email": account.email, "password": password, "csrf_token": self._token()}
        page = self.post("/manage/login", data=data)
        assert page.status_code == 302, page.text
        self.csrf_token = self._token()
        return self

    def _token(self):
        """What stands in the forms of this session's pages."""
        with self.session_transaction("/manage/") as session:
            secret = session.setdefault("csrf_token", f"a session's own {next(_number)}")
        return URLSafeTimedSerializer(self.application.secret_key, salt="wtf-csrf-token").dumps(secret)


def sent_by(page):
    """What a browser would send of a page's form that nobody has touched."""
    main = BeautifulSoup(page.text, "html.parser").find("main")
    forms = main.find_all("form")
    to_fill_in = [form for form in forms if form.find(["textarea", "select"]) or form.find("input", type="text")]
    form = (main.select("form:has(input[name=made_from])") or to_fill_in or forms)[0]
    sent = {}
    for tag in form.find_all(["input", "textarea", "select"]):
        if tag.get("type") in ("checkbox", "radio") and not tag.has_attr("checked"):
            continue
        if tag.name == "textarea":
            sent[tag["name"]] = tag.text.removeprefix("\r\n").removeprefix("\n")
        elif tag.name == "select":
            sent[tag["name"]] = (tag.find("option", selected=True) or tag.find("option")).get("value", "")
        elif tag.get("type") in ("checkbox", "radio"):
            sent[tag["name"]] = tag.get("value", "y")
        else:
            sent[tag["name"]] = tag.get("value", "")
    return sent
