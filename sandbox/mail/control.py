"""`/_control`: what a test or a demo does as a person with a mailbox.

POST   /_control/send                     {"sender", "to", "subject", "text", "html"?, "auth"?}
POST   /_control/reply                    {"person", "uid", "text", "quote"?, "auth"?}
GET    /_control/mailboxes                everybody with a mailbox
GET    /_control/mailboxes/{address}      the letters, oldest first
GET    /_control/journal                  every mail the SMTP server took
POST   /_control/faults                   {"kind", "count"}
DELETE /_control/faults                   nothing goes wrong any more
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from sandbox.mail.faults import Fault, FaultKind
from sandbox.mail.letter import Letter
from sandbox.mail.post import Auth, Transaction
from sandbox.mail.server import MailSandbox


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Send(_Order):
    """A new mail."""

    sender: str
    to: str
    subject: str
    text: str
    html: str | None = None
    auth: Auth = "pass"


class Reply(_Order):
    """An answer to a letter in the person's mailbox."""

    person: str
    uid: int
    text: str
    quote: bool = True
    auth: Auth = "pass"


class FaultOrder(_Order):
    """Something that goes wrong the next `count` times."""

    kind: FaultKind
    count: Annotated[int, Field(ge=1, le=1000)] = 1
    to: str = ""
    reply: str = ""


class Shown(BaseModel):
    """A letter as a page shows it."""

    uid: int
    sender: str
    to: str
    subject: str
    message_id: str
    in_reply_to: str
    text: str
    html: str


def control_routes(mail: MailSandbox) -> APIRouter:
    """The routes over this sandbox."""
    router = APIRouter(prefix="/_control")

    @router.post("/send")
    async def send(order: Send) -> str:
        return await mail.send_as(order.sender, order.to, order.subject, order.text, html=order.html, auth=order.auth)

    @router.post("/reply")
    async def reply(order: Reply) -> str:
        letter = next((one for one in mail.letters(order.person) if one.uid == order.uid), None)
        if letter is None:
            raise HTTPException(404, "there is no such letter")
        return await mail.reply_as(order.person, letter, order.text, quote=order.quote, auth=order.auth)

    @router.get("/mailboxes")
    async def mailboxes() -> list[str]:
        return list(mail.people)

    @router.get("/mailboxes/{address}")
    async def letters(address: str) -> list[Shown]:
        return [_shown(letter) for letter in mail.letters(address)]

    @router.get("/journal")
    async def journal() -> list[Transaction]:
        return list(mail.journal)

    @router.post("/faults", status_code=204)
    async def order(fault: FaultOrder) -> None:
        mail.order(Fault(**fault.model_dump()))

    @router.delete("/faults", status_code=204)
    async def lift() -> None:
        mail.lift()

    return router


def _shown(letter: Letter) -> Shown:
    return Shown.model_validate(letter, from_attributes=True)
