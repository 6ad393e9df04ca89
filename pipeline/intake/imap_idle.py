"""Waiting for mail with IDLE (RFC 2177), as a hint only.

`IMAPClient.idle_check` is not used: it breaks on a line that arrives in two pieces and is silent for ever once the
server has hung up. Here the socket is only watched; DONE then reads what came, or fails loudly. Nor is
`IMAPClient.idle`: it takes a line before the server's "+" for an error. What it and imaplib keep to themselves is read
from imaplib's list of untagged answers, so that no EXISTS is overheard, whatever command it came along with.
"""

from __future__ import annotations

import select
import ssl
import threading
import time

from imapclient import IMAPClient  # type: ignore[import-untyped]
from imapclient.exceptions import IMAPClientError  # type: ignore[import-untyped]

MAX_IDLE_SECONDS = 300.0
"""Longest IDLE; a connection that died silently is noticed by the DONE after it."""
_STOP_CHECK_SECONDS = 1.0


def heard_of_mail(client: IMAPClient) -> bool:
    """Whether any answer since the last call came with an EXISTS."""
    _, told = client._imap.response("EXISTS")
    return any(count is not None for count in told)


def idle(client: IMAPClient, seconds: float, stop: threading.Event) -> bool:
    """One IDLE until the server says anything, ``stop`` or ``seconds``; whether it told of new mail, now or before."""
    end = time.monotonic() + min(seconds, MAX_IDLE_SECONDS)
    _begin(client)
    heard = heard_of_mail(client)
    if not heard and not _waiting_in_buffer(client):
        while not stop.is_set() and (left := end - time.monotonic()) > 0:
            if _readable(client, min(_STOP_CHECK_SECONDS, left)):
                break
    client.idle_done()
    return heard_of_mail(client) or heard


def _begin(client: IMAPClient) -> None:
    """Say IDLE and read up to the server's "+"."""
    connection = client._imap
    client._idle_tag = tag = connection._command("IDLE")
    while connection._get_response() is not None:
        if connection.tagged_commands[tag]:
            raise IMAPClientError(f"IDLE refused: {connection.tagged_commands.pop(tag)!r:.200}")


def _waiting_in_buffer(client: IMAPClient) -> bool:
    """Whether lines came together with the "+": then the socket itself will not become readable for them."""
    connection = client.socket()
    timeout = connection.gettimeout()
    connection.setblocking(False)
    try:
        return bool(client._imap.file.peek(1))
    except ssl.SSLWantReadError:
        return False
    finally:
        connection.settimeout(timeout)


def _readable(client: IMAPClient, seconds: float) -> bool:
    poller = select.poll()
    poller.register(client.socket(), select.POLLIN)
    return bool(poller.poll(seconds * 1000))
