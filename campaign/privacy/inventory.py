"""What is kept of people: every column, what for, until when, and who can read it.

For those who ask, lawyers included. A test fails when a table or a column of one is missing here, so
that nothing about people is added without somebody writing down why and for how long.

Supporters have no row of their own anywhere; they are known by what they answered to one action.
"""

from dataclasses import dataclass
from enum import StrEnum


class Reader(StrEnum):
    """Who can read a column's content if they have the database."""

    ANYONE = "whoever has the database"
    WORKER = "the worker alone, with keys that are not in the database"
    SITE = "the site itself, with SECRET_KEY, which is not in the database"
    NOBODY = "nobody: it can only be compared with what somebody brings"


@dataclass(frozen=True)
class Entry:
    holds: str
    purpose: str
    until: str
    readable_by: Reader = Reader.ANYONE


_PURGE = "the purge, on the day that the form promises"
_ANONYMOUS = "stays: without the rest it tells nothing of a person"
_ACCOUNT = "the account is closed"
_EARLIER = "90 days after it was replaced, or with what it is about"
_FACTOR = "it is removed, or the account is closed"
_SESSION = "signing out, or a day after its last use"
_IMPORT = "its organizer decides, at most a day"
_REPLY = "its writer or the team deletes it; unread 30 days, refused 7"

INVENTORY: dict[str, dict[str, Entry]] = {
    "rsvps": {
        "id": Entry("a random number", "tells rows and letters apart", _ANONYMOUS),
        "action_id": Entry("which action", "the count", _ANONYMOUS),
        "answer": Entry("yes, maybe or no", "the count", _ANONYMOUS),
        "party_size": Entry("how many people", "the count", _ANONYMOUS),
        "language": Entry("the language of the form", "letters, and the count by language", _ANONYMOUS),
        "state": Entry("sealed, pending, confirmed …", "what counts", _ANONYMOUS),
        "reminders": Entry("whether reminders are wanted", "reminders", _ANONYMOUS),
        "unsubscribed": Entry("whether mail is unwanted", "silence", _ANONYMOUS),
        "answered_on": Entry("the day of the answer, no hour", "the count by day", _ANONYMOUS),
        "answered_rev": Entry("which of the action's dates it was for", "asking again after a move", _ANONYMOUS),
        "said_again_on": Entry("the day they said so again, no hour", "not asking twice", _ANONYMOUS),
        "box": Entry("address, name, link tokens", "letters about the action", _PURGE, Reader.WORKER),
        "blind_index": Entry("a keyed digest of the address", "one answer a person", _PURGE, Reader.NOBODY),
        "manage_digest": Entry("a digest of the private link", "changing and cancelling", _PURGE, Reader.NOBODY),
        "letter_on": Entry("the day of the latest letter", "at most one a day", _PURGE),
        "purges_seen": Entry("how many nights unconfirmed", "lapsing", _ANONYMOUS),
    },
    "action_keys": {
        "action_id": Entry("which action", "finding the key", _PURGE),
        "epoch": Entry("which key it is wrapped under", "unwrapping", _PURGE),
        "wrapped": Entry("the key of the action's boxes", "opening them", _PURGE, Reader.WORKER),
    },
    "unsubscribe_links": {
        "digest": Entry("a digest of a letter's link", "unsubscribing", "60 days after the purge", Reader.NOBODY),
        "rsvp_id": Entry("the answer's random number", "unsubscribing", "60 days after the purge"),
        "action_id": Entry("which action", "the page's words", "60 days after the purge"),
        "language": Entry("the letter's language", "the page's words", "60 days after the purge"),
        "expires_on": Entry("the last day of the link", "dropping it", "60 days after the purge"),
    },
    "deliveries": {
        "id": Entry("a number in order", "the queue", _ANONYMOUS),
        "occasion_id": Entry("what the letter was for", "the count", _ANONYMOUS),
        "person_key": Entry("the answer's random number, or an organizer's", "never twice", _PURGE),
        "to_sealed": Entry("a copy of the box", "sending", "the letter is sent or given up", Reader.WORKER),
        "language": Entry("the letter's language", "writing it", _ANONYMOUS),
        "priority": Entry("how urgent", "the queue", _ANONYMOUS),
        "state": Entry("owed, sent, failed …", "the count", _ANONYMOUS),
        "owner": Entry("which worker has it in hand", "recovery", "the letter is sent or given up"),
        "attempts": Entry("how often it was tried", "the next try", _ANONYMOUS),
        "unknowns": Entry("how often no reply came", "the count", _ANONYMOUS),
        "next_at": Entry("when it is tried next", "the queue", "the letter is sent or given up"),
        "expires_at": Entry("when it is given up; a day or an action's hour", "not sending late", _ANONYMOUS),
        "message_id": Entry("a random name of the mail, that mail servers note", "never twice", _PURGE),
        "smtp_code": Entry("the mail server's reply, a number", "the count", _ANONYMOUS),
        "sent_on": Entry("the day it was sent, no hour", "the count", _ANONYMOUS),
    },
    "suppressions": {
        "address_digest": Entry("a keyed digest of an address", "silence", "12 months", Reader.NOBODY),
        "scope": Entry("what mail is unwanted", "silence", "12 months"),
        "reason": Entry("bounced, complained", "silence", "12 months"),
        "times": Entry("how often it came back", "silence", "12 months"),
        "added_on": Entry("since which day", "dropping it", "12 months"),
    },
    "returns": {
        "delivery_id": Entry("which letter came back", "the count; silence", _ANONYMOUS),
        "kind": Entry("no such mailbox, full, refused, complaint", "the count; silence", _ANONYMOUS),
        "code": Entry("a mail server's reply, a number", "the count", _ANONYMOUS),
        "received_on": Entry("the day of it, no hour", "dropping it", _ANONYMOUS),
        "settled": Entry("whether it was acted upon", "acting once", _ANONYMOUS),
    },
    "replies": {
        "id": Entry("a number in order", "the queue", _REPLY),
        "article_id": Entry("which article", "standing under it", _REPLY),
        "parent_id": Entry("which reply it answers", "standing under it", _REPLY),
        "organizer_id": Entry("which organizer answered; none for readers", "the team", "the account is closed"),
        "of_team": Entry("whether an organizer wrote it", "the mark beside it", _REPLY),
        "name": Entry("the name or nickname that the writer wants to stand there", "publishing it", _REPLY),
        "text": Entry("what the writer wants to stand there", "publishing it", _REPLY),
        "language": Entry("the language of the form", "reading it aloud", _REPLY),
        "links": Entry("how many links it has", "finding spam", _REPLY),
        "verdict": Entry("waiting, approved, rejected, spam", "the queue", _REPLY),
        "sent_on": Entry("the day it was sent, no hour", "its date; erasing it", _REPLY),
        "decided_on": Entry("the day an organizer read it", "erasing it", _REPLY),
        "delete_digest": Entry("a digest of its writer's link", "deleting it", _REPLY, Reader.NOBODY),
    },
    "organizers": {
        "id": Entry("a number", "memberships", _ACCOUNT),
        "email": Entry("an organizer's address", "signing in, letters", _ACCOUNT),
        "name": Entry("what an organizer wants to be called", "the team", _ACCOUNT),
        "password": Entry("an Argon2id hash", "signing in", _ACCOUNT, Reader.NOBODY),
        "active": Entry("whether they may sign in", "signing in", _ACCOUNT),
        "fs_uniquifier": Entry("a random name of the account", "ending sessions", _ACCOUNT),
        "confirmed_at": Entry("when they joined", "signing in", _ACCOUNT),
        "language": Entry("their language", "pages and letters", _ACCOUNT),
        "created_at": Entry("when they joined", "the team", _ACCOUNT),
    },
    "memberships": {
        "organizer_id": Entry("who", "what they may do", _ACCOUNT),
        "team_id": Entry("in which team", "what they may do", _ACCOUNT),
        "level": Entry("owner, organizer, moderator", "what they may do", _ACCOUNT),
        "since_at": Entry("since when", "the team", _ACCOUNT),
    },
    "grants_of_organizers": {
        "organizer_id": Entry("who; the table stays empty", "none: a library wants it", _ACCOUNT),
        "grant_id": Entry("what; the table stays empty", "none: a library wants it", _ACCOUNT),
    },
    "signed_in": {
        "digest": Entry("a digest of the session's token", "the session", _SESSION, Reader.NOBODY),
        "organizer_id": Entry("whose session", "the session", _SESSION),
        "began_at": Entry("when it began", "ending it after 8 hours", _SESSION),
        "used_at": Entry("when it was last used", "ending it after 30 minutes", _SESSION),
    },
    "authenticators": {
        "organizer_id": Entry("whose app", "the second step", _FACTOR),
        "secret_sealed": Entry("the app's secret", "checking its codes", _FACTOR, Reader.SITE),
        "begun_at": Entry("when it was set up", "dropping what nobody finished", _FACTOR),
        "confirmed_at": Entry("when its first code came", "what counts", _FACTOR),
        "last_step": Entry("the half minute of the last code", "no code twice", _FACTOR),
    },
    "passkeys": {
        "id": Entry("a number", "removing it", _FACTOR),
        "organizer_id": Entry("whose passkey", "signing in", _FACTOR),
        "name": Entry("what they call it", "telling theirs apart", _FACTOR),
        "credential_id": Entry("the passkey's random name", "finding it", _FACTOR, Reader.NOBODY),
        "public_key": Entry("its public half", "checking what it signs", _FACTOR, Reader.NOBODY),
        "handle": Entry("a random name of the account", "finding it", _FACTOR, Reader.NOBODY),
        "sign_count": Entry("how often it signed, if it counts", "noticing a copy", _FACTOR),
        "transports": Entry("how a browser reaches it", "asking for it", _FACTOR),
        "added_on": Entry("since which day", "telling theirs apart", _FACTOR),
        "used_on": Entry("the day it was last used, no hour", "telling theirs apart", _FACTOR),
    },
    "recovery_codes": {
        "digest": Entry("a keyed digest of a code", "the second step", "it is used, or replaced", Reader.NOBODY),
        "organizer_id": Entry("whose code", "the second step", "it is used, or replaced"),
    },
    "spent_challenges": {
        "digest": Entry("a digest of what a passkey signed", "no answer twice", "the next purge", Reader.NOBODY),
        "expires_at": Entry("when it is too old anyway", "dropping it", "the next purge"),
    },
    "address_changes": {
        "organizer_id": Entry("who wants another address", "confirming it", "it is used, or a day"),
        "digest": Entry("a digest of the letter's link", "confirming it", "it is used, or a day", Reader.NOBODY),
        "email": Entry("the new address", "confirming it", "it is used, or a day"),
        "expires_at": Entry("when the link ends", "confirming it", "it is used, or a day"),
    },
    "revisions": {
        "id": Entry("a number in order", "the history", _EARLIER),
        "action_id": Entry("which action", "the history", _EARLIER),
        "article_id": Entry("which article", "the history", _EARLIER),
        "organizer_id": Entry("which organizer made the change", "asking them", "90 days; the account is closed"),
        "made_at": Entry("when", "the history", _EARLIER),
        "deed": Entry("edited, translated, published …", "the history", _EARLIER),
        "reason": Entry("what those who come were told", "the history", _EARLIER),
        "restored_from_at": Entry("how old a restored version was", "the history", _EARLIER),
        "content": Entry("what the action or article said", "going back", _EARLIER),
    },
    "unsaved_forms": {
        "id": Entry("a number", "the form", "it is saved, or a day"),
        "organizer_id": Entry("whose form", "showing it to them alone", "it is saved, or a day"),
        "path": Entry("of which page", "showing it there", "it is saved, or a day"),
        "fields": Entry("what they wrote about an action or article", "not losing it", "it is saved, or a day"),
        "sent_at": Entry("when", "dropping it", "it is saved, or a day"),
    },
    "invitations": {
        "digest": Entry("a digest of the link", "joining", "it is used, or a week", Reader.NOBODY),
        "email": Entry("whom it is for", "joining", "it is used, or a week"),
        "team_id": Entry("into which team", "joining", "it is used, or a week"),
        "level": Entry("as what", "joining", "it is used, or a week"),
        "language": Entry("the invitation's language", "joining", "it is used, or a week"),
        "facts": Entry("what the page proposes", "joining", "it is used, or a week"),
        "expires_at": Entry("when it ends", "joining", "it is used, or a week"),
    },
    "imports": {
        "id": Entry("a number", "finding it", _IMPORT),
        "campaign_id": Entry("into which campaign", "the preview", _IMPORT),
        "organizer_id": Entry("which organizer gave it", "showing it to them alone", _IMPORT),
        "name": Entry("the file's name, or the calendar's host", "telling it apart", _IMPORT),
        "address": Entry("the calendar's address, perhaps a secret one", "fetching it", "it is fetched, at most a day"),
        "state": Entry("waiting, read, refused …", "the preview", _IMPORT),
        "trouble": Entry("why nothing was taken", "saying so", _IMPORT),
        "detail": Entry("which host, or what it answered", "saying so", _IMPORT),
        "octets": Entry("how large it is", "its limit", _IMPORT),
        "zone": Entry("the calendar's time zone", "reading its times", _IMPORT),
        "found": Entry("its events: no guests, no hosts", "the preview", _IMPORT),
        "more": Entry("how many dates were too many", "saying so", _IMPORT),
        "changed_at": Entry("when it was last in hand", "ending what broke off", _IMPORT),
        "expires_at": Entry("when it goes", "forgetting it", _IMPORT),
    },
    "teams": {
        "id": Entry("a number", "memberships", "the team is closed"),
        "name": Entry("the team's name, public", "letters and pages", "the team is closed"),
        "reply_address": Entry("where answers to letters go, public", "letters", "the team is closed"),
        "postal_address": Entry("the sender's address, public", "letters", "the team is closed"),
        "sender_name": Entry("the sender's name, public", "letters", "the team is closed"),
        "language": Entry("the language the team begins in", "invitations", "the team is closed"),
        "created_at": Entry("since when", "the team", "the team is closed"),
    },
}

# Tables about things. What people are named in them is what their authors chose to publish.
OF_THINGS = frozenset(
    {
        *("campaigns", "former_slugs", "grants", "heartbeats", "occasions", "rules", "versions"),
        *("actions", "agenda_items", "announced_dates", "blocks", "key_figures", "meeting_points", "series", "updates"),
        *(
            "articles",
            "article_links",
            "categories",
            "corrections",
            "figures_rows",
            "figures_tables",
            "photos",
            "sources",
        ),
    }
)
