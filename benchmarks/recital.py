"""A checkpoint of a real model's size that says the same words whatever it hears.

Speed does not depend on what the weights are, only on how many there are and on how many tokens come out. Random ones
would say something else in each engine; these make each window the same work for everybody: a number of tokens, well
spread over the window, then the end. No fallback, no second pass over the rest.
"""

from __future__ import annotations

import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any

PHRASES = Path(__file__).parent.parent / "phrasebook" / "phrasebook.toml"
SIZES = {"tiny": (384, 6, 4), "base": (512, 8, 6), "small": (768, 12, 12)}  # width, heads, layers
HEAD = 64  # numbers in a head of any of them; so many of the width say when, the others say what
LOUD = 10.0  # how much more a position says of the next token than the token before it
SHARP = 8.0


def write(path: Path, size: str, language: str = "be") -> int:
    """Save the checkpoint; gives the number of tokens that it says in each window."""
    import torch
    from whisper.model import ModelDimensions, Whisper, sinusoids

    width, heads, layers = SIZES[size]
    dims = ModelDimensions(80, 1500, width, heads, layers, 51_865, 448, width, heads, layers)
    script = _script(language)
    torch.manual_seed(0)
    network = Whisper(dims)
    weights = network.state_dict()
    when = sinusoids(1500, HEAD)
    weights["encoder.positional_embedding"].zero_()[:, :HEAD] = when
    weights["encoder.conv2.weight"].zero_()
    weights["encoder.conv2.bias"].zero_()
    for name, tensor in weights.items():
        if name.endswith(("attn.out.weight", "attn.out.bias", "mlp.2.weight", "mlp.2.bias")):
            tensor.zero_()  # nothing but the embeddings reaches the end
        elif name.endswith(("cross_attn.query.weight", "cross_attn.key.weight")):
            tensor.zero_()[:, :HEAD] = torch.eye(HEAD).repeat(heads, 1)
    words = weights["decoder.token_embedding.weight"].zero_()
    words[sorted({*script})] = torch.randn(len({*script}), width).index_fill(1, torch.arange(HEAD), 0)
    places = weights["decoder.positional_embedding"].zero_()
    places[: len(script)] = LOUD * words[script]
    places[: len(script), :HEAD] = LOUD * when[torch.linspace(0, 1490, len(script)).long()]
    weights["decoder.ln.weight"].fill_(SHARP)
    torch.save({"dims": asdict(dims), "model_state_dict": {name: each.half() for name, each in weights.items()}}, path)
    return len(script) - 3


def _script(language: str) -> list[int]:
    """The token after each place: language, task, a time, the sentences of the phrasebook, the last time, the end."""
    from whisper.tokenizer import get_tokenizer

    tokenizer: Any = get_tokenizer(True, num_languages=99, language=language, task="transcribe")
    said = " ".join(tomllib.loads(PHRASES.read_text("utf-8"))[language])
    first, last = tokenizer.timestamp_begin, tokenizer.timestamp_begin + 1490
    start = list(tokenizer.sot_sequence)[1:]
    return [*start, first, *tokenizer.encode(" " + said), last, tokenizer.eot]
