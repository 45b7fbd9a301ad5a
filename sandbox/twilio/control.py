"""`/_control`: what a page, or a test in another process, does as a person and reads; bodies and answers are JSON.

GET    /_control/status                     {"account_sid", "number", "pool_number", "service", "whatsapp_number",
                                            "held": bool, "queued": int, "time": ISO 8601}
GET    /_control/phones                     [{"number", "name", "on": bool, "opted_out": bool}]
POST   /_control/phones                     {"number", "name"}: somebody has one; answers the same shape
GET    /_control/messages?phone=%2B44...    the bubbles of a phone, oldest first:
                                            {"sid": "" for the carrier's own, "direction": "in"|"out" as the person
                                            sees it, "channel": "sms"|"whatsapp", "sender", "recipient", "body",
                                            "parts": [str], "segments": int, "encoding": "GSM-7"|"UCS-2",
                                            "media": [name], "buttons": [title], "status", "error_code": int, "time"}
POST   /_control/text                       {"phone", "body", "channel", "to", "media", "others"}; answers {"sid"}
POST   /_control/press                      {"phone", "sid", "title"}; answers {"sid"} of what the press sent
POST   /_control/read | switch              {"phone", "sid"} | {"phone", "on"}
GET    /_control/calls | deliveries | strays    the journal
DELETE /_control/record                     forget the journal
POST   /_control/forward                    {"seconds"}
POST   /_control/hold | release             the queue
POST   /_control/unreachable | refuse       {"number", "code"}
POST   /_control/faults                     {"kind", "count", "code", "seconds", "to", "method", "kind_of", "status"}
DELETE /_control/faults                     nothing goes wrong any more

404 with `detail` if it cannot be done, 422 if the order is not understood. A web page may use them only if the sandbox
was told of it (`page`).
"""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web

from sandbox.control import post, reads
from sandbox.twilio import orders
from sandbox.twilio.errors import CannotDo
from sandbox.twilio.fault import Fault
from sandbox.twilio.phone import Phone
from sandbox.twilio.scene import Scene
from sandbox.twilio.shapes import Json
from sandbox.twilio.world import Sms


class Control:
    """The routes over one scene."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Add the routes."""
        self._reading(router)
        post(router, "phones", orders.NewPhone, self._new_phone)
        post(router, "text", orders.Text, self._text)
        post(router, "press", orders.Press, self._press)
        post(router, "read", orders.Read, self._read)
        post(router, "switch", orders.Switch, self._switch)
        post(router, "forward", orders.Forward, self._forward)
        post(router, "hold", orders.Nothing, self._hold)
        post(router, "release", orders.Nothing, self._release)
        post(router, "unreachable", orders.Number, self._unreachable)
        post(router, "refuse", orders.Number, self._refuse)
        post(router, "faults", orders.FaultOrder, self._fault)

    def _reading(self, router: web.UrlDispatcher) -> None:
        for path, read in {
            "status": self._status,
            "phones": lambda _: [self._shown(one) for one in self._scene.phones],
            "messages": self._messages,
            "calls": lambda _: [asdict(one) for one in self._scene.calls],
            "deliveries": lambda _: [asdict(one) for one in self._scene.deliveries],
            "strays": lambda _: [asdict(one) for one in self._scene.strays],
        }.items():
            router.add_get(f"/_control/{path}", reads(read))
        router.add_delete("/_control/record", reads(lambda _: self._scene.forget()))
        router.add_delete("/_control/faults", reads(lambda _: self._scene.lift()))

    # What is shown

    def _status(self, _: web.Request) -> Json:
        scene = self._scene
        return {
            "account_sid": scene.account_sid,
            "number": scene.number,
            "pool_number": scene.pool_number,
            "service": scene.service,
            "whatsapp_number": scene.whatsapp_number,
            "held": scene.carrier.held,
            "queued": len(scene.carrier.queue),
            "time": scene.clock.now().isoformat(),
        }

    def _shown(self, phone: Phone) -> Json:
        out = self._scene.opted_out(phone.number)
        return {"number": phone.number, "name": phone.name, "on": phone.on, "opted_out": out}

    def _messages(self, request: web.Request) -> list[Json]:
        return [bubble(one) for one in self._phone(request.query.get("phone", "")).bubbles]

    # What people do

    def _phone(self, number: str) -> Phone:
        """A phone that is there already: a slip in a number makes no new one."""
        found = next((one for one in self._scene.phones if one.number == number), None)
        if found is None:
            raise CannotDo(f"nobody has the number {number!r}")
        return found

    def _bubble(self, phone: Phone, sid: str) -> Sms:
        found = next((one for one in phone.inbox if one.sid == sid), None)
        if found is None:
            raise CannotDo(f"there is no message {sid!r} on it")
        return found

    async def _new_phone(self, order: orders.NewPhone) -> Json:
        return self._shown(self._scene.phone(order.number, order.name))

    async def _text(self, order: orders.Text) -> Json:
        phone = self._phone(order.phone)
        media = [(one.name, one.media_type, one.content) for one in order.media]
        if order.channel == "whatsapp":
            return {"sid": phone.whatsapp(order.body, media=media).sid}
        if order.others:
            return {"sid": phone.group(order.body, order.others, order.to).sid}
        return {"sid": phone.text(order.body, order.to, media=media).sid}

    async def _press(self, order: orders.Press) -> Json:
        phone = self._phone(order.phone)
        return {"sid": phone.press(self._bubble(phone, order.sid), order.title).sid}

    async def _read(self, order: orders.Read) -> None:
        phone = self._phone(order.phone)
        phone.read(self._bubble(phone, order.sid))

    async def _switch(self, order: orders.Switch) -> None:
        phone = self._phone(order.phone)
        phone.switch_on() if order.on else phone.switch_off()

    # What happens to them

    async def _forward(self, order: orders.Forward) -> None:
        self._scene.clock.forward(order.seconds)

    async def _hold(self, _: orders.Nothing) -> None:
        self._scene.hold()

    async def _release(self, _: orders.Nothing) -> None:
        self._scene.release()

    async def _unreachable(self, order: orders.Number) -> None:
        self._scene.unreachable(order.number, order.code)

    async def _refuse(self, order: orders.Number) -> None:
        self._scene.refuse(order.number, order.code)

    async def _fault(self, order: orders.FaultOrder) -> None:
        self._scene.order(Fault(**order.model_dump(exclude={"count"})), count=order.count)


def bubble(sms: Sms) -> Json:
    """A bubble, as a page draws it."""
    return {
        "sid": sms.sid,
        "direction": "out" if sms.mine else "in",
        "channel": sms.channel,
        "sender": sms.sender,
        "recipient": sms.recipient,
        "body": sms.body,
        "parts": list(sms.parts),
        "segments": sms.segments,
        "encoding": sms.encoding,
        "media": list(sms.media),
        "buttons": [one.title for one in sms.buttons],
        "status": sms.status,
        "error_code": sms.message.error_code if sms.message else 0,
        "time": sms.at.isoformat(),
    }
