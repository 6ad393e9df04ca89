"""Whether the author of a mail may be taken for who its From header says."""

from __future__ import annotations

from pipeline.intake.addresses import addresses_in, ascii_domain
from pipeline.intake.authentication import Findings, Result, read_findings
from pipeline.intake.charset import clean_line
from pipeline.intake.headers import Headers
from pipeline.records import Address, Identity

NO_RESULT = "no authentication result from a trusted server"


def read_identity(
    headers: Headers, senders: tuple[Address, ...], reply_to: Address | None, authserv_id: str
) -> Identity:
    """Never trusted without proof by the server ``authserv_id``; ``why`` is a sentence, the plainest trick first.

    A Reply-To in another domain leaves the verdict as it is and is told: where to answer is a question of its own.
    """
    identity = _identity(headers, senders, reply_to, authserv_id)
    return Identity(identity.trusted, clean_line(identity.why)[0])  # it quotes the mail


def _identity(headers: Headers, senders: tuple[Address, ...], reply_to: Address | None, authserv_id: str) -> Identity:
    domain = ascii_domain(_domain(senders[0])) if senders else ""
    findings = read_findings(headers, authserv_id)
    disowned = any(result.method == "dmarc" and result.result == "fail" for result in findings.results)
    trick = "" if disowned else _trick(headers, senders)
    verdict = Identity(False, trick) if trick else _verdict(findings, domain, authserv_id, disowned)
    if trick or reply_to is None or ascii_domain(_domain(reply_to)) == domain:
        return verdict
    elsewhere = f"replies go to another domain: {_domain(reply_to)}"
    told = (verdict.why, elsewhere) if verdict.trusted or disowned else (elsewhere, verdict.why)
    return Identity(verdict.trusted, "; ".join(told))


def _domain(address: Address) -> str:
    return address.email.rpartition("@")[2]


def _trick(headers: Headers, senders: tuple[Address, ...]) -> str:
    """What makes the From header itself unfit to name anybody, whoever signed it; or ""."""
    if not senders:
        return "the From header names no address"
    if len(headers.all("from")) > 1:
        return "the mail has several From headers"
    if len({address.email.lower() for address in senders}) > 1:
        return f"the From header names several addresses: {', '.join(address.email for address in senders[:3])}"
    others = [shown for shown in addresses_in(senders[0].name) if shown.lower() != senders[0].email.lower()]
    if others:
        return f"the sender's name shows another address: {others[0]} instead of {senders[0].email}"
    return ""


def _verdict(findings: Findings, domain: str, server: str, disowned: bool) -> Identity:
    if disowned:
        return Identity(False, f"the sender's domain says this mail is not theirs (dmarc=fail), found by {server}")
    if findings.contradictory:
        return Identity(False, f"{server} says two things about {findings.contradictory}: one of them may be forged")
    if not findings.readable:
        return Identity(False, f"the authentication result of {server} cannot be read")
    if not findings.results:
        return Identity(False, NO_RESULT)
    proof = next((shown for result in findings.results if (shown := _proof(result, domain))), "")
    if proof:
        return Identity(True, f"{server} confirms the sender's domain {domain} ({proof})")
    found = ", ".join(_shown(result) for result in findings.results[:4])
    return Identity(False, f"{server} found no proof that this mail is from {domain} ({found})")


def _proof(result: Result, domain: str) -> str:
    """How ``result`` proves that the mail is from ``domain``, or ""."""
    if result.result != "pass" or not domain:
        return ""
    shown = _shown(result)
    if result.method == "dmarc":
        return shown if _proved(result) == domain else ""
    if result.method == "dkim":
        return shown if _within(domain, _proved(result)) else ""
    if result.method == "spf":
        return shown if _within(domain, _proved(result)) or _within(_proved(result), domain) else ""
    return ""


_PROVED_BY = {"dmarc": ("header.from",), "dkim": ("header.d", "header.i"), "spf": ("smtp.mailfrom",)}


def _proved(result: Result) -> str:
    """The domain that a result speaks of; "" for the null sender, of which only the HELO name was checked."""
    return ascii_domain(result.domain(*_PROVED_BY.get(result.method, ())))


def _within(domain: str, parent: str) -> bool:
    """Whether ``domain`` is ``parent`` or below it; nobody speaks for a whole top-level domain."""
    return "." in parent and (domain == parent or domain.endswith(f".{parent}"))


def _shown(result: Result) -> str:
    proved = _proved(result)
    plain = f"{result.method[:20]}={result.result[:20]}"
    return f"{plain} for {proved}" if proved else plain
