"""The inventory of personal data names every column there is."""

from campaign.extensions import Record
from campaign.privacy.inventory import INVENTORY, OF_THINGS, Reader


def test_every_table_is_about_people_and_in_the_inventory_or_about_things(app):
    tables = set(Record.metadata.tables)

    assert tables == INVENTORY.keys() | OF_THINGS
    assert not INVENTORY.keys() & OF_THINGS


def test_every_column_of_a_table_about_people_is_in_the_inventory(app):
    missing = {
        name: {column.name for column in Record.metadata.tables[name].columns} ^ entries.keys()
        for name, entries in INVENTORY.items()
    }

    assert {name: columns for name, columns in missing.items() if columns} == {}


def test_what_is_sealed_or_digested_is_bytes_and_no_table_about_things_has_such_a_column(app):
    for table in Record.metadata.sorted_tables:
        for column in table.columns:
            hidden = str(column.type) == "BLOB"
            entry = INVENTORY.get(table.name, {}).get(column.name)
            assert not hidden or entry is not None, f"{table.name}.{column.name}"
            if entry is not None and column.name != "password":
                assert hidden == (entry.readable_by is not Reader.ANYONE), f"{table.name}.{column.name}"


def test_every_entry_says_what_for_and_until_when(app):
    for entries in INVENTORY.values():
        for entry in entries.values():
            assert entry.holds
            assert entry.purpose
            assert entry.until
