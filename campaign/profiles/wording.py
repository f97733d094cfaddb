"""How long ago something was, in words: sessions last for hours, so no date and no zone is needed."""

from datetime import timedelta

from campaign.extensions import say, say_many


def ago(span: timedelta) -> str:
    """ "just now", "20 minutes ago", "3 hours ago"."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 2:  # the last use is noted once a minute
        return str(say("just now"))
    if minutes < 60:
        return str(say_many("%(num)s minute ago", "%(num)s minutes ago", minutes))
    return str(say_many("%(num)s hour ago", "%(num)s hours ago", minutes // 60))
