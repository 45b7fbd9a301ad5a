"""What the script answers to a request: a pure function, the whole mind of the scripted model."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import JsonValue

from sandbox.model.check import properties, required
from sandbox.model.fault import Delivery, Fault, Reply, WrittenCall, bend, instead
from sandbox.model.script import PLACEHOLDER, Call, Rule, Script, Then, When
from sandbox.model.wire import ApiError, ChatRequest

EVENT = re.compile(r"<([a-z_]+)\b[^<>]*(?:/>|>.*?</\1>)", re.DOTALL)

Groups = dict[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What leaves, by which rule and fault; `problem` says why the script had nothing fit to say."""

    delivery: Delivery
    rule: str = ""
    fault: str = ""
    problem: str = ""


def answer(script: Script, request: ChatRequest, fault: Fault | None = None) -> Answer:
    """The script's answer to the request, gone wrong by `fault` if one is given."""
    if request.model not in script.models:
        message = f"The model `{request.model}` does not exist or you do not have access to it."
        return Answer(Delivery(ApiError(404, message, code="model_not_found")), problem=message)
    if fault is not None and not fault.bends:
        return Answer(instead(fault), fault=fault.kind)
    told = _by_rule(script, request)
    if fault is None or not isinstance(told.delivery.outcome, Reply):
        return told
    return Answer(bend(fault, told.delivery.outcome), told.rule, fault.kind)


def _by_rule(script: Script, request: ChatRequest) -> Answer:
    for rule in script.rules:
        groups = match(rule.when, request, script.ignore)
        if groups is not None:
            return _take(script, rule, groups, request)
    last = events(request.last_words)[-1]
    return _no_answer(f"no rule of the script fits; the last event is: {last[:500]}")


def _take(script: Script, rule: Rule, groups: Groups, request: ChatRequest) -> Answer:
    then = rule.then
    kind = then.fault.kind if then.fault else ""
    call = _call(script, then)
    if call is not None and (problem := _mistake(call, request)):
        return _no_answer(f"rule '{rule.name}' {problem}")
    if then.fault and not then.fault.bends:
        return Answer(instead(then.fault), rule.name, kind)
    reply = then.raw or _reply(call, groups)
    return Answer(bend(then.fault, reply) if then.fault else Delivery(reply), rule.name, kind)


def _no_answer(problem: str) -> Answer:
    error = ApiError(400, f"The scripted model cannot answer: {problem}", code="script_unmatched")
    return Answer(Delivery(error), problem=problem)


# --- when


def match(when: When, request: ChatRequest, ignore: tuple[re.Pattern[str], ...] = ()) -> Groups | None:
    """The named groups if every condition holds, else None."""
    text, offered = request.last_words, request.functions_offered
    if not all(name in offered for name in when.offers) or any(name in offered for name in when.lacks):
        return None
    if not all(_says(text, part) for part in when.contains) or any(_says(text, part) for part in when.not_contains):
        return None
    seen = [event for event in events(text) if not any(pattern.search(event) for pattern in ignore)]
    if len(seen) < len(when.last_event):
        return None
    tail = seen[len(seen) - len(when.last_event) :]
    hits = [pattern.search(event) for pattern, event in zip(when.last_event, tail, strict=True)]
    hits += [pattern.search(text) for pattern in when.regex]
    return None if None in hits else _groups(hit for hit in hits if hit)


def _says(text: str, part: str) -> bool:
    return part.casefold() in text.casefold()


def _groups(hits: Iterable[re.Match[str]]) -> Groups:
    found = (pair for hit in hits for pair in hit.groupdict().items())
    return {name: html.unescape(value or "").strip() for name, value in found}


def events(text: str) -> list[str]:
    """The XML-ish events of a rendered thread, oldest first; text without any is one event."""
    return [hit.group() for hit in EVENT.finditer(text)] or [text]


# --- then


def _call(script: Script, then: Then) -> Call | None:
    if then.say is not None:
        return Call(name=script.say.tool, arguments={script.say.argument: then.say})
    return then.call


def _reply(call: Call | None, groups: Groups) -> Reply:
    if call is None:
        return Reply()
    arguments = json.dumps(fill(call.arguments, groups), ensure_ascii=False)
    return Reply(calls=(WrittenCall(name=call.name, arguments=arguments),), finish_reason="tool_calls")


def fill(value: JsonValue, groups: Groups) -> JsonValue:
    """The value with `{group}` filled in, in every text of it; other braces stay."""
    match value:
        case str():
            return PLACEHOLDER.sub(lambda hit: groups.get(hit.group(1), hit.group()), value)
        case list():
            return [fill(item, groups) for item in value]
        case dict():
            return {key: fill(item, groups) for key, item in value.items()}
    return value


def _mistake(call: Call, request: ChatRequest) -> str:
    """Why a model could not make this call in earnest: not offered, or not the arguments of the schema."""
    function = request.functions_offered.get(call.name)
    if function is None:
        offered = ", ".join(request.functions_offered) or "nothing"
        return f"calls {call.name}, which the request does not offer ({offered})"
    missing = set(required(function.parameters)) - set(call.arguments)
    unknown = set(call.arguments) - set(properties(function.parameters))
    wrong = [f"without {name}" for name in sorted(missing)] + [f"with an unknown {name}" for name in sorted(unknown)]
    return f"calls {call.name} {' and '.join(wrong)}" if wrong else ""
