"""How a form looks: `templates/macros/form.html`."""

import pytest
from flask import render_template_string
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Optional


class Row(Form):
    hour = StringField("Hour", [DataRequired("Enter an hour.")])


class Sample(Form):
    name = StringField("Name", [Optional()])
    email = StringField("Email", [DataRequired("Enter an <address>.")])
    answer = RadioField(
        "Will you come?", [InputRequired("Choose one.")], choices=[SelectChoice("yes", "Yes"), SelectChoice("no", "No")]
    )
    consent = BooleanField("Keep it", [DataRequired("Tick this.")])
    zone = SelectField("Zone", choices=[SelectChoice("a", "A")], validate_choice=False)
    text = TextAreaField("Text")
    stamp = HiddenField("Stamp")
    rows = FieldList(FormField(Row), min_entries=2)


@pytest.fixture
def show(app):
    def show(source, form):
        with app.test_request_context("/en/"):
            return render_template_string('{% import "macros/form.html" as forms %}' + source, form=form)

    return show


def test_a_field_has_label_hint_and_input_tied_together(show):
    page = show('{{ forms.field(form.name, hint="A nickname", class="input--s", autocomplete="nickname") }}', Sample())

    assert '<label class="label" for="name">Name <span class="opt">(optional)</span></label>' in page
    assert '<p class="hint" id="name-h">A nickname</p>' in page
    assert 'aria-describedby="name-h"' in page
    assert 'class="input input--s"' in page
    assert 'autocomplete="nickname"' in page
    assert "aria-invalid" not in page


def test_a_wrong_field_says_so_between_hint_and_input(show):
    form = Sample(MultiDict({"email": ""}))
    form.validate()

    page = show('{{ forms.field(form.email, hint="So we can write") }}', form)

    assert 'class="field field--error"' in page
    assert page.index('id="email-h"') < page.index('id="email-e"') < page.index("<input")
    assert "Enter an &lt;address&gt;." in page
    assert 'aria-describedby="email-h email-e"' in page
    assert 'aria-invalid="true"' in page


def test_choices_are_a_group_whose_first_button_is_the_target_of_the_error(show):
    form = Sample(MultiDict({"answer": "no"}))

    page = show("{{ forms.choices(form.answer, cards=true) }}", form)

    assert "<legend>Will you come?</legend>" in page
    assert 'id="answer"' in page
    assert 'id="answer-1"' in page
    assert page.count("checked") == 1


def test_the_summary_repeats_each_error_and_links_to_its_field(show):
    form = Sample(MultiDict({"rows-0-hour": "7", "rows-1-hour": ""}))
    form.validate()

    page = show("{{ forms.error_summary(form) }}", form)

    assert "autofocus" in page
    assert '<a href="#email">Enter an &lt;address&gt;.</a>' in page
    assert '<a href="#answer">Choose one.</a>' in page
    assert '<a href="#rows-1-hour">Enter an hour.</a>' in page
    assert "rows-0-hour" not in page


def test_there_is_no_summary_without_errors(show):
    assert "error-summary" not in show("{{ forms.error_summary(form) }}", Sample())


def test_hidden_fields_and_boxes_are_written(show):
    form = Sample(MultiDict({"stamp": "s"}))
    form.validate()

    page = show(
        "{{ forms.hidden(form) }}{% call forms.boxes('Mail') %}{{ forms.checkbox(form.consent, hint='Until June') }}"
        "{% endcall %}{{ forms.submit('Send') }}{{ forms.field(form.zone) }}{{ forms.field(form.text, rows=6) }}",
        form,
    )

    assert page.count('type="hidden"') == 1
    assert "<legend>Mail</legend>" in page
    assert 'aria-describedby="consent-h consent-e"' in page
    assert "Tick this." in page
    assert '<button class="btn" type="submit">Send</button>' in page
    assert "<select" in page
    assert 'rows="6"' in page


def test_parts_show_one_error_for_the_group(show):
    form = Sample(MultiDict({"email": ""}))
    form.validate()

    page = show(
        "{{ forms.parts('Date', [(form.name, 'input--2'), (form.email, 'input--4')], hint='31 5 2023') }}",
        form,
    )

    assert page.count("error-msg") == 1
    assert 'aria-describedby="name-gh name-ge"' in page
    assert page.count("aria-invalid") == 1
