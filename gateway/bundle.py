"""The bundle: what a message means that has several decisions, or answers several requests that went in one mail.

Each decision is heard as a message of its own. An answer to a mail belongs to the request that its token names, or to
one that went out together with it, if it has the code of that one: there is nothing else by which a code is placed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.heard import Received
from agent_core.decisions import Single, apart
from gateway.errors import BadToken
from gateway.inbound import Inbound
from gateway.keyring import Place
from gateway.load import MEMBERS, TOGETHER, Member


def one_by_one(received: Received) -> tuple[Received, ...]:
    """A message for each of its decisions, or the message itself.

    The first keeps the message's id, and what came along with it. Only where the channel reads codes: elsewhere nothing
    would tell which line is about what, so the message stays whole, and decides nothing. So it does in doubt, and where
    a line may be one that a mail program quoted.
    """
    sure = received.code and not received.below and not received.message.doubt
    lines = apart(received.message.text) if sure else ()
    return tuple(_line(received, number, line) for number, line in enumerate(lines, 1)) or (received,)


def _line(received: Received, number: int, line: Single) -> Received:
    message = received.message.model_copy(update={"text": line.line})
    if number > 1:
        message = message.model_copy(update={"id": f"{message.id}#{number}", "attachments": ()})
    return received.model_copy(update={"message": message, "code": line.code})


@dataclass(frozen=True)
class Bundle:
    """What went out in one message, by the token that its answers bring back."""

    inbound: Inbound

    async def note(self, token: str, members: Sequence[Member]) -> None:
        """Remember what goes along, before it goes. Raises StoreError."""
        await self.inbound.links.put(TOGETHER, token, MEMBERS.dump_json(tuple(members)))

    async def placed(self, received: Received) -> Received:
        """The message, naming the one of the bundle whose code it has; without the code, if two have the same.

        Raises StoreError.
        """
        if not (received.token and received.code):
            return received
        await self.inbound.roster.recent()
        owner = self.inbound.owner(received.message.author.identity)
        fitting = await self._fitting(received.token, received.code, owner)
        if not fitting:
            return received
        if len(fitting) > 1:
            return received.model_copy(update={"code": None})
        return received.model_copy(update={"token": self.inbound.keyring.reply_token(fitting[0], owner)})

    async def _fitting(self, token: str, code: str, owner: str) -> Sequence[Place]:
        """Those of the bundle that this is the owner's code of; none, if the token is somebody else's."""
        keyring = self.inbound.keyring
        try:
            named = keyring.open_reply_token(token, owner)
        except BadToken:
            return ()
        noted = await self.inbound.links.get(TOGETHER, keyring.reply_token(named, owner))
        places = (named, *(member.place for member in MEMBERS.validate_json(noted))) if noted else ()
        return [place for place in places if keyring.is_code(code, place, owner)]
