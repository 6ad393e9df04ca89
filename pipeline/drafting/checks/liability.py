"""P7-P9: responsibility only where a person has confirmed the fault, and never in legal or injury matters."""

from __future__ import annotations

from pipeline.drafting.checks.context import CheckContext, findings, patterns
from pipeline.drafting.phrasing import may_take_responsibility
from pipeline.records import CheckResult, CheckStatus

NAME = "liability"

_LIABILITY = patterns(
    r"(?:the |this |it |that |all )?(?:is|was|were|are|'s)? ?(?:(?:entirely|completely|plainly|clearly|purely|"
    r"solely|all|wholly|simply|100 ?%) )*(?:our|the \w+'s|our \w+'s|my) (?:\w+ )?(?:fault|mistake|error|"
    r"negligence|failure|failing|blunder|oversight|wrongdoing)\b",
    r"(?:fault|mistake|error|blame|negligence)(?: here)? (?:is|was|lies|lay) (?:\w+ )?(?:with us|ours|"
    r"on our side|ours alone)|breach (?:on|of) our|on our part\b",
    r"(?:we|i|our \w+|the \w+) (?:are|am|is|was|were|would be|will be) (?:\w+ )?(?:at fault|to blame|liable|"
    r"responsible|negligent|guilty|in the wrong|legally)|(?:fully|legally|entirely|are|is|be|would be) liable|"
    r"negligen(?:ce|t)",
    r"(?:accept|admit|take|bear|assume|acknowledge) (?:\w+ ){0,2}(?:liability|responsibility|guilt|blame|fault)",
    r"(?:we|our \w+(?: \w+)?|i) (?:have )?(?:clearly |plainly |simply |badly |just )?(?:broke|botched|damaged|"
    r"ruined|poisoned|mixed up|messed up|failed|caused|injured|hurt|lost|violated|neglected|contaminated|"
    r"packed the wrong|sent (?:you )?the wrong|ignored|left a dangerous|undervalued|overcharged|made a mistake|"
    r"got (?:this|it) wrong|let you down|put \w+ \w+ (?:in danger|at risk))",
    r"(?:we|you) (?:will|would|'ll) (?:\w+ )?(?:win (?:before|in|at)|lose the|pay (?:you )?(?:for (?:all|every|"
    r"the)|all|whatever|damages)|compensate|be compensated)|will be compensated|award you|whatever you ask|"
    r"everything you ask|(?:pay|compensate) (?:you )?for (?:all|every|your (?:loss|losses))",
    r"broke the (?:law|\w+ rule|contract|rules)|unlawful(?:ly)?|illegal(?:ly)?|had no right|acted (?:wrongly|"
    r"against)|(?:is|are) (?:a|our) (?:grave )?breach|owe you (?:everything|compensation|damages)|"
    r"put \w+ (?:\w+ )?at risk",
    r"we owe you|damages\b|fully admit|we (?:are bound to|will cover)|falsely|wrongful\w*|false information|"
    r"is responsible for (?:that|this|your)|we knew (?:was|were|that)",
)


def check(context: CheckContext) -> list[CheckResult]:
    if may_take_responsibility(context.case, context.policy.liability):
        return []
    message = "this takes responsibility before a person has confirmed the fault, or in a legal or injury matter"
    return findings(NAME, CheckStatus.BLOCK, message, _LIABILITY.finditer(context.own))
