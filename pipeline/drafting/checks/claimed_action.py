"""P12: nothing is said to be done that no record shows as done."""

from __future__ import annotations

from pipeline.drafting.checks.context import CheckContext, findings, patterns
from pipeline.records import CheckResult, CheckStatus

NAME = "claimed_action"

_DONE = (
    r"(?:refunded|credited|cancelled|canceled|shipped|sent|dispatched|replaced|repaired|fixed|resolved|closed|"
    r"unlocked|reset|deleted|"
    r"removed|restored|reversed|issued|booked|arranged|escalated|forwarded|contacted|informed|stopped|blocked|"
    r"corrected|updated|"
    r"changed|processed|approved|transferred|passed|opened|ordered|paid|returned|checked|reviewed|investigated)"
)
_CLAIMED = patterns(
    rf"(?:i|we|i've|we've|i’ve|we’ve|our team|my colleague|our \w+)\s+(?:have |has |had )?(?:now |already |just |"
    rf"also |today )*{_DONE}\b",
    rf"(?:your|the|a) [\w -]{{2,40}} (?:has|have) (?:now |already |just |also )*been {_DONE}\b",
    r"(?:is|are) (?:already |now )?on (?:its|their) way\b|already been (?:taken care of|dealt with|sorted)",
)


def check(context: CheckContext) -> list[CheckResult]:
    message = "this says that something was done, and no action is recorded"
    return findings(NAME, CheckStatus.BLOCK, message, _CLAIMED.finditer(context.own))
