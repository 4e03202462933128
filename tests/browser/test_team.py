"""The pages of the team on a phone and on a desk: axe, nothing too wide, and counts that stay true."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect, sync_playwright
from werkzeug.serving import make_server

import web
from pipeline.config import Settings
from pipeline.db import migrate
from pipeline.models import Appeal, Status
from tests import cast
from tests.browser.access import faults
from tests.services import chromium

pytestmark = pytest.mark.xdist_group("team")

PAGES = {
    "tanya": ("/staff/", "/staff/me", "/staff/next", "/nothing"),
    "rita": ("/staff/?status=to-screen", "/staff/appeals/3/screen", "/staff/appeals/6/review", "/staff/appeals/8"),
    "sveta": ("/social/",),
    "ada": ("/staff/?status=", "/admin/", "/admin/accounts/1", "/admin/stuck", "/admin/audit", "/admin/memory"),
}
WIDER = "document.documentElement.scrollWidth - innerWidth"
LOOK_NOW = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, str]]:
    folder = tmp_path_factory.mktemp("data")
    environ = {"DATA_DIR": str(folder), "REDIS_URL": "redis://127.0.0.1:1/0", "SECRET_KEY": "tests only"}
    settings = Settings.from_env(environ)
    migrate(settings.database_url)
    app = web.create_app(settings)
    desk = app.extensions["desk"]
    for name in PAGES:
        cast.account(desk, name)
    for there in Status:
        cast.appeal(desk, there, language="pl")
    with desk.db.write() as session:
        stuck = session.query(Appeal).filter_by(status=Status.PREPARED).one()
        stuck.needs_person, stuck.reason, stuck.urgent = True, "no_model", True
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield app, f"http://127.0.0.1:{server.port}"
    server.shutdown()
    desk.db.close()


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        opened = chromium(playwright)
        yield opened
        opened.close()


def sign_in(page: Page, url: str, name: str) -> None:
    page.goto(f"{url}/staff/sign-in")
    page.fill("#name", name)
    page.fill("#password", cast.PASSWORD)
    page.click("main button")
    page.wait_for_url(lambda address: "sign-in" not in address)


@pytest.mark.parametrize(("width", "colours"), [(360, "light"), (1280, "dark")])
def test_no_page_of_the_team_has_a_fault_or_is_too_wide(browser, team, width, colours):
    _app, url = team
    found = {}
    for name, paths in PAGES.items():
        context = browser.new_context(viewport={"width": width, "height": 740}, color_scheme=colours)
        page = context.new_page()
        sign_in(page, url, name)
        for path in paths:
            page.goto(url + path)
            found[name, path] = [*faults(page), *([page.evaluate(WIDER)] if page.evaluate(WIDER) > 0 else [])]
        context.close()
    assert {where: wrong for where, wrong in found.items() if wrong} == {}


def test_counts_on_a_page_that_stays_open_are_brought_up_to_date(browser, team):
    app, url = team
    page = browser.new_context().new_page()
    sign_in(page, url, "tanya")
    button = page.get_by_role("button", name="Take the next one")
    expect(button).to_have_text("Take the next one 1")
    cast.appeal(app.extensions["desk"])
    page.evaluate(LOOK_NOW)
    expect(button).to_have_text("Take the next one 2")
    expect(page.locator(".tabs [aria-current]")).to_have_text("To correct 2")
    page.context.close()


def test_the_next_one_is_taken_by_keys_alone(browser, team):
    _app, url = team
    page = browser.new_context(viewport={"width": 360, "height": 740}).new_page()
    sign_in(page, url, "rita")
    page.get_by_role("button", name="Take the next one").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/review")
    page.context.close()


def test_a_clip_is_watched_noted_and_approved_by_keys_and_thumbs(browser, team):
    app, url = team
    made = cast.appeal(app.extensions["desk"], Status.IN_REVIEW)
    page = browser.new_context(viewport={"width": 360, "height": 740}).new_page()
    sign_in(page, url, "rita")
    page.goto(f"{url}/staff/appeals/{made.id}/review")
    video = page.locator("video")
    play = "new Promise(done => { video.onended = done; video.play(); })"
    video.evaluate(f"video => {{ video.playbackRate = 8; return {play}; }}")
    expect(page.get_by_text("Played: 0%")).to_be_visible()  # faster than anybody reads
    video.evaluate("video => { video.playbackRate = 2; video.currentTime = 2; }")
    video.press("n")
    page.keyboard.type("Another word")
    page.keyboard.press("Enter")
    expect(page.locator("#note-list")).to_contain_text("0:02.000 Another word")
    expect(video).to_be_focused()
    video.evaluate("video => { video.currentTime = 0; return video.play(); }")
    expect(page.get_by_text("You played all of it.")).to_be_visible(timeout=60_000)
    page.reload()  # this tab knows it still
    expect(page.get_by_text("You played all of it.")).to_be_visible()
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_text("1 note at this clip is still open.")).to_be_visible()
    page.get_by_role("button", name="Approve it all the same").click()
    expect(page.get_by_role("status").filter(has_text="is approved")).to_be_visible()
    page.context.close()
