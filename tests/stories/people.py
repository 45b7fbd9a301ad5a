"""The people of a story: who they are at its beginning, and what happens to them in its course."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent_core.people import Absence, People
from agent_core.policy.grants import Grant
from agent_core.policy.rules import Policy
from gateway.people import personnel
from gateway.people.changes import Said
from gateway.people.personnel import Decide
from tests.stories import happenings, language as says
from tests.stories.language import Channel, Step, Story
from tests.stories.stage import Stage


def people_of(stage: Stage, story: Story, cast: Mapping[str, Channel]) -> People:
    """As config/people.yaml has them: each with their own channel first."""
    people = [_person(stage, name, story, cast[name]) for name in story.people]
    return People.model_validate({"people": people, "groups": [_group(stage, one) for one in story.groups]})


def at_console(story: Story, cast: Mapping[str, Channel]) -> list[str]:
    """Who sits at a terminal."""
    return [name for name, about in story.people.items() if "console" in (cast[name], *about.also)]


def _person(stage: Stage, name: str, story: Story, home: Channel) -> dict[str, Any]:
    about = story.people[name]
    channels = () if about.stranger else tuple(dict.fromkeys((home, *about.also)))
    return {
        "id": name,
        "name": name.capitalize(),
        "identities": [stage.hands[channel].identity(name) for channel in channels],
        "timezone": about.timezone,
        "quiet": about.quiet,
        "away": list(about.away),
    }


def _group(stage: Stage, given: Mapping[str, Any]) -> dict[str, Any]:
    """Its members, or the role on Discord of whoever belongs to it and the room where they are asked."""
    if "role" not in given:
        return dict(given)
    discord = stage.at.discord
    place = f"discord:{discord.guild.id}"
    role, room = discord.role(given["role"]), discord.channel(given["room"])
    return {**given, "role": f"{place}/{role.id}", "room": f"{place}/{room.id}"}


def change_of(step: Step, stage: Stage, policy: Policy) -> Decide:
    """What an operator notes of it."""
    now = stage.clock.now
    said = Said(id=f"line {step.line}", at=now, by="the desk")
    match step:
        case says.Leaves():
            return personnel.left(step.who, said)
        case says.IsAway():
            absence = Absence(since=now, until=now + step.for_, delegate=step.delegate)
            return personnel.away(step.who, absence, said)
        case says.Loses():
            return personnel.unlinked(stage.hands[step.channel].identity(step.who), said)
        case says.Gains():
            return personnel.linked(step.who, stage.hands[step.channel].identity(step.who), said)
        case says.Grants():
            until, when = now + step.for_, dict(step.when)
            given = {"id": "leave", "tool": step.tool, "when": when, "to": step.to, "by": step.who}
            return personnel.granted(Grant.model_validate({**given, "since": now, "until": until}), policy, said)
    raise AssertionError(f"nobody notes {type(step).__name__}")


def befall(step: Step, stage: Stage) -> None:
    """What happens to them out there."""
    match step:
        case says.Quits():
            stage.at.discord.revoke(step.who, step.role)
        case says.Joins():
            stage.at.discord.grant(step.who, step.role)
        case happenings.MailBounces():
            for name in step.people:
                stage.at.mail.bounce(stage.hands["email"].identity(name).removeprefix("email:"))
        case happenings.TextsFail():
            for name in step.people:
                stage.at.twilio.unreachable(stage.hands["sms"].identity(name).removeprefix("sms:"), 30005)
