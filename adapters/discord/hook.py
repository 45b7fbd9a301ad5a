"""Hook: interactions that Discord posts to us, from the signature to the answer.

What was posted may be answered at the callback endpoint, as what comes over the gateway is. The request itself is then
answered with 202 and no body.
https://discord.com/developers/docs/interactions/receiving-and-responding#responding-to-an-interaction
"""

from __future__ import annotations

import asyncio
import contextlib

import structlog

from adapters.base import HttpCall, HttpReply
from adapters.discord.account import Bot
from adapters.discord.acting import Acting
from adapters.discord.interaction import read
from adapters.discord.meaning import Acted, Interaction, Ping
from adapters.discord.signature import signed
from adapters.discord.where import CHANNEL
from adapters.discord.wire import SIGNATURE, unwrap
from adapters.errors import Unreadable

log = structlog.get_logger(__name__)

PONG = HttpReply(200, b'{"type":1}', {"Content-Type": "application/json"})
TAKEN = HttpReply(202)
REFUSED = HttpReply(401)
UNREADABLE = HttpReply(400)
# How long Discord may be kept waiting until all is stored, in seconds. The person has had the first answer by then.
PATIENCE = 2.0


async def receive(call: HttpCall, bot: Bot, acting: Acting) -> HttpReply:
    """Answer a request: 401 unless Discord signed it for us just now, 202 if the person is answered elsewhere."""
    if not signed(call, bot.public_key, acting.clock()):
        return _refused("bad signature")
    try:
        meaning, interaction = read(unwrap(call.body), acting.us, SIGNATURE)
    except Unreadable as error:
        log.error("payload dropped", source=CHANNEL, why=str(error))
        return UNREADABLE
    if isinstance(meaning, Ping):
        return PONG
    if interaction is None:
        return _refused("for another application")
    await _act(acting, meaning, interaction)
    return TAKEN


async def _act(acting: Acting, meaning: Acted, interaction: Interaction) -> None:
    """All of it, if that is soon done: what takes longer goes on by itself."""
    done = asyncio.Event()

    async def act() -> None:
        try:
            await acting.on(meaning, interaction)
        finally:
            done.set()

    acting.later(act())
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            await done.wait()


def _refused(why: str) -> HttpReply:
    log.warning("request refused", source=CHANNEL, why=why)
    return REFUSED
