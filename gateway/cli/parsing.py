"""What every `parse` command of a platform does: it reads what came on standard input, and prints how it is read."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import typer

from adapters.errors import Unreadable


def print_report(report: Callable[[bytes], dict[str, Any]]) -> None:
    """Print what is reported of standard input, or why it cannot be read (`Unreadable`), and end with 1 then."""
    try:
        body = sys.stdin.buffer.read().strip()
        if not body:
            raise Unreadable("nothing came on standard input")
        told = report(body)
    except Unreadable as error:
        typer.echo(json.dumps({"read_as": "Unreadable", "why": str(error)}, indent=2))
        raise typer.Exit(1) from error
    # In ASCII: what a payload holds may be made to look like something else on a terminal.
    typer.echo(json.dumps(told, indent=2))
