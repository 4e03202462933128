"""The Celery app: queues of thin tasks, a start-up check, and the sweep.

celery -A worker worker -Q media|speech|text       one worker for each queue, as many as wanted
celery -A worker worker -Q outside                 one, where NOTIFY is set: it tells the team
celery -A worker beat                              one in all: rings for the sweep
"""

from __future__ import annotations

import functools
import logging
import os
import sys
from typing import Any

from celery.signals import after_setup_logger, worker_init, worker_ready

from pipeline import nudge, runner
from pipeline.config import Settings
from pipeline.context import Context
from pipeline.queue import make_app

settings = Settings.from_env(os.environ)
app = make_app(settings.redis_url)
# The sweep goes to the queue of short steps. Redis drops one that waited longer than the next one takes to come.
app.conf.beat_schedule = {
    "sweep": {
        "task": "sweep",
        "schedule": float(settings.sweep_seconds),
        "options": {"queue": "text", "expires": settings.sweep_seconds},
    },
    "tidy": {"task": "tidy", "schedule": 3600.0, "options": {"queue": "text", "expires": 3600}},
}
if settings.notify and not settings.offline:
    app.conf.beat_schedule["nudge"] = {
        "task": "nudge",
        "schedule": 3600.0,
        "options": {"queue": "outside", "expires": 3600},  # a clip that is heard for minutes must not delay it
    }
    app.conf.beat_schedule["recall"] = {
        "task": "recall",
        "schedule": 30.0,
        "options": {"queue": "outside", "expires": 30},
    }
app.conf.beat_schedule_filename = str(settings.data_dir / "beat")


@functools.cache
def context() -> Context:
    """Opened once in each process, after the fork: connections cannot be shared."""
    return Context.open(settings)


@app.task(name="work.media")
def media(appeal_id: int) -> None:
    """Prepare, render or deliver."""
    runner.run(context(), appeal_id, "media")


@app.task(name="work.speech")
def speech(appeal_id: int) -> None:
    """Transcribe."""
    runner.run(context(), appeal_id, "speech")


@app.task(name="work.text")
def text(appeal_id: int) -> None:
    """Draft the Russian track."""
    runner.run(context(), appeal_id, "text")


@app.task(name="sweep")
def sweep() -> None:
    """Look for lost work."""
    runner.sweep(context())


@app.task(name="tidy")
def tidy() -> None:
    """Delete what has had its time, and finish interrupted purges."""
    runner.tidy(context())


@app.task(name="nudge")
def tell() -> None:
    """Tell the team what waits too long."""
    nudge.nudge(context())


@app.task(name="recall")
def recall() -> None:
    """Tell the team what is to be taken down."""
    nudge.recalled(context())


@after_setup_logger.connect
def date_to_the_hour(logger: logging.Logger, **_: Any) -> None:
    """A worker looks at a video a second after it came: its log must not say more of that than the records do.

    The order of the lines, and how long each task took, are there for whoever looks for a fault.
    """
    for handler in logger.handlers:
        if handler.formatter:
            handler.formatter.datefmt = "%Y-%m-%d %H:00"


@worker_init.connect
def check(**_: Any) -> None:
    """Refuse to start where clips would not be safe; say why in one sentence."""
    opened = Context.open(settings)
    complaint = runner.complaint(opened)
    opened.db.close()
    if complaint:
        sys.exit(f"This worker does not start: {complaint}")


@worker_ready.connect
def catch_up(**_: Any) -> None:
    """What was lost while nobody worked is found at once, not at the next sweep."""
    opened = Context.open(settings)
    runner.sweep(opened)
    runner.tidy(opened)
    opened.db.close()
