"""The gallery and the page of a clip in a browser: on a phone and on a desk, by keys, with and without scripts."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import expect, sync_playwright
from werkzeug.serving import make_server

import web
from pipeline.config import Settings
from pipeline.db import migrate
from tests import cast
from tests.browser.access import faults
from tests.browser.test_team import WIDER, sign_in
from tests.services import chromium
from tests.test_kit import released, rendition

pytestmark = pytest.mark.xdist_group("team")

#: A phone's sheet of apps, which Chromium has not on this machine: what it was given is kept.
SHEET = """window.given = []; window.refuse = 0;
navigator.canShare = ({ files }) => files.every((file) => file.type === "video/mp4");
navigator.share = async ({ files }) => {
  if (window.refuse-- > 0) throw new DOMException("the click is too old", "NotAllowedError");
  window.given.push([files[0].name, files[0].size]);
};"""


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, str]]:
    """Two clips; the first has renditions of three shapes, which play."""
    folder = tmp_path_factory.mktemp("data")
    environ = {"DATA_DIR": str(folder), "REDIS_URL": "redis://127.0.0.1:1/0", "SECRET_KEY": "tests only"}
    settings = Settings.from_env(environ)
    migrate(settings.database_url)
    app = web.create_app(settings)
    desk = app.extensions["desk"]
    for name in ("sveta", "ada"):
        cast.account(desk, name)
    made = released(desk)
    for preset in ("youtube", "reels", "square"):
        rendition(desk, made, preset, cast.CLIP.read_bytes())
    released(desk)
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


@pytest.mark.parametrize(("width", "colours"), [(360, "light"), (1280, "dark")])
def test_no_page_has_a_fault_or_is_too_wide(browser, shelf, width, colours):
    _app, url = shelf
    found = {}
    context = browser.new_context(viewport={"width": width, "height": 740}, color_scheme=colours)
    page = context.new_page()
    for name, paths in {"sveta": ("/social/?language=be", "/social/clips/1"), "ada": ("/admin/feeds",)}.items():
        context.clear_cookies()
        sign_in(page, url, name)
        for path in paths:
            page.goto(url + path)
            found[path] = [*faults(page), *([page.evaluate(WIDER)] if page.evaluate(WIDER) > 0 else [])]
    context.close()
    assert {where: wrong for where, wrong in found.items() if wrong} == {}


def test_the_frame_of_a_network_is_chosen_by_keys_without_any_script(browser, shelf):
    _app, url = shelf
    page = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740}).new_page()
    sign_in(page, url, "sveta")
    page.goto(f"{url}/social/clips/1")
    expect(page.locator(".panel:visible")).to_have_count(1)
    page.get_by_role("radio", name="YouTube", exact=True).focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".panel:visible .screen")).to_have_class("screen tall")
    expect(page.locator(".panel:visible .overlay")).to_be_visible()
    page.get_by_role("checkbox", name="Show what").focus()
    page.keyboard.press("Space")
    expect(page.locator(".overlay:visible")).to_have_count(0)
    expect(page.get_by_role("link", name="Save for Instagram Reels")).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    page.context.close()


def test_a_rendition_plays_in_its_frame_under_the_buttons_of_the_network(browser, shelf):
    _app, url = shelf
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    sign_in(page, url, "sveta")
    page.goto(f"{url}/social/clips/1")
    page.get_by_role("radio", name="Facebook 1:1").check()
    video = page.locator(".panel:visible video")
    video.evaluate("video => { video.muted = true; return video.play(); }")
    assert video.evaluate("video => video.videoWidth") > 0
    box = page.locator(".panel:visible .screen").bounding_box()
    assert abs(box["width"] - box["height"]) < 2
    page.context.close()


def test_one_click_copies_a_text(browser, shelf):
    _app, url = shelf
    page = browser.new_context(permissions=["clipboard-read", "clipboard-write"]).new_page()
    sign_in(page, url, "sveta")
    page.goto(f"{url}/social/clips/1")
    page.get_by_role("button", name="Copy Text for YouTube").click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Hanna (Poland) — мужчинам Беларуси:") and "#NoMeansNo" in copied
    page.context.close()


def test_chosen_clips_come_as_one_download(browser, shelf):
    _app, url = shelf
    page = browser.new_page()
    sign_in(page, url, "sveta")
    page.goto(f"{url}/social/")
    for box in page.get_by_role("checkbox", name="Choose").all():
        box.check()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download the chosen").click()
    with zipfile.ZipFile(saved.value.path()) as there:
        assert there.testzip() is None and len({name.split("/")[0] for name in there.namelist()}) == 2
    page.close()


def test_on_a_phone_a_video_goes_to_the_sheet_of_apps(browser, shelf):
    _app, url = shelf
    page = browser.new_context(viewport={"width": 360, "height": 740}).new_page()
    page.add_init_script(SHEET)
    sign_in(page, url, "sveta")
    page.goto(f"{url}/social/clips/1")
    page.evaluate("window.refuse = 1")  # loading took longer than a click counts
    button = page.locator(".panel:visible [data-share]")
    button.click()
    expect(button).to_contain_text("Ready: share now")
    button.click()
    page.wait_for_function("window.given.length")
    [[name, size]] = page.evaluate("window.given")
    assert name.startswith("appeal-1_") and name.endswith(".mp4") and size == cast.CLIP.stat().st_size
    page.context.close()
