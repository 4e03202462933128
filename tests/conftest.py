"""What every test of the pages needs: a migrated database of its own, the application, and the cast signed in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

import web
from pipeline.config import Settings
from pipeline.context import Context
from pipeline.db import migrate
from tests import cast
from tests.appeals import context  # noqa: F401 - a fixture
from tests.services import cluster, database, redis_url, site  # noqa: F401 - fixtures

NO_REDIS = "redis://127.0.0.1:1/0"  # nobody listens there: ringing only writes to the log


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """In a module with ON_BOTH_DATABASES, where views write records, each test runs on each database."""
    if "settings" in metafunc.fixturenames and getattr(metafunc.module, "ON_BOTH_DATABASES", False):
        metafunc.parametrize("settings", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Everything in a folder of this test; on PostgreSQL too where a module asks for both."""
    environ = {"DATA_DIR": str(tmp_path), "REDIS_URL": NO_REDIS, "SECRET_KEY": "tests only"}
    if getattr(request, "param", "sqlite") == "postgresql":
        environ["DATABASE_URL"] = request.getfixturevalue("cluster").new_database()
    return Settings.from_env(environ)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application on an empty database."""
    migrate(settings.database_url)
    app = web.create_app(settings)
    app.test_client_class = cast.Person
    app.config["VERDICT_SECONDS"] = 0  # no worker will look at the video
    yield app
    app.extensions["desk"].db.close()


@pytest.fixture
def desk(app: Flask) -> Context:
    """The records and files behind the application."""
    return app.extensions["desk"]


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """Somebody who is not signed in."""
    return app.test_client()


@pytest.fixture
def tanya(app: Flask) -> cast.Person:
    """A translator."""
    return cast.enter(app, "tanya")


@pytest.fixture
def rita(app: Flask) -> cast.Person:
    """A reviewer."""
    return cast.enter(app, "rita")


@pytest.fixture
def sveta(app: Flask) -> cast.Person:
    """One of the social team."""
    return cast.enter(app, "sveta")


@pytest.fixture
def ada(app: Flask) -> cast.Person:
    """The admin."""
    return cast.enter(app, "ada")
