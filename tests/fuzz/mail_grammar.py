"""A grammar of mail, well-formed and broken, as Hypothesis strategies.

`mails` draws a `Sample`: bytes, and the sentences that any reader of them must find. What damages a part takes its
sentences out of the promise, so that everything that is promised stands in a well-formed text part.
"""

from __future__ import annotations

import base64
import html
import quopri
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st


@dataclass(frozen=True, slots=True)
class Sample:
    """A mail, or a part of one: header lines, body, and the sentences that must be found in its text."""

    header: bytes
    body: bytes
    sentences: tuple[str, ...] = ()

    @property
    def raw(self) -> bytes:
        return self.header + b"\n" + self.body


_SUBJECTS = ("parcel", "lamp", "refund", "invoice", "password", "kettle", "subscription", "delivery")
_ENDINGS = (
    "has not come",
    "is broken again, why?",
    "was promised for Friday.",
    "- I want my money back!",
    "costs 12.50 (not 10)",
)


@st.composite
def sentences(draw: st.DrawFn) -> str:
    number = draw(st.integers(100, 999_999))
    return f"My {draw(st.sampled_from(_SUBJECTS))} number {number} {draw(st.sampled_from(_ENDINGS))}"


def _none(text: str) -> tuple[bytes, bytes]:
    return b"", text.encode()


def _quoted_printable(text: str) -> tuple[bytes, bytes]:
    return b"Content-Transfer-Encoding: Quoted-Printable\n", quopri.encodestring(text.encode())


def _base64(text: str) -> tuple[bytes, bytes]:
    return b"Content-Transfer-Encoding: base64\n", base64.encodebytes(text.encode())


def _piecewise_base64(text: str) -> tuple[bytes, bytes]:
    lines = [base64.b64encode(line.encode()) for line in text.splitlines(keepends=True)]
    return b"Content-Transfer-Encoding:BASE64 \n", b"\n".join(lines) + b"\n"


_ENCODERS: tuple[Callable[[str], tuple[bytes, bytes]], ...] = (_none, _quoted_printable, _base64, _piecewise_base64)
_CHARSETS = (
    *("", "; charset=us-ascii", '; charset="UTF-8"', "; charset=iso-8859-1", "; charset=windows-1252", "; charset=gbk"),
    *("; charset=utf-7", "; charset=unicode_escape", "; charset=rot13", "; charset=x-unknown", '; charset="', "; charset=utf-16"),
    *("; charset*=utf-8''utf-8", "; charset*0=ut; charset*1=f-8", "; charset=hz", "; charset=idna"),
)  # fmt: skip


def _page(lines: Sequence[str]) -> str:
    inner = "".join(f"<p>{html.escape(line)}</p>\n" for line in lines)
    return f"<html><head><title>t</title><style>p {{ color: #222 }}</style></head><body>\n{inner}</body></html>\n"


@st.composite
def texts(draw: st.DrawFn) -> Sample:
    """A text part, plain or HTML, in any charset and encoding."""
    lines = draw(st.lists(sentences(), min_size=1, max_size=3))
    rich = draw(st.booleans())
    kind = "html" if rich else "plain"
    flowed = "" if rich else draw(st.sampled_from(("", "; format=flowed", "; format=flowed; delsp=yes")))
    named, body = draw(st.sampled_from(_ENCODERS))(_page(lines) if rich else "\n".join(lines) + "\n")
    header = f"Content-Type: text/{kind}{draw(st.sampled_from(_CHARSETS))}{flowed}\n".encode()
    if not rich and draw(st.booleans()):
        header = b""
    return Sample(header + named, body, tuple(lines))


@st.composite
def alternatives(draw: st.DrawFn) -> Sample:
    """The same sentences as plain text and as HTML."""
    lines = draw(st.lists(sentences(), min_size=1, max_size=3))
    plain = Sample(b"Content-Type: text/plain\n", "\n".join(lines).encode())
    rich = Sample(b"Content-Type: text/html\n", _page(lines).encode())
    return _multipart("alternative", draw(st.integers(0, 999)), (plain, rich), tuple(lines))


@st.composite
def attachments(draw: st.DrawFn) -> Sample:
    """A file, its name in any of the ways that are and are not allowed."""
    name = draw(
        st.sampled_from(
            [
                'attachment; filename="a.pdf"',
                "attachment; filename*=utf-8''R%C3%BCck%zz.pdf",
                "attachment; filename*0*=x''a; filename*2=\"c\"; filename*1=b",
                "attachment; filename==?utf-8?B?////?=",
                "attachment; name*",
                'inline; filename="..\\\\..\\\\a/b.exe"',
                'attachment; filename="' + "x" * 500 + '"',
            ]
        )
    )
    kind = draw(
        st.sampled_from(["application/pdf", "image/png; name*", "text/plain; name=a.txt", "application/octet-stream"])
    )
    body = base64.encodebytes(draw(st.binary(max_size=60)))[: draw(st.integers(0, 90))]
    header = f"Content-Type: {kind}\nContent-Disposition: {name}\nContent-Transfer-Encoding: base64\n"
    return Sample(header.encode(), body)


def _multipart(
    kind: str, number: int, parts: Sequence[Sample], promised: tuple[str, ...], closed: bool = True
) -> Sample:
    depth = 1 + max((part.body.count(b"\n--=_") for part in parts), default=0)
    boundary = f"=_{'b' * min(depth, 20)}{number}"  # one begins like the other
    pieces = [b"--" + boundary.encode() + b"\n" + part.raw.removesuffix(b"\n") + b"\n" for part in parts]
    end = b"--" + boundary.encode() + b"--\n" if closed else b""
    header = f'Content-Type: multipart/{kind};\n\tboundary="{boundary}"\n'.encode()
    return Sample(header, b"preamble\n" + b"".join(pieces) + end, promised)


_HEADERS = [
    b"Message-ID: <[x@y]>\n",
    b"Message-ID: <one@customers.example>\n",
    b"To: (c):\n",
    b"To: undisclosed-recipients:;\n",
    b"Cc: \"a\" <a@x.example>, <b@x.example> (c), d@x.example; =?utf-8?q?=ff?= <e@x.example>\n",
    b"Subject: =?utf-8?B?w6TD?= =?utf-8?B?tsO8?= =?utf-7?Q?+AGE-?= =?rot13?Q?uryyb?=\n",
    b"Subject: caf\xe9 \xc3\xa9 \xff\n",
    b"Subject: a\n folded\n\tsubject\n",
    b"Subject: =?utf-8?B?" + b"aGVsbG8g" * 300 + b"?=\n",
    b"Date: Mon, 31 Feb 99999 99:99:99 -9999\n",
    b"Date: Tue, 3 Mar 2026 10:00:00 +0200\n",
    b"References: " + b"<a@x.example> " * 80 + b"\n",
    b"In-Reply-To: <<<>>>\n",
    b"Reply-To: a@good.example <evil@bad.example>\n",
    b"X-Long: " + b"x" * 5000 + b"\n",
    b"X-Empty:\n",
    b"X-Eight: \x80\x81\xfe\n",
    b"MIME-Version: 1.0\n",
]  # fmt: skip


def mail_of(header: Sequence[bytes], part: Sample) -> Sample:
    return replace(part, header=b"From: Ana <ana@customers.example>\n" + b"".join(header) + part.header)


@st.composite
def parts(draw: st.DrawFn, depth: int = 3) -> Sample:
    """Any part: a text, a file, alternatives, or a container of parts."""
    kinds = ["text", "text", "file", "alternative"] + (["multipart", "multipart", "mail", "digest"] if depth else [])
    kind = draw(st.sampled_from(kinds))
    if kind == "text":
        return draw(texts())
    if kind == "file":
        return draw(attachments())
    if kind == "alternative":
        return draw(alternatives())
    number = draw(st.integers(0, 999))
    if kind == "mail":
        inner = mail_of(draw(st.lists(st.sampled_from(_HEADERS), max_size=2)), draw(parts(depth - 1)))
        return Sample(b"Content-Type: message/rfc822\n", inner.raw, inner.sentences)
    inside = draw(st.lists(parts(depth - 1), min_size=1, max_size=3))
    if kind == "digest":
        mails = [mail_of((), part) for part in inside]
        inside = [Sample(b"", mail.raw, mail.sentences) for mail in mails]
    promised = tuple(sentence for part in inside for sentence in part.sentences)
    sort = "digest" if kind == "digest" else draw(st.sampled_from(["mixed", "related", "signed", "unheard-of"]))
    return _multipart(sort, number, inside, promised, closed=draw(st.integers(0, 4)) > 0 or depth < 3)


def _cut(raw: bytes, at: float, _: int) -> bytes:
    return raw[: int(len(raw) * at)]


def _nuls(raw: bytes, at: float, _: int) -> bytes:
    place = int(len(raw) * at)
    return raw[:place] + b"\0\0\xff" + raw[place:]


def _bare_returns(raw: bytes, _: float, __: int) -> bytes:
    return raw.replace(b"\n", b"\r")


def _some_returns(raw: bytes, _: float, step: int) -> bytes:
    lines = raw.split(b"\n")
    return b"".join(line + (b"\r\n", b"\r", b"\n", b"\n\r")[(index // step) % 4] for index, line in enumerate(lines))


def _double_line(raw: bytes, at: float, _: int) -> bytes:
    lines = raw.split(b"\n")
    place = int(len(lines) * at)
    return b"\n".join(lines[:place] + lines[max(0, place - 1) : place] * 2 + lines[place:])


def _lost_line(raw: bytes, at: float, _: int) -> bytes:
    lines = raw.split(b"\n")
    place = int(len(lines) * at)
    return b"\n".join(lines[:place] + lines[place + 1 :])


def _moved_block(raw: bytes, at: float, step: int) -> bytes:
    place = int(len(raw) * at)
    return raw[:place] + raw[place // step :] + raw[place:]


def _headers_again(raw: bytes, _: float, __: int) -> bytes:
    return b"Content-Type: text/html; charset=utf-7\nContent-Transfer-Encoding: x-uuencode\n" + raw


_DAMAGES = (_cut, _nuls, _bare_returns, _some_returns, _double_line, _lost_line, _moved_block, _headers_again)


@st.composite
def well_formed(draw: st.DrawFn) -> Sample:
    """A mail that any reader must read whole, with ``\\n`` line ends."""
    header = draw(st.lists(st.sampled_from(_HEADERS), max_size=5))
    return mail_of(header, draw(parts()))


@st.composite
def mails(draw: st.DrawFn) -> tuple[bytes, tuple[str, ...]]:
    """The bytes of a mail, perhaps damaged, and what must be found in it."""
    sample = draw(well_formed())
    raw = sample.raw
    if draw(st.booleans()):
        raw = raw.replace(b"\n", b"\r\n")
    if draw(st.integers(0, 5)) == 0:
        raw = b"From ana@customers.example Tue Mar  3 10:00:00 2026\n" + raw
    damages = draw(st.lists(st.sampled_from(_DAMAGES), max_size=2))
    for damage in damages:
        raw = damage(raw, draw(st.floats(0, 1)), draw(st.integers(1, 9)))
    return raw, () if damages else sample.sentences
