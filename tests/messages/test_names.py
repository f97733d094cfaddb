"""What a stranger typed as somebody's name isn't said to them."""

from campaign.extensions import db
from campaign.messages import letters, notices
from tests import make


def test_the_letter_to_confirm_by_greets_nobody_by_name(app):
    person = {"name": "Eve", "manage": "https://example.org/m", "unsubscribe": "", "answer": "Yes", "people": "1"}

    letter = letters.about(
        make.action(), "rsvps/confirm", "en", facts={}, person=person, base_url="https://example.org"
    )

    assert "Eve" not in letter.body
    assert "\nHello,\n" in letter.body


def test_word_of_a_change_greets_by_name_who_has_confirmed_and_nobody_else(app, at, worker, mailbox):
    action = make.action()
    make.rsvp(action, "ada@example.org", name="Ada")
    make.rsvp(action, "bob@example.org", name="Mallory", state="pending")
    db.session.commit()

    notices.cancel(action, "Storm", at())
    worker.run_until_idle()

    [to_ada], [to_bob] = mailbox.to("ada@example.org"), mailbox.to("bob@example.org")
    assert "Hello Ada," in to_ada.text
    assert "Mallory" not in to_bob.text
    assert "Hello,\n" in to_bob.text
