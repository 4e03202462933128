"""openai-whisper as an engine that hears; see ears.py."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from pipeline.cues import Word
from pipeline.errors import PipelineError
from pipeline.hearing.doubt import Segment
from pipeline.hearing.ears import NO_SENSE, Languages, NotHere, remembered
from pipeline.speech import Samples, one_thread

SMALL = 384  # width of whisper's "tiny": one thread is enough for a network below that


class Standard:
    """An engine with one of its networks."""

    def __init__(self, network: Any) -> None:
        self.network = network
        self.half = network.device.type == "cuda"

    @contextmanager
    def listening(self) -> Iterator[None]:
        import torch

        small = self.network.dims.n_audio_state < SMALL
        with one_thread() if small else nullcontext(), remembered(self.network.encoder, "forward", torch.equal):
            yield

    def detect(self, sound: Samples) -> Languages:
        import torch
        import whisper

        if not self.network.is_multilingual:
            return {"en": 1.0}
        # as whisper's own transcribe() does it, so that what is encoded here is what it will ask for
        mel = whisper.log_mel_spectrogram(sound, self.network.dims.n_mels, padding=whisper.audio.N_SAMPLES)
        mel = whisper.pad_or_trim(mel[:, : -whisper.audio.N_FRAMES], whisper.audio.N_FRAMES)
        mel = mel.to(self.network.device, torch.float16 if self.half else torch.float32)
        heard: list[Languages] = self.network.detect_language(mel[None])[1]
        return heard[0]

    def hear(self, sound: Samples, language: str) -> list[Segment]:
        # no hallucination_silence_threshold: it leaves out what follows a silence of two seconds, and there is none
        # in a window; what is invented elsewhere is to be seen, and doubted
        try:
            result = self.network.transcribe(
                sound,
                language=language,
                condition_on_previous_text=False,  # else one invented phrase breeds the next
                word_timestamps=True,
                fp16=self.half,
                verbose=None,
            )
        except ValueError as error:  # torch draws no token where the probabilities are no numbers
            raise PipelineError("no_model", NO_SENSE) from error
        return [
            Segment(
                tuple(
                    Word(
                        round(word["start"] * 1000), round(word["end"] * 1000), word["word"], float(word["probability"])
                    )
                    for word in segment["words"]
                ),
                segment["avg_logprob"],
                segment["compression_ratio"],
                segment["no_speech_prob"],
            )
            for segment in result["segments"]
            if segment["words"]
        ]


def network(path: Path, weights: Path | None) -> Any:
    """whisper's network of this name or in this file."""
    import whisper
    from whisper import timing

    # numba compiles the alignment of words anew in each process, for seconds, unless it may keep the result
    with suppress(RuntimeError):
        timing.dtw_cpu.enable_caching()
        timing.backtrace.enable_caching()
    if str(path) not in whisper.available_models() and not path.is_file():
        raise FileNotFoundError(path)
    return whisper.load_model(str(path), download_root=weights and str(weights))


def need_here(path: Path, weights: Path) -> None:
    """Raises NotHere where whisper would fetch this model: its weights are not in the folder, or are damaged."""
    import whisper

    address = whisper._MODELS.get(str(path))
    if address is None:
        return
    *_, sha256, name = address.split("/")
    try:
        with (weights / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == sha256:
                return
    except FileNotFoundError:
        pass
    raise NotHere


def tokenizer(network: Any) -> Any:
    """The tokenizer that a network was taught with."""
    from whisper.tokenizer import get_tokenizer

    return get_tokenizer(network.is_multilingual, num_languages=network.num_languages)
