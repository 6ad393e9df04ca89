"""How mail programs announce the earlier mail: introduction lines, header blocks, separators, signature lines.

Each recogniser looks at a bounded window of lines of bounded length, so a hostile text costs linear time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import quotequail  # type: ignore[import-untyped]

MAX_LINE = 300
"""No introduction or header line is longer."""

_QUOTED = re.compile(r"\s{0,3}>|\|(?: |$)")


def is_quoted(line: str) -> bool:
    return bool(_QUOTED.match(line))


# --- "On ... wrote:" ------------------------------------------------------------------------------------------------

_OPENERS = (
    "on ", "am ", "le ", "el ", "op ", "il ", "em ", "den ", "de ", "på ", "dnia ", "w dniu ", "dne ", "pe ", "a las ",
    "il giorno ", "am:", "在", "於", "vào ", "pada ", "tarihinde", "ons", "tor", "fre", "lør", "lör", "søn", "sön", "man",
    "mån", "tir", "tis",
)  # fmt: skip
_WROTE = re.compile(
    r"\b(?:wrote|writes|schrieb|schrieben|écrit|ecrit|escribió|escribio|schreef|geschreven|scritto|skrev|skreiv|"
    r"escreveu|napisał|napisała|napsal|napsala|kirjoitti|írta|a scris|yazdı|написал|написала|пишет|написав|пише|viết|menulis)"
    r"(?:\b|\()|写道|寫道|のメール|작성"
)
_EMAIL = re.compile(r"[^\s@<>]{1,100}@[^\s@<>]{1,100}")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_CLOCK = re.compile(r"\b\d{1,2}[:.]\d\d\b")
# "On 3 May at 10:30 I wrote to you:" is the customer speaking, not a mail program.
_PERSONAL = re.compile(
    r"\b(?:I|we|your?|ich|wir|sie|ihre?|je|j'ai|nous|vous|votre|ik|wij|jullie|yo|nosotros|usted|su)\b"
)
_MAX_INTRO_LINES = 6
# The writer's own sentence above the introduction is no part of it; "10 a.m." and "3." end no sentence.
_SENTENCE_END = re.compile(r"(?<![\d\s])(?<!\b[ap]\.m)[.!?;:…]\Z", re.IGNORECASE)


def _joined(lines: Sequence[str], start: int) -> tuple[list[str], list[int]]:
    """The words of up to `_MAX_INTRO_LINES` lines from ``start``, growing, and the line after each."""
    texts, ends, text = [], [], ""
    for index in range(start, min(start + _MAX_INTRO_LINES, len(lines))):
        bare = lines[index].lstrip("> ").strip()
        if len(bare) > MAX_LINE or (not bare and not "".join(lines[index : index + 2]).lstrip("> ").startswith("<")):
            break
        text = f"{text} {bare}".strip()
        texts.append(text)
        ends.append(index + 1)
        if _SENTENCE_END.search(bare):
            break
    return texts, ends


def introduction(lines: Sequence[str], start: int) -> tuple[int, bool] | None:
    """Where the "On ... wrote:" that begins at ``start`` ends, and whether it names an address or a full date.

    Only such a strong one may announce history without ``>`` marks: customers themselves write "your agent wrote:".
    """
    first = lines[start].lstrip("> ").strip()
    lowered = first.lower()
    if not (lowered.startswith(_OPENERS) or first[:1].isdigit() or "<" in first or first.startswith(("----", '"'))):
        return None
    for text, end in zip(*_joined(lines, start), strict=True):
        closed = text.endswith((":", "：", "----"))
        dated = bool(_YEAR.search(text) and _CLOCK.search(text))
        strong = (dated or bool(_EMAIL.search(text))) and not _PERSONAL.search(text)
        if closed and _WROTE.search(text):
            return end, strong
        if closed and strong and dated and _EMAIL.search(text):
            return end, True
        near = end <= start + 2 and text.endswith((":", ">"))
        if near and strong and (_YEAR.search(text) or _CLOCK.search(text)) and _library_says(text):
            return end, True
    return None


def _library_says(line: str) -> bool:
    """Whether quotequail takes the line for the introduction of a quoted mail."""
    parts = quotequail.quote(line, quote_intro_line=True)
    return len(parts) == 2 and not parts[0][1].strip()


# --- header blocks and separators -----------------------------------------------------------------------------------

_LABELS = {
    "from": ["from", "von", "de", "da", "van", "från", "fra", "od", "от", "от:", "lähettäjä", "kimden", "发件人", "寄件者", "差出人", "от кого", "보낸 사람"],
    "sent": ["date", "sent", "datum", "gesendet", "envoyé", "enviado", "fecha", "data", "inviato", "verzonden", "skickat", "sendt", "dato", "wysłano", "дата", "отправлено", "odesláno", "发送时间", "日期", "送信日時", "enviado el", "date d'envoi"],
    "to": ["to", "an", "à", "para", "a", "aan", "till", "til", "do", "кому", "komu", "pour", "收件人", "宛先"],
    "subject": ["subject", "betreff", "objet", "sujet", "asunto", "oggetto", "onderwerp", "ämne", "emne", "temat", "тема", "předmět", "assunto", "aihe", "konu", "主题", "主旨", "件名"],
    "other": ["cc", "kopie", "kopia", "copie", "bcc", "organization", "reply-to", "risposta", "importance"],
}  # fmt: skip
_LABEL = {word: group for group, words in _LABELS.items() for word in words}
_HEADER = re.compile(r"[>\s*]{0,20}([^\W\d_][\w' -]{0,20}?)\*?\s?[:：]\*?(?:\s|$)")
_MAX_BLOCK = 12


def header_block(lines: Sequence[str], start: int) -> int:
    """The line after the From/Sent/To/Subject block that begins at ``start``, or ``start`` where there is none.

    From with Subject, or From, Sent and To with an address: customers write "Date: ... From: ... To: ..." of journeys.
    """
    groups: set[str] = set()
    end = start
    for index in range(start, min(start + _MAX_BLOCK, len(lines))):
        line = lines[index][:MAX_LINE]
        match = _HEADER.match(line)
        group = _LABEL.get(match[1].lower()) if match else None
        if index == start and group is None:
            return start
        if not line.strip("> \t"):
            break
        if group:
            groups.add(group)
            end = index + 1
    addressed = any("@" in line[:MAX_LINE] for line in lines[start:end])
    known = {"from", "subject"} <= groups or ({"from", "sent", "to"} <= groups and addressed)
    return end if known else start


_SEPARATOR = re.compile(
    r"[\s>]{0,20}[-_*=]{2,60}\s*(?:original message|original appointment|forwarded message|forwarded by .{1,100}|"
    r"ursprüngliche nachricht|original-?nachricht|weitergeleitete nachricht|message d'origine|message original|"
    r"message transféré|mensaje original|mensaje reenviado|messaggio originale|messaggio inoltrato|"
    r"oorspronkelijk bericht|doorgestuurd bericht|ursprungligt meddelande|opprinnelig melding|oprindelig meddelelse|"
    r"wiadomość oryginalna|oryginalna wiadomość|исходное сообщение|пересылаемое сообщение|mensagem original|"
    r"původní zpráva|alkuperäinen viesti|原始邮件|原始郵件)\s*[-_*=]{2,60}[\s:]{0,5}",
    re.IGNORECASE,
)
_RULE = re.compile(r"[\s>]{0,20}[_-]{5,80}\s{0,20}")


def separator(lines: Sequence[str], start: int) -> bool:
    """Whether line ``start`` separates the new text from an earlier mail below it."""
    line = lines[start]
    if len(line) > MAX_LINE or not line.strip():
        return False
    if _SEPARATOR.fullmatch(line):
        return True
    if _RULE.fullmatch(line):
        following = next((index for index in range(start + 1, min(start + 4, len(lines))) if lines[index].strip()), 0)
        return following > 0 and header_block(lines, following) > following
    return line.strip().endswith(":") and "@" not in line and line[:1].isalpha() and _forward_line(line.strip())


def _forward_line(line: str) -> bool:
    return not _WROTE.search(line) and len(line) < 60 and _library_says(line)


# --- signatures -----------------------------------------------------------------------------------------------------

_DEVICE = (
    r"(?:iphone|ipad|ipod|android|samsung|galaxy|htc|nokia|huawei|xiaomi|blackberry|windows|outlook|mailbox|airmail|"
    r"proton ?mail|yahoo|gmx|web\.de|aol|mail\b|phone|handy|mobil|mobile|tablet|device|smartphone|téléphone|móvil|"
    r"mobiltelefon|mobilgerät|telefon|cell|spark|sparrow|thunderbird|k-9)"
)
_SENT = (
    r"(?:sent|gesendet|envoyé|envoye|enviado|verzonden|verstuurd|inviato|skickat|sendt|wysłane|wysłano|отправлено|"
    r"lähetetty|odesláno)"
)
_VIA = r"(?:from|via|with|using|by|von|mit|de|depuis|à partir|desde|vanaf|met|da|från|fra|med|z|с|из|iz|on)"
_MOBILE = re.compile(
    rf"[(<\[]{{0,2}}{_SENT} {_VIA} .{{0,60}}{_DEVICE}.{{0,30}}|"
    rf"von mein(?:em|er) .{{0,30}}{_DEVICE}.{{0,20}} gesendet\.?|"
    rf"diese nachricht wurde von .{{0,60}} gesendet\.?|"
    r"get outlook for .{0,80}|get \[outlook for .{0,80}|outlook für (?:ios|android) .{0,40}|"
    r".{0,12}iphone ?(?:傳送|发送|から送信).{0,5}|从我的.{0,20}发送|從我的.{0,20}傳送",
    re.IGNORECASE,
)


def is_signature_delimiter(line: str) -> bool:
    """``-- `` of RFC 3676, 4.3, also where the space was lost."""
    return line.rstrip() == "--"


def is_mobile_signature(line: str) -> bool:
    return len(line) <= 120 and bool(_MOBILE.fullmatch(line.strip()))
