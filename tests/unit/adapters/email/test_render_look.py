"""Our pages can be read: by everybody, light and dark, and where a mail program turns colours around. EM-47"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterator, Mapping

import pytest
from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from adapters.base import Parcel
from tests.unit.adapters.email.mails import html, parsed
from tests.unit.adapters.email.parcels import EVERY

PARCELS = pytest.mark.parametrize("given", EVERY.values(), ids=EVERY)
ENOUGH = 4.5  # WCAG 2.2, 1.4.3
Colour = tuple[float, float, float]
Rules = Mapping[str, str]


def declared(css: str) -> dict[str, str]:
    pairs = (one.partition(":") for one in css.split(";") if one)
    return {name.strip(): value.replace("!important", "").strip() for name, _, value in pairs}


def colour(text: str) -> Colour:
    found = re.fullmatch(r"#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})", text)
    assert found, text
    red, green, blue = (int(one, 16) / 255 for one in found.groups())
    return red, green, blue


def turned(given: Colour) -> Colour:
    """As light as it was dark, as some programs make it."""
    hue, light, full = colorsys.rgb_to_hls(*given)
    return colorsys.hls_to_rgb(hue, 1 - light, full)


def luminance(given: Colour) -> float:
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in given)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def dark_rules(page: BeautifulSoup) -> dict[str, Rules]:
    """What the one style sheet says for those who prefer dark, by class."""
    assert page.style is not None
    found = re.search(r"@media \(prefers-color-scheme:dark\)\{(.*)\}$", page.style.get_text())
    assert found
    return {name: declared(css) for name, css in re.findall(r"\.([a-z]+)\{([^}]*)\}", found[1])}


def styled(tag: Tag, dark: Mapping[str, Rules]) -> dict[str, str]:
    css = declared(str(tag.get("style", "")))
    for name in tag.get("class") or ():
        css.update(dark.get(str(name), {}))
    return css


def pairs(page: BeautifulSoup, dark: Mapping[str, Rules]) -> Iterator[tuple[str, Colour, Colour]]:
    """Every piece of text with its colour and what is behind it."""
    assert page.body is not None
    for piece in page.body.find_all(string=True):
        if isinstance(piece, NavigableString) and piece.strip():
            around = [styled(tag, dark) for tag in piece.parents if isinstance(tag, Tag) and tag.name != "[document]"]
            fore = next(css["color"] for css in around if "color" in css)
            back = next(css["background"] for css in around if "background" in css)
            yield str(piece), colour(fore), colour(back)


@PARCELS
def test_every_word_stands_out_light_dark_and_turned_around(given: Parcel) -> None:
    page = parsed(given)
    for dark in ({}, dark_rules(page)):
        shown = list(pairs(page, dark))
        assert shown
        for piece, fore, back in shown:
            assert contrast(fore, back) >= ENOUGH, (piece, bool(dark))
            assert contrast(turned(fore), turned(back)) >= ENOUGH, (piece, bool(dark), "turned around")


def test_the_measure_is_that_of_wcag() -> None:
    black, white, grey = colour("#000000"), colour("#ffffff"), colour("#767676")
    assert contrast(black, white) == pytest.approx(21)
    assert contrast(grey, white) == pytest.approx(4.54, abs=0.01)
    assert turned(black) == white


@PARCELS
def test_dark_is_really_dark_and_changes_every_background(given: Parcel) -> None:
    page = parsed(given)
    rules = dark_rules(page)
    for (_, fore, back), (_, dark_fore, dark_back) in zip(pairs(page, {}), pairs(page, rules), strict=True):
        if luminance(back) > 0.5:
            assert luminance(dark_back) < 0.05 < 0.3 < luminance(dark_fore)
            assert luminance(fore) < 0.3


@PARCELS
def test_a_page_looks_right_without_its_style_sheet(given: Parcel) -> None:
    """All that is drawn stands on the elements; the sheet says nothing but what is other in the dark."""
    page = parsed(given)
    assert page.style is not None
    sheet = page.style.get_text()
    assert sheet.startswith(":root{color-scheme:light dark}@media (prefers-color-scheme:dark){")
    assert all(set(rule) <= {"color", "background", "border-color"} for rule in dark_rules(page).values())
    for tag in page.select("[class]"):
        assert tag.get("style")


@PARCELS
def test_a_page_can_be_read_aloud(given: Parcel) -> None:
    page = parsed(given)
    assert page.html is not None
    assert page.html["lang"] == "en"
    assert page.title is not None
    assert page.title.get_text().strip()
    assert all(table["role"] == "presentation" for table in page.find_all("table"))
    assert len(page.find_all("h1")) <= 1
    for link in page.find_all("a"):
        assert link.get_text().strip() == "Look and decide"


@PARCELS
def test_a_page_is_one_column_of_600_pixels_at_most_with_nothing_to_fill_in(given: Parcel) -> None:
    page = parsed(given)
    assert "max-width:600px" in str(page.select_one("table.sheet"))
    assert not re.search(r"(?:min-)?width:\s*\d{3,}px", html(given).replace("max-width", ""))
    assert not page.find_all(["form", "input", "button", "script", "img", "iframe", "svg", "link", "object", "video"])
    assert len(html(given).encode()) < 100_000
