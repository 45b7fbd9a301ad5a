"""`docs/howto/sms.md` is followed to the letter, against the local Twilio: what it says to type shows what it says."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from sandbox.model import ModelSandbox, load_script
from sandbox.twilio import Sms, TwilioSandbox
from tests.doors.howto import SCRIPT, SITE, Reader, at_home, quotes, reading, sections, unfollowed, unsaid
from tests.doors.scene import free_port, until

PAGE = sections("sms.md")
CONTENT = "https://content.twilio.com"
ANA, BO = "+447700900001", "+447700900002"
BLANK = re.compile(r"\{\{(\d)\}\}")
POLICY = "{rules: [{tool: deploy, approvers: [bo]}], text_up_to: high}"


def test_there_is_a_test_for_every_section_with_something_to_do() -> None:
    assert unfollowed(PAGE, Path(__file__)) == set()


TRY = (
    "Try it here",
    "Ask, and decide",
    "Several at once, and a change of mind",
    "When it does not arrive",
)


async def test_the_files_of_the_page_make_a_house_that_runs(reader: Reader) -> None:
    await reader.follow(PAGE["Try it here"])


@pytest.mark.slow
async def test_one_can_try_it_with_no_account(reader: Reader) -> None:
    for title in TRY:
        await reader.follow(PAGE[title])


async def test_a_request_is_read_as_the_page_says(reader: Reader) -> None:
    await reader.follow(at_home() + PAGE["How something is read"])


def test_what_the_page_quotes_is_what_we_say() -> None:
    quoted = quotes(PAGE["When something is wrong"])
    quoted |= set(re.findall(r"[Tt]he log says `(.+?)`", PAGE["What else it does"]))
    assert len(quoted) > 10
    assert unsaid(quoted) == set()


@pytest.mark.slow
async def test_an_account_with_a_service_and_then_whatsapp_are_set_up_as_the_page_says(checkout: Path) -> None:
    """The page's words, with the local Twilio's secrets where a reader would write their own."""
    port = free_port()
    async with (
        TwilioSandbox() as twilio,
        ModelSandbox(load_script(SCRIPT)) as model,
        templates_of(twilio) as content,
        reading(checkout, _own(twilio, content, port)) as reader,
    ):
        await reader.follow(_at_home(twilio, model, port))
        await reader.follow(PAGE["Give it to Holdpoint"])
        twilio.deliver_to("sms", f"http://127.0.0.1:{port}/sms/events")
        twilio.phone(ANA).text("Hello!", twilio.pool_number)
        hello = await _comes(twilio, ANA, "Hello!")
        assert hello.body.startswith("This is Example deployments. Reply STOP to opt out.\n")
        assert hello.sender == twilio.pool_number

        await reader.follow(f"```sh\nexport HOLDPOINT_WHATSAPP__BASE_URL={twilio.url}\n```\n" + PAGE["WhatsApp"])
        twilio.deliver_to("whatsapp", f"http://127.0.0.1:{port}/whatsapp/events")
        twilio.phone(ANA).text("Please deploy 1.4.2 to production.")
        card = await _comes(twilio, BO, "May this run?")
        assert '{"version":"1.4.2","environment":"production"}' in card.body
        assert not BLANK.search(card.body)
        twilio.phone(BO).press(card, "Approve")
        await _comes(twilio, ANA, "Done: production runs 1.4.2 now")
        assert twilio.strays == []


def test_the_templates_are_such_as_whatsapp_takes() -> None:
    """https://www.twilio.com/docs/content/twilio-quick-reply"""
    found = re.findall(r"^```json \w+\.json\n(.+?)^```$", PAGE["WhatsApp"], re.MULTILINE | re.DOTALL)
    assert len(found) == 3
    for made in map(json.loads, found):
        (kind,) = made["types"].values()
        blanks = BLANK.findall(kind["body"] + json.dumps(kind.get("actions", [])))
        assert set(blanks) == set(made["variables"])
        assert not re.search(r"^\{\{|\}\}$|\}\}\s*\{\{", kind["body"])


async def _comes(twilio: TwilioSandbox, number: str, words: str) -> Sms:
    """What arrives on a phone, with these words in it."""

    async def look() -> Sms | None:
        return next((one for one in twilio.phone(number).inbox if words in one.body), None)

    return await until(look)


@contextlib.asynccontextmanager
async def templates_of(twilio: TwilioSandbox) -> AsyncIterator[str]:
    """As much of Twilio's Content API as the page calls; yields its URL."""
    asked: list[str] = []

    async def create(request: web.Request) -> web.Response:
        made = await request.json()
        (kind,) = made["types"].values()
        sid = f"HX{len(asked):032x}"
        asked.append(sid)
        buttons = [(one["title"], one["id"]) for one in kind.get("actions", [])]
        twilio.template(sid, kind["body"], buttons=buttons, approved=False)
        return web.json_response({"sid": sid}, status=201)

    async def approve(request: web.Request) -> web.Response:
        assert (await request.json())["category"] == "UTILITY"
        held = twilio.carrier.world.templates[request.match_info["sid"]]
        buttons = [(one.title, one.payload) for one in held.buttons]
        twilio.template(held.sid, held.body, buttons=buttons)
        return web.json_response({"status": "received"}, status=201)

    app = web.Application()
    app.router.add_post("/v1/Content", create)
    app.router.add_post("/v1/Content/{sid}/ApprovalRequests/whatsapp", approve)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


def _own(twilio: TwilioSandbox, content: str, port: int) -> dict[str, str]:
    return {
        SITE: f"http://127.0.0.1:{port}",
        CONTENT: content,
        "AC" + "0" * 32: twilio.account_sid,
        "MG" + "0" * 32: twilio.service,
        "0123456789abcdef" * 2: twilio.auth_token,
    }


def _at_home(twilio: TwilioSandbox, model: ModelSandbox, port: int) -> str:
    """What is not on the page: that Twilio and the model are the local ones, which port is free, and the policy."""
    settings = at_home(
        PORT=port,
        POLICIES_FILE="policies.yaml",
        SMS__BASE_URL=twilio.url,
        MODEL__BASE_URL=model.base_url,
        MODEL__NAME="scripted",
        STORE__PARTITIONS=1,
    )
    return f"{settings}```yaml policies.yaml\n{POLICY}\n```\n"
