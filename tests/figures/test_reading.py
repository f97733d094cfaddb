"""A table pasted as CSV."""

from decimal import Decimal

import pytest

from campaign.figures.reading import BadTable, Order, read

PERU = "2017,88823.51\n2018,629046.36\n2019,734960.49\n2020,948081.53\n2021,2700.00\n"


def _problems(app, text, **more):
    with pytest.raises(BadTable) as bad, app.test_request_context():
        read(text, **{"decimal_comma": False, **more})
    return [str(problem) for problem in bad.value.problems]


def test_each_line_is_a_label_and_a_number():
    table = read(PERU, decimal_comma=False)

    assert table.rows[0] == ("2017", Decimal("88823.51"))
    assert sum(value for _label, value in table.rows) == Decimal("2403611.89")
    assert table.headings is None


def test_a_first_line_without_digits_is_the_heading():
    assert read("Year,Value\n2017,1\n", decimal_comma=False).headings == ("Year", "Value")


@pytest.mark.parametrize(
    "text",
    [
        '2017,"88,823.51"',
        "2017;88823.51",
        "2017\t88,823.51",
        '2017,"$88,823.51"',
        "2017; 88 823,51 $",
        "2017;88’823.51",
    ],
)
def test_spreadsheets_and_people_write_numbers_in_their_own_ways(text):
    assert read(text, decimal_comma="51 $" in text).rows == [("2017", Decimal("88823.51"))]


@pytest.mark.parametrize(
    ("typed", "comma", "value"),
    [
        ("1.234,5", True, "1234.5"),
        ("1,5", True, "1.5"),
        ("1,5", False, "1.5"),
        ("1,234", False, "1234"),
        ("1.234", True, "1234"),
        ("-12.5", False, "-12.5"),
        ("−3", False, "-3"),
        ("+3", False, "3"),
        ("12 %", False, "12"),
        ("CA$ 7", False, "7"),
        ("1\u202f234", True, "1234"),
    ],
)
def test_signs_for_thousands_and_decimals_are_the_languages(typed, comma, value):
    assert read(f"Peru;{typed}", decimal_comma=comma).rows == [("Peru", Decimal(value))]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Paste a table: a label and a number on each line."),
        ("\n  \n,\n", "Paste a table: a label and a number on each line."),
        ("Year,Value", "There is only a heading. Add lines with a label and a number each."),
        ("2017,1\n2018,many", "Line 2: “many” is no number. Write it like 88823.51."),
        ("2017,1\n\n\n2018", "Line 4 has a label or a number, not both: “2018”."),
        ("2017,1\n2018,", "Line 2 has no number behind its label."),
        ("2017,1\n,5", "Line 2 has no label in front of its number."),
        ("2017,88,823.51", "Line 1 has 3 cells; it needs two, a label and a number."),
        ('2017,1\n"2018,2', "Line 2: a quotation mark is opened and not closed."),
        ('2017,1\n2018,"2"3', "Line 2: a quotation mark is opened and not closed."),
        ("2017,1\n2018,2\n2017,3", "Line 3: “2017” stands in line 1 already."),
        ("2017,1.239", "Line 1: “1.239” has more than two decimals."),
        ("2017,1e5", "Line 1: “1e5” is no number."),
        ("2017,0x10", "Line 1: “0x10” is no number."),
        ("2017,NaN1", "Line 1: “NaN1”"),
        ("2017,1_000", "Line 1: “1_000” is no number."),
        ("2017,٣", "Line 1: “٣” is no number."),
        ("2017;1,23,4", "Line 1: “1,23,4” is no number."),
        ("2017,99999999999999", "Line 1: “99999999999999” is too large."),
        ("%(line)s,%s%d{0}1x1", "Line 1: “%s%d{0}1x1” is no number."),
        (f"{'x' * 81},1", "Line 1: the label is longer than 80 characters."),
        ("\n".join(f"a{n},{n}" for n in range(61)), "The table has 61 lines. A chart can show 60."),
    ],
)
def test_a_bad_table_says_the_line_and_what_is_wrong(app, text, words):
    assert _problems(app, text)[0].startswith(words)


def test_every_bad_line_is_named(app):
    assert [words[:6] for words in _problems(app, "a,1\nb,x\nc,2\nd\n")] == ["Line 2", "Line 4"]


def test_it_can_be_put_in_order():
    rows = read("a,2\nb,3\nc,1", decimal_comma=False, order=Order.LARGEST_FIRST).rows

    assert [label for label, _value in rows] == ["b", "a", "c"]
