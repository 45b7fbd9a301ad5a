"""`/_control`: what a page, or a test in another process, does as a person and reads; bodies and answers are JSON.

GET    /_control/status                      {"application", "bot", "guild", "connections", "identifies", "resumes",
                                             "time": ISO 8601}
GET    /_control/people                      [{"id", "name", "display", "bot", "roles": [name]}]
GET    /_control/channels?person=di          the rooms this person sees: [{"id", "name", "kind": "direct" | "channel" |
                                             "thread", "parent", "archived", "locked"}]
GET    /_control/messages?channel=..&person=di
                                             what this person sees in a room, oldest first, as message objects of the
                                             API with "ephemeral_for"; `channel` left out is the DM, and without
                                             `person` it is everything
GET    /_control/screen?person=di            {"form": null or {"title", "custom_id", "fields"}, "whispers": [...]}
GET    /_control/calls | deliveries | strays the journal
DELETE /_control/record                      forget the journal
POST   /_control/say | dm | reply | edit | delete                     as `orders` has them; answers the message
POST   /_control/click | choose | slash      answers {"failed": null, or what is shown instead of an answer}
POST   /_control/submit                      the same, and {"wrong": {label: words}} for what Discord does not let out
POST   /_control/close | leave | refuse-dms  {"person"}
POST   /_control/grant | revoke              {"person", "role"}
POST   /_control/drop | reconnect | forget-sessions
POST   /_control/invalidate                  {"resumable"}
POST   /_control/close-connections           {"code"}
POST   /_control/refuse-identify             {"code", "count"}
POST   /_control/unreachable | acknowledge   {"really"}
POST   /_control/deliver-to                  {"url", "verify"}
POST   /_control/forward                     {"seconds"}
POST   /_control/faults                      a `Fault`, and "count"
DELETE /_control/faults                      nothing goes wrong any more

404 with `detail` if it cannot be done, 422 if the order is not understood. A web page may use them only if the sandbox
was told of it (`page`).
"""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web

from sandbox.control import post, reads
from sandbox.discord import orders
from sandbox.discord.errors import CannotDo, UrlNotVerified
from sandbox.discord.fault import Fault
from sandbox.discord.hands import Hands, NotSentOff
from sandbox.discord.scene import Scene
from sandbox.discord.screen import delivery_shown, form_shown, room_shown
from sandbox.discord.shapes import Json
from sandbox.discord.world import Message, User


class Control:
    """The routes over one scene."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Add the routes."""
        self._reading(router)
        post(router, "say", orders.Say, self._say)
        post(router, "dm", orders.Dm, self._dm)
        post(router, "reply", orders.Reply, self._reply)
        post(router, "edit", orders.Edit, self._edit)
        post(router, "delete", orders.OnMessage, self._delete)
        post(router, "click", orders.Click, self._click)
        post(router, "choose", orders.Choose, self._choose)
        post(router, "slash", orders.Slash, self._slash)
        post(router, "submit", orders.Submit, self._submit)
        post(router, "close", orders.ByPerson, self._close)
        post(router, "leave", orders.ByPerson, self._leave)
        post(router, "refuse-dms", orders.ByPerson, self._refuse_dms)
        post(router, "grant", orders.OfRole, self._grant)
        post(router, "revoke", orders.OfRole, self._revoke)
        self._breaking(router)

    def _breaking(self, router: web.UrlDispatcher) -> None:
        post(router, "drop", orders.Nothing, lambda _: self._scene.drop())
        post(router, "reconnect", orders.Nothing, lambda _: self._scene.reconnect())
        post(router, "invalidate", orders.Invalidate, lambda one: self._scene.invalidate(resumable=one.resumable))
        post(router, "close-connections", orders.Code, lambda one: self._scene.close(one.code))
        post(router, "forget-sessions", orders.Nothing, self._forget_sessions)
        post(router, "refuse-identify", orders.Code, self._refuse_identify)
        post(router, "unreachable", orders.Really, self._unreachable)
        post(router, "acknowledge", orders.Really, self._acknowledge)
        post(router, "deliver-to", orders.DeliverTo, self._deliver_to)
        post(router, "forward", orders.Forward, self._forward)
        post(router, "faults", orders.FaultOrder, self._fault)

    def _reading(self, router: web.UrlDispatcher) -> None:
        for path, read in {
            "status": self._status,
            "people": self._people,
            "channels": self._channels,
            "messages": self._messages,
            "screen": self._screen,
            "calls": lambda _: [asdict(one) for one in self._scene.calls],
            "deliveries": lambda _: [delivery_shown(one) for one in self._scene.deliveries],
            "strays": lambda _: [asdict(one) for one in self._scene.strays],
        }.items():
            router.add_get(f"/_control/{path}", reads(read))
        router.add_delete("/_control/record", reads(lambda _: self._scene.forget()))
        router.add_delete("/_control/faults", reads(lambda _: self._scene.lift()))

    # What is shown

    def _status(self, _: web.Request) -> Json:
        scene, sessions = self._scene, self._scene.sessions
        return {
            "application": scene.app.id,
            "bot": scene.app.bot,
            "guild": scene.guild.id,
            "connections": len(sessions),
            "identifies": sessions.identifies,
            "resumes": sessions.resumes,
            "time": scene.clock.now().isoformat(),
        }

    def _people(self, _: web.Request) -> list[Json]:
        return [self._person_shown(one) for one in self._scene.core.world.users.values()]

    def _person_shown(self, user: User) -> Json:
        guild = self._scene.guild
        member = guild.members.get(user.id)
        roles = [guild.roles[one].name for one in member.roles] if member else []
        return {"id": user.id, "name": user.name, "display": user.display, "bot": user.bot, "roles": roles}

    def _channels(self, request: web.Request) -> list[Json]:
        person = self._person(request.query.get("person", ""))
        return [room_shown(one) for one in self._scene.core.world.channels.values() if person.sees(one)]

    def _messages(self, request: web.Request) -> list[Json]:
        where, name = request.query.get("channel", ""), request.query.get("person", "")
        if not name:
            return [self._shown(one) for one in self._scene.messages(where)]
        person = self._person(name)
        room = person.channel(where or None)
        seen = [*room.messages, *(one for one in person.whispers if one.channel == room.id)]
        return [self._shown(one) for one in sorted(seen, key=lambda one: int(one.id))]

    def _screen(self, request: web.Request) -> Json:
        person = self._person(request.query.get("person", ""))
        form = form_shown(person.modal) if person.modal else None
        return {"form": form, "whispers": [self._shown(one) for one in person.whispers]}

    def _shown(self, message: Message) -> Json:
        return self._scene.core.shown.object(message) | {"ephemeral_for": message.ephemeral_for}

    # What people do

    def _person(self, name: str) -> Hands:
        return self._scene.known(name)

    async def _say(self, order: orders.Say) -> Json:
        person = self._person(order.person)
        answered = self._scene.message(order.reply_to) if order.reply_to else None
        files = [(one.name, one.content) for one in order.files]
        room = person.channel(order.channel or None)
        return self._shown(person.say(room, order.text, files=files, reply_to=answered))

    async def _dm(self, order: orders.Dm) -> Json:
        return await self._say(orders.Say(**order.model_dump()))

    async def _reply(self, order: orders.Reply) -> Json:
        person, message = self._person(order.person), self._scene.message(order.message)
        room = self._scene.core.world.channels[message.channel]
        return self._shown(person.say(room, order.text, reply_to=message))

    async def _edit(self, order: orders.Edit) -> Json:
        message = self._scene.message(order.message)
        self._person(order.person).edit(message, order.text)
        return self._shown(message)

    async def _delete(self, order: orders.OnMessage) -> None:
        self._person(order.person).delete(self._scene.message(order.message))

    async def _click(self, order: orders.Click) -> Json:
        message = self._scene.message(order.message)
        return {"failed": await self._person(order.person).click(message, order.label)}

    async def _choose(self, order: orders.Choose) -> Json:
        message = self._scene.message(order.message)
        return {"failed": await self._person(order.person).choose(message, *order.labels)}

    async def _slash(self, order: orders.Slash) -> Json:
        person = self._person(order.person)
        return {"failed": await person.slash(order.name, order.channel or None, **order.options)}

    async def _submit(self, order: orders.Submit) -> Json:
        try:
            return {"failed": await self._person(order.person).submit(order.values), "wrong": {}}
        except NotSentOff as refused:
            return {"failed": None, "wrong": dict(refused.wrong)}

    async def _close(self, order: orders.ByPerson) -> None:
        self._person(order.person).close()

    async def _leave(self, order: orders.ByPerson) -> None:
        self._person(order.person).leave()

    async def _refuse_dms(self, order: orders.ByPerson) -> None:
        self._person(order.person).refuse_dms()

    async def _grant(self, order: orders.OfRole) -> None:
        self._scene.grant(self._person(order.person).name, order.role)

    async def _revoke(self, order: orders.OfRole) -> None:
        self._scene.revoke(self._person(order.person).name, order.role)

    # What happens to them

    async def _forget_sessions(self, _: orders.Nothing) -> None:
        self._scene.forget_sessions()

    async def _refuse_identify(self, order: orders.Code) -> None:
        self._scene.refuse_identify(order.code, count=order.count)

    async def _unreachable(self, order: orders.Really) -> None:
        self._scene.unreachable(order.really)

    async def _acknowledge(self, order: orders.Really) -> None:
        self._scene.acknowledge(order.really)

    async def _deliver_to(self, order: orders.DeliverTo) -> None:
        try:
            await self._scene.deliver_to(order.url, verify=order.verify)
        except UrlNotVerified as error:
            raise CannotDo(str(error)) from error

    async def _forward(self, order: orders.Forward) -> None:
        self._scene.clock.forward(order.seconds)

    async def _fault(self, order: orders.FaultOrder) -> None:
        self._scene.order(Fault(**order.model_dump(exclude={"count"})), count=order.count)
