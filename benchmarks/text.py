"""Text of a size that no campaign will soon have: a memory of 100,000 sentences, a draft of 10,000 cues."""

from __future__ import annotations

import random
import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

from pipeline import checks, cues, glossary
from pipeline.cues import Cue, Word
from pipeline.glossary import Term
from pipeline.layout import PORTRAIT, fit
from pipeline.memory import Memory, Pair

HERE = Path(__file__).parent
PAIRS, CUES = 100_000, 10_000
CLIPS, SENTENCES = 250, 32  # that make so many cues
LETTERS = str.maketrans("ўі", "ви")

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


def measure() -> float:
    """Seconds of one core for 250 clips of 40 cues: cues from words, each looked up, the Russian tracks checked."""
    speaker = Speaker(0)
    known = speaker.sentences(PAIRS)
    memory = Memory(Pair("be", text, f"По-русски {number}") for number, text in enumerate(known))
    # the index, made at the first question and again after each approval or withdrawal, is not counted
    memory.like("be", known[0])
    said = speaker.sentences(CLIPS * SENTENCES, known)
    clips = [_words(said[start : start + SENTENCES]) for start in range(0, len(said), SENTENCES)]
    russian = [[_in_russian(cue) for cue in cues.from_words(words, PORTRAIT)] for words in clips]
    assert sum(map(len, russian)) >= CUES
    terms = glossary.read(tomllib.loads((HERE.parent / "campaign.toml").read_text("utf-8"))["glossary"])
    return min(_seconds(lambda: _draft(clips, russian, memory, terms)) for _ in range(3))


def _in_russian(cue: Cue) -> Cue:
    """As long as a translation, and without letters that Russian has not."""
    return replace(cue, text=fit(cue.text.translate(LETTERS), PORTRAIT))


def _seconds(work: Callable[[], object]) -> float:
    """Of the processor, so that what else it does is not counted."""
    began = time.process_time()
    work()
    return time.process_time() - began


def _draft(clips: list[list[Word]], russian: list[list[Cue]], memory: Memory, terms: Sequence[Term]) -> None:
    for words, made in zip(clips, russian, strict=True):
        spoken = cues.from_words(words, PORTRAIT)
        memory.all_like("be", [cue.text for cue in spoken if not memory.exact("be", cue.text)])
        checks.check(made, PORTRAIT, spoken=spoken, language="be", glossary=terms)


def _words(sentences: Sequence[str]) -> list[Word]:
    """The words of a clip, three a second, with a breath after each sentence."""
    words, at = [], 0
    for sentence in sentences:
        for word in sentence.split():
            words.append(Word(at, at + 300, f" {word}", 0.9))
            at += 330
        at += 400
    return words
