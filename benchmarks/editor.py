"""How long keys wait in the subtitle editor: from the press to the picture after it, in Chromium, with 300 cues.

By the browser's own Event Timing, which counts in steps of 8 ms and leaves out what takes less than 16.
"""

from __future__ import annotations

import statistics
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

import web
from pipeline.config import Settings
from pipeline.context import Context
from pipeline.cues import Cue
from pipeline.db import migrate
from pipeline.models import Appeal, Layer, Status
from tests import cast
from tests.services import chromium

CUES = 300
QUICK = 8.0  # ms; what Event Timing does not list took less than two of these
LISTEN = """() => {
  window.waits = [];
  const note = (one) => one.name === "keydown" && waits.push(one.duration);
  new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type: "event", durationThreshold: 16 });
}"""
#: Typing, and what is done between: to the next cue, split it, take that back, next problem.
TYPED = 120
OTHERS = ["Alt+ArrowDown"] * 20 + ["Control+Enter", "Control+z"] * 10 + ["F8"] * 10 + ["Alt+BracketRight"] * 10


def typing() -> float:
    """The longest wait of a letter, in ms."""
    return max(_waits()[0])


def others() -> float:
    """What 19 of 20 of the other keys stay under, in ms."""
    return statistics.quantiles(_waits()[1], n=20)[-1]


@cache
def _waits() -> tuple[list[float], list[float]]:
    with _editor() as page:
        page.locator("#cues textarea").nth(5).click()
        letters = _pressed(page, list("my zhdem vas doma ".replace(" ", "") * 9)[:TYPED])
        return letters, _pressed(page, OTHERS)


def _pressed(page: Page, keys: list[str]) -> list[float]:
    """The wait of each of these keys; the quickest are not told apart."""
    page.evaluate("waits.length = 0")
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(60)  # as people type
    found: list[float] = page.evaluate("waits")
    return found + [QUICK] * max(len(keys) - len(found), 0)


@contextmanager
def _editor() -> Iterator[Page]:
    """The page with many cues, open to correct."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        app = web.create_app(Settings.from_env({"DATA_DIR": folder, "REDIS_URL": "redis://127.0.0.1:1/0"}))
        desk: Context = app.extensions["desk"]
        migrate(desk.settings.database_url)
        made = cast.appeal(desk, Status.DRAFTED)
        with desk.db.write() as session:
            there = session.get_one(Appeal, made.id)
            there.media = {"duration_ms": 2500 * CUES, "width": 1080, "height": 1920}
            cues = [Cue(2500 * i + 500, 2500 * i + 2400, "Мы ждём вас дома, родные.") for i in range(CUES)]
            there.start_track(Layer.RUSSIAN, "ru").add(cues, "phrasebook")
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = chromium(playwright)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        _enter(page, f"http://127.0.0.1:{server.port}", desk, made)
        yield page
        browser.close()
        server.shutdown()
        desk.db.close()


def _enter(page: Page, url: str, desk: Context, made: Appeal) -> None:
    cast.account(desk, "tanya")
    page.goto(f"{url}/staff/sign-in?next=/staff/appeals/{made.id}/edit")
    page.fill("[name=name]", "tanya")
    page.fill("[name=password]", cast.PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_selector("#cues textarea")
    page.evaluate(LISTEN)
