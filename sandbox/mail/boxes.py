"""Mailboxes of pymap's that miss nothing while a client waits for what comes."""

from __future__ import annotations

from pymap.backend.dict.mailbox import MailboxData, MailboxSet
from pymap.concurrent import Event
from pymap.parsing.specials import ObjectId
from pymap.selected import SelectedMailbox


class Box(MailboxData):
    """A mailbox that tells at once what came since it was last asked.

    pymap waits for the next change even so: a mail that comes just before a client idles would be told with the one
    after it, and a client that is done in that moment would wait for a mail.
    """

    async def update_selected(self, selected: SelectedMailbox, *, wait_on: Event | None = None) -> SelectedMailbox:
        """What changed for a client; with `wait_on`, once anything has, or that is set."""
        known = selected.mod_sequence == self._mod_sequences.highest
        waits = wait_on is not None and known and not wait_on.is_set()
        return await super().update_selected(selected, wait_on=wait_on if waits else None)


class Boxes(MailboxSet):
    """The folders of one user."""

    def __init__(self) -> None:
        super().__init__()
        self._inbox = self._made()

    async def add_mailbox(self, name: str) -> ObjectId:
        """A new folder. Raises ValueError when there is one of that name."""
        if name in self._set:
            raise ValueError(name)
        async with self._set_lock.write_lock():
            box = self._set[name] = self._made()
        return box.mailbox_id

    def _made(self) -> Box:
        return Box(self._content_cache, self._thread_cache)
