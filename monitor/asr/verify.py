"""Does this model stand a short encoder context? Both contexts on the user's own recordings: agreement, CER, speed.

Most do with enough silence after the speech; some break (text from nowhere, loops). The report says what to set. The
recordings are cut by the line's own voice activity detection, decoded with the user's own settings, guarded and decoded
again at 30 s as a line does it, so that both contexts say what a live line would show.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from monitor.asr import length_classes
from monitor.asr.clock import clock_of
from monitor.asr.contexts import BothContexts, plain
from monitor.asr.cuts import segments
from monitor.asr.folder import check_folder
from monitor.asr.load import paying_batch
from monitor.asr.settings import AsrSettings
from monitor.asr.whisper import Placement, WhisperEngine, place
from monitor.core.types import Segment
from monitor.errors import LinewatchError, ModelError

AGREE_PERCENT = 95.0
WORSE_POINTS = 1.0


@dataclass(frozen=True, slots=True)
class Heard:
    """One recording: its text in both contexts, and the truth where there is one (all folded: characters only)."""

    path: Path
    full: str
    short: str
    truth: str | None


OnHeard = Callable[[Heard | LinewatchError], None]
"""Told of each recording when it is done, or why it cannot be heard."""


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """agreement: characters both contexts have in common, per cent. cer_*: per cent, None without truths.

    speed_up: time in 30 s contexts over time in short ones, second decodes among it; clock says whose time. segments:
    decoded; retried: of them in 30 s, too, since the guard did not believe the short one. setup: what was measured.
    context: what to set as [asr] context. batch: most segments in a decode; classes: see `length_classes.compare`;
    length_class_ms: what to set. failed: recordings that could not be heard.
    """

    heard: tuple[Heard, ...]
    failed: tuple[LinewatchError, ...]
    agreement: float
    cer_full: float | None
    cer_short: float | None
    speed_up: float
    clock: str
    segments: int
    retried: int
    setup: str
    context: str
    reason: str
    batch: int
    classes: dict[int, float]
    length_class_ms: int


def verify(
    model: Path,
    wavs: Sequence[Path],
    truths: dict[str, str] | None = None,
    settings: AsrSettings | None = None,
    on_heard: OnHeard = lambda one: None,
) -> VerifyReport:
    """`truths`: file name -> what was said. settings: the user's own, but for the context.

    A recording that cannot be heard stops no other. Raises ModelError for the model, where there is nothing to listen
    to, and where no word is heard: no advice then.
    """
    check_folder(model)
    if not wavs:
        raise ModelError(
            "models verify", "has nothing to listen to", "no recording", "Name recordings or a folder of them"
        )
    settings = (settings or AsrSettings()).model_copy(update={"context": "fit"})
    placement = replace(place(settings, 1), workers=1)
    engine, clock = WhisperEngine(model, settings, placement), clock_of(placement.device)
    both = BothContexts(engine, settings, clock)
    heard: list[Heard] = []
    failed: list[LinewatchError] = []
    some: list[Segment] = []
    for path in wavs:
        try:
            cuts = segments(path)
            full, short = both.texts(cuts)
        except LinewatchError as error:
            failed.append(error)
            on_heard(error)
            continue
        truth = (truths or {}).get(path.name)
        heard.append(Heard(path, full, short, None if truth is None else plain(truth)))
        on_heard(heard[-1])
        some += _spread(cuts, -(-length_classes.MOST // len(wavs)))
    if not heard:
        raise failed[0]
    if not any(one.full or one.short for one in heard):
        what = "the model hears no words" if both.decoded else "nobody speaks"
        do = "Name another model" if both.decoded else "Name recordings in which people speak"
        one_or_more = "recording" if len(heard) == 1 else "recordings"
        raise ModelError("models verify", f"{what} in {len(heard)} {one_or_more}", do=do)
    some = some[: length_classes.MOST]
    batch = settings.batch or (paying_batch(engine, placement.batch, clock.now) if some else 1)
    classes = length_classes.compare(engine, some, batch, clock.now)
    agreement, full_cer, short_cer = _compared(heard)
    context, reason = _advice(agreement, full_cer, short_cer)
    return VerifyReport(
        tuple(heard), tuple(failed), agreement, full_cer, short_cer, both.speed_up, clock.name, both.decoded,
        both.retried, _setup(settings, placement), context, reason, batch, classes,
        length_classes.advised(classes, settings.length_class_ms),
    )  # fmt: skip


def _setup(settings: AsrSettings, placement: Placement) -> str:
    threads = f"{placement.threads} thread{'s' if placement.threads > 1 else ''}"
    where = placement.device + (f", {threads}" if placement.device == "cpu" else "")
    return f"{where}, {placement.compute_type}, language {settings.language}, margin {settings.margin_ms} ms"


def _spread(cuts: Sequence[Segment], most: int) -> Sequence[Segment]:
    """At most so many of them, from all over the recording."""
    return cuts[:: -(-len(cuts) // most)] if cuts else cuts


def _compared(heard: Sequence[Heard]) -> tuple[float, float | None, float | None]:
    """Agreement, and the errors of full and short where there is truth, all in per cent."""
    agreement = 100 - _errors([(h.full, h.short) for h in heard])
    known = [(h, h.truth) for h in heard if h.truth is not None]
    if not known:
        return agreement, None, None
    full = _errors([(truth, h.full) for h, truth in known])
    return agreement, full, _errors([(truth, h.short) for h, truth in known])


def _advice(agreement: float, full: float | None, short: float | None) -> tuple[str, str]:
    """What to set and why: errors decide where there is truth, else agreement."""
    if full is not None and short is not None:
        good = short <= full + WORSE_POINTS
        reason = f"character errors {short:.1f} % short, {full:.1f} % full"
    else:
        good = agreement >= AGREE_PERCENT
        reason = f"the contexts agree in {agreement:.1f} % of the characters"
    return "fit" if good else "full", reason


def _errors(pairs: Sequence[tuple[str, str]]) -> float:
    """Edit distance in per cent of the first text's characters."""
    said = sum(len(truth) for truth, _ in pairs)
    wrong = sum(Levenshtein.distance(truth, text) for truth, text in pairs)
    return 100 * wrong / said if said else (0.0 if not wrong else 100.0)
