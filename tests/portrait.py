"""A drawn face of soft grey ellipses: enough for OpenCV's cascade, which looks for eyes, brows, nose and mouth."""

from __future__ import annotations

import numpy as np

SIZE = 240  # pixels, a square
MIDDLE = (0.5, 0.52)  # of the face, in shares of the picture

#: Each: the middle, the radii (shares of the picture), the grey, and how soft the edge is. Later ones lie on top.
HAIR_AND_SKIN = (
    (0.5, 0.42, 0.36, 0.46, 45, 0.15),
    (0.5, 0.52, 0.29, 0.38, 200, 0.15),
    (0.5, 0.3, 0.22, 0.1, 205, 0.15),
)
EYE = (  # the right one; the other is its mirror image
    (0.625, 0.43, 0.09, 0.045, 110, 0.6),
    (0.625, 0.385, 0.095, 0.018, 60, 0.5),
    (0.625, 0.445, 0.06, 0.026, 235, 0.3),
    (0.625, 0.445, 0.028, 0.028, 20, 0.3),
    (0.535, 0.615, 0.02, 0.012, 110, 0.6),  # the nostril
)
NOSE_AND_MOUTH = (
    (0.5, 0.53, 0.03, 0.1, 225, 0.9),
    (0.5, 0.72, 0.105, 0.03, 105, 0.5),
    (0.5, 0.715, 0.09, 0.006, 60, 0.5),
    (0.5, 0.83, 0.12, 0.04, 190, 0.9),
)


def drawn() -> np.ndarray:
    """SIZE x SIZE grey pixels."""
    y, x = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    grey = np.full((SIZE, SIZE), 150.0)
    mirrored = [(1 - left, *rest) for left, *rest in EYE]
    for left, top, wide, high, shade, soft in (*HAIR_AND_SKIN, *EYE, *mirrored, *NOSE_AND_MOUTH):
        inside = np.clip((1 - ((x - left) / wide) ** 2 - ((y - top) / high) ** 2) / soft, 0, 1)
        grey = grey * (1 - inside) + shade * inside
    return grey.astype(np.uint8)
