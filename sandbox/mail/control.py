"""`/_control`: what a test or a demo does as a person with a mailbox.

POST   /_control/send                     {"sender", "to", "subject", "text", "html"?, "auth"?, "dkim"?, "authserv_id"?}
POST   /_control/raw                      {"sender", "to", "raw", "auth"?, "dkim"?, "authserv_id"?, "folder"?}
POST   /_control/reply                    {"person", "uid", "text", "quote"?, "auth"?, "dkim"?}
GET    /_control/mailboxes                everybody with a mailbox
GET    /_control/mailboxes/{address}      the letters, oldest first; ?folder=Junk
GET    /_control/journal                  every mail the SMTP server took; `sender` is the envelope's
POST   /_control/faults                   {"kind", "count", "to"?, "reply"?}
DELETE /_control/faults                   nothing goes wrong any more
POST   /_control/bounce                   {"address", "status"?, "after"?, "style"?, "whole"?, "text"?}
POST   /_control/away                     {"address", "text", "subject"?, "rude"?}
POST   /_control/robot                    {"address", "text"}
POST   /_control/refuse                   {"address", "reply"?}
DELETE /_control/habits/{address}         the address does nothing by itself, and is refused no more
POST   /_control/tokens/expire            access tokens are good no more
POST   /_control/tokens/revoke            and the refresh token brings no new ones
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException
from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

from sandbox.mail.bounces import Style
from sandbox.mail.faults import Fault, FaultKind
from sandbox.mail.letter import Letter
from sandbox.mail.post import INBOX, Transaction
from sandbox.mail.server import MailSandbox
from sandbox.mail.signing import Dkim
from sandbox.mail.stamps import MX, Auth


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
    dkim: Dkim = "none"
    authserv_id: str = MX


class Raw(_Order):
    """Bytes, in base64."""

    sender: str
    to: str
    raw: Base64Bytes
    auth: Auth = "pass"
    dkim: Dkim = "none"
    authserv_id: str = MX
    folder: Literal["INBOX", "Junk"] = INBOX


class Reply(_Order):
    """An answer to a letter in the person's mailbox."""

    person: str
    uid: int
    text: str
    quote: bool = True
    auth: Auth = "pass"
    dkim: Dkim = "none"


class FaultOrder(_Order):
    """Something that goes wrong the next `count` times."""

    kind: FaultKind
    count: Annotated[int, Field(ge=1, le=1000)] = 1
    to: str = ""
    reply: str = ""


class Bounce(_Order):
    """An address that takes mail and returns it."""

    address: str
    status: Annotated[str, Field(pattern=r"[45]\.\d{1,3}\.\d{1,3}")] = "5.1.1"
    after: Annotated[float, Field(ge=0)] = 0.0
    style: Style = "postfix"
    whole: bool = False
    text: str = "The email account that you tried to reach does not exist"


class Away(_Order):
    """An address whose owner is away."""

    address: str
    text: str
    subject: str = "Automatic reply"
    rude: bool = False


class Robot(_Order):
    """An address that answers everything."""

    address: str
    text: str


class Refuse(_Order):
    """An address the SMTP server refuses."""

    address: str
    reply: Annotated[str, Field(pattern=r"^[45]\d\d [ -~]*$")] = "550 5.1.1 no such mailbox here"


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

    _people(router, mail)
    _habits(router, mail)
    _faults(router, mail)
    return router


def _people(router: APIRouter, mail: MailSandbox) -> None:
    """What people do, and what they see."""

    @router.post("/send")
    async def send(order: Send) -> str:
        return await mail.send_as(**dict(order))

    @router.post("/raw", status_code=204)
    async def raw(order: Raw) -> None:
        await mail.deliver_raw(**dict(order))

    @router.post("/reply")
    async def reply(order: Reply) -> str:
        letter = next((one for one in mail.letters(order.person) if one.uid == order.uid), None)
        if letter is None:
            raise HTTPException(404, "there is no such letter")
        return await mail.reply_as(
            order.person, letter, order.text, quote=order.quote, auth=order.auth, dkim=order.dkim
        )

    @router.get("/mailboxes")
    async def mailboxes() -> list[str]:
        return list(mail.people)

    @router.get("/mailboxes/{address}")
    async def letters(address: str, folder: Literal["INBOX", "Junk"] = INBOX) -> list[Shown]:
        return [_shown(letter) for letter in mail.letters(address, folder)]

    @router.get("/journal")
    async def journal() -> list[Transaction]:
        return list(mail.journal)


def _habits(router: APIRouter, mail: MailSandbox) -> None:
    """What addresses do by themselves."""

    @router.post("/bounce", status_code=204)
    async def bounce(order: Bounce) -> None:
        mail.bounce(**dict(order))

    @router.post("/away", status_code=204)
    async def away(order: Away) -> None:
        mail.away(**dict(order))

    @router.post("/robot", status_code=204)
    async def robot(order: Robot) -> None:
        mail.robot(order.address, order.text)

    @router.post("/refuse", status_code=204)
    async def refuse(order: Refuse) -> None:
        mail.refuse(order.address, order.reply)

    @router.delete("/habits/{address}", status_code=204)
    async def usual(address: str) -> None:
        mail.usual(address)


def _faults(router: APIRouter, mail: MailSandbox) -> None:
    """What goes wrong."""

    @router.post("/faults", status_code=204)
    async def order(fault: FaultOrder) -> None:
        mail.order(Fault(**fault.model_dump()))

    @router.delete("/faults", status_code=204)
    async def lift() -> None:
        mail.lift()

    @router.post("/tokens/expire", status_code=204)
    async def expire() -> None:
        mail.tokens.expire()

    @router.post("/tokens/revoke", status_code=204)
    async def revoke() -> None:
        mail.tokens.revoke()


def _shown(letter: Letter) -> Shown:
    return Shown.model_validate(letter, from_attributes=True)
