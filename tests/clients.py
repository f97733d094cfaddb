"""Visitors: a browser as a test sees it."""

from flask.testing import FlaskClient

from campaign.extensions import db


class Visitor(FlaskClient):
    """Commits what the test has made before each request, and lets the test see what the request changed."""

    def __init__(self, app):
        super().__init__(app, app.response_class, use_cookies=True)

    def open(self, *args, **kwargs):
        db.session.commit()
        response = super().open(*args, **kwargs)
        db.session.expire_all()
        return response
