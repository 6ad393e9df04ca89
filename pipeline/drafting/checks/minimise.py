"""P2: the matter is never made small."""

from __future__ import annotations

from pipeline.drafting import elsewhere
from pipeline.drafting.checks.context import CheckContext, findings, patterns
from pipeline.records import CheckResult, CheckStatus

NAME = "minimise"

_MINIMISE = patterns(
    r"(?:it|this|that|they|these|she|he)(?:'s| is| are| was| were|'re)? (?:really |after all |honestly )?(?:only|"
    r"just|merely|barely|hardly|simply|nothing but|no more than)\b(?! (?:right|fair|reasonable|natural))",
    r"(?:it|that|this)'s only\b(?! (?:right|fair|reasonable|natural))",
    r"hardly (?:worth|makes? a|matters?|anything)|barely more than",
    r"(?:not|isn't|is not|no) (?:really )?(?:that|such a|so|a) (?:bad|big|long|serious|urgent|terrible|important|"
    r"dramatic|pressing|deal|much)\b",
    r"no big deal|no harm (?:was )?done|no real harm|nothing (?:to worry|to fret|to lose|worth|serious|wrong|"
    r"really)|nothing there to",
    r"there is no (?:need|reason) to (?:worry|panic|fret|be|keep|get|make|lose|fear)|(?:don't|do not) (?:worry|"
    r"fret|panic|lose sleep)",
    r"perfectly (?:nice|normal|fine|good|usable|safe)|works? perfectly fine|(?:quite|completely|perfectly|"
    r"entirely|very|is|are) (?:normal|routine|common|usual)\b",
    r"(?:can|could) always\b|you can hardly|you can only win|(?:bound|likely) to be (?:a|fine)|boys will be boys|"
    r"probably (?:just|only|nothing|static)",
    r"(?:happens|happen) to (?:everyone|everybody|all|most|many|the best)|(?:nobody|no one) else (?:has|ever|"
    r"minds|complain\w*)|thousands of (?:people|customers|users)|most (?:people|customers|users) (?:never|do not|"
    r"don't|find|manage)",
    r"(?:a|such a|this|that) (?:silly|trivial|minor|small) (?:thing to (?!ask)|matter|issue|point|detail)|"
    r"a trifle|without any drama|worse things|could be worse|could have been worse",
    r"luckily|look on the bright side|things will look|there is plenty of time|far away|enjoy the\b|"
    r"a couple of (?:dots|days|pounds|euros|cents|minutes)|not the end of",
    r"(?:very|pretty|quite) adaptable|does it (?:really )?matter|makes no difference|in the end it",
    r"overthink\w*|you have(?: not|n['’]t) really|lots of people have|only a handful|really not (?:something|"
    r"needed)|not really needed",
    r"just a formality|nothing (?:for you )?to (?:worry|think) about|no need to ask|i would ignore|(?:it|"
    r"this) was (?:a )?free",
)


def check(context: CheckContext) -> list[CheckResult]:
    return findings(
        NAME,
        CheckStatus.WARN,
        "this makes the matter small",
        context.said(NAME, _MINIMISE, *elsewhere.patterns(NAME, context.own)),
    )
