"""The migrations make what the models say, up and down, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import event, inspect

import pipeline
from pipeline.db import Database, migrate
from pipeline.models import Appeal
from pipeline.supporter import Receipt


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


def test_a_scrub_that_a_reader_disturbs_is_said_and_done_by_the_next_one(tmp_path, caplog):
    url = f"sqlite:///{tmp_path / 'appeals.sqlite3'}"
    migrate(url)
    db = Database(url)
    event.listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=10"))
    db.close()
    with db.read() as reader:
        assert reader.query(Appeal).all() == []
        with db.write() as session:
            session.add(Appeal(folder="a", language="be"))
        db.scrub()
    assert "could not be cut" in caplog.text
    caplog.clear()
    db.scrub()
    assert caplog.text == "" and (tmp_path / "appeals.sqlite3-wal").stat().st_size == 0
    db.close()


OLD = (
    "INSERT INTO appeals (id, folder, receipt_hash, language, shown_name, status, since, attempt, tries, needs_person)"
    " VALUES (7, 'f', 'hash', 'be', 'Hanna', 'drafted', '2026-01-01 00:00:00+00:00', 3, 0, false)",
    "INSERT INTO consents (id, appeal_id, version, language, wording, at)"
    " VALUES (1, 7, '1', 'be', 'I agree.', '2026-01-01 00:00:00+00:00')",
)


def test_what_was_there_before_the_intake_is_there_after_it_and_after_the_way_back(database):
    command.downgrade(alembic(database), "0002")
    with database.engine.begin() as connection:
        for row in OLD:
            connection.exec_driver_sql(row)
    migrate(database.engine.url.render_as_string(hide_password=False))
    with database.write() as session:
        [appeal] = session.query(Appeal).all()
        assert (appeal.id, appeal.shown_name, appeal.status, appeal.attempt) == (7, "Hanna", "drafted", 3)
        assert [(key.hash, key.first) for key in appeal.keys] == [("hash", True)]
        assert appeal.consents[0].answers == [{"choice": "publish", "wording": "I agree.", "answer": True}]
        session.add(Receipt(hash="another", appeal_id=7, first=False))
        session.add(Appeal(folder="g", language="uk"))
    command.downgrade(alembic(database), "0002")
    with database.engine.connect() as connection:
        appeals = connection.exec_driver_sql("SELECT folder, receipt_hash FROM appeals ORDER BY id").all()
        consents = connection.exec_driver_sql("SELECT appeal_id, wording FROM consents").all()
    assert sorted(map(tuple, appeals)) == [("f", "hash"), ("g", "g")]
    assert [*map(tuple, consents)] == [(7, "I agree.")]
    migrate(database.engine.url.render_as_string(hide_password=False))
