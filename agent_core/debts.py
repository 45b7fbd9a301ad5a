"""Debts: to whom the agent owes an answer, and because of what."""

from __future__ import annotations

from collections.abc import Sequence

from agent_core.values import Author, Frozen

MEMORY_OF_DEBTS = 64


class Debt(Frozen):
    """The agent owes `author` an answer because of `event`; `thought` once the model has seen it."""

    event: str
    author: Author
    thought: bool = False


def owing(debts: tuple[Debt, ...], event_id: str, authors: Sequence[Author]) -> tuple[Debt, ...]:
    """The debts, and that to each of these authors because of an event.

    There is room for so many. The oldest goes first among those to someone who is owed a later answer, too.
    """
    debts = (*debts, *(Debt(event=event_id, author=author) for author in authors))
    while len(debts) > MEMORY_OF_DEBTS:
        owed = [debt.author.identity for debt in debts]
        spare = next((i for i, identity in enumerate(owed) if identity in owed[i + 1 :]), 0)
        debts = debts[:spare] + debts[spare + 1 :]
    return debts


def marked(debts: tuple[Debt, ...], *, thought: bool) -> tuple[Debt, ...]:
    """The debts, seen by the model or to be seen again."""
    return tuple(debt.model_copy(update={"thought": thought}) for debt in debts)


def settled(debts: tuple[Debt, ...], cause: str) -> tuple[Debt, ...]:
    """The debts without that of one event, which by itself was answered."""
    return tuple(debt for debt in debts if debt.event != cause or not cause)


def creditors(debts: tuple[Debt, ...]) -> tuple[Author, ...]:
    """Everybody who is owed an answer, latest last.

    One identity stands here once, with the weakest proof it gave: nothing is done for it on a better one.
    """
    asked: dict[str, Author] = {}
    for debt in debts:
        before = asked.pop(debt.author.identity, debt.author)
        asked[debt.author.identity] = before if before.person is None else debt.author
    return tuple(asked.values())
