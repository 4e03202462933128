"""The faster engine: the same checkpoint in CTranslate2's format, heard by faster-whisper. Nothing is fetched.

transcribe.py, which knows whisper, hands in the loaded network and its tokenizer; here they become the files that
faster-whisper reads.
"""

from __future__ import annotations

import glob
import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.cues import Word
from pipeline.hearing.doubt import Segment
from pipeline.hearing.ears import Languages, name_of, remembered
from pipeline.speech import Samples

VERSION = 1  # of what convert() writes: another one is another folder
SMALL = 50_000_000  # bytes of weights; whisper's "tiny" has 75 million. One thread is enough for a network below that
DAY = 86_400  # seconds
THREADS = 8  # more do not help a decoder that makes one word after the other


class Faster:
    """faster-whisper, deciding as openai-whisper does: no beams, one sample at each temperature."""

    def __init__(self, network: Any) -> None:
        self.network = network

    def listening(self) -> AbstractContextManager[None]:
        return remembered(self.network, "encode", np.array_equal)

    def detect(self, sound: Samples) -> Languages:
        from faster_whisper.audio import pad_or_trim

        if not self.network.model.is_multilingual:
            return {"en": 1.0}
        # as its own transcribe() does it, so that what is encoded here is what it will ask for
        encoded = self.network.encode(pad_or_trim(self.network.feature_extractor(sound)[:, :-1]))
        return {token[2:-2]: probability for token, probability in self.network.model.detect_language(encoded)[0]}

    def hear(self, sound: Samples, language: str) -> list[Segment]:
        segments, _ = self.network.transcribe(
            sound,
            language=language,
            beam_size=1,
            best_of=1,
            condition_on_previous_text=False,  # else one invented phrase breeds the next
            word_timestamps=True,
        )
        return [
            Segment(
                tuple(
                    Word(round(word.start * 1000), round(word.end * 1000), word.word, float(word.probability))
                    for word in segment.words
                ),
                segment.avg_logprob,
                segment.compression_ratio,
                segment.no_speech_prob,
            )
            for segment in segments
            if segment.words
        ]


def open_network(folder: Path) -> Any:
    """faster-whisper's network from a folder that convert() wrote.

    On a CPU it computes in whole numbers of 8 bits, in about half the time and with a quarter of the memory. That costs
    a network of real size next to nothing: 23.79 against 23.66 % of words wrong for "small", 21.01 against 20.92 % for
    "large-v2" (FLEURS, Hungarian: model_kvant_results.csv of sarpba's checkpoints on huggingface.co, read 2026-11-22).
    The phrasebook is too narrow for it: 5 of 52 clips got another text than from openai-whisper, and word times were
    off by up to 0.6 s; in 32 bits only one did, a guess at what it does not know.
    """
    import ctranslate2
    from faster_whisper import WhisperModel

    small = (folder / "model.bin").stat().st_size < SMALL
    graphics = ctranslate2.get_cuda_device_count() > 0
    return WhisperModel(
        str(folder),
        device="cuda" if graphics else "cpu",
        compute_type="float32" if small else "float16" if graphics else "int8",
        cpu_threads=1 if small else min(len(os.sched_getaffinity(0)), THREADS),
        local_files_only=True,
    )


def folder_for(path: Path, root: Path) -> Path:
    """Where a checkpoint's conversion lies: another one for a file that was changed, or another way of converting.

    path: a file, or one of whisper's names, behind which the weights never change.
    """
    about = path.stat() if path.is_file() else None
    return root / "-".join(
        [name_of(path), *([f"{about.st_mtime_ns:x}", f"{about.st_size:x}"] if about else []), str(VERSION)]
    )


def convert(network: Any, tokenizer: Any, folder: Path) -> None:
    """Write a network of openai-whisper into a new folder, wholly or not at all.

    Two workers may do it at once: the first to end wins, and what the other one made is the same.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    _remove_left_over(folder)
    made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f"{folder.name}."))
    try:
        _specification(network, tokenizer).save(str(made))
        _tokenizer(tokenizer.encoding).save(str(made / "tokenizer.json"))
        (made / "preprocessor_config.json").write_text(json.dumps({"feature_size": network.dims.n_mels}))
        made.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _remove_left_over(folder: Path) -> None:
    """What conversions into this folder left that were killed; none takes a day."""
    for left in folder.parent.glob(f"{glob.escape(folder.name)}.*"):
        with suppress(FileNotFoundError):  # another worker was quicker
            if left.stat().st_mtime < time.time() - DAY:
                shutil.rmtree(left, ignore_errors=True)


def _specification(network: Any, tokenizer: Any) -> Any:
    """The weights under CTranslate2's names, with the numbers of the tokens that decoding needs to know."""
    from ctranslate2.specs import WhisperSpec

    dims, weights = network.dims, network.state_dict()
    spec = WhisperSpec(dims.n_audio_layer, dims.n_audio_head, dims.n_text_layer, dims.n_text_head)
    for conv in ("conv1", "conv2"):
        _linear(getattr(spec.encoder, conv), weights, f"encoder.{conv}")
    _norm(spec.encoder.layer_norm, weights, "encoder.ln_post")
    _norm(spec.decoder.layer_norm, weights, "decoder.ln")
    for side, part in (("encoder", spec.encoder), ("decoder", spec.decoder)):
        part.position_encodings.encodings = weights[f"{side}.positional_embedding"].float().numpy()
        for number, layer in enumerate(part.layer):
            _layer(layer, weights, f"{side}.blocks.{number}")
    words = weights["decoder.token_embedding.weight"].float().numpy()
    spec.decoder.embeddings.weight = spec.decoder.projection.weight = words
    spec.config.lang_ids = sorted(tokenizer.all_language_tokens)
    spec.config.suppress_ids = sorted(tokenizer.non_speech_tokens)
    spec.config.suppress_ids_begin = [*tokenizer.encode(" "), tokenizer.eot]
    spec.config.alignment_heads = network.alignment_heads.indices().T.tolist()
    spec.register_vocabulary(_vocabulary(tokenizer.encoding))
    spec.validate()
    spec.optimize("float16")  # as OpenAI stores them
    return spec


def _layer(layer: Any, weights: Mapping[str, Any], name: str) -> None:
    _attention(layer.self_attention, weights, f"{name}.attn", ("query", "key", "value"))
    if f"{name}.cross_attn_ln.weight" in weights:
        _attention(layer.attention, weights, f"{name}.cross_attn", ("query",), ("key", "value"))
    _norm(layer.ffn.layer_norm, weights, f"{name}.mlp_ln")
    _linear(layer.ffn.linear_0, weights, f"{name}.mlp.0")
    _linear(layer.ffn.linear_1, weights, f"{name}.mlp.2")


def _attention(spec: Any, weights: Mapping[str, Any], name: str, *groups: tuple[str, ...]) -> None:
    """Projections of one group become one matrix: in self-attention all three, else key and value."""
    _norm(spec.layer_norm, weights, f"{name}_ln")
    for linear, parts in zip(spec.linear, (*groups, ("out",)), strict=True):
        _linear(linear, weights, *(f"{name}.{part}" for part in parts))


def _linear(spec: Any, weights: Mapping[str, Any], *names: str) -> None:
    rows = [weights[f"{name}.weight"].float().numpy() for name in names]
    # the projection of keys has no bias
    biases = [
        weights[f"{name}.bias"].float().numpy() if f"{name}.bias" in weights else np.zeros(len(row), np.float32)
        for name, row in zip(names, rows, strict=True)
    ]
    spec.weight, spec.bias = np.concatenate(rows), np.concatenate(biases)


def _norm(spec: Any, weights: Mapping[str, Any], name: str) -> None:
    spec.gamma, spec.beta = (weights[f"{name}.{part}"].float().numpy() for part in ("weight", "bias"))


def _printable() -> list[str]:
    """The character that stands for each byte in GPT-2's vocabulary files: itself where it can be seen."""
    seen = {*range(33, 127), *range(161, 173), *range(174, 256)}
    others = iter(range(256, 512))
    return [chr(byte) if byte in seen else chr(next(others)) for byte in range(256)]


def _vocabulary(encoding: Any) -> list[str]:
    """Every token by its number."""
    letters = _printable()
    special = {number: name for name, number in encoding._special_tokens.items()}
    return [
        special.get(number) or "".join(letters[byte] for byte in encoding.decode_single_token_bytes(number))
        for number in range(encoding.n_vocab)
    ]


def _tokenizer(encoding: Any) -> Any:
    """The tokenizer of whisper, which tiktoken runs, as one of the `tokenizers` library."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers

    ranks, tokens = encoding._mergeable_ranks, _vocabulary(encoding)
    merges = [(tokens[ranks[left]], tokens[ranks[right]]) for left, right in _merges(ranks)]
    made = Tokenizer(models.BPE({tokens[number]: number for number in ranks.values()}, merges))
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(encoding._pat_str), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in tokens[len(ranks) :]])
    return made


def _merges(ranks: Mapping[bytes, int]) -> list[tuple[bytes, bytes]]:
    """The two tokens that each longer token is made of: what is left when its bytes are joined, lowest rank first."""
    found = []
    for token in sorted(ranks, key=ranks.__getitem__):
        parts = [bytes([byte]) for byte in token]
        while len(parts) > 2:
            joined = [ranks.get(left + right, len(ranks)) for left, right in pairwise(parts)]
            at = joined.index(min(joined))
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
        if len(parts) == 2:
            found.append((parts[0], parts[1]))
    return found
