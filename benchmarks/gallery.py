"""How long the gallery takes with a hundred thousand released clips: the slowest of its pages and filters, in seconds.

Through the whole application, on SQLite, as its test client asks; each page three times, the quickest counts.
"""

from __future__ import annotations

import random
import tempfile
import time
from datetime import date, timedelta

from flask.testing import FlaskClient
from sqlalchemy import insert

import web
from pipeline.base import now
from pipeline.config import Settings
from pipeline.context import Context
from pipeline.db import migrate
from pipeline.models import Account, Appeal, Status
from pipeline.posts import Post
from pipeline.publishing import Release, ReleaseWord, Tag
from tests import cast

CLIPS = 100_000
POSTS = 10_000
NETWORKS = ("youtube", "instagram", "facebook", "tiktok", "telegram", "x")
LANGUAGES = ("be", "uk", "en", "de", "pl", "lt")
COUNTRIES = ("", "", "Poland", "Deutschland", "Lietuva", "Україна", "Беларусь", "UK")
TAGS = tuple(f"tag {number}" for number in range(40))
COMMON, RARE = "война", "незабудка"  # in every second clip, and in one
WORDS_EACH = 40  # different ones; a clip of half a minute has about so many
BEGINNINGS = ("мам", "бра", "дом", "при", "по", "не", "жд", "лю", "сер", "мир")

#: What people ask for: each alone, together, far down, and what nothing fits.
PAGES = (
    "",
    "page=4100",
    "language=lt",
    "language=lt&page=600",
    "country=UK&network=x",
    "tag=tag 7",
    "network=telegram",
    "unposted=telegram",
    "unposted=telegram&page=3500",
    "new=1",
    f"search={RARE}",
    f"search={COMMON}",
    f"search={COMMON}&page=400",
    f"search={COMMON} {RARE}",
    f"search={COMMON} мама1&language=uk&tag=tag 3&unposted=x",
    "search=nothing at all",
    "search=50000",
    "search=мам",
    "search=п",
    "country=Atlantis",
    "tag=tag 7&country=UK&language=lt&network=x&unposted=youtube&new=1",
)


def measure() -> float:
    """The slowest of PAGES."""
    with tempfile.TemporaryDirectory() as folder:
        app = web.create_app(Settings.from_env({"DATA_DIR": folder, "REDIS_URL": "redis://127.0.0.1:1/0"}))
        app.test_client_class = cast.Person
        desk: Context = app.extensions["desk"]
        migrate(desk.settings.database_url)
        _fill(desk)
        sveta = cast.enter(app, "sveta")
        with desk.db.write() as session:
            seen = session.query(Account).filter_by(name="sveta").one()
            seen.gallery_seen, seen.gallery_before = now(), now() - timedelta(days=3)
        slowest = max(min(_seconds(sveta, page) for _ in range(3)) for page in PAGES)
        desk.db.close()
        return slowest


def _seconds(client: FlaskClient, page: str) -> float:
    began = time.perf_counter()
    answer = client.get(f"/social/?{page}")
    assert answer.status_code == 200
    return time.perf_counter() - began


def _fill(desk: Context) -> None:
    """Rows as they are after years, made by chance that is the same each time."""
    chance = random.Random(6)  # noqa: S311
    vocabulary = [f"{chance.choice(BEGINNINGS)}{number}" for number in range(20_000)]
    first = now() - timedelta(minutes=CLIPS)
    appeals, releases, tags, found = [], [], [], []
    for number in range(1, CLIPS + 1):
        language = chance.choice(LANGUAGES)
        appeals.append({"id": number, "folder": str(number), "language": language, "status": Status.RELEASED})
        releases.append(_release(chance, number, language) | {"at": first + timedelta(minutes=number)})
        tags += [{"appeal_id": number, "tag": tag} for tag in set(chance.choices(TAGS, k=2))]
        said = {vocabulary[int(len(vocabulary) * chance.random() ** 3)] for _ in range(WORDS_EACH)}
        said |= {COMMON} if number % 2 else set()
        found += [{"word": word, "appeal_id": number} for word in said]
    found.append({"word": RARE, "appeal_id": 777})
    posts = [_post(chance) for _ in range(POSTS)]
    found.sort(key=lambda row: (str(row["word"]), row["appeal_id"]))  # quicker to take in
    with desk.db.write() as session:
        for table, rows in ((Appeal, appeals), (Release, releases), (Tag, tags), (Post, posts), (ReleaseWord, found)):
            session.execute(insert(table), rows)


def _release(chance: random.Random, number: int, language: str) -> dict[str, object]:
    return {
        "appeal_id": number,
        "language": language,
        "country": chance.choice(COUNTRIES),
        "networks": f" {' '.join(sorted(chance.sample(NETWORKS, 4)))} ",
        "not_before": date(2026, 11, 1) if number % 10 == 0 else None,
        "duration_ms": chance.randrange(15_000, 180_000),
    }


def _post(chance: random.Random) -> dict[str, object]:
    number = chance.randrange(1, CLIPS)
    url, network = f"https://example.org/{number}", chance.choice(NETWORKS)
    return {"appeal_id": number, "network": network, "url": url, "hashtags": [], "posted_at": now(), "by": "sveta"}
