"""The agent's own screen in a real browser."""

import re

import pytest
from playwright.async_api import expect

from monitor.desk.state import RuleNote, StepNote
from tests.desk.browser import opened
from tests.desk.stage import AGENT

pytestmark = pytest.mark.system
GREETING = RuleNote("A1", "开头问候", "Greeting", "required", "您好，请问有什么可以帮助您？")
SILENT = RuleNote(
    "A4", "无声电话", "Silent call", "script", "", (StepNote("greet", "您好！"), StepNote("again", "您好？"))
)


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
    await expect(page.locator(".check b")).to_have_text(["开头问候", "无声电话 1/2", "2/2"])

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

    await stage.play(mine.ended(10_000), mine.closed(10_000))
    await expect(page.locator(".check b")).to_have_text(["无声电话 1/2"])  # the rest was never due


async def test_a_step_being_said_when_its_time_is_over_is_not_called_late(stage, browser):
    mine = stage.story("mine")
    await stage.play(mine.started(), mine.answered())
    page = await opened(browser, stage, "/agent", AGENT)
    await stage.play(mine.prompt(5000, "p", "您好！"), mine.meter(10_000, "agent"))
    await expect(page.locator("#left")).to_have_text("…")
    await expect(page.locator("#left-word")).to_have_text("正在听您说")
    await expect(page.locator("#ring-box")).not_to_have_attribute("data-urgent", "")
    await page.reload()
    await expect(page.locator("#left")).to_have_text("…")

    await stage.play(mine.meter(12_500, "agent", speech=False))
    await expect(page.locator("#left")).to_have_text("0.0")
    await expect(page.locator("#left-word")).to_have_text("现在进行下一步")
    await expect(page.locator("#ring-box")).to_have_attribute("data-urgent", "")
