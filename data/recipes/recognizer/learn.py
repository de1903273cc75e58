"""The training loop: one pass after another over freshly varied texts."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterable, Sequence

import torch
from batches import PIECES_PER_BATCH, Windows, batches, examples
from corpora import Labeller, Text
from model import Tagger, set_loss, soft_loss

Pass = Callable[[random.Random], Iterable[Text]]
CHECKPOINT_EVERY = 600.0
"""Seconds between two checkpoints."""


def train(
    tagger: Tagger,
    passes: Sequence[Pass],
    windows: Windows,
    labeller: Labeller,
    *,
    seed: int,
    rate: float,
    warmup: float = 0.1,
    pieces: int = PIECES_PER_BATCH,
    half_precision: bool = True,
    checkpoint: Callable[[], None] | None = None,
    teacher: Tagger | None = None,
    log: Callable[[str], None] = print,
) -> None:
    """Train a tagger in place.

    Parameters
    ----------
    tagger
        The tagger.
    passes
        One function a pass; each returns the texts of that pass, already varied.
    windows, labeller
        Make the windows and their labels.
    seed
        Of everything random.
    rate
        Highest learning rate of the encoder; the heads and the shapes, which start untrained, learn faster.
    warmup
        Share of the steps over which the rate rises; it falls to nothing over the rest.
    pieces
        Word pieces of a step.
    half_precision
        Whether to compute in bfloat16: twice as fast on processors with matrix units for it, several times slower on others.
    checkpoint
        Called every ten minutes, to keep what was learned so far.
    teacher
        A trained tagger whose answers are learned beside the labels, on every word of every text.
    log
        Takes a line now and then.
    """
    torch.manual_seed(seed)
    rng = random.Random(seed)
    found = [examples(each(rng), windows, labeller) for each in passes]
    plan = [list(batches(each, rng, pieces)) for each in found]
    total = sum(len(each) for each in plan)
    log(f"{sum(len(each) for each in found)} windows, {total} steps")
    optimizer = torch.optim.AdamW(_groups(tagger, rate), weight_decay=0.01, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step / total, warmup))
    tagger.train()
    begun, done, running = time.time(), 0, 0.0
    kept = begun
    for number, each in enumerate(plan):
        for ids, shapes, mask, places, bits in each:
            with torch.autocast("cpu", torch.bfloat16, enabled=half_precision):
                logits = _of_words(tagger(ids, shapes, mask), places)
            loss = set_loss(logits, bits)
            if teacher is not None:
                with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=half_precision):
                    wanted = _of_words(teacher(ids, shapes, mask), places)
                loss = loss + soft_loss(logits, wanted)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(tagger.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad(set_to_none=True)
            done += 1
            running = 0.98 * running + 0.02 * loss.item() if done > 1 else loss.item()
            if done % 50 == 0:
                log(f"pass {number} step {done}/{total} loss {running:.4f} {time.time() - begun:.0f} s")
            if checkpoint and time.time() - kept > CHECKPOINT_EVERY:
                checkpoint()
                kept = time.time()
    tagger.eval()


def _of_words(logits: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    return logits.float().view(-1, logits.shape[-1])[places]


def _rate(part: float, warmup: float) -> float:
    return part / warmup if part < warmup else 0.5 * (1 + math.cos(math.pi * (part - warmup) / (1 - warmup)))


def _groups(tagger: Tagger, rate: float) -> list[dict[str, object]]:
    new = ("output.", "shapes.")
    named = [(name, each) for name, each in tagger.named_parameters() if each.requires_grad]
    return [
        {"params": [p for name, p in named if name.startswith(new)], "lr": 5 * rate},
        # Rare words keep the vectors they came with: decay would shrink what few steps ever touch.
        {"params": [p for name, p in named if name.startswith("words.")], "lr": rate, "weight_decay": 0.0},
        {"params": [p for name, p in named if not name.startswith((*new, "words."))], "lr": rate},
    ]
