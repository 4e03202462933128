"""python phrasebook/sounds.py OUT.npz: how each sentence sounds in four voices, for pipeline/hearing/guess.py.

It tells what the phrasebook knows from what it only guesses. Run from the root of the repository.
"""

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from speak import PHRASES, Sound, Take, say
from windows import edges

sys.path.insert(0, str(Path(__file__).parent.parent))
from pipeline.hearing import guess

VOICES = ("f2", "f3", "m1", "m7")  # of the eight in speak.py, those that the others are nearest to
SPEED, PITCH = 150, 50


def sounds() -> Iterator[tuple[str, Sound]]:
    for language, texts in tomllib.loads(PHRASES.read_text("utf-8")).items():
        for text in texts:
            for voice in VOICES:
                sound = say(Take(language, text, SPEED, PITCH, voice)).sound
                first, last = edges(sound)
                yield text, sound[first:last]


if __name__ == "__main__":
    guess.write(Path(sys.argv[1]), sounds())
