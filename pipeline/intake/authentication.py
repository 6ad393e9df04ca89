"""What our own mail server found out about a sender: the Authentication-Results field (RFC 8601).

A mail may carry any number of such fields, forged ones too. Only those of the server that the operator names
(``authserv_id``) are believed, and of those only the topmost and its neighbours: what stands below the next Received
field came with the mail. The server named must remove forged fields that bear its name (RFC 8601, 5).

The parser is written from RFC 8601, as the libraries for it have been at rest for years; it runs in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.intake.headers import MAX_FIELD, Headers


@dataclass(frozen=True, slots=True)
class Result:
    """One finding: ``dkim=pass header.d=example.com`` is ("dkim", "pass", {"header.d": "example.com"}).

    Method, result and property names are in lower case; property values as written, without quotes.
    """

    method: str
    result: str
    properties: Mapping[str, str]

    def domain(self, *names: str) -> str:
        """The domain in the first of the properties ``names`` that is given, in lower case, or ""."""
        value = next((self.properties[name] for name in names if name in self.properties), "")
        domain = value.rpartition("@")[2].rstrip(".").lower()
        return domain if _DOMAIN.fullmatch(domain) else ""


@dataclass(frozen=True, slots=True)
class Field:
    """One Authentication-Results field; no ``results``: the server checked nothing ("none")."""

    authserv_id: str
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """What the pinned server says. ``contradictory`` names a method on which its fields disagree, or is ""."""

    results: tuple[Result, ...] = ()
    readable: bool = True
    contradictory: str = ""


_DOMAIN = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){0,30}")
_SPACE = re.compile(r"\s*")
_COMMENT_MARK = re.compile(r"\\.|[()]", re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)


class _Malformed(Exception):
    pass


class _Scanner:
    """A position that moves through the field, only ever forward."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def skip(self) -> str:
        """Go past white space and comments; the character found there, or "" at the end."""
        while True:
            space = _SPACE.match(self.text, self.position)
            self.position = space.end() if space else self.position
            if self.text[self.position : self.position + 1] != "(":
                return self.text[self.position : self.position + 1]
            self._skip_comment()

    def _skip_comment(self) -> None:
        depth = 0
        for mark in _COMMENT_MARK.finditer(self.text, self.position):
            depth += {"(": 1, ")": -1}.get(mark[0], 0)
            if depth == 0:
                self.position = mark.end()
                return
        raise _Malformed

    def word(self, ends: str) -> str:
        """The text up to white space, a comment or one of ``ends``; quoted strings in it are unquoted."""
        self.skip()
        pieces: list[str] = []
        plain = re.compile(rf'[^\s("{ends}]+')
        while True:
            quoted = _QUOTED.match(self.text, self.position)
            found = quoted or plain.match(self.text, self.position)
            if found is None:
                break
            pieces.append(re.sub(r"\\(.)", r"\1", found[1]) if quoted else found[0])
            self.position = found.end()
        if self.text[self.position : self.position + 1] == '"':
            raise _Malformed
        return "".join(pieces)

    def name(self) -> str:
        """The name before an equals sign: RFC 8601 allows comments and space around its dots and slashes."""
        pieces: list[str] = []
        while self.skip() not in ("", ";", "="):
            pieces.append(self.word(";="))
        return "".join(pieces).lower()

    def value(self) -> str:
        """The value after an equals sign; it may hold further ones (``smtp.mailfrom=prvs=1=ann@example.com``)."""
        if self.skip() != "=":
            raise _Malformed
        self.position += 1
        return self.word(";")


def parse_field(value: str) -> Field | None:
    """One Authentication-Results field; None where it cannot be read as a whole, so that no half of it is believed."""
    try:
        return _field(_Scanner(value)) if len(value) <= MAX_FIELD else None
    except _Malformed:
        return None


def _field(scanner: _Scanner) -> Field:
    authserv_id = scanner.word(";=")
    if scanner.skip() not in ("", ";") and not scanner.word(";=").isdigit():  # the version
        raise _Malformed
    results: list[Result] = []
    while scanner.skip() == ";":
        scanner.position += 1
        result = _result(scanner)
        results += [result] if result else []
    if scanner.skip() or not authserv_id:
        raise _Malformed
    return Field(authserv_id, tuple(results))


def _result(scanner: _Scanner) -> Result | None:
    method = scanner.name().partition("/")[0]
    if method in ("", "none") and scanner.skip() != "=":
        return None
    result = scanner.value().lower()
    properties: dict[str, str] = {}
    while scanner.skip() not in ("", ";"):
        name = scanner.name()
        value = scanner.value()
        if properties.setdefault(name, value) != value:
            raise _Malformed
    return Result(method, result, properties)


def _authserv_id(value: str) -> str:
    try:
        return _Scanner(value[:MAX_FIELD]).word(";=").lower()
    except _Malformed:
        return ""


def read_findings(headers: Headers, authserv_id: str) -> Findings:
    """What the server called ``authserv_id`` found; nothing is believed where no name is given."""
    if not authserv_id:
        return Findings()
    near: list[Field | None] = []
    all_fields: list[Field | None] = []
    passed = False
    for name, value in headers.fields:
        passed = passed or (name == "received" and bool(near))
        if name == "authentication-results" and _authserv_id(value) == authserv_id.lower():
            field = parse_field(value)
            all_fields.append(field)
            near += [] if passed else [field]
    believed = tuple(result for field in near if field for result in field.results)
    return Findings(believed, None not in near, _contradiction([field for field in all_fields if field]))


def _contradiction(fields: Sequence[Field]) -> str:
    """A method of which two fields say different things: one of them is forged."""
    said: dict[str, frozenset[tuple[str, str]]] = {}
    for field in fields:
        for method, outcome in _outcomes(field).items():
            if said.setdefault(method, outcome) != outcome:
                return method
    return ""


def _outcomes(field: Field) -> dict[str, frozenset[tuple[str, str]]]:
    """The results of each method; those of dkim with the domain, as a mail may bear several signatures."""
    found: dict[str, frozenset[tuple[str, str]]] = {}
    for result in field.results:
        domain = result.domain("header.d", "header.i") if result.method == "dkim" else ""
        found[result.method] = found.get(result.method, frozenset()) | {(result.result, domain)}
    return found
