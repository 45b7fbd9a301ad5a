"""Modal: the forms behind the buttons, and what was written into them."""

from __future__ import annotations

import json

from adapters.slack import limits
from agent_core.events import Call

# The blocks of a modal besides its inputs.
_OTHERS = 5


def editable(call: Call) -> bool:
    """Whether a modal can show every argument whole, each in an input of its own."""
    arguments = json.loads(call.arguments)
    if not isinstance(arguments, dict) or not 0 < len(arguments) <= limits.MODAL_BLOCKS - _OTHERS:
        return False
    return all(
        0 < len(name) <= limits.BLOCK_ID and len(written(value)) <= limits.INPUT for name, value in arguments.items()
    )


def written(value: object) -> str:
    """An argument as a person edits it: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
