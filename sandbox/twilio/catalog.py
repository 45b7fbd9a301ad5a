"""Error codes: what the REST API says with each, and the HTTP status it says it with.

The codes and their meanings are those of https://www.twilio.com/docs/api/errors; the answer's shape is that of
https://www.twilio.com/docs/usage/troubleshooting/debugging-your-application#debugging-calls-to-the-rest-api
"""

from __future__ import annotations

from sandbox.twilio.errors import Refusal
from sandbox.twilio.shapes import Json

REFUSALS = {
    20001: (400, "Unknown parameters: {}"),
    20003: (401, "Authenticate"),
    20004: (405, "Method not allowed"),
    20009: (409, "Cannot delete message {} because delivery has not been completed"),
    20404: (404, "The requested resource {} was not found"),
    20429: (429, "Too Many Requests"),
    14107: (429, "SMS send rate limit exceeded"),
    20500: (500, "An internal server error has occurred"),
    20503: (503, "Service unavailable"),
    21211: (400, "The 'To' number {} is not a valid phone number."),
    21212: (400, "The 'From' number {} is not a valid phone number, shortcode, or alphanumeric sender ID."),
    21408: (400, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {}."),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21606: (
        400,
        "The 'From' phone number provided ({}) is not a valid message-capable Twilio phone number "
        "for this destination.",
    ),
    21609: (400, "The 'StatusCallback' URL {} is not a valid URL."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21611: (429, "This 'From' number has exceeded the maximum number of queued messages"),
    21612: (400, "Message cannot be sent with the current combination of 'To' ({}) and/or 'From' parameters"),
    21614: (400, "'To' number: {}, is not a mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21620: (400, "Invalid media URL(s)"),
    21623: (400, "Number of media files exceeds allowed limit"),
    21624: (400, "The validity period value is invalid: {}"),
    21655: (400, "The ContentSid {} is invalid"),
    21656: (400, "The Content Variables parameter is invalid"),
    21659: (400, "'From' {} is not a Twilio phone number or Short Code country mismatch"),
    21701: (404, "The Messaging Service {} does not exist"),
    21703: (400, "The Messaging Service does not have a phone number available to send a message"),
    21910: (400, "Invalid From and To pair. From and To should be of the same channel"),
    63007: (400, "Twilio could not find a Channel with the specified From address"),
}

MEANINGS = {
    21610: "Attempt to send to unsubscribed recipient",
    30001: "Queue overflow",
    30002: "Account suspended",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
    30011: "MMS not supported by the receiving phone number in this region",
    30034: "US A2P 10DLC - Message from an Unregistered Number",
    30036: "Validity Period Expired",
    63016: "Failed to send freeform message because you are outside the allowed window.",
}


def error_body(refusal: Refusal) -> Json:
    """The JSON of a refusal, `status` among it."""
    status, sentence = REFUSALS.get(refusal.code, (400, "Error {}"))
    return {
        "code": refusal.code,
        "message": sentence.format(refusal.about),
        "more_info": f"https://www.twilio.com/docs/errors/{refusal.code}",
        "status": status,
    }


def meaning(code: int) -> str | None:
    """What a message's `error_code` means in a word; None when it has none."""
    return MEANINGS.get(code, "Unknown error") if code else None
