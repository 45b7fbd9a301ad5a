"""kill -9 around mail: every mail is in one thread, once and in order; what was sent shows as one mail.

The victims are processes of their own, and so are the readers they have; the mail servers are here.
"""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from sandbox.mail import MailSandbox
from tests.crash.actor import Moment
from tests.crash.mail_scene import ANA, BO, CARD, CY, apart, ended, readers

SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(Moment("keep", "before"), marks=SLOW),  # mails are fetched, and not kept
        Moment("keep", "after"),  # they are kept, and not understood
        pytest.param(Moment("waiting", "after"), marks=SLOW),
        pytest.param(Moment("ingest", "before", 3), marks=SLOW),  # one is understood, and not in its thread
        pytest.param(Moment("ingest", "after", 3), marks=SLOW),  # it is, and still in the mailroom
        pytest.param(Moment("settle", "before", 5), marks=SLOW),
        pytest.param(Moment("settle", "after", 5), marks=SLOW),
        pytest.param(Moment("seize", "after", 2), marks=SLOW),  # any time
    ],
    ids=str,
)
async def test_a_listener_killed_while_it_reads_has_read_all_of_it_once(tmp_path: Path, moment: Moment) -> None:
    # EM-02
    async with apart(tmp_path, ["listener"]) as h:
        listener = h.victims["listener"]
        first, other = await h.send(ANA, "one"), await h.send(CY, "I, too")
        texts = [f"said {number}" for number in range(3)]
        for text in texts:
            await h.send(ANA, text, behind=first)
            await h.send(CY, text, behind=other)
        listener.start(moment)
        await listener.died()
        await h.send(ANA, "while nobody is there", behind=first)
        listener.start()
        await h.send(BO, "at last")
        await h.hears(["one", *texts, "while nobody is there"], ["I, too", *texts], ["at last"])


async def test_a_listener_killed_while_a_mail_is_read_reads_it_again_and_leaves_no_reader(tmp_path: Path) -> None:
    # EM-02, EM-12
    async with apart(tmp_path, ["listener"]) as h:
        listener = h.victims["listener"]
        listener.start()
        first = await h.send(ANA, "one")
        await h.hears(["one"])
        [reader] = readers(listener)
        os.kill(reader, signal.SIGSTOP)
        await h.send(ANA, "two", behind=first)

        await h.kept()
        await h.renewed(2)  # All the while it is being read.
        assert await h.said() == [["one"]]
        await listener.killed()
        os.kill(reader, signal.SIGCONT)
        listener.start()
        await h.hears(["one", "two"])
        await ended(reader)


@pytest.mark.parametrize(
    ("moment", "sent"),
    [
        pytest.param(Moment("send", "before"), 1, marks=SLOW),
        (Moment("send", "after"), 2),  # the mail server has it, and nobody here knows
        pytest.param(Moment("fx_done", "before"), 2, marks=SLOW),
        pytest.param(Moment("fx_done", "after"), 1, marks=SLOW),
    ],
    ids=str,
)
async def test_a_sender_killed_around_its_sending_sends_what_shows_as_one_mail(
    tmp_path: Path, moment: Moment, sent: int
) -> None:  # EM-02
    async with apart(tmp_path, ["sender"], here=("listener", "worker")) as h:
        sender = h.victims["sender"]
        sender.start(moment)
        await h.send(CY, "Hello there.")
        await sender.died()
        sender.start()
        await h.quiet()
        answers = h.mail.letters(CY)
        assert list(h.ours.values()) == [sent]
        assert {one.message_id for one in answers} == set(h.ours), "a mail program shows one"
        await h.mail.reply_as(CY, answers[-1], "Thanks.")
        await h.hears(["Hello there.", "Thanks."])


@pytest.mark.slow
@pytest.mark.parametrize("more", [2, 20])
async def test_of_two_listeners_the_other_takes_over_when_the_first_is_killed(tmp_path: Path, more: int) -> None:
    # EM-01
    async with apart(tmp_path, ["listener"]) as h:
        leader, other = h.victims["listener"], h.another("listener")
        leader.start()
        first = await h.send(ANA, "one")
        await h.hears(["one"])
        held, clients = await h.holder(), await h.clients()
        other.start()
        try:
            while await h.clients() == clients:
                await asyncio.sleep(0.02)
            assert await h.renewed(6) == {held}, "the other one runs, and is kept waiting"
            assert readers(other) == []
            texts = [f"said {number}" for number in range(more)]
            for text in texts[: more // 2]:
                await h.send(ANA, text, behind=first)
            await leader.killed()
            for text in texts[more // 2 :]:
                await h.send(ANA, text, behind=first)
            await h.hears(["one", *texts])
            assert await h.holder() not in ("", "None", held)
        finally:
            await other.end()


@SLOW
async def test_a_listener_that_was_frozen_finds_another_in_its_place(tmp_path: Path) -> None:  # EM-01
    async with apart(tmp_path, ["listener"]) as h:
        leader, other = h.victims["listener"], h.another("listener")
        leader.start()
        first = await h.send(ANA, "one")
        await h.hears(["one"])
        held = await h.holder()
        leader.kill(signal.SIGSTOP)
        other.start()
        try:
            await h.send(ANA, "to whom?", behind=first)
            await h.hears(["one", "to whom?"])
            leader.kill(signal.SIGCONT)
            await h.send(ANA, "to one", behind=first)
            await h.hears(["one", "to whom?", "to one"])
            assert not await h.renewed(3) & {"None", held}
        finally:
            await other.end()


async def test_a_mailbox_made_anew_while_we_were_away_brings_only_what_is_new(tmp_path: Path) -> None:  # EM-03
    async with apart(tmp_path, ["listener"], here=("worker", "sender", "runner")) as h:
        listener, mail = h.victims["listener"], h.mail
        listener.start()
        asked = await h.send(ANA, "Please deploy 1.4.1 to production.")
        await h.letter(BO, CARD)
        old = [asked, await h.send(CY, "one")]
        old += [await h.send(CY, text, behind=old[1]) for text in ("two", "three")]
        await h.hears(["Please deploy 1.4.1 to production."], ["one", "two", "three"])
        await h.quiet()
        await listener.killed()
        position = await h.position()
        assert position
        await mail.__aexit__()
        async with MailSandbox(smtp_port=mail.smtp_port, imap_port=mail.imap_port) as anew:
            h.mail, h.renumbered = anew, position.validity
            await h.send(CY, "four", behind=old[1])
            for one in reversed(old):
                await h.again(one)
            listener.start()
            await h.hears(["Please deploy 1.4.1 to production."], ["one", "two", "three", "four"])
            await h.quiet()
            assert not [one for one in anew.letters(BO) if CARD in one.text]
            await listener.end()
