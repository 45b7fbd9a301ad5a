"""Folder names as IMAP writes them."""

from __future__ import annotations

import pytest

from adapters.email.fetching.folder import encoded


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("INBOX", "INBOX"),
        ("[Gmail]/Spam", "[Gmail]/Spam"),
        ("Junk E-mail", "Junk E-mail"),
        ("Unerwünscht", "Unerw&APw-nscht"),
        ("Cats & Dogs", "Cats &- Dogs"),
        ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),  # RFC 3501's own example.
        ("📬", "&2D3c7A-"),
    ],
)
def test_a_folder_is_named_as_the_server_knows_it(name: str, wire: str) -> None:  # EM-14
    assert encoded(name) == wire
