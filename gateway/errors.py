"""What can go wrong in the gateway, besides the store (`gateway/store/errors.py`) and the channels.

GatewayError
├── Misconfigured     a setting is missing or contradicts another
├── BadIdentity       what somebody wrote is no address of a channel
├── BadTable          a table of people cannot be taken as it is
├── BadChange         what is to be said of people does not fit what is known of them
├── BadToken          a token is not ours, was changed, or belongs to somebody else
├── SealBroken        what was sealed was changed, or by another key
├── LeaseLost         somebody else holds the work now
├── NotOurs           said to others, in a conversation we have no part in
└── NoSuchThread      there is no such thread
"""

from __future__ import annotations


class GatewayError(Exception):
    """The gateway cannot do what it was asked to."""


class Misconfigured(GatewayError):
    """A setting is missing or contradicts another."""


class BadIdentity(GatewayError):
    """What somebody wrote is no address of a channel."""


class BadTable(GatewayError):
    """A table of people cannot be taken as it is: one line for each thing that is wrong."""


class BadChange(GatewayError):
    """What is to be said of people does not fit what is known of them."""


class BadToken(GatewayError):
    """The token is not ours, was changed, or belongs to somebody else."""


class SealBroken(GatewayError):
    """What was sealed cannot be opened."""


class LeaseLost(GatewayError):
    """Somebody else holds the work now: stop without a trace."""


class NotOurs(GatewayError):
    """Said to others, in a conversation we have no part in."""


class NoSuchThread(GatewayError):
    """There is no such thread."""
