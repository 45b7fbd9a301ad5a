"""`python -m sandbox.model --script FILE --port N`: the scripted model as a process of its own.

Prints one line of JSON, `{"url": ..., "base_url": ...}`, when it listens; SIGTERM or SIGINT ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from sandbox.model.script import Script, ScriptError, load_script
from sandbox.model.server import ModelSandbox
from sandbox.standing import standing


def main() -> None:
    """Read the command line and serve until told to stop; exit 1 if the script cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.model", description="A model server that reads a script.")
    parser.add_argument("--script", type=Path, required=True, help="the YAML script")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    options = parser.parse_args()
    try:
        script = load_script(options.script)
    except (ScriptError, OSError) as error:
        sys.exit(f"sandbox.model: {error}")
    asyncio.run(serve(script, options.host, options.port))


async def serve(script: Script, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    async with ModelSandbox(script, host, port) as model:
        await standing({"url": model.url, "base_url": model.base_url})


if __name__ == "__main__":
    main()
