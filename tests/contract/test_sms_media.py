"""What is attached: our credentials go to Twilio's API only, and what comes is no more than we can take. SM-27"""

from __future__ import annotations

import base64
import gzip
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from adapters.content import MOST_BYTES, MOST_FILES, MOST_TEXT
from adapters.heard import Received
from adapters.sms import media as rooms
from adapters.sms.media import Media
from adapters.sms.reading import Sent
from agent_core.values import Attachment
from tests.contract.slack_file_host import FileHost, file_host
from tests.contract.sms_bench import ACCOUNT, TOKEN, Bench, incoming, line

AT = f"/2010-04-01/Accounts/{ACCOUNT}/Messages/MM1/Media/ME1"
BASIC = f"Basic {base64.b64encode(f'{ACCOUNT}:{TOKEN}'.encode()).decode()}"


@pytest.fixture
async def twilio() -> AsyncIterator[FileHost]:
    async with file_host() as host:
        yield host


@pytest.fixture
async def cdn() -> AsyncIterator[FileHost]:
    async with file_host() as host:
        yield host


async def one(twilio: FileHost, url: str, media_type: str = "text/plain") -> Attachment:
    (read,) = await several(twilio, Sent(url=url, media_type=media_type))
    return read


async def several(twilio: FileHost, *sent: Sent, said: int = 0) -> tuple[Attachment, ...]:
    media = Media(line(base_url=twilio.url))
    try:
        return await media.fetch(sent, said)
    finally:
        await media.aclose()


# --- what can be read, and who is told who we are


async def test_text_is_read_with_our_credentials(twilio: FileHost) -> None:
    read = await one(twilio, twilio.gives(AT), "text/plain; charset=utf-8")
    assert read == Attachment(name="attachment-1.txt", media_type="text/plain", size=8, text="the plan")
    assert twilio.seen == [(AT, BASIC)]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_the_host_of_files_is_not_told_who_we_are(twilio: FileHost, cdn: FileHost, status: int) -> None:
    read = await one(twilio, twilio.points(AT, cdn.gives("/secret/plan"), status))
    assert read.text == "the plan"
    assert (twilio.seen, cdn.seen) == ([(AT, BASIC)], [("/secret/plan", "")])


async def test_a_redirect_that_stays_is_not_told_either(twilio: FileHost) -> None:
    twilio.gives("/elsewhere")
    assert (await one(twilio, twilio.points(AT, "/elsewhere"))).text == "the plan"
    assert twilio.seen == [(AT, BASIC), ("/elsewhere", "")]


async def test_a_file_has_the_name_its_host_gives_made_harmless(twilio: FileHost) -> None:
    async def named(_: web.Request) -> web.StreamResponse:
        return web.Response(body=b"x", headers={"Content-Disposition": 'attachment; filename="../a\u202eb.txt"'})

    assert (await one(twilio, twilio.does(AT, named))).name == "a_b.txt"


# --- what cannot


@pytest.mark.parametrize(
    "path",
    [
        "/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1",
        "/plan",
        f"/2010-04-01/Accounts/{ACCOUNT}/../AC1/Messages",
        f"/x{AT}",
    ],
)
async def test_another_account_s_is_not_asked_for(twilio: FileHost, path: str) -> None:
    assert (await one(twilio, twilio.gives(path))).why_not == "elsewhere"
    assert twilio.seen == []


async def test_another_host_is_not_asked_at_all(twilio: FileHost, cdn: FileHost) -> None:
    for url in (
        cdn.gives(AT),
        twilio.url.replace("http://", "https://") + AT,
        twilio.url.replace("http://", "http://evil@") + AT,
        f"file://{AT}",
        AT,
        "http://[",
        "x" * 2000,
    ):
        assert (await one(twilio, url)).why_not in ("elsewhere", "not_fetched"), url
    assert (twilio.seen, cdn.seen) == ([], [])


async def test_a_second_redirect_is_not_followed(twilio: FileHost, cdn: FileHost) -> None:
    cdn.gives("/third")
    read = await one(twilio, twilio.points(AT, cdn.points("/second", "/third")))
    assert (read.why_not, cdn.seen) == ("not_fetched", [("/second", "")])


@pytest.mark.parametrize(
    "target", ["https://127.0.0.1:1/x", "file:/x", "ftp://127.0.0.1/x", "http://a:b@127.0.0.1:1/x"]
)
async def test_a_redirect_to_something_else_than_a_host_of_files_is_not_followed(twilio: FileHost, target: str) -> None:
    assert (await one(twilio, twilio.points(AT, target))).why_not == "elsewhere"


@pytest.mark.parametrize("media_type", ["image/jpeg", "audio/ogg", "application/pdf", "video/mp4"])
async def test_what_is_no_text_is_not_asked_for(twilio: FileHost, media_type: str) -> None:
    read = await one(twilio, twilio.gives(AT), media_type)
    assert (read.why_not, read.media_type, twilio.seen) == ("not_text", media_type, [])


@pytest.mark.parametrize(
    ("status", "why"), [(401, "no_access"), (403, "no_access"), (404, "gone"), (500, "not_fetched")]
)
async def test_a_refusal_says_why(twilio: FileHost, status: int, why: str) -> None:
    assert (await one(twilio, twilio.gives(AT, status=status))).why_not == why


async def test_what_is_huge_is_read_no_further(twilio: FileHost, cdn: FileHost) -> None:
    read = await one(twilio, twilio.points(AT, cdn.pours("/huge", b"x" * 65536, 4096)))
    assert read.why_not == "too_big"
    assert cdn.sent < 256 * 65536


async def test_what_comes_packed_or_is_no_text_after_all_is_not_taken(twilio: FileHost) -> None:
    async def packed(_: web.Request) -> web.StreamResponse:
        return web.Response(body=gzip.compress(b"the plan"), headers={"Content-Encoding": "gzip"})

    assert (await one(twilio, twilio.does(AT, packed))).why_not == "not_fetched"
    assert (await one(twilio, twilio.gives(AT, b"\xff\xfea\x00"))).why_not == "not_text"


async def test_a_host_that_hangs_costs_no_more_than_its_time(
    twilio: FileHost, cdn: FileHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "SECONDS", 0.2)
    other = AT.replace("ME1", "ME2")
    sent = Sent(url=twilio.points(AT, cdn.hangs("/slow"))), Sent(url=twilio.gives(other), number=1)
    slow, quick = await several(twilio, *sent)
    assert (slow.why_not, quick.text) == ("too_slow", "the plan")


async def test_nobody_there_is_no_reason_to_lose_a_message() -> None:
    gone = line(base_url="http://127.0.0.1:1")
    media = Media(gone)
    (read,) = await media.fetch([Sent(url=f"{gone.base_url}{AT}")])
    await media.aclose()
    assert read.why_not == "not_fetched"


async def test_no_more_is_taken_than_there_is_room_for(twilio: FileHost) -> None:
    twilio.gives(AT, b"x" * MOST_BYTES)
    sent = [Sent(url=f"{twilio.url}{AT}", media_type="text/plain", number=n) for n in range(MOST_FILES + 2)]
    read = await several(twilio, *sent, said=1000)
    kept = [len(file.text or "") for file in read]
    assert kept[:2] == [MOST_TEXT, 32_000 - 1000 - MOST_TEXT]
    assert [file.why_not for file in read[2:]] == ["no_room"] * (MOST_FILES - 2) + ["too_many"] * 2
    assert len(twilio.seen) == MOST_FILES


# --- heard


async def test_an_mms_is_stored_with_what_is_in_it_and_without_text_as_well(twilio: FileHost, cdn: FileHost) -> None:
    bench = Bench(line(base_url=twilio.url))
    media = {"NumMedia": "2", "MediaContentType0": "text/plain", "MediaContentType1": "image/png"}
    urls = {"MediaUrl0": twilio.points(AT, cdn.gives("/f")), "MediaUrl1": f"{twilio.url}{AT}"}
    assert (await bench.told(incoming("") | media | urls)).status == 200
    (received,) = bench.desk.stored
    assert isinstance(received, Received)
    read = [(file.text, file.why_not) for file in received.message.attachments]
    assert (received.message.text, read) == ("", [("the plan", None), (None, "not_text")])
