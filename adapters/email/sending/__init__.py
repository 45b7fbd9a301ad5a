"""Mails of ours: what they say, how they look, and how they go out."""
