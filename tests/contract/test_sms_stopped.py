"""What a status callback says of our own sender stops it, and what it says of a number stops nothing else."""

from __future__ import annotations

import pytest

from adapters.errors import Rejected
from sandbox.twilio import Fault
from tests.contract.sms_bench import ANA, posted, status
from tests.contract.sms_sending import Sending, sending
from tests.unit.adapters.cards import CALLED


async def told(line: Sending, state: str, code: int) -> None:
    """Twilio tells us what became of the last message, as it signs it."""
    sent = line.twilio.messages[-1]
    callback = line.posts[-1].form["StatusCallback"][0]
    form = status(state, to=ANA, ErrorCode=str(code)) | {"AccountSid": line.line.account_sid, "MessageSid": sent.sid}
    call = posted(form, line.line, callback.partition("?")[2], token=line.twilio.auth_token)
    assert (await line.adapter.receive(call, line.desk)).status == 200


@pytest.mark.parametrize("code", [30034, 21606])
async def test_a_sender_that_carriers_do_not_take_sends_nothing_more(code: int) -> None:  # SM-10, SM-21
    async with sending() as line:
        await line.send(line.parcel())
        await told(line, "undelivered", code)
        line.forward(60)
        with pytest.raises(Rejected, match="our sender cannot write"):
            await line.send(line.parcel(CALLED))
        assert len(line.posts) == 1


async def test_a_number_that_nobody_has_is_written_to_no_more(  # SM-10
) -> None:
    async with sending() as line:
        await line.send(line.parcel())
        await told(line, "undelivered", 30005)
        line.forward(60)
        with pytest.raises(Rejected, match="nobody is known"):
            await line.send(line.parcel(CALLED))


@pytest.mark.parametrize("code", [30003, 30007, 30008])
async def test_what_is_about_one_message_stops_no_other(code: int) -> None:  # SM-10
    async with sending() as line:
        line.twilio.order(Fault("undelivered", code=code))
        await line.send(line.parcel())
        await told(line, "undelivered", code)
        line.forward(60)
        await line.send(line.parcel(CALLED))
        assert len(line.posts) == 2
