"""Text of a size that no campaign will soon have: a memory of 100,000 sentences, a draft of 10,000 cues."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import accumulate

ONSETS = "б в г д ж з к л м н п р с т х ц ч ш зв ст пр гр бл сл др ск".split()  # noqa: SIM905
VOWELS = "а а а о э у ы і я я е е ё ю".split()  # noqa: SIM905
CODAS = ["", "", "", "", "ў", "н", "р", "л", "с", "й", "м"]
ENDINGS = ["", "а", "у", "ы", "ам", "аў", "ай", "ць", "лі", "ла", "ем", "це", "ніе", "насць", "ага", "ыя", "ным", "оў"]


class Speaker:
    """Says sentences, always the same ones for a seed, of words as rare as in speech, and often much of the same.

    Words have the entropy of Ukrainian text, trigrams half a bit less, which makes it a little harder for an index.
    """

    def __init__(self, seed: int, words: int = 20_000) -> None:
        self.random = random.Random(seed)  # noqa: S311 - the same each time
        self.words = [self._word(1 + rank * 3 // words) for rank in range(words)]
        self.weights = list(accumulate(1 / (rank + 12) for rank in range(words)))  # Zipf's law

    def _word(self, syllables: int) -> str:
        draw = self.random.choice
        return "".join(draw(ONSETS) + draw(VOWELS) + draw(CODAS) for _ in range(syllables)) + draw(ENDINGS)

    def sentence(self) -> str:
        """Two to ten words, as a cue has them."""
        words = self.random.choices(self.words, cum_weights=self.weights, k=self.random.randint(2, 10))
        return f"{' '.join(words).capitalize()}{self.random.choice('...!?')}"

    def varied(self, sentence: str) -> str:
        """The same with one to three words changed, left out, added, moved or otherwise inflected."""
        words = sentence.lower().rstrip(".!?").split()
        for _ in range(self.random.choice((1, 1, 1, 2, 2, 3))):
            at, way = self.random.randrange(len(words)), self.random.randrange(5)
            word = self.random.choices(self.words, cum_weights=self.weights)[0]
            if way == 0 and len(words) > 2:
                del words[at]
            elif way == 1:
                words.insert(at, word)
            elif way == 2:
                words.insert(self.random.randrange(len(words)), words.pop(at))
            else:
                words[at] = word if way == 3 else words[at][:-1] + self.random.choice("аыуео")
        return f"{' '.join(words).capitalize()}{sentence[-1]}"

    def sentences(self, count: int, known: Sequence[str] = ()) -> list[str]:
        """So many, of which half vary one of `known` or of those said before, and a tenth repeat one of `known`."""
        said: list[str] = []
        while len(said) < count:
            draw = self.random.random()
            if known and draw < 0.1:
                said.append(self.random.choice(known))
            elif (known or said) and draw < 0.6:
                said.append(self.varied(self.random.choice(known or said)))
            else:
                said.append(self.sentence())
        return said
