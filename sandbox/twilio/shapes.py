"""Names for what travels: JSON, and forms."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

Json: TypeAlias = dict[str, Any]
Form: TypeAlias = dict[str, str]
Channel = Literal["sms", "whatsapp"]
