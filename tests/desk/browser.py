"""A real browser for the tests of the pages; its fixtures are in conftest.py."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import BrowserContext, Page, async_playwright, expect

from tests.desk.stage import Stage

CHROMIUM = "/usr/bin/chromium" if Path("/usr/bin/chromium").exists() else None
PATIENCE_MS = 120_000
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]


@asynccontextmanager
async def chromium(errors: list[str]) -> AsyncIterator[BrowserContext]:
    """A Chinese visitor at a desk; script errors of the pages are added to `errors`."""
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
