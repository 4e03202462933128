"""Pictures of each style of captions: python -m ops.looks writes docs/captions-STYLE.jpg.

Each shows all three frames on bright, dark and busy ground, as wide as a phone is. Run it again when pipeline/look.py
or profiles.toml changes, and look at what it made.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from pipeline import formats
from pipeline.cues import Cue
from pipeline.layout import LANDSCAPE, PORTRAIT, SQUARE, Profile, fit
from pipeline.look import STYLES, Look

DOCS = Path(__file__).resolve().parent.parent / "docs"
TEXT = "Настоящий герой тот, кто отказывается убивать."
PHONE = 360  # CSS pixels across
FRAMES = (PORTRAIT, SQUARE, LANDSCAPE)
#: Each a source of ffmpeg: a white wall in the sun, a room at night, and more edges and colours than any street has.
GROUNDS = {
    "bright": "gradients=s={0}x{1}:c0=0xffffff:c1=0xdceaf6:c2=0xfffdf0:n=3:x0=0:y0=0:x1={0}:y1={1},noise=alls=6",
    "dark": "gradients=s={0}x{1}:c0=0x050608:c1=0x232f3d:n=2:x0=0:y0=0:x1={0}:y1={1},noise=alls=8",
    "busy": "mandelbrot=s={0}x{1}:start_scale=0.06:start_x=-0.7436:start_y=0.1318:end_scale=0.05:maxiter=500",
}


def main() -> int:
    """Make all pictures. Returns the exit status."""
    DOCS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for style in STYLES:
            made = DOCS / f"captions-{style}.jpg"
            sheet(Look(style), Path(folder), made)
            print(f"{made.relative_to(DOCS.parent)}: {made.stat().st_size // 1000} kB")
    return 0


def sheet(look: Look, folder: Path, made: Path) -> None:
    """One picture of a look: a row for each frame, a column for each ground."""
    sources = [word for frame in FRAMES for ground in GROUNDS for word in picture(frame, ground)]
    parts = []
    for row, frame in enumerate(FRAMES):
        name = f"{frame.name}.ass"
        (folder / name).write_text(formats.ass([Cue(0, 9000, fit(TEXT, frame))], frame.width, frame.height, look))
        columns = range(len(GROUNDS) * row, len(GROUNDS) * (row + 1))
        parts += [f"[{i}]format=yuv444p,ass={name},scale={PHONE}:-2:flags=area[p{i}]" for i in columns]
        parts += ["".join(f"[p{i}]" for i in columns) + f"hstack={len(GROUNDS)}[r{row}]"]
    parts += ["".join(f"[r{row}]" for row in range(len(FRAMES))) + f"vstack={len(FRAMES)},format=yuvj420p"]
    command = ["ffmpeg", "-v", "error", "-y", *sources, "-filter_complex", ";".join(parts)]
    subprocess.run([*command, "-frames:v", "1", "-q:v", "5", "-bitexact", made], cwd=folder, check=True)


def picture(frame: Profile, ground: str) -> list[str]:
    """A ground in the size of a frame, as an input of ffmpeg. Colours first, noise after, or it is all noise."""
    source = (
        GROUNDS[ground].format(frame.width, frame.height).replace(",noise=", ":seed=1,format=yuv444p,noise=all_seed=1:")
    )
    return ["-f", "lavfi", "-i", source]


if __name__ == "__main__":
    sys.exit(main())
