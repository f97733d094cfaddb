"""What a browser sends with the form under an article."""

from campaign import clock
from campaign.web import stamp


def filled_in(article, **fields):
    """`fields` go over it; None takes a field out."""
    sent = {"name": "Rosa M.", "email": "", "text": "Thank you for writing this.", "website": ""}
    sent["stamp"] = stamp.make(f"article:{article.id}", clock.now())
    return {name: value for name, value in (sent | fields).items() if value is not None}


def send(client, article, lang="en", headers=None, **fields):
    return client.post(f"/{lang}/articles/{article.slug}/replies", data=filled_in(article, **fields), headers=headers)
