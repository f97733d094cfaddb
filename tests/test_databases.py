"""How the databases are opened."""

from sqlalchemy import create_engine, text

from campaign import databases  # noqa: F401 -- which says how


def test_a_new_file_and_what_lies_beside_it_are_for_its_owner_alone(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'campaign.db'}")

    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE people (name TEXT)"))
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    engine.dispose()

    assert modes == dict.fromkeys(("campaign.db", "campaign.db-wal", "campaign.db-shm"), 0o600)


def test_a_file_that_is_there_stays_as_private_as_its_owner_has_made_it(tmp_path):
    path = tmp_path / "campaign.db"
    path.touch(mode=0o640)
    path.chmod(0o640)

    create_engine(f"sqlite:///{path}").connect().close()

    assert path.stat().st_mode & 0o777 == 0o640
