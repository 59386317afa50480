"""The page of lines, seats and agents, and whose fault it is, in a real browser."""

import pytest
from playwright.async_api import expect

from tests.desk.browser import opened
from tests.desk.stage import BOSS
from tests.measured import calls_of_a_bad_seat

pytestmark = pytest.mark.system


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
