"""Files that people send along: each is named with what Slack says of it, and no oddity of one costs a message."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given, strategies as st

from adapters.heard import Received
from adapters.slack.message import MOST_WORDS, files
from adapters.slack.payload import understand
from adapters.slack.why import why
from agent_core.values import Attachment
from tests.unit.adapters.slack.payloads import US, payload, read


def sharing(*shared: object, **event: object) -> dict[str, Any]:
    """A message with these files, as Slack tells of them."""
    given = payload("message_file_share")
    given["event"] |= {"files": list(shared), **event}
    return given


def heard(given: dict[str, Any]) -> Received:
    found = understand(given, US)
    assert isinstance(found, Received)
    return found


def test_files_are_named_before_anybody_fetches_them() -> None:
    found = cast(Received, read("message_file_share"))
    assert found.message.attachments == (
        Attachment(name="invoice.pdf", media_type="application/pdf", size=92582, why_not="not_fetched"),
        Attachment(name="F0FOREIGN", why_not="not_fetched"),
        Attachment(name="F0GONE", why_not="gone"),
    )


def test_the_operator_is_told_what_becomes_of_them() -> None:
    assert why(read("message_file_share")).endswith(
        "its files are fetched before it is stored, those of text that are small enough"
    )
    assert "files" not in why(read("message_im"))


CLOSED = {
    "deleted": ({"mode": "tombstone"}, "gone"),
    "older than the plan keeps": ({"mode": "hidden_by_limit"}, "gone"),
    "not found": ({"file_access": "file_not_found"}, "gone"),
    "not ours to see": ({"file_access": "access_denied"}, "no_access"),
    "kept by somebody else": ({"is_external": True, "url_private": "https://drive.example.test/a"}, "elsewhere"),
}


@pytest.mark.parametrize(("told", "reason"), CLOSED.values(), ids=CLOSED)
def test_what_slack_says_cannot_be_had_is_not_asked_for(told: dict[str, object], reason: str) -> None:
    (file,) = heard(sharing({"id": "F1", "name": "a.txt", "mimetype": "text/plain", **told})).message.attachments
    assert (file.text, file.why_not) == (None, reason)


def test_a_size_that_is_none_is_unknown() -> None:
    sizes = [
        file.size for file in files({"files": [{"id": "F1", "size": size} for size in (0, 7, -1, True, "7", None)]})
    ]
    assert sizes == [0, 7, None, None, None, None]
    said = heard(sharing({"id": "F1", "name": "a.txt", "mimetype": "text/plain"})).message.text
    assert said.splitlines()[-1] == "[file a.txt, text/plain, size unknown]"


values: st.SearchStrategy[object] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=20), st.just({}), st.just([])
)
odd = st.dictionaries(
    st.sampled_from(
        ["id", "name", "title", "mimetype", "size", "url_private", "url_private_download", "file_access", "mode"]
    ),
    values,
)


@given(st.lists(odd, max_size=3))
def test_no_file_however_odd_costs_the_message(shared: list[object]) -> None:
    found = heard(sharing(*shared)).message
    assert found.text.startswith("here is the invoice")
    assert len(found.attachments) == len(shared)


def test_words_without_end_are_cut_and_say_so() -> None:
    found = heard(sharing(text="x" * (MOST_WORDS + 5))).message
    assert found.text == "x" * MOST_WORDS + "\n[5 more characters, not read]"
