"""Files out: an answer nobody would read as messages is its beginning and one file with all of it. SL-50"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from pydantic import SecretStr

from adapters.base import Receipt
from adapters.errors import TryLater
from adapters.slack.api import Api, SlackRefused
from adapters.slack.files import SHOWN, TOO_MANY, name_of, upload
from adapters.slack.install import Installation
from agent_core.events import AgentMessage
from sandbox.slack import Fault, Message
from sandbox.slack.fault import ApiFault
from tests.contract.slack_file_host import FileHost, file_host
from tests.contract.slack_telling import ANSWER, Telling, telling, told
from tests.unit.adapters.slack.payloads import US

LINES = [f"{number}. what there is to say about server number {number}" for number in range(1, 901)]
LONG = ANSWER.model_copy(update={"text": "\n".join(LINES)})
HOME = Installation(us=US, bot_token=SecretStr("xoxb-the-token-of-the-bot"))
STEPS = ("files.getUploadURLExternal", "files.completeUploadExternal")


@pytest.fixture
async def here() -> AsyncIterator[Telling]:
    async with telling() as made:
        yield made
        assert made.open == []


def files_in(here: Telling, messages: list[Message]) -> list[str]:
    """What is in the files that were shared, in order."""
    kept = here.slack.core.world.files
    shared = [kept[file["id"]] for message in messages for file in message.files]
    return [(file.content or b"").decode() for file in shared]


async def test_a_very_long_answer_is_its_beginning_and_a_file_with_all_of_it(here: Telling) -> None:
    receipt = await here.adapter.send(here.parcel(LONG))
    *begins, last = here.shown
    assert (len(begins), told(begins)) == (SHOWN, LINES[: len(told(begins))])
    assert files_in(here, [last]) == ["\n".join(LINES)]
    assert last.text.startswith("The messages above are only how this answer begins.")
    assert f"{len(LONG.text):,} characters" in last.text
    assert receipt == Receipt(provider_id=f"{here.slack.team.id}/{here.asked.channel}/{begins[0].ts}")


@pytest.mark.parametrize(("paragraphs", "files"), [(TOO_MANY, 0), (TOO_MANY + 1, 1)])
async def test_an_answer_that_can_be_read_is_no_file(here: Telling, paragraphs: int, files: int) -> None:
    text = "\n\n".join("all of it " * 350 for _ in range(paragraphs))
    await here.adapter.send(here.parcel(LONG.model_copy(update={"text": text})))
    assert len(files_in(here, here.shown)) == files
    assert len(here.shown) == (SHOWN + 1 if files else TOO_MANY)


async def test_nothing_unseen_goes_into_the_file(here: Telling) -> None:
    await here.adapter.send(here.parcel(LONG.model_copy(update={"text": f"{LONG.text}\nabc\u202edef"})))
    assert files_in(here, here.shown)[0].splitlines()[-1] == "abc\\u{202E}def"


async def test_a_conversation_that_begins_with_it_has_the_file_in_its_thread(here: Telling) -> None:
    ana = here.slack.person("ana")
    address = here.parcel().address.model_copy(update={"ref": f"{here.slack.team.id}/{ana.id}"})
    here.slack.order(Fault("lost_reply", method=STEPS[1]))
    receipt = await here.persist(here.parcel(LONG, address=address))
    first, *_, last = ana.messages(None)
    assert files_in(here, ana.messages(None)) == [LONG.text]
    assert last.root == first.ts
    assert receipt.conversation == f"{here.slack.team.id}/{first.channel}/{first.ts}"


@pytest.mark.parametrize("method", STEPS)
@pytest.mark.parametrize(
    "faults",
    [("lost_reply",), ("drop_before",), ("server_error",), ("rate_limited",), ("lost_reply", "drop_before") * 2],
    ids=["lost", "dropped", "server", "limited", "all"],
)
async def test_whatever_gets_lost_on_the_way_there_is_one_file(
    here: Telling, method: str, faults: tuple[ApiFault, ...]
) -> None:
    for fault in faults:
        here.slack.order(Fault(fault, method=method, seconds=0))
    await here.persist(here.parcel(LONG))
    assert files_in(here, here.shown) == [LONG.text]
    assert len(here.shown) == SHOWN + 1


async def test_it_is_found_at_the_end_of_a_long_thread_and_no_other_for_it(here: Telling) -> None:
    await here.adapter.send(here.parcel(LONG, effect_id="another"))
    for number in range(250):
        here.slack.person("bo").say("#deploys", f"and another thing: {number}", thread=here.asked.ts)
    here.slack.order(Fault("drop_before", method=STEPS[1]))
    here.slack.order(Fault("lost_reply", method=STEPS[1]))
    await here.persist(here.parcel(LONG))
    assert files_in(here, here.shown) == [LONG.text, LONG.text]
    shared = [file["name"] for message in here.shown for file in message.files]
    assert shared == [name_of(here.parcel(LONG, effect_id="another")), name_of(here.parcel(LONG))]


@pytest.mark.parametrize("method", STEPS)
@pytest.mark.parametrize("error", ["missing_scope", "file_uploads_disabled", "not_allowed_token_type"])
async def test_where_slack_takes_no_file_all_of_it_comes_as_messages(here: Telling, method: str, error: str) -> None:
    here.slack.order(Fault("error", method=method, error=error))
    await here.adapter.send(here.parcel(LONG))
    assert told(here.shown) == LINES
    assert files_in(here, here.shown) == []


async def test_only_an_answer_becomes_a_file(here: Telling) -> None:
    assert isinstance(LONG, AgentMessage)
    await here.adapter.send(here.parcel(ANSWER))
    assert here.said(STEPS[0]) == []


# --- on the way there


@pytest.fixture
async def slack() -> AsyncIterator[FileHost]:
    async with file_host() as host:
        yield host


def takes_at(slack: FileHost, address: str) -> None:
    """Say that uploads go there, and that whatever was uploaded is fine."""

    async def given(_: web.Request) -> web.StreamResponse:
        return web.json_response({"ok": True, "upload_url": address, "file_id": "F1"})

    async def done(_: web.Request) -> web.StreamResponse:
        return web.json_response({"ok": True, "files": [{"id": "F1"}]})

    slack.does(f"/api/{STEPS[0]}", given)
    slack.does(f"/api/{STEPS[1]}", done)


async def put(slack: FileHost) -> str:
    async with Api(f"{slack.url}/api/") as api:
        return await upload(api, HOME, channel="C1", thread_ts="1.1", name="a.md", text="all", comment="see")


async def test_the_bytes_travel_without_the_token(slack: FileHost) -> None:
    takes_at(slack, slack.gives("/upload/v1/secret"))
    assert await put(slack) == "F1"
    token = "Bearer xoxb-the-token-of-the-bot"
    assert slack.seen == [(f"/api/{STEPS[0]}", token), ("/upload/v1/secret", ""), (f"/api/{STEPS[1]}", token)]


async def test_they_go_nowhere_but_to_slack(slack: FileHost) -> None:
    async with file_host() as stranger:
        takes_at(slack, stranger.gives("/upload"))
        with pytest.raises(SlackRefused, match="elsewhere"):
            await put(slack)
        takes_at(slack, slack.points("/upload", stranger.gives("/upload"), 307))
        with pytest.raises(SlackRefused, match="status 307"):
            await put(slack)
        assert stranger.seen == []


@pytest.mark.parametrize(
    ("status", "error"), [(500, TryLater), (503, TryLater), (429, TryLater), (400, SlackRefused), (413, SlackRefused)]
)
async def test_what_was_not_taken_is_not_shared(slack: FileHost, status: int, error: type[Exception]) -> None:
    takes_at(slack, slack.gives("/upload", status=status))
    with pytest.raises(error):
        await put(slack)
    assert len(slack.seen) == 2


async def test_a_connection_that_breaks_is_tried_later(slack: FileHost) -> None:
    async def breaks(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    takes_at(slack, slack.does("/upload", breaks))
    with pytest.raises(TryLater):
        await put(slack)
    assert len(slack.seen) == 2
