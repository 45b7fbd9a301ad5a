"""How a mail is read, and why the answer in it counts or does not, as data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, field_validator

from adapters.email.account import Site
from adapters.email.found import Bounce, Link, Sent, Signature
from adapters.email.meaning import code_in
from adapters.email.reading import Reading, read
from agent_core.decisions import at_best, decision_in

_DOUBTS = {
    "two_texts": "its text and its HTML say different things",
    "encrypted": "it is encrypted",
    "unreadable": "some of its letters cannot be made out",
    "cut": "it is cut off before the end of its words",
}


class SentBefore(BaseModel):
    """A mail of ours, as far as bounces and quotes of it are told by it."""

    model_config = ConfigDict(extra="forbid")

    effect_id: str
    message_id: str = ""
    return_path: str = ""
    to: str = ""
    text: str = ""


class Config(BaseModel):
    """What a site knows: its addresses, whom it trusts, who may decide, and what it sent."""

    model_config = ConfigDict(extra="forbid")

    own_addresses: tuple[str, ...] = ("holdpoint@localhost",)
    authserv_ids: Annotated[tuple[str, ...], Field(validation_alias=AliasChoices("authserv_ids", "authserv_id"))] = ()
    approvers: tuple[str, ...] = ()
    token_prefix: str = ""
    reply_domain: str = ""
    reference_codes: tuple[str, ...] = ()
    sent_text: str = ""
    sent: tuple[SentBefore, ...] = ()
    sealers: tuple[str, ...] = ()
    nameservers: tuple[str, ...] = ()
    own_received: int = 0
    spf_counts: bool = False

    @field_validator("own_addresses", "authserv_ids", "approvers", "reference_codes", mode="before")
    @classmethod
    def _one_or_more(cls, given: object) -> object:
        return (given,) if isinstance(given, str) else given

    @property
    def site(self) -> Site:
        """As the adapter knows it."""
        return Site(
            address=self.own_addresses[0],
            authserv_ids=self.authserv_ids,
            aliases=self.own_addresses[1:],
            sealers=self.sealers,
            reply_prefix=self.token_prefix,
            reply_domain=self.reply_domain,
            nameservers=self.nameservers,
            own_received=self.own_received,
            spf_counts=self.spf_counts,
        )

    @property
    def before(self) -> tuple[Sent, ...]:
        """What was sent, as the adapter remembers it."""
        told = (*self.sent, *([SentBefore(effect_id="", text=self.sent_text)] if self.sent_text else []))
        return tuple(Sent(thread_id="", cause="", **one.model_dump()) for one in told)


def report(raw: bytes, config: Config, checked: Sequence[Signature] = ()) -> dict[str, Any]:
    """How a mail is read and why, as data. `checked` are its DKIM signatures. Raises Unreadable."""
    before = config.before
    reading = read(raw, config.site, before, checked)
    link = _link(reading, config)
    text = reading.words.reply
    automatic = _is_automatic(reading)
    against = list(_against(reading, link, config))
    words = decision_in(text)
    return {
        "from_addr": reading.sender,
        "assurance": reading.verdict.assurance,
        "evidence": reading.verdict.evidence,
        "is_auto": automatic,
        "auto_kind": _kind(reading) if automatic else "",
        "reply_text": text,
        "quoted_text": reading.words.quoted,
        "doubt": reading.words.doubt,
        "thread_token": link.token or link.reference,
        "thread_found_by": link.by,
        "may_decide": not against,
        "why": "; ".join(against) or "a proven approver answers the very mail that asked",
        "decision": None if automatic else at_best(text),
        "comment": words.rest if words else "",
        "code": code_in(text),
        "attachments": [_file(one.model_dump()) for one in reading.attachments],
        "bounce": _bounce(reading.bounce),
        "calendar": reading.invitation.model_dump() if reading.invitation else None,
        "subject": reading.subject,
        "message_id": reading.message_id,
        "defects": list(reading.defects),
    }


def _against(reading: Reading, link: Link, config: Config) -> Iterator[str]:
    """Every reason why what it says decides nothing."""
    if _is_automatic(reading):
        sign = reading.auto.sign if reading.auto else "a report"
        yield f"no person wrote it ({_kind(reading)}: {sign})"
    if reading.unclear:
        yield f"nobody can be made out as its sender: {reading.unclear}"
    elif reading.verdict.assurance != "verified":
        yield f"it is not proven to come from {reading.sender} ({reading.verdict.evidence})"
    if reading.sender not in {one.lower().removeprefix("email:") for one in config.approvers}:
        yield "its sender is not among the approvers"
    if not link.by:
        yield "nothing in it tells which request it answers"
    elif link.by == "subject":
        yield "only its subject tells which request it answers"
    if reading.words.doubt:
        yield _DOUBTS[reading.words.doubt]


def _is_automatic(reading: Reading) -> bool:
    if reading.bounce:
        return True
    return reading.auto is not None and (not reading.auto.weak or bool(reading.link.by))


def _kind(reading: Reading) -> str:
    return "bounce" if reading.bounce else reading.auto.kind if reading.auto else ""


def _link(reading: Reading, config: Config) -> Link:
    """What tells its thread; besides our own reference in a subject, any that the configuration names."""
    if reading.link.by:
        return reading.link
    for code in config.reference_codes:
        if re.search(rf"(?<!\w){re.escape(code)}(?!\w)", reading.subject, re.IGNORECASE):
            return Link(reference=code, by="subject")
    return reading.link


def _file(file: dict[str, Any]) -> dict[str, Any]:
    return {name: file[name] for name in ("name", "media_type", "size", "why_not")}


def _bounce(bounce: Bounce | None) -> dict[str, Any] | None:
    if bounce is None:
        return None
    return bounce.model_dump(exclude={"effect_id"}) | {"ours": bool(bounce.effect_id)}
