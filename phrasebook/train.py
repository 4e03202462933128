"""Train the phrasebook checkpoint, first to write the sentences, then (--align) to know where each word is spoken.

python phrasebook/train.py CLIPS.npz FIRST.pt                             about an hour on two cores
python phrasebook/train.py CLIPS.npz OUT.pt --from FIRST.pt --align       half an hour more
"""

# ruff: noqa: S311 - draws that repeat are what we want here

import argparse
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from speak import load
from torch.nn import functional
from torch.optim.lr_scheduler import OneCycleLR
from whisper.model import ModelDimensions, MultiHeadAttention, Whisper, sinusoids
from windows import NOWHERE, Sequence, Spoken, Tokens, Window, by_language, make_window

WIDTH, LAYERS, HEADS = 96, 3, 3
VOCABULARY, AUDIO_FRAMES, TEXT_TOKENS = 51_865, 1500, 448  # of Whisper's multilingual models
IGNORE = -100  # cross_entropy skips this target
STAMPED_SHARE = 0.55  # of the windows in a batch of --align; the others go without time stamps
GUIDE_WEIGHT = 0.2  # of the attention loss beside the text loss
GUIDE_WIDTH = 8  # frames (20 ms) around a token's middle in which its attention should lie: standard deviation

Hook = Callable[[MultiHeadAttention, tuple[torch.Tensor, ...], object], None]


@dataclass(frozen=True)
class Stage:
    frames: int  # of 20 ms in a window
    sentences: int  # at most, in a window
    windows: int
    steps: int
    batch: int
    rate: float  # the highest learning rate
    warmup: float  # share of the steps in which the rate rises


@dataclass(frozen=True)
class Course:
    seed: int
    silent_share: float  # of windows without speech: they teach <|nospeech|>
    align: bool
    stages: tuple[Stage, ...]


# Ten seconds first, then Whisper's thirty: short windows are cheap, and enough to learn most of it.
LEARN = Course(0, 0.06, False, (Stage(500, 4, 3500, 3500, 16, 2e-3, 0.08), Stage(1500, 9, 900, 900, 8, 7e-4, 0.15)))
ALIGN = Course(11, 0.05, True, (Stage(500, 4, 2000, 800, 16, 1.5e-3, 0.1), Stage(1500, 9, 1800, 1100, 8, 1e-3, 0.1)))


class Trainee:
    """A Whisper model with the small vocabulary of the phrasebook; save() writes it with the whole one."""

    def __init__(self, tokens: Tokens, start: Path | None) -> None:
        self.tokens = tokens
        audio = (80, AUDIO_FRAMES, WIDTH, HEADS, LAYERS)
        self.dims = ModelDimensions(*audio, len(tokens.ids), TEXT_TOKENS, WIDTH, HEADS, LAYERS)
        self.model = Whisper(self.dims)
        if start:
            self.load(start)
        else:
            torch.nn.init.normal_(self.model.decoder.token_embedding.weight, std=0.05)
            torch.nn.init.normal_(self.model.decoder.positional_embedding, std=0.01)

    def load(self, path: Path) -> None:
        state = {key: value.float() for key, value in torch.load(path, weights_only=True)["model_state_dict"].items()}
        state["decoder.token_embedding.weight"] = state["decoder.token_embedding.weight"][torch.tensor(self.tokens.ids)]
        self.model.load_state_dict(state)

    def save(self, path: Path) -> None:
        """In half precision, with zeros for the words it does not know, so that the file packs well."""
        state = dict(self.model.state_dict())
        words = torch.zeros(VOCABULARY, WIDTH)
        words[torch.tensor(self.tokens.ids)] = state["decoder.token_embedding.weight"]
        state["decoder.token_embedding.weight"] = words
        state["encoder.positional_embedding"] = sinusoids(AUDIO_FRAMES, WIDTH)
        dims = asdict(replace(self.dims, n_vocab=VOCABULARY))
        torch.save({"dims": dims, "model_state_dict": {key: value.half() for key, value in state.items()}}, path)


class Guide:
    """Measures how far the cross-attention of all layers but the first strays from where each token is spoken."""

    def __init__(self, model: Whisper) -> None:
        self.scores: dict[int, torch.Tensor] = {}
        for layer, block in list(enumerate(model.decoder.blocks))[1:]:
            block.cross_attn.register_forward_hook(self.keep(layer))

    def keep(self, layer: int) -> Hook:
        def hook(attention: MultiHeadAttention, inputs: tuple[torch.Tensor, ...], output: object) -> None:
            self.scores[layer] = attention_scores(attention, inputs[0], inputs[1])

        return hook

    def loss(self, at: torch.Tensor) -> torch.Tensor:
        """`at` holds the frame of each token that is to be predicted, batch x length, or NOWHERE."""
        total = torch.zeros(())
        for scores in self.scores.values():
            attention = scores.float().softmax(-1)
            grid = torch.arange(attention.shape[-1]).float()
            spoken = at >= 0
            near = torch.exp(-(((grid - at[..., None]) / GUIDE_WIDTH) ** 2) / 2) * spoken[..., None]
            inside = (attention * near[:, None]).sum(-1)
            total = total - (torch.log(inside + 1e-4) * spoken[:, None]).sum() / (spoken.sum() * HEADS)
        return total / len(self.scores)


def attention_scores(attention: MultiHeadAttention, text: torch.Tensor, audio: torch.Tensor) -> torch.Tensor:
    """What Whisper's attention computes before the softmax and throws away: batch x heads x tokens x frames."""
    depth = WIDTH // HEADS
    query, key = attention.query(text), attention.key(audio)
    query = query.view(*query.shape[:2], HEADS, depth).permute(0, 2, 1, 3)
    key = key.view(*key.shape[:2], HEADS, depth).permute(0, 2, 3, 1)
    return (query * depth**-0.25) @ (key * depth**-0.25)


def run_stage(trainee: Trainee, guide: Guide | None, spoken: Spoken, stage: Stage, course: Course, out: Path) -> None:
    model = trainee.model
    model.encoder.register_buffer("positional_embedding", sinusoids(stage.frames, WIDTH))
    make = (spoken, trainee.tokens, stage.frames, stage.sentences, course.silent_share)
    windows = [make_window(*make) for _ in range(stage.windows)]
    optimizer = torch.optim.AdamW(model.parameters(), lr=stage.rate, betas=(0.9, 0.98), weight_decay=0.01)
    schedule = OneCycleLR(optimizer, stage.rate, total_steps=stage.steps, pct_start=stage.warmup)
    started, losses = time.monotonic(), []
    for step in range(1, stage.steps + 1):
        batch = random.sample(windows, stage.batch)
        mel = torch.stack([window.mel for window in batch]).float() + torch.randn(stage.batch, 1, 1) * 0.02
        given, wanted, at = pad([choose(window, course.align) for window in batch], trainee.tokens)
        logits = model(mel, given)
        loss = functional.cross_entropy(logits.flatten(0, 1), wanted.flatten(), ignore_index=IGNORE)
        losses.append(loss.item())
        if guide:
            loss = loss + GUIDE_WEIGHT * guide.loss(at)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 100 == 0:
            seconds = time.monotonic() - started
            print(f"{stage.frames} frames, step {step}: {np.mean(losses[-100:]):.3f}, {seconds:.0f} s", flush=True)
            trainee.save(out)  # so that an hour is not lost
    trainee.save(out)


def choose(window: Window, align: bool) -> Sequence:
    """Alignment needs both kinds: words are timed from text without stamps."""
    return window.plain if align and random.random() >= STAMPED_SHARE else window.stamped


def pad(sequences: list[Sequence], tokens: Tokens) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """What the decoder is given, what it should say next, and the frame of that; batch x length of the longest."""
    shape = (len(sequences), max(len(sequence.tokens) for sequence in sequences))
    given = torch.full(shape, tokens.small[tokens.whisper.eot])
    wanted = torch.full(shape, IGNORE)
    at = torch.full(shape, NOWHERE)
    for row, sequence in enumerate(sequences):
        small = torch.tensor([tokens.small[token] for token in sequence.tokens])
        given[row, : len(small)] = small
        wanted[row, : len(small) - 1] = small[1:]
        at[row, : len(small) - 1] = torch.tensor(sequence.frames[1:])
    return given, wanted, at


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", type=Path, help="what speak.py made")
    parser.add_argument("out", type=Path, help="the checkpoint to write")
    parser.add_argument("--from", dest="start", type=Path, metavar="CHECKPOINT", help="go on from here")
    parser.add_argument("--align", action="store_true", help="the second course: word times")
    parser.add_argument("--steps", type=int, help="of each stage, instead of the usual number: to try the recipe")
    parser.add_argument("--windows", type=int, help="for each stage, instead of the usual number")
    return parser.parse_args()


def shorten(stages: Iterable[Stage], steps: int | None, windows: int | None) -> list[Stage]:
    return [replace(stage, steps=steps or stage.steps, windows=windows or stage.windows) for stage in stages]


def main() -> None:
    args = arguments()
    course = ALIGN if args.align else LEARN
    torch.set_num_threads(2)
    random.seed(course.seed)
    torch.manual_seed(course.seed)
    np.random.seed(course.seed)
    spoken = by_language(load(args.clips))
    trainee = Trainee(Tokens(spoken), args.start)
    guide = Guide(trainee.model) if course.align else None
    for stage in shorten(course.stages, args.steps, args.windows):
        run_stage(trainee, guide, spoken, stage, course, args.out)


if __name__ == "__main__":
    main()
