"""Footers: what programs and companies put under a mail: signatures, `Sent from my ...`, legal notices, banners.

A greeting and a name are a person's words and stay; in doubt, so does everything else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from adapters.email.text.lines import Line, put

_DELIMITER = re.compile(r"^(?:--|—|–{2}|__|-- -|--\s*--)$")
_RULE = re.compile(r"^_{10,}$")
_SHORT = 90
_FEW = 40
_MAX_SIGNATURE = 12  # Lines below a closing formula.

_DEVICE = (
    r"(?:i(?:phon\w*|pad\w*|pod)|mac(?:book)?|apple|android|samsung|galaxy|huawei|xiaomi|pixel|oneplus|nokia|"
    r"blackberry|windows|outlook|"
    r"yahoo|gmail|mail|e-?mail|proton ?mail|proton|spark|k-?9|thunderbird|fairemail|aol|web\.de|gmx|telekom|"
    r"zoho|hey|superhuman|"
    r"mobile?|phone|smartphone|handy|telefon\w*|tablet|tutanota|tuta|posteo|fastmail|naver|daum|qq|foxmail|"
    r"vivo|oppo|honor|"
    r"mimestream|newton|edison|bluemail|my ?mail|boxer|airmail|canary|ios|téléphone|móvil|celular|cellulare|"
    r"puhelim\w*|"
    r"айфон\w*|смартфон\w*|почт\w*|яндекс\w*|手机|手機|邮箱|郵件|邮件|スマートフォン|휴대폰|스마트폰|메일|네이버)"
)
_SENT_FROM = (
    r"(?:e-?mail |message )?sent (?:from|via|using|with|by|on)\b",
    r"get .{0,20}outlook for\b",
    r"gesendet (?:von|mit|über)\b",
    r"diese (?:nachricht|e-?mail) wurde von",
    r"von mein\w+ .{2,40} gesendet$",
    r"von (?:outlook|samsung|yahoo|unterwegs).{0,40}gesendet$",
    r"(?:message )?envoyé (?:de|depuis|à partir|avec|via)\b",
    r"télécharge[rz] outlook pour",
    r"obtene[zr] outlook p",
    r"enviado (?:desde|con|a través|via|do|de|a partir|com|pelo)\b",
    r"obter (?:o )?outlook para",
    r"baixar outlook",
    r"inviato (?:da|dal|con|tramite)\b",
    r"(?:ottieni|scarica) outlook per",
    r"(?:verzonden|verstuurd) (?:vanaf|vanuit|met|via|van)\b",
    r"(?:download|haal) outlook voor",
    r"outlook voor .{2,20} downloaden",
    r"skickat från\b",
    r"hämta outlook för",
    r"sendt (?:fra|med|via)\b",
    r"(?:hent|få) outlook (?:til|for)",
    r"skaff (?:deg )?outlook",
    r"lähetetty\b.{2,40}$",
    r"hanki outlook",
    r"wysłan[eoay] (?:z|za pomocą|przez)\b",
    r"pobierz (?:program )?outlook",
    r"odesláno (?:z|pomocí)",
    r"získat (?:aplikaci )?outlook",
    r"stáhnout outlook",
    r"odoslané (?:z|pomocou)",
    r"elküldve|küldve",
    r"az? .{2,30}(?:omról|emről|ról) küldve",
    r"trimis (?:de pe|din|cu)",
    r"отправлено (?:с|из|через)\b",
    r"скачать outlook",
    r"надіслано (?:з|із|за)\b",
    r"відправлено з",
    r"изпратено от",
    r"(?:στάλθηκε|εστάλη|απεστάλη) (?:από|με)",
    r"poslano (?:s|iz|sa)\b",
    r"послато (?:са|с)",
    r".{2,40}(?:dan|den|tan|ten) gönderildi",
    r"outlook.{0,20} (?:edinin|indirin)",
    r".{0,40}から送信",
    r"(?:发自|來自|来自|從|从|發自).{0,40}",
    r"(?:获取|取得|下载).{0,12}outlook",
    r".{0,40}에서 (?:보냄|보낸)",
    r"(?:أرسلت|أُرسلت|تم الإرسال|مرسل) من",
    r"נשלח מ",
    r"ส่งจาก",
    r"(?:được )?(?:đã )?gửi từ",
    r"dikirim (?:dari|dengan)",
    r"enviat des de",
    r"saadetud minu",
    r"išsiųsta iš",
    r"nosūtīts no",
    r"holen sie sich outlook",
    r"outlook für .{2,20} (?:beziehen|herunterladen)",
)
_FOOTER = re.compile(rf"^\W{{0,3}}(?:{'|'.join(_SENT_FROM)})", re.IGNORECASE)
_NAMES_PROGRAM = re.compile(
    rf"\b{_DEVICE}|{_DEVICE}\b|\bmy\b|\bmein|\bmon\b|\bmi\b|\bmeu\b|\bmio\b|\bmijn\b|\bmin\b", re.IGNORECASE
)
_CHECKED = re.compile(
    r"^\W{0,3}(?:virus-?free|virenfrei|sans virus|libre de virus|this e-?mail has been (?:checked|scanned)|"
    r"diese e-?mail wurde von .{2,20} auf viren|"
    r"yahoo mail: search|get the new aol app|"
    r"you received this message because you are subscribed|to unsubscribe from this (?:group|list)|"
    r"please consider the environment|p(?:lease)? (?:consider|think).{0,30}before printing|"
    r"think before you print|before printing|"
    r"bitte (?:denken|prüfen) sie.{0,40}(?:umwelt|druck)|pensez à l.environnement|antes de imprimir)",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"^\W{0,4}(?:(?:legal |confidentiality |privacy |important |email |e-mail )*(?:notice|disclaimer|"
    r"warning)\W|confidential(?:ity)?\W{0,3}:|"
    r"(?:the (?:information|contents?)|this (?:e-?mail|message|communication|transmission|mail)|"
    r"the contents of this)\b.{0,160}"
    r"(?:confidential|privileged|intended (?:only|solely|recipient|for)|addressee)|if you (?:are not the|"
    r"have received this)\b.{0,80}"
    r"(?:intended|in error|by mistake)|"
    r"(?:diese|der inhalt dieser) (?:e-?mail|nachricht|mail)\b.{0,120}vertraulich|(?:vertraulichkeits|"
    r"rechtlicher )hinweis|"
    r"ce (?:message|courriel|mail|courrier)\b.{0,160}confidentiel|avis de confidentialité|"
    r"(?:este|el contenido de este) (?:mensaje|correo|e-?mail)\b.{0,160}confidencial|aviso (?:legal|de confidencial)|"
    r"(?:esta|a) mensagem\b.{0,160}confidencia|este e-?mail\b.{0,160}confidencia|"
    r"(?:questo messaggio|questa e-?mail|il (?:contenuto|presente))\b.{0,160}(?:riservat|confidenzial)|"
    r"(?:dit bericht|deze e-?mail|dit e-mailbericht)\b.{0,160}(?:vertrouwelijk|uitsluitend)|"
    r"(?:detta|denne|dette) (?:e-?post|mail|e-?mail|meddelande|meddelelse)\w*\b.{0,160}(?:konfidentiel|fortrolig)|"
    r"(?:niniejsza|ta) wiadomość\b.{0,160}(?:poufn|adresat)|tato zpráva\b.{0,160}důvěrn|(?:данное|это|"
    r"настоящее) (?:сообщение|письмо)\b.{0,160}конфиденц|"
    r"bu (?:e-?posta|mesaj|ileti)\b.{0,160}gizli|本(?:邮件|電子郵件|メール).{0,60}(?:机密|保密|機密|秘密)|"
    r"이 (?:메일|이메일|메시지).{0,60}(?:기밀|비밀))",
    re.IGNORECASE,
)
_BANNER = re.compile(
    r"^\W{0,4}(?:\[?external\]?(?: e-?mail| sender)?(?:\W*$|\W.{0,60}outside)|"
    r"\[?extern(?:e e-?mail)?\]?\W*$|(?:caution|warning|"
    r"achtung|attention|vorsicht|atención|attenzione)\W.{0,40}"
    r"(?:external|outside|extern|außerhalb|exter)|this (?:e-?mail|message) (?:originated|came|was sent) from outside|"
    r"you don.t often get (?:e-?mail|this)|sie erhalten nicht (?:oft|häufig) e-?mails? von|"
    r"some people who received this message)",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^(?:(?:with |my )?(?:best|kind|warm|warmest|kindest|many)? ?(?:regards|wishes|thanks)|best|cheers|"
    r"sincerely|yours(?: \w+)?|thanks(?: again)?|"
    r"thank you|br|kr|rgds|respectfully|cordially|(?:mit )?(?:freundliche|beste|viele|liebe|herzliche|"
    r"schöne)[nm]? (?:grü(?:ß|ss)en?|gruß|gruss)(?: aus \w+)?|"
    r"(?:freundliche|beste|viele|liebe) grüße|mfg|vg|lg|gruß|grüße|hochachtungsvoll|(?:bien )?cordialement|"
    r"bien à vous|salutations(?: distinguées)?|"
    r"bonne journée|amicalement|(?:un )?(?:cordial )?saludos?(?: cordiales)?|atentamente|cordialmente|"
    r"(?:com os )?(?:melhores )?cumprimentos|"
    r"atenciosamente|abraços?|att|(?:cordiali|distinti|cari) saluti|saluti|met (?:vriendelijke|"
    r"hartelijke) groet(?:en)?|groet(?:en|jes)?|mvg|"
    r"(?:med )?(?:vänliga? |bästa )?hälsning(?:ar)?|mvh|(?:med )?(?:venlig|vennlig) hilsen|hilsen|"
    r"(?:ystävällisin )?terveisin|"
    r"z poważaniem|pozdrawiam|(?:s )?pozdravem|s úctou|üdvözlettel|cu stimă|с уважением|з повагою|"
    r"с наилучшими пожеланиями|με εκτίμηση|"
    r"saygılarımla|iyi çalışmalar|よろしくお願いします|よろしくお願いいたします|此致|敬礼|祝好|감사합니다|"
    r"드림)\W{0,3}$",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"\+?\(?\d[\d ()./-]{6,}\d|\bwww\.|https?://|[^\s@<>]+@[^\s@<>]+\.\w|\b(?:gmbh|ag|inc|llc|ltd|limited|"
    r"s\.?a\.?r?\.?l?|b\.?v|s\.?p\.?a|oy|aps|corp|co|kg|plc|"
    r"s\.?r\.?o|株式会社|有限公司|公司)\b\.?|\b(?:manager|director|head of|engineer|officer|lead|leiter\w*|"
    r"chef|chief|ceo|cto|cfo|vp|president|consultant|"
    r"developer|administrator|assistant|analyst|operations|department|abteilung|direct\w+|responsable|"
    r"ingeniero|ingénieur|entwickler\w*|geschäftsführer\w*|"
    r"kierownik|руководитель|инженер|tel|phone|mobile?|fax|部長|課長|经理|팀장|부장)\b",
    re.IGNORECASE,
)


_NAME = re.compile(r"^[^\W\d_][\w.'’-]*(?:,? [^\W\d_][\w.'’()-]*){0,4},?$")
_REACHED = re.compile(r"\+?\(?\d[\d ()./-]{6,}\d|\bwww\.|https?://|[^\s@<>]+@[^\s@<>]+\.\w")


def without_footers(lines: Sequence[Line]) -> list[Line]:
    """The lines, those of signatures and footers marked; one reaches to the next line that is not the person's."""
    known, ends = list(lines), _ends(lines)
    for number, line in enumerate(lines):
        if known[number].place != "own" or not line.text:
            continue
        if _BANNER.match(line.text):
            put(known, "signed", number, min(_paragraph(known, number), ends[number]))
        elif _begins_footer(known, number, ends[number]):
            put(known, "signed", number, ends[number])
    return known


def _ends(lines: Sequence[Line]) -> list[int]:
    """For each line, where the run of the person's own lines that it is in ends."""
    ends = [len(lines)] * len(lines)
    for number in range(len(lines) - 2, -1, -1):
        ends[number] = ends[number + 1] if lines[number + 1].place == "own" else number + 1
    return ends


def _paragraph(lines: Sequence[Line], start: int) -> int:
    return next((number for number in range(start, len(lines)) if not lines[number].text), len(lines))


def _begins_footer(lines: Sequence[Line], number: int, end: int) -> bool:
    text = lines[number].text
    if _DELIMITER.match(text) or _RULE.match(text) or _CHECKED.match(text):
        return True
    if _LEGAL.match(text[:400]) and len(" ".join(line.text for line in lines[number:end])) > 80:
        return True
    return _is_program(text) or _is_contact(lines, number, end) or _is_card(lines, number, end)


def _is_program(text: str) -> bool:
    """`Sent from my iPhone`: what a program says of itself, on a line of its own."""
    return (
        len(text) <= _SHORT + 60
        and bool(_FOOTER.match(text))
        and len(text.split()) <= 14
        and bool(_NAMES_PROGRAM.search(text))
    )


def _is_contact(lines: Sequence[Line], number: int, end: int) -> bool:
    """A closing formula with a block below it that says more than a name."""
    if end - number > _FEW or not _CLOSING.match(lines[number].text):
        return False
    below = [line.text for line in lines[number + 1 : end] if line.text]
    facts = sum(bool(_CONTACT.search(text)) for text in below)
    return 2 <= len(below) <= _MAX_SIGNATURE and facts >= 1 and _is_terse(below)


def _is_card(lines: Sequence[Line], number: int, end: int) -> bool:
    """A block of its own, below other words and above nothing: a name, and then a job, a company, a number."""
    if not _FEW >= end - number > 2 or not number or lines[number - 1].text or not _NAME.match(lines[number].text):
        return False
    block = [line.text for line in lines[number:end] if line.text]
    alone = (
        number > 0 and not lines[number - 1].text and any(line.text for line in lines[:number] if line.place == "own")
    )
    facts = sum(bool(_CONTACT.search(text)) for text in block[1:])
    reached = bool(_REACHED.search(" ".join(block[1:])))
    return alone and reached and 3 <= len(block) <= _MAX_SIGNATURE and facts >= 2 and _is_terse(block)


def _is_terse(block: Sequence[str]) -> bool:
    return all(len(text) <= _SHORT and not text.endswith(("?", "!", ":")) for text in block)
