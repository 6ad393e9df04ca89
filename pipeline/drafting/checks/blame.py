"""P1: no sentence lays the trouble at the customer's door."""

from __future__ import annotations

from pipeline.drafting import elsewhere
from pipeline.drafting.checks.context import CheckContext, findings, patterns
from pipeline.records import CheckResult, CheckStatus

NAME = "blame"

_BLAME = patterns(
    r"you (?:really |clearly |evidently |obviously )?(?:should|ought to|could|might) (?:really |at least |"
    r"simply )?(?:not )?(?:have|know|know better)\b(?! (?:had )?to)",
    r"(?:should|ought) not have (?:been|pulled|pressed|opened|shared|clicked)",
    r"you (?:must|may|probably|evidently|clearly|obviously|apparently|simply|just)\s+(?:have |did not |didn't |"
    r"do not |don't )?"
    r"(?:misread|missed|overlooked|forgot(?:ten)?|read|set|given|gave|opened|pressed|clicked|tapped|shared|typed|"
    r"entered|chose|chosen|mixed|left|broke|broken|misunderst\w+|lost|agreed|approved|confirmed|filled|ticked|"
    r"ignored|not (?:at|read|check)\w*)\b",
    r"you (?:failed|neglected|forgot|omitted|chose|decided) to\b",
    r"you were (?:told|warned|informed|advised|asked|free|probably)\b",
    r"you (?:did not|didn't|never) (?:\w+ )?(?:read|check|follow|save|tell|ask|cancel|provide|mention|confirm|"
    r"give|look|insure|back|keep|register|update|pay|use|notice|answer|reply|respond|show up|turn up)\b",
    r"(?:your own|your|you and your \w+'s) (?:own )?(?:fault|mistake|error|choice|haste|carelessness|negligence|"
    r"decision|doing|responsibility|oversight|settings? (?:is|are) wrong)\b",
    r"you (?:have )?brought (?:this|it) on",
    r"(?:yourselves|yourself),? so\b",
    r"you [^.,]{2,60}\b(?:yourself|yourselves), so\b",
    r"(?:so|and|but) (?:it was up to you|the \w+ was your\b|you (?:should|ought)\b(?! not have)|"
    r"this was to be expected|you pressed on|you have only)",
    r"you have only (?:yourself|your)",
    r"(?:next time|in future)\b",
    r"(?:are|is) expected to (?:check|read|know|keep|make|plan)",
    r"(?:one of you|somebody|someone|somebody in your \w+|your \w+|you) must have (?:shared|given|clicked|told|"
    r"pressed|opened|misread|done|left|dropped|been)",
    r"you [^.,]{3,50}, so (?:you (?:should|must|brought|only|were|probably)|this was to be|do check)\b",
    r"had you (?:\w+ )?(?:read|checked|told|asked|followed|called|booked|kept|looked|saved)",
    r"if you had (?:only |just |simply )?(?:\w+)",
    r"(?:on|at) your own risk",
    r"(?:the|our|your) (?:sms|app|screen|button|page|message|sign|leaflet|e-?mail|form|manual|label|notice|"
    r"letter) (?:said|says|told you|warned|showed you|clearly)",
    r"threatening us",
    r"were simply too",
    r"(?:these|such) things (?:don't|do not) happen by themselves",
    r"your side (?:sends?|sent|must|has to)",
    r"you(?:['’]re| are)? (?:most likely|probably|presumably) \w+|maybe you should|at your end\b|(?:is|was|lies|"
    r"setting|access) on your (?:side|part)\b|had you \w+",
    r"you (?:pressed|typed|opened|clicked|chose|tapped|entered) [^.,\n]{2,50}, so\b|(?:is|are) expected to|"
    r"portal works for everyone",
    r"you should (?:check|compare|make sure|read|keep|look|supervise)\b|please make sure (?:you|your)\b|"
    r"everyone else manages",
)


def check(context: CheckContext) -> list[CheckResult]:
    message = "this lays the trouble at the customer's door; say what happens next instead"
    return findings(NAME, CheckStatus.WARN, message, context.said(NAME, _BLAME, *elsewhere.patterns(NAME, context.own)))
