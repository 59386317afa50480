"""Settings of the signal room, `[signal.*]` of the configuration. How often they are right: docs/detection.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from monitor.signal.groups import Group, group_model, never_reached


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class VadSettings(_Section):
    engine: Literal["webrtc", "silero"] = Field(
        "webrtc", description="webrtc: WebRTC VAD with evidence around it; silero: a neural one, far more work"
    )
    aggressiveness: int = Field(1, ge=0, le=3, description="mode of the WebRTC VAD, 3 is the strictest")
    gate_dbov: float = Field(-60.0, ge=-90, le=-30, description="frames at or below this level are not speech, dBov")
    gate_over_floor_db: float = Field(
        1.0, ge=0, le=20, description="nor do frames count that stand less than this over the noise floor, dB"
    )
    silero_threshold: float = Field(0.5, gt=0, lt=1, description="probability from which a frame is speech")
    bridge_ms: int = Field(300, ge=20, le=1000, multiple_of=20, description="shorter gaps are part of a speech run, ms")
    min_run_ms: int = Field(100, ge=20, le=1000, multiple_of=20, description="shorter runs are not speech, ms")
    stroke_ms: int = Field(
        60, ge=0, le=200, multiple_of=20, description="a sound no longer than this with no voice held in it is none, ms"
    )
    voiced_ms: int = Field(
        40, ge=0, le=200, multiple_of=20, description="nor is a run before a voice is held in it this long, ms"
    )
    voiced_clear_percent: float = Field(
        20.0, ge=0, le=100, description="with so much of the run clearly speech, percent"
    )
    clear_run_ms: int = Field(
        200, ge=20, le=1000, multiple_of=20, description="or before it was clearly speech for this long, ms"
    )
    clear_run_percent: float = Field(60.0, ge=0, le=100, description="which is so much of it, percent")
    unvoiced_run_ms: int = Field(
        500, ge=100, le=500, multiple_of=20, description="or before it has lasted this long without one, ms"
    )
    unvoiced_clear_percent: float = Field(
        40.0, ge=0, le=100, description="and so much of it is clearly speech, percent; else the next sound begins anew"
    )
    voiced_periodicity: float = Field(
        0.7, ge=0, le=1, description="a voice is held where a frame repeats itself this well (autocorrelation, 0 to 1)"
    )
    voiced_fall_db: float = Field(1.0, ge=0, le=20, description="and its level falls by no more from the last one, dB")
    voiced_rise_db: float = Field(6.0, ge=0, le=40, description="nor rises by more, dB")

    @property
    def longest_gap_ms(self) -> int:
        """The longest pause in a speech run: strokes on both sides of which it goes on are bridged twice."""
        return 2 * self.bridge_ms


class SilenceSettings(_Section):
    after_ms: int = Field(2000, ge=500, le=60_000, description="silence is stated after this long without speech, ms")


class LowVolumeSettings(_Section):
    warn_dbov: float = Field(-36.0, ge=-80, le=0, description="active speech level at or under which it starts, dBov")
    alarm_dbov: float = Field(-42.0, ge=-80, le=0, description="level at or under which it is an alarm, dBov")
    hysteresis_db: float = Field(3.0, ge=0, le=20, description="how far it must rise over a threshold again, dB")
    window_ms: int = Field(3000, ge=500, le=10_000, description="measured over this much of the channel's speech, ms")
    min_speech_ms: int = Field(1000, ge=200, le=10_000, description="not judged on less speech than this, ms")
    voiced_percent: float = Field(10.0, ge=0, le=50, description="nor with less of it a voice that is held, percent")
    moves_db: float = Field(
        2.8, ge=0, le=10, description="nor where its level moves less than this from frame to frame (many voices), dB"
    )
    echo_db: float = Field(12.0, ge=0, le=60, description="speech this far under the other's is its echo, dB")

    @model_validator(mode="after")
    def _ordered(self) -> LowVolumeSettings:
        if self.alarm_dbov > self.warn_dbov:
            raise ValueError("alarm_dbov must not lie over warn_dbov")
        return self


class NoiseSettings(_Section):
    warn_db: float = Field(15.0, ge=-20, le=60, description="SNR under which it is stated, dB")
    alarm_db: float = Field(10.0, ge=-20, le=60, description="SNR under which it is an alarm, dB")
    hysteresis_db: float = Field(3.0, ge=0, le=20, description="how far it must rise over a threshold again, dB")
    window_ms: int = Field(3000, ge=500, le=10_000, description="noise is measured over this much non-speech, ms")
    hold_ms: int = Field(3000, ge=0, le=20_000, description="the SNR must stay under the threshold this long, ms")
    min_noise_ms: int = Field(1000, ge=100, le=10_000, description="not judged on less non-speech than this, ms")
    guard_ms: int = Field(200, ge=0, le=1000, multiple_of=20, description="nearer to speech it is not measured, ms")
    reference_dbov: float = Field(-26.0, ge=-60, le=0, description="speech level assumed before any was heard, dBov")

    @model_validator(mode="after")
    def _ordered(self) -> NoiseSettings:
        if self.alarm_db > self.warn_db:
            raise ValueError("alarm_db must not lie over warn_db")
        return self


class TalkOverSettings(_Section):
    overlap_ms: int = Field(600, ge=100, le=10_000, description="both speak together for this long, ms")
    lead_ms: int = Field(500, ge=0, le=10_000, description="the second began at least this long after the first, ms")
    voiced_ms: int = Field(40, ge=0, le=1000, multiple_of=20, description="both hold a voice this long in it, ms")
    voiced_percent: float = Field(3.0, ge=0, le=50, description="and in this share of it, percent")


class OneWaySettings(_Section):
    dead_dbov: float = Field(-70.0, ge=-100, le=-40, description="a leg at or under this level is dead, dBov")
    dead_ms: int = Field(5000, ge=1000, le=60_000, description="for at least this long, ms")
    other_speech_ms: int = Field(2000, ge=0, le=60_000, description="in which the other speaks this long, ms")
    voiced_percent: float = Field(6.5, ge=0, le=50, description="and holds a voice in this share of it, percent")
    alive_ms: int = Field(100, ge=20, le=2000, multiple_of=20, description="sound this long ends it, ms")


class DropoutSettings(_Section):
    after_ms: int = Field(60, ge=20, le=10_000, multiple_of=20, description="media missing for this long, ms")


class ClippingSettings(_Section):
    percent: float = Field(0.5, gt=0, le=50, description="share of the speech samples at the ceiling, percent")
    min_speech_ms: int = Field(300, ge=100, le=1000, description="not judged on less speech than this, ms")
    lowest_ceiling: int = Field(2000, ge=100, le=32_124, description="a ceiling under this is none, int16 steps")
    quiet_ms: int = Field(2000, ge=500, le=20_000, description="it ends after this long without a clipped sample, ms")


class ToneSettings(_Section):
    share: float = Field(0.85, gt=0, lt=1, description="share of a frame's power in the tone's lines")
    flatness: float = Field(-3.0, ge=-20, le=0, description="frames flatter than this are no tone, natural log")
    ring_ms: int = Field(800, ge=200, le=5000, description="a burst at least this long is ring-back, ms")
    ring_most_ms: int = Field(2500, ge=200, le=10_000, description="a longer one is a tone that goes on, ms")
    ring_gap_ms: int = Field(4600, ge=500, le=10_000, description="ring-back is over after this long without it, ms")
    busy_ms: int = Field(350, ge=100, le=1000, description="length of busy's bursts and gaps, ms")
    min_key_ms: int = Field(60, ge=20, le=200, description="a key is held at least this long, ms")
    key_gap_ms: int = Field(500, ge=40, le=5000, description="keys this near to each other are one tone, ms")

    @model_validator(mode="after")
    def _ordered(self) -> ToneSettings:
        if self.ring_ms > self.ring_most_ms:
            raise ValueError("ring_ms must not lie over ring_most_ms")
        return self


class MusicSettings(_Section):
    memory: float = Field(0.1, gt=0, le=1, description="weight of the newest 100 ms of its lines")
    starts: float = Field(0.55, gt=0, lt=1, description="certainty from which it is stated, 0 to 1")
    ends: float = Field(0.2, ge=0, lt=1, description="certainty of its notes under which they are over")
    moves: float = Field(0.15, ge=0, lt=1, description="unlikeness over seconds that notes have at least")
    after_ms: int = Field(2500, ge=500, le=20_000, description="it must last this long, ms")
    lag_ms: int = Field(500, ge=0, le=5000, description="how far the evidence of its notes runs behind, ms")


class ReverberantSettings(_Section):
    decays: int = Field(6, ge=3, le=100, description="not judged on fewer falls of the speech level than this")
    over_floor_db: float = Field(25.0, ge=16, le=60, description="that begin at least so much over the floor, dB")
    dry_db_per_s: float = Field(248.0, gt=0, le=1000, description="a near voice falls like this, dB per second")
    wet_db_per_s: float = Field(
        139.0, gt=0, le=1000, description="a voice across a room falls like this, dB per second"
    )
    dry_falls_per_s: float = Field(
        3.8, gt=0, le=50, description="a near voice falls so often in a second of loud speech"
    )
    wet_falls_per_s: float = Field(1.0, gt=0, le=50, description="a voice across a room falls so often")
    starts: float = Field(0.8, gt=0, le=1, description="certainty from which it is stated")
    ends: float = Field(0.5, ge=0, lt=1, description="certainty under which it is over")

    @model_validator(mode="after")
    def _ordered(self) -> ReverberantSettings:
        if self.wet_db_per_s >= self.dry_db_per_s:
            raise ValueError("wet_db_per_s must lie under dry_db_per_s")
        if self.wet_falls_per_s >= self.dry_falls_per_s:
            raise ValueError("wet_falls_per_s must lie under dry_falls_per_s")
        return self


OF_A_GROUP: dict[str, tuple[type[BaseModel], tuple[str, ...]]] = {
    "vad": (
        VadSettings,
        (
            "gate_dbov",
            "gate_over_floor_db",
            "voiced_ms",
            "voiced_clear_percent",
            "clear_run_ms",
            "clear_run_percent",
            "unvoiced_run_ms",
            "unvoiced_clear_percent",
            "voiced_periodicity",
            "voiced_fall_db",
            "voiced_rise_db",
        ),
    ),
    "silence": (SilenceSettings, ("after_ms",)),
    "low_volume": (
        LowVolumeSettings,
        ("warn_dbov", "alarm_dbov", "hysteresis_db", "min_speech_ms", "voiced_percent", "moves_db", "echo_db"),
    ),
    "noise": (NoiseSettings, ("warn_db", "alarm_db", "hysteresis_db", "hold_ms", "min_noise_ms", "reference_dbov")),
    "talk_over": (TalkOverSettings, ("overlap_ms", "lead_ms", "voiced_ms", "voiced_percent")),
    "one_way": (OneWaySettings, ("dead_dbov", "dead_ms", "other_speech_ms", "voiced_percent", "alive_ms")),
    "clipping": (ClippingSettings, ("percent", "min_speech_ms", "lowest_ceiling", "quiet_ms")),
    "dropout": (DropoutSettings, ("after_ms",)),
    "tone": (ToneSettings, ("ring_ms", "ring_most_ms", "ring_gap_ms", "busy_ms", "min_key_ms", "key_gap_ms")),
    "music": (MusicSettings, ("starts", "ends", "moves", "after_ms")),
    "reverberant": (
        ReverberantSettings,
        (
            "decays",
            "over_floor_db",
            "dry_db_per_s",
            "wet_db_per_s",
            "dry_falls_per_s",
            "wet_falls_per_s",
            "starts",
            "ends",
        ),
    ),
}
"""Section -> the thresholds that a group of lines may set for itself."""

if TYPE_CHECKING:
    GroupSettings = Group
else:
    GroupSettings = group_model(OF_A_GROUP)


class SignalSettings(_Section):
    vad: VadSettings = VadSettings()
    silence: SilenceSettings = SilenceSettings()
    low_volume: LowVolumeSettings = LowVolumeSettings()
    noise: NoiseSettings = NoiseSettings()
    talk_over: TalkOverSettings = TalkOverSettings()
    one_way: OneWaySettings = OneWaySettings()
    clipping: ClippingSettings = ClippingSettings()
    dropout: DropoutSettings = DropoutSettings()
    tone: ToneSettings = ToneSettings()
    music: MusicSettings = MusicSettings()
    reverberant: ReverberantSettings = ReverberantSettings()
    detectors: tuple[str, ...] | None = Field(None, description="detectors that run; default: all of them")
    groups: Mapping[str, GroupSettings] = Field(
        {}, description="Lines that need other thresholds: the first group that fits a call's line and trunk holds."
    )

    @model_validator(mode="after")
    def _groups_go_together(self) -> SignalSettings:
        for name, group in self.groups.items():
            for section in OF_A_GROUP:
                try:
                    group.over(section, getattr(self, section))
                except ValueError as error:
                    raise ValueError(f"groups.{name}.{section}: {_first_line(error)}") from None
        if hidden := never_reached(self.groups):
            raise ValueError(f"groups.{hidden} is never reached, an earlier group takes its lines; put it before")
        return self

    def group_of(self, line: str | None, trunk: str | None) -> str | None:
        """The group that a call on this line and trunk belongs to."""
        return next((name for name, group in self.groups.items() if group.holds(line, trunk)), None)

    def number_of(self, group: str | None) -> int:
        """Where a group stands in `variants`."""
        return 0 if group is None else 1 + list(self.groups).index(group)

    def of(self, group: str | None) -> SignalSettings:
        """The settings that hold for the lines of a group; these for None."""
        if group is None:
            return self
        own = self.groups[group]
        changed = {section: own.over(section, getattr(self, section)) for section in OF_A_GROUP}
        return self.model_copy(update={**changed, "groups": {}})

    def variants(self) -> list[SignalSettings]:
        """For lines without a group, then for each group in order."""
        return [self, *(self.of(name) for name in self.groups)]


def _first_line(error: ValueError) -> str:
    """What a validator of the section said, without pydantic's frame around it."""
    found = error.errors() if isinstance(error, ValidationError) else []
    return str(found[0]["ctx"]["error"]) if found and "ctx" in found[0] else str(error)
