"""The way from a request to the context of its application."""

from __future__ import annotations

from typing import cast

from flask import current_app

from pipeline.context import Context


def desk() -> Context:
    """Settings, campaign, database, storage, scratch folders and doorbell of this application."""
    return cast(Context, current_app.extensions["desk"])
