"""Telemetry over a whole story: every turn and effect has its line, and nothing anybody said or must not know is in it.

The marks below stand in every text that people, their mails, the model's reasons and the far ends can choose.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from gateway import telemetry
from gateway.demo.story import code, first
from gateway.demo.teller import Teller
from gateway.demo.world import ANA, BO, world
from sandbox.mail import Fault as MailFault, Letter
from sandbox.model import Fault
from tests.doors.scene import until

MARK = "canary-e19b"
MARKED_VERSION = "77.4242.90125"
MALLORY = "mallory@evil.test"


@pytest.fixture
def _logging_as_it_was() -> Iterator[None]:
    """Logging is one for the whole process: put it back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


async def wish(t: Teller, version: str) -> None:
    """Ana asks."""
    mail = t.world.mail
    await mail.send_as(ANA, mail.bot, f"Subject {MARK}", f"Please deploy {version} to staging. {MARK}")


async def ask(t: Teller, version: str) -> Letter:
    """Ana asks; Bo's card."""
    await wish(t, version)
    return await t.letter(BO, f'"version":"{version}"', "Bo gets the request")


async def by_mail(t: Teller) -> list[str]:
    """Deny with a reason, approve, fail, forge, break; what must not be in a line besides the mark."""
    mail = t.world.mail
    card = await ask(t, "1.4.1")
    await mail.reply_as(BO, card, f"DENY {code(card)} because {MARK}")
    await t.letter(ANA, MARK, "Ana hears why")
    versions = t.world.environment / "versions.json"
    versions.write_text(json.dumps({**json.loads(versions.read_text()), "1.4.9": {"healthy": False}}))
    failing = await ask(t, "1.4.9")
    await mail.reply_as(BO, failing, f"APPROVE {code(failing)}")
    await t.letter(ANA, "rolled back", "Ana hears that it failed")
    await wish(t, MARKED_VERSION)
    await t.letter(ANA, f"there is no version {MARKED_VERSION}", "Ana hears that there is none")
    await mail.send_as(MALLORY, mail.bot, MARK, f"deploy {MARK}", auth="fail")
    await mail.deliver_raw(MALLORY, mail.bot, f"From: <a@b>, <{MARK}@d>\r\nMessage-ID: <>\r\n\r\n{MARK}\r\n".encode())
    return [code(card), code(failing), first(r"/d/(\S+)", card.text), card.answer_to]


async def by_page(t: Teller) -> list[str]:
    """Approve on the page, with a reason; what must not be in a line."""
    card = await ask(t, "1.4.2")
    link = first(r"(http://\S+/d/\S+)", card.text)
    async with httpx.AsyncClient() as browser:
        token = first(r'name="form_token" value="([^"]*)"', (await browser.get(link)).text)
        digest = first(r'name="digest" value="([^"]*)"', (await browser.get(link)).text)
        form = {"form_token": token, "digest": digest, "decision": "approve", "reason": MARK}
        await browser.post(link, data={**form, "code": MARK[:16]})
        await browser.post(link, data={**form, "code": code(card)})
    await t.letter(ANA, "1.4.2 now", "Ana gets the result")
    return [code(card), first(r"/d/(\S+)", link), token]


async def by_rest(t: Teller) -> list[str]:
    """Call with a token, a wrong one, a wrong body and a broken one; what must not be in a line."""
    token = await t.world.house.access.create("ana", ("read", "write"), days=1)
    async with httpx.AsyncClient(base_url=t.world.url) as http:
        good = {"Authorization": f"Bearer {token}", "Idempotency-Key": MARK}
        assert (await http.post("/v1/threads", json={"text": f"Hello {MARK}"}, headers=good)).status_code == 202
        assert (await http.post("/v1/threads", json={MARK: MARK}, headers=good)).status_code == 422
        assert (await http.get("/v1/threads", headers={"Authorization": f"Bearer hp_{MARK}"})).status_code == 401
        assert (await http.get(f"/v1/{MARK}", params={"token": token})).status_code == 404
    return [token]


async def with_trouble(t: Teller) -> None:
    """The model, the mail server and a tool's own files go wrong."""
    here = t.world
    for kind in ("invalid_json", "cut_off"):
        here.model.order(Fault.model_validate({"kind": kind}))
    card = await ask(t, "1.4.0")
    (here.environment / "versions.json").write_text(json.dumps({"1.4.0": MARK}))
    await here.mail.reply_as(BO, card, f"APPROVE {code(card)} ")
    await t.letter(BO, "unknown whether", "Bo is asked to look")
    (here.environment / "versions.json").write_text(f"not json: {MARK}")
    await wish(t, "1.4.1")
    await t.letter(ANA, "broke off when asked", "Ana hears that it cannot be told what would happen")
    here.mail.order(MailFault("permanent"))
    await here.mail.send_as(ANA, here.mail.bot, MARK, f"Hello {MARK}")

    async def refused() -> bool:
        return any(effect.queue == "email" for effect in await here.house.opened.threads.dead())

    await until(refused)


def lines(capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Every line on standard error: JSON, one object each."""
    return [json.loads(line) for line in capfd.readouterr().err.splitlines()]


@pytest.mark.usefixtures("_logging_as_it_was")
async def test_nothing_that_was_said_is_in_any_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    telemetry.configure(json=True)
    async with world(tmp_path) as here:
        t = Teller(here)
        secrets = [here.mail.password, here.house.keyring.secret.decode(), MARK, MARKED_VERSION, ANA, BO, MALLORY]
        for chapter in (by_mail, by_page, by_rest):
            secrets += await chapter(t)
        await with_trouble(t)
    logged = lines(capfd)
    told = {line["event"] for line in logged}
    assert {"serving", "turn done", "tool settled", "tool broke", "preview broke"} <= told
    for line in logged:
        assert set(line) <= telemetry.ALLOWED
        assert not [secret for secret in secrets if secret in json.dumps(line)], line
