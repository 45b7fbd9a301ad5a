"""Where a mail conversation lives: what a reply must repeat so that it lands in the same thread of a mail program."""

from __future__ import annotations

from adapters.heard import Address
from agent_core.values import Frozen

CHANNEL = "email"
REFERENCES_KEPT = 20


class Where(Frozen):
    """The other side, and the mail to answer to, if there was one."""

    to: str
    subject: str = ""
    message_id: str = ""
    references: tuple[str, ...] = ()

    def address(self) -> Address:
        """As the rest of the house carries it."""
        return Address(channel=CHANNEL, ref=self.model_dump_json())

    @staticmethod
    def of(address: Address) -> Where:
        """Read from an address of this channel."""
        return Where.model_validate_json(address.ref)

    def answered(self) -> tuple[str, ...]:
        """The References of an answer: the first and the latest ones, 20 at most."""
        chain = tuple(dict.fromkeys((*self.references, self.message_id)))
        chain = tuple(link for link in chain if link)
        return chain if len(chain) <= REFERENCES_KEPT else (chain[0], *chain[1 - REFERENCES_KEPT :])
