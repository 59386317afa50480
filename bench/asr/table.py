"""The rows of one model's measurements."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace

from bench.asr.cost import Cost, distance, errors, quantile
from bench.asr.lines import delays_ms, lines_held
from bench.rows import Row, row
from bench.talk import Talk

NAMES = ("ours", "faster_whisper", "faster_whisper_matched")


def cost_rows(call: Talk, files: Sequence[Talk], costs: dict[str, Cost]) -> list[Row]:
    mine, n = costs["ours"], len(call.segments)
    spoken = sum(spent for drafts in mine.drafts for _, spent in drafts)
    held = {name: lines_held(call, replace(costs[name], drafts=[])) for name in NAMES}
    return [
        *_held(call, costs, held),
        *(each for name in NAMES for each in _spent(call, name, costs)),
        *_latency(call, costs, held),
        row("asr", "hypotheses_cpu_s_per_speech_s", spoken / call.speech_s, "s/s", n),
        row("asr", "cost_in_a_batch_of_4", mine.batch[3], "of single", n),
        *_files(files, costs),
        *_live(mine),
        *(row("asr", f"{name}_rss", cost.rss_mb, "MB", n) for name, cost in costs.items()),
    ]


def _held(call: Talk, costs: dict[str, Cost], held: dict[str, int]) -> list[Row]:
    """Hypotheses off, then on: finals go before them, and what comes too late of them is never made."""
    n = len(call.segments)
    ours = {"lines_per_core": held["ours"], "lines_per_core_with_hypotheses": lines_held(call, costs["ours"])}
    return [
        *(row("asr", what, lines, "lines", n, name, lines / held[name] if held[name] else None)
          for what, lines in ours.items() for name in NAMES[1:]),
        *(row("asr", f"{name}_lines_per_core", held[name], "lines", n) for name in NAMES[1:]),
    ]  # fmt: skip


def _spent(call: Talk, name: str, costs: dict[str, Cost]) -> list[Row]:
    mine, cost, n = costs["ours"], costs[name], len(call.segments)
    spent, median = sum(cost.cpu_s), statistics.median(cost.cpu_s) * 1000
    against, ratio = (None, None) if name == "ours" else ("ours", spent / sum(mine.cpu_s))
    return [
        row("asr", f"{name}_cpu_s_per_audio_s", spent / call.length_s / 2, "s/s", n, against, ratio),
        row("asr", f"{name}_cpu_s_per_speech_s", spent / call.speech_s, "s/s", n, against, ratio),
        row("asr", f"{name}_cpu_ms_per_segment", median, "ms", n),
        row("asr", f"{name}_lines_that_fill_a_core", filling(call, cost), "lines", n),
    ]


def filling(call: Talk, cost: Cost) -> float:
    """Lines whose speech fills the core, however late; with more, what waits grows for as long as they last."""
    return call.length_s / sum(cost.cpu_s) / min(cost.batch)


def _latency(call: Talk, costs: dict[str, Cost], held: dict[str, int]) -> list[Row]:
    """Latency against lines: at the quarters of what each holds, and at those of ours that do not overfill its core.

    What holds none within the bound is asked at the quarters of what fills the core.
    """
    out = []
    for name in NAMES:
        cost = replace(costs[name], drafts=[])
        mine, ours = (_quarters(held[each] or filling(call, costs[each])) for each in (name, "ours"))
        for lines in sorted(mine | {lines for lines in ours if lines < filling(call, cost)}):
            delays = delays_ms(call, cost, lines)
            out += [
                row("asr", f"{name}_p{share}_ms_at_{lines}_lines", quantile(delays, share), "ms", len(delays))
                for share in (50, 95, 99)
            ]
    return out


def _quarters(lines: float) -> set[int]:
    return {max(1, int(lines * quarter / 4)) for quarter in (1, 2, 3, 4)}


def _files(files: Sequence[Talk], costs: dict[str, Cost]) -> list[Row]:
    audio_s = 2 * sum(file.length_s for file in files)
    speeds = {name: audio_s / sum(costs[name].cpu_s) for name in ("ours_audit", "faster_whisper_batched")}
    ratio = speeds["ours_audit"] / speeds["faster_whisper_batched"]
    per_audio = {name: 1 / speed for name, speed in speeds.items()}
    return [
        *(row("asr", f"{name}_cpu_s_per_audio_s", spent, "s/s", len(files)) for name, spent in per_audio.items()),
        row("asr", "audio_s_per_cpu_s", speeds["ours_audit"], "s/s", len(files), "faster_whisper_batched", ratio),
        row("asr", "faster_whisper_batched_audio_s_per_cpu_s", speeds["faster_whisper_batched"], "s/s", len(files)),
    ]


def _live(mine: Cost) -> list[Row]:
    if "live_lines" not in mine.extra:
        return []
    n = int(mine.extra["live_n"])
    return [
        row("asr", "live_lines", mine.extra["live_lines"], "lines", n),
        *(row("asr", f"live_p{share}_ms", mine.extra[f"live_p{share}_ms"], "ms", n) for share in (50, 95, 99)),
    ]


def accuracy_rows(call: Talk, files: Sequence[Talk], costs: dict[str, Cost]) -> list[Row]:
    """Character errors of the embedded model, the same references for all; whole files against their own."""
    found = {name: errors(call, costs[name].texts) for name in NAMES}
    found["ours_full_context"] = (int(costs["ours"].extra["full_errors"]), int(costs["ours"].extra["chars"]))
    truths = [truth for file in files for truth in file.truth]
    for name in ("ours_audit", "faster_whisper_batched"):
        found[name] = distance(list(zip(truths, costs[name].texts, strict=True)))
    return [row("asr", f"{name}_cer", 100 * wrong / chars, "%", chars) for name, (wrong, chars) in found.items()]
