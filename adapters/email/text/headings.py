"""Headings: what mail programs put above a mail they quote whole: `From: Sent: To: Subject:` and lines with dashes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

_MOST_LINES = 14
_LONGEST_LABEL = 40

# The names of header fields above a quoted mail, in the languages of mail programs.
_FROM = """from|von|de|da|van|från|fra|lähettäjä|od|nadawca|от|отправитель|від|від кого|από|kimden|gönderen|
feladó|de la|expeditor|expeditorul|mittente|šalje|saatja|từ|người gửi|dari|差出人|送信者|送信元|
发件人|發件人|寄件者|寄件人|보낸사람|보낸 사람|발신|발신자|من|מאת|จาก|از|avsender|afsender|absender|
remitente|remetente|expéditeur|verzender|originator"""
_DATE = """sent|date|sent time|gesendet|gesendet am|datum|envoyé|envoyée|date d'envoi|enviado|enviada|
enviado el|enviado em|fecha|data|inviato|data invio|verzonden|skickat|sendt|dato|lähetetty|
päivämäärä|päiväys|wysłano|odesláno|odoslané|отправлено|дата|відправлено|надіслано|στάλθηκε|
ημερομηνία|gönderildi|gönderilen|gönderme tarihi|tarih|elküldve|küldve|dátum|trimis|trimisă|dată|
data trimiterii|poslano|saadetud|đã gửi|ngày|dikirim|tanggal|送信日時|日時|送信日|日付|发送时间|
发送日期|时间|日期|發送時間|寄件日期|傳送時間|보낸날짜|보낸 날짜|보낸시간|보낸 시간|날짜|일시|
تاريخ الإرسال|التاريخ|تم الإرسال|نشر|תאריך|נשלח|ส่ง|วันที่|تاریخ"""
_TO = """to|an|à|a|para|aan|till|til|vastaanottaja|do|komu|кому|προς|pro|kime|alıcı|címzett|către|
destinatarul|destinatario|pour|prima|za|kepada|tới|đến|宛先|收件人|收件者|받는사람|받는 사람|수신|
수신자|إلى|אל|ถึง|به|mottagare|modtager|adresat|destinataire|empfänger"""
_SUBJECT = """subject|betreff|objet|sujet|asunto|assunto|oggetto|onderwerp|ämne|emne|aihe|temat|předmět|predmet|
тема|θέμα|konu|tárgy|subiect|subiectul|naslov|zadeva|teema|chủ đề|tiêu đề|subjek|件名|主题|主旨|
主題|제목|الموضوع|נושא|เรื่อง|موضوع"""
_OTHER = """cc|bcc|kopie|kopia|kopi|kopio|копия|копія|másolat|másolatot kap|dw|cópia|copia|copie à|kópia|bilgi|
抄送|副本|참조|نسخة|העתק|attachments|anlagen|allegati|importance|wichtigkeit|organization|
organisation|reply-to|antwort an|mailing list|list"""

# What stands between dashes above a quoted or forwarded mail.
_TITLES = """original message|original appointment|original e-?mail|reply message|replied message|
forwarded message|forward message|forwarded by .+|forwarded from .+|ursprüngliche nachricht|
original-?nachricht|originalnachricht|ursprüngliche e-?mail|ursprünglicher termin|
weitergeleitete nachricht|weitergeleitet von .+|message d.origine|message original|message initial|
message transféré|message transmis|mail transféré|message réexpédié|mensaje original|
mensaje reenviado|mensagem original|mensagem encaminhada|mensagem reencaminhada|messaggio originale|
messaggio inoltrato|oorspronkelijk bericht|oorspronkelijke bericht|origineel bericht|
doorgestuurd bericht|originalmeddelande|ursprungligt meddelande|originalmeddelelse|
vidarebefordrat meddelande|oprindelig meddelelse|original meddelelse|videresendt meddelelse|
opprinnelig melding|original melding|videresendt melding|alkuperäinen viesti|välitetty viesti.*|
edelleenlähetetty viesti|wiadomość oryginalna|oryginalna wiadomość|przekazana wiadomość|
treść przekazanej wiadomości|wiadomość przekazana|původní zpráva|původní e-?mail|přeposlaná zpráva|
pôvodná správa|preposlaná správa.*|eredeti üzenet|továbbított üzenet|mesaj original|
mesajul original|mesaj redirecționat|исходное сообщение|оригинальное сообщение|
пересылаемое сообщение|перенаправленное сообщение|пересланное сообщение|исходное письмо|
оригінальне повідомлення|початкове повідомлення|вихідне повідомлення|переслане повідомлення|
перенаправлене повідомлення|αρχικό μήνυμα|προωθημένο μήνυμα|özgün ileti|orijinal mesaj|
orijinal ileti|özgün mesaj|iletilen ileti|iletilmiş mesaj|izvorna poruka|originalna poruka|
proslijeđena poruka|izvirno sporočilo|原始邮件|原始郵件|回复的原邮件|转发的邮件|转发邮件信息|
轉寄的郵件|转发的邮件|原邮件|元のメッセージ|オリジナルメッセージ|転送メッセージ|
転送されたメッセージ|원본 ?메시지|원본 ?메일|원본 ?이메일|전달된 메시지|전달된 메일|الرسالة الأصلية|
رسالة معاد توجيهها|הודעה מקורית|הודעה שהועברה|thư gốc|pesan asli|ข้อความต้นฉบับ|original"""
_APPLES = """begin forwarded message|anfang der weitergeleiteten nachricht|début du message réexpédié|
début du message transféré|inicio del mensaje reenviado|início da mensagem encaminhada|
início da mensagem reencaminhada|inizio messaggio inoltrato|begin doorgestuurd bericht|
vidarebefordrat mejl|start på videresendt besked|videresendt melding|välitetty viesti alkaa|
początek przekazywanej wiadomości|začátek přeposílané zprávy|začiatok preposlanej správy|
továbbított levél kezdete|începe mesajul redirecționat|начало переадресованного сообщения|
початок листа, що пересилається|i̇leti başlangıcı|ileti başlangıcı|započni proslijeđenu poruku|
転送されたメッセージ|下面是被转发的邮件|以下是轉寄的郵件|전달된 메시지|رسالة معاد توجيهها|
הודעה שהועברה"""


def _each(words: str) -> list[str]:
    return [word.strip() for word in words.replace("\n", "").split("|") if word.strip()]


def _either(words: str) -> str:
    return "|".join(sorted(set(_each(words)), key=len, reverse=True))


_KIND_OF: dict[str, str] = {
    label: kind
    for kind, labels in (("other", _OTHER), ("to", _TO), ("subject", _SUBJECT), ("date", _DATE), ("from", _FROM))
    for label in _each(labels)
}
_ANY_LABEL = "|".join(map(re.escape, sorted(_KIND_OF, key=len, reverse=True)))
_LABEL = re.compile(rf"^[*_\s|]{{0,4}}({_ANY_LABEL})\s{{0,3}}[*_]{{0,2}}\s{{0,6}}[:：]", re.IGNORECASE)
_LABELS = re.compile(rf"(?:^|[\s-])[*_]{{0,2}}({_ANY_LABEL})\s?[:：]", re.IGNORECASE)
_TITLE = re.compile(rf"^\W{{0,3}}[-_=*]{{2,}}\s*(?:{_either(_TITLES)})\s*:?(?:\W*$|\s*[-_=*]{{2,}})", re.IGNORECASE)
_BARE_TITLE = re.compile(
    rf"^(?:{_either(_APPLES)})\s?[:：]$|^(?:original message|ursprüngliche nachricht)$", re.IGNORECASE
)
_BETWEEN_DASHES = re.compile(r"^[-_=*]{3,}\s?[^\s\d\-_=*][^\-_=*]{2,60}\s?[-_=*]{3,}$")
_LINE = re.compile(r"^[_\-=*\u2500\u2014]{5,}$")
_ADDRESS = re.compile(r"[^\s<>@]@[^\s<>@]")
_DATED = re.compile(r"\d{1,4}[./:年년-]\s?\d{1,2}|\b(?:19|20|25)\d{2}\b|[٠-٩۰-۹]{2}")


def heading(below: Sequence[str]) -> int:
    """How many of the lines, counted from the first, are the heading of a mail quoted whole; 0 if none is."""
    first = below[0].strip() if below else ""
    if not first or len(first) > 1000:
        return 0
    block = _header_block(below)
    if block or _TITLE.match(first) or _BARE_TITLE.match(first):
        return max(block, 1)
    if _LINE.match(first) or _BETWEEN_DASHES.match(first):
        after = next((number for number in range(1, min(4, len(below))) if below[number].strip()), 0)
        follows = _header_block(below[after:]) if after else 0
        return after + follows if follows else 0
    return 0


def _header_block(below: Sequence[str]) -> int:
    """How many lines of header fields the lines begin with, if they are those of a mail; else 0."""
    kinds: set[str] = set()
    values, last, blank, loose = "", 0, 0, 0
    for number, line in enumerate(below[:_MOST_LINES]):
        named, value = _fields(line[:600])
        if named:
            kinds |= named
            values, last, loose = f"{values} {value}", number + 1, 0
        elif not number:
            return 0
        elif line.strip():
            loose += 1
        else:
            blank += 1
        if loose > 2 or blank > 2:
            break
    return last if _is_of_mail(kinds, values) else 0


@lru_cache(maxsize=512)
def _fields(line: str) -> tuple[frozenset[str], str]:
    """The kinds of the fields that stand on a line, and their text."""
    found = _LABEL.match(line[:200])
    if not found:
        return frozenset(), ""
    others = _LABELS.findall(line[found.end() :])
    return frozenset(_KIND_OF.get(label.lower(), "other") for label in [found[1], *others]), line[found.end() :][:300]


def _is_of_mail(kinds: set[str], values: str) -> bool:
    """Whether such fields are a mail's: three of them, or two with what only mails have; never somebody's own list."""
    named = kinds - {"other"}
    certain = bool(_ADDRESS.search(values) or _DATED.search(values))
    if len(named) >= 3:
        return certain or len(kinds) >= 4
    return "from" in named and len(kinds) >= 2 and certain and bool(named & {"date", "to", "subject"})
