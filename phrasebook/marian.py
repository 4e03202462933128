"""Train a tiny OPUS-MT model on the starter memory: every source language into Russian. A minute or two on one core.

python phrasebook/marian.py DIR

It has the shape of OPUS-MT's (Marian, post-norm, swish, tied embeddings, source.spm and target.spm), so that the tests
go the true way through CTranslate2; with one of its .spm files under NLLB's name it reads and writes as NLLB does. It
knows the sentences of memory.tmx and nothing else. Seeds are fixed.
"""

import argparse
import io
import math
import random
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import sentencepiece
import torch
from ctranslate2.specs import TransformerSpec, common_spec
from torch import nn
from torch.nn import functional

from pipeline.memory import starter
from pipeline.russian.answer import Room
from pipeline.russian.marian import NLLB, NLLB_RUSSIAN, ask
from pipeline.sandbox import Sandbox
from pipeline.tmx import Pair

WIDTH, HEADS, LAYERS, INNER = 64, 4, 1, 128
PIECES = 560
STEPS, RATE, WARMUP = 600, 3e-3, 60
DROPOUT, SMOOTHING = 0.05, 0.02
BARE = 0.3  # share of the sentences that are read without capitals and end mark, as people write
POSITIONS = 96
END, UNKNOWN, PAD = 0, 1, -100  # PAD: cross_entropy skips it


class Marian(nn.Module):
    """A transformer as Marian has it: one embedding for all, the decoder begins with nothing."""

    def __init__(self, pieces: int) -> None:
        super().__init__()
        shape = {"d_model": WIDTH, "nhead": HEADS, "dim_feedforward": INNER, "dropout": DROPOUT}
        kind = {"activation": functional.silu, "batch_first": True, "norm_first": False}
        self.encoder = nn.ModuleList(nn.TransformerEncoderLayer(**shape, **kind) for _ in range(LAYERS))
        self.decoder = nn.ModuleList(nn.TransformerDecoderLayer(**shape, **kind) for _ in range(LAYERS))
        self.embedding = nn.Parameter(torch.randn(pieces, WIDTH) / math.sqrt(WIDTH))
        self.bias = nn.Parameter(torch.zeros(pieces))
        self.register_buffer("positions", sinusoids())

    def forward(self, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Scores of the next piece at each place of the target; both padded with PAD."""
        padding = source == PAD
        memory = self.embed(source)
        for layer in self.encoder:
            memory = layer(memory, src_key_padding_mask=padding)
        shown = functional.pad(self.embed(target, plain=True)[:, :-1], (0, 0, 1, 0)) + self.positions[: target.shape[1]]
        future = torch.triu(torch.ones(target.shape[1], target.shape[1], dtype=torch.bool), 1)
        for layer in self.decoder:
            shown = layer(shown, memory, tgt_mask=future, memory_key_padding_mask=padding)
        return shown @ self.embedding.T + self.bias

    def embed(self, ids: torch.Tensor, plain: bool = False) -> torch.Tensor:
        embedded = self.embedding[ids.clamp(min=0)] * math.sqrt(WIDTH)
        return embedded if plain else embedded + self.positions[: ids.shape[1]]


def sinusoids() -> torch.Tensor:
    """Where a piece stands, as Marian says it: sines, then cosines."""
    rates = torch.exp(torch.arange(WIDTH // 2) * -(math.log(10_000) / (WIDTH // 2 - 1)))
    angles = torch.arange(POSITIONS)[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], 1)


def pieces_of(sentences: Iterable[str], count: int, path: Path) -> sentencepiece.SentencePieceProcessor:
    """Learn how to cut these sentences; without the normaliser's table, which is larger than the whole model."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences), model_writer=model, vocab_size=count, model_type="unigram",
        character_coverage=1.0, normalization_rule_name="identity", bos_id=-1, num_threads=1, minloglevel=2,
    )  # fmt: skip
    path.write_bytes(model.getvalue())
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())


def padded(rows: list[list[int]]) -> torch.Tensor:
    longest = max(map(len, rows))
    return torch.tensor([row + [PAD] * (longest - len(row)) for row in rows])


def train(pairs: list[Pair], out: Path) -> tuple[Marian, list[str]]:
    """The trained model and its vocabulary. Every other time it reads and writes as NLLB does, with languages named."""
    sentences = [pair.source for pair in pairs] + [pair.russian for pair in pairs]
    cut = pieces_of(sentences, PIECES, out / "source.spm")
    shutil.copyfile(out / "source.spm", out / "target.spm")
    codes = sorted({NLLB[pair.language] for pair in pairs} | {NLLB_RUSSIAN})
    vocabulary = list(
        dict.fromkeys(["</s>", "<unk>", *(cut.id_to_piece(i) for i in range(cut.get_piece_size())), *codes])
    )
    number = {piece: place for place, piece in enumerate(vocabulary)}

    def batch(texts: list[str], codes: list[list[str]]) -> torch.Tensor:
        rows = [[*code, *cut.encode(text, out_type=str)] for text, code in zip(texts, codes, strict=True)]
        return padded([[number.get(piece, UNKNOWN) for piece in row] + [END] for row in rows])

    model = Marian(len(vocabulary))
    optimizer = torch.optim.Adam(model.parameters(), RATE, betas=(0.9, 0.98))
    slope = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / WARMUP, 1) * (1 - step / STEPS) + 1e-3
    )
    for step in range(STEPS):
        said = [bare(pair.source) if random.random() < BARE else pair.source for pair in pairs]  # noqa: S311
        named = step % 2
        source = batch(said, [[NLLB[pair.language]] * named for pair in pairs])
        target = batch([pair.russian for pair in pairs], [[NLLB_RUSSIAN] * named] * len(pairs))
        scores = model(source, target)
        loss = functional.cross_entropy(scores.flatten(0, 1), target.flatten(), label_smoothing=SMOOTHING)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        slope.step()
        if step % 100 == 0:
            print(f"step {step}: {loss.item():.3f}", flush=True)
    return model.eval(), vocabulary


def bare(text: str) -> str:
    return text.lower().rstrip(".!?")


def save(model: Marian, vocabulary: list[str], out: Path) -> None:
    """Write it as CTranslate2 reads it, in eight bits."""
    spec = TransformerSpec.from_config(LAYERS, HEADS, pre_norm=False, activation=common_spec.Activation.SWISH)
    spec.decoder.start_from_zero_embedding = True
    weights = array(model.embedding)
    for side in (spec.encoder, spec.decoder):
        side.position_encodings.encodings = array(model.positions)
    spec.encoder.embeddings[0].weight = spec.decoder.embeddings.weight = spec.decoder.projection.weight = weights
    spec.decoder.projection.bias = array(model.bias)
    for into, layer in zip(spec.encoder.layer, model.encoder, strict=True):
        attention(into.self_attention, layer.self_attn, layer.norm1)
        feed_forward(into.ffn, layer, layer.norm2)
    for into, layer in zip(spec.decoder.layer, model.decoder, strict=True):
        attention(into.self_attention, layer.self_attn, layer.norm1)
        attention(into.attention, layer.multihead_attn, layer.norm2, other=True)
        feed_forward(into.ffn, layer, layer.norm3)
    spec.register_source_vocabulary(vocabulary)
    spec.register_target_vocabulary(vocabulary)
    spec.config.decoder_start_token = spec.config.eos_token = "</s>"  # noqa: S105
    spec.config.layer_norm_epsilon = 1e-5
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(out))


def attention(into: object, layer: nn.MultiheadAttention, norm: nn.LayerNorm, other: bool = False) -> None:
    """Queries, keys and values are one matrix; where the queries look at another text they are apart."""
    weight, bias = array(layer.in_proj_weight), array(layer.in_proj_bias)
    parts = [(0, WIDTH), (WIDTH, 3 * WIDTH)] if other else [(0, 3 * WIDTH)]
    for linear, (start, end) in zip(into.linear, parts, strict=False):
        linear.weight, linear.bias = weight[start:end], bias[start:end]
    into.linear[-1].weight, into.linear[-1].bias = array(layer.out_proj.weight), array(layer.out_proj.bias)
    into.layer_norm.gamma, into.layer_norm.beta = array(norm.weight), array(norm.bias)


def feed_forward(into: object, layer: nn.Module, norm: nn.LayerNorm) -> None:
    for linear, own in ((into.linear_0, layer.linear1), (into.linear_1, layer.linear2)):
        linear.weight, linear.bias = array(own.weight), array(own.bias)
    into.layer_norm.gamma, into.layer_norm.beta = array(norm.weight), array(norm.bias)


def array(tensor: torch.Tensor) -> np.ndarray:
    return tensor.detach().numpy().copy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="the folder of the model")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    torch.manual_seed(0)
    random.seed(0)
    pairs = starter()
    save(*train(pairs, out), out)
    room = Room(Sandbox(), out, time.monotonic() + 60)
    made = ask(out, [pair.source for pair in pairs], "be", room)
    right = sum(got.text == pair.russian for got, pair in zip(made, pairs, strict=True))
    size = sum(path.stat().st_size for path in out.iterdir())
    print(f"{right} of {len(pairs)} sentences right, {size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
