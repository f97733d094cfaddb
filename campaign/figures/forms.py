"""A figures table, as organizers fill it in."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms.fields import BooleanField, SelectField
from wtforms.validators import DataRequired, ValidationError

from campaign.articles.models import Article, FiguresTable
from campaign.extensions import _l
from campaign.fields import LineField, ProseField, at_most, options
from campaign.figures import reading, writing
from campaign.figures.reading import ORDER_WORDS, SHOWN, BadTable, Order, Table
from campaign.merging import SharedForm

TEXTS = {"title": 160, "finding": 300, "label_heading": 40, "value_heading": 40, "source": 300}  # characters
LARGEST = 8000  # characters of a pasted table
CURRENCIES = {
    "": _l("plain numbers"),
    "CAD": _l("Canadian dollars"),
    "USD": _l("US dollars"),
    "EUR": _l("euros"),
    "PEN": _l("Peruvian soles"),
    "MXN": _l("Mexican pesos"),
    "GBP": _l("pounds sterling"),
    "CHF": _l("Swiss francs"),
}


class TableForm(SharedForm):
    """`table` holds what was understood of the pasted lines, once it is valid."""

    title = LineField(_l("Title"), [DataRequired(_l("Enter a title.")), at_most(TEXTS["title"])])
    finding = LineField(_l("What it shows"), [at_most(TEXTS["finding"])])
    csv = ProseField(_l("Figures"), [DataRequired(_l("Paste a table: a label and a number on each line."))])
    label_heading = LineField(_l("Heading of the labels"), [at_most(TEXTS["label_heading"])])
    value_heading = LineField(_l("Heading of the numbers"), [at_most(TEXTS["value_heading"])])
    currency = SelectField(_l("Unit"), choices=options(CURRENCIES.items()))
    order = SelectField(_l("Order"), choices=options(ORDER_WORDS.items()), coerce=Order, default=Order.AS_WRITTEN)
    with_total = BooleanField(_l("Show the total under them"))
    source = LineField(_l("Where the figures are from"), [at_most(TEXTS["source"])])
    source_number = SelectField(_l("Source in the list"), coerce=int)

    table: Table

    def __init__(self, formdata: Any, article: Article, table: FiguresTable | None = None) -> None:
        super().__init__(formdata, data=_shown(article, table))
        self.article = article
        numbers = [(source.number, f"{source.number}. {_short(source.text, article)}") for source in article.sources]
        self.source_number.choices = options([(0, _l("none")), *numbers])

    def validate_csv(self, field: ProseField) -> None:
        if len(field.data) > LARGEST:
            raise ValidationError(_l("That is too much for one chart: %(most)s characters at most.", most=LARGEST))
        try:
            self.table = reading.read(
                field.data, decimal_comma=self.article.language == "fr", order=Order(self.order.data or "as_written")
            )
        except BadTable as bad:
            raise ValidationError(" ".join(str(problem) for problem in bad.problems[:SHOWN])) from None

    def content(self) -> writing.Content:
        """Of a form that is valid. Headings are the table's own where the fields are empty."""
        texts = {name: self[name].data for name in TEXTS}
        for name, heading in zip(("label_heading", "value_heading"), self.table.headings or ("", ""), strict=True):
            texts[name] = texts[name] or heading[: TEXTS[name]]
        return writing.Content(
            texts, self.table.rows, self.currency.data, self.source_number.data or None, bool(self.with_total.data)
        )


class DeleteForm(FlaskForm):
    """Nothing but the button."""


def _shown(article: Article, table: FiguresTable | None) -> dict[str, Any]:
    if table is None:
        return {"with_total": True, "source_number": 0}
    return {
        **{name: getattr(table, name).get(article.language, "") for name in TEXTS},
        "csv": writing.as_typed(table),
        "currency": table.currency,
        "with_total": table.with_total,
        "source_number": table.source_number or 0,
    }


def _short(texts: Any, article: Article) -> str:
    text: str = texts.best(article.language, article.language)[0]
    return text if len(text) <= 60 else f"{text[:59]}…"
