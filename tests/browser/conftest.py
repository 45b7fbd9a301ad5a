"""A real browser and the demo's world to look at with it. What a page complains about, or asks elsewhere, fails."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, async_playwright

from gateway.demo.page import page as demo_page
from gateway.demo.world import World, world
from gateway.web import serve_app
from tests.doors.scene import free_port, listening

PATIENCE = 30_000
# The one without windows needs a fifth of the other's time for a page, and shows the same.
CHROMIUM = ("chromium-headless-shell", "chromium")


@dataclass
class Window:
    """A browser window with nothing in it: its context, and what went wrong in any of its pages."""

    context: BrowserContext
    demo: str
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    async def open(self, url: str) -> Page:
        """A page, loaded."""
        page = await self.context.new_page()
        await page.goto(url)
        return page

    def watch(self, page: Page) -> None:
        """Write down what it says on the console, and what breaks."""
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", self._asked)

    async def _asked(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        await dialog.dismiss()

    def _said(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            self.complaints.append(f"{said.text} ({said.location['url']})")


@pytest.fixture(scope="module")
async def browser(anyio_backend: str) -> AsyncIterator[Browser]:
    """Chromium; without it these tests are skipped at home, and fail where everything must be there."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        assert os.environ.get("CI") != "true", "chromium is not installed"
        pytest.skip("chromium is not installed: no test in a real browser")
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield found
        await found.close()


@pytest.fixture(scope="module")
async def here(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """The demo's world. It ends with the module: at work it would draw on what other tests count."""
    async with world(tmp_path_factory.mktemp("b")) as made:
        yield made


@pytest.fixture(scope="module")
async def demo(here: World) -> AsyncIterator[str]:
    """Where the demo's page is."""
    port, stopping = free_port(), asyncio.Event()
    serving = asyncio.create_task(serve_app(demo_page(here), "127.0.0.1", port, stopping))
    await listening(port)
    yield f"http://127.0.0.1:{port}/"
    stopping.set()
    await serving


@pytest.fixture
async def window(browser: Browser, demo: str) -> AsyncIterator[Window]:
    """A fresh window. At its end nobody may have complained, and nothing may have been asked of anybody else."""
    context = await browser.new_context()
    context.set_default_timeout(PATIENCE)
    made = Window(context, demo)
    context.on("page", made.watch)
    context.on("request", lambda request: made.hosts.add(urlsplit(request.url).hostname or request.url))
    yield made
    await context.close()
    assert made.complaints == []
    assert made.hosts <= {"127.0.0.1"}
