"""The client's message of the two SASL mechanisms that carry an access token."""

from __future__ import annotations


def bearer_message(mechanism: str, user: str, token: str, host: str, port: int) -> bytes:
    """For ``mechanism`` "XOAUTH2", or else "OAUTHBEARER" (RFC 7628, 3.1), in UTF-8, before base64."""
    if mechanism == "XOAUTH2":
        return f"user={user}\x01auth=Bearer {token}\x01\x01".encode()
    name = user.replace("=", "=3D").replace(",", "=2C")
    return f"n,a={name},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01".encode()
