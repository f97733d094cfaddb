"""Reading replies before everyone else does."""

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from campaign.accounts.membership import Level
from campaign.extensions import db
from campaign.replies import lapsing
from campaign.replies.models import Reply, Verdict
from tests import make


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def article(team):
    return make.article(make.campaign(team), slug="peru")


@pytest.fixture
def alice(client, team):
    return client.sign_in(make.account("Alice", team))


@pytest.fixture
def waiting(article):
    return make.reply(article, "Read me.", verdict=Verdict.WAITING)


def _words(element):
    return re.sub(r"\s+", " ", element.get_text(" ")).strip()


def _soup(page):
    return BeautifulSoup(page.text, "html.parser")


def _queue(client, show=""):
    page = client.get(f"/manage/replies/?show={show}")
    assert page.status_code == 200
    return _soup(page).select(".queue > li")


@pytest.mark.parametrize(
    ("button", "verdict"), [("approve", Verdict.APPROVED), ("reject", Verdict.REJECTED), ("spam", Verdict.SPAM)]
)
def test_each_has_its_own_buttons(alice, waiting, at, button, verdict):
    page = alice.post("/manage/replies/", data={"verdict": f"{button}-{waiting.id}", "show": "waiting"})

    assert (page.status_code, page.location) == (303, "/manage/replies/")
    assert (waiting.verdict, waiting.decided_on) == (verdict, at.instant.date())
    assert _queue(alice) == []
    assert len(_queue(alice, verdict.value)) == 1
    assert ("Read me." in alice.get("/en/articles/peru").text) == (verdict is Verdict.APPROVED)


def test_all_that_are_ticked_get_the_same_verdict(alice, article, waiting):
    other = make.reply(article, verdict=Verdict.WAITING)
    noise = make.reply(article, verdict=Verdict.WAITING)

    alice.post("/manage/replies/", data={"reply": [waiting.id, other.id], "verdict": "approve"})

    assert [reply.verdict for reply in (waiting, other, noise)] == ["approved", "approved", "waiting"]


def test_a_button_beside_one_is_for_that_one_whatever_is_ticked(alice, article, waiting):
    ticked = make.reply(article, verdict=Verdict.WAITING)

    alice.post("/manage/replies/", data={"reply": [ticked.id], "verdict": f"spam-{waiting.id}"})

    assert (waiting.verdict, ticked.verdict) == (Verdict.SPAM, Verdict.WAITING)


@pytest.mark.parametrize("sent", [{"verdict": "approve"}, {"reply": "1"}, {"reply": "1", "verdict": "erase"}])
def test_without_a_reply_or_a_verdict_the_page_says_what_to_do(alice, waiting, sent):
    page = alice.post("/manage/replies/", data=sent)

    assert page.status_code == 422
    assert "Tick the replies first, then choose what becomes of them." in page.text
    assert waiting.verdict is Verdict.WAITING


@pytest.mark.parametrize("ids", [["x"], ["-1"], ["99999999999999"], ["²"]])
def test_what_is_no_id_is_nothing(alice, waiting, ids):
    assert alice.post("/manage/replies/", data={"reply": ids, "verdict": "approve"}).status_code == 404


def test_a_verdict_can_be_changed_until_it_is_carried_out(alice, article):
    reply = make.reply(article, verdict=Verdict.SPAM)

    alice.post("/manage/replies/", data={"verdict": f"approve-{reply.id}", "show": "spam"})

    assert reply.verdict is Verdict.APPROVED


def test_the_queue_says_what_helps_to_judge(alice, article):
    make.reply(article, name="Rosa")
    make.reply(article, "Hello again.", name="rosa", verdict=Verdict.WAITING)
    make.reply(article, "https://a.example www.b.example cheap.com", name="Seller", verdict=Verdict.WAITING)
    make.reply(article, "Look: www.b.example", name="Marc", verdict=Verdict.WAITING)

    tags = [[_words(tag) for tag in item.select(".tag")] for item in _queue(alice)]

    assert tags == [[], ["1 link", "First under this name"], ["Looks like spam", "3 links", "First under this name"]]


def test_all_that_are_shown_are_ticked_by_a_link_and_nothing_is_decided(alice, article):
    replies = [make.reply(article, f"Number {number}", verdict=Verdict.WAITING) for number in range(3)]

    page = alice.get(_soup(alice.get("/manage/replies/")).find("a", string="Tick all that are shown")["href"])
    ticked = [int(box["value"]) for box in _soup(page).select(".queue input[checked]")]

    assert ticked == [reply.id for reply in replies]
    assert "3 are ticked. Nothing is decided yet" in page.text
    assert {reply.verdict for reply in replies} == {Verdict.WAITING}
    assert alice.post("/manage/replies/", data={"reply": ticked, "verdict": "approve"}).status_code == 303
    assert {reply.verdict for reply in replies} == {Verdict.APPROVED}


def test_what_was_ticked_stays_ticked_when_no_button_was_chosen(alice, article, waiting):
    make.reply(article, verdict=Verdict.WAITING)

    page = alice.post("/manage/replies/", data={"reply": [waiting.id]})

    assert [box["value"] for box in _soup(page).select(".queue input[checked]")] == [str(waiting.id)]


def test_the_rules_by_which_replies_are_marked_stand_on_the_page(alice, waiting):
    rules = _words(_soup(alice.get("/manage/replies/")).find("details"))

    assert "With 3 or more a reply looks like spam and comes last." in rules
    assert "No rule lets one through." in rules


def test_a_flood_is_shown_in_parts(alice, article):
    for number in range(55):
        make.reply(article, f"Number {number}", verdict=Verdict.WAITING)

    page = alice.get("/manage/replies/")

    assert len(_soup(page).select(".queue > li")) == 50
    assert "These are 50 of 55." in page.text


def test_an_answer_stands_under_the_reply_as_the_teams(alice, article):
    reply = make.reply(article)

    page = alice.post(f"/manage/replies/{reply.id}/answer", data={"text": "See you there."})

    answer = db.session.scalars(db.select(Reply).where(Reply.parent_id == reply.id)).one()
    assert page.status_code == 303
    assert (answer.name, answer.of_team, answer.verdict) == ("Alice", True, Verdict.APPROVED)
    assert "See you there." in alice.get("/en/articles/peru").text


def test_what_readers_do_not_see_and_answers_are_not_answered(alice, article, waiting):
    answer = make.reply(article, of_team=True, parent=make.reply(article))

    for reply in (waiting, answer):
        assert alice.post(f"/manage/replies/{reply.id}/answer", data={"text": "x"}).status_code == 409


@pytest.mark.parametrize("text", ["", "x" * 2001])
def test_an_answer_has_limits_too(alice, article, text):
    reply = make.reply(article)

    page = alice.post(f"/manage/replies/{reply.id}/answer", data={"text": text})

    assert page.status_code == 422
    assert "There is a problem" in page.text
    assert text in page.text


def test_a_moderator_may_read_and_decide(client, team, waiting):
    client.sign_in(make.account("Bob", team, level=Level.MODERATOR))

    assert len(_queue(client)) == 1
    assert client.post("/manage/replies/", data={"verdict": f"approve-{waiting.id}"}).status_code == 303


def test_an_outsider_sees_none_of_it(client, article, waiting):
    client.sign_in(make.account("Charlie", make.team("Others")))
    approved = make.reply(article)

    assert _queue(client) == []
    assert client.post("/manage/replies/", data={"verdict": f"approve-{waiting.id}"}).status_code == 404
    assert client.post("/manage/replies/", data={"reply": [waiting.id], "verdict": "spam"}).status_code == 404
    assert client.get(f"/manage/replies/{approved.id}/answer").status_code == 404
    assert client.post(f"/manage/replies/{approved.id}/answer", data={"text": "Mine"}).status_code == 404
    assert waiting.verdict is Verdict.WAITING


# ------------------------------------------------------------------ erasure


@pytest.mark.parametrize(
    ("verdict", "days", "stays"),
    [
        (Verdict.WAITING, 29, True),
        (Verdict.WAITING, 30, False),
        (Verdict.REJECTED, 6, True),
        (Verdict.REJECTED, 7, False),
        (Verdict.SPAM, 7, False),
        (Verdict.APPROVED, 400, True),
    ],
)
def test_what_is_not_published_is_erased(article, at, verdict, days, stays):
    reply_id = make.reply(article, verdict=verdict).id
    answer_id = make.reply(article, of_team=True, parent=db.session.get(Reply, reply_id)).id

    lapsing.lapse((at.instant + timedelta(days=days)).date())

    assert {db.session.get(Reply, one) is not None for one in (reply_id, answer_id)} == {stays}


def test_the_nightly_purge_erases_them(worker, article, waiting, at):
    make.reply(article)
    at.forward(timedelta(days=31))

    with worker.at_work():
        worker.worker.purge()

    assert [reply.verdict for reply in db.session.scalars(db.select(Reply))] == [Verdict.APPROVED]
