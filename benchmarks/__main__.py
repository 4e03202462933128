"""python -m benchmarks [NAME ...]: one line a figure, `name value limit`; exit 1 when a value is above its limit."""

from __future__ import annotations

import sys
from collections.abc import Callable

from benchmarks import draft, editor, gallery, kit, pieces, render, steady, text, transcribe, upload

#: What the README claims: a figure, its limit, and how it is measured. Ratios, but for text and pages, which are in
#: seconds, memory, which is in megabytes, and keys, which are in milliseconds.
FIGURES: dict[str, tuple[float, Callable[[], float]]] = {
    "render": (1.10, render.measure),
    "one-cue": (0.12, pieces.one_cue),
    "segments": (1.05, pieces.segments),
    "kit": (0.7, kit.measure),
    "draft": (1.15, draft.measure),
    "transcribe": (1.05, transcribe.measure),
    "transcribe-whisper": (1.05, transcribe.measure_whisper),
    "steady": (1.05, steady.measure),
    "text": (2.0, text.measure),
    "upload": (2.5, upload.measure),
    "upload-memory": (30.0, upload.growth),
    "upload-pages": (1.0, upload.page_seconds),
    "editor-typing": (50.0, editor.typing),
    "editor-keys": (50.0, editor.others),
    "gallery": (0.1, gallery.measure),
}


def main(names: list[str]) -> int:
    kept = True
    for name in names or FIGURES:
        limit, measure = FIGURES[name]
        value = measure()
        print(f"{name} {value:.3f} {limit:.2f}", flush=True)
        kept = kept and value <= limit
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
