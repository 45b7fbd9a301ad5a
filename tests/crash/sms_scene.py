"""The scene with phones: Bo is asked by text, and what he does not get there goes to his mailbox."""

from __future__ import annotations

from dataclasses import dataclass

import yaml
from pydantic import SecretStr

from config.settings import Settings, TextLimits, TwilioLine
from tests.crash.scene import Place

ANA, BO = "+447700900001", "+447700900002"
PEOPLE = [
    {"id": "ana", "name": "Ana", "identities": [f"sms:{ANA}", "console:ana"]},
    {"id": "bo", "name": "Bo", "identities": [f"sms:{BO}", "email:bo@example.test"]},
]
POLICY = {
    "rules": [{"tool": "deploy", "approvers": ["bo"], "via": ["sms"]}],
    "text_up_to": "high",
    "escalate_to": ["bo"],
}


@dataclass(frozen=True)
class SmsPlace(Place):
    """A place with a line at the local Twilio."""

    account_sid: str = ""
    auth_token: str = ""
    number: str = ""
    twilio_url: str = ""

    def settings(self) -> Settings:
        """The settings of this place."""
        people, policies = self.directory / "people.yaml", self.directory / "policies.yaml"
        settings = super().settings()
        people.write_text(yaml.safe_dump({"people": PEOPLE}))
        policies.write_text(yaml.safe_dump(POLICY))
        line = TwilioLine(
            account_sid=self.account_sid,
            auth_tokens=(SecretStr(self.auth_token),),
            sender=self.number,
            region="GB",
            countries=("GB",),
            limits=TextLimits(seconds=1, per_hour=1_000),
            base_url=self.twilio_url,
        )
        return settings.model_copy(update={"people_file": people, "policies_file": policies, "sms": line})
