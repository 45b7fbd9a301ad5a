"""What can go wrong in the store.

StoreError
├── StoreDown         no answer from the store within the time we give it
├── StoreFull         the store has no memory left for new messages; what is under way still drains
├── StoreBusy         too many unread messages wait in this thread
├── StoreUnfit        the server must not be used as it is set up
├── RosterLost        what was said of people since their file was written is not there any more
└── CommitRefused     a turn contradicts what the store knows: a bug, never the world's doing
"""

from __future__ import annotations


class StoreError(Exception):
    """The store could not do what it was asked to."""


class StoreDown(StoreError):
    """No answer from the store."""


class StoreFull(StoreError):
    """The store has no memory left for new messages."""


class StoreBusy(StoreError):
    """Too many unread messages wait in this thread."""


class StoreUnfit(StoreError):
    """The server must not be used as it is set up."""


class RosterLost(StoreError):
    """Changes to people were stored once, and are not there any more."""


class CommitRefused(StoreError):
    """A turn contradicts what the store knows."""
