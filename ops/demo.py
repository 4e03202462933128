"""`make demo`: fill the app that is running on PORT, so that a visitor finds something on every page.

Everything goes the way people go: the public form, accounts by the command line, the pages of the team. It can be
run again: the accounts get new passwords, and the clips come once more.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import requests

from ops.visitor import Visitor

ROOT = Path(__file__).resolve().parent.parent
CLIPS = ROOT / "tests" / "data"
ROLES = ("translator", "reviewer", "social", "admin")
SITE = f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"
PATIENCE = 180  # s for one step of the workers

#: Where the demo says that it posted its clip, and how many saw it there.
POSTS = (
    ("telegram:telegram", "https://t.me/example/{}", 5400),
    ("instagram:reels", "https://www.instagram.com/reel/example{}/", 21_300),
)

SCREEN, CORRECT, WATCH, NEEDS_PERSON = (
    "Screen this video",
    "Correct the subtitles",
    "Watch and decide",
    "Needs a person",
)


def main() -> None:
    try:
        Visitor(SITE).open("/")
    except requests.ConnectionError:
        sys.exit(f"Nothing answers at {SITE}: start the app with `make run` in another window first.")
    passwords = {f"demo-{role}": password_of(f"demo-{role}", role) for role in ROLES}
    translator, reviewer, social = (signed_in(name, passwords[name]) for name in list(passwords)[:3])
    before = appeals(reviewer)
    for clip in sorted(CLIPS.glob("*.mp4")):
        send(clip)
    new = sorted(appeals(reviewer) - before)
    print("Waiting for the drafts...", flush=True)
    for page in new:
        if wait(reviewer, page, SCREEN, NEEDS_PERSON) == SCREEN:
            reviewer.screen(page)
            wait(reviewer, page, CORRECT, NEEDS_PERSON)
    go_on(translator, reviewer, social, new)
    print(f"\n{SITE}/staff/ is filled. Accounts:")
    for name, password in passwords.items():
        print(f"  {name:<16} {password}")


def go_on(translator: Visitor, reviewer: Visitor, social: Visitor, pages: list[str]) -> None:
    """Of the appeals whose draft has words one is released, one waits for review, one comes back; the rest wait."""
    with_words = [page for page in pages if CORRECT in reviewer.open(page) and any(reviewer.texts(page))]
    for page in with_words[:3]:
        translator.correct(page)
    for page in with_words[:3]:
        wait(reviewer, page, WATCH)
    released, returned, _ = with_words[:3]
    reviewer.open(f"{released}/review")
    reviewer.press("Approve", watched="whole")
    reviewer.open(f"{returned}/review")
    reviewer.press("Return", words="Please look at the second cue again: it is hard to read.")
    number = released.rsplit("/", 1)[1]
    wait(social, "/social/", f'/social/clips/{number}"')
    publish(social, number)


def publish(social: Visitor, number: str) -> None:
    """Log the clip as posted in two places, and how many saw it there."""
    for place, link, views in POSTS:
        social.open(f"/social/posts/log?appeal_id={number}")
        social.press("Write it down", place=place, url=link.format(number), channel="Demo")
        social.press("Save the numbers", views=str(views), likes=str(views // 20))


def password_of(name: str, role: str) -> str:
    """Make the account, or give it a new password when it is there already."""
    done = flask("add", name, "--role", role)
    if done.returncode:
        done = flask("password", name)
    if done.returncode:
        sys.exit(done.stderr.strip().splitlines()[-1])
    return done.stdout.split("password: ")[1].strip()


def flask(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flask", "--app", "web", "account", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def signed_in(name: str, password: str) -> Visitor:
    visitor = Visitor(SITE)
    visitor.open("/staff/sign-in")
    visitor.press("Sign in", name=name, password=password)
    if visitor.status != 200:
        sys.exit(f"{name} cannot sign in at {SITE}: does the running app use the same DATA_DIR and DATABASE_URL?")
    return visitor


def send(clip: Path) -> None:
    """As a supporter: the form, filled and sent. The file's name begins with the language, but for no-speech.mp4."""
    language = "be" if clip.stem == "no-speech" else clip.stem[:2]
    supporter = Visitor(SITE)
    supporter.open("/")
    supporter.press("Send the video", video=clip, language=language, name="Demo", naming="typed", consent="yes")
    if supporter.status != 200:
        sys.exit(f"{clip.name} was refused: {supporter.words[:300]}")
    code = re.findall(r"(?:\d{4} ){3}\d{4}", supporter.words)[0]
    print(f"sent {clip.name}, receipt code {code}", flush=True)


def appeals(visitor: Visitor) -> set[str]:
    """Pages of the appeals at the top of the list."""
    return set(re.findall(r"/staff/appeals/\d+(?=\")", visitor.open("/staff/?status=")))


def wait(visitor: Visitor, path: str, *any_of: str) -> str:
    """Look at a page until it holds one of these; gives that."""
    deadline = time.monotonic() + PATIENCE
    while not (found := next((word for word in any_of if word in visitor.open(path)), "")):
        if time.monotonic() > deadline:
            sys.exit(f"{path} did not come to '{any_of[0]}' within {PATIENCE} seconds: see DATA_DIR/logs.")
        time.sleep(0.5)
    return found


if __name__ == "__main__":
    main()
