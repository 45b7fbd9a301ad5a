"""The phones pane's routes: what people do with their phones, and see on them. Same origin only."""

from __future__ import annotations

from fastapi import APIRouter

from gateway.demo.passing import passed_on
from gateway.demo.world import World

SHOWN = frozenset({"phones", "messages"})
DONE = frozenset({"text", "press", "switch"})


def phone_routes(world: World) -> APIRouter:
    """`/twilio/...`: of the local Twilio's `/_control` what a person may do and see."""
    router = APIRouter(prefix="/twilio")
    router.include_router(passed_on(world.twilio.url, "Twilio", shown=SHOWN, done=DONE))
    return router
