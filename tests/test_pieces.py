"""A clip in pieces is the clip of one pass, frame for frame; and where it cannot be cut, nobody tries."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import pieces
from pipeline.cues import Cue
from pipeline.look import PLAIN, Look
from pipeline.prepare import prepare
from pipeline.probe import probe
from pipeline.render import burn_in
from tests.media import BOX, ffmpeg, packets

KEYS = ["-force_key_frames", "expr:gte(t,n_forced*2)"]
CUES = [Cue(0, 900, "В начале"), Cue(3600, 4700, "Через край,\nна двух"), Cue(5000, 9990, "До последнего кадра")]


def clip(folder: Path, *coding: str, rate: str = "25", filters: str = "null", size: str = "160x284") -> Path:
    """Ten seconds of moving picture and sound as H.264, with a key frame each two seconds."""
    path = folder / "clip.mp4"
    picture = ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration=10,{filters}"]
    sound = ["-f", "lavfi", "-i", "sine=duration=10:sample_rate=48000"]
    ffmpeg(*picture, *sound, "-pix_fmt", "yuv420p", "-fps_mode", "vfr", *(coding or KEYS), path)
    return path


def variable(folder: Path) -> Path:
    """Frames at uneven times, a second of none among them."""
    return clip(folder, filters="select='not(mod(n\\,3))+mod(n\\,7)*lt(mod(n\\,50)\\,25)'")


def one_a_second(folder: Path) -> Path:
    return clip(folder, rate="1")


def sixty_a_second(folder: Path) -> Path:
    return clip(folder, rate="60")


def of_television(folder: Path) -> Path:
    """29.97 frames a second: no border lies on a whole millisecond."""
    return clip(folder, rate="30000/1001")


def of_odd_size(folder: Path) -> Path:
    """As a supporter sends it: the proxy is of even sides."""
    return clip(folder, *KEYS, "-c:v", "libvpx", "-f", "matroska", size="161x285")


def with_sound_first(folder: Path) -> Path:
    """The picture begins a moment after the sound."""
    return clip(folder, *KEYS, filters="setpts=PTS+0.08/TB")


def proxy(path: Path, folder: Path):
    """What everybody works with, and what the probe found."""
    out = folder / "proxy"
    out.mkdir()
    info = probe(BOX, path, out)
    return prepare(BOX, path, info, out).clean, info


def planned(clean, info, cues, folder, look=PLAIN):
    film = pieces.film_of(BOX, clean, folder)
    return film, pieces.plan(film, cues, info, look, "the proxy's hash") if film else []


def joined(clean, info, cues, folder: Path, kept=()) -> tuple[Path, dict[str, Path]]:
    """The clip in pieces: its file, and the pieces by their addresses; those that are kept are not made again."""
    folder.mkdir()
    film, plan = planned(clean, info, cues, folder)
    files, known = {}, set()
    for number, stretch in enumerate(plan):
        path = folder / str(number) / "piece.mp4"
        if stretch.address in kept:
            files[stretch.address] = kept[stretch.address]
            continue
        path.parent.mkdir()
        known.add(pieces.make(BOX, clean, stretch, PLAIN, path, threads=1))
        files[stretch.address] = path
    assert len(known) == 1
    parts = [(stretch, files[stretch.address]) for stretch in plan]
    return pieces.join(BOX, clean, film, parts, info, folder / "joined.mp4"), files


def pictures(path: Path) -> list[str]:
    """A hash of each decoded frame with its time."""
    lines = ffmpeg("-i", path, "-map", "0:v", "-fps_mode", "passthrough", "-f", "framemd5", "-").decode().splitlines()
    return [re.sub(r"\s", "", line) for line in lines if not line.startswith("#")]


def likeness(one: Path, other: Path) -> float:
    """SSIM over all frames: 1 for the same."""
    stats = one.with_name("ssim.txt")
    graph = f"[0:v]settb=AVTB[a];[1:v]settb=AVTB[b];[a][b]ssim=stats_file='{stats}'"
    ffmpeg("-i", one, "-i", other, "-lavfi", graph, "-fps_mode", "passthrough", "-f", "null", "-")
    found = [float(line.split("All:")[1].split()[0]) for line in stats.read_text().splitlines()]
    return min(found)


FORMS = [variable, one_a_second, sixty_a_second, of_television, of_odd_size, with_sound_first]


@pytest.mark.parametrize("form", FORMS, ids=[form.__name__ for form in FORMS])
def test_the_pieces_make_the_clip_of_one_pass(form, tmp_path):
    clean, info = proxy(form(tmp_path), tmp_path)
    whole = burn_in(BOX, clean, CUES, info, tmp_path / "finished.mp4")
    in_pieces, files = joined(clean, info, CUES, tmp_path / "pieces")
    assert len(files) >= 2
    one, other, source = (pieces.film_of(BOX, path, tmp_path) for path in (whole, in_pieces, clean))
    assert one.times == other.times == source.times and one.scale == other.scale
    assert len(pictures(whole)) == len(pictures(in_pieces)) == len(source.times)
    assert likeness(in_pieces, whole) >= 0.98
    assert packets(in_pieces, "a") == packets(whole, "a") == packets(clean, "a")


def test_a_cue_that_ends_where_a_piece_begins_is_no_part_of_it(tmp_path):
    clean, info = proxy(clip(tmp_path), tmp_path)
    film, plan = planned(clean, info, [], tmp_path)
    border = plan[1].start * 1000 // film.scale
    until, into = ([Cue(0, end, "Нет.")] for end in (border, border + 1))
    assert ["Нет." in each.captions for each in planned(clean, info, until, tmp_path)[1][:2]] == [True, False]
    assert ["Нет." in each.captions for each in planned(clean, info, into, tmp_path)[1][:2]] == [True, True]
    whole = burn_in(BOX, clean, until, info, tmp_path / "finished.mp4")
    assert likeness(joined(clean, info, until, tmp_path / "pieces")[0], whole) >= 0.98


def test_an_edit_changes_the_frames_of_its_own_pieces_and_no_others(tmp_path):
    clean, info = proxy(clip(tmp_path), tmp_path)
    before, kept = joined(clean, info, CUES, tmp_path / "before")
    edited = [CUES[0], replace(CUES[1], text="Иначе"), CUES[2]]
    after, files = joined(clean, info, edited, tmp_path / "after", kept)
    assert [address in kept for address in files] == [False, False, True]  # it is shown across their border
    old, new = pictures(before), pictures(after)
    assert len(old) == len(new) == 250 and old[200:] == new[200:]
    assert not {*old[90:117]} & {*new[90:117]}  # 3.6 to 4.7 s


def test_another_look_or_another_proxy_is_another_address(tmp_path):
    clean, info = proxy(clip(tmp_path), tmp_path)
    film, plan = planned(clean, info, CUES, tmp_path)
    for other in (
        pieces.plan(film, CUES, info, Look("box"), "the proxy's hash"),
        pieces.plan(film, CUES, info, Look(image=b"logo"), "the proxy's hash"),
        pieces.plan(film, CUES, info, Look(hashtags="#NoWar"), "the proxy's hash"),
        pieces.plan(film, CUES, info, PLAIN, "another"),
    ):
        assert not {stretch.address for stretch in plan} & {stretch.address for stretch in other}
    assert [pieces.Stretch.from_json(stretch.to_json()) for stretch in plan] == plan


def test_captions_that_are_shown_at_once_are_not_parted(tmp_path):
    """Which of them stands below depends on which was there first."""
    clean, info = proxy(clip(tmp_path), tmp_path)
    _, plan = planned(clean, info, [Cue(3000, 4500, "Один"), Cue(3500, 5000, "Другой")], tmp_path)
    assert [stretch.start // stretch.scale for stretch in plan] == [0, 6, 8]


@pytest.mark.parametrize(
    "coding",
    [
        ["-g", "1000"],  # one key frame
        [*KEYS, "-x264-params", "open-gop=1:keyint=50:bframes=3:scenecut=0", "-force_key_frames", "0"],
        ["-t", "3", *KEYS],  # shorter than a piece
    ],
    ids=["no key frames", "open groups", "short"],
)
def test_what_cannot_be_cut_is_not_cut(coding, tmp_path):
    clean, info = proxy(clip(tmp_path, *coding), tmp_path)
    assert planned(clean, info, [], tmp_path)[1] == []


def test_a_clip_that_begins_late_altogether_is_not_cut(tmp_path):
    late = tmp_path / "late.mp4"
    ffmpeg("-itsoffset", "0.5", "-i", clip(tmp_path), "-c", "copy", late)
    assert pieces.film_of(BOX, late, tmp_path) is None


def test_a_piece_that_lacks_frames_is_found_out(tmp_path):
    clean, info = proxy(clip(tmp_path), tmp_path)
    film, plan = planned(clean, info, [], tmp_path)
    parts = [(stretch, tmp_path / str(number) / "piece.mp4") for number, stretch in enumerate(plan)]
    for stretch, path in parts:
        path.parent.mkdir()
        pieces.make(BOX, clean, stretch, PLAIN, path)
    pieces.join(BOX, clean, film, parts, info, tmp_path / "joined.mp4")
    last, path = parts[-1]
    pieces.make(BOX, clean, replace(last, times=last.times[:-1]), PLAIN, path)
    twice = [(stretch, parts[0][1]) for stretch, _path in parts]
    for broken in (parts, twice):
        with pytest.raises(pieces.Unfit):
            pieces.join(BOX, clean, film, broken, info, tmp_path / "joined.mp4")


def test_pieces_of_another_coding_are_told_apart(tmp_path, monkeypatch):
    clean, info = proxy(clip(tmp_path), tmp_path)
    _film, plan = planned(clean, info, [], tmp_path)
    known = [pieces.make(BOX, clean, plan[0], PLAIN, tmp_path / "piece.mp4")]
    monkeypatch.setitem(pieces.ffmpeg.H264, "preset", "ultrafast")
    known.append(pieces.make(BOX, clean, plan[0], PLAIN, tmp_path / "piece.mp4"))
    assert known[0] != known[1]
