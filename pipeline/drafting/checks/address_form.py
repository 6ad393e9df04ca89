"""One form of address through the whole reply, the firm's: du or Sie, tu or vous, tú or usted."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipeline.drafting.checks.context import CheckContext, findings
from pipeline.records import CheckResult, CheckStatus

NAME = "address_form"

_YOURS = (
    r"(?:mensaje|correo|pedido|cuenta|paquete|factura|caso|dinero|contrato|solicitud|consulta|reserva|cita|compra|"
    r"tarjeta|paciencia|respuesta|número|dirección|devolución|suscripción)"
)
_OTHER: Mapping[tuple[str, str], re.Pattern[str]] = {
    ("de", "formal"): re.compile(r"\b(?:[Dd]u|[Dd]ich|[Dd]ir|[Dd]eine?[nmrs]?|[Ee]uch|[Ee]ure?[nmrs]?)\b"),
    ("de", "informal"): re.compile(r"\bIhnen\b|(?<=[\w,;:)] )(?:Sie|Ihre?[nmrs]?)\b"),
    ("fr", "formal"): re.compile(
        r"\b(?:tu|toi|te|tes)\b|\bt['’](?=[aeiouhyéê])|(?<!le )(?<!un )(?<!du )(?<!ce )(?<!de )\b(?:ton|ta)\b",
        re.IGNORECASE,
    ),
    ("fr", "informal"): re.compile(r"(?<!\brendez-)\b(?:vous|votre|vos)\b", re.IGNORECASE),
    ("es", "formal"): re.compile(
        r"\b(?:tú|tu|tus|te|ti|contigo|tuy[oa]s?|puedes|tienes|quieres|necesitas|recibirás|tendrás)\b", re.IGNORECASE
    ),
    ("es", "informal"): re.compile(
        rf"\busted(?:es)?\b|\bsus? {_YOURS}s?\b|\bles? \w{{1,20}}(?:mos|ré|rá|rán)\b|"
        r"\ble (?:llamo|escribo|envío|aviso)\b",
        re.IGNORECASE,
    ),
}  # fmt: skip
"""By language and the firm's form: the words of the other one. "Sie" and "Ihr" that begin a sentence may mean "she" or
"they", "su" and "le" may be of somebody else: only what is hardly meant so counts."""
_QUOTED = re.compile(r"\"[^\"\n]*\"|‘[^’\n]*’(?!\w)|‹[^‹›\n]*›")


def check(context: CheckContext) -> list[CheckResult]:
    form = context.firm.address_form
    other = _OTHER.get((context.case.triage.language, form))
    if other is None:
        return []
    own = _QUOTED.sub(lambda match: " " * len(match.group()), context.own)
    message = f"the firm's form of address is {form}, and this is the other one"
    return findings(NAME, CheckStatus.WARN, message, other.finditer(own))
