"""What the API accepts and what it refuses: the body parsed, or the error that the real API would give.

Source: OpenAI's API reference, "Create chat completion", the guides on function calling and structured outputs.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import JsonValue, ValidationError
from pydantic_core import from_json

from sandbox.model.wire import ApiError, Assistant, ChatRequest, Function, NamedChoice, ToolOutput


def check_headers(authorization: str, content_type: str) -> None:
    """Raises ApiError 401 without a bearer key, 400 for another content type than JSON."""
    scheme, _, key = authorization.partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise ApiError(401, "You didn't provide an API key. Use an Authorization header with Bearer auth.")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        message = f"Unsupported content type: '{content_type}'. Only 'application/json' is accepted."
        raise ApiError(400, message, code="unsupported_content_type")


def parse_request(body: bytes) -> ChatRequest:
    """The request in these bytes. Raises ApiError 400 as the API would."""
    try:
        sent: JsonValue = from_json(body)
    except ValueError as error:
        raise ApiError(400, "We could not parse the JSON body of your request.") from error
    try:
        request = ChatRequest.model_validate(sent)
    except ValidationError as error:
        raise _refusal_of(error, sent) from error
    for problem in (*_tool_problems(request), *_limit_problems(request), *_message_problems(request)):
        raise problem
    return request


def _refusal_of(error: ValidationError, sent: JsonValue) -> ApiError:
    first = error.errors(include_url=False)[0]
    param = _param(first["loc"], sent)
    match first["type"]:
        case "missing":
            param = f"{param}.{first['loc'][-1]}".lstrip(".")
            message, code = f"Missing required parameter: '{param}'.", "missing_required_parameter"
        case "extra_forbidden":
            message, code = f"Unknown parameter: '{param}'.", "unknown_parameter"
        case _:
            message, code = f"Invalid value for '{param}': {first['msg']}.", "invalid_value"
    return ApiError(400, message, param=param, code=code)


def _param(loc: tuple[str | int, ...], sent: JsonValue) -> str:
    """`messages[0].content`: the path, less the steps that pydantic adds for its unions."""
    param = ""
    for step in loc:
        if isinstance(sent, dict) and isinstance(step, str) and step in sent:
            param, sent = f"{param}.{step}", sent[step]
        elif isinstance(sent, list) and isinstance(step, int):
            param, sent = f"{param}[{step}]", sent[step]
    return param.lstrip(".")


def _tool_problems(request: ChatRequest) -> Iterator[ApiError]:
    if not request.tools:
        if request.tool_choice not in (None, "none"):
            yield _bad("'tool_choice' is only allowed when 'tools' are specified.", "tool_choice")
        if request.parallel_tool_calls is not None:
            yield _bad("'parallel_tool_calls' is only allowed when 'tools' are specified.", "parallel_tool_calls")
    if isinstance(request.tool_choice, NamedChoice):
        name = request.tool_choice.function.name
        if name not in request.functions_offered:
            yield _bad(f"Tool choice 'function.{name}' not found in 'tools' parameter.", "tool_choice")
    for index, tool in enumerate(request.tools or ()):
        if problem := _schema_problem(tool.function):
            message = f"Invalid schema for function '{tool.function.name}': {problem}"
            param = f"tools[{index}].function.parameters"
            yield ApiError(400, message, param=param, code="invalid_function_parameters")


def _schema_problem(function: Function) -> str:
    schema = function.parameters
    if not schema:
        return "" if not function.strict else "strict mode needs 'parameters'."
    if schema.get("type") != "object":
        return f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{schema.get('type')}\"'."
    if not function.strict:
        return ""
    if schema.get("additionalProperties") is not False:
        return "'additionalProperties' is required to be supplied and to be false."
    if set(properties(schema)) != set(required(schema)):
        return "'required' is required to be supplied and to be an array including every key in properties."
    return ""


def properties(schema: dict[str, JsonValue]) -> list[str]:
    """The names a JSON object schema knows."""
    found = schema.get("properties")
    return list(found) if isinstance(found, dict) else []


def required(schema: dict[str, JsonValue]) -> list[str]:
    """The names a JSON object schema insists on."""
    found = schema.get("required")
    return [str(name) for name in found] if isinstance(found, list) else []


def _limit_problems(request: ChatRequest) -> Iterator[ApiError]:
    if request.max_tokens is not None and request.max_completion_tokens is not None:
        message = "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported."
        yield ApiError(400, message, code="invalid_parameter_combination")


def _message_problems(request: ChatRequest) -> Iterator[ApiError]:
    """Each call of an assistant message is owed a tool message, before anything else is said."""
    owed: set[str] = set()
    for index, message in enumerate(request.messages):
        where = f"messages[{index}]"
        if isinstance(message, ToolOutput):
            if message.tool_call_id not in owed:
                yield _bad("A message with role 'tool' must respond to a preceding message with 'tool_calls'.", where)
            owed.discard(message.tool_call_id)
            continue
        if owed:
            yield _unanswered(owed, where)
        owed = {call.id for call in message.tool_calls or ()} if isinstance(message, Assistant) else set()
        if isinstance(message, Assistant) and not (owed or message.content or message.refusal):
            yield _bad("An assistant message needs 'content' or 'tool_calls'.", f"{where}.content")
    if owed:
        yield _unanswered(owed, "messages")


def _unanswered(owed: set[str], param: str) -> ApiError:
    missing = ", ".join(sorted(owed))
    return _bad(f"An assistant message with 'tool_calls' must be followed by tool messages for each: {missing}", param)


def _bad(message: str, param: str) -> ApiError:
    return ApiError(400, message, param=param)
