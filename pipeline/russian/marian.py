"""OPUS-MT and NLLB models from a local folder, run by CTranslate2 on a few threads. Nothing is fetched.

A folder is what ct2-transformers-converter writes, with the tokenizer's files copied into it: source.spm and target.spm
for OPUS-MT (Marian), sentencepiece.bpe.model for NLLB.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.russian.answer import Made, Room, UnknownLanguage

WORKERS = 2  # of one thread each: threads that share one sentence wait for each other, for long on a busy machine
BEAM = 4  # as OPUS-MT is evaluated; a wider one gains nothing
TOGETHER, AT_ONCE = 4, 16  # texts that a worker takes; texts after which the clock is looked at
LONGEST = 500  # pieces; the models were trained on up to 512, and what is longer would be cut without a word
END = "</s>"
RUSSIAN = ">>rus<<"  # what OPUS-MT models into several languages want to hear first

#: NLLB's names of the languages that appeals may come in: FLORES-200 codes, from memory. A wrong one is not in the
#: model's vocabulary, and the next engine is asked.
NLLB = dict(
    pair.split("=")
    for pair in """ar=arb_Arab az=azj_Latn be=bel_Cyrl bg=bul_Cyrl bs=bos_Latn cs=ces_Latn da=dan_Latn de=deu_Latn
    el=ell_Grek en=eng_Latn es=spa_Latn et=est_Latn fa=pes_Arab fi=fin_Latn fr=fra_Latn he=heb_Hebr hr=hrv_Latn
    hu=hun_Latn hy=hye_Armn it=ita_Latn ja=jpn_Jpan ka=kat_Geor kk=kaz_Cyrl ko=kor_Hang ky=kir_Cyrl lt=lit_Latn
    lv=lvs_Latn mk=mkd_Cyrl nl=nld_Latn no=nob_Latn pl=pol_Latn pt=por_Latn ro=ron_Latn sk=slk_Latn sl=slv_Latn
    sr=srp_Cyrl sv=swe_Latn tg=tgk_Cyrl tr=tur_Latn tt=tat_Cyrl uk=ukr_Cyrl uz=uzn_Latn zh=zho_Hans""".split()  # noqa: SIM905
)
NLLB_RUSSIAN = "rus_Cyrl"


@dataclass(frozen=True)
class Model:
    """A loaded model with its tokenizers; vocabulary: the pieces that it can read."""

    translator: Any
    source: Any
    target: Any
    vocabulary: frozenset[str]
    nllb: bool
    adds_end: bool

    def pieces(self, text: str, language: str) -> list[str]:
        """The text as this kind of model was trained to read it. Raises UnknownLanguage."""
        pieces: list[str] = self.source.encode(text, out_type=str)
        if self.nllb:
            code = NLLB.get(language)
            if code not in self.vocabulary:
                raise UnknownLanguage(language)
            return [code, *pieces, END]
        return [RUSSIAN] * (RUSSIAN in self.vocabulary) + pieces + [END] * (not self.adds_end)

    def unknown(self, text: str) -> tuple[str, ...]:
        """The words with letters that it never saw."""
        return tuple(
            word for word in text.split() if not self.vocabulary.issuperset(self.source.encode(word, out_type=str))
        )


def ask(folder: Path, texts: Sequence[str], language: str, room: Room) -> list[Made]:
    """Translate with the model in `folder`; texts that there was no time for, or that are too long, stay empty.

    Raises whatever a missing or broken folder makes CTranslate2, sentencepiece or json raise, UnknownLanguage.
    """
    model = load(folder)
    lines = [" ".join(text.split()) for text in texts]
    split = [model.pieces(line, language) for line in lines]
    made = dict.fromkeys(range(len(texts)), "")
    able = [place for place, pieces in enumerate(split) if len(pieces) <= LONGEST]
    for start in range(0, len(able), AT_ONCE):
        if not room.seconds:
            break
        part = able[start : start + AT_ONCE]
        made |= zip(part, _run(model, [split[place] for place in part]), strict=True)
    return [Made(made[place], model.unknown(line)) for place, line in enumerate(lines)]


def _run(model: Model, split: list[list[str]]) -> list[str]:
    results = model.translator.translate_batch(
        split,
        target_prefix=[[NLLB_RUSSIAN]] * len(split) if model.nllb else None,
        max_batch_size=TOGETHER,
        beam_size=BEAM,
        patience=2,  # else four short bad ends can finish before the good one, and end the search
        max_input_length=0,
        max_decoding_length=3 * max(map(len, split)) + 20,  # a model that falls into a loop ends some time
        disable_unk=True,
    )
    special = {END, NLLB_RUSSIAN}
    return [
        model.target.decode([piece for piece in result.hypotheses[0] if piece not in special]) for result in results
    ]


@cache
def load(folder: Path) -> Model:
    """The model in this folder, kept for the process."""
    import ctranslate2
    from sentencepiece import SentencePieceProcessor

    nllb = (folder / "sentencepiece.bpe.model").exists()
    names = ("sentencepiece.bpe.model",) * 2 if nllb else ("source.spm", "target.spm")
    source, target = (SentencePieceProcessor(model_file=str(folder / name)) for name in names)
    config = json.loads((folder / "config.json").read_text("utf-8"))
    translator = ctranslate2.Translator(str(folder), device="cpu", inter_threads=WORKERS, intra_threads=1)
    return Model(translator, source, target, _vocabulary(folder), nllb, bool(config.get("add_source_eos")))


def _vocabulary(folder: Path) -> frozenset[str]:
    """The pieces that the model can read: a list in JSON, in models that were converted before 2023 a line each."""
    (path,) = [*folder.glob("shared_vocabulary.*"), *folder.glob("source_vocabulary.*")]
    text = path.read_text("utf-8")
    return frozenset(json.loads(text) if path.suffix == ".json" else text.splitlines())
