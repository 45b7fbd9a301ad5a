"""The bytes a question to the model consists of, written out."""

from __future__ import annotations

TEXT = {"type": "string"}
FIELD = {
    "additionalProperties": False,
    "description": "One field of a form. `choices` are for the kinds `choice` (one of them) and `choices` "
    "(any number of them).",
    "properties": {
        "name": TEXT,
        "label": TEXT,
        "kind": {"default": "text", "enum": ["text", "number", "date", "choice", "choices"], "type": "string"},
        "choices": {"default": [], "items": TEXT, "type": "array"},
        "required": {"default": True, "type": "boolean"},
    },
    "required": ["name", "label"],
    "type": "object",
}
BODY = {
    "model": "scripted",
    "stream": False,
    "messages": [
        {"role": "system", "content": "You are a test."},
        {
            "role": "user",
            "content": '<user_message from="ana" assurance="verified">'
            "deploy &lt;1.4.2&gt; – canary of the words</user_message>",
        },
    ],
    "max_completion_tokens": 4096,
    "parallel_tool_calls": False,
    "tool_choice": "required",
    "tools": [
        {
            "type": "function",
            "function": {
                "name": "list_versions",
                "description": "List the versions that can be deployed, and what runs where now.",
                "parameters": {"additionalProperties": False, "properties": {}, "type": "object"},
            },
        },
        {
            "type": "function",
            "function": {
                "name": "deploy",
                "description": "Deploy a version to an environment. A person must approve it first; "
                "ask for it and it will be put to them.",
                "parameters": {
                    "additionalProperties": False,
                    "properties": {
                        "version": {"pattern": r"^\d+\.\d+\.\d+$", "type": "string"},
                        "environment": {"enum": ["staging", "production"], "type": "string"},
                        "reason": {
                            "type": "string",
                            "description": "Why, in one short sentence, for the person who must approve.",
                        },
                    },
                    "required": ["version", "environment", "reason"],
                    "type": "object",
                },
                "strict": True,
            },
        },
        {
            "type": "function",
            "function": {
                "name": "say",
                "description": "Speak to the person.",
                "parameters": {
                    "additionalProperties": False,
                    "properties": {"text": TEXT},
                    "required": ["text"],
                    "type": "object",
                },
                "strict": True,
            },
        },
        {
            "type": "function",
            "function": {
                "name": "ask",
                "description": "Ask the person for something the agent needs: in words, as a choice, or by a form.",
                "parameters": {
                    "additionalProperties": False,
                    "properties": {
                        "question": TEXT,
                        "choices": {"default": [], "items": TEXT, "type": "array"},
                        "fields": {"default": [], "items": {"$ref": "#/$defs/FormField"}, "type": "array"},
                    },
                    "required": ["question"],
                    "type": "object",
                    "$defs": {"FormField": FIELD},
                },
            },
        },
        {
            "type": "function",
            "function": {
                "name": "give_up",
                "description": "Hand the matter to a human.",
                "parameters": {
                    "additionalProperties": False,
                    "properties": {"reason": TEXT},
                    "required": ["reason"],
                    "type": "object",
                },
                "strict": True,
            },
        },
    ],
}
