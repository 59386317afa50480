"""The signal room: what a line is, frame by frame. Facts only; what is too much is a rule's business."""

from __future__ import annotations

# order matters where one condition looks at another of the same frame: noise outranks low_volume
DETECTORS: dict[str, str] = {
    "silence": "monitor.signal.silence:Silence",
    "noise": "monitor.signal.noise:Noise",
    "low_volume": "monitor.signal.low_volume:LowVolume",
    "talk_over": "monitor.signal.talk_over:TalkOver",
    "one_way": "monitor.signal.one_way:OneWay",
}
