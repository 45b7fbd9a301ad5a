"""The judge on calling: our adapter's calls mean the same to our local Twilio and to somebody else's."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from adapters.errors import OutcomeUnknown, Rejected, TryLater
from adapters.sms.api import Api, Outgoing, Refused
from tests.contract.twilio_far_ends import FAR_ENDS, FarEnd, as_owner, far_end, losing_answers
from tests.doors.scene import free_port

PERSON = "+447700900001"
NOBODY = "http://127.0.0.1:9"
TEXT = "Deploy api 1.4.2? A 482193 — «ja» €5 🚀"
SENDERS: dict[str, Callable[[FarEnd], tuple[str, str]]] = {
    "number": lambda far: (far.number, PERSON),
    "service": lambda far: (far.service, PERSON),
    "whatsapp": lambda far: (f"whatsapp:{far.whatsapp_number}", f"whatsapp:{PERSON}"),
}


@pytest.fixture(params=FAR_ENDS)
async def far(request: pytest.FixtureRequest, anyio_backend: str, tmp_path: Path) -> AsyncIterator[FarEnd]:
    async with far_end(request.param, NOBODY, tmp_path) as made:
        yield made


@pytest.fixture
async def api(far: FarEnd) -> AsyncIterator[Api]:
    async with calling(far) as made:
        yield made


@contextlib.asynccontextmanager
async def calling(far: FarEnd, *, token: str = "", url: str = "") -> AsyncIterator[Api]:
    api = Api(far.account_sid, SecretStr(token or far.auth_token), url or far.url)
    try:
        yield api
    finally:
        await api.aclose()


@pytest.mark.parametrize("sender", SENDERS)
async def test_what_is_sent_is_there_word_for_word(far: FarEnd, api: Api, sender: str) -> None:  # SM-21, SM-30
    ours, theirs = SENDERS[sender](far)
    sid = await api.send(_text(ours, theirs))

    (made,) = await _messages(far)
    assert (made["sid"], made["to"], made["body"], made["direction"]) == (sid, theirs, TEXT, "outbound-api")
    assert made["messaging_service_sid"] == (ours if sender == "service" else None)
    if sender != "service":
        assert made["from"] == ours


@pytest.mark.parametrize("sender", SENDERS)
async def test_what_was_sent_is_found_again(far: FarEnd, api: Api, sender: str) -> None:  # SM-24
    ours, theirs = SENDERS[sender](far)
    began = datetime.now(UTC)
    await api.send(_text(ours, "whatsapp:+447700900002" if sender == "whatsapp" else "+447700900002", "else"))
    first = await api.send(_text(ours, theirs, "first"))
    second = await api.send(_text(ours, theirs))
    await far.text(theirs, f"whatsapp:{far.whatsapp_number}" if sender == "whatsapp" else far.number, "hello")

    found = await api.messages(theirs, began)
    assert [(one.sid, one.body) for one in found] == [(second, TEXT), (first, "first")]
    assert all(began.replace(microsecond=0) <= one.at <= datetime.now(UTC) for one in found)
    assert await api.messages(theirs, began + timedelta(minutes=5)) == ()


async def test_what_was_sent_is_found_whose_answer_was_lost(far: FarEnd, api: Api) -> None:  # SM-24
    began = datetime.now(UTC)
    async with losing_answers(far.url) as lossy, calling(far, url=lossy) as unlucky:
        with pytest.raises(OutcomeUnknown):
            await unlucky.send(_text(far.number, PERSON))
        with pytest.raises(TryLater):
            await unlucky.messages(PERSON, began)

    assert [one.body for one in await api.messages(PERSON, began)] == [TEXT]


async def test_a_wrong_token_is_said_so(far: FarEnd) -> None:  # SM-10
    async with calling(far, token="of somebody else") as stranger:
        with pytest.raises(Refused) as sending:
            await stranger.send(_text(far.number, PERSON))
        with pytest.raises(Refused) as looking:
            await stranger.messages(PERSON, datetime.now(UTC))

    assert (sending.value.code, looking.value.code) == (20003, 20003)
    assert await _messages(far) == []


async def test_a_number_that_is_none_is_refused_for_good(far: FarEnd, api: Api) -> None:  # SM-10
    with pytest.raises(Refused) as refused:
        await api.send(_text(far.number, "+12"))

    assert refused.value.code == (21201 if far.differs("calls a bad number a missing one") else 21211)
    assert isinstance(refused.value, Rejected)
    assert "+12" not in str(refused.value)


async def test_a_sender_of_somebody_else_is_refused_for_good(far: FarEnd, api: Api) -> None:  # SM-10
    with pytest.raises(Refused) as refused:
        await api.send(_text("+447700900555", PERSON))

    assert refused.value.code in (21606, 21659)


async def test_nobody_there_is_known_not_to_have_sent(far: FarEnd) -> None:  # SM-24
    async with calling(far, url=f"http://127.0.0.1:{free_port()}") as alone:
        with pytest.raises(TryLater):
            await alone.send(_text(far.number, PERSON))


async def test_calls_side_by_side_are_all_made(far: FarEnd, api: Api) -> None:  # SM-25
    texts = [f"part {number}" for number in range(20)]
    sids = await asyncio.gather(*(api.send(_text(far.number, PERSON, text)) for text in texts))

    assert sorted((one["sid"], one["body"]) for one in await _messages(far)) == sorted(zip(sids, texts, strict=True))


def _text(ours: str, theirs: str, body: str = TEXT) -> Outgoing:
    return Outgoing(theirs, ours, f"{NOBODY}/sms/events?effect=e1&thread=t1&cause=c1", 600, body)


async def _messages(far: FarEnd) -> list[dict[str, str | None]]:
    """What Twilio has, asked without our adapter."""
    async with as_owner(far) as owner:
        answer = await owner.get(f"/2010-04-01/Accounts/{far.account_sid}/Messages.json")
    found: list[dict[str, str | None]] = answer.json()["messages"]
    return found
