"""Steps: what a model may choose to do next. None of them is an event, so none can be a person's answer."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from agent_core.values import FormField, Frozen, Text


class Say(Frozen):
    """Speak to the person."""

    step: Literal["say"] = "say"
    text: Text


class Use(Frozen):
    """Use a tool. `reason` is shown to an approver as the agent's own words."""

    step: Literal["use"] = "use"
    tool: Text
    arguments: Text
    reason: Text = ""


class Ask(Frozen):
    """Ask the person for something the agent needs: in words, as a choice, or by a form."""

    step: Literal["ask"] = "ask"
    question: Text
    choices: tuple[Text, ...] = ()
    fields: tuple[FormField, ...] = ()


class GiveUp(Frozen):
    """Hand the matter to a human."""

    step: Literal["give_up"] = "give_up"
    reason: Text


Step = Annotated[Say | Use | Ask | GiveUp, Field(discriminator="step")]
Outcome = Literal["step", "several_calls", "refusal", "cut_off", "invalid", "unavailable"]
