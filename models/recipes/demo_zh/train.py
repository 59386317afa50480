"""Step 3, training: one process feeds, this one learns; checkpoints every few minutes; ends annealed.

Everything follows the steps made, not the time spent: a rerun on a slower or busier machine takes longer, and learns
the same.
"""

from __future__ import annotations

import copy
import math
import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 (its customary name)

from models.recipes.demo_zh import batches
from models.recipes.demo_zh.clips import COUNTS
from models.recipes.demo_zh.network import Net, Shape
from models.recipes.demo_zh.reading import Pretend, like, noisy
from models.recipes.demo_zh.texts import edition

PEAK, WARM_UP, SAVE_S, SEED = 2e-3, 200, 240, 20261122
TONE = 3.0  # weight of the tones in what is heard: they are learned last
READ_FROM = 0.23  # share of the training after which pretended speech is worth reading


def rate(step: int, progress: float) -> float:
    """Warm-up over the first steps, then a cosine down to 1 % of the peak at the last step."""
    return PEAK * min(1.0, (step + 1) / WARM_UP) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, progress))))


def looked(weights: Tensor, windows: Tensor) -> Tensor:
    """Guided attention: -log of the attention that falls into the window (a frame wider), where there is one."""
    frames = torch.arange(weights.shape[-1], device=weights.device)
    inside = (frames >= windows[..., :1] - 1) & (frames < windows[..., 1:] + 1)  # [batch, token, frame]
    share = (weights * inside[:, None]).sum(-1)
    known = (windows[..., 0] >= 0)[:, None].expand_as(share)
    return -(share[known] + 1e-4).log().mean() if bool(known.any()) else share.sum() * 0


def text_losses(net: Net, b: dict[str, Tensor], logits: Tensor, shown: list[Tensor]) -> dict[str, Tensor]:
    """What the decoder is judged by, on speech and on text alike."""
    each = F.cross_entropy(logits.transpose(1, 2), b["targets"], ignore_index=batches.IGNORE, reduction="none")
    known = b["targets"] != batches.IGNORE
    weight = known * b["weight"][:, None]
    return {
        "text": (each * weight).sum() / weight.sum(),
        "now": looked(shown[0][:, : net.shape.current_heads], b["now"]),
        "soon": looked(shown[1][:, : net.shape.next_heads], b["soon"]),
        "right": ((logits.argmax(-1) == b["targets"]) & known).sum() / known.sum(),
    }


def losses(net: Net, pretend: Pretend, batch: dict[str, batches.Batch]) -> dict[str, Tensor]:
    device = net.decoder.positions.device
    speech, text = ({k: torch.from_numpy(v).to(device) for k, v in batch[kind].items()} for kind in ("speech", "text"))
    with torch.autocast(device.type, torch.bfloat16):
        logits, shown, source = net(speech["mel"].float(), speech["ids"])
        sounds = net.sounds(source).float()
        alike = like(pretend, speech["labels"], source)
        pretended = noisy(pretend(text["labels"]), float(alike.detach().sqrt()))
        read = net.decoder(text["ids"], pretended)
    out = text_losses(net, speech, logits, shown)
    parts = sounds.split(COUNTS, -1)
    heard = [F.cross_entropy(p.flatten(0, 1), speech["labels"][..., i].flatten()) for i, p in enumerate(parts)]
    out |= {"sound": heard[0] + heard[1] + TONE * heard[2], "tone": heard[2].detach(), "alike": alike}
    return out | {f"read_{k}": v for k, v in text_losses(net, text, *read).items()}


def optimisers(net: Net, pretend: Pretend) -> list[torch.optim.Optimizer]:
    """Muon for the layers' matrices (a fifth dearer a step, learns in far fewer), AdamW for all the rest."""
    matrices, rest = [], []
    for name, p in net.named_parameters():
        (matrices if p.ndim == 2 and "blocks" in name else rest).append(p)
    return [
        torch.optim.Muon(matrices, lr=PEAK, momentum=0.95, weight_decay=0.01, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW([*rest, *pretend.parameters()], lr=PEAK, betas=(0.9, 0.98), weight_decay=0.0, fused=True),
    ]


class Run:
    """The state that a checkpoint holds."""

    def __init__(self, work: Path, shape: Shape) -> None:
        torch.manual_seed(SEED)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        self.path, self.net = work / "checkpoint.pt", Net(shape).to(device)
        self.mean = copy.deepcopy(self.net).requires_grad_(False)  # moving average: what is exported
        self.pretend = Pretend(shape.width).to(device)
        self.optimisers = optimisers(self.net, self.pretend)
        self.step, self.spent_s = 0, 0.0
        if self.path.exists():
            kept = torch.load(self.path, weights_only=True, map_location=device)
            self.net.load_state_dict(kept["net"])
            self.mean.load_state_dict(kept["mean"])
            self.pretend.load_state_dict(kept["pretend"])
            for optimiser, state in zip(self.optimisers, kept["optimisers"], strict=True):
                optimiser.load_state_dict(state)
            self.step, self.spent_s = kept["step"], kept["spent_s"]

    def save(self) -> None:
        part = self.path.with_suffix(".part")
        nets = {"net": self.net.state_dict(), "mean": self.mean.state_dict(), "pretend": self.pretend.state_dict()}
        kept = [o.state_dict() for o in self.optimisers]
        torch.save({**nets, "optimisers": kept, "step": self.step, "spent_s": self.spent_s}, part)
        part.rename(self.path)

    def learn(self, batch: dict[str, batches.Batch], progress: float) -> dict[str, float]:
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate(self.step, progress)
            optimiser.zero_grad(set_to_none=True)
        out = losses(self.net, self.pretend, batch)
        early = progress < 0.3
        guide, reading = (0.5 if early else 0.25), (0.5 if progress > READ_FROM else 0.0)
        total = out["text"] + (0.5 if early else 0.8) * out["sound"] + guide * (out["now"] + out["soon"]) + out["alike"]
        total = total + reading * (out["read_text"] + guide * (out["read_now"] + out["read_soon"]))
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        for optimiser in self.optimisers:
            optimiser.step()
        keep = min(0.998, (1 + self.step) / (10 + self.step))
        torch._foreach_lerp_(list(self.mean.parameters()), list(self.net.parameters()), 1 - keep)
        self.step += 1
        return {k: float(v.detach()) for k, v in out.items()}


def run(work: Path, steps: int, shape: Shape | None = None) -> None:
    work = edition(work)
    state = Run(work, shape or Shape())
    # a graphics card eats faster than one process can cook; on a CPU more of them would take the trainer's cores
    feeders = max(1, (os.cpu_count() or 2) - 2) if torch.cuda.is_available() else 1
    # a thread that shares a core with the feeder holds up the others: of two cores one takes 0.7 s a step, both 1.0
    torch.set_num_threads(max(1, (os.cpu_count() or 2) - feeders))
    cooks, shared, queue = batches.start(work / "speech", SEED + state.step, feeders)
    log: list[dict[str, float]] = []
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())  # save first, then end
    saved, waited = time.monotonic(), 0.0
    queue.get(timeout=300)  # the feeder's start is not training time
    last = time.monotonic()
    while state.step < steps and not stop.is_set():
        progress = state.step / steps
        shared.value = progress
        before = time.monotonic()
        batch = queue.get(timeout=300)
        waited += time.monotonic() - before
        log.append(state.learn(batch, progress))
        now = time.monotonic()
        state.spent_s += now - last
        last = now
        if len(log) == 50:
            means = {k: np.mean([row[k] for row in log]) for k in log[0]}
            line = " ".join(f"{k} {v:.3f}" for k, v in means.items())
            spent = f"{state.spent_s / 60:.1f} min"
            print(f"step {state.step} of {steps}, {spent}  {line}  waited {waited:.1f} s", flush=True)
            log, waited = [], 0.0
        if now - saved > SAVE_S:
            state.save()
            saved = now
    state.save()
    for cook in cooks:
        cook.terminate()
    print(f"train: {state.step} steps in {state.spent_s / 60:.0f} min")
    if state.step < steps:  # what comes after it, the export, is not for half a training
        raise SystemExit(f"train: stopped at step {state.step} of {steps}. Run it again to go on from there")
