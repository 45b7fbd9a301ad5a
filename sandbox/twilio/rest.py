"""The REST API: messages and what is attached to them; Basic auth, forms in, JSON out.

https://www.twilio.com/docs/messaging/api/message-resource, https://www.twilio.com/docs/usage/requests-to-twilio
"""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from aiohttp import web

from sandbox.twilio.acceptance import Order, accept
from sandbox.twilio.carrier import Carrier
from sandbox.twilio.catalog import error_body
from sandbox.twilio.errors import Refusal
from sandbox.twilio.fault import Fault
from sandbox.twilio.forms import API_VERSION
from sandbox.twilio.media import Cdn
from sandbox.twilio.record import Call, Record
from sandbox.twilio.resources import fitting, media_resource, message_resource, messages_path, page
from sandbox.twilio.shapes import Json
from sandbox.twilio.world import Media, Message


@dataclass(frozen=True)
class Answer:
    """What a call is answered with, and the message whose way is told of once it was."""

    status: int
    body: Json | None = None
    location: str = ""
    message: Message | None = None


Act: TypeAlias = Callable[[web.Request, Call], Answer]


class Rest:
    """The routes over one carrier. `tokens` are the auth tokens that open them."""

    def __init__(self, carrier: Carrier, record: Record, cdn: Cdn, tokens: list[str]) -> None:
        self._carrier = carrier
        self._account = carrier.account
        self._record = record
        self._cdn = cdn
        self._tokens = tokens

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Add the routes."""
        messages = f"/{API_VERSION}/Accounts/{{account}}/Messages"
        one, media = f"{messages}/{{sid:[^/.]+}}", f"{messages}/{{sid}}/Media"
        for method, path, act in (
            ("POST", f"{messages}.json", self._create),
            ("GET", f"{messages}.json", self._list),
            ("GET", f"{one}.json", self._fetch),
            ("POST", f"{one}.json", self._update),
            ("DELETE", f"{one}.json", self._delete),
            ("GET", f"{media}.json", self._media_list),
            ("GET", f"{media}/{{media:[^/.]+}}.json", self._media_fetch),
            ("GET", f"{media}/{{media:[^/.]+}}", self._media_redirect),
            ("DELETE", f"{media}/{{media:[^/.]+}}.json", self._media_delete),
        ):
            router.add_route(method, path, self._handler(act))

    def _handler(self, act: Act) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            call = await self._journal(request)
            fault = self._carrier.faults.take_call(request.method, call.form.get("To", [""])[-1])
            if fault is None:
                return await self._say(request, call, self._answer(request, call, act))
            call.fault = fault.kind
            return await self._go_wrong(fault, request, call, act)

        return handle

    async def _journal(self, request: web.Request) -> Call:
        posted = await request.post()
        form = {name: [str(one) for one in posted.getall(name)] for name in posted}
        call = Call(len(self._record.calls) + 1, request.method, request.path, form, dict(request.query))
        self._record.calls.append(call)
        return call

    async def _go_wrong(self, fault: Fault, request: web.Request, call: Call, act: Act) -> web.StreamResponse:
        if fault.kind == "drop_before":
            return _drop(request)
        if fault.kind == "hang":
            await self._carrier.faults.wait(fault.seconds)
            if request.transport is None or request.transport.is_closing():
                return _drop(request)
        if fault.kind in ("error", "rate_limited", "server_error", "unavailable"):
            codes = {"rate_limited": 20429, "server_error": 20500, "unavailable": 20503}
            refused = _refused(call, Refusal(codes.get(fault.kind, fault.code), call.form.get("To", [""])[-1]))
            wait = {"Retry-After": str(round(fault.seconds))} if fault.kind == "rate_limited" and fault.seconds else {}
            return web.json_response(refused.body, status=refused.status, headers=wait)
        answer = self._answer(request, call, act)
        if fault.kind == "lost_reply":
            self._tell(answer)
            call.status = 0
            return _drop(request)
        if fault.kind == "slow":
            await self._carrier.faults.wait(fault.seconds)
        return await self._say(request, call, answer)

    def _answer(self, request: web.Request, call: Call, act: Act) -> Answer:
        try:
            name, password = _basic(request)
            if name != self._account.sid or password not in self._tokens:
                raise Refusal(20003)
            if request.match_info["account"] != self._account.sid:
                raise Refusal(20404, request.path)
            answer = act(request, call)
        except Refusal as refusal:
            return _refused(call, refusal)
        call.status = answer.status
        return answer

    async def _say(self, request: web.Request, call: Call, answer: Answer) -> web.StreamResponse:
        """Answer, and only then let the message's status callbacks set out."""
        headers = {"Location": answer.location} if answer.location else {}
        if answer.body is None:
            response = web.Response(status=answer.status, headers=headers)
        else:
            response = web.json_response(answer.body, status=answer.status, headers=headers)
        try:
            await response.prepare(request)
            await response.write_eof()
        finally:
            self._tell(answer)
        return response

    def _tell(self, answer: Answer) -> None:
        if answer.message is not None:
            self._carrier.announce(answer.message)

    # What can be asked

    def _create(self, _: web.Request, call: Call) -> Answer:
        order = Order({name: values[-1] for name, values in call.form.items()}, tuple(call.form.get("MediaUrl", ())))
        message = accept(self._carrier, order)
        call.sid = message.sid
        shown = message_resource(self._account, message)
        self._carrier.carry(message)
        return Answer(201, shown, message=message)

    def _list(self, request: web.Request, _: Call) -> Answer:
        found = fitting(tuple(self._carrier.world.messages.values()), request.query)
        shown = [message_resource(self._account, one) for one in found]
        return Answer(200, page(f"{messages_path(self._account)}.json", "messages", shown, dict(request.query)))

    def _fetch(self, request: web.Request, _: Call) -> Answer:
        return Answer(200, message_resource(self._account, self._message(request)))

    def _update(self, request: web.Request, call: Call) -> Answer:
        """Redact: only the empty body is taken."""
        message = self._message(request)
        if call.form.get("Body", ["-"])[-1]:
            raise Refusal(20001, "Body")
        message.body = ""
        return Answer(200, message_resource(self._account, message))

    def _delete(self, request: web.Request, _: Call) -> Answer:
        message = self._message(request)
        if not message.finished:
            raise Refusal(20009, message.sid)
        del self._carrier.world.messages[message.sid]
        return Answer(204)

    def _media_list(self, request: web.Request, _: Call) -> Answer:
        message = self._message(request)
        shown = [media_resource(self._account, message, one) for one in message.media]
        return Answer(200, page(request.path, "media_list", shown, dict(request.query)))

    def _media_fetch(self, request: web.Request, _: Call) -> Answer:
        return Answer(200, media_resource(self._account, self._message(request), self._media(request)))

    def _media_redirect(self, request: web.Request, _: Call) -> Answer:
        return Answer(307, location=self._cdn.show(self._media(request)))

    def _media_delete(self, request: web.Request, _: Call) -> Answer:
        self._message(request).media.remove(self._media(request))
        return Answer(204)

    def _message(self, request: web.Request) -> Message:
        found = self._carrier.world.messages.get(request.match_info["sid"])
        if found is None:
            raise Refusal(20404, request.path)
        return found

    def _media(self, request: web.Request) -> Media:
        found = [one for one in self._message(request).media if one.sid == request.match_info["media"]]
        if not found:
            raise Refusal(20404, request.path)
        return found[0]


def _refused(call: Call, refusal: Refusal) -> Answer:
    body = error_body(refusal)
    call.status, call.code = body["status"], refusal.code
    return Answer(call.status, body)


def _drop(request: web.Request) -> web.Response:
    """Break the connection; the response goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _basic(request: web.Request) -> tuple[str, str]:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        with contextlib.suppress(ValueError):
            name, _, password = base64.b64decode(value).decode().partition(":")
            return name, password
    return "", ""
