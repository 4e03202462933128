"""Where in the picture a person is, so that a narrow frame can be cut around her.

OpenCV sees only raw grey pixels that ffmpeg decoded in the box: none of its own decoders meets a supporter's file.
"""

from __future__ import annotations

import statistics
from pathlib import Path

import numpy as np

from pipeline import ffmpeg
from pipeline.sandbox import Sandbox

FRAMES = 12  # looked at, spread over the clip
LONG_SIDE = 480  # pixels: a face that fills a tenth of it is found
SMALLEST = 0.08  # of the short side
SURE = 6  # neighbours that agree, in OpenCV's count: fewer finds faces in curtains
SEEN_IN = 0.25  # of the frames


def find(box: Sandbox, clip: Path, size: tuple[int, int], length_ms: int, work: Path) -> dict[str, float] | None:
    """The middle of the largest face, as shares of the picture: the median over some frames. None: no face is seen.

    size: width and height of the picture in pixels. Raises as ffmpeg.run does.
    """
    share = min(1.0, LONG_SIDE / max(size))
    width, height = (max(round(side * share) // 2 * 2, 2) for side in size)
    raw = work / "grey.raw"
    picture = ffmpeg.source(clip)["V:0"].filter("fps", max(FRAMES * 1000 / max(length_ms, 1), 0.01))
    picture = picture.filter("scale", width, height).filter("format", "gray")
    made = ffmpeg.output(picture, name=raw.name, f="rawvideo", vframes=FRAMES)
    ffmpeg.run(box, made, read=clip, write=work)
    pixels = np.fromfile(raw, dtype=np.uint8)
    raw.unlink()
    frames = pixels[: pixels.size // (width * height) * width * height].reshape(-1, height, width)
    return middle(frames)


def middle(frames: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> dict[str, float] | None:
    """The same for grey frames: an array of frames x height x width."""
    import cv2  # type: ignore[import-untyped,unused-ignore]  # 60 MB that only this step needs

    folder = Path(cv2.__file__).parent / "data"
    cascade = cv2.CascadeClassifier(str(folder / "haarcascade_frontalface_default.xml"))
    least = max(round(SMALLEST * min(frames.shape[1:])), 16)
    middles = []
    for frame in frames:
        faces = cascade.detectMultiScale(frame, scaleFactor=1.1, minNeighbors=SURE, minSize=(least, least))
        if len(faces):
            left, top, wide, high = max(faces, key=lambda face: face[2] * face[3])
            middles.append(((left + wide / 2) / frame.shape[1], (top + high / 2) / frame.shape[0]))
    if not middles or len(middles) < SEEN_IN * len(frames):
        return None
    x, y = (statistics.median(side) for side in zip(*middles, strict=True))
    return {"x": round(float(x), 3), "y": round(float(y), 3)}
