"""Files in: the token goes to Slack's own host only, and whatever comes from it is no more than we can take. SL-49"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from adapters.content import MOST_BYTES, MOST_FILES, MOST_TEXT, within
from adapters.slack import attached
from adapters.slack.api import Api
from adapters.slack.attached import fetch
from adapters.slack.install import Installation
from adapters.slack.meaning import File
from agent_core.values import Attachment
from tests.contract.slack_file_host import FileHost, file_host
from tests.unit.adapters.slack.payloads import US

TOKEN = "xoxb-the-token-of-the-bot"
HOME = Installation(us=US, bot_token=SecretStr(TOKEN))


@pytest.fixture
async def slack() -> AsyncIterator[FileHost]:
    async with file_host() as host:
        yield host


@pytest.fixture
async def stranger() -> AsyncIterator[FileHost]:
    async with file_host() as host:
        yield host


@pytest.fixture
async def api(slack: FileHost) -> AsyncIterator[Api]:
    async with Api(f"{slack.url}/api/") as running:
        yield running


def at(url: str, **told: Any) -> File:
    return File(**{"id": "F1", "name": "plan.txt", "mimetype": "text/plain", "size": 8, "url": url, **told})


async def one(api: Api, file: File, home: Installation = HOME) -> Attachment:
    (read,) = await fetch(api, home, [file])
    return read


# --- what can be read


async def test_a_text_file_is_read_with_the_token(slack: FileHost, api: Api) -> None:
    read = await one(api, at(slack.gives("/plan.txt")))
    assert read == Attachment(name="plan.txt", media_type="text/plain", size=8, text="the plan")
    assert slack.seen == [("/plan.txt", f"Bearer {TOKEN}")]


@pytest.mark.parametrize(
    "mimetype", ["text/x-python", "application/json", "application/vnd.api+json", "application/x-sh", ""]
)
async def test_what_may_be_text_is_tried(slack: FileHost, api: Api, mimetype: str) -> None:
    assert (await one(api, at(slack.gives("/a"), mimetype=mimetype))).text == "the plan"


async def test_the_mark_of_utf_8_is_no_part_of_the_text(slack: FileHost, api: Api) -> None:
    assert (await one(api, at(slack.gives("/a", "\ufeffété".encode())))).text == "été"


async def test_a_redirect_that_stays_is_followed(slack: FileHost, api: Api) -> None:
    slack.gives("/there")
    assert (await one(api, at(slack.points("/here", "/there")))).text == "the plan"


async def test_a_page_that_was_promised_is_read_if_it_is_theirs(slack: FileHost, api: Api) -> None:
    page = slack.gives("/page.html", b"<html>hello</html>", "text/html")
    assert (await one(api, at(page, mimetype="text/html", size=18))).text == "<html>hello</html>"
    assert (await one(api, at(page, mimetype="text/html", size=99))).why_not == "no_access"


# --- what cannot


async def test_a_page_to_log_in_at_is_not_the_file(slack: FileHost, api: Api) -> None:
    page = slack.gives("/plan.txt", b"<html>Sign in</html>", "text/html")
    assert (await one(api, at(page))).why_not == "no_access"


@pytest.mark.parametrize("content", [b"\xff\xfea\x00", b"caf\xe9", b"a\x00b"], ids=["utf-16", "latin", "nul"])
async def test_bytes_that_are_no_text_are_not_taken_for_any(slack: FileHost, api: Api, content: bytes) -> None:
    assert (await one(api, at(slack.gives("/a", content)))).why_not == "not_text"


@pytest.mark.parametrize("mimetype", ["image/png", "application/pdf", "application/zip", "video/mp4"])
async def test_what_is_no_text_is_not_fetched_at_all(slack: FileHost, api: Api, mimetype: str) -> None:
    read = await one(api, at(slack.gives("/a"), mimetype=mimetype))
    assert (read.why_not, read.media_type, slack.seen) == ("not_text", mimetype, [])


async def test_what_says_it_is_huge_is_not_fetched_at_all(slack: FileHost, api: Api) -> None:
    read = await one(api, at(slack.gives("/a"), size=MOST_BYTES + 1))
    assert (read.why_not, read.size, slack.seen) == ("too_big", MOST_BYTES + 1, [])


async def test_what_is_huge_and_does_not_say_so_is_read_no_further(slack: FileHost, api: Api) -> None:
    endless = slack.pours("/a", b"x" * 65536, 4096)
    assert (await one(api, at(endless))).why_not == "too_big"
    assert slack.sent < 256 * 65536


async def test_what_comes_packed_unasked_is_not_unpacked(slack: FileHost, api: Api) -> None:
    async def packed(_: web.Request) -> web.StreamResponse:
        return web.Response(body=gzip.compress(b"the plan"), headers={"Content-Encoding": "gzip"})

    assert (await one(api, at(slack.does("/a", packed)))).why_not == "not_fetched"


@pytest.mark.parametrize(
    ("status", "reason"), [(404, "gone"), (410, "gone"), (403, "no_access"), (500, "not_fetched"), (206, "not_fetched")]
)
async def test_a_refusal_says_why(slack: FileHost, api: Api, status: int, reason: str) -> None:
    assert (await one(api, at(slack.gives("/a", status=status)))).why_not == reason


async def test_half_a_file_is_none(slack: FileHost, api: Api) -> None:
    async def breaks(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000", "Content-Type": "text/plain"})
        await response.prepare(request)
        await response.write(b"the pl")
        assert request.transport is not None
        request.transport.close()
        return response

    assert (await one(api, at(slack.does("/a", breaks)))).why_not == "not_fetched"


async def test_without_the_right_to_read_files_nobody_asks(slack: FileHost, api: Api) -> None:
    granted = HOME.model_copy(update={"scopes": ("chat:write",)})
    assert (await one(api, at(slack.gives("/a")), granted)).why_not == "no_access"
    assert slack.seen == []


async def test_a_file_that_hangs_keeps_nothing_from_the_others(
    slack: FileHost, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attached, "SECONDS", 0.3)
    sent = [at(slack.hangs("/slow")), at(slack.gives("/quick")), at(slack.hangs("/slower"))]
    async with asyncio.timeout(20):
        assert [file.why_not for file in await fetch(api, HOME, sent)] == ["too_slow", None, "too_slow"]


async def test_too_many_files_are_named_all_the_same(slack: FileHost, api: Api) -> None:
    sent = [at(slack.gives(f"/{number}"), name=str(number)) for number in range(MOST_FILES + 2)]
    read = await fetch(api, HOME, sent)
    assert [file.name for file in read] == [file.name for file in sent]
    assert [file.why_not for file in read] == [*[None] * MOST_FILES, "too_many", "too_many"]
    assert len(slack.seen) == MOST_FILES


# --- where the token goes


async def test_no_file_elsewhere_is_asked_for(slack: FileHost, stranger: FileHost, api: Api) -> None:
    host = stranger.url.removeprefix("http://")
    addresses = [
        f"{stranger.url}/a",
        f"{slack.url}@{host}/a",
        f"{slack.url.replace('http:', 'https:')}/a",
        slack.url.replace("127.0.0.1", "localhost") + "/a",
        f"http://user:word@{slack.url.removeprefix('http://')}/a",
        f"//{host}/a",
        f"{slack.url}\\@{host}/a",
        "FILE:///etc/passwd",
        "not an address",
        "http://[::1/a",
    ]
    read = await fetch(api, HOME, [at(address) for address in addresses])
    assert {file.why_not for file in read} <= {"elsewhere", "not_fetched"}
    assert slack.seen == stranger.seen == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_takes_the_token_elsewhere(
    slack: FileHost, stranger: FileHost, api: Api, status: int
) -> None:
    away = slack.points("/plan.txt", stranger.gives("/plan.txt"), status)
    assert (await one(api, at(away))).why_not == "no_access"
    assert stranger.seen == []


async def test_a_redirect_in_circles_ends(slack: FileHost, api: Api) -> None:
    assert (await one(api, at(slack.points("/a", "/a")))).why_not == "no_access"
    assert len(slack.seen) == 3


@pytest.mark.parametrize(
    ("base", "files"),
    [
        ("https://slack.com/api/", "https://files.slack.com"),
        ("https://acme.slack.com/api/", "https://files.slack.com"),
        ("https://slack-gov.com/api/", "https://files.slack-gov.com"),
        ("https://notslack.com/api/", "https://notslack.com"),
        ("http://127.0.0.1:8080/api/", "http://127.0.0.1:8080"),
    ],
)
def test_slacks_files_have_a_host_of_their_own(base: str, files: str) -> None:
    assert str(Api(base).files_at) == files


# --- how much of it


async def test_what_is_cut_is_counted() -> None:
    read = [Attachment(name=name, text="x" * 25_000) for name in "abc"]
    kept = list(within(32_000, [*read, Attachment(name="d", why_not="gone"), Attachment(name="e", text="")]))
    assert [len(file.text or "") for file in kept] == [MOST_TEXT, 12_000, 0, 0, 0]
    assert [file.left_out for file in kept] == [5_000, 13_000, 0, 0, 0]
    assert [file.why_not for file in kept] == [None, None, "no_room", "gone", None]
