"""The migrations make what the models say, up and down, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect

import pipeline
from pipeline.db import Database, migrate
from pipeline.models import Appeal


def alembic(db: Database) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(pipeline.__file__).parent / "migrations"))
    config.set_main_option("sqlalchemy.url", db.engine.url.render_as_string(hide_password=False))
    return config


def test_the_schema_after_all_migrations_is_that_of_the_models(database):
    command.check(alembic(database))


def test_the_schema_can_be_taken_down_and_built_again(database):
    command.downgrade(alembic(database), "base")
    assert set(inspect(database.engine).get_table_names()) == {"alembic_version"}
    migrate(database.engine.url.render_as_string(hide_password=False))
    assert "appeals" in inspect(database.engine).get_table_names()


def test_migrating_again_loses_nothing(database):
    with database.write() as session:
        session.add(Appeal(folder="a", language="be"))
    migrate(database.engine.url.render_as_string(hide_password=False))
    with database.read() as session:
        assert session.query(Appeal).count() == 1


def test_a_failed_block_writes_nothing(database):
    with pytest.raises(RuntimeError), database.write() as session:
        session.add(Appeal(folder="a", language="be"))
        session.flush()
        raise RuntimeError
    with database.read() as session:
        assert session.query(Appeal).count() == 0


def test_what_was_deleted_is_in_no_file_of_the_database_after_a_scrub(tmp_path):
    url = f"sqlite:///{tmp_path / 'appeals.sqlite3'}"
    migrate(url)
    db = Database(url)
    with db.write() as session:
        session.add(Appeal(folder="a", language="be", shown_name="CANARY"))
    with db.write() as session:
        session.get_one(Appeal, 1).shown_name = ""
    db.scrub()
    assert not [path for path in tmp_path.iterdir() if b"CANARY" in path.read_bytes()]
    db.close()
