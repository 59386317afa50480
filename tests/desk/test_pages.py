"""What all pages share, in a real browser against a real server: signing in, language, phones, the connection."""

import pytest
from playwright.async_api import expect

from monitor.asr.openai import OpenAiEngine
from monitor.asr.settings import OpenAiSettings
from monitor.core import events as e
from monitor.desk.state import Status
from tests.desk.browser import opened
from tests.desk.stage import AGENT, BOSS

pytestmark = pytest.mark.system


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


@pytest.mark.parametrize(("path", "token"), [("/supervisor", BOSS), ("/lines", BOSS), ("/agent", AGENT)])
async def test_with_no_call_in_sight_the_banners_go_by_what_the_server_listens_with(stage, browser, path, token):
    page = await opened(browser, stage, path, token)
    await expect(page.locator("#demo")).to_contain_text("只听得懂合成语音")
    await expect(page.locator("#sent")).to_be_hidden()
    await page.click("#language")
    await expect(page.locator("#demo")).to_contain_text("understands synthetic speech only")
    stage.status = Status(model="whisper-1 at asr.example")
    await page.reload()
    await expect(page.locator("#sent")).to_contain_text("Speech is sent")
    await expect(page.locator("#demo")).to_be_hidden()


async def test_banners_say_that_the_demo_model_listens_and_where_speech_is_sent(stage, browser):
    stage.status = Status(model="small")
    real, demo, sent = (stage.story(name) for name in ("real", "demo", "sent"))
    await stage.play(real.started(model="small"))
    page = await opened(browser, stage, "/supervisor", BOSS)
    await expect(page.locator(".tile")).to_have_count(1)
    for banner in ("#demo", "#sent"):
        await expect(page.locator(banner)).to_be_hidden()
    await stage.play(demo.started(model="demo-zh"))
    await expect(page.locator("#demo")).to_contain_text("只听得懂合成语音")
    await expect(page.locator("#sent")).to_be_hidden()
    endpoint = OpenAiEngine(OpenAiSettings(url="https://asr.example/v1"))
    await stage.play(sent.started(model=endpoint.name))
    await expect(page.locator("#sent")).to_have_text("语音会发往外部转写服务：whisper-1 at asr.example")
    await page.click("#language")
    await expect(page.locator("#sent")).to_have_text(
        "Speech is sent to a transcription service: whisper-1 at asr.example"
    )


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
