"""The main job in a real browser, from upload to download. The screenshots stay in screenshots/, to be looked at."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.appeals import BELARUSIAN
from tests.services import ROOT, Site, chromium, until

pytestmark = pytest.mark.xdist_group("site")

SHOTS = ROOT / "screenshots"
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
PATIENCE = 120_000  # ms


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield chromium(playwright)


def person(browser: Browser, size: dict[str, int]) -> Page:
    """Somebody with a browser window of their own."""
    page = browser.new_context(viewport=size, accept_downloads=True).new_page()
    page.set_default_timeout(30_000)
    return page


def staff(browser: Browser, site: Site, name: str, role: str) -> Page:
    page = person(browser, DESK)
    page.goto(f"{site.url}/staff/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(site.account(name, role))
    page.get_by_role("button", name="Sign in").click()
    return page


def shot(page: Page, name: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def listen(page: Page, problems: list[str]) -> None:
    """Collect what the page complains about in its console."""
    page.on("console", lambda message: problems.append(message.text) if message.type in {"error", "warning"} else None)


def send(supporter: Page, site: Site) -> None:
    supporter.goto(site.url)
    shot(supporter, "1-form-phone")
    supporter.get_by_label("Choose or record the video").set_input_files(BELARUSIAN)
    supporter.get_by_label("Language that you speak").select_option("be")
    supporter.get_by_label("Name or invented name").fill("Ганна")
    supporter.get_by_label("I am the person in this video").check()
    supporter.get_by_role("button", name="Send the video").click()
    expect(supporter.get_by_role("heading", level=1)).to_contain_text("Received whole", timeout=PATIENCE)
    shot(supporter, "2-receipt-phone")
    supporter.get_by_role("button", name="See how it stands").click()
    shot(supporter, "3-status-phone")


def newest(team: Page, site: Site) -> str:
    """The address of the appeal that came last."""
    team.goto(f"{site.url}/staff/?status=all")
    shot(team, "4-queue-desk")
    numbers = re.findall(r"/staff/appeals/(\d+)", team.content())
    return f"{site.url}/staff/appeals/{max(map(int, numbers))}"


def screen(reviewer: Page, address: str) -> None:
    """Look for what volunteers must not see, and let it pass."""
    reviewer.goto(address)
    reviewer.get_by_role("link", name="Screen this video").click(timeout=PATIENCE)
    for box in reviewer.get_by_role("checkbox").all():
        box.check()
    shot(reviewer, "5-screening-desk")
    reviewer.get_by_role("button", name="Pass: volunteers may see it").click()


def correct(translator: Page, address: str) -> None:
    """Change a cue and send the clip to review."""
    translator.goto(address)
    translator.get_by_role("link", name="Correct the subtitles").click(timeout=PATIENCE)
    words = translator.locator("textarea:visible").first
    words.fill("Дорогие белорусы!")
    expect(words).to_have_value("Дорогие белорусы!")
    shot(translator, "6-editor-desk")
    assert translator.evaluate("document.querySelector('video').videoWidth") == 1080
    all_the_same = translator.get_by_role("button", name="Send all the same")
    sent = translator.get_by_text("The finished clip is being rendered, then a reviewer watches it.")
    translator.get_by_role("button", name="Send to review").click()
    expect(all_the_same.or_(sent)).to_be_visible()
    if all_the_same.is_visible():  # a check found something in the other cues
        all_the_same.click()
    expect(sent).to_be_visible()


def approve(reviewer: Page, address: str) -> None:
    reviewer.goto(address)
    reviewer.get_by_role("link", name="Watch and decide").click(timeout=PATIENCE)
    video = reviewer.locator("video")
    video.evaluate("video => { video.playbackRate = 2; return video.play() }")
    expect(reviewer.get_by_text("You played all of it.")).to_be_visible(timeout=PATIENCE)
    assert video.evaluate("video => video.videoWidth") == 1080
    shot(reviewer, "7-review-desk")
    reviewer.get_by_role("button", name="Approve", exact=True).click()
    expect(reviewer.get_by_role("status").filter(has_text="is approved")).to_be_visible()


def download(social: Page, site: Site, address: str) -> Path:
    link = social.locator(f"h2 a[href$='/social/clips/{address.rsplit('/', 1)[1]}']")

    def there() -> int:
        social.goto(f"{site.url}/social/")
        return link.count()

    until(there, "a released clip")
    shot(social, "8-gallery-desk")
    link.click()
    with social.expect_download() as saved:
        social.get_by_role("link", name="MP4 as it was approved").click()
    assert saved.value.suggested_filename.endswith(".mp4")
    return Path(saved.value.path())


def test_the_main_job_from_upload_to_download(browser, site):
    problems: list[str] = []
    supporter = person(browser, PHONE)
    translator, reviewer, social = (
        staff(browser, site, *who) for who in [("taisia", "translator"), ("roza", "reviewer"), ("sonya", "social")]
    )
    for page in (supporter, translator, reviewer, social):
        listen(page, problems)
    send(supporter, site)
    address = newest(reviewer, site)
    screen(reviewer, address)
    correct(translator, address)
    approve(reviewer, address)
    finished = download(social, site, address)
    argv = ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name,width", finished]
    found = subprocess.run(argv, check=True, capture_output=True, text=True).stdout
    assert "codec_name=h264\nwidth=1080" in found
    assert problems == []
