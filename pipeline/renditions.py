"""What the networks get: every frame that they ask for, from one decode of the clean proxy and one encode of its sound.

Presets that ask for the same picture share a file. Where the finished clip is what a preset asks for, its picture is
copied: it was encoded once, and a reviewer watched it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline import card, ffmpeg, layout, loudness, render
from pipeline.card import Card
from pipeline.cues import Cue
from pipeline.errors import PipelineError
from pipeline.framing import framed
from pipeline.pieces import Film, film_of
from pipeline.presets import Preset
from pipeline.recipes import Recipe, Source, Wish, recipe
from pipeline.sandbox import Sandbox

BUFFER_MS = 1000  # so much of the picture may come at once, above its rate
SPARE = 0.97  # of the largest file: the rest is for the container
TICKS = 15_360  # a second, where a picture gets a new rate
#: MP4 as the networks want it: B-frames without an edit list need times that may be negative.
FOR_NETWORKS = {**ffmpeg.ANONYMOUS, "use_editlist": 0, "movflags": "+faststart+negative_cts_offsets"}


def make(
    box: Sandbox,
    source: Source,
    wanted: Mapping[str, tuple[Preset, int | None]],
    wish: Wish,
    work: Path,
    stop: threading.Event | None = None,
) -> dict[str, Path]:
    """The files by name of the preset; several may share one. wanted: the preset, and where it is cut off (ms).

    Raises ToolFailed or LostLease.
    """
    recipes = {name: recipe(preset, source, wish, end) for name, (preset, end) in wanted.items()}
    with render.our_own_work():
        sounds = _sounds(box, source, wish, {*recipes.values()}, work)
        files = _made(box, source, wish, {*recipes.values()}, sounds, work, stop)
        smaller = _too_large(recipes, files, {name: preset for name, (preset, _end) in wanted.items()}, wish)
        files |= _made(box, source, wish, {*smaller.values()}, sounds, work, stop)
    made = {name: files[smaller.get(name, each)] for name, each in recipes.items()}
    for name, path in made.items():
        if path.stat().st_size > wanted[name][0].max_bytes:
            raise PipelineError("tool_failed", f"{name} came out with {path.stat().st_size} bytes")
    return made


def _too_large(
    recipes: Mapping[str, Recipe], files: Mapping[Recipe, Path], presets: Mapping[str, Preset], wish: Wish
) -> dict[str, Recipe]:
    """Those whose file is larger than their network takes, at a rate at which it is not."""
    found = {}
    for name, each in recipes.items():
        if files[each].stat().st_size > presets[name].max_bytes:
            length = each.length_ms(wish.card)
            picture = SPARE * presets[name].max_bytes - each.audio_kbps * length / 8
            found[name] = replace(each, kbps=max(min(int(picture * 8 / (length + BUFFER_MS)), each.kbps), 100))
    return found


def _sounds(
    box: Sandbox, source: Source, wish: Wish, recipes: Iterable[Recipe], work: Path
) -> dict[tuple[int, int, int], Path]:
    """The sound of each length and rate, encoded once."""
    measured = loudness.measure(box, source.clean, work)
    made: dict[tuple[int, int, int], Path] = {}
    for each in sorted({_sound(one, wish) for one in recipes}):
        end, length, kbps = each
        out = work / f"sound-{len(made)}.m4a"
        made[each] = loudness.normalised(box, source.clean, out, length, kbps, end, measured)
    return made


def _sound(each: Recipe, wish: Wish) -> tuple[int, int, int]:
    return each.end_ms, each.length_ms(wish.card), each.audio_kbps


def _made(
    box: Sandbox,
    source: Source,
    wish: Wish,
    recipes: Iterable[Recipe],
    sounds: Mapping[tuple[int, int, int], Path],
    work: Path,
    stop: threading.Event | None,
) -> dict[Recipe, Path]:
    """All of these files: what is copied one by one, which costs nothing, and the rest in one call."""
    made: dict[Recipe, Path] = {}
    rest = []
    for each in sorted(recipes, key=lambda one: (one.frame, one.end_ms, one.kbps, one.card, one.fps)):
        out = work / each.name
        made[each] = out
        if not (_fits(each, source) and _copied(box, source, wish, each, sounds[_sound(each, wish)], out, stop)):
            rest.append(each)
    if rest:
        _encoded(box, source, wish, {each: made[each] for each in rest}, sounds, work, stop)
    for each, out in made.items():
        ffmpeg.verify(box, out, each.length_ms(wish.card))
    return made


def _fits(each: Recipe, source: Source) -> bool:
    """Whether the finished clip is what is asked for: its frame, all of it, at its rate, and not too many bits."""
    kbps = source.finished.stat().st_size * 8 / max(source.length_ms, 1)
    return each.frame == source.size and each.end_ms == source.length_ms and not each.fps and kbps <= each.kbps


def _copied(
    box: Sandbox,
    source: Source,
    wish: Wish,
    each: Recipe,
    sound: Path,
    out: Path,
    stop: threading.Event | None,
) -> bool:
    """The picture of the finished clip, with this sound, and the card behind it; False where they do not join."""
    picture, also = ffmpeg.source(source.finished)["V:0"], [sound]
    if wish.card and each.card:
        closing = _closing(box, source, wish, wish.card, out.with_suffix(".card.mp4"), stop)
        films = [film for path in (source.finished, closing) if (film := film_of(box, path, out.parent))]
        if len(films) < 2 or films[0].scale != films[1].scale or films[0].extradata != films[1].extradata:
            return False
        picture, also = _behind(films[0], source.finished, closing, out.with_suffix(".ffconcat")), [sound, closing]
    made = ffmpeg.output(
        picture, ffmpeg.source(sound)["a:0"], name=out.name, vcodec="copy", acodec="copy", **FOR_NETWORKS
    )
    ffmpeg.run(box, made, read=source.finished, also=also, write=out.parent, stop=stop)
    return True


def _behind(film: Film, finished: Path, closing: Path, names: Path) -> Any:
    """The pictures of one file, and behind the last of them, when it has been shown, those of the other."""
    last = film.times[-1] - film.times[-2] if len(film.times) > 1 else film.scale
    end = round((film.times[-1] + last) * 1_000_000 / film.scale)
    names.write_text(f"ffconcat version 1.0\nfile 'file:{finished}'\nduration {end}us\nfile 'file:{closing}'\n")
    return ffmpeg.joined(names.name)["V:0"]


def _closing(box: Sandbox, source: Source, wish: Wish, closing: Card, out: Path, stop: threading.Event | None) -> Path:
    """The card as a clip of its own, encoded as the finished clip is; it covers the first frame, held still."""
    captions = _captions((), source.size, wish, out.with_suffix(".ass"), 0)
    clip = ffmpeg.source(source.clean, t=0.5)
    held = clip["V:0"].filter("tpad", stop_mode="clone", stop_duration=closing.seconds)
    held = held.filter("trim", duration=closing.seconds)
    held = render.drawn(held, captions, source.size, wish.look)
    ticks = ffmpeg.ticks(ffmpeg.scale(box, source.finished, out.parent))
    made = ffmpeg.output(held, name=out.name, **ffmpeg.ANONYMOUS, **ffmpeg.H264, **ticks)
    ffmpeg.run(box, made, read=source.clean, write=out.parent, stop=stop)
    return out


def _encoded(
    box: Sandbox,
    source: Source,
    wish: Wish,
    wanted: Mapping[Recipe, Path],
    sounds: Mapping[tuple[int, int, int], Path],
    work: Path,
    stop: threading.Event | None,
) -> None:
    """All of these in one call: the clip is decoded once."""
    threads = max(ffmpeg.cores(16) * 3 // 2 // len(wanted), 3)  # of each encoder: more would not fit into the box
    pictures = ffmpeg.source(source.clean, threads=ffmpeg.cores(8))["V:0"].filter_multi_output("split", len(wanted))
    heard = {path: ffmpeg.source(path) for path in {sounds[_sound(each, wish)] for each in wanted}}
    outputs = []
    for number, (each, out) in enumerate(wanted.items()):
        picture = _picture(pictures.stream(number), source, wish, each, work, f"frame-{number}-{out.stem}.ass")
        rate = {"maxrate": f"{each.kbps}k", "bufsize": f"{each.kbps * BUFFER_MS // 1000}k"}
        ticks = ffmpeg.ticks(TICKS if each.fps else ffmpeg.scale(box, source.clean, work))
        sound = heard[sounds[_sound(each, wish)]]["a:0"]
        coding = ffmpeg.H264 | FOR_NETWORKS | rate | ticks | {"threads": threads}
        outputs.append(ffmpeg.output(picture, sound, name=out.name, acodec="copy", **coding))
    ffmpeg.run(box, *outputs, read=source.clean, also=sorted(heard), write=work, stop=stop)


def _picture(picture: Any, source: Source, wish: Wish, each: Recipe, work: Path, captions: str) -> Any:
    """One frame of the clip, cut off, framed, with captions laid out for it, and the card at its end."""
    if each.end_ms < source.length_ms:
        picture = picture.filter("trim", end=each.end_ms / 1000)
    if each.fps:
        picture = picture.filter("fps", each.fps)
    picture = framed(picture, source.size, each.frame, wish.framing, source.focus)
    if wish.card and each.card:
        picture = picture.filter("tpad", stop_mode="clone", stop_duration=wish.card.seconds)
    cues = refitted(source.cues, source.size, each.frame, each.end_ms)
    _captions(cues, each.frame, wish, work / captions, each.end_ms if each.card else None)
    return render.drawn(picture, captions, each.frame, wish.look)


def _captions(cues: Sequence[Cue], frame: tuple[int, int], wish: Wish, path: Path, card_ms: int | None) -> str:
    """Write what render.drawn() draws; the card too, from card_ms on. Gives the name of the file."""
    render.lay_out(cues, frame, wish.look, path.parent, path.name)
    if wish.card and card_ms is not None:
        path.write_text(card.added(path.read_text("utf-8"), wish.card, wish.hashtags, frame, card_ms), "utf-8")
    return path.name


def refitted(cues: Sequence[Cue], size: tuple[int, int], frame: tuple[int, int], end_ms: int) -> list[Cue]:
    """The cues up to end_ms, with their lines broken for this frame where it is read by other rules than the clip."""
    rules = layout.profile(*frame)
    same = rules == layout.profile(*size)
    kept = [replace(cue, end=min(cue.end, end_ms)) for cue in cues if cue.start < end_ms]
    return kept if same else [replace(cue, text=layout.fit(cue.text, rules)) for cue in kept]


def cover(box: Sandbox, finished: Path, cues: Sequence[Cue], length_ms: int, out: Path) -> Path:
    """A JPEG of the finished clip while its first cue is shown."""
    first = next((cue for cue in cues if cue.text.strip()), None)
    at = (first.start + min((first.end - first.start) // 2, 1000)) if first else length_ms // 2
    at = min(at, max(length_ms - 200, 0))
    picture = ffmpeg.source(finished, ss=at / 1000)["V:0"]
    made = ffmpeg.output(picture, name=out.name, f="image2", update=1, vframes=1, **{"q:v": 3}, **ffmpeg.BARE)
    with render.our_own_work():
        ffmpeg.run(box, made, read=finished, write=out.parent)
    ffmpeg.to_disk(out)
    return out
