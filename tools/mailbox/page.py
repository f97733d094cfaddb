"""The page that shows the mail, a small site of its own: no script, nothing stored in the browser."""

import json
import re
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, redirect, render_template, request, url_for
from markupsafe import Markup, escape
from werkzeug import Response as AnyResponse

from tools.mailbox.inbox import Inbox
from tools.mailbox.letter import Letter

STATIC = Path(__file__).parents[2] / "static"
PAGE = 50
LINK = re.compile(r"https?://[^\s<>\"']+")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


bp = Blueprint("mailbox", __name__)


def create_app(inbox: Inbox) -> Flask:
    """The site for one inbox."""
    app = Flask(__name__, static_folder=STATIC)
    # A foreign page whose name was bent to 127.0.0.1 gets nothing.
    app.config["TRUSTED_HOSTS"] = ["127.0.0.1", "localhost"]
    app.extensions["inbox"] = inbox
    app.jinja_env.filters["linked"] = linked
    app.jinja_env.globals["stylesheet"] = stylesheet
    app.register_blueprint(bp)
    app.after_request(guarded)
    return app


@bp.get("/")
def index() -> str:
    to = request.args.get("to", "").strip()
    page = max(request.args.get("page", 1, type=int), 1)
    letters = inbox().letters(to)
    shown = letters[(page - 1) * PAGE : page * PAGE]
    more = len(letters) > page * PAGE
    return render_template("index.html", letters=shown, count=len(letters), to=to, page=page, more=more)


@bp.get("/messages.json")
def listing() -> dict[str, Any]:
    return {"messages": [described(letter) for letter in inbox().letters(request.args.get("to", "").strip())]}


@bp.get("/messages/<name>")
def show(name: str) -> str:
    return render_template("show.html", letter=find(name))


@bp.get("/messages/<name>/source")
def source(name: str) -> Response:
    return Response(find(name).source, content_type="text/plain; charset=utf-8")


@bp.get("/messages/<name>/parts/<int:number>")
def part(name: str, number: int) -> Response:
    parts = find(name).parts
    if not 1 <= number <= len(parts):
        abort(404)
    wanted = parts[number - 1]
    answer = Response(wanted.content, content_type="application/octet-stream")
    answer.headers.set("Content-Disposition", "attachment", filename=wanted.name)
    return answer


@bp.post("/empty")
def empty() -> AnyResponse:
    # Another site open in the same browser must not empty it.
    here = request.host_url.rstrip("/")
    if request.headers.get("Origin", here) != here:
        abort(403)
    inbox().empty()
    return redirect(url_for(".index"), 303)


def guarded(answer: Response) -> Response:
    """The answer with the headers that each of them carries."""
    answer.headers.update(HEADERS)
    return answer


def inbox() -> Inbox:
    """The inbox that this site shows."""
    shown: Inbox = current_app.extensions["inbox"]
    return shown


def find(name: str) -> Letter:
    """The letter of that name, or 404."""
    letter = inbox().find(name)
    if letter is None:
        abort(404)
    return letter


def described(letter: Letter) -> dict[str, Any]:
    """A letter for programs."""
    return {
        "id": letter.name,
        "url": url_for(".show", name=letter.name, _external=True),
        "from": letter.header("From"),
        "to": letter.recipients,
        "subject": letter.header("Subject"),
        "date": letter.header("Date"),
        "text": letter.text,
        "attachments": [
            {
                "name": part.name,
                "type": part.type,
                "size": len(part.content),
                "url": url_for(".part", name=letter.name, number=number, _external=True),
            }
            for number, part in enumerate(letter.parts, start=1)
        ],
        "source": url_for(".source", name=letter.name, _external=True),
    }


def linked(text: str) -> Markup:
    """Plain text as HTML, addresses of pages as links. A full stop or bracket behind one is not part of it."""
    html, end = Markup(), 0
    for match in LINK.finditer(text):
        address = match[0].rstrip(".,;:!?")
        while address.endswith(")") and address.count("(") < address.count(")"):
            address = address[:-1]
        html += escape(text[end : match.start()])
        html += Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(address)
        end = match.start() + len(address)
    return html + escape(text[end:])


def stylesheet() -> str:
    """Address of the site's own stylesheet."""
    manifest = json.loads((STATIC / "build" / "manifest.json").read_text())
    return url_for("static", filename=manifest["site.css"])
