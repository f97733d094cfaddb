"""Walks the URL map: who gets in where, and that looking changes nothing."""

from itertools import cycle

import pytest
from sqlalchemy import select

from campaign.accounts import joining
from campaign.accounts.membership import ALLOWED, Level, Permission
from campaign.accounts.models import Organizer
from campaign.exchange import keeping
from campaign.extensions import db
from campaign.history import recording
from tests import make
from tests.accounts.test_signing_in import without_token
from tests.clients import Visitor

OPEN = {  # to who isn't signed in
    "security.login",
    "security.logout",  # does nothing then
    "security.forgot_password",
    "security.reset_password",
    "manage.accounts.invitation",
    "manage.accounts.accept",
    "manage.signins.second",  # these do nothing until the password was right
    "manage.signins.enter_code",
    "manage.signins.recover",
    "manage.signins.enter_recovery_code",
    "manage.signins.options_for_second",
    "manage.signins.answer_for_second",
    "manage.signins.options",
    "manage.signins.answer",
}
SIGNED_IN = {  # to any organizer; they show only what is in the person's teams
    "manage.site.index",
    "manage.accounts.index",
    "manage.profiles.index",  # one's own account, and nobody else's
    "manage.profiles.update",
    "manage.profiles.edit_password",
    "manage.profiles.change_password",
    "manage.profiles.edit_address",
    "manage.profiles.ask_for_address",
    "manage.profiles.ask_confirm_address",
    "manage.profiles.confirm_address",
    "manage.profiles.end_session",
    "manage.profiles.ask_end_sessions",
    "manage.profiles.end_sessions",
    "manage.credentials.new_app",
    "manage.credentials.begin_app",
    "manage.credentials.app",
    "manage.credentials.confirm_app",
    "manage.credentials.ask_remove_app",
    "manage.credentials.remove_app",
    "manage.credentials.new_passkey",
    "manage.credentials.begin_passkey",
    "manage.credentials.create_passkey",
    "manage.credentials.ask_remove_passkey",
    "manage.credentials.remove_passkey",
    "manage.credentials.ask_renew_codes",
    "manage.credentials.renew_codes",
    "manage.history.forget_unsaved",
    "manage.campaigns.index",
    "manage.campaigns.new",
    "manage.campaigns.create",
    "manage.campaigns.swatch",
    "manage.actions.index",
    "manage.actions.new",
    "manage.actions.create",
    "manage.articles.index",
    "manage.articles.new",
    "manage.articles.create",
    "manage.photos.index",
    "manage.photos.new",
    "manage.photos.create",
    "manage.replies.index",
    "manage.replies.decide",
    "manage.exchange.index",
    "manage.exchange.new",
    "manage.exchange.create",
    "manage.exchange.fetch",
}
PLURAL = {"category": "categories", "reply": "replies", "series": "series"}
MAY = {  # about one thing of a team: what the membership must allow
    "manage.accounts.edit": Permission.MANAGE_TEAM,
    "manage.accounts.update": Permission.MANAGE_TEAM,
    "manage.accounts.ask_invite": Permission.MANAGE_TEAM,
    "manage.accounts.invite": Permission.MANAGE_TEAM,
    "manage.accounts.withdraw": Permission.MANAGE_TEAM,
    "manage.accounts.member": Permission.MANAGE_TEAM,
    "manage.accounts.change_level": Permission.MANAGE_TEAM,
    "manage.accounts.ask_remove": Permission.MANAGE_TEAM,
    "manage.accounts.remove": Permission.MANAGE_TEAM,
    "manage.accounts.ask_leave": Permission.VIEW,
    "manage.accounts.leave": Permission.VIEW,
    "manage.campaigns.edit": Permission.EDIT,
    "manage.campaigns.update": Permission.EDIT,
    "manage.campaigns.translation": Permission.EDIT,
    "manage.campaigns.translate": Permission.EDIT,
    "manage.campaigns.settings": Permission.EDIT,
    "manage.campaigns.set_up": Permission.EDIT,
    "manage.campaigns.look": Permission.EDIT,
    "manage.campaigns.colour": Permission.EDIT,
    "manage.categories.index": Permission.EDIT,
    "manage.categories.create": Permission.EDIT,
    "manage.categories.edit": Permission.EDIT,
    "manage.categories.update": Permission.EDIT,
    "manage.categories.ask_delete": Permission.EDIT,
    "manage.categories.delete": Permission.EDIT,
    "manage.actions.show": Permission.VIEW,
    "manage.actions.preview": Permission.VIEW,
    "manage.actions.edit": Permission.EDIT,
    "manage.actions.update": Permission.EDIT,
    "manage.actions.translation": Permission.EDIT,
    "manage.actions.translate": Permission.EDIT,
    "manage.actions.ask_publish": Permission.PUBLISH,
    "manage.actions.publish": Permission.PUBLISH,
    "manage.actions.ask_postpone": Permission.PUBLISH,
    "manage.actions.postpone": Permission.PUBLISH,
    "manage.actions.ask_move": Permission.PUBLISH,
    "manage.actions.move": Permission.PUBLISH,
    "manage.actions.ask_cancel": Permission.CANCEL,
    "manage.actions.cancel": Permission.CANCEL,
    "manage.actions.ask_delete": Permission.EDIT,
    "manage.actions.delete": Permission.EDIT,
    "manage.history.of_action": Permission.VIEW,
    "manage.history.of_article": Permission.VIEW,
    "manage.history.show_of_action": Permission.VIEW,
    "manage.history.show_of_article": Permission.VIEW,
    "manage.history.ask_restore_action": Permission.EDIT,
    "manage.history.ask_restore_article": Permission.EDIT,
    "manage.history.restore_action": Permission.EDIT,
    "manage.history.restore_article": Permission.EDIT,
    "manage.series.ask_repeat": Permission.EDIT,
    "manage.series.repeat": Permission.EDIT,
    "manage.series.show": Permission.VIEW,
    "manage.series.ask_publish": Permission.PUBLISH,
    "manage.series.publish": Permission.PUBLISH,
    "manage.series.ask_extend": Permission.EDIT,
    "manage.series.extend": Permission.EDIT,
    "manage.series.ask_carry_over": Permission.EDIT,
    "manage.series.carry_over": Permission.EDIT,
    "manage.series.ask_end": Permission.CANCEL,
    "manage.series.end": Permission.CANCEL,
    "manage.articles.show": Permission.VIEW,
    "manage.articles.preview": Permission.VIEW,
    "manage.articles.try_out": Permission.EDIT,
    "manage.articles.edit": Permission.EDIT,
    "manage.articles.update": Permission.EDIT,
    "manage.articles.translation": Permission.EDIT,
    "manage.articles.translate": Permission.EDIT,
    "manage.articles.actions": Permission.EDIT,
    "manage.articles.link_actions": Permission.EDIT,
    "manage.articles.ask_publish": Permission.PUBLISH,
    "manage.articles.publish": Permission.PUBLISH,
    "manage.articles.ask_unpublish": Permission.PUBLISH,
    "manage.articles.unpublish": Permission.PUBLISH,
    "manage.figures.new": Permission.EDIT,
    "manage.figures.create": Permission.EDIT,
    "manage.figures.edit": Permission.EDIT,
    "manage.figures.update": Permission.EDIT,
    "manage.figures.ask_delete": Permission.EDIT,
    "manage.figures.delete": Permission.EDIT,
    "manage.photos.edit": Permission.EDIT,
    "manage.photos.update": Permission.EDIT,
    "manage.photos.translation": Permission.EDIT,
    "manage.photos.translate": Permission.EDIT,
    "manage.photos.ask_delete": Permission.EDIT,
    "manage.photos.delete": Permission.EDIT,
    "manage.replies.new_answer": Permission.MODERATE,
    "manage.replies.answer": Permission.MODERATE,
    "manage.articles.links": Permission.EDIT,
    "manage.articles.link": Permission.EDIT,
    "manage.rsvps.index": Permission.VIEW,
    "manage.messages.index": Permission.VIEW,
    "manage.messages.set_up": Permission.EDIT,
    "manage.messages.new": Permission.EDIT,
    "manage.messages.create": Permission.EDIT,
    "manage.messages.edit": Permission.EDIT,
    "manage.messages.update": Permission.EDIT,
    "manage.messages.switch": Permission.PUBLISH,
    "manage.messages.ask_delete": Permission.EDIT,
    "manage.messages.delete": Permission.EDIT,
    "manage.messages.test": Permission.EDIT,
    "manage.clones.new": Permission.EDIT,
    "manage.clones.create": Permission.EDIT,
    "manage.updates.new": Permission.PUBLISH,
    "manage.updates.create": Permission.PUBLISH,
    "manage.updates.edit": Permission.PUBLISH,
    "manage.updates.correct": Permission.PUBLISH,
    "manage.updates.stand": Permission.PUBLISH,
    "manage.updates.new_broadcast": Permission.PUBLISH,
    "manage.updates.broadcast": Permission.PUBLISH,
    "manage.updates.send": Permission.VIEW,
    "manage.updates.undo": Permission.PUBLISH,
    "manage.updates.pause": Permission.PUBLISH,
    "manage.updates.resume": Permission.PUBLISH,
    "manage.updates.ask_stop": Permission.PUBLISH,
    "manage.updates.stop": Permission.PUBLISH,
    "manage.exchange.export": Permission.VIEW,
    "manage.exchange.show": Permission.EDIT,
    "manage.exchange.confirm": Permission.EDIT,
    "manage.exchange.discard": Permission.EDIT,
}


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def things(team, at):
    """One of each that a page may be about, with somebody's answers and letters about it."""
    cause = make.campaign(team, slug="cause")
    action = make.action(cause=cause, slug="protest")
    article = make.article(cause, slug="background", about=[action], figures=[[("2017", "1")]])
    photo, reply = make.photo(cause), make.reply(article)
    category = make.category(cause)
    for thing in (action, article):
        recording.begun(thing, None, at())
    make.rsvp(action, "ada@example.org")
    make.rsvp(action)
    token = joining.invite_owner("dina@example.org", at())
    about = {
        "action": action,
        "series": make.series(action)[0].series,
        "article": article,
        "campaign": cause,
        "category": category,
        "photo": photo,
        "reply": reply,
        "team": team,
    }
    member = make.account("Noor", team, level=Level.ORGANIZER).id
    imported = keeping.begin(cause, db.session.get(Organizer, member), "events.ics", at()).id
    ids = {name: row.id for name, row in about.items()}
    ids |= {f"{name} entry": recording.latest(about[name]).id for name in ("action", "article")}
    return {**ids, "token": token, "member": member, "import": imported}


@pytest.fixture
def managed(app):
    """Every (endpoint, method, rule) below /manage; leaving the team comes last."""
    every = [
        (rule.endpoint, method, rule)
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods & {"GET", "POST", "PUT", "PATCH", "DELETE"})
        if rule.rule.startswith("/manage")
    ]
    return sorted(every, key=lambda one: one[0] == "manage.accounts.leave")


def test_every_page_below_manage_declares_who_may_use_it(managed):
    assert {endpoint for endpoint, _, _ in managed} == OPEN | SIGNED_IN | set(MAY)


def test_nothing_below_manage_opens_to_who_isnt_signed_in(client, managed, things):
    for endpoint, method, rule in managed:
        if endpoint in OPEN:
            continue
        page = client.open(path(rule, things), method=method)
        assert (page.status_code, page.location) == (302 if method == "GET" else 303, "/manage/login"), endpoint
        if method == "GET":
            assert client.head(path(rule, things)).status_code == 302, endpoint


def test_an_outsider_finds_nothing_of_another_team(client, managed, things):
    client.sign_in(make.account("Charlie", make.team("Other people")))
    before = everything()

    for endpoint, method, rule in managed:
        if endpoint in MAY:
            page = client.open(path(rule, things), method=method, data={"reason": "x", "confirm": "yes"})
            assert page.status_code == 404, endpoint

    assert everything() == before


def test_what_isnt_there_looks_like_what_isnt_ones_own(client, managed, things):
    client.sign_in(make.account("Charlie", make.team("Other people")))

    beyond = cycle((2**31, 2**63, 10**30))
    for endpoint, method, rule in managed:
        if endpoint in MAY:
            foreign = client.open(path(rule, things), method=method)
            for none_there in (987654321, next(beyond)):
                values = dict.fromkeys(things, none_there)
                missing = client.open(path(rule, values), method=method)
                assert missing.status_code == 404, endpoint
                assert without_token(missing.text) == without_token(foreign.text), endpoint


@pytest.mark.parametrize("level", list(Level))
def test_a_membership_allows_what_its_level_allows_and_no_more(client, managed, things, team, level):
    client.sign_in(make.account("Bob", team, level=level))

    for endpoint, method, rule in managed:
        if endpoint in MAY:
            page = client.open(path(rule, things), method=method)
            allowed = MAY[endpoint] in ALLOWED[level]
            assert (page.status_code != 403) is allowed, f"{level} {endpoint}"
            assert page.status_code < 500, endpoint


def test_a_member_without_the_right_changes_nothing(client, managed, things, team):
    client.sign_in(make.account("Bob", team, level=Level.MODERATOR))
    before = everything()

    for endpoint, method, rule in managed:
        if method == "POST" and MAY.get(endpoint, Permission.VIEW) is not Permission.VIEW:
            client.post(path(rule, things), data={"reason": "x", "confirm": "yes"})

    assert everything() == before


def test_a_post_without_its_token_changes_nothing(client, managed, things, team):
    client.sign_in(make.account("Alice", team)).csrf_token = None
    before = everything()

    for endpoint, method, rule in managed:
        if method == "POST" and endpoint not in OPEN:
            page = client.post(path(rule, things), data={"reason": "x", "confirm": "yes"})
            assert page.status_code == 400, endpoint

    assert everything() == before


def test_looking_changes_nothing(app, client, things, team):
    """Mail scanners and browsers open every link they see. (That somebody who is signed in is here, is noted.)"""
    client.sign_in(make.account("Alice", team))
    before = everything()

    for rule in app.url_map.iter_rules():
        for method in {"GET", "HEAD"} & rule.methods if rule.endpoint != "static" else ():
            page = client.open(path(rule, things), method=method)
            assert page.status_code < 500, rule

    assert everything() == before


def test_no_page_below_manage_is_kept_by_a_cache(client, managed, things, team):
    client.sign_in(make.account("Alice", team))

    for endpoint, method, rule in managed:
        page = client.open(path(rule, things), method=method)
        assert page.headers["Cache-Control"] == "no-store", endpoint
        assert "default-src 'none'" in page.headers["Content-Security-Policy"], endpoint


def test_two_organizers_in_one_team_see_the_same_actions(app, client, things, team):
    other = Visitor(app).sign_in(make.account("Bob", team, level=Level.ORGANIZER))
    client.sign_in(make.account("Alice", team))

    for visitor in (client, other):
        assert "Protest CANSEC" in visitor.get("/manage/actions/").text


def test_an_outsiders_lists_show_nothing_of_another_team(client, things):
    client.sign_in(make.account("Charlie", make.team("Other people")))

    for name in (
        "",
        "actions/",
        "campaigns/",
        "teams/",
        "actions/new",
        "articles/",
        "articles/new",
        "photos/",
        "replies/",
    ):
        page = client.get(f"/manage/{name}")
        assert page.status_code == 200
        assert "Protest CANSEC" not in page.text
        assert "Heron collective" not in page.text
        assert "What Canada sells to Peru" not in page.text
        assert "A crowd at dawn." not in page.text


def path(rule, things):
    """The rule with something real in each place."""
    folders = {f"/{PLURAL.get(name, name + 's')}/<int:id>": name for name in things}
    about = next((name for folder, name in folders.items() if folder in rule.rule), "action")
    slugs = {"campaigns": "cause", **dict.fromkeys(("articles", "figures", "replies"), "background")}
    values = {
        "id": things[about],
        "into": "fr",
        "lang": "en",
        "slug": slugs.get(rule.endpoint.split(".")[0], "protest"),
        "number": 1,
        "key": "A" * 27,
        "width": 800,
        "ending": "jpg",
        "kind": "protest",
        "accent": "5b2a86",
        "version": "0123456789",
        "token": str(things["token"]),
        "member": things["member"],
        "entry": things.get(f"{about} entry", 1),
    }
    _, address = rule.build({name: values[name] for name in rule.arguments}, append_unknown=False)
    return address


def everything():
    """All rows of all tables, but for when somebody who is signed in was last seen."""
    return {
        table.name: sorted(map(repr, db.session.execute(select(table)).all()))
        for table in db.metadata.sorted_tables
        if table.name != "signed_in"
    }
