"""The log of posts, reach and take-downs on a phone and on a desk: axe, nothing too wide, and the way by keys alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

import web
from pipeline.base import now
from pipeline.config import Settings
from pipeline.db import migrate
from pipeline.models import Appeal, Status
from pipeline.publishing import Download
from pipeline.withdraw import withdraw
from tests import cast
from tests.browser.access import faults
from tests.browser.test_team import WIDER, browser, sign_in  # noqa: F401 - a fixture

pytestmark = pytest.mark.xdist_group("team")

LONG = "Голоса женщин мира против войны и насилия, второй канал"
PATHS = (
    *("/social/posts", "/social/posts/1", "/social/posts/log?appeal_id=1", "/social/reach", "/social/reach/report"),
    *("/social/reach/import", "/social/take-downs"),
)
TABLE = "post;views;likes\n1;20 тыс.;5\n2;1,2K;\n99;1;\n1;x;\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, str, Appeal]]:
    folder = tmp_path_factory.mktemp("data")
    environ = {"DATA_DIR": str(folder), "REDIS_URL": "redis://127.0.0.1:1/0", "SECRET_KEY": "tests only"}
    settings = Settings.from_env(environ)
    migrate(settings.database_url)
    app = web.create_app(settings)
    desk = app.extensions["desk"]
    sveta = cast.account(desk, "sveta")
    made, gone = cast.appeal(desk, Status.RELEASED), cast.appeal(desk, Status.RELEASED)
    days = [now().date() - timedelta(weeks=weeks) for weeks in (12, 11, 6, 5)]
    for network in desk.campaign.networks:
        for channel in ("", LONG):
            counts = [(day, 1000 * place) for place, day in enumerate(days, 1)]
            cast.posted(
                desk, made, *counts, network=network, preset="", channel=channel, posted_at=now() - timedelta(weeks=13)
            )
    cast.posted(desk, gone, url=f"https://t.me/channel/{'a' * 200}")
    with desk.db.write() as session:
        session.add(
            Download(appeal_id=gone.id, account_id=sveta.id, by="sveta", name="appeal-2_kit.zip", sha256="0" * 64)
        )
    withdraw(desk, gone.id)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield app, f"http://127.0.0.1:{server.port}", made
    server.shutdown()
    desk.db.close()


def preview(page: Page, url: str) -> None:
    page.goto(f"{url}/social/reach/import")
    page.fill("#table", TABLE)
    page.get_by_role("button", name="Look at it").press("Enter")
    expect(page.get_by_text("Nothing is written yet.")).to_be_visible()
    page.wait_for_load_state()  # its style too


@pytest.mark.parametrize(("width", "colours"), [(360, "light"), (1280, "dark")])
def test_no_page_has_a_fault_or_is_too_wide(browser, place, width, colours):  # noqa: F811
    _app, url, _made = place
    context = browser.new_context(viewport={"width": width, "height": 740}, color_scheme=colours)
    page = context.new_page()
    sign_in(page, url, "sveta")
    found = {}
    for path in PATHS:
        page.goto(url + path)
        found[path] = [*faults(page), *([page.evaluate(WIDER)] if page.evaluate(WIDER) > 0 else [])]
    preview(page, url)
    found["preview"] = [*faults(page), *([page.evaluate(WIDER)] if page.evaluate(WIDER) > 0 else [])]
    context.close()
    assert {where: wrong for where, wrong in found.items() if wrong} == {}


def test_the_report_is_one_printed_page(browser, place):  # noqa: F811
    _app, url, _made = place
    page = browser.new_context().new_page()
    sign_in(page, url, "sveta")
    page.goto(f"{url}/social/reach/report")
    printed = page.pdf(prefer_css_page_size=True)
    assert printed.count(b"/Type /Page\n") == 1
    page.context.close()


def test_by_keys_alone_a_post_is_logged_counted_taken_down_and_a_file_acknowledged(browser, place):  # noqa: F811
    _app, url, made = place
    page = browser.new_context(viewport={"width": 360, "height": 740}).new_page()
    sign_in(page, url, "sveta")
    page.goto(f"{url}/social/posts/log?appeal_id={made.id}")
    page.get_by_label("Where").select_option("instagram:reels")
    page.get_by_label("Link to the post").fill("https://www.instagram.com/reel/Abc/")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="It is in the log.")).to_be_visible()
    page.get_by_label("Views").fill("1,2K")
    page.keyboard.press("Enter")
    expect(page.get_by_role("table")).to_contain_text("1,200")
    preview(page, url)
    expect(page.get_by_text("Line 4: No post in the log has this number or link.")).to_be_visible()
    page.get_by_role("button", name="Take these 2 rows").press("Enter")
    expect(page.get_by_role("status").filter(has_text="2 rows are taken.")).to_be_visible()
    page.goto(f"{url}/social/take-downs")
    page.get_by_label("How do you know that it is gone?").fill("The link says: not found.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing is to be taken down.")).to_be_visible()
    page.get_by_role("button", name="It is deleted: appeal-2_kit.zip").press("Enter")
    expect(page.get_by_role("heading", name="Delete a file")).to_have_count(0)
    page.context.close()
