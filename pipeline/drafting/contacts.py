"""Where money, calls and clicks can be sent: links, mail addresses, account and phone numbers in a customer's words.

A mail may be forged, and a reply that says such a thing back lends it the firm's name. So none of them is repeated.
"""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

_LINK = re.compile(
    r"\b(?:[a-z][a-z0-9+.-]{1,15}://|www\.|(?:mailto|tel|sms|callto|javascript|vbscript|data|file):(?=\S))\S+",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_LABELS = r"(?<![\w.-])(?:[\w-]{1,63}\.){1,126}"
_ENDINGS = (
    r"(?:com|net|org|info|biz|edu|gov|io|co|ai|tv|app|shop|store|online|site|website|xyz|top|club|dev|link|click|live|"
    r"support|help|cloud|tech|space|example|eu|uk|de|fr|nl|es|ch|pl|ru|cn|jp|br|ca|au|ie)"
)
_DOMAIN = re.compile(rf"{_LABELS}(?:{_ENDINGS}\b(?:[:/]\S*)?|[a-z][\w-]{{1,62}}/\S+)", re.IGNORECASE)
"""Without a scheme: what mail programs turn into links; a forgotten space ("it broke.please help") is none."""

_IBAN_COUNTRIES = (
    r"(?:A[DELTZ]|B[AEGHRY]|C[HRYZ]|D[EKO]|E[EGS]|F[IOR]|G[BEILRT]|H[RU]|I[ELQST]|JO|K[WZ]|L[BCITUVY]|M[CDEKRTU]|N[LO]|"
    r"OM|P[KLST]|QA|R[OS]|S[ACDEIKMTV]|T[LNR]|UA|V[AG]|XK)"
)
_IBAN = re.compile(
    rf"\b{_IBAN_COUNTRIES}\d\d[ .-]?(?:[A-Z]{{4}}[ .-]?)?(?:[A-Z]{{0,2}}\d[A-Z0-9]{{0,29}}[ .-]?){{1,8}}", re.IGNORECASE
)
_SHORTEST_IBAN = 15

_PHONE = re.compile(
    r"(?<![\w.,:/-])(?:\+ ?\d[\d ()./-]{5,22}\d|(?:\(0\d{1,5}\)|0\d)[\d ()./-]{5,22}\d|"
    r"(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4})(?!\w)"
)
_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b")
_ZERO_PADDED = re.compile(r"00\d{1,8}")
"""Digits in one piece that nobody can dial: an order or article number."""


_ENCODED = re.compile(r"%(?:2[def]|3a|40)|&#(?:\d{1,7}|x[0-9a-f]{1,6});|&(?:period|sol|colon|commat);", re.IGNORECASE)
_DEFANGED = re.compile(
    r"[ \t]?[\[({][ \t]?(?:(?P<dot>\.|dot)|(?P<at>@|at)|(?P<colon>:))[ \t]?[\])}][ \t]?", re.IGNORECASE
)
_HXXP = re.compile(r"\bhxxp(?=s?:)", re.IGNORECASE)


def _decoded(text: str) -> str:
    """``text`` with the signs of an address as they are, however it disguises them: %2E, &#46;, [.], (dot), hxxp."""
    text = _ENCODED.sub(lambda match: html.unescape(unquote(match[0])), text)
    text = _DEFANGED.sub(lambda match: "." if match["dot"] else "@" if match["at"] else ":", text)
    return _HXXP.sub("http", text)


def without_contacts(text: str) -> str:
    """``text`` with a word in brackets for every link, mail address, account number and phone number."""
    decoded = _decoded(text)
    replaced = _replaced(decoded)
    return text if replaced == decoded else replaced  # "(at)" alone is no disguise


def _replaced(text: str) -> str:
    text = _EMAIL.sub("(address)", _LINK.sub("(link)", text))
    text = _IBAN.sub(_account, _DOMAIN.sub("(link)", text))
    return _PHONE.sub(_phone, text)


def _account(match: re.Match[str]) -> str:
    found = match[0].rstrip(" .-")
    if sum(character.isalnum() for character in found) < _SHORTEST_IBAN:
        return match[0]
    return "(account number)" + match[0][len(found) :]


def _phone(match: re.Match[str]) -> str:
    found = match[0]
    digits = sum(character.isdigit() for character in found)
    fewest, most = 9 if found.startswith("0") else 7, 15 if found.isdigit() else 25
    dialled = fewest <= digits <= most and not _DATE.match(found) and not _ZERO_PADDED.fullmatch(found)
    return "(phone number)" if dialled else found
