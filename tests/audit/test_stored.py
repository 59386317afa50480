"""Stored calls, judged again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from monitor import audit, config
from monitor.config import Settings
from monitor.core.events import Envelope
from monitor.errors import LinewatchError
from monitor.store.store import Store
from tests.audit.material import CALLS, Demo, envelopes
from tests.goldens import projection


def stored(folder: Path, told: Sequence[Envelope]) -> Settings:
    settings = config.load(None, [f"store.url=sqlite:///{folder / 'calls.db'}"])
    store = Store(settings.store.url)
    store.append(told)
    store.close()
    return settings


def test_stored_calls_are_judged_alike(demo: Demo, tmp_path: Path) -> None:
    told = envelopes(demo[0])
    result = audit.run_store(tmp_path / "again", stored(tmp_path, told))
    assert len(result.calls) == len(list(CALLS.glob("*.wav")))
    again = envelopes(tmp_path / "again")
    for call_id in {envelope.call_id for envelope in told}:
        before, after = (projection(one for one in all_of if one.call_id == call_id) for all_of in (told, again))
        assert before == after


def test_what_other_rules_would_have_found(demo: Demo, tmp_path: Path) -> None:
    told = envelopes(demo[0])
    kept = stored(tmp_path, told)
    assert [one for one in audit.differences(kept) if one.new or one.gone] == []
    without = replace_packs(kept)
    gone = {one.call_id: one.gone for one in audit.differences(without)}
    standing = {row.call_id: row.alerts for row in demo[1].calls}
    assert {call_id: len(alerts) for call_id, alerts in gone.items()} == {
        call_id: sum(counts.values()) for call_id, counts in standing.items()
    }
    with pytest.raises(LinewatchError, match="not in the store"):
        list(audit.differences(kept, ["nobody"]))


def replace_packs(settings: Settings, *packs: Path) -> Settings:
    return settings.model_copy(update={"rules": settings.rules.model_copy(update={"packs": packs})})


def test_rules_and_their_steps_have_names() -> None:
    names = audit.titles(config.load(None, []).rulebook(), "en")
    assert names["A4.silent-call"].isascii()
    assert [names[f"A4.silent-call/{step}"] for step in ("greet", "hang_up")] == ["1/4", "4/4"]
    assert names["B4.handles-complaint/apology"] == "apology"
    kinds = [names[f"C1.questions/{title}"] for title in ("封闭", "开放", "选择", "拒绝")]
    assert kinds == ["closed", "open", "choice", "refused"]
    assert audit.titles(config.load(None, []).rulebook(), "zh")["B4.handles-complaint/apology"] == "道歉"
