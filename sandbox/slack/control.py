"""`/_control`: what a page, or a test in another process, does as a person and reads; bodies and answers are JSON.

GET    /_control/people                              everybody: id, name, real_name, team_id, kind
GET    /_control/channels?person=ana                 the conversations this person is in
GET    /_control/messages?channel=C..&person=ana     what this person sees there; without `person` everything
GET    /_control/screen?person=ana                   {"modals": [view, ...], "home": view or null}
GET    /_control/session?channel=C..&thread=ts       {"status", "title", "text"} of the agent in a thread
GET    /_control/calls | deliveries | strays         the journal
DELETE /_control/record                              forget the journal
POST   /_control/say | edit | delete | upload | click | click-view | submit | close | slash | open | stop
                                                     see `orders`; 404 with `detail` if that cannot be done
POST   /_control/forward                             {"seconds"}
POST   /_control/uninstall | revoke                  the app is removed; its tokens are revoked
POST   /_control/faults                              {"kind", "count", "method", "seconds", "error"}
DELETE /_control/faults                              nothing goes wrong any more

A web page may use them only if the sandbox was told of it (`page`).
"""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web

from sandbox.control import post, reads
from sandbox.slack import orders
from sandbox.slack.fault import Fault
from sandbox.slack.hands import Hands
from sandbox.slack.record import Delivery
from sandbox.slack.scene import Scene
from sandbox.slack.shapes import Json
from sandbox.slack.world import Channel, Message


class Control:
    """The routes over one scene."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def add_to(self, application: web.Application) -> None:
        """Add the routes."""
        router = application.router
        self._reading(router)
        post(router, "say", orders.Say, self._say)
        post(router, "upload", orders.Upload, self._upload)
        post(router, "edit", orders.Edit, self._edit)
        post(router, "delete", orders.OnMessage, self._delete)
        post(router, "click", orders.Click, self._click)
        post(router, "click-view", orders.ClickView, self._click_view)
        post(router, "submit", orders.Submit, self._submit)
        post(router, "close", orders.Close, self._close)
        post(router, "slash", orders.Slash, self._slash)
        post(router, "open", orders.OpenTab, self._open)
        post(router, "stop", orders.OnMessage, self._stop)
        post(router, "forward", orders.Forward, self._forward)
        post(router, "faults", orders.FaultOrder, self._fault)
        post(router, "uninstall", orders.Nothing, self._uninstall)
        post(router, "revoke", orders.Nothing, self._revoke)

    def _reading(self, router: web.UrlDispatcher) -> None:
        for path, read in {
            "people": self._people,
            "channels": self._channels,
            "messages": self._messages,
            "screen": self._screen,
            "session": self._session,
            "calls": lambda _: [asdict(one) for one in self._scene.calls],
            "deliveries": lambda _: [asdict(one) for one in self._scene.deliveries],
            "strays": lambda _: [asdict(one) for one in self._scene.strays],
        }.items():
            router.add_get(f"/_control/{path}", reads(read))
        router.add_delete("/_control/record", reads(lambda _: self._scene.forget()))
        router.add_delete("/_control/faults", reads(lambda _: self._scene.lift()))

    # What is shown

    def _people(self, _: web.Request) -> list[Json]:
        return [asdict(one) for one in self._scene.core.world.users.values()]

    def _channels(self, request: web.Request) -> list[Json]:
        person = self._scene.person(request.query.get("person", ""))
        mine = [one for one in self._scene.core.world.channels.values() if person.id in one.members]
        return [_channel(one) for one in mine]

    def _messages(self, request: web.Request) -> list[Json]:
        where, name = request.query.get("channel"), request.query.get("person", "")
        if name:
            return [self._shown(one) for one in self._scene.person(name).messages(where)]
        return [self._shown(one) for one in self._scene.messages(where or "")]

    def _screen(self, request: web.Request) -> Json:
        person = self._scene.person(request.query.get("person", ""))
        home = person.home
        shown = self._scene.core.shown_view
        return {"modals": [shown(one) for one in person.modals], "home": shown(home) if home else None}

    def _session(self, request: web.Request) -> Json:
        message = self._scene.message(request.query.get("channel", ""), request.query.get("thread", ""))
        session = self._scene.session(message)
        return {"status": session.status, "title": session.title, "text": session.text}

    def _shown(self, message: Message) -> Json:
        more = {"channel": message.channel, "ephemeral_for": message.ephemeral_for, "metadata": message.metadata}
        return self._scene.core.shown(message) | more

    # What people do

    def _person(self, name: str) -> Hands:
        return self._scene.person(name)

    async def _say(self, order: orders.Say) -> Json:
        person = self._person(order.person)
        said = person.say(order.channel, order.text, thread=order.thread, broadcast=order.broadcast)
        return self._shown(said)

    async def _upload(self, order: orders.Upload) -> Json:
        person = self._person(order.person)
        shared = person.upload(order.channel, order.name, order.content, text=order.text, thread=order.thread)
        return self._shown(shared)

    async def _edit(self, order: orders.Edit) -> Json:
        message = self._scene.message(order.channel, order.ts)
        self._person(order.person).edit(message, order.text)
        return self._shown(message)

    async def _delete(self, order: orders.OnMessage) -> None:
        self._person(order.person).delete(self._scene.message(order.channel, order.ts))

    async def _click(self, order: orders.Click) -> Json | None:
        message = self._scene.message(order.channel, order.ts)
        clicked = self._person(order.person).click(
            message, order.name, choose=order.choose, confirm=order.confirm, value=order.value
        )
        return _delivery(await clicked)

    async def _click_view(self, order: orders.ClickView) -> Json | None:
        person = self._person(order.person)
        return _delivery(await person.click_view(order.name, choose=order.choose, home=order.home))

    async def _submit(self, order: orders.Submit) -> Json:
        submission = await self._person(order.person).submit(order.values)
        return {"outcome": submission.outcome, "errors": dict(submission.errors)}

    async def _close(self, order: orders.Close) -> None:
        await self._person(order.person).close(clear=order.clear)

    async def _slash(self, order: orders.Slash) -> Json | None:
        return _delivery(await self._person(order.person).slash(order.command, order.text, order.channel))

    async def _open(self, order: orders.OpenTab) -> None:
        person = self._person(order.person)
        person.open_home() if order.home else person.open_messages()

    async def _stop(self, order: orders.OnMessage) -> Json | None:
        return _delivery(await self._person(order.person).stop(self._scene.message(order.channel, order.ts)))

    # What happens to them

    async def _forward(self, order: orders.Forward) -> None:
        self._scene.clock.forward(order.seconds)

    async def _fault(self, order: orders.FaultOrder) -> None:
        self._scene.order(Fault(order.kind, order.method, order.seconds, order.error), count=order.count)

    async def _uninstall(self, _: orders.Nothing) -> None:
        self._scene.uninstall()

    async def _revoke(self, _: orders.Nothing) -> None:
        self._scene.revoke()


def _channel(channel: Channel) -> Json:
    shown = {"id": channel.id, "name": channel.name, "kind": channel.kind, "members": sorted(channel.members)}
    return shown | {"team_id": channel.team_id, "shared": channel.shared}


def _delivery(delivery: Delivery | None) -> Json | None:
    """Whether the app took it; null if there was nothing to take."""
    return None if delivery is None else {"acknowledged": delivery.acknowledged, "number": delivery.number}
