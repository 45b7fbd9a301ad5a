"""The script of the scripted model: what it says to a request, and how it speaks of its own mistakes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.model.answer import answer, events
from sandbox.model.check import parse_request
from sandbox.model.fault import Fault, Reply
from sandbox.model.script import Script, ScriptError, parse_script
from sandbox.model.wire import ApiError, ChatRequest

DEPLOY = """
rules:
  - name: deploy
    when: {last_event: '<user_message .*deploy (?P<version>[0-9.]+)'}
    then: {call: {name: deploy, arguments: {version: '{version}', tags: ['v{version}', '{"x"}'], force: false}}}
  - name: anything
    then: {say: I did not understand.}
"""


def offer(name: str, *arguments: str) -> dict[str, Any]:
    schema = {"type": "object", "properties": {a: {} for a in arguments}, "required": list(arguments)}
    return {"type": "function", "function": {"name": name, "parameters": schema}}


def ask(text: str, *tools: dict[str, Any], **more: Any) -> ChatRequest:
    offered = list(tools) or [offer("say", "text"), offer("deploy", "version", "tags", "force")]
    body = {"model": "scripted", "messages": [{"role": "user", "content": text}], "tools": offered} | more
    return parse_request(json.dumps(body).encode())


def called(script: Script, request: ChatRequest) -> tuple[str, Any]:
    reply = answer(script, request).delivery.outcome
    assert isinstance(reply, Reply), reply
    (call,) = reply.calls
    return call.name, json.loads(call.arguments)


def only(when: str, *, ignore: str = "[]") -> Script:
    """A script of one rule: under this condition, say yes."""
    return parse_script(f"ignore: {ignore}\nrules: [{{name: one, when: {when}, then: {{say: yes it is}}}}]")


def fits(script: Script, request: ChatRequest) -> bool:
    return answer(script, request).rule == "one"


def refusal(script: Script, request: ChatRequest) -> str:
    given = answer(script, request)
    assert isinstance(given.delivery.outcome, ApiError)
    assert given.delivery.outcome.status == 400
    assert given.problem in given.delivery.outcome.message
    return given.problem


# --- then


def test_named_groups_fill_every_text_of_the_arguments_and_other_braces_stay() -> None:
    request = ask('<user_message from="ana">deploy 1.4.2</user_message>')
    assert called(parse_script(DEPLOY), request) == (
        "deploy",
        {"version": "1.4.2", "tags": ["v1.4.2", '{"x"}'], "force": False},
    )


def test_say_becomes_a_call_of_the_tool_that_speaks() -> None:
    assert called(parse_script(DEPLOY), ask("hello")) == ("say", {"text": "I did not understand."})


def test_the_tool_that_speaks_can_be_named() -> None:
    script = parse_script("say: {tool: reply, argument: words}\nrules: [{name: hi, then: {say: Hello.}}]")
    assert called(script, ask("hello", offer("reply", "words"))) == ("reply", {"words": "Hello."})


def test_the_first_rule_that_holds_answers() -> None:
    script = parse_script("rules: [{name: a, then: {say: first}}, {name: b, then: {say: second}}]")
    given = answer(script, ask("hello"))
    assert given.rule == "a"


def test_groups_are_unescaped_as_a_reader_would() -> None:
    script = parse_script("rules: [{name: a, when: {regex: '<r>(?P<why>.*)</r>'}, then: {say: 'No: {why}'}}]")
    assert called(script, ask("<r> 3 &lt; 4 &amp;\nlate </r>")) == ("say", {"text": "No: 3 < 4 &\nlate"})


def test_what_a_person_writes_is_never_a_template() -> None:
    script = parse_script(
        "rules: [{name: a, when: {regex: 'x(?P<said>.*)x(?P<secret>.*)x'}, then: {say: '{said}'}}]",
    )
    assert called(script, ask("x{secret}xhushx")) == ("say", {"text": "{secret}"})


def test_raw_is_answered_as_it_stands() -> None:
    script = parse_script("rules: [{name: a, then: {raw: {content: words only}}}]")
    assert answer(script, ask("hello")).delivery.outcome == Reply(content="words only")


def test_a_rule_can_go_wrong_by_itself() -> None:
    script = parse_script("rules: [{name: a, then: {say: hi, fault: two_calls}}]")
    given = answer(script, ask("hello"))
    assert isinstance(given.delivery.outcome, Reply)
    assert (len(given.delivery.outcome.calls), given.fault) == (2, "two_calls")


def test_a_fault_from_outside_bends_what_the_rule_says() -> None:
    given = answer(parse_script(DEPLOY), ask("hello"), Fault(kind="hang", seconds=7))
    assert (given.rule, given.fault, given.delivery.delay) == ("anything", "hang", 7)


def test_a_fault_that_stands_alone_needs_no_rule() -> None:
    script = parse_script("rules: [{name: never, when: {contains: xyzzy}, then: {say: hi}}]")
    given = answer(script, ask("hello"), Fault(kind="refusal"))
    assert isinstance(given.delivery.outcome, Reply)
    assert given.delivery.outcome.refusal
    assert given.problem == ""


# --- when

STORY = """<omitted events="3"/>
<user_message from="ana" assurance="verified">please deploy
1.4.2 &lt;now&gt;</user_message>
<failure kind="cut_off">too long</failure>"""


def test_events_are_told_apart_even_over_several_lines() -> None:
    assert [event[:12] for event in events(STORY)] == ["<omitted eve", "<user_messag", "<failure kin"]
    assert "&lt;now&gt;</user_message>" in events(STORY)[1]


def test_text_without_events_is_one_event() -> None:
    assert events("plain words") == ["plain words"]


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ("{last_event: 'failure.*too long'}", True),
        ("{last_event: '<user_message'}", False),
        ("{last_event: ['<user_message .*DEPLOY.1', '<failure']}", True),
        ("{last_event: ['<failure', '<user_message']}", False),
        ("{last_event: ['.', '.', '.', '.']}", False),
        ("{regex: 'omitted.*failure'}", True),
        ("{regex: ['omitted', 'production']}", False),
        ("{contains: Please Deploy}", True),
        ("{contains: [deploy, production]}", False),
        ("{not_contains: production}", True),
        ("{not_contains: [production, 1.4.2]}", False),
        ("{offers: [say, deploy]}", True),
        ("{offers: [say, drop_database]}", False),
        ("{lacks: drop_database}", True),
        ("{lacks: deploy}", False),
        ("{last_event: failure, contains: production}", False),
    ],
)
def test_a_rule_holds_if_all_its_conditions_do(when: str, holds: bool) -> None:
    assert fits(only(when), ask(STORY)) is holds


def test_ignored_events_are_looked_past() -> None:
    assert fits(only("{last_event: '<user_message'}", ignore="'<failure kind=\"cut_off\"'"), ask(STORY))
    assert not fits(only("{last_event: '<failure'}", ignore="'<failure'"), ask(STORY))


def test_only_the_latest_user_message_is_read() -> None:
    turns = [
        {"role": "user", "content": "old"},
        {"role": "assistant", "content": "x"},
        {"role": "user", "content": "new"},
    ]
    request = ask("", messages=turns)
    assert fits(only("{contains: new}"), request)
    assert not fits(only("{contains: old}"), request)


def test_the_text_parts_of_a_message_are_read_as_one() -> None:
    parts = [{"type": "text", "text": "one "}, {"type": "text", "text": "two"}]
    assert fits(only("{contains: one two}"), ask("", messages=[{"role": "user", "content": parts}]))


# --- when nothing fits


def test_no_rule_is_an_error_that_shows_the_last_event() -> None:
    assert '<failure kind="cut_off">too long' in refusal(only("{contains: production}"), ask(STORY))


def test_a_call_that_was_not_offered_is_the_scripts_mistake() -> None:
    problem = refusal(parse_script(DEPLOY), ask("hello", offer("reply", "text")))
    assert problem == "rule 'anything' calls say, which the request does not offer (reply)"


def test_arguments_the_schema_does_not_know_are_the_scripts_mistake() -> None:
    problem = refusal(parse_script(DEPLOY), ask("hello", offer("say", "words")))
    assert problem == "rule 'anything' calls say without words and with an unknown text"


def test_an_unknown_model_is_not_found() -> None:
    error = answer(parse_script(DEPLOY), ask("hello", model="gpt-9")).delivery.outcome
    assert isinstance(error, ApiError)
    assert (error.status, error.code) == (404, "model_not_found")


# --- mistakes in the script


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rules: [", "not YAML"),
        ("[]", "Input should be a valid dictionary"),
        ("rules: []", "rules: give at least one rule"),
        ("rules: [{name: a, then: {}}, {name: b, then: {}}]", "rule 'a': then: give exactly one of call, say, raw and"),
        ("rules: [{name: a, then: {say: x}}]\nrule: 1", "rule: Extra inputs are not permitted"),
        ("rules: [{name: a, when: {last_evnt: x}, then: {say: x}}]", "rule 'a': when.last_evnt: Extra inputs"),
        ("rules: [{name: a, when: {regex: '('}, then: {say: x}}]", "rule 'a': when.regex.0: not a regular expression"),
        ("rules: [{name: a, then: {}}]", "rule 'a': then: give exactly one of call, say, raw and fault"),
        ("rules: [{name: a, then: {say: x, call: {name: y}}}]", "rule 'a': then: give exactly one of"),
        ("rules: [{name: a, then: {fault: two_calls}}]", "rule 'a': then: the fault two_calls needs one of"),
        ("rules: [{name: a, then: {say: x, fault: refusal}}]", "rule 'a': then: the fault refusal stands alone"),
        ("rules: [{name: a, then: {fault: sulk}}]", "rule 'a': then.fault.kind: "),
        ("rules: [{name: a, then: {fault: {kind: hang, seconds: 900}, say: x}}]", "rule 'a': then.fault.seconds: "),
        ("rules: [{name: a, then: {say: '{who}'}}]", "rule 'a': {who} is no named group"),
        ("rules: [{name: a, then: {call: {name: f, arguments: {x: [{y: '{who}'}]}}}}]", "rule 'a': {who} is no"),
        ("rules: [{then: {say: x}}]", "rule number 1: name: Field required"),
    ],
)
def test_a_mistake_names_the_rule_and_the_field(text: str, message: str) -> None:
    with pytest.raises(ScriptError) as caught:
        parse_script(text)
    assert str(caught.value).startswith(message)
