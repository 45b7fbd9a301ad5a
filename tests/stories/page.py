"""The page behind a link, as a browser uses it: where arguments are changed by whoever has no button for that."""

from __future__ import annotations

import re
from collections.abc import Mapping

import httpx
from bs4 import BeautifulSoup, Tag

from tests.stories.hands import Impossible

CODE = re.compile(r"\bcode\b\D{0,40}(\d{6})\b")
LINK = re.compile(r"http://\S+/d/[\w.~-]+")


async def change(text: str, code: str, changed: Mapping[str, str]) -> None:
    """Approve on the page that a message links to, with other arguments."""
    await _send(text, changed, {"decision": "change", "code": code})


async def decide(text: str, decision: str) -> None:
    """Approve or deny on the page that a message links to, with the code that stands beside the link."""
    code = CODE.search(text)
    await _send(text, {}, {"decision": decision} | ({"code": code[1]} if code else {}))


async def _send(text: str, changed: Mapping[str, str], more: Mapping[str, str]) -> None:
    link = LINK.search(text)
    if not link:
        raise Impossible("there is no link in it")
    async with httpx.AsyncClient() as browser:
        page = BeautifulSoup((await browser.get(link[0])).text, "html.parser")
        answer = await browser.post(link[0], data={**_filled(page), **_named(page, changed), **more})
    if answer.status_code != 303:
        raise Impossible(f"the page says {answer.status_code}: {BeautifulSoup(answer.text, 'html.parser').text}")


def _filled(page: BeautifulSoup) -> dict[str, str]:
    """What the form holds before anybody types."""
    form = page.find("form")
    if not isinstance(form, Tag):
        raise Impossible("there is no form on the page")
    hidden = {str(one["name"]): str(one.get("value", "")) for one in form.find_all("input", type="hidden")}
    # The line break after the tag is none of the text.
    return hidden | {str(one["name"]): one.text.removeprefix("\n") for one in form.find_all("textarea")}


def _named(page: BeautifulSoup, changed: Mapping[str, str]) -> dict[str, str]:
    """What is changed, by the names of the fields of these arguments."""
    found = {}
    for area in page.find_all("textarea"):
        label = area.find_parent("label")
        name = next(label.stripped_strings) if label else ""
        if name in changed:
            found[str(area["name"])] = changed[name]
    if len(found) < len(changed):
        raise Impossible("not all of that can be changed on the page")
    return found
