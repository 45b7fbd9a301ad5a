"""Screenshots of our mails, and how two of them are compared, in the browser's own canvas."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Page

SHOTS = Path(__file__).parents[1] / "golden" / "email" / "shots"
Scheme = Literal["light", "dark"]

# Colours are counted in steps of 16, so that the edges of letters, which differ from machine to machine, weigh little.
_COMPARE = """
async ([one, other]) => {
  const read = async (data) => {
    const bitmap = await createImageBitmap(await (await fetch(data)).blob());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d");
    context.drawImage(bitmap, 0, 0);
    return context.getImageData(0, 0, bitmap.width, bitmap.height);
  };
  const [a, b] = [await read(one), await read(other)];
  const shares = (image) => {
    const counted = {};
    for (let at = 0; at < image.data.length; at += 4) {
      const name = [0, 1, 2].map((n) => Math.round(image.data[at + n] / 16)).join(",");
      counted[name] = (counted[name] ?? 0) + 4 / image.data.length;
    }
    return counted;
  };
  let unlike = 0;
  const [width, height] = [Math.min(a.width, b.width), Math.min(a.height, b.height)];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [p, q] = [(y * a.width + x) * 4, (y * b.width + x) * 4];
      unlike += [0, 1, 2].some((n) => Math.abs(a.data[p + n] - b.data[q + n]) > 32);
    }
  }
  return {
    size: [[a.width, a.height], [b.width, b.height]], unlike: unlike / (width * height), shares: [shares(a), shares(b)],
  };
}
"""


@dataclass(frozen=True)
class Compared:
    """Two pictures: their sizes, the share of pixels that differ, and the share each colour has in either."""

    size: tuple[tuple[int, int], tuple[int, int]]
    unlike: float
    shares: tuple[dict[str, float], dict[str, float]]

    def alike(self) -> list[str]:
        """What of the second is not as in the first; nothing if they are alike.

        Fonts differ from machine to machine: a line may break elsewhere, and letters are thicker or thinner. Areas of
        colour stay: a button, a band, a background. What is missing is also missing in height.
        """
        (wide, high), (other_wide, other_high) = self.size
        wrong = [] if wide == other_wide else [f"{other_wide} pixels wide in place of {wide}"]
        if abs(high - other_high) > max(40, high * 0.05):
            wrong.append(f"{other_high} pixels high in place of {high}")
        if self.unlike > 0.15:
            wrong.append(f"{self.unlike:.1%} of the pixels differ")
        one, other = self.shares
        for name in one.keys() | other.keys():
            before, after = one.get(name, 0.0), other.get(name, 0.0)
            if max(before, after) > 0.003 and abs(before - after) > max(0.25 * max(before, after), 0.002):
                wrong.append(f"colour {name} has {after:.2%} in place of {before:.2%}")
        return wrong


async def opened(browser: Browser, html: str, scheme: Scheme, width: int) -> Page:
    """A mail as a window of this width shows it to somebody who prefers light or dark."""
    context = await browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 200})
    page = await context.new_page()
    await page.set_content(html)
    return page


async def compared(browser: Browser, one: bytes, other: bytes) -> Compared:
    """Two PNG files."""
    page = await browser.new_page()
    try:
        urls = [f"data:image/png;base64,{base64.b64encode(each).decode()}" for each in (one, other)]
        found = await page.evaluate(_COMPARE, urls)
    finally:
        await page.close()
    (a, b), (c, d) = found["size"]
    return Compared(((a, b), (c, d)), found["unlike"], (found["shares"][0], found["shares"][1]))
