"""Notices: the fixed sentences people are told on every channel, `{detail}` standing for what is particular."""

from __future__ import annotations

from collections.abc import Mapping

from agent_core.values import NoticeKind

NOTICES: Mapping[NoticeKind, str] = {
    "not_an_approver": "Your answer does not count: this request was not put to you.",
    "own_request": "Your answer does not count: nobody can approve what they asked for themselves.",
    "not_verified": "Your answer does not count: this message could not be proven to come from you. "
    "Please use the link in the request.",
    "already_closed": "Your answer came too late: the request was {detail}.",
    "expired": "Your answer came too late: the request has expired, and nothing was done.",
    "changed": "Your answer does not count: what you saw is not what is being asked. Please look at the request again.",
    "needs_stronger": "Your answer does not count: this is too risky to be decided by text message. Please decide it "
    "by the link in the request, or where you can be known for sure.",
    "held": "Your approval takes effect at {detail}.",
    "undone": "You took your approval back, and nothing was done. The request can be answered until it expires.",
    "unknown_request": "There is no open request here that this could answer, so nothing was done.",
    "code_needed": "Your answer does not count yet: put the code of this very request behind the word, "
    "on the first line.",
    "unclear": "Your answer was not clear enough to act on, so nothing was done. A condition cannot be kept for you: "
    "answer with the word and the code alone, or deny and say why.",
    "several": "Nothing was done: your message has several decisions, and they could not be told apart for sure. Put "
    "each with its code on a line of its own, on top and with nothing else, or answer each request by itself.",
    "two_texts": "Your mail was not acted on: it holds what you wrote twice, plain and formatted, and the two say "
    "different things. Please write it again.",
    "encrypted": "Your mail was not acted on: it is encrypted and cannot be read here. Please use the link in the "
    "request, or write without encryption.",
    "unreadable": "Your mail was not acted on: some of its letters cannot be made out. Please write it again, or use "
    "the link in the request.",
    "cut": "Your mail was not acted on: it is too large to be read to the end of its words. Please write again, with "
    "less attached.",
    "by_subject": "Your answer does not count: nothing but the subject of your mail tells what it answers. Please "
    "answer the very mail that asks you, or use the link in it.",
    "words_too_weak": "Your answer does not count: this is too risky to be decided by an answer in words. Please "
    "decide it by the link in the request.",
    "not_a_choice": "Please answer with one of: {detail}.",
    "bad_form": "Your answer cannot be used as it is: {detail}. Please send it again, with one line for each field.",
    "bad_arguments": "Your approval does not count: the changed arguments cannot be used ({detail}).",
    "paused": "This conversation is paused. What you write is kept and will be read when it goes on.",
    "resumed": "This conversation goes on.",
    "stopped": "This conversation was stopped by {detail}. Write again to start over.",
    "finished_after_stop": "The step that was already running when you stopped ended: {detail}.",
    "counted": "Your decision counts. Still needed: {detail}.",
    "waits": "Your request waits: {detail}. It goes out as soon as there is room.",
    "moved": "Nobody has decided your request yet, so others are asked as well: {detail}.",
    "asked_back": "Your question was passed on to whoever asked for this. The request stays open, and you are shown it "
    "again with the answer.",
    "delegated": "Your decision was handed on to {detail}. You are not asked about this any more.",
    "no_delegate": "Your decision was not handed on: you can hand it to nobody but {detail}. It still waits for you.",
    "on_hold": "Nobody decided your request in time. It stays open, and nothing is done until somebody does.",
    "too_few": "Too few are left who may decide your request, so it cannot be approved as things are. It stays open "
    "until it expires. Who was told, and may see to it: {detail}.",
    "rules_changed": "Your approval does not take effect: the rules have changed since you gave it. The request can be "
    "answered until it expires.",
    "taken_over": "{detail} has taken this conversation over. The agent is silent until it is handed back.",
    "handed_back": "{detail} has handed this conversation back to the agent.",
    "not_in_charge": "Your message did nothing: you are not among those who may take this conversation over or hand it "
    "back.",
    "link_asked": "{detail} was asked whether it is yours. Once that is confirmed from there, with the code that was "
    "sent there, what comes from there counts as yours.",
    "linked": "From now on, {detail} is taken for you: what is proven to come from there counts as yours.",
    "unlinked": "From now on, {detail} is not taken for you any more.",
    "not_linked": "It was not linked, so nothing has changed: {detail}.",
    "undelivered": "A message of this conversation could not be delivered to {detail}.",
}
