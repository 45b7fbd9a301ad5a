"""`holdpoint parse email`: see how a mail is read, and why the answer in it counts or does not."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer
import yaml
from pydantic import ValidationError

from adapters.errors import Unreadable
from config.settings import problems

_OPTION = typer.Option(help="YAML or JSON: own_addresses, authserv_ids, approvers, token_prefix, sent_text and more.")


def parse_email(config: Annotated[Path | None, _OPTION] = None) -> None:
    """Print how a mail on standard input is read, and why its answer counts or does not, without effects."""
    try:
        from adapters.email.proof.dkim import signatures
        from gateway.cli.parse_email import Config, report
    except ModuleNotFoundError as error:
        typer.echo("mails cannot be read: pip install 'holdpoint[email]'", err=True)
        raise typer.Exit(1) from error
    try:
        known = Config.model_validate(_read(config) if config else {})
    except ValidationError as error:
        raise typer.BadParameter(problems(error)) from error
    raw = sys.stdin.buffer.read()
    try:
        checked = asyncio.run(signatures(raw, known.site))
        told = report(raw, known, checked)
    except Unreadable as error:
        typer.echo(json.dumps({"may_decide": False, "why": f"it is set aside: {error}"}, indent=2))
        raise typer.Exit(1) from error
    # In ASCII: what a mail holds may be made to look like something else on a terminal.
    typer.echo(json.dumps(told, indent=2))


def _read(path: Path) -> object:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, ValueError, yaml.YAMLError) as error:
        mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
        where = f" in line {mark.line + 1}" if mark else ""
        raise typer.BadParameter(f"the configuration cannot be read: {type(error).__name__}{where}") from error
