"""python tests/data/make_clips.py [NAME ...]: make the sample clips that spoken.toml describes.

espeak-ng speaks, numpy draws a person before an evening sky, ffmpeg puts both together. A developer runs it when
spoken.toml changes and commits the clips. The same versions of the tools give the same bytes again.
"""

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
RATE = 48_000  # samples a second of the finished sound
FRAME_RATE = 25
DRIFT = 40  # pixels by which the sky is larger than the picture on each side, so that it can move
LEAD = 0.6  # seconds before the first sentence and after the last
PAUSES = (0.6, 0.8, 0.5, 0.7, 0.4)  # seconds after each sentence, in turn
AMBIENT_SECONDS = 8.0
ROOM_TONE = 0.0005  # standard deviation; a real room is never digitally silent

# The display matrix of a track, nine big-endian numbers: as stored, and turned a quarter clockwise.
UPRIGHT = np.array([1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30], ">i4").tobytes()
QUARTER_TURN = np.array([0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30], ">i4").tobytes()


def main(names: list[str]) -> None:
    clips = tomllib.loads((HERE / "spoken.toml").read_text("utf-8"))
    for name in names or clips:
        make_clip(HERE / name, clips[name])
        print(f"{name}: {(HERE / name).stat().st_size / 1000:.0f} kB")


def make_clip(path: Path, clip: dict[str, Any]) -> None:
    """Draw, speak, encode; a turned clip is laid on its side and flagged, as a phone does it."""
    width, height = clip["size"]
    sound = speech(clip) if clip["sentences"] else ambient(AMBIENT_SECONDS)
    with tempfile.TemporaryDirectory() as folder:
        sky, person, wave = (Path(folder) / name for name in ("sky", "person", "wave"))
        sky.write_bytes(draw_sky(width + 2 * DRIFT, height + 2 * DRIFT, clip["sky"]).tobytes())
        person.write_bytes(draw_person(width, height, clip["ground"]).tobytes())
        wave.write_bytes(sound.astype("<f4").tobytes())
        encode(path, sky, person, wave, (width, height), len(sound) / RATE, turned=clip.get("turned", False))
    if clip.get("turned"):
        flag_quarter_turn(path)


def encode(
    path: Path, sky: Path, person: Path, wave: Path, size: tuple[int, int], seconds: float, turned: bool
) -> None:
    """The sky drifts and the person breathes."""
    width, height = size
    still = ["-f", "rawvideo", "-framerate", str(FRAME_RATE)]
    picture = (
        f"[0]loop=-1:1,crop={width}:{height}:'{DRIFT}*(1+sin(t/6))':'{DRIFT}*(1+cos(t/8))'[sky];"
        f"[1]loop=-1:1[person];[sky][person]overlay=0:'{height}*0.003*(1+sin(t*1.6))':format=gbrp"
        + (",transpose=cclock" if turned else "")
        + ",scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"
    )
    subprocess.run(
        [
            "ffmpeg", "-v", "error", "-nostdin", "-y",
            *still, "-pix_fmt", "rgb24", "-s", f"{width + 2 * DRIFT}x{height + 2 * DRIFT}", "-i", sky,
            *still, "-pix_fmt", "rgba", "-s", f"{width}x{height}", "-i", person,
            "-f", "f32le", "-ar", str(RATE), "-ac", "1", "-i", wave,
            "-filter_complex", picture, "-t", str(seconds),
            "-c:v", "libx264", "-preset", "slow", "-crf", "32", "-threads", "2", "-g", str(4 * FRAME_RATE),
            "-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv",
            "-c:a", "aac", "-b:a", "48k", "-bitexact", "-movflags", "+faststart", path,
        ],
        check=True,
    )  # fmt: skip


def flag_quarter_turn(path: Path) -> None:
    """Ask players to turn the picture clockwise: newer ffmpeg versions write this flag only with another option."""
    data = path.read_bytes()
    at = data.index(UPRIGHT, data.index(b"tkhd"))  # the first track is the picture
    path.write_bytes(data[:at] + QUARTER_TURN + data[at + len(QUARTER_TURN) :])


# sound: mono float32 arrays between -1 and 1


def speech(clip: dict[str, Any]) -> np.ndarray:
    """The sentences with pauses between them, over a faint room tone, at RATE."""
    parts = [silence(LEAD)]
    for i, sentence in enumerate(clip["sentences"]):
        parts += [say(sentence, clip["voice"], clip["speed"], clip["pitch"]), silence(PAUSES[i % len(PAUSES)])]
    sound = 0.8 * np.concatenate([*parts[:-1], silence(LEAD)])
    return sound + np.random.default_rng(1).normal(0, ROOM_TONE, len(sound))


def say(text: str, voice: str, speed: int, pitch: int) -> np.ndarray:
    command = ["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "--stdout", text]
    wav = subprocess.run(command, capture_output=True, check=True).stdout
    resample = ["ffmpeg", "-v", "error", "-i", "-", "-ar", str(RATE), "-ac", "1", "-f", "f32le", "-"]
    return np.frombuffer(subprocess.run(resample, input=wav, capture_output=True, check=True).stdout, "<f4")


def silence(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE))


def ambient(seconds: float) -> np.ndarray:
    """A soft chord that swells, and a breath of wind: sound, but nobody speaks."""
    t = np.arange(round(seconds * RATE)) / RATE
    turn = 2 * np.pi * t
    chord = sum(np.sin(hertz * turn) * (1 + np.sin(turn / 4 + hertz)) for hertz in (110, 220, 330, 440))
    wind = np.convolve(np.random.default_rng(2).normal(0, 0.02, len(t)), np.ones(64) / 64, "same")
    fade = np.clip(np.minimum(t, seconds - t), 0, 1)
    return (0.006 * chord + wind) * fade


# picture: uint8 arrays, height x width x channels


def draw_sky(width: int, height: int, colours: list[str]) -> np.ndarray:
    """A gradient from top to bottom with a warm light low behind the person."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    stops = np.array([rgb(colour) for colour in colours])
    column = np.stack([np.interp(np.linspace(0, 1, height), [0, 0.55, 1], stops[:, i]) for i in range(3)], -1)
    far = np.hypot(x - 0.62 * width, y - 0.5 * height) / min(width, height)
    light = 0.55 * np.exp(-((far / 0.42) ** 2))[..., None]
    sky = column[:, None] * (1 - light) + np.array([255, 236, 205]) * light
    return (sky + np.random.default_rng(3).uniform(0, 1, sky.shape)).clip(0, 255).astype(np.uint8)  # noise hides bands


def draw_person(width: int, height: int, colour: str) -> np.ndarray:
    """Head and shoulders, lit a little from the right; transparent where the sky shall be seen."""
    unit = min(width * 0.9, height * 0.62)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (x - width / 2) / unit, (y - height) / unit + 1.02  # y is 0 at the middle of the head, 1.02 at the bottom
    face = ellipse(x, y, 0, 0, 0.18, 0.24)
    hair = np.minimum(ellipse(x, y, 0, -0.03, 0.23, 0.28), ellipse(x, y, 0, 0.13, 0.24, 0.30))
    neck = np.maximum(np.abs(x) - 0.09 - 0.06 * smooth(y - 0.38, 0.3), np.abs(y - 0.3) - 0.2)
    collar = ellipse(x, y, 0, 0.34, 0.15, 0.15)
    body = ellipse(x, y, 0, 1.02, 0.56, 0.64, power=2.6)
    shade = np.array(rgb(colour)) * (1 + 0.5 * smooth(x + 0.1, 0.6))[..., None]
    shade = mix(shade, rgb("#5d4f50"), cover(np.maximum(neck, np.minimum(collar, -body)), unit))
    shade = mix(shade, rgb("#6f5f5c"), cover(face, unit))
    shade = mix(shade, rgb("#a08572"), 0.6 * cover(face, unit) * smooth(x - 0.05, 0.3))
    figure = np.minimum.reduce([hair, neck, body])
    return np.dstack([shade, 255 * cover(figure, unit)]).clip(0, 255).astype(np.uint8)


def ellipse(x: np.ndarray, y: np.ndarray, x0: float, y0: float, rx: float, ry: float, power: float = 2) -> np.ndarray:
    """Roughly the distance to an ellipse: negative inside, positive outside."""
    return ((np.abs((x - x0) / rx) ** power + np.abs((y - y0) / ry) ** power) ** (1 / power) - 1) * min(rx, ry)


def cover(distance: np.ndarray, unit: float) -> np.ndarray:
    """How much of each pixel lies inside, 0 to 1, with an edge three pixels soft."""
    return np.clip(0.5 - distance * unit / 3, 0, 1)


def smooth(x: np.ndarray, width: float) -> np.ndarray:
    """From 0 left of zero to 1 right of it, softly over `width`."""
    t = np.clip(x / width + 0.5, 0, 1)
    return t * t * (3 - 2 * t)


def mix(under: np.ndarray, over: tuple[float, ...], amount: np.ndarray) -> np.ndarray:
    return under * (1 - amount[..., None]) + np.array(over) * amount[..., None]


def rgb(colour: str) -> tuple[float, ...]:
    return tuple(bytes.fromhex(colour.lstrip("#")))


if __name__ == "__main__":
    main(sys.argv[1:])
