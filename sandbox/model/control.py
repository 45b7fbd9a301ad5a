"""`/_control`: what a test or a demo does behind the model's back.

GET    /_control/requests    every exchange, oldest first (see `Exchange`)
DELETE /_control/requests    forget them
GET    /_control/unmatched   only those that no route or no rule fitted
GET    /_control/script      the rules' names, in order
POST   /_control/script      replace the script; the body is its YAML; 422 names the rule that is wrong
GET    /_control/faults      the faults still to come
POST   /_control/faults      {"kind", "count": 1, "seconds": 1}: the next `count` completions go wrong
DELETE /_control/faults      switch all off; hanging requests are answered at once
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Request
from pydantic import Field

from sandbox.model.fault import Fault
from sandbox.model.record import Exchange, Record
from sandbox.model.script import ScriptError, parse_script


class FaultOrder(Fault):
    """A fault for the next `count` completions."""

    count: Annotated[int, Field(ge=1, le=1000)] = 1


def control_routes(record: Record) -> APIRouter:
    """The routes over this record."""
    router = APIRouter(prefix="/_control")

    @router.get("/requests")
    async def requests() -> list[Exchange]:
        return list(record.exchanges)

    @router.delete("/requests", status_code=204)
    async def forget() -> None:
        record.exchanges.clear()

    @router.get("/unmatched")
    async def unmatched() -> list[Exchange]:
        return list(record.unmatched)

    @router.get("/script")
    async def rules() -> list[str]:
        return [rule.name for rule in record.script.rules]

    @router.post("/script")
    async def replace_script(request: Request) -> list[str]:
        try:
            record.script = parse_script((await request.body()).decode())
        except (ScriptError, UnicodeDecodeError) as error:
            raise HTTPException(422, str(error)) from error
        return [rule.name for rule in record.script.rules]

    @router.get("/faults")
    async def faults() -> list[Fault]:
        return list(record.faults)

    @router.post("/faults", status_code=204)
    async def order_fault(order: FaultOrder) -> None:
        record.faults.extend([Fault(kind=order.kind, seconds=order.seconds)] * order.count)

    @router.delete("/faults", status_code=204)
    async def lift_faults() -> None:
        record.lift()

    return router
