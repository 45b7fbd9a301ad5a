"""TwiML: what the app answers to an incoming message: nothing, or messages to send back.

https://www.twilio.com/docs/messaging/twiml; an answer of text/plain is a message as it stands.
"""

from __future__ import annotations

from xml.etree import ElementTree


class BadTwiml(ValueError):
    """The answer is not TwiML."""


def replies(text: str, media_type: str) -> tuple[str, ...]:
    """The messages asked for."""
    if not text.strip():
        return ()
    if media_type == "text/plain":
        return (text.strip(),)
    try:
        response = ElementTree.fromstring(text)  # noqa: S314 - the app's own answer, to a server on its own machine
    except ElementTree.ParseError as error:
        raise BadTwiml(str(error)) from error
    if response.tag != "Response":
        raise BadTwiml(f"<{response.tag}> is not <Response>")
    return tuple(_body(one) for one in response.iter("Message"))


def _body(message: ElementTree.Element) -> str:
    body = message.find("Body")
    return ((message.text if body is None else body.text) or "").strip()
