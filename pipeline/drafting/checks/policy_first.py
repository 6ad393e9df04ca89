"""P1: a rule is never the first thing an upset customer hears."""

from __future__ import annotations

from pipeline.drafting import elsewhere
from pipeline.drafting.checks.context import CheckContext, findings, patterns
from pipeline.records import CheckResult, CheckStatus

NAME = "policy_first"

_RULES = (
    r"(?:polic(?:y|ies)|terms(?: and conditions| of \w+)?|conditions(?: of \w+)?|rules?|regulations?|procedures?|"
    r"guidelines?|eula|"
    r"contract|small print|clause|statutes?|programme rules|house rules|disclosure policy|agreement|bylaws|tariff)"
)
_POLICY = patterns(
    rf"(?:under|according to|per|as per|in line with|in accordance with|pursuant to|based on|by|within) (?:the|"
    rf"our|section \S+ of(?: our| the)?)?\s*(?:\w+[ ,]+){{0,3}}{_RULES}\b",
    rf"(?:our|the) (?:\w+ ){{0,3}}{_RULES} (?:clearly )?(?:state|states|say|says|allow|allows|only|require|"
    rf"requires|do|does|is|are|apply|applies|prevails?|foresees?|provide|provides|exclude|excludes|permit|"
    rf"permits|forbid|set)\b",
    rf"(?:see|refer to|read|consult|set out in|named in|governed by|laid down in|subject to|"
    rf"strictly under) (?:\w+ ){{0,4}}(?:our|the) (?:\w+ ){{0,3}}{_RULES}",
    rf"(?:rule|clause|section|article|paragraph|form) \d+\S* (?:of|says|applies|states)|(?:regulations?|"
    rf"{_RULES}) (?:state|states)\b",
    r"for (?:security|legal|data protection|privacy|compliance|safety|insurance|liability) reasons",
    r"(?:we )?(?:can|may) only (?:be )?(?:discuss|accept|accepted|process|processed|talk|deal|release|handle|"
    r"refund|help|act|answer|considered|changed|reviewed|cancelled|made)\b|(?:are|is) only (?:accepted|possible|"
    r"allowed|valid|available|handled|processed|paid)|only the \w+ (?:\w+ )?can|only (?:allow|accept)s?\b",
    r"(?:are|is|were) (?:handled|accepted|reported|dealt with|processed) (?:exclusively|only|strictly)|"
    r"exclusively (?:through|by|via)|in order of receipt|at the \w+'s discretion|at our discretion|"
    r"are never guaranteed|cannot be (?:accepted|released|refunded|moved|changed|made|considered|processed)|"
    r"have to be reported",
    r"(?:does|do|did) not (?:allow|permit|provide for|apply|foresee|cover|accept)\b|not (?:foreseen|permitted|"
    r"eligible|entitled)|no exceptions|exceptions are",
    r"(?:without|unless) (?:the |a |an |your )?(?:original |written |valid |signed )?(?:receipt|"
    r"power of attorney|proof|form|consent|authori[sz]ation|invoice|registration|form \S+)",
    r"before anything else, (?:our|the|you)|(?:is|are) (?:final|non[- ]refundable|not refundable|binding)|"
    r"remain your responsibility|the guardian's responsibility|standard (?:refund|processing|response) time|"
    r"it is our policy",
    r"(?:our|the) (?:\w+ ){0,2}(?:terms|rules|policy|conditions|procedure) (?:give|gives|reserve|reserves|advise|"
    r"let|lets|set|mean)\b",
    r"by using (?:the|our) \w+|must first be|under our \w+, |can only be \w+ (?:once|when|if|after)|(?:is|"
    r"are) not prioriti[sz]ed|paragraph \d",
)


def check(context: CheckContext) -> list[CheckResult]:
    message = "this puts a rule before the customer's problem; begin with what can be done"
    return findings(
        NAME, CheckStatus.WARN, message, context.said(NAME, _POLICY, *elsewhere.patterns(NAME, context.own))
    )
