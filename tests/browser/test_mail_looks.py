"""Our mails as people see them, in real Chromium: light and dark, on a phone and in a window. EM-47

After a wanted change, `GOLDEN=write pytest tests/browser/test_mail_looks.py` takes the pictures anew; look at them.
"""

from __future__ import annotations

import os
from typing import get_args

import pytest
from _pytest.mark import ParameterSet
from playwright.async_api import Browser

from tests.browser.mail_shots import SHOTS, Scheme, compared, opened
from tests.unit.adapters.email.mails import html
from tests.unit.adapters.email.parcels import EVERY

KINDS = ("card", "card-by-link", "question", "denied", "said-long")
WIDTHS = (320, 640)
VIEWS = [(scheme, width) for scheme in get_args(Scheme) for width in WIDTHS]

# Of every element with words of its own: those, their colour, and what is behind them.
_CONTRASTS = """
() => {
  const lit = (text) => {
    const [r, g, b] = text.match(/[\\d.]+/g).map((one) => one / 255)
      .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    const colour = getComputedStyle(element).backgroundColor;
    return colour === "rgba(0, 0, 0, 0)" ? behind(element.parentElement) : colour;
  };
  return [...document.body.querySelectorAll("*")]
    .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .map((one) => {
      const [a, b] = [lit(getComputedStyle(one).color), lit(behind(one))].sort((x, y) => y - x);
      return [one.textContent.trim().slice(0, 40), (a + 0.05) / (b + 0.05)];
    });
}
"""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("scheme", "width"), VIEWS)
async def test_a_mail_looks_as_it_was_approved(browser: Browser, kind: str, scheme: Scheme, width: int) -> None:
    page = await opened(browser, html(EVERY[kind]), scheme, width)
    shot = await page.screenshot(full_page=True)
    await page.context.close()
    file = SHOTS / f"{kind}-{scheme}-{width}.png"
    if os.environ.get("GOLDEN") == "write":
        file.write_bytes(shot)
    assert (await compared(browser, file.read_bytes(), shot)).alike() == []


def test_every_picture_is_of_a_mail() -> None:
    assert {file.name for file in SHOTS.iterdir()} == {
        f"{kind}-{scheme}-{width}.png" for kind in KINDS for scheme, width in VIEWS
    }


BREAKS = {
    "no button": ".button{display:none!important}",
    "no key": ".key,.button{background:transparent!important}",
    "another colour of the button": ".key,.button{background:#b91c1c!important}",
    "another colour of the band": ".asks{background:#15803d!important}",
    "no band": ".asks{background:transparent!important}",
    "no sheet": ".sheet{background:transparent!important}",
    "no facts": ".facts{display:none!important}",
    "no words to type": ".typed{display:none!important}",
    "no room": ".inner{padding:0!important}",
    "larger": ".inner{zoom:1.2}",
}


def _one_way(name: str) -> ParameterSet:
    """One break is enough for every day."""
    return pytest.param(name, marks=() if name == "no button" else pytest.mark.slow)


@pytest.mark.parametrize("broken", [_one_way(name) for name in BREAKS])
@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 640)])
async def test_what_is_missing_or_of_another_colour_is_seen(
    browser: Browser, broken: str, scheme: Scheme, width: int
) -> None:
    page = await opened(browser, html(EVERY["card"]), scheme, width)
    await page.add_style_tag(content=BREAKS[broken])
    shot = await page.screenshot(full_page=True)
    await page.context.close()
    assert (await compared(browser, (SHOTS / f"card-{scheme}-{width}.png").read_bytes(), shot)).alike()


@pytest.mark.parametrize("font", ["DejaVu Serif", "monospace"])
async def test_another_font_is_no_other_look(browser: Browser, font: str) -> None:
    page = await opened(browser, html(EVERY["card"]), "light", 640)
    await page.add_style_tag(content=f"*{{font-family:'{font}',serif!important}}")
    shot = await page.screenshot(full_page=True)
    await page.context.close()
    assert (await compared(browser, (SHOTS / "card-light-640.png").read_bytes(), shot)).alike() == []


@pytest.mark.parametrize(("scheme", "width"), VIEWS)
async def test_nothing_has_to_be_moved_sideways_and_every_word_stands_out(
    browser: Browser, scheme: Scheme, width: int
) -> None:
    page = await opened(browser, "", scheme, width)
    for kind, given in EVERY.items():
        await page.set_content(html(given))
        assert await page.evaluate("document.documentElement.scrollWidth") == width, kind
        contrasts = await page.evaluate(_CONTRASTS)
        assert contrasts
        assert [one for one in contrasts if one[1] < 4.5] == [], kind
    await page.context.close()


async def test_the_button_can_be_hit_with_a_thumb(browser: Browser) -> None:
    page = await opened(browser, html(EVERY["card"]), "light", 320)
    box = await page.locator("a.button").bounding_box()
    await page.context.close()
    assert box is not None
    assert box["height"] >= 44


async def test_a_mail_asks_nobody_for_anything_and_runs_nothing(browser: Browser) -> None:  # EM-48
    asked: list[str] = []
    page = await opened(browser, "", "light", 640)
    page.on("request", lambda request: asked.append(request.url))
    for given in EVERY.values():
        await page.set_content(html(given))
        assert await page.evaluate("document.scripts.length") == 0
    assert asked == []
    await page.set_content('<img src="http://127.0.0.1:9/x.png">')
    assert asked == ["http://127.0.0.1:9/x.png"]
    await page.context.close()
