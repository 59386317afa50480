"""Settings of the recogniser: which model, how it decodes, how much may wait, what counts as invented."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Context = Literal["fit", "full"]


class GuardSettings(BaseModel):
    """Limits beyond which decoded text is not believed. See `monitor/asr/guard.py` for what each leads to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_voiced_ms: int = Field(200, ge=0, le=2000, description="less speech than this inside a segment is evidence, ms")
    min_snr_db: float = Field(6.0, ge=0, le=40, description="speech no louder than this over the floor is evidence, dB")
    no_speech_prob: float = Field(0.6, ge=0, le=1, description="counts only together with a low log-probability")
    low_logprob: float = Field(
        -1.0, ge=-20, le=0, description="mean natural log-probability below this is low; never evidence alone"
    )
    min_chars_per_s: float = Field(0.8, ge=0, le=10, description="fewer characters per voiced second are evidence")
    max_chars_per_s: float = Field(12.0, ge=4, le=100, description="more characters per voiced second cannot be said")
    max_compression: float = Field(2.4, ge=1, le=20, description="zlib ratio on UTF-8 bytes above this is a loop")
    max_repeats: int = Field(5, ge=2, le=50, description="1 to 6 characters said more often than this are a loop")
    credits_share: float = Field(
        0.8, ge=0.1, le=1, description="share of a segment that subtitle credits must fill to be dropped whole"
    )
    evidence_for_farewell: int = Field(2, ge=1, le=5, description="codes that drop a farewell or a filler")
    evidence_for_any: int = Field(3, ge=1, le=5, description="codes that drop any text")


class AdmissionSettings(BaseModel):
    """How many lines are transcribed; further ones are monitored for their conditions only, and say so."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lines: Literal["auto", "all"] | Annotated[int, Field(ge=0, le=100_000)] = Field(
        "auto", description="auto: as many lines are transcribed as was measured; all: every line; or a number"
    )
    speech_share: float = Field(
        0.8, gt=0, le=2, description="speech per second of call, both channels together; real calls have about 0.8"
    )
    utilisation: float = Field(0.6, gt=0, le=1, description="share of the workers' time that may be planned")
    max_wait_ms: int = Field(
        1000, ge=50, le=60_000, description="no new line while ready segments wait longer (p95), ms"
    )


class OpenAiSettings(BaseModel):
    """An OpenAI-compatible transcription endpoint. Used, and speech sent to it, only where [asr] engine is "openai"."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field("", description="base address such as http://10.0.0.5:8000/v1")
    model: str = Field("whisper-1", description="model name sent with each request")
    key_env: str = Field("LINEWATCH_OPENAI_KEY", description="environment variable that holds the bearer token")
    timeout_ms: int = Field(10_000, ge=100, le=120_000, description="longest wait for one answer, ms")


class AsrSettings(BaseModel):
    """[asr]: one recogniser for all calls."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    engine: Literal["whisper", "openai"] = Field(
        "whisper", description="whisper: faster-whisper in this process; openai: an endpoint, see [asr.openai]"
    )
    model: str = Field(
        "auto", min_length=1,
        description="name in models.toml or a folder; auto: small on a CPU, large-v3-turbo on a GPU",
    )  # fmt: skip
    models_dir: str = Field("", description="folder with fetched models; empty: the user's cache")
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="auto: a GPU where CTranslate2 finds one")
    compute_type: str = Field(
        "auto",
        description="auto: int8 on a CPU, float16 on a GPU, where it has none the next best; else CTranslate2's name",
    )
    language: str = Field("zh", description="spoken language; auto: detect it for each segment")
    context: Context = Field("fit", description="fit: encode the segment and a margin; full: always 30 s")
    margin_ms: int = Field(2560, ge=2560, le=10_000, description="trailing silence behind a segment, ms")
    length_class_ms: int = Field(500, ge=100, le=5000, description="encoder contexts are multiples of this, ms")
    tokens_per_s: float = Field(12, ge=2, le=50, description="most tokens decoded per second of segment")
    tokens_base: int = Field(16, ge=4, le=200, description="tokens allowed besides")
    workers: int = Field(0, ge=0, le=64, description="decodes at a time; 0: one per core on a CPU, one on a GPU")
    threads: int = Field(1, ge=1, le=64, description="CPU threads of one decode")
    batch: int = Field(0, ge=0, le=64, description="most segments decoded together; 0: up to 8 (GPU: 16) if it pays")
    gather_ms: int = Field(
        20, ge=0, le=5000, description="under load, wait so long for segments to share a decode; none at rest, ms"
    )
    queue: int = Field(512, ge=1, le=100_000, description="segments that may wait; one more is lost (overload)")
    hypotheses: bool = Field(False, description="decode segments that are still being spoken, as a preview")
    hypothesis_every_ms: int = Field(1000, ge=300, le=10_000, description="new speech before another preview, ms")
    hypothesis_queue: int = Field(64, ge=1, le=10_000, description="previews that may wait; the oldest goes first")
    answer_within_ms: int = Field(5000, ge=500, le=60_000, description="live: later than this is lost (timeout), ms")
    guess_language: bool = Field(
        True, description="note which language is heard, where the model can tell; one decoder step for each segment"
    )
    retry_full: bool = Field(True, description="decode once more at 30 s what the guard takes for a loop")
    guard: GuardSettings = Field(default_factory=GuardSettings)
    admission: AdmissionSettings = Field(default_factory=AdmissionSettings)
    openai: OpenAiSettings = Field(default_factory=OpenAiSettings)
