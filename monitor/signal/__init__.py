"""The signal room: what a line is, frame by frame. Facts only; what is too much is a rule's business."""

from __future__ import annotations

# order matters where one condition looks at another of the same frame: music closes silence, noise outranks low_volume
DETECTORS: dict[str, str] = {
    "dropout": "monitor.signal.dropout:Dropout",
    "tone": "monitor.signal.tone:Tone",
    "music": "monitor.signal.music:Music",
    "silence": "monitor.signal.silence:Silence",
    "clipping": "monitor.signal.clipping:Clipping",
    "noise": "monitor.signal.noise:Noise",
    "low_volume": "monitor.signal.low_volume:LowVolume",
    "talk_over": "monitor.signal.talk_over:TalkOver",
    "one_way": "monitor.signal.one_way:OneWay",
    "reverberant": "monitor.signal.reverberant:Reverberant",
}
