"""A terminal: the command line in this process, beside the house that answers it, or in a process of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from typer.testing import CliRunner, Result

from gateway.cli import app

HOLDPOINT = Path(sys.executable).with_name("holdpoint")


@dataclass(frozen=True)
class Terminal:
    """A shell with these environment variables. `directory` is where processes of its own start."""

    env: Mapping[str, str] = field(default_factory=dict)
    directory: Path = Path()

    async def run(self, *words: str, stdin: str = "") -> Result:
        """A command, here; what it printed and its exit code."""
        return await asyncio.to_thread(CliRunner().invoke, app, words, input=stdin, env=dict(self.env))

    async def start(self, *words: str) -> asyncio.subprocess.Process:
        """A command in a process of its own, on pipes."""
        return await asyncio.create_subprocess_exec(
            HOLDPOINT,
            *words,
            env={**os.environ, **self.env},
            cwd=self.directory,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
