from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.compliance.engine import Engine
from monitor.compliance.story import Story
from monitor.core.events import AlertRaised, CallAnswered, Event, Meter, Score, SpeechStarted, Utterance
from monitor.core.types import CallInfo
from tests.playbook import book, findings, fired, packs, play, quotes, score

SHIPPED = packs()

SILENT = """
0.5-3 agent: 您好！请问有什么可以帮助您？
8.2-10.5 agent: 您好，请问有什么可以帮助您？
16-17 agent: 对不起
17.6-21 agent: 您的电话没有声音，请换一部电话再打过来，再见
23 hangup agent"""
TALK = """
0.5-2 agent: 您好，欢迎致电
2.4-5 agent: 很高兴为您服务，请问有什么可以帮您
4.5-8 customer: 小姐你好，我要投诉
8.2-9 agent: 这不关
9.4-10 agent: 我的事
11-14 customer: 什么态度
14.5-15 agent: 请稍等
70-72 agent: 公司就是这么规定的
72.5-73 customer: 好吧
74-76 agent: 还有其他可以帮您的吗
76.2-77 agent: 再见
79 hangup agent"""
LOUD = """
0.5-2 agent: 喂，说吧
2.5-5 customer: 您好
3-40 noise customer alarm
6-7 agent (lost): …
8-12 agent: 对不起，您的电话杂音太大，请您换一部电话再次打来好吗？再见
20-40 low_volume customer warn
21-24 customer (0.2): 喂喂
30-31 agent: 请您大声一点好吗
35 hangup agent"""


SAID = (
    "您好！请问有什么可以帮助您？",
    "您好，欢迎致电星云宽带，很高兴为您服务",
    "对不起，您的电话没有声音，请换一部电话再打来，再见",
    "对不起！请您大声一点，好吗？",
    "您的电话声音太小，请您换一部电话打来",
    "杂音太大，请您换个电话再次打来，再见",
    "请稍等",
    "这不关我的事",
    "公司就是",
    "这么规定的",
    "我要投诉",
    "你好我姓王",
    "王先生，非常抱歉",
    "我马上为您登记，您看可以吗",
    "听不清，大声点",
    "嗯",
    "再见",
    "什么时候能修好",
    "不好说",
    "您是说宽带坏了吗",
    "真的假的，我不相信",
)


@st.composite
def calls(draw: st.DrawFn) -> str:
    """Any call at all: who speaks, when, what of it is understood, how the line is, who hangs up."""
    lines, free_ms = [], {"agent": draw(st.integers(0, 8000)), "customer": draw(st.integers(0, 30_000))}
    for _ in range(draw(st.integers(0, 12))):
        who = draw(st.sampled_from(("agent", "agent", "customer")))
        start = free_ms[who] + draw(st.sampled_from((320, 700, 1500, 3000, 5200, 9000)))
        end = start + draw(st.sampled_from((400, 1200, 2500, 6000)))
        free_ms[who] = end
        how = draw(st.sampled_from(("", "", "", " (lost)", " (0.1)", " (suppressed)")))
        lines.append(f"{start / 1000}-{end / 1000} {who}{how}: {draw(st.sampled_from(SAID))}")
    last = max(free_ms.values())
    for condition in draw(
        st.lists(st.sampled_from(("noise customer", "low_volume customer", "talk_over agent")), max_size=2)
    ):
        start = draw(st.integers(0, last)) // 20 * 20
        end = start + draw(st.sampled_from((600, 4000, 20_000)))
        lines.append(f"{start / 1000}-{min(end, last + 300) / 1000} {condition}" if start < last else "")
    if draw(st.booleans()):
        lines.append(f"answered at {draw(st.integers(0, 6))}")
    ended = (last + draw(st.sampled_from((300, 2500, 5500, 12_000)))) / 1000
    lines.append(f"{ended} " + draw(st.sampled_from(("end", "hangup agent", "hangup customer", "hangup unknown"))))
    return "\n".join(filter(None, lines))


@settings(max_examples=150, deadline=None)
@given(calls(), st.lists(st.integers(0, 20_000), min_size=14, max_size=14), st.sampled_from([None, 20, 140, 3000]))
def test_no_call_gets_other_findings_by_delay_or_step(story: str, delays: list[int], step_ms: int | None) -> None:
    assert findings(play(SHIPPED, story, delays, step_ms)) == findings(play(SHIPPED, story))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([SILENT, TALK, LOUD]),
    st.lists(st.integers(0, 20_000), min_size=14, max_size=14),
    st.sampled_from([None, 20, 60, 200, 5000]),
)
def test_no_delay_of_answers_and_no_step_of_time_changes_a_finding(
    story: str, delays: list[int], step_ms: int | None
) -> None:
    assert findings(play(SHIPPED, story, delays, step_ms)) == findings(play(SHIPPED, story))


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([SILENT, TALK, LOUD]), st.randoms(use_true_random=False))
def test_answers_may_come_in_any_order_after_the_call(story: str, random: object) -> None:
    facts = [fact for _, fact in Story.read(story).facts()]
    signals = [fact for fact in facts if not isinstance(fact.body, Utterance)]
    words = [fact for fact in facts if isinstance(fact.body, Utterance)]
    random.shuffle(words)  # type: ignore[attr-defined]
    engine = Engine(SHIPPED, CallInfo(call_id="call", source="test"))
    out: list[Event] = []
    for fact in signals + words:
        out += engine.push(fact)
    out += engine.finish(Story.read(story).end_ms)
    assert findings(out) == findings(play(SHIPPED, story))


@settings(max_examples=30, deadline=None)
@given(st.sampled_from([SILENT, TALK, LOUD]), st.integers(1, 900))
def test_due_ms_never_promises_too_much(story: str, step_ms: int) -> None:
    """Nothing comes from an advance to a time before due_ms."""
    engine = Engine(SHIPPED, CallInfo(call_id="call", source="test"))
    now_ms = 0
    for heard_ms, fact in Story.read(story).facts():
        while now_ms + step_ms < heard_ms:
            now_ms += step_ms
            due_ms = engine.due_ms
            assert not engine.advance(now_ms) or now_ms >= due_ms
        engine.push(fact)


def test_a_phrase_cut_in_two_by_the_segmenter_is_found() -> None:
    events = play(SHIPPED, TALK)
    assert "B1.not-my-business" in fired(events)
    assert "这不关我的事" in quotes(events) or "不关我的事" in quotes(events)


def test_a_forbidden_phrase_fires_as_soon_as_its_words_are_known() -> None:
    engine = Engine(SHIPPED, CallInfo(call_id="call", source="test"))
    engine.push(Event(0, None, CallAnswered(inferred=True)))
    engine.push(Event(100, "customer", SpeechStarted(since_ms=0)))
    body = Utterance(segment_id="1", start_ms=1000, end_ms=3000, text="公司就是这么规定的", voiced_ms=2000)
    raised = engine.push(Event(3000, "agent", body))
    assert fired(raised) == ["B1.company-rule"]


@pytest.mark.parametrize("how", ["lost", "suppressed"])
def test_words_without_a_voice_do_not_count(how: str) -> None:
    assert "B1.company-rule" not in fired(play(SHIPPED, f"1-3 agent ({how}): 公司就是这么规定的"))


def test_nothing_is_judged_before_the_answer() -> None:
    before = play(SHIPPED, "answered at 5\n1-3 agent: 公司就是这么规定的\n6-7 customer: 你好\n8 end")
    assert "B1.company-rule" not in fired(before)
    assert fired(play(SHIPPED, "never answered\n1-3 agent: 公司就是这么规定的\n30 end")) == []


def test_the_other_channel_is_not_meant() -> None:
    assert "B1.company-rule" not in fired(play(SHIPPED, "1-3 customer: 公司就是这么规定的\n8 end"))


def test_rules_out_of_scope_are_not_followed() -> None:
    rules = book('kind = "forbidden"\nscope = { teams = ["red"] }\nwords = { phrases = ["随便你投诉"] }')
    assert fired(play(rules, "1-3 agent: 随便你投诉", team="red")) == ["r0"]
    assert fired(play(rules, "1-3 agent: 随便你投诉", team="blue")) == []


def test_findings_and_unknown_events_are_passed_over() -> None:
    engine = Engine(SHIPPED, CallInfo(call_id="call", source="test"))
    meter = Meter(level_dbov=-20, speech_level_dbov=None, noise_dbov=None, snr_db=None, speech=False)
    assert engine.push(Event(0, "agent", meter)) == []


def test_every_run_names_an_alert_alike() -> None:
    ids = [[one.body.alert_id for one in play(SHIPPED, TALK, delays) if isinstance(one.body, AlertRaised)]
           for delays in ([0] * 20, [9000] * 20)]  # fmt: skip
    assert sorted(ids[0]) == sorted(ids[1])
    assert len(set(ids[0])) > 3


def test_the_score_comes_last_and_once() -> None:
    events = play(SHIPPED, TALK)
    assert [one.type for one in events].count("score") == 1
    assert isinstance(events[-1].body, Score)
    assert score(events).total < 100


def test_state_stays_small_in_a_long_call() -> None:
    line = "{a}-{b} agent: 好的我帮您看一下\n{c}-{d} customer: 嗯好的谢谢你\n"
    text = "".join(line.format(a=t, b=t + 2, c=t + 3, d=t + 5) for t in range(1, 6000, 6))
    engine = Engine(SHIPPED, CallInfo(call_id="call", source="test"))
    sizes = []
    for heard_ms, fact in Story.read(text).facts():
        engine.advance(heard_ms)
        engine.push(fact)
        sizes.append(sum(len(lane._items) for lane in (engine._signal, engine._words)))
    assert max(sizes[-500:]) <= max(sizes[:500]) + 5
    assert all(len(clock._runs) < 5 and len(clock._answers) < 5 for clock in engine._clocks.values())


FORBIDDEN = 'kind = "forbidden"\nid = "no"\npoints = -5\nfatal = true\nwords = { phrases = ["不关我的事"] }'
NOISE = 'kind = "condition"\nid = "noisy"\nseverity = "minor"\nline = { condition = "noise", channel = "customer" }'
QUIET = 'kind = "condition"\nid = "quiet"\nseverity = "minor"\nline = { condition = "silence", channel = "both" }'
DERIVED = "1-3 agent: 这不关我的事\n4-20 noise customer alarm\n6-15 silence both\n30 end"


@pytest.mark.parametrize(
    ("info", "raised", "open_ones"),
    [
        ({}, {"no", "noisy", "quiet"}, set()),
        ({"legs": "separated", "separation": 0.9}, {"no", "noisy", "quiet"}, set()),
        ({"legs": "separated", "separation": 0.7}, {"quiet"}, {"no", "noisy"}),
        ({"legs": "mixed"}, {"quiet"}, {"no", "noisy"}),
    ],
)
def test_who_spoke_is_asked_only_where_it_is_known(
    info: dict[str, object], raised: set[str], open_ones: set[str]
) -> None:
    told = play(book(FORBIDDEN, NOISE, QUIET), DERIVED, **info)
    assert {each.body.rule_id for each in told if isinstance(each.body, AlertRaised)} == raised
    assert set(score(told).not_judged) == open_ones


def test_of_a_separated_channel_nothing_is_certain_or_fatal() -> None:
    told = play(book(FORBIDDEN), DERIVED, legs="separated", separation=0.9)
    (alert,) = [each.body for each in told if isinstance(each.body, AlertRaised)]
    assert [one.certainty for one in alert.evidence] == ["probable"]
    assert not alert.fatal
    assert score(told).total == 95


SORRY = 'words = { phrases = ["非常抱歉"] }'
COMPLAINT = 'after = { channel = "customer", words = { phrases = ["我要投诉"] } }\n'
STEPS = COMPLAINT + 'steps = [{ id = "a", words = { phrases = ["非常抱歉"] } }]'
LEFT_OUT = {
    "the first seconds": 'kind = "required"\nwithin_ms = 12000\n' + SORRY,
    "the last seconds": 'kind = "required"\nbefore_end_ms = 12000\n' + SORRY,
    "the whole call": 'kind = "required"\n' + SORRY,
    "seconds after": 'kind = "response"\nwithin_ms = 7000\n' + COMPLAINT + SORRY,
    "turns after": 'kind = "response"\nwithin_turns = 1\n' + COMPLAINT + SORRY,
    "sentences after": 'kind = "response"\nwithin_sentences = 1\n' + COMPLAINT + SORRY,
    "before": 'kind = "response"\nside = "before"\nwithin_ms = 9000\n'
    + COMPLAINT.replace("我要投诉", "就这样吧")
    + SORRY,
    "around": 'kind = "response"\nside = "around"\nwithin_ms = 7000\n' + COMPLAINT + SORRY,
    "steps in seconds": 'kind = "sequence"\nwithin_ms = 7000\n' + STEPS,
    "steps in turns": 'kind = "sequence"\nwithin_turns = 1\n' + STEPS,
    "steps": 'kind = "sequence"\n' + STEPS,
    "a floor": 'kind = "metric"\nmeasure = "count"\nlow = 1.0\nalert = true\nmin_speech_ms = 0\n' + SORRY,
    "a goodbye": 'kind = "hangup"\ngoodbye = { phrases = ["再见"] }\nwithin_ms = 20000',
    "the name": 'kind = "name"\nafter_turns = 1',
    "an answer": 'kind = "unanswered"\nwithin_turns = 1\nempty = { phrases = ["好"] }\n' + COMPLAINT,
}


@pytest.mark.parametrize("rule", LEFT_OUT.values(), ids=LEFT_OUT)
def test_what_was_left_out_is_missing_only_where_everything_was_heard(rule: str) -> None:
    def told(line: str) -> tuple[list[str], tuple[str, ...]]:
        talk = "1-1.4 agent: 好\n2-4 customer: 我姓王，我要投诉\n{}\n11-12 customer: 就这样吧\n12.5-12.9 agent: 好\n"
        events = play(book(rule), talk.format(line) + "13-13.5 customer: 嗯\n14 hangup agent")
        return fired(events), score(events).not_judged

    assert told("5-9 agent: 好好") == (["r0"], ())
    unheard = ["agent (lost): …", "agent (suppressed): 字幕", "agent (0.1): 呜", "dropout agent"]
    assert [told(f"5-9 {how}") for how in unheard] == [([], ("r0",))] * 4


def test_words_of_which_it_is_unsure_who_said_them_prove_nothing() -> None:
    greets = 'kind = "required"\nid = "greets"\nwithin_ms = 5000\npoints = -5\nwords = { phrases = ["您好"] }'
    engine = Engine(book(FORBIDDEN, greets), CallInfo("c", "files", legs="separated", separation=0.9))
    told = engine.push(Event(0, None, CallAnswered(inferred=False)))
    body = Utterance(
        segment_id="s", start_ms=500, end_ms=3000, text="这不关我的事", confidence=0.9, voiced_ms=2500,
        speaker_certainty=0.6,
    )  # fmt: skip
    told += engine.push(Event(500, "agent", SpeechStarted(since_ms=500)))
    told += engine.push(Event(3000, "agent", body))
    told += engine.finish(20_000)
    assert not [each for each in told if isinstance(each.body, AlertRaised)]
    assert set(score(told).not_judged) == {"no", "greets"}


def test_what_is_heard_with_doubt_is_never_certain() -> None:
    """Nor is a phrase of which only one half was heard with doubt."""
    rule = 'kind = "forbidden"\nfatal = true\npoints = -10\nwords = { phrases = ["这不关我的事"] }'
    sure = play(book(rule), "1-3 agent (0.9): 这不关我的事")
    doubtful = play(book(rule), "1-3 agent (0.3): 这不关我的事")
    halves = play(book(rule), "1-3 agent (0.9): 这不关\n3.4-5 agent (0.3): 我的事")
    calls = (sure, doubtful, halves)
    raised = [[one.body for one in events if isinstance(one.body, AlertRaised)] for events in calls]
    assert [body.evidence[0].certainty for (body,) in raised] == ["certain", "probable", "probable"]
    assert [score(events).total for events in calls] == [0, 90, 90]
