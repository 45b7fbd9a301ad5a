"""Words: of every make of mail the readable part is read; what differs or is sealed is doubtful."""

from __future__ import annotations

import random

import pytest

from adapters.email.text.plain import MAX_PLAIN
from tests.unit.adapters.email.papers import both, multipart, part, plain, read

PLAIN, HTML = part("text/plain", "plain words"), part("text/html", "<p>plain words</p>")
ATTACHED = "Content-Disposition: attachment; filename=a.txt"
OPEN = b"Content-Type: multipart/mixed; boundary=b1\r\n\r\n--b1\r\n"
PICTURE = part("image/png", "x")
MAIL = part("message/rfc822", "From: bo@example.test\n\nold")

STRUCTURES = {
    "plain": (PLAIN, "plain words"),
    "no content type": (b"X: y\r\n\r\nplain words", "plain words"),
    "html only": (HTML, "plain words"),
    "both": (multipart("alternative", PLAIN, HTML), "plain words"),
    "both, html first": (multipart("alternative", HTML, PLAIN), "plain words"),
    "both, the plain one empty": (multipart("alternative", part("text/plain", " \n"), HTML), "plain words"),
    "both, the html one empty": (multipart("alternative", PLAIN, part("text/html", "<p></p>")), "plain words"),
    "both beside one another by mistake": (multipart("mixed", PLAIN, HTML), "plain words"),
    "with an attachment": (multipart("mixed", PLAIN, part("text/plain", "attached", ATTACHED)), "plain words"),
    "an attachment first": (multipart("mixed", part("text/plain", "attached", ATTACHED), PLAIN), "plain words"),
    "a named file shown below": (multipart("mixed", PLAIN, part("text/plain; name=log.txt", "log")), "plain words"),
    "an attached page": (multipart("mixed", part("text/html", "attached", ATTACHED)), ""),
    "words around a picture": (
        multipart("mixed", PLAIN, PICTURE, part("text/plain", "more")),
        "plain words more",
    ),
    "a mail in the mail": (multipart("mixed", MAIL), ""),
    "a mail beside the words": (multipart("mixed", MAIL, PLAIN), "plain words"),
    "signed": (multipart("signed", PLAIN, part("application/pgp-signature", "x")), "plain words"),
    "related": (multipart("related", multipart("alternative", PLAIN, HTML, boundary="b2")), "plain words"),
    "only a picture": (PICTURE, ""),
    "a boundary nobody uses": (b"Content-Type: multipart/mixed; boundary=b9\r\n\r\nplain words", ""),
    "a multipart that does not end": (
        OPEN + PLAIN,
        "plain words",
    ),
    "a content type that is none": (b"Content-Type: ;;;=\r\n\r\nplain words", "plain words"),
    "a blank before a colon": (b"X-A : b\r\nContent-Type: text/html\r\n\r\n<p>plain words</p>", "plain words"),
    "an empty mail": (b"X: y\r\n\r\n", ""),
}


# EM-37
@pytest.mark.parametrize(("entity", "meant"), STRUCTURES.values(), ids=STRUCTURES)
def test_of_every_structure_the_readable_part_is_read(entity: bytes, meant: str) -> None:
    said = read(entity)
    assert (" ".join(said.reply.split()), said.doubt) == (meant, "")


SAME = {
    "drawn otherwise": ("*Yes*, see https://a.example/b\n- one\n", "<p><b>yes</b>, see</p><ul><li>one</li></ul>"),
    "a signature only HTML marks": ("No.\n\nBo\nOperations", '<p>No.</p><div id="Signature">Bo<br>Operations</div>'),
    "a quote the text does not mark": (
        "No.\n\nMay this run?",
        '<p>No.</p><blockquote type="cite">May this run?</blockquote>',
    ),
    "no blank between blocks": (
        "APPROVE 1Sent from my Galaxy",
        '<div>APPROVE 1</div><div id="composer_signature">Sent from my Galaxy</div>',
    ),
    "a text that is none": ("Your mail program does not support HTML.", "<p>APPROVE 1</p>"),
}
OTHER = {
    "the opposite": ("APPROVE 1", "<p>DENY 1</p>"),
    "a word more": ("APPROVE 1", "<p>APPROVE 1 not</p>"),
    "a word more that the quote has": (
        "APPROVE 1 not",
        '<p>APPROVE 1</p><blockquote type="cite">it is not checked</blockquote>',
    ),
    "a word that HTML hides": ("do not APPROVE 1", '<p><span style="display:none">do not</span> APPROVE 1</p>'),
    "a word that HTML crosses out": ("APPROVE 1 DENY 1", "<p><s>APPROVE 1</s> DENY 1</p>"),
    "nothing": ("APPROVE 1", '<p style="color:white">APPROVE 1</p><p>x</p>'),
}


# EM-37
@pytest.mark.parametrize(("text", "markup"), SAME.values(), ids=SAME)
def test_text_and_html_that_only_look_different_agree(text: str, markup: str) -> None:
    assert both(text, markup).doubt == ""


# EM-37
@pytest.mark.parametrize(("text", "markup"), OTHER.values(), ids=OTHER)
def test_text_and_html_that_say_different_things_are_doubtful(text: str, markup: str) -> None:
    assert both(text, markup).doubt == "two_texts"


VERSION = part("application/pgp-encrypted", "Version: 1")
SEALED = {
    "PGP/MIME": multipart("encrypted", VERSION, part("application/octet-stream", "x")),
    "PGP/MIME, taken apart on the way": multipart("mixed", part("text/plain", ""), VERSION),
    "S/MIME": part("application/pkcs7-mime; smime-type=enveloped-data", "MIIx", "Content-Transfer-Encoding: base64"),
    "PGP in the text": part("text/plain", "-----BEGIN PGP MESSAGE-----\n\nhQEM\n-----END PGP MESSAGE-----\n"),
}


# EM-24
@pytest.mark.parametrize("entity", SEALED.values(), ids=SEALED)
def test_what_is_encrypted_says_nothing_and_says_why(entity: bytes) -> None:
    said = read(entity)
    assert (said.reply, said.doubt) == ("", "encrypted")


# EM-24
def test_what_pgp_signed_in_the_text_is_read_without_its_armour() -> None:
    signed = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nDENY 1\n- - one\n-----BEGIN PGP SIGNATURE-----\n\niQ\n"
    )
    assert plain(signed) == "DENY 1\n- one"
    assert plain("No.\n\nOn 21.11.26 10:00, bo wrote:\n> -----BEGIN PGP MESSAGE-----\n> hQ") == "No."


# EM-39
def test_flowed_lines_are_joined_and_quotes_in_them_are_told_by_their_depth() -> None:
    kind = "text/plain; charset=utf-8; format=flowed"
    assert plain("this goes \non\n> quoted \n> too\n >mine\n-- \nBo", kind=kind) == "this goes on\n>mine"
    assert plain("日本 \n語", kind=f"{kind}; delsp=yes") == "日本語"


def test_a_mail_that_was_fetched_in_part_and_ends_within_its_words_is_doubtful() -> None:
    whole = multipart("mixed", PLAIN, part("application/pdf", "x" * 99, ATTACHED))
    cut = b"X-Holdpoint-Cut: yes\r\n"
    assert read(cut + whole[: whole.index(b"words")]).doubt == "cut"
    assert read(cut + whole[:-20]).doubt == ""
    assert read(cut + PLAIN).doubt == "cut"


def test_a_part_is_read_up_to_a_bound() -> None:
    assert len(plain("x" * (MAX_PLAIN + 1))) == MAX_PLAIN


SPLICES = (b"\xff", b"<", b"--b1", b"\r\n\r\n", b"\x1b$B", b"charset=x", b"")


# EM-12
def test_whatever_the_bytes_words_are_read_and_nothing_is_raised() -> None:
    chance = random.Random(20261121)
    seeds = [entity for entity, _ in STRUCTURES.values()] + list(SEALED.values())
    for _ in range(1_500):
        broken = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 5)):
            at = chance.randrange(len(broken) + 1)
            broken[at : at + chance.randrange(3)] = chance.choice(
                (b"\xff", b"<", b"--b1", b"\r\n\r\n", b"\x1b$B", b"charset=x", b"")
            )
        assert isinstance(read(bytes(broken)).reply, str)
