"""The benchmark of expansion, in short."""

from bench import expand, owed

PEOPLE = 400


def test_as_many_statements_owe_a_letter_to_many_as_to_few(capsys, monkeypatch):
    monkeypatch.setattr(owed, "DATABASES", {"SQLite": owed.DATABASES["SQLite"]})

    assert expand.main(PEOPLE)

    assert "exactly 400 " in capsys.readouterr().out
