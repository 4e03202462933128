"""A clip of 90 s in pieces, from its records to the finished file, beside the plain ffmpeg command for the whole."""

from __future__ import annotations

import secrets
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import cycle
from pathlib import Path

from sqlalchemy import delete

from benchmarks.side_by_side import ffmpeg, ratio, sample
from pipeline import workflow
from pipeline.config import Settings
from pipeline.context import Context
from pipeline.crew import Piece
from pipeline.cues import Cue
from pipeline.db import migrate
from pipeline.hands import Hands, finish
from pipeline.models import Appeal, Status
from pipeline.probe import MediaInfo, probe
from pipeline.render import lay_out
from pipeline.storage import describe

LENGTH = 90  # s
NOBODY = "redis://127.0.0.1:1/0"  # no other worker is called: the plain command has none either
CUES = [Cue(at, at + 2500, "Настоящий герой тот,\nкто отказывается убивать.") for at in range(500, 88_000, 3000)]
#: Cues that are changed in turns. They stand to the borders of pieces as all thirty do: half of them lie on one.
CHANGED = (4, 9, 14, 7)


@dataclass(frozen=True)
class Bench:
    """One appeal that is to be rendered, on SQLite and a local disk."""

    context: Context
    clip: Path
    sha256: str
    info: MediaInfo
    folder: Path

    def render(self, cues: Sequence[Cue]) -> None:
        """As the step does it."""
        with self.context.db.write() as session:
            claim = workflow.claim(session, 1, "media", timedelta(seconds=60))
        assert claim
        with tempfile.TemporaryDirectory(dir=self.folder) as work:
            hands = Hands(self.context, 1, "bench", self.clip, self.sha256, Path(work), threading.Event())
            finish(hands, claim, cues, self.info)
        with self.context.db.write() as session:
            workflow.give_back(session, claim)

    def forget(self) -> None:
        """Drop all pieces."""
        with self.context.db.write() as session:
            session.execute(delete(Piece))
        self.context.storage.purge("bench")

    def plain(self) -> None:
        """The command, as somebody would type it."""
        lay_out(CUES, (self.info.width, self.info.height), self.context.campaign.look, self.folder)
        ffmpeg(
            "-i", self.clip, "-vf", f"ass={self.folder / 'captions.ass'},format=yuv420p", "-fps_mode", "vfr",
            "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-force_key_frames", "expr:gte(t,n_forced*2)",
            "-c:a", "copy", "-movflags", "+faststart", self.folder / "plain.mp4",
        )  # fmt: skip


@contextmanager
def _bench() -> Iterator[Bench]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        context = Context.open(Settings.from_env({"DATA_DIR": name, "REDIS_URL": NOBODY}))
        migrate(context.settings.database_url)
        with context.db.write() as session:
            session.add(Appeal(folder="bench", language="be", status=Status.SUBMITTED))
        clip = sample(folder / "clip.mp4", LENGTH)
        info = probe(context.box, clip, folder)
        yield Bench(context, clip, describe(clip, "bench", "clip.mp4").sha256, info, folder)
        context.db.close()


def one_cue() -> float:
    """One changed cue to the finished clip, of the time of a full render."""
    with _bench() as bench:
        turns = cycle(CHANGED)

        def edit() -> None:
            cues, which = list(CUES), next(turns)
            cues[which] = replace(cues[which], text=f"Никто не обязан\nубивать. {secrets.token_hex(2)}")
            bench.render(cues)

        bench.render(CUES)
        return ratio(edit, bench.plain, rounds=2 * len(CHANGED))


def segments() -> float:
    """A full render in pieces, of the time of one plain call."""
    with _bench() as bench:

        def ours() -> None:
            bench.forget()
            bench.render(CUES)

        return ratio(ours, bench.plain, rounds=3)
