"""Errors of sockets, TLS, imaplib and imapclient, made one MailboxError that says what was tried where."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from imapclient.exceptions import IMAPClientError  # type: ignore[import-untyped]

from pipeline.errors import MailboxError

SENSELESS = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    OverflowError,
    MemoryError,
    RecursionError,
)
"""What imaplib and imapclient raise on answers that are no IMAP, or that announce absurd sizes."""


@contextmanager
def translated(where: str, action: str, timeout: float) -> Iterator[None]:
    """Errors of the block as MailboxError; ``where`` names host and folder, ``timeout`` is the socket's, in seconds."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise MailboxError(
            f"{where}: cannot {action}: the certificate is not valid: {error.verify_message}",
            remedy="set ca_file to the authority that signed it",
        ) from None
    except TimeoutError:
        raise MailboxError(f"{where}: cannot {action}: no answer in {timeout:g} s") from None
    except (IMAPClientError, OSError) as error:
        raise MailboxError(f"{where}: cannot {action}: {words(error)}") from None
    except SENSELESS as error:
        raise MailboxError(f"{where}: cannot {action}: the server's answer makes no sense ({error!r:.200})") from None


def words(error: Exception) -> str:
    """The message of a library error on one line, without the bytes notation of imaplib."""
    text = str(error.strerror if isinstance(error, OSError) and error.strerror else error)
    return " ".join(text.removeprefix("b'").removeprefix('b"').rstrip("'\"").split())[:300]
