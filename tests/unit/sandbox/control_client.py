"""A page, or a test in another process: it does things and looks at them over `/_control`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import aiohttp


@dataclass(frozen=True)
class Control:
    """The other end of `/_control`."""

    session: aiohttp.ClientSession

    async def get(self, path: str, /, **query: str) -> Any:
        async with self.session.get(f"/_control/{path}", params=query) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def post(self, path: str, /, status: int = 200, **order: Any) -> Any:
        async with self.session.post(f"/_control/{path}", json=order) as answer:
            assert answer.status == status, await answer.text()
            return await answer.json()

    async def delete(self, path: str) -> None:
        async with self.session.delete(f"/_control/{path}") as answer:
            assert answer.status == 200
