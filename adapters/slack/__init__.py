"""Slack: heard over HTTP or a socket, answered by its Web API."""
