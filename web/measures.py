"""Sizes, lengths, days and waits, as people of the page's language read them.

The units are messages, and not Babel's own: the scripts of the form say the same ones.
"""

from __future__ import annotations

from datetime import date, datetime

from flask import Flask
from flask_babel import format_date, format_decimal, format_timedelta
from flask_babel import gettext as _

from pipeline.base import now

NO_BREAK = "\N{NO-BREAK SPACE}"


def size(count: int) -> str:
    """Bytes: `12.3 MB`, `12,3 МБ`."""
    small = count < 1_000_000
    n = format_decimal(max(count / 1000, 0.1) if small else count / 1_000_000, "#,##0.0")
    return _whole(_("%(n)s kB", n=n) if small else _("%(n)s MB", n=n))


def megabytes(count: int) -> str:
    """A limit in bytes, without a fraction: `500 MB`."""
    return _whole(_("%(n)s MB", n=format_decimal(round(count / 1_000_000))))


def duration(ms: int) -> str:
    """A length (ms): `20 s`, `1 min 5 s`, `3 min`."""
    minutes, seconds = divmod(round(ms / 1000), 60)
    spoken = [_whole(_("%(n)s min", n=minutes))] if minutes else []
    if seconds or not minutes:
        spoken.append(_whole(_("%(n)s s", n=seconds)))
    return " ".join(spoken)


def day(moment: date) -> str:
    """A day: `8 March 2027`, `8 сакавіка 2027 г.`; of a moment no more than its day."""
    return str(format_date(moment, "long"))


def wait(until: datetime) -> str:
    """How long it is until then, coarsely: `in 3 hours`, `праз 3 гадзіны`."""
    return str(format_timedelta(until - now(), granularity="minute", add_direction=True))


def _whole(text: str) -> str:
    return text.replace(" ", NO_BREAK)


def init_app(app: Flask) -> None:
    """Give the templates these words."""
    for function in (size, megabytes, duration, day, wait):
        app.add_template_filter(function)
