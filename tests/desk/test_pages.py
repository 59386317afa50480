"""The pages in a real browser, against a real server, while calls run."""

import re
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, async_playwright, expect

from monitor.core import events as e
from monitor.desk.settings import AlertSettings
from monitor.desk.state import RuleNote, StepNote
from tests.desk.stage import AGENT, BOSS, NORTH, Stage, staged
from tests.measured import calls_of_a_bad_seat

pytestmark = pytest.mark.system

CHROMIUM = "/usr/bin/chromium" if Path("/usr/bin/chromium").exists() else None
PATIENCE_MS = 120_000
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
GREETING = RuleNote("A1", "开头问候", "Greeting", "required", "您好，请问有什么可以帮助您？")
SILENT = RuleNote(
    "A4", "无声电话", "Silent call", "script", "", (StepNote("greet", "您好！"), StepNote("again", "您好？"))
)


@pytest.fixture(name="errors")
def _errors():
    """Script errors of the pages; none may be there at the end."""
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture(name="browser")
async def _browser(errors):
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        context = await browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
        context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        yield context
        await browser.close()


async def opened(browser: BrowserContext, stage: Stage, path: str, token: str) -> Page:
    """A page signed in by its address."""
    page = await browser.new_page()
    await page.goto(f"{stage.server.url}{path}#token={token}")
    return page


async def test_signing_in_with_a_wrong_and_a_right_token(stage, browser):
    page = await browser.new_page()
    await page.goto(stage.server.url)
    await page.fill("#token", "not-a-token-at-all")
    await page.click("button[type=submit]")
    await expect(page.locator("#problem")).to_have_text("令牌无效，请重新输入。")
    await page.fill("#token", AGENT)
    await page.click("button[type=submit]")
    await expect(page).to_have_url(f"{stage.server.url}/agent")
    await expect(page.locator("#name")).to_have_text("张晓")
    await page.click("#sign-out")
    await expect(page).to_have_url(f"{stage.server.url}/")


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
    )
    body = e.Score(total=0, base=92.5, dimensions=dimensions, items=items, not_judged=("B4", "A1"))
    await stage.play(story.started(), story.answered(), story.ended(9000), story.tell(9000, body))
    page = await opened(browser, stage, "/supervisor", BOSS)
    await expect(page.locator("#call-score[data-veto]")).to_have_text("得分 0 / 92.5")
    await expect(page.locator("#scorecard li")).to_have_text(
        ["自我管理 100", "工作技术 88", "灵活性 100", "人际关系 0", "一票否决 B7", "开头问候 −12", "未判定 2"]
    )
    await expect(page.locator("#scorecard [data-kind=open]")).to_have_attribute("title", "B4\n开头问候")
    await page.click("#language")
    await expect(page.locator("#scorecard [data-kind=veto]")).to_have_text("veto B7")


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


async def test_the_agent_sees_the_countdown_of_the_step_and_nothing_of_others(stage, browser):
    stage.desk.rules = lambda: [GREETING, SILENT]
    mine, other = stage.story("mine"), stage.story("other", agent_id="7")
    await stage.play(mine.started(), other.started(), mine.answered())
    page = await opened(browser, stage, "/agent", AGENT)
    await expect(page.locator("#stage")).to_have_attribute("data-kind", "calm")
    await expect(page.locator(".check b")).to_have_text(["开头问候"])

    await stage.play(other.prompt(5000, "q", "别人的提示"), mine.prompt(5000, "p", "您好！请问有什么可以帮助您？"))
    await stage.play(mine.meter(5000, "agent"))
    await expect(page.locator("#stage-text")).to_have_text("您好！请问有什么可以帮助您？")
    await expect(page.locator("#left")).to_have_text(re.compile(r"^[345]\.\d$"))
    await expect(page.locator("#ring-box")).to_be_visible()
    await stage.play(mine.meter(8500, "agent"))
    await expect(page.locator("#left")).to_have_text(re.compile(r"^[01]\.\d$"))
    await expect(page.locator("#ring-box")).to_have_attribute("data-urgent", "")
    await expect(page.locator(".check b")).to_have_text(["开头问候", "无声电话 1/2", "无声电话 2/2"])

    await stage.play(mine.prompt(8600, "advice", "请稍微提高音量", None))
    await expect(page.locator("#stage-more")).to_have_text("· 请稍微提高音量")
    await expect(page.locator("#stage-text")).to_have_text("您好！请问有什么可以帮助您？")

    await stage.play(
        mine.prompt_over(9000, "p"), mine.prompt_over(9000, "advice"), mine.step(9000, "greet"), mine.alert(9500, "a")
    )
    await expect(page.locator("#stage")).to_have_attribute("data-kind", "calm")
    await expect(page.locator('.check[data-verdict="in_time"]')).to_have_count(1)
    await expect(page.locator("#mine .alert-message")).to_have_text("对投诉的客户说了禁语")
    assert "别人的提示" not in await page.content()


async def test_the_banner_stands_while_the_demo_model_listens(stage, browser):
    real, demo = stage.story("real"), stage.story("demo")
    await stage.play(real.started(model="small"))
    page = await opened(browser, stage, "/supervisor", BOSS)
    await expect(page.locator(".tile")).to_have_count(1)
    await expect(page.locator("#demo")).to_be_hidden()
    await stage.play(demo.started(model="demo-zh"))
    await expect(page.locator("#demo")).to_contain_text("只听得懂合成语音")


async def test_a_lost_connection_comes_back_with_what_was_missed(stage, browser):
    story = stage.story()
    await stage.play(story.started(), story.said("agent", 0, 900, "第一句"))
    page = await opened(browser, stage, "/supervisor", BOSS)
    await expect(page.locator(".word")).to_have_count(1)
    stage.bus.close("stopping")
    await expect(page.locator("#state")).not_to_have_attribute("data-state", "live")
    await stage.play(story.said("customer", 1000, 1900, "第二句"), story.alert(2000, "a"))
    await expect(page.locator("#state")).to_have_attribute("data-state", "live")
    await expect(page.locator(".word .bubble")).to_have_text(["第一句", "第二句"])
    await expect(page.locator("#alerts .alert")).to_have_count(1)


async def test_a_page_opened_late_has_the_whole_call(stage, browser):
    story = stage.story()
    await stage.play(story.started())
    for index in range(80):
        await stage.play(story.said("agent", index * 1000, index * 1000 + 900, f"第{index}句"))
    page = await opened(browser, stage, "/supervisor", NORTH)
    await expect(page.locator(".word")).to_have_count(80)
    await expect(page.locator(".word .bubble").last).to_have_text("第79句")


async def test_language_and_theme_are_the_users(stage, browser):
    story = stage.story()
    await stage.play(story.started(), story.alert(1000, "a", "critical"))
    page = await opened(browser, stage, "/supervisor", BOSS)
    await expect(page.locator("#feed-title")).to_have_text("告警")
    await page.click("#language")
    await expect(page.locator("#feed-title")).to_have_text("Alerts")
    await expect(page.locator("#alerts .tag")).to_have_text("critical")
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    before = await page.locator("html").get_attribute("data-theme")
    await page.click("#theme")
    await expect(page.locator("html")).not_to_have_attribute("data-theme", before or "")
    await page.reload()
    await expect(page.locator("#feed-title")).to_have_text("Alerts")


async def test_until_one_is_chosen_the_language_is_the_browsers(stage, browser):
    abroad = await browser.browser.new_context(locale="en-GB")
    page = await abroad.new_page()
    await page.goto(stage.server.url)
    await expect(page.locator("button[type=submit]")).to_have_text("Sign in")
    await page.click("#language")
    await page.reload()
    await expect(page.locator("button[type=submit]")).to_have_text("登录")
    await abroad.close()


async def test_nothing_is_fetched_from_anywhere_else(stage, browser):
    story = stage.story()
    await stage.play(story.started(), story.tell(100, e.SpeechStarted(since_ms=0), "agent"))
    page = await browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    for path, token in (("/", ""), ("/supervisor", BOSS), ("/agent", AGENT)):
        await page.goto(f"{stage.server.url}{path}#token={token}")
        await page.wait_for_timeout(200)
    assert len(asked) > 10
    assert all(url.startswith(stage.server.url) for url in asked)
    assert problems == []


async def test_with_many_calls_and_alerts_nothing_is_cut_off(stage, browser):
    for index in range(12):
        story = stage.story(f"call-{index}", agent_id=f"{1000 + index}")
        await stage.play(story.started(), story.condition(2000, "silence", "both", 0), story.alert(3000, f"a{index}"))
    page = await opened(browser, stage, "/supervisor", BOSS)
    await expect(page.locator(".tile")).to_have_count(12)
    await expect(page.locator("#alerts .alert")).to_have_count(12)
    cut = "(all) => all.filter((each) => each.scrollHeight > each.clientHeight + 1).length"
    assert await page.eval_on_selector_all(".tile, #alerts .alert", cut) == 0


async def test_on_a_phone_one_pane_at_a_time_and_nothing_beside_the_screen(stage, browser):
    story = stage.story()
    await stage.play(story.started(), story.alert(1000, "a"))
    page = await opened(browser, stage, "/supervisor", BOSS)
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.click("[data-tab-of=alerts]")
    await expect(page.locator("#alerts .alert")).to_be_visible()
    await expect(page.locator("#wall")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_on_an_agents_phone_the_prompt_is_whole(stage, browser):
    story = stage.story()
    await stage.play(
        story.started(), story.prompt(100, "p", "对不起，您的电话没有声音，请您换一部电话再次打来，好吗？再见！")
    )
    page = await opened(browser, stage, "/agent", AGENT)
    await page.set_viewport_size({"width": 390, "height": 844})
    await expect(page.locator("#stage-text")).to_contain_text("再见")
    assert await page.eval_on_selector("#stage", "(each) => each.scrollHeight <= each.clientHeight + 1")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_a_line_that_nobody_transcribes_says_so_on_its_tile_and_why_words_are_lost(browser, stage):
    story = stage.story()
    lost = story.started(model=None), story.answered(), story.said("agent", 1000, 2000, "", lost="engine_error")
    await stage.play(*lost)
    page = await opened(browser, stage, "/supervisor", BOSS)
    await expect(page.locator(".tile-state")).to_contain_text("未转写")
    await page.click(".tile")
    await expect(page.locator("#words")).to_contain_text("识别出错")


async def test_the_lines_page_shows_figures_and_whose_fault_it_is(browser, stage):
    for told in calls_of_a_bad_seat():
        await stage.play(*told)
    page = await opened(browser, stage, "/supervisor", BOSS)
    await page.click("#to-lines")
    await expect(page.locator("#calls")).to_have_text("24")
    await expect(page.locator("#known")).to_have_text("1")
    await expect(page.locator("#faults .what")).to_have_text("座席 s9 的耳麦或话机")
    await expect(page.locator("#faults .share .num")).to_have_text(["100 %", "0 %"])
    await page.click('[data-by="seat"]')
    await expect(page.locator("#table .who")).to_have_text(["s9", "s0", "s1", "s2"])  # the worst first
    await expect(page.locator("#table tr[data-bad]")).to_contain_text(["s9"])
    await expect(page.locator("#table tr[data-bad] td[data-over]")).to_have_text("-41.0")
    await page.click('[data-order="name"]')
    await expect(page.locator("#table .who")).to_have_text(["s0", "s1", "s2", "s9"])
    await page.click("#language")
    await expect(page.locator("#faults .what")).to_have_text("the headset or telephone of seat s9")
    await page.click('[data-by="trunk"]')
    await expect(page.locator("#no-rows")).to_contain_text("No call says this of itself")


async def test_a_bar_reaches_from_the_noise_to_the_voice(browser, stage):
    """Of 80 dB: noise at -60 dBov is a quarter along, a voice at -41 not yet half; the limit of -36 lies behind it."""
    for told in calls_of_a_bad_seat():
        await stage.play(*told)
    page = await opened(browser, stage, "/lines", BOSS)
    await page.click('[data-by="seat"]')
    track = page.locator("#table tr[data-bad] .track")
    await expect(track).to_have_attribute("aria-label", "语音 dBov -41, 噪声 dBov -60, 信噪比 dB 19")
    places = await track.evaluate("""(track) => {
      const whole = track.getBoundingClientRect();
      const at = (x) => Math.round(100 * (x - whole.left) / whole.width);
      const [limit, bar] = [...track.children].map((each) => each.getBoundingClientRect());
      return [at(bar.left), at(bar.right), at(limit.left)];
    }""")
    assert places == [25, 49, 55]


async def test_a_fault_leads_to_its_figures_and_a_search_narrows_them(browser, stage):
    for told in calls_of_a_bad_seat():
        await stage.play(*told)
    page = await opened(browser, stage, "/lines", BOSS)
    await page.click("#faults .link")
    await expect(page.locator('[data-by="seat"]')).to_have_attribute("aria-pressed", "true")
    await expect(page.locator("#table .who")).to_have_text("s9")
    await page.fill("#search", "nobody")
    await expect(page.locator("#no-rows")).to_contain_text("没有这个名称")
    await page.fill("#search", "")
    await page.click('[data-since="1"]')
    await expect(page.locator("#table .who")).to_have_count(4)
    await page.set_viewport_size({"width": 390, "height": 844})
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_the_lines_page_says_that_there_is_nothing_yet(browser, stage):
    page = await opened(browser, stage, "/lines", BOSS)
    await expect(page.locator("#no-rows")).to_contain_text("还没有测量过的通话")
    await expect(page.locator("#no-faults")).to_contain_text("还没有测量过的通话")
    await page.click("#language")
    await expect(page.locator("#no-faults")).to_contain_text("No call has been measured yet")
