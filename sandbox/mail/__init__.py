"""The mail sandbox: an SMTP and an IMAP server on loopback, and the people who write from there."""

from sandbox.mail.faults import Fault
from sandbox.mail.letter import Letter
from sandbox.mail.post import Refused, Transaction
from sandbox.mail.server import MailSandbox

__all__ = ["Fault", "Letter", "MailSandbox", "Refused", "Transaction"]
