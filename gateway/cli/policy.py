"""`holdpoint policy`: is it right, what does it say of a call, what would another one have done, what says habit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from agent_core.agents.deploy import deploy_agent
from agent_core.errors import BadArguments
from agent_core.tools import Tool, call_of
from agent_core.values import Author
from gateway.app import PROMPTS, House
from gateway.cli.audit import court_of
from gateway.cli.operate import with_house
from gateway.cli.serve import load_settings, one_line_errors
from gateway.ledger.agreeing import opened_by, read_log
from gateway.ledger.comparing import Compared, Other, compared, summary
from gateway.ledger.evidence import Kept
from gateway.ledger.explaining import explained
from gateway.ledger.fatigue import loads, silent
from gateway.ledger.mining import habits, rule_of
from gateway.ledger.past import Past, past_calls
from gateway.reading import read_people, read_policy

app = typer.Typer(no_args_is_help=True, help="Check a policy, ask what it says, try another one on the past.")
File = Annotated[Path | None, typer.Argument(exists=True, dir_okay=False, readable=True, help="Default: the one set.")]
PeopleFile = Annotated[Path | None, typer.Option("--people", exists=True, dir_okay=False, help="Others than are set.")]
Since = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="UTC")]


@app.command()
def check(file: File = None, people: PeopleFile = None) -> None:
    """Whether a policy can be understood; what is wrong is said with its line, and ends with exit code 1."""
    with one_line_errors():
        settings = load_settings()
        known = read_people(people or settings.people_file)
        policy = read_policy(file or settings.policies_file, known, _tools())
    typer.echo(f"{len(policy.rules)} rules, nothing wrong with them")


@app.command()
def explain(
    tool: str,
    arguments: Annotated[str, typer.Argument(help="The arguments as JSON.")],
    asker: Annotated[str, typer.Option("--for", help="Who asks: the id of a person.")],
    file: Annotated[Path | None, typer.Option("--policy", exists=True, dir_okay=False)] = None,
) -> None:
    """What a policy says of a call, asked for now: which rule and why, who decides, and until when."""
    with one_line_errors():
        settings = load_settings()
        people = read_people(settings.people_file)
        policy = read_policy(file or settings.policies_file, people, _tools())
    if tool not in _tools():
        raise typer.BadParameter(f"there is no tool {tool}")
    if people.person(asker) is None:
        raise typer.BadParameter(f"there is no person {asker}")
    try:
        call = call_of(_tools()[tool], arguments)
    except BadArguments as error:
        raise typer.BadParameter(str(error)) from None
    who = Author(identity=f"person:{asker}", person=asker, assurance="verified")
    for line in explained(call, _tools()[tool], who, policy, people, datetime.now(UTC)):
        typer.echo(line)


@app.command("test")
def try_on_the_past(
    new: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    people: PeopleFile = None,
    since: Since = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit code 1 when anything would differ.")] = False,
) -> None:
    """What would have been otherwise under another policy, call by call; nothing is changed."""

    async def compare(ready: House) -> None:
        known = read_people(people) if people else ready.people
        other = Other(read_policy(new, known, ready.tools), known, ready.tools)
        pasts = [past for past in await _pasts(ready) if since is None or past.at >= since.replace(tzinfo=UTC)]
        calls = compared(sorted(pasts, key=lambda past: past.at), other)
        for line in _differences(calls):
            typer.echo(line)
        for line in summary(calls, other.policy):
            typer.echo(line)
        differing = sum(bool(one.differences) for one in calls)
        typer.echo(f"{len(calls)} calls, {differing or 'none'} would differ")
        if exit_code and differing:
            raise typer.Exit(1)

    with_house(compare)


@app.command()
def suggest(at_least: Annotated[int, typer.Option(min=2, help="How often something must have been so.")] = 10) -> None:
    """Rules that habit speaks for, with the evidence, and how much approvers are asked; nothing is changed."""

    async def mine(ready: House) -> None:
        court = court_of(ready)
        cases = [case for kept in await _threads(ready) for case in court.cases(kept)]
        for habit in habits(cases, at_least):
            typer.echo(f"{rule_of(habit)}\n")
        for load in loads(cases):
            typer.echo(f"# {load}{'; never answers' if silent(load, at_least) else ''}")

    with_house(mine)


def _differences(calls: tuple[Compared, ...]) -> Iterator[str]:
    for one in calls:
        past = one.past
        for difference in one.differences:
            call = f"{past.call.tool} {past.call.arguments}"
            yield f"{past.at:%Y-%m-%d %H:%M} {past.thread_id} {past.event_id} {call}: {difference}"


async def _threads(ready: House) -> list[Kept]:
    return [kept async for kept in ready.opened.evidence.threads(opened_by)]


async def _pasts(ready: House) -> list[Past]:
    tenant, tools = ready.settings.tenant, ready.tools
    logs = [(kept.thread_id, [entry.event for entry in read_log(kept)[0]]) for kept in await _threads(ready)]
    return [past for thread_id, log in logs for past in past_calls(tenant, thread_id, log, tools)]


def _tools() -> Mapping[str, Tool]:
    return {tool.name: tool for tool in deploy_agent(PROMPTS).tools}
