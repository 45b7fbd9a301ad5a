"""The judge on REST: what our local Twilio shows and refuses is what somebody else's Twilio shows and refuses.

No line of our adapter is in this: plain HTTP on the one side, two Twilios on the other.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.contract.twilio_far_ends import FAR_ENDS, FarEnd, as_owner, far_end, http

PERSON = "+447700900001"
NOBODY = "http://127.0.0.1:9"
# https://www.twilio.com/docs/messaging/api/message-resource#message-properties
PROPERTIES: dict[str, str] = {
    "account_sid": r"AC[0-9a-f]{32}",
    "api_version": r"2010-04-01",
    "body": r"Deploy\?",
    "direction": r"outbound-api",
    "num_media": r"0",
    "price_unit": r"USD",
    "sid": r"SM[0-9a-f]{32}",
    "to": re.escape(PERSON),
    "uri": r"/2010-04-01/Accounts/AC[0-9a-f]{32}/Messages/SM[0-9a-f]{32}\.json",
}
EMPTY_AT_FIRST = ("date_sent", "error_code", "error_message", "price")
PAGING = ("end", "first_page_uri", "next_page_uri", "page", "page_size", "previous_page_uri", "start", "uri")


@pytest.fixture(params=FAR_ENDS)
async def far(request: pytest.FixtureRequest, anyio_backend: str, tmp_path: Path) -> AsyncIterator[FarEnd]:
    async with far_end(request.param, NOBODY, tmp_path) as made:
        yield made


async def test_a_message_is_created_in_the_shape_the_documentation_shows(far: FarEnd) -> None:
    made = await _create(far, To=PERSON, From=far.number, Body="Deploy?")

    assert {name: made[name] for name, form in PROPERTIES.items() if not re.fullmatch(form, made[name])} == {}
    assert {name: made[name] for name in EMPTY_AT_FIRST if made[name] is not None} == {}
    assert (made["from"], made["status"], made["num_segments"]) == (far.number, "queued", "1")
    assert made["messaging_service_sid"] is None
    assert parsedate_to_datetime(made["date_created"]).utcoffset() is not None
    assert made["subresource_uris"]["media"].endswith(f"/Messages/{made['sid']}/Media.json")
    fetched = await _get(far, f"Messages/{made['sid']}.json")
    assert fetched.keys() == made.keys()
    assert {name: fetched[name] for name in PROPERTIES} == {name: made[name] for name in PROPERTIES}


async def test_a_service_has_not_chosen_a_sender_yet(far: FarEnd) -> None:  # SM-21
    made = await _create(far, To=PERSON, MessagingServiceSid=far.service, Body="Deploy?")

    assert made["messaging_service_sid"] == far.service
    first = (made["status"], made["from"], made["num_segments"])
    if far.differs("a service picks its sender at once"):
        assert first == ("queued", far.pool_number, "1")
    else:
        assert first == ("accepted", None, "0")


@pytest.mark.parametrize(("length", "segments"), [(1, 1), (160, 1), (161, 2), (306, 2), (307, 3)])
async def test_a_long_text_is_counted_in_segments(far: FarEnd, length: int, segments: int) -> None:  # SM-18
    made = await _create(far, To=PERSON, From=far.number, Body="x" * length)

    by_160 = far.differs("counts segments by 160 characters")
    assert made["num_segments"] == str(-(-length // 160) if by_160 else segments)


async def test_one_emoji_makes_short_segments(far: FarEnd) -> None:  # SM-18
    made = await _create(far, To=PERSON, From=far.number, Body="x" * 69 + "🚀")

    assert made["num_segments"] == ("1" if far.differs("counts segments by 160 characters") else "2")


@pytest.mark.parametrize("auth", [None, ("", ""), ("right", "wrong"), ("AC" + "1" * 32, "right")])
async def test_nobody_is_let_in_without_the_token(far: FarEnd, auth: tuple[str, str] | None) -> None:
    known = {"right": far.account_sid}
    given = auth and (known.get(auth[0], auth[0]), far.auth_token if auth[1] == "right" else auth[1])
    answer = await _post(far, given, To=PERSON, From=far.number, Body="Deploy?")

    assert _refused(answer) == (401, 20003)


async def test_another_account_is_not_shown(far: FarEnd) -> None:
    async with as_owner(far) as owner:
        answer = await owner.get(f"/2010-04-01/Accounts/AC{'1' * 32}/Messages.json")

    assert answer.status_code in (401, 403, 404)
    assert "messages" not in answer.json()


@pytest.mark.parametrize("number", ["12", "07700900001", "+44 7700 900001x", "ana"])
async def test_a_number_that_is_none_is_refused(far: FarEnd, number: str) -> None:  # SM-10
    answer = await _post(far, _auth(far), To=number, From=far.number, Body="Deploy?")

    assert _refused(answer) == (400, 21201 if far.differs("calls a bad number a missing one") else 21211)


async def test_a_sender_that_is_not_ours_is_refused(far: FarEnd) -> None:  # SM-10
    answer = await _post(far, _auth(far), To=PERSON, From="+447700900555", Body="Deploy?")

    # Both are documented for it: the one is the general code, the other the one made of it in July 2024.
    assert _refused(answer) in ((400, 21606), (400, 21659))


async def test_a_message_without_a_sender_is_refused(far: FarEnd) -> None:
    assert _refused(await _post(far, _auth(far), To=PERSON, Body="Deploy?")) == (400, 21603)


async def test_a_message_without_a_body_is_refused(far: FarEnd) -> None:
    answer = await _post(far, _auth(far), To=PERSON, From=far.number)

    if far.differs("sends nothing"):
        assert answer.status_code == 201
    else:
        assert _refused(answer) == (400, 21602)


async def test_a_body_has_at_most_1600_characters(far: FarEnd) -> None:  # SM-19
    await _create(far, To=PERSON, From=far.number, Body="x" * 1600)
    answer = await _post(far, _auth(far), To=PERSON, From=far.number, Body="x" * 1601)

    if far.differs("sends any length"):
        assert answer.status_code == 201
    else:
        assert _refused(answer) == (400, 21617)


async def test_whoever_wrote_stop_is_not_written_to(far: FarEnd) -> None:  # SM-10, SM-11
    await far.text(PERSON, far.number, "STOP")
    answer = await _post(far, _auth(far), To=PERSON, From=far.number, Body="Deploy?")

    if far.differs("knows no opt-out"):
        assert answer.status_code == 201
    else:
        assert _refused(answer) == (400, 21610)


async def test_a_message_nobody_made_is_not_found(far: FarEnd) -> None:
    async with as_owner(far) as owner:
        answer = await owner.get(f"/2010-04-01/Accounts/{far.account_sid}/Messages/SM{'1' * 32}.json")

    assert _refused(answer) == (404, 20404)


async def test_what_was_sent_to_a_number_is_listed_newest_first_and_in_pages(far: FarEnd) -> None:  # SM-24
    made = [await _create(far, To=PERSON, From=far.number, Body=f"part {number}") for number in range(3)]
    await _create(far, To="+447700900002", From=far.number, Body="for somebody else")
    page = await _get(far, "Messages.json", To=PERSON, PageSize="2")

    assert [one["sid"] for one in page["messages"]] == [made[2]["sid"], made[1]["sid"]]
    assert {name for name in PAGING if name not in page} == set()
    rest = await _follow(far, page["next_page_uri"])
    if far.differs("forgets the query on the next page"):
        assert "To=" not in page["next_page_uri"]
    else:
        assert [one["sid"] for one in rest["messages"]] == [made[0]["sid"]]
        assert rest["next_page_uri"] is None


async def test_a_list_begins_at_a_moment(far: FarEnd) -> None:  # SM-24
    made = await _create(far, To=PERSON, From=far.number, Body="Deploy?")
    await far.settled()
    since_long, until_long_ago = {"DateSent>": "2020-01-01"}, {"DateSent<": "2020-01-01"}

    assert [one["sid"] for one in (await _get(far, "Messages.json", **since_long))["messages"]] == [made["sid"]]
    old = (await _get(far, "Messages.json", **until_long_ago))["messages"]
    assert len(old) == (1 if far.differs("lists every day") else 0)


async def test_what_arrived_says_so_and_when(far: FarEnd) -> None:
    sid = (await _create(far, To=PERSON, From=far.number, Body="Deploy?"))["sid"]
    await far.settled()
    made = await _get(far, f"Messages/{sid}.json")

    assert (made["status"], made["error_code"]) == ("delivered", None)
    assert parsedate_to_datetime(made["date_sent"]) >= parsedate_to_datetime(made["date_created"])


async def test_what_did_not_arrive_says_why(far: FarEnd) -> None:  # SM-10
    far.unreachable(PERSON)
    sid = (await _create(far, To=PERSON, From=far.number, Body="Deploy?"))["sid"]
    await far.settled()
    made = await _get(far, f"Messages/{sid}.json")

    assert made["status"] == "undelivered"
    assert made["error_code"] == (None if far.differs("fails without a code") else 30003)


def _auth(far: FarEnd) -> tuple[str, str]:
    return far.account_sid, far.auth_token


async def _post(far: FarEnd, auth: tuple[str, str] | None, **form: str) -> httpx.Response:
    async with http(far.url, auth) as caller:
        return await caller.post(f"/2010-04-01/Accounts/{far.account_sid}/Messages.json", data=form)


async def _create(far: FarEnd, **form: str) -> dict[str, Any]:
    answer = await _post(far, _auth(far), **form)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def _get(far: FarEnd, path: str, **query: str) -> dict[str, Any]:
    return await _follow(far, f"/2010-04-01/Accounts/{far.account_sid}/{path}", **query)


async def _follow(far: FarEnd, uri: str, **query: str) -> dict[str, Any]:
    async with as_owner(far) as owner:
        answer = await owner.get(uri, params=query or None)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _refused(answer: httpx.Response) -> tuple[int, int]:
    """The HTTP status and Twilio's code, in the documented shape of an error."""
    error = answer.json()
    assert error["status"] == answer.status_code, answer.text
    assert error["message"], answer.text
    assert error["more_info"] == f"https://www.twilio.com/docs/errors/{error['code']}"
    return answer.status_code, error["code"]
