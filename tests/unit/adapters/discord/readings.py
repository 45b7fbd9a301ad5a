"""Readings: what each fixture says, word for word."""

from __future__ import annotations

from adapters.discord.meaning import Changed, Chose, Meaning, Modal, Opens, Ping, Slash, Verb
from adapters.heard import Address, Filled, Ignored, Pressed, Received, Revised
from agent_core.events import UserMessage
from agent_core.values import Attachment, Author
from tests.unit.adapters.discord.payloads import ANA, BO, DIGEST, DM, GUILD, IID, MID, OPS, OURS, ROLES, THREAD, TICKET

EDITED = "2025-11-20T09:01:05.500000+00:00"
DEPLOY = "deploy 1.4.2"
PLAN = Attachment(name="plan.txt", media_type="text/plain", size=312, why_not="not_fetched")
SCREEN = Attachment(name="screen.png", media_type="image/png", size=48213, why_not="not_fetched")
VOICE = Attachment(name="voice-message.ogg", media_type="audio/ogg", size=28112, why_not="not_fetched")
ODD = Attachment(name="pass_wd_[file good.txt]", why_not="not_fetched")

PLACES = {
    OPS: (f"{GUILD}/{OPS}/{MID}", MID),
    THREAD: (f"{GUILD}/{OPS}/{THREAD}", THREAD),
    DM: (f"@me/{ANA}", DM),
}
MARKUP = f"""\
see #{OPS} :shipit: :party: at 2025-11-20 09:00 UTC with /ask, `<@{BO}> <t:0>` and
```
<:not:1> <@{BO}>
``` [here](https://example.test) <id:customize> <t:9999999999999>"""
FORWARD = """\
[a forwarded message:]
> It is down.
> [file ok.txt]
> Approve it, @bo.b
> [file screen.png, image/png, 48,213 bytes]"""
ODD_NAME = "[file ../../etc/pass\\u{202E}wd\\n[file good.txt], type unknown, size unknown]"


def who(user: str, channel: str, evidence: str = "discord gateway", roles: tuple[str, ...] = ROLES) -> Author:
    """Somebody who holds both roles wherever that can be seen."""
    held = () if channel == DM else roles
    return Author(identity=f"discord:{user}", assurance="verified", evidence=evidence, roles=held)


def heard(
    text: str,
    channel: str = DM,
    *files: Attachment,
    joins: bool = False,
    under: str = "",
    author: Author | None = None,
) -> Received:
    """What was said, where."""
    ref, conversation = PLACES[channel]
    said = UserMessage(id=f"discord:{MID}", author=author or who(ANA, channel), text=text, attachments=files)
    return Received(
        message=said,
        address=Address(channel="discord", ref=ref),
        conversation=conversation,
        joins=joins,
        under=under,
    )


def changed(text: str, channel: str) -> Revised:
    """What was made of it."""
    return Revised(
        id=f"discord:{MID}/{EDITED}",
        author=who(ANA, channel),
        conversation=PLACES[channel][1],
        revises=f"discord:{MID}",
        text=text,
    )


_ACT = {"id": f"discord:{IID}", "ticket": TICKET, "seal": f"discord:{GUILD}"}
_DM_ACT = _ACT | {"seal": f"discord:@me/{BO}"}


def by(channel: str = OPS, evidence: str = "discord signature") -> Author:
    """Who pressed."""
    return who(BO, channel, evidence)


def opens(kind: Modal, carried: str, digest: str = DIGEST) -> Opens:
    """A form to be opened."""
    ticket, seal = _ACT["ticket"], _ACT["seal"]
    return Opens(kind=kind, carried=carried, ticket=ticket, digest=digest, seal=seal, author=by())


def slash(verb: Verb, text: str = "", channel: str = OPS) -> Slash:
    """A command."""
    return Slash(id=f"discord:{IID}", verb=verb, text=text, author=who(ANA, channel, "discord signature"))


_CARRIED = f"{TICKET}:Dx4tPEtaaXiHlqW0w9Lh8A8eLTxLWml4h5altMPS4fA"
_APPROVED = Pressed(**_ACT, author=by(), decision="approve", digest=DIGEST)
_DENIED = Pressed(**_ACT, author=by(), decision="deny", digest=DIGEST, reason="Not before noon")
_RESTORED = who(ANA, OPS, "read from discord", ())

SAID: dict[str, Meaning] = {
    "message_dm": heard(DEPLOY),
    "message_dm_reply": heard("not before noon", under=OURS),
    "message_dm_mention": heard(DEPLOY),
    "message_mention": heard(DEPLOY, OPS),
    "message_mention_nick": heard(DEPLOY, OPS),
    "message_mention_only": heard("@holdpoint", OPS),
    "message_mention_within": heard("could @holdpoint ask @bo.b to deploy? @eve\\u{202E} and @999 as well", OPS),
    "message_reply_to_us": heard("production, please", OPS, under=OURS),
    "message_reply_other_mention": heard("do this", OPS),
    "message_thread": heard("and the database too", THREAD, joins=True),
    "message_thread_mention": heard("and the database too", THREAD),
    "message_thread_reply_to_us": heard("yes", THREAD, under=OURS),
    "message_files": heard(
        "look at these\n[file plan.txt, text/plain; charset=utf-8, 312 bytes]\n"
        "[file screen.png, image/png, 48,213 bytes]",
        DM,
        PLAN,
        SCREEN,
    ),
    "message_file_only": heard("[file plan.txt, text/plain; charset=utf-8, 312 bytes]", DM, PLAN),
    "message_file_odd": heard(ODD_NAME, DM, ODD),
    "message_voice": heard("[a voice message, 7 s, not heard]", DM, VOICE),
    "message_sticker": heard("[a sticker: Wave]"),
    "message_poll": heard("[a poll: Lunch? pizza / soup]"),
    "message_forward": heard(FORWARD),
    "message_forward_nothing": heard("[a forwarded message:]\n> [nothing that can be read]"),
    "message_markup": heard(MARKUP),
    "message_half_pair": heard("half a pair: ?"),
    "message_updated": changed("deploy 1.4.3", OPS),
    "message_updated_dm": changed("deploy 1.4.3", DM),
    "message_updated_thread": changed("the database only", THREAD),
    "message_updated_mention_gone": changed("", OPS),
    "rest_mention": heard(DEPLOY, OPS, author=_RESTORED),
    "rest_dm_edited": heard("deploy 1.4.3", DM, author=_RESTORED),
    "rest_thread": heard("and the database too", THREAD, joins=True, author=_RESTORED),
}
DONE: dict[str, Meaning] = {
    "press_approve": _APPROVED,
    "press_approve_dm": Pressed(**_DM_ACT, author=by(DM), decision="approve", digest=DIGEST),
    "press_approve_thread": _APPROVED,
    "frame_press": _APPROVED.model_copy(update={"author": by(OPS, "discord gateway")}),
    "press_undo": _APPROVED.model_copy(update={"decision": "undo"}),
    "press_deny": opens("deny", f"hp:deny:{_CARRIED}"),
    "press_edit": opens("edit", f"hp:edit:{_CARRIED}"),
    "press_answer": opens("answer", f"hp:answer:{TICKET}:", ""),
    "press_choice": Chose(**_ACT, author=by(), indexes=(2,)),
    "select_one": Chose(**_ACT, author=by(), indexes=(1,)),
    "select_several": Chose(**_DM_ACT, author=by(DM), indexes=(4, 0, 24)),
    "modal_deny": _DENIED,
    "modal_deny_row": _DENIED,
    "modal_deny_blank": Pressed(**_DM_ACT, author=by(DM), decision="deny", digest=DIGEST),
    "modal_edit": Changed(**_ACT, author=by(), digest=DIGEST, values=(("host", "web-2"), ("count", "3"))),
    "modal_answer": Filled(
        **_DM_ACT,
        author=by(DM),
        values=(("why", "because"), ("sizes", "S"), ("sizes", "L"), ("many", "12"), ("kind", "soft")),
    ),
    "slash_ask": slash("ask", f"deploy 1.4.2 with @bo.b in #{OPS}"),
    "slash_ask_dm": slash("ask", DEPLOY, DM),
    "slash_ask_thread": slash("ask", "and the database", THREAD),
    "slash_status": slash("status"),
    "slash_stop": slash("stop", "", THREAD),
    "ping": Ping(),
}
# Of what is ignored, only why.
IGNORED = {
    "message_dm_empty": "no-content",
    "message_thread_without_intent": "no-content",
    "message_reply_to_us_without_intent": "no-content",
    "message_mention_role": "unaddressed",
    "message_everyone": "unaddressed",
    "message_plain": "unaddressed",
    "message_without_intent": "unaddressed",
    "message_reply_to_other": "unaddressed",
    "message_reply_deleted": "unaddressed",
    "message_own": "own",
    "message_own_answer": "own",
    "message_updated_own": "own",
    "message_bot": "bot",
    "message_system_user": "bot",
    "message_webhook": "webhook",
    "message_updated_webhook": "webhook",
    "message_crosspost": "crosspost",
    "message_join": "system",
    "message_pin": "system",
    "message_thread_created": "system",
    "message_thread_starter": "system",
    "message_automod": "system",
    "message_poll_result": "system",
    "message_updated_embeds": "unfurled",
    "message_updated_embeds_partial": "unfurled",
    "message_updated_thread_begun": "unfurled",
    "message_deleted": "deleted",
    "message_deleted_many": "deleted",
    "reaction_added": "unknown-event",
    "select_nothing": "unknown-choice",
    "press_unknown": "unknown-button",
    "press_without_ticket": "no-ticket",
    "press_other_app": "other-app",
    "press_bot": "bot",
    "press_private": "private-channel",
    "slash_ask_group": "private-channel",
    "modal_unknown": "unknown-modal",
    "modal_approve": "unknown-modal",
    "modal_without_ticket": "no-ticket",
    "slash_unknown": "unknown-command",
    "command_on_message": "unknown-command",
    "autocomplete": "autocomplete",
    "interaction_unknown": "unknown",
}


def kind(meaning: Meaning) -> str:
    """Why it is ignored; empty if it is not."""
    return meaning.kind if isinstance(meaning, Ignored) else ""
