from __future__ import annotations

from monitor.compliance.runner import NEVER_MS, CallMemory, Lane, Runner
from monitor.compliance.words import Unheard, Words
from monitor.core.events import CallAnswered, Event
from monitor.core.types import CallInfo


class Told(Runner):
    wants = frozenset(("call.answered",))

    def __init__(self) -> None:
        self.told: list[str] = []

    def fact(self, event: Event) -> None:
        self.told.append(f"fact {event.at_ms}")

    def timer(self, at_ms: int) -> None:
        self.told.append(f"timer {at_ms}")


def lane(ordered: bool) -> tuple[Lane, Told]:
    made = Lane(CallMemory(CallInfo(call_id="c", source="x")), {"agent": Unheard(), "customer": Unheard()}, ordered)
    runner = Told()
    made.add(runner)
    return made, runner


def answered(at_ms: int) -> Event:
    return Event(at_ms, None, CallAnswered(inferred=False))


def test_timers_fire_before_later_facts_and_after_those_of_their_instant() -> None:
    for ordered in (False, True):
        made, runner = lane(ordered)
        made.set_timer(1000, runner)
        made.set_timer(3000, runner)
        made.take(answered(1000))
        made.take(answered(2000))
        made.run(3001)
        assert runner.told == ["fact 1000", "timer 1000", "fact 2000", "timer 3000"]
        assert made.next_ms == NEVER_MS


def test_the_words_lane_holds_everything_back_until_the_mark_has_passed() -> None:
    made, runner = lane(ordered=True)
    words = Words("agent", 1500, 1800, "1", 300, None, None)
    made.take(answered(1000))
    made.take_words(words)
    heard: list[Words] = []
    made.run(1000, heard.append)
    assert (runner.told, heard) == ([], [])
    made.run(1500, heard.append)
    assert (runner.told, heard) == (["fact 1000"], [])
    made.run(1501, heard.append)
    assert heard == [words]


def test_ids_follow_from_the_call_and_the_rule_alone() -> None:
    one, other = (CallMemory(CallInfo(call_id=name, source="x")) for name in ("a", "b"))
    assert one.id_of("r", "agent", 5) == one.id_of("r", "agent", 5)
    assert (
        len(
            {
                one.id_of("r", "agent", 5),
                one.id_of("r", "agent", 6),
                one.id_of("s", "agent", 5),
                other.id_of("r", "agent", 5),
            }
        )
        == 4
    )


def test_prompts_say_what_is_known_of_the_call() -> None:
    memory = CallMemory(CallInfo(call_id="c", source="x", agent_id="108"), surname="王", company="星云")
    assert memory.filled("{company}的{agent}，{surname}先生") == "星云的108，王先生"
    assert CallMemory(CallInfo(call_id="c", source="x")).filled("{company}") == "××"
