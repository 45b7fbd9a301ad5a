"""The story's chapters on Discord: asked and answered in private, through a broken connection, and by forms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from gateway.demo.teller import Teller
from gateway.demo.world import RELEASES, World
from sandbox.discord import Hands, Message
from sandbox.discord.hands import components

ROOM = "#general"
CARD = "May this run?"


async def by_direct_message(t: Teller) -> None:
    """Asked in private, asked back by buttons; decided by somebody who holds no role, but is named."""
    t.chapter("Di asks by direct message on Discord; Bo approves")
    di, bo = t.world.discord.person("di"), t.world.discord.person("bo")
    di.dm("Please deploy 1.4.1.")
    t.step("Di writes to Holdpoint: deploy 1.4.1")
    question = await there(t, lambda: di.dms, "To which environment", "she is asked where to, with buttons")
    t.check(not await di.click(question, "production"), "she presses production")
    card = await there(t, lambda: bo.dms, CARD, "Bo gets the request in his own messages")
    await card_in(t, RELEASES, "1.4.1", "who holds the releasers' role sees it in #releases")
    t.check(not await press(di, _last(t.world, RELEASES), "Approve"), "Di presses Approve there, for herself")
    told = await there(t, lambda: di.whispers, "asked for themselves", "she is told, unseen by others, why not")
    t.check(told not in t.world.discord.messages(RELEASES), "nobody else can read it")
    t.check(not await press(bo, card, "Approve"), "Bo presses Approve")
    await t.until(lambda: t.world.running("production") == "1.4.1", "production runs 1.4.1")
    await there(t, lambda: di.dms, "1.4.1 now", "Di gets the result in her own messages")


async def while_disconnected(t: Teller) -> None:
    """Asked in a channel; the connection breaks, and what was said meanwhile is answered once."""
    t.chapter("Ana asks in a Discord channel; the connection breaks; Di approves")
    discord = t.world.discord
    ana, di, eve = (discord.person(name) for name in ("ana", "di", "eve"))
    asked = _ask(t, "1.4.2")
    card = await _in_thread(t, asked, CARD, "a thread begins at her message, with the card in it")
    await _broken(t, "the connection to Discord breaks, and none can be made")
    ana.say(asked, "Is there anything new?")
    t.step("Ana writes on in the thread")
    discord.forget_sessions()
    await _mended(t, "the connection is there again; Discord repeats nothing of what was said")
    await _in_thread(t, asked, "still waits", "Ana is answered what she wrote meanwhile")
    t.check(not await press(eve, card, "Approve"), "Eve presses Approve, whom nobody knows")
    told = await t.until(lambda: eve.whispers, "she is told, unseen by others, that it does not count")
    t.check(not set(map(_words, told)) & set(map(_words, _thread(t.world, asked))), "nobody else can read it")
    t.check(t.world.running("production") == "1.4.1", "production is untouched")
    await _broken(t, "the connection breaks again")
    failed = await press(di, card, "Approve")
    t.check(bool(failed), "Di, who holds the role, presses Approve in the thread, and hears that it failed")
    await _mended(t, "the connection is there again")
    await t.world.discord.settled()
    t.check(t.world.running("production") == "1.4.1", "what Discord called failed does not count behind her back")
    t.check(not await press(di, card, "Approve"), "she presses once more")
    await t.until(lambda: t.world.running("production") == "1.4.2", "production runs 1.4.2")
    await _in_thread(t, asked, "approved by di", "the card says who approved")
    await _in_thread(t, asked, "1.4.2 now", "the result is in the thread")


async def changed(t: Teller) -> None:
    """Approved with one argument changed, in a form."""
    t.chapter("Ana asks in a Discord channel; Di changes an argument and approves in #releases")
    di = t.world.discord.person("di")
    asked = _ask(t, "1.4.0")
    card = await card_in(t, RELEASES, "1.4.0", "the card is in #releases, with its buttons")
    await di.click(card, "Change and approve")
    t.check(di.modal is not None, "Di presses Change and approve; a form shows the arguments")
    t.check(not await di.submit({"version": "1.4.1"}), "she makes it 1.4.1 and sends it off")
    await t.until(lambda: t.world.running("production") == "1.4.1", "production runs 1.4.1")
    await _in_thread(t, asked, "with other arguments", "the card in the thread says who approved, and what ran instead")
    await card_in(t, RELEASES, "with other arguments", "and so does the one in #releases")
    await _in_thread(t, asked, "1.4.1 now", "the result is in the thread")


async def denied(t: Teller) -> None:
    """Denied with a reason, in a form."""
    t.chapter("Ana asks in a Discord channel; Di denies and says why")
    di = t.world.discord.person("di")
    asked = _ask(t, "1.4.0")
    card = await _in_thread(t, asked, CARD, "the card is in the thread")
    await di.click(card, "Deny")
    t.check(di.modal is not None, "Di presses Deny; a form asks why")
    t.check(not await di.submit({"Why not?": "not two in one hour"}), "she says why")
    await _in_thread(t, asked, "not two in one hour", "the card in the thread says who denied, and why")
    await card_in(t, RELEASES, "not two in one hour", "and so does the one in #releases")
    t.check(t.world.running("production") == "1.4.1", "production is untouched")


def said_twice(world: World) -> list[str]:
    """What the agent said in one place more than once: the same words, and the same cards."""
    bot, channels = world.discord.app.bot, world.discord.core.world.channels.values()
    counted = Counter(
        (room.id, _words(one)) for room in channels for one in room.messages if one.author == bot and _words(one)
    )
    return [words for (_, words), times in counted.items() if times > 1]


def _ask(t: Teller, version: str) -> Message:
    asked = t.world.discord.person("ana").say(ROOM, f"@holdpoint Please deploy {version} to production.")
    t.step(f"Ana writes in {ROOM}: deploy {version} to production")
    return asked


async def _broken(t: Teller, said: str) -> None:
    t.world.discord.unreachable(True)
    await t.world.discord.drop()
    t.check(not t.world.discord.sessions, said)


async def _mended(t: Teller, said: str) -> None:
    t.world.discord.unreachable(False)
    await t.until(lambda: len(t.world.discord.sessions), said)


async def press(person: Hands, message: Message, name: str) -> str | None:
    """Press the button whose label begins like this: of a high risk it says so."""
    labels = [one["label"] for one in components(message) if one.get("label", "").startswith(name)]
    return await person.click(message, labels[0] if labels else name)


async def _in_thread(t: Teller, asked: Message, containing: str, said: str) -> Message:
    return await there(t, lambda: _thread(t.world, asked), containing, said)


async def card_in(t: Teller, room: str, containing: str, said: str) -> Message:
    """The latest card in a room, once it says this."""
    return await there(t, lambda: t.world.discord.messages(room)[-1:], containing, said)


async def there(t: Teller, look: Callable[[], Sequence[Message]], containing: str, said: str) -> Message:
    """Something that can be read there."""
    return await t.until(lambda: next((one for one in look() if containing in _words(one)), None), said)


def _thread(world: World, asked: Message) -> Sequence[Message]:
    thread = world.discord.thread(asked)
    return world.discord.messages(thread) if thread else ()


def _last(world: World, room: str) -> Message:
    return world.discord.messages(room)[-1]


def _words(message: Message) -> str:
    """All words of a message: its own, and those of its embeds."""
    said = [message.content]
    for embed in message.embeds:
        fields = [text for field in embed.get("fields", ()) for text in (field["name"], field["value"])]
        said += [embed.get("title", ""), embed.get("description", ""), *fields, embed.get("footer", {}).get("text", "")]
    return "\n".join(filter(None, said))
