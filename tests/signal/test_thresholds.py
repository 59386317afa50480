"""Thresholds per line group: columns, so that lines of different groups are stepped together."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.events import Event
from monitor.signal.bank import Bank
from monitor.signal.settings import SignalSettings
from monitor.signal.thresholds import Thresholds
from tests.tapes import tape

GROUPS = {
    "mobile": {
        "lines": ["gsm-*"],
        "silence": {"after_ms": 1000},
        "low_volume": {"warn_dbov": -30.0, "hysteresis_db": 1.0, "min_speech_ms": 600},
        "noise": {"warn_db": 25.0, "alarm_db": 18.0, "hold_ms": 1000, "reference_dbov": -40.0},
        "talk_over": {"overlap_ms": 300, "lead_ms": 200},
        "dropout": {"after_ms": 400},
        "clipping": {"percent": 20.0},
        "one_way": {"dead_ms": 2000, "other_speech_ms": 500},
        "tone": {"ring_ms": 400, "busy_ms": 500},
        "music": {"starts": 0.9},
        "reverberant": {"decays": 3},
        "vad": {"gate_dbov": -50.0},
    },
    "patient": {"lines": ["old-*"], "silence": {"after_ms": 6000}, "noise": {"warn_db": 5.0, "alarm_db": 0.0}},
}
SETTINGS = SignalSettings.model_validate({"groups": GROUPS})
STORIES = (
    ("a: SSSSSSSSSSSSSSS..........SSSSSSSSSSSSSSS....................",
     "c: ...............ssssssssssssssssssssnnnnnnnnnnnnnnnnnnnnnnnnn"),
    ("a: SSSSSSSSSSSSxxxxxSSSSSSSSSS..............................",
     "c: ........SSSSSSSSSSSSS__________________________________"),
    ("a: RRRRRRRRRRRRRRRRRRRRRRRRRRRRRRSSSSSSSSSSSSSSSS..........",
     "c: MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMSSSSSSSSCCCCCCCC"),
    ("a: nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnSSSSSSSSSSSSSSSS..",
     "c: EEEEEEEEEEEE....EEEEEEEEE...EEEEEEEE...EEEEEEEE..qqqqqqq"),
)  # fmt: skip


def heard(
    lines: list[tuple[int, str | None]], chosen: SignalSettings = SETTINGS
) -> tuple[list[list[Event]], list[list[list[float]]]]:
    """Events and SNR readings of each line (number of its story, group), stepped together."""
    bank = Bank(8000, chosen)
    rows = [bank.open(group) for _, group in lines]
    columns = [tape(*STORIES[story]).columns() for story, _ in lines]
    frames = min(len(pcm) for pcm, _ in columns)
    events: list[list[Event]] = [[] for _ in lines]
    snr: list[list[list[float]]] = [[] for _ in lines]
    for at in range(frames):
        pcm, absent = (np.stack([each[part][at] for each in columns]) for part in (0, 1))
        step = bank.step(np.array(rows), pcm, absent)
        for row, event in step.events:
            events[rows.index(row)].append(event)
        for place in range(len(lines)):
            snr[place].append(np.nan_to_num(step.readings.snr_db[place], nan=-999).tolist())
    for place, row in enumerate(rows):
        events[place] += bank.finish(row)
    return events, snr


@settings(max_examples=6, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([None, "mobile", "patient"])), min_size=2, max_size=5))
def test_a_line_beside_lines_of_other_groups_is_judged_as_if_its_settings_were_everybodys(
    lines: list[tuple[int, str | None]],
) -> None:
    together = heard(lines)
    for place, (story, group) in enumerate(lines):
        alone = heard([(story, None)], SETTINGS.of(group))
        frames = min(len(alone[1][0]), len(together[1][place]))
        assert together[1][place][:frames] == alone[1][0][:frames]
        end_ms = frames * 20
        early = [[e for e in events if e.at_ms < end_ms] for events in (together[0][place], alone[0][0])]
        assert early[0] == early[1]


def test_groups_hear_the_same_line_differently() -> None:
    usual, mobile, patient = heard([(0, None), (0, "mobile"), (0, "patient")])[0]

    def said(events: list[Event], condition: str) -> list[tuple[str | None, int]]:
        return [(e.channel, e.at_ms) for e in events if getattr(e.body, "condition", "") == condition]

    first = [min(at for channel, at in said(events, "silence") if channel == "agent") for events in (usual, mobile)]
    assert (first[1], first[0]) == (2500, 6000)  # a pause of one second, and one of two
    assert len(said(patient, "silence")) < len(said(usual, "silence"))
    first = [min(at for _, at in said(events, "low_volume")) for events in (usual, mobile)]
    assert first[1] < first[0]  # 0.6 s of speech are enough, and one of -30 dBov is low


def test_without_groups_the_settings_themselves_are_used() -> None:
    plain = SignalSettings()
    section = Thresholds(plain, lambda each: each.noise)
    assert section.of(np.zeros(3, np.int64)) is plain.noise


def test_lines_of_one_group_share_plain_numbers_and_mixed_ones_get_columns() -> None:
    section = Thresholds(SETTINGS, lambda each: each.silence)
    assert section.of(np.array([1, 1])).after_ms == 1000
    assert section.of(np.array([1, 0, 2])).after_ms.tolist() == [[1000], [2000], [6000]]


def test_a_number_that_is_free_again_forgets_its_group() -> None:
    bank = Bank(8000, SETTINGS)
    line = bank.open("mobile")
    bank.close(line)
    assert bank.open() == line
    pcm, absent = tape("a: ..............................", "c: ..............................").columns()
    said = [
        event for k in range(90) for _, event in bank.step(np.array([line]), pcm[k : k + 1], absent[k : k + 1]).events
    ]
    assert said == []
