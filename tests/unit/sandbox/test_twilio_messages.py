"""Messages both ways, through the unmodified SDK: the resource, the webhook, its signature, lists, what is attached."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import aiohttp

from sandbox.twilio import TwilioSandbox
from tests.unit.sandbox.twilio_app import ANA, PUBLIC, App, app_of_twilio, client_of, local_twilio, refusal, send  # noqa: F401 (fixtures)

BO = "+15550100002"


async def test_a_message_is_made_delivered_and_called_back(twilio: TwilioSandbox, app: App) -> None:
    made = await send(twilio, body="hello", status_callback=f"{PUBLIC}?effect=e1")
    assert (made.status, made.num_segments, made.direction) == ("queued", "1", "outbound-api")
    assert (made.from_, made.to, made.date_sent) == (twilio.number, ANA, None)
    assert made.date_created is not None
    await twilio.settled()
    assert app.statuses == ["sent", "delivered"]
    assert all(one.valid for one in app.taken)
    assert {one.query for one in app.taken} == {"effect=e1"}
    assert {one.form["MessageSid"] for one in app.taken} == {made.sid}
    [arrived] = twilio.phone(ANA).inbox
    assert (arrived.body, arrived.segments, arrived.encoding, arrived.sender) == ("hello", 1, "GSM-7", twilio.number)
    async with client_of(twilio) as client:
        fetched = await client.messages(made.sid).fetch_async()
    assert (fetched.status, fetched.error_code) == ("delivered", None)
    assert fetched.date_sent is not None


async def test_a_service_chooses_the_sender_after_it_has_accepted(twilio: TwilioSandbox, app: App) -> None:
    made = await send(twilio, body="hello", messaging_service_sid=twilio.service, status_callback=PUBLIC)
    assert (made.status, made.from_, made.num_segments) == ("accepted", None, "0")
    await twilio.settled()
    assert app.statuses == ["queued", "sent", "delivered"]
    assert {one.form["MessagingServiceSid"] for one in app.taken} == {twilio.service}
    phone = twilio.phone(ANA)
    assert phone.inbox[0].sender == twilio.pool_number
    phone.text("back")  # to whom wrote last
    await twilio.settled()
    answered = app.taken[-1].form
    assert (answered["To"], answered["MessagingServiceSid"]) == (twilio.pool_number, twilio.service)


async def test_an_incoming_message_is_signed_over_the_public_url(twilio: TwilioSandbox, app: App) -> None:
    written = twilio.phone(ANA, "Ana").text("deploy \U0001f680 ünïcode & =+ ")
    await twilio.settled()
    [taken] = app.taken
    assert taken.valid
    assert taken.form["MessageSid"] == written.sid
    assert (taken.form["From"], taken.form["To"]) == (ANA, twilio.number)
    assert taken.form["Body"] == "deploy \U0001f680 ünïcode & =+ "
    assert (taken.form["FromCity"], taken.form["FromCountry"], taken.form["NumMedia"]) == ("", "GB", "0")
    assert taken.headers["User-Agent"] == "TwilioProxy/1.1"
    assert "MessagingServiceSid" not in taken.form
    assert twilio.phone(ANA).inbox == []
    app.tokens = ["another"]
    twilio.phone(ANA).text("again")
    await twilio.settled()
    assert not app.taken[-1].valid


async def test_the_app_may_answer_in_twiml(twilio: TwilioSandbox, app: App) -> None:
    app.answer = "<Response><Message>one</Message><Message><Body>two &amp; a half</Body></Message></Response>"
    twilio.phone(ANA).text("hi")
    await twilio.settled()
    app.answer, app.media_type = "three", "text/plain"
    twilio.phone(ANA).text("hi")
    await twilio.settled()
    assert [one.body for one in twilio.phone(ANA).inbox] == ["one", "two & a half", "three"]
    assert [one.direction for one in twilio.messages].count("outbound-reply") == 3


async def test_lists_are_filtered_and_paged(twilio: TwilioSandbox) -> None:
    for number in range(5):
        await send(twilio, body=f"to ana {number}")
        twilio.clock.forward(60)
    await send(twilio, BO, body="to bo")
    async with client_of(twilio) as client:
        mine = await client.messages.list_async(to=ANA, page_size=2)
        assert [one.body for one in mine] == [f"to ana {number}" for number in (4, 3, 2, 1, 0)]
        since = twilio.messages[3].sent
        assert since is not None
        late = await client.messages.list_async(to=ANA, date_sent_after=since)  # inclusive
        assert [one.body for one in late] == ["to ana 4", "to ana 3"]
        early = await client.messages.list_async(to=ANA, date_sent_before=since - timedelta(seconds=90))
        assert [one.body for one in early] == ["to ana 1", "to ana 0"]
        yesterday = datetime.now(UTC) - timedelta(days=1)
        assert await client.messages.list_async(date_sent=yesterday) == []
        page = await client.messages.page_async(page_size=4)
        second = await page.next_page_async()
        assert second is not None
        assert second.next_page_url is None
        assert len(list(second)) == 2
        first = await second.previous_page_async()
        assert first is not None
        assert len(list(first)) == 4


async def test_messages_are_redacted_and_deleted(twilio: TwilioSandbox) -> None:
    made = await send(twilio, body="secret")
    async with client_of(twilio) as client:
        assert (await client.messages(made.sid).update_async(body="")).body == ""
        assert await client.messages(made.sid).delete_async()
        assert await client.messages.list_async() == []
    assert [one.status for one in twilio.calls] == [201, 200, 204, 200]


async def test_what_a_person_attaches_is_behind_a_redirect_that_takes_no_password(
    twilio: TwilioSandbox, app: App
) -> None:
    twilio.phone(ANA).text("", media=[("plan.txt", "text/plain", b"the plan")])
    await twilio.settled()
    form = app.taken[0].form
    assert (form["NumMedia"], form["MediaContentType0"], form["Body"]) == ("1", "text/plain", "")
    assert app.taken[0].valid
    url = form["MediaUrl0"]
    assert url.startswith(f"{twilio.url}/2010-04-01/Accounts/{twilio.account_sid}/Messages/MM")
    async with aiohttp.ClientSession() as session:
        async with session.get(url, allow_redirects=False) as without:
            assert without.status == 401
        headers = {"Authorization": aiohttp.encode_basic_auth(twilio.account_sid, twilio.auth_token)}
        async with session.get(url, headers=headers, allow_redirects=False) as redirect:
            assert redirect.status == 307
            location = redirect.headers["Location"]
        assert not location.startswith(twilio.url)
        async with session.get(location, headers=headers) as leaked:
            assert leaked.status == 400
        async with session.get(location) as fetched:
            assert (fetched.status, fetched.content_type, await fetched.read()) == (200, "text/plain", b"the plan")
    async with client_of(twilio) as client:
        [listed] = await client.messages(form["MessageSid"]).media.list_async()
        assert listed.content_type == "text/plain"
        assert await client.messages(form["MessageSid"]).media(listed.sid).delete_async()
        assert await client.messages(form["MessageSid"]).media.list_async() == []


async def test_a_group_is_seen_by_the_others_in_it(twilio: TwilioSandbox, app: App) -> None:
    twilio.phone(ANA).group("lunch?", others=[BO, "+15550100003"])
    await twilio.settled()
    form = app.taken[0].form
    assert (form["OtherRecipients0"], form["OtherRecipients1"]) == (BO, "+15550100003")
    assert app.taken[0].valid
    assert form["MessageSid"].startswith("MM")


async def test_pictures_go_out_to_america_only(twilio: TwilioSandbox) -> None:
    picture = "https://public.test/plan.png"
    assert (await send(twilio, BO, body="see", media_url=[picture])).num_media == "1"
    assert twilio.phone(BO).inbox[0].media == (picture,)
    await send(twilio, ANA, body="see", media_url=[picture])
    assert (twilio.messages[-1].status, twilio.messages[-1].error_code) == ("failed", 30011)
    assert twilio.phone(ANA).inbox == []
    assert await refusal(twilio, BO, media_url=["ftp://x"]) == (400, 21620)
