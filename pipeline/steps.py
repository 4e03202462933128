"""The steps of an appeal, one function each: fetch what it needs, call the tools, say what came out.

runner.py does the rest for all of them: claim, lease, storing the files, advancing.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy.exc import OperationalError

from pipeline import delivery, face, formats, layout, render, renditions, speech, transcribe, workflow
from pipeline.approval import approval_in_force
from pipeline.context import Context
from pipeline.cues import Cue
from pipeline.errors import LostLease, PipelineError
from pipeline.hands import Hands, finish
from pipeline.models import ANOTHER_LANGUAGE, UNKNOWN_LANGUAGE, Appeal, Kind, Layer, Status
from pipeline.pieces import SECONDS
from pipeline.prepare import prepare, proxy_size
from pipeline.probe import MediaInfo, check_limits, probe
from pipeline.translate import draft
from pipeline.workflow import Claim


@dataclass(frozen=True)
class Draft:
    """A track that a step wrote."""

    layer: Layer
    language: str
    cues: list[Cue]
    made_by: str


@dataclass(frozen=True)
class Result:
    """What a step leaves behind: files, at most one new revision, what the probe found, a note for the ledger."""

    files: dict[Kind, Path] = field(default_factory=dict)
    renditions: dict[str, Path] = field(default_factory=dict)  # by preset; several may share a path
    revision_id: int | None = None
    draft: Draft | None = None
    media: MediaInfo | None = None
    focus: dict[str, float] | None = None  # Appeal.focus, where it was looked for
    note: str = ""


@dataclass(frozen=True)
class Job:
    """One attempt at one step."""

    context: Context
    claim: Claim
    appeal: Appeal
    work: Path
    stop: threading.Event

    @property
    def media(self) -> MediaInfo:
        """What the probe found when the appeal was prepared."""
        if self.appeal.media is None:
            raise PipelineError("file_missing", "the appeal was never prepared")
        return MediaInfo.from_dict(self.appeal.media)

    @property
    def frame(self) -> layout.Profile:
        """By which rules this clip's captions are read."""
        return layout.profile(self.media.width, self.media.height)

    def tell(self, share: float) -> None:
        """Write down how much of the step is done. LostLease when somebody else has it now."""
        if self.stop.is_set():
            raise LostLease
        with suppress(OperationalError), self.context.db.write() as session:  # nobody waits for this figure
            workflow.tell(session, self.claim, round(share * 100))

    def fetch(self, kind: Kind) -> Path:
        """A local path of this file. PipelineError when it is not there, or is not what was stored."""
        file = self.appeal.file(kind)
        try:
            if file is None:
                raise FileNotFoundError(kind)
            path = self.context.storage.fetch(file.key, self.work)
        except FileNotFoundError as error:
            raise PipelineError("file_missing", kind) from error
        if _sha256(path) != file.sha256:
            raise PipelineError("file_changed", kind)
        return path

    def cues(self, layer: Layer, revision_id: int | None = None) -> list[Cue]:
        """The cues of one revision of a track, the latest unless told."""
        track = self.appeal.track(layer)
        revisions = track.revisions if track else []
        chosen = [r for r in revisions if revision_id is None or r.id == revision_id]
        return chosen[-1].cues if chosen else []


def _prepare(job: Job) -> Result:
    original, limits = job.fetch(Kind.ORIGINAL), job.context.campaign.limits
    info = probe(job.context.box, original, job.work)
    check_limits(info, min_ms=limits.min_ms, max_ms=limits.max_ms, max_pixels=limits.max_pixels)
    made = prepare(job.context.box, original, info, job.work, job.stop)
    focus = face.find(job.context.box, made.clean, proxy_size(info), info.duration_ms, job.work)
    files = {Kind.CLEAN: made.clean, Kind.AUDIO: made.audio, Kind.PEAKS: made.peaks, Kind.POSTER: made.poster}
    return Result(files, media=info, focus=focus)


def _transcribe(job: Job) -> Result:
    audio = job.fetch(Kind.AUDIO)
    spans = speech.find_speech(audio)
    declared = job.appeal.language
    language = None if declared in {ANOTHER_LANGUAGE, UNKNOWN_LANGUAGE} else declared
    settings = job.context.settings
    transcript = transcribe.transcribe_or_leave_empty(
        settings.whisper_model, audio, language, spans, job.frame,
        engine=settings.asr_engine, on_progress=job.tell, weights=settings.weights_dir, offline=settings.offline,
    )  # fmt: skip
    draft = Draft(Layer.TRANSCRIPT, transcript.language, list(transcript.cues), transcript.model)
    return Result(draft=draft, note=transcript.reason if spans else "No speech was found.")


def _translate(job: Job) -> Result:
    track = job.appeal.track(Layer.TRANSCRIPT)
    if track is None:
        raise PipelineError("file_missing", "there is no transcript")
    context, campaign = job.context, job.context.campaign
    with context.db.read() as session:
        memory = context.recall.memory(session)
    cues = draft(
        context.box, track.latest.cues, track.language, job.frame, job.work,
        engines=campaign.engines, memory=memory, glossary=campaign.glossary,
    )  # fmt: skip
    made_by = _made_by(track.latest.made_by, cues)
    return Result(draft=Draft(Layer.RUSSIAN, "ru", [_of_this_clip(cue) for cue in cues], made_by))


def _of_this_clip(cue: Cue) -> Cue:
    """Without what the memory offers: those are other people's words, which they may take back. The web asks anew."""
    return replace(cue, offers=tuple(offer for offer in cue.offers if offer.origin != "memory"))


def _made_by(heard_by: str, cues: Sequence[Cue]) -> str:
    """Who heard, and who put it into Russian: "none" where nobody could."""
    origins = {cue.origin for cue in cues} - {""}
    nobody = ["none"] if cues and not origins else []
    return " + ".join([heard_by, *sorted(origins - {"same"}), *nobody])


def _render(job: Job) -> Result:
    revision_id = job.appeal.submitted_revision_id
    cues = job.cues(Layer.RUSSIAN, revision_id)
    file, clean = job.appeal.file(Kind.CLEAN), job.fetch(Kind.CLEAN)
    assert file  # noqa: S101 - fetch found it
    whole = max(job.media.duration_ms / 1000 / SECONDS, 1)  # about so many pieces
    hands = Hands(
        job.context, job.appeal.id, job.appeal.folder, clean, file.sha256, job.work, job.stop,
        tell=lambda left: job.tell(max(1 - left / whole, 0)),
    )  # fmt: skip
    finished = finish(hands, job.claim, cues, job.media)
    return Result({Kind.FINISHED: finished}, revision_id=revision_id)


def _deliver(job: Job) -> Result:
    approval = approval_in_force(job.appeal)
    if approval is None:
        raise PipelineError("changed_since")
    finished = job.fetch(Kind.FINISHED)  # released as it is, so it must still be what was approved
    clean, box = job.fetch(Kind.CLEAN), job.context.box
    cues = job.cues(Layer.RUSSIAN, approval.revision_id)
    texts = {Kind.SRT: formats.srt(cues), Kind.VTT: formats.vtt(cues)}
    files = {kind: job.work / f"russian.{kind}" for kind in texts}
    for kind, path in files.items():
        path.write_text(texts[kind], encoding="utf-8")
    files[Kind.SOFTSUB] = render.soft_subs(box, clean, cues, job.work / "softsub.mp4")
    files[Kind.COVER] = renditions.cover(box, finished, cues, job.media.duration_ms, job.work / "cover.jpg")
    choices = delivery.Choices.from_dict(approval.delivery)
    made = delivery.make(
        box, job.context.campaign, job.appeal, choices, cues, clean, finished, job.work, job.stop
    )  # fmt: skip
    return Result(files, made, revision_id=approval.revision_id)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


#: What a worker does at a status, and where the appeal goes then.
STEPS: dict[Status, tuple[Callable[[Job], Result], Status]] = {
    Status.RECEIVED: (_prepare, Status.PREPARED),
    Status.PREPARED: (_transcribe, Status.TRANSCRIBED),
    Status.TRANSCRIBED: (_translate, Status.DRAFTED),
    Status.SUBMITTED: (_render, Status.IN_REVIEW),
    Status.APPROVED: (_deliver, Status.RELEASED),
}
