"""One call of Twilio's API: our own timeout, nothing twice, nothing left open, and what is known afterwards."""

from __future__ import annotations

import asyncio
import gc
import logging
import warnings
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from adapters.errors import OutcomeUnknown, Rejected, SendError, TryLater
from adapters.sms.api import Api, Outgoing, Refused
from sandbox.twilio import Fault, TwilioSandbox
from tests.doors.scene import free_port

THEIRS = "+447700900001"
TEXT = "A 482193, secret words"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
async def twilio(anyio_backend: str) -> AsyncIterator[TwilioSandbox]:
    async with TwilioSandbox() as made:
        made.phone(THEIRS)
        yield made
        assert made.strays == []


@pytest.fixture
async def api(twilio: TwilioSandbox) -> AsyncIterator[Api]:
    made = Api(twilio.account_sid, SecretStr(twilio.auth_token), twilio.url, timeout=0.3)
    yield made
    await made.aclose()


def message(twilio: TwilioSandbox, **changes: object) -> Outgoing:
    given = {"to": THEIRS, "sender": twilio.number, "callback": "http://127.0.0.1:9/x", "valid_for": 60, "body": TEXT}
    return Outgoing(**{**given, **changes})  # type: ignore[arg-type]


async def failed(api: Api, given: Outgoing) -> SendError:
    with pytest.raises(SendError) as info:
        await api.send(given)
    return info.value


async def test_a_server_that_hangs_keeps_nobody_longer_than_our_own_timeout(twilio: TwilioSandbox, api: Api) -> None:
    # SM-25: the SDK would have waited until the fault is lifted.
    twilio.order(Fault("hang", seconds=3_600, method="POST"))
    async with asyncio.timeout(30):
        assert isinstance(await failed(api, message(twilio)), OutcomeUnknown)
    twilio.lift()


async def test_an_answer_that_comes_too_late_may_be_of_a_message_that_was_taken(
    twilio: TwilioSandbox, api: Api
) -> None:
    # SM-24, SM-25
    twilio.order(Fault("slow", seconds=3_600, method="POST"))
    assert isinstance(await failed(api, message(twilio)), OutcomeUnknown)
    twilio.lift()
    (found,) = await api.messages(THEIRS, LONG_AGO)
    assert found.body == TEXT


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        ("lost_reply", OutcomeUnknown),
        ("drop_before", OutcomeUnknown),
        ("server_error", TryLater | OutcomeUnknown),
        ("unavailable", TryLater),
        ("rate_limited", TryLater),
    ],
)
async def test_nothing_is_ever_sent_twice_by_itself(
    twilio: TwilioSandbox, api: Api, kind: str, outcome: type[SendError]
) -> None:  # SM-24, SM-25
    twilio.order(Fault(kind, seconds=0, method="POST"))  # type: ignore[arg-type]
    assert isinstance(await failed(api, message(twilio)), outcome)
    assert len(twilio.calls) == 1


async def test_where_nobody_listens_nothing_was_sent(twilio: TwilioSandbox) -> None:
    api = Api(twilio.account_sid, SecretStr(twilio.auth_token), f"http://127.0.0.1:{free_port()}")
    assert isinstance(await failed(api, message(twilio)), TryLater)
    await api.aclose()


async def test_a_host_that_has_no_address_was_sent_nothing(twilio: TwilioSandbox) -> None:
    api = Api(twilio.account_sid, SecretStr(twilio.auth_token), "http://nowhere.invalid")
    assert isinstance(await failed(api, message(twilio)), TryLater)
    await api.aclose()


@pytest.mark.parametrize(("changes", "code"), [({"to": "nobody"}, 21211), ({"sender": "+15005550000"}, 21659)])
async def test_a_refusal_has_its_code_and_quotes_nothing(
    twilio: TwilioSandbox, api: Api, changes: dict[str, object], code: int
) -> None:  # SM-10, SM-34
    error = await failed(api, message(twilio, **changes))
    assert isinstance(error, Refused)
    assert error.code == code
    assert not any(str(given) in str(error) for given in changes.values())
    assert error.__cause__ is None


async def test_a_wrong_token_is_refused(twilio: TwilioSandbox) -> None:
    api = Api(twilio.account_sid, SecretStr("wrong"), twilio.url)
    error = await failed(api, message(twilio))
    assert isinstance(error, Refused)
    assert error.code == 20003
    with pytest.raises(Rejected):
        await api.messages(THEIRS, LONG_AGO)
    await api.aclose()


async def test_what_was_sent_is_found_by_number_and_by_when(twilio: TwilioSandbox, api: Api) -> None:  # SM-24
    twilio.hold()  # What waits in the queue has no date of sending.
    sid = await api.send(message(twilio))
    twilio.phone("+447700900002")
    await api.send(message(twilio, to="+447700900002"))
    twilio.phone(THEIRS).text("back", to=twilio.number)
    assert [found.sid for found in await api.messages(THEIRS, LONG_AGO)] == [sid]
    assert await api.messages(THEIRS, datetime.now(UTC) + timedelta(minutes=1)) == ()
    twilio.release()
    await twilio.settled()


async def test_asking_changes_nothing_so_it_can_be_asked_again(twilio: TwilioSandbox, api: Api) -> None:
    twilio.order(Fault("lost_reply", method="GET"), count=2)  # aiohttp reads once more by itself, and writes never.
    with pytest.raises(TryLater):
        await api.messages(THEIRS, LONG_AGO)


async def test_nothing_is_left_open_after_errors_and_nothing_warns(twilio: TwilioSandbox) -> None:  # SM-25
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        api = Api(twilio.account_sid, SecretStr(twilio.auth_token), twilio.url, timeout=0.3)
        twilio.order(Fault("lost_reply", method="POST"))
        await failed(api, message(twilio))
        await failed(api, message(twilio, to="nobody"))
        await api.send(message(twilio))
        await api.aclose()
        del api
        gc.collect()
    assert [str(warning.message) for warning in heard] == []


async def test_it_may_be_made_before_there_is_a_loop_and_closed_unused() -> None:  # SM-25
    api = await asyncio.to_thread(Api, "AC1", SecretStr("x"), "http://127.0.0.1:9")
    await api.aclose()
    await api.aclose()


async def test_the_sdk_logs_neither_numbers_nor_words(
    twilio: TwilioSandbox, api: Api, caplog: pytest.LogCaptureFixture
) -> None:  # SM-34
    with caplog.at_level(logging.DEBUG):
        await api.send(message(twilio))
        await api.messages(THEIRS, LONG_AGO)
    assert THEIRS not in caplog.text
    assert TEXT not in caplog.text
    assert twilio.auth_token not in caplog.text
