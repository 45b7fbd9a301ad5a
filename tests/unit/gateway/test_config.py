"""Settings: typed, from the caller, the environment and the file in this order; what is wrong is said, not repeated."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from agent_core.people import People
from agent_core.policy.rules import Policy
from config.settings import HERE, EmailChannel, Settings, problems

CANARY = "canary-71aa"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory without a file, an environment without settings of ours."""
    monkeypatch.chdir(tmp_path)
    for name in ("HOLDPOINT_PORT", "HOLDPOINT_STORE__URL", "HOLDPOINT_TENANT"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_nothing_needs_to_be_set() -> None:
    settings = Settings()
    assert (settings.host, settings.port, settings.email) == ("127.0.0.1", 8080, None)
    assert (settings.store.url, settings.store.partitions) == (None, 64)


def test_the_caller_comes_before_the_environment_and_that_before_the_file(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "holdpoint.yaml").write_text("tenant: file\nport: 1111\nstore: {partitions: 8, lease_seconds: 5}\n")
    monkeypatch.setenv("HOLDPOINT_PORT", "2222")
    monkeypatch.setenv("HOLDPOINT_STORE__PARTITIONS", "16")
    settings = Settings(tenant="caller")
    assert (settings.tenant, settings.port) == ("caller", 2222)
    assert (settings.store.partitions, settings.store.lease_seconds) == (16, 5.0)


def test_a_mailbox_is_configured_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    server = {"host": "mail.example.test", "port": 993, "username": "bot", "password": CANARY}
    monkeypatch.setenv("HOLDPOINT_EMAIL__ADDRESS", "bot@example.test")
    with pytest.raises(ValidationError, match="authserv_ids"):
        Settings()
    whole = {"address": "bot@example.test", "authserv_ids": "mx.example.test", "imap": server, "smtp": server}
    email = EmailChannel.model_validate(whole)
    assert email.imap is not None
    assert (email.authserv_ids, email.imap.tls) == (("mx.example.test",), True)
    assert email.imap.password.get_secret_value() == CANARY


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("HOLDPOINT_PORT", CANARY, "port"),
        ("HOLDPOINT_PORT", "0", "port"),
        ("HOLDPOINT_PORT", "65536", "port"),
        ("HOLDPOINT_STORE__PARTITIONS", "65", "store.partitions"),
        ("HOLDPOINT_STORE__PARTITIONS", "0", "store.partitions"),
        ("HOLDPOINT_STORE__LEASE_SECONDS", "0", "store.lease_seconds"),
        ("HOLDPOINT_MODEL__TIMEOUT_SECONDS", "-1", "model.timeout_seconds"),
        ("HOLDPOINT_MODEL__API_KEYS", CANARY, "model.api_keys"),
    ],
)
def test_what_is_wrong_is_named_and_its_value_is_not(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, named: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as caught:
        Settings()
    said = problems(caught.value)
    assert said.startswith(f"{named}: ")
    assert "\n" not in said
    assert CANARY not in said + str(caught.value)


def test_a_misspelt_line_of_the_file_is_refused(place: Path) -> None:
    (place / "holdpoint.yaml").write_text("partitons: 8\n")
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert problems(caught.value).startswith("partitons: ")


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDPOINT_SECRET_KEY", CANARY)
    monkeypatch.setenv("HOLDPOINT_MODEL__API_KEY", CANARY)
    monkeypatch.setenv("HOLDPOINT_STORE__URL", f"redis://:{CANARY}@store.example.test")
    settings = Settings()
    assert settings.secret_key is not None
    assert settings.secret_key.get_secret_value() == CANARY
    assert CANARY not in repr(settings) + str(settings) + settings.model_dump_json()


def test_settings_do_not_change() -> None:
    settings = Settings()
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]


def test_the_people_and_policies_that_come_along_fit_each_other() -> None:
    people = People.model_validate(yaml.safe_load((HERE / "people.yaml").read_text()))
    policy = Policy.model_validate(yaml.safe_load((HERE / "policies.yaml").read_text()))
    named = {person for rule in policy.rules for person in rule.approvers} | set(policy.escalate_to)
    assert named
    assert all(people.person(name) for name in named)
