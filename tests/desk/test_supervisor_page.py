"""The supervisor's page in a real browser, while calls run."""

import json
import re

import pytest
from playwright.async_api import expect

from monitor.core import events as e
from monitor.desk.settings import AlertSettings
from monitor.desk.state import RuleNote, StepNote
from tests.desk.browser import opened
from tests.desk.stage import BOSS, NORTH, staged

pytestmark = pytest.mark.system
GREETING = RuleNote("A1", "开头问候", "Greeting", "required", "您好，请问有什么可以帮助您？")


async def test_an_alert_appears_while_the_call_runs_and_its_acknowledgement_is_stored(stage, browser):
    story = stage.story()
    await stage.play(story.started(), story.answered())
    page = await opened(browser, stage, "/supervisor", BOSS)
    await expect(page.locator(".tile-who")).to_have_text("1024")
    assert "token" not in page.url
    await stage.play(
        story.said("agent", 4000, 6000, "这不关我的事，您自己看。"),
        story.condition(7000, "silence", "customer", 5000),
        story.alert(6000, "a", start_ms=4000, evidence=({"quote": "这不关我的事", "start_ms": 4000, "end_ms": 6000},)),
        story.meter(7100, "agent"),
    )
    card = page.locator("#alerts .alert")
    await expect(card).to_have_count(1)
    await expect(card.locator(".alert-message")).to_have_text("对投诉的客户说了禁语")
    await expect(card.locator("blockquote")).to_have_text("「这不关我的事」")
    await expect(page.locator(".word .bubble mark")).to_have_text("这不关我的事")
    await expect(page.locator(".tile .chip")).to_contain_text("客户 静默")
    await expect(page.locator("#open")).to_have_text("1")

    await card.locator(".note").fill("谈过了")
    await card.locator(".note").press("Enter")
    await expect(page.locator("#open")).to_have_text("0")
    stored = stage.store.events("call-1")[-1]
    assert (stored.type, stored.body["actor"], stored.body["note"]) == ("alert.acknowledged", "王主管", "谈过了")
    await page.click("[data-which=all]")
    await expect(card.locator(".done")).to_contain_text("王主管")


async def test_repeated_alerts_are_one_card_that_counts_and_lists_them(tmp_path, browser):
    async with staged(tmp_path, alerts=AlertSettings(minor_a_minute=1)) as stage:
        one, two = stage.story("one"), stage.story("two")
        await stage.play(one.started(), two.started(), one.alert(1000, "a"), one.alert(2000, "b"))
        page = await opened(browser, stage, "/supervisor", BOSS)
        await expect(page.locator("#alerts .alert")).to_have_count(1)
        await expect(page.locator(".folds summary")).to_have_text("已合并 1 条")
        await stage.play(one.alert(3000, "c"), two.alert(1000, "d", "minor"))
        await stage.play(two.alert(2000, "e", "minor", rule_id="B2"))
        repeats = page.locator('.alert[data-alert="a"] .folds')
        await expect(repeats.locator("summary")).to_have_text("已合并 2 条")
        await expect(page.locator(".fold-card summary")).to_have_text("已合并 1 条")
        await expect(page.locator("#alerts .alert")).to_have_count(3)
        await expect(page.locator("#open")).to_have_text("5")
        await repeats.locator("summary").click()
        await expect(repeats.locator("li")).to_contain_text(["「这不关我的事」", "「这不关我的事」"])

        await page.locator('.alert[data-alert="a"] .note').press("Enter")
        await expect(page.locator("#open")).to_have_text("2")
        await page.locator(".fold-card button").click()
        await expect(page.locator("#open")).to_have_text("1")
        acted = [each.body["alert_id"] for each in stage.store.events("one") if each.type == "alert.acknowledged"]
        assert sorted(acted) == ["a", "b", "c"]
        await page.click("#language")
        await page.click("[data-which=all]")
        await expect(page.locator('.alert[data-alert="a"] .folds summary')).to_have_text("2 folded")


async def test_a_score_shows_what_it_is_made_of(stage, browser):
    stage.desk.rules = lambda: [GREETING]
    story = stage.story()
    dimensions = {"self_management": 100.0, "skill": 88.0, "flexibility": 100.0, "relationship": 0.0}
    items = (
        e.ScoreItem(rule_id="A1", points=-12),
        e.ScoreItem(rule_id="B7", points=0, fatal=True, alert_id="a"),
        e.ScoreItem(rule_id="B9", points=0, alert_id="b"),
    )
    body = e.Score(total=0, base=92.5, dimensions=dimensions, items=items, not_judged=("B4", "A1"))
    await stage.play(story.started(), story.answered(), story.ended(9000), story.tell(9000, body))
    page = await opened(browser, stage, "/supervisor", BOSS)
    await expect(page.locator("#call-score[data-veto]")).to_have_text("得分 0 / 92.5")
    await expect(page.locator("#scorecard li")).to_have_text(
        [
            "自我管理 100",
            "工作技术 88",
            "灵活性 100",
            "人际关系 0",
            "一票否决 B7",
            "开头问候 −12",
            "B9 同一句话已计",
            "未判定 2",
        ]
    )
    await expect(page.locator("#scorecard [data-kind=open]")).to_have_attribute("title", "B4\n开头问候")
    await page.click("#language")
    await expect(page.locator("#scorecard [data-kind=veto]")).to_have_text("veto B7")


@pytest.mark.parametrize(("total", "full"), [(49.0, 0), (92.5, 1)])
async def test_a_score_is_green_only_where_nothing_was_taken_off(stage, browser, total, full):
    story = stage.story()
    score = e.Score(total=total, base=92.5, dimensions=dict.fromkeys(e.DIMENSIONS, total), items=())
    await stage.play(story.started(), story.answered(), story.ended(9000), story.tell(9000, score))
    page = await opened(browser, stage, "/supervisor", BOSS)
    await expect(page.locator("#call-score")).to_have_text(f"得分 {total:g} / 92.5")
    await expect(page.locator("#call-score[data-full]")).to_have_count(full)


@pytest.mark.parametrize(("end_ms", "last"), [(39_000, "00:3[05]"), (3_540_000, "5[05]:00")])
async def test_the_time_line_of_a_call_that_is_over_shows_all_of_it_and_nothing_after(stage, browser, end_ms, last):
    story = stage.story()
    await stage.play(story.started(), story.answered(), story.ended(end_ms))
    page = await opened(browser, stage, "/supervisor", BOSS)
    ticks = page.locator(".tl-time")
    await expect(ticks.first).to_have_text("00:00")
    await expect(ticks.last).to_have_text(re.compile(last))


KEPT = "rules/line.toml:3: unknown key"


@pytest.mark.parametrize(
    ("lang", "sentences"),
    [
        ("zh", ["3 段话未能转写，最近一段的原因：识别超时", "2 路通话恢复转写（c1, c2）", KEPT]),
        ("en", ["segments lost: 3, the last one: too late", "2 calls are transcribed again: c1, c2", KEPT]),
    ],
)
async def test_the_machine_speaks_the_pages_language(stage, browser, lang, sentences):
    """What has no code it knows is shown as it came."""
    page = await opened(browser, stage, "/supervisor", BOSS)
    if lang == "en":
        await page.click("#language")
    await expect(page.locator("#state")).to_have_attribute("data-state", "live")
    await page.evaluate("""() => {
      const said = [];
      const look = (all) => {
        all.forEach((each) => each.addedNodes.forEach((toast) => said.push(toast.textContent)));
        document.body.dataset.said = JSON.stringify(said);
      };
      new MutationObserver(look).observe(document.querySelector("#toasts"), { childList: true });
    }""")
    bodies = [
        e.notice("segments_lost", count=3, reason="timeout"),
        e.notice("calls_back", count=2, calls=["c1", "c2"]),
        e.SystemNotice(kind="rules_kept", message=KEPT),
    ]
    stage.bus.publish([e.Envelope.of(e.Event(0, None, body), None, None) for body in bodies])
    await expect(page.locator("body")).to_have_attribute(
        "data-said", json.dumps(sentences, ensure_ascii=False, separators=(",", ":"))
    )


async def test_a_source_that_stopped_stays_in_sight_and_is_told_to_who_comes_later(stage, browser):
    early = await opened(browser, stage, "/supervisor", BOSS)
    await expect(early.locator("#state")).to_have_attribute("data-state", "live")
    await expect(early.locator("#stopped")).to_be_hidden()
    body = e.notice("source_stopped", source="device", why="OSError: the cable is out")
    stage.bus.publish([e.Envelope.of(e.Event(0, None, body), None, None)])
    late = await opened(browser, stage, "/supervisor", NORTH)
    for page in (early, late):
        await expect(page.locator("#stopped")).to_have_text(
            "线路来源 device 已停止，不再接入通话：OSError: the cable is out"
        )
    await late.click("#language")
    await expect(late.locator("#stopped")).to_contain_text("No more calls come from source device, it has stopped")


async def test_an_english_page_says_what_a_rule_is_called_and_its_own_words_beside_it(stage, browser):
    order = RuleNote("B1", "投诉顺序", "A complaint in its order", "sequence", "", (StepNote("apology", "道歉"),))
    stage.desk.rules = lambda: [order]
    story = stage.story()
    await stage.play(story.started(), story.alert(5000, "a"))
    missed = e.ScriptStep(rule_id="B1", step="apology", verdict="skipped", due_ms=6000)
    await stage.play(story.tell(6000, missed, "agent"))
    page = await opened(browser, stage, "/supervisor", BOSS)
    await expect(page.locator(".alert-message, .alert .clause:not([hidden])")).to_have_text(
        ["对投诉的客户说了禁语", "B1 投诉禁语"]
    )
    await expect(page.locator(".step")).to_have_text("投诉顺序 · 道歉 · 遗漏")
    await page.click("#language")
    await expect(page.locator(".alert-message, .alert .clause:not([hidden])")).to_have_text(
        ["A complaint in its order", "对投诉的客户说了禁语", "B1 投诉禁语"]
    )
    await expect(page.locator(".inline-alert")).to_contain_text("A complaint in its order")
    await expect(page.locator(".tl-pin title")).to_have_text("00:04 A complaint in its order")
    await expect(page.locator(".step")).to_have_text("A complaint in its order · apology · skipped")


async def test_words_not_heard_or_not_believed_are_shown_as_such(stage, browser):
    story = stage.story()
    await stage.play(story.started())
    await stage.play(
        story.said("customer", 0, 900, "", lost="timeout"),
        story.said("customer", 1000, 1900, "字幕", suppressed=("phrase",)),
    )
    page = await opened(browser, stage, "/supervisor", BOSS)
    await expect(page.locator('.word[data-unheard="1"]')).to_have_count(2)
    await expect(page.locator(".words")).to_contain_text("未转写")
    await expect(page.locator(".words s")).to_have_text("字幕")


async def test_a_line_that_is_let_go_is_marked_on_the_wall_until_it_is_transcribed_again(stage, browser):
    story = stage.story()
    await stage.play(story.started())
    await stage.play(story.said("customer", 0, 900, "您好"))
    page = await opened(browser, stage, "/supervisor", BOSS)
    await expect(page.locator(".tile")).not_to_contain_text("未转写")
    await stage.play(story.said("customer", 1000, 1900, "", lost="not_admitted"))
    await expect(page.locator(".tile[data-unheard]")).to_contain_text("未转写")
    await stage.play(story.said("customer", 2000, 2900, "再见"))
    await expect(page.locator(".tile[data-unheard]")).to_have_count(0)


async def test_a_line_that_nobody_transcribes_says_so_on_its_tile_and_why_words_are_lost(browser, stage):
    story = stage.story()
    lost = story.started(model=None), story.answered(), story.said("agent", 1000, 2000, "", lost="engine_error")
    await stage.play(*lost)
    page = await opened(browser, stage, "/supervisor", BOSS)
    await expect(page.locator(".tile-state")).to_contain_text("未转写")
    await page.click(".tile")
    await expect(page.locator("#words")).to_contain_text("识别出错")


async def test_what_is_being_said_shows_before_it_is_final(stage, browser):
    story = stage.story()
    await stage.play(story.started(), story.tell(100, e.SpeechStarted(since_ms=0), "agent"))
    page = await opened(browser, stage, "/supervisor", BOSS)
    await expect(page.locator(".typing")).to_have_count(1)
    pending = e.AlertPending(
        alert_id="a", rule_id="B1", severity="major", start_ms=0, end_ms=900, message="对投诉的客户说了禁语"
    )
    await stage.play(
        story.tell(900, e.Hypothesis(segment_id="agent-0", text="这不关我的事吧", stable_chars=6), "agent"),
        story.tell(900, pending, "agent"),
    )
    await expect(page.locator(".typing b")).to_have_text("这不关我的事")
    await expect(page.locator("#alerts .alert[data-pending]")).to_have_count(1)
    await expect(page.locator("#open")).to_have_text("0")
    await stage.play(
        story.tell(1300, e.SpeechEnded(since_ms=0, end_ms=1000), "agent"),
        story.said("agent", 0, 1000, "这不关我的事"),
        story.alert(1000, "a"),
    )
    await expect(page.locator(".typing")).to_have_count(0)
    await expect(page.locator(".word .bubble")).to_have_text(["这不关我的事"])
    await expect(page.locator("#alerts .alert")).to_have_count(1)
    await expect(page.locator("#alerts .alert[data-pending]")).to_have_count(0)
    await expect(page.locator("#open")).to_have_text("1")


async def test_what_a_caller_says_is_text_and_never_markup(stage, browser):
    story = stage.story(agent_id="<b>1</b>")
    evil = "<img src=x onerror=\"document.title='x'\">"
    await stage.play(story.started(), story.said("customer", 0, 900, evil), story.alert(1000, "a", message=evil))
    page = await opened(browser, stage, "/supervisor", BOSS)
    await expect(page.locator(".alert-message")).to_have_text(evil)
    await expect(page.locator(".word .bubble")).to_have_text(evil)
    await expect(page.locator(".bubble img, .alert img, .tile b")).to_have_count(0)


async def test_a_page_opened_late_has_the_whole_call(stage, browser):
    story = stage.story()
    await stage.play(story.started())
    for index in range(80):
        await stage.play(story.said("agent", index * 1000, index * 1000 + 900, f"第{index}句"))
    page = await opened(browser, stage, "/supervisor", NORTH)
    await expect(page.locator(".word")).to_have_count(80)
    await expect(page.locator(".word .bubble").last).to_have_text("第79句")


async def test_with_many_calls_and_alerts_nothing_is_cut_off(stage, browser):
    for index in range(12):
        story = stage.story(f"call-{index}", agent_id=f"{1000 + index}")
        await stage.play(story.started(), story.condition(2000, "silence", "both", 0), story.alert(3000, f"a{index}"))
    page = await opened(browser, stage, "/supervisor", BOSS)
    await expect(page.locator(".tile")).to_have_count(12)
    await expect(page.locator("#alerts .alert")).to_have_count(12)
    cut = "(all) => all.filter((each) => each.scrollHeight > each.clientHeight + 1).length"
    assert await page.eval_on_selector_all(".tile, #alerts .alert", cut) == 0
