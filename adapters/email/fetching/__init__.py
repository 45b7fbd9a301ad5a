"""Mails as they come: from a mailbox, or posted to us."""
