"""What a good developer writes in an afternoon: Flask, two queries, a template; icalendar for each poll. Read it as the
thing to be compared with, not as an example."""

import os
import sqlite3
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Flask, Response, render_template_string, request
from icalendar import Calendar, Event

PAGE = """<!doctype html><html lang="en"><title>{{ action.title }}</title><h1>{{ action.title }}</h1>
<p>{{ action.summary }}</p><p>{{ action.starts_local }}, {{ action.venue }}, {{ action.address }}</p>
<ul>{% for item in agenda %}<li>{{ item.minutes_from_start }} {{ item.text }}</li>{% endfor %}</ul>
<form method="post"><input name="email"><button>RSVP</button></form></html>"""

app = Flask(__name__)


def rows(query: str, *values: object) -> list[sqlite3.Row]:
    database = sqlite3.connect(os.environ["NAIVE_DATABASE"])
    database.row_factory = sqlite3.Row
    try:
        return database.execute(query, values).fetchall()
    finally:
        database.close()


@app.get("/campaigns/<slug>/calendar.ics")
def feed(slug: str) -> Response:
    calendar = Calendar()
    calendar.add("PRODID", "-//naive//")
    calendar.add("VERSION", "2.0")
    query = "SELECT a.* FROM actions a JOIN campaigns c ON c.id = a.campaign_id WHERE c.slug = ? ORDER BY starts_at"
    for action in rows(query, slug):
        zone = ZoneInfo(action["zone"])
        event = Event()
        event.add("UID", action["uid"])
        event.add("DTSTAMP", datetime.fromisoformat(action["changed_at"]).replace(tzinfo=ZoneInfo("UTC")))
        event.add("DTSTART", datetime.fromisoformat(action["starts_local"]).replace(tzinfo=zone))
        event.add("DTEND", datetime.fromisoformat(action["ends_local"]).replace(tzinfo=zone))
        event.add("SUMMARY", action["title"])
        event.add("LOCATION", f"{action['venue']}, {action['address']}")
        event.add("DESCRIPTION", action["summary"])
        event.add("URL", f"https://example.org/en/actions/{action['slug']}")
        event.add("SEQUENCE", action["revision"])
        calendar.add_component(event)
    calendar.add_missing_timezones()
    response = Response(calendar.to_ical(), mimetype="text/calendar")
    response.add_etag()
    return response.make_conditional(request)


@app.get("/en/actions/<slug>")
def page(slug: str) -> str:
    [action] = rows("SELECT * FROM actions WHERE slug = ?", slug)
    agenda = rows("SELECT * FROM agenda_items WHERE action_id = ? ORDER BY minutes_from_start", action["id"])
    return render_template_string(PAGE, action=action, agenda=agenda)
