"""P1: nobody is told how to feel or behave."""

from __future__ import annotations

import re

from pipeline.drafting import elsewhere
from pipeline.drafting.checks.context import CheckContext, findings, patterns
from pipeline.records import CheckResult, CheckStatus

NAME = "command"
ORDER = "bare_order"
"""What is found of the second kind is named so: it has a level of its own."""

_COMMAND = patterns(
    r"(?:please )?(?:calm down|relax\b|be patient|stay calm|keep calm|take it easy|have patience|be reasonable|"
    r"cool down|lighten up|get over it|learn to)",
    r"(?:mind|watch|lower|moderate|change|improve) your (?:language|tone|words|attitude|voice|manners)",
    r"(?:stop|quit|cease|refrain from|no need to|enough of|drop) (?:\w+ )?(?:\w+ing|the \w+ing|disaster|this tone)\b",
    r"(?:wait|take) your turn|wait in line|like (?:everybody|everyone) else",
    r"you (?:must|need to|have to|had better|are required to|will have to) (?!know\b)",
    r"(?:do not|don't|never) (?:contact|write|call|ring|bother|raise|use that|speak|talk|shout|swear|threaten|"
    r"mark|post|send us|expect|come back|ask)\b",
    r"before (?:you )?(?:contacting|writing|writing in|you write|you contact|we go any further|we can even)",
    r"(?:look it up|get yourself|pull yourself|think twice|try to (?:be reasonable|calm|behave))\b",
    r"or (?:the account|no manager|no one|nobody|we will|it will|your \w+ (?:will|stays))",
    r"behave yourself|show some respect|be more polite|be polite|be grateful|accept that|just (?:cancel|book|"
    r"relax|pick|wait|read|go|look|use|do)\b",
    r"keep this channel|join the queue|clean up your",
)
_BARE_ORDER = re.compile(
    r"(?:^|(?<=[.!?]\s)|(?<=\n))[ \t]*(?:just |simply |please go to |please wait your |and )?(?:rewrite|fill|"
    r"send|take|tell|deactivate|close|meet|clear|check|complete|submit|"
    r"download|print|restart|reinstall|delete|click|press|log|sign|update|install|turn|switch|unplug|buy|bring|"
    r"drive|ask|wait|look|read|"
    r"go|stop|pick up|clean up|copy|measure|type|join|put|use|open|try|enter|pay|call|ring|phone|move|keep|"
    r"remove|hold|get|give|leave|wash|wipe|change|"
    r"enable|disable|upload|"
    r"register|contact|book|set|follow|find|make|replace|return|choose|select|speak|hand|pull|let|write|talk|add|"
    r"start|do)\b[^.!?\n]*",
    re.IGNORECASE,
)


def check(context: CheckContext) -> list[CheckResult]:
    told = findings(
        NAME,
        CheckStatus.BLOCK,
        "this tells the customer how to feel or behave",
        context.said(NAME, _COMMAND, *elsewhere.patterns(NAME, context.own)),
    )
    ordered = findings(
        ORDER,
        CheckStatus.WARN,
        "this orders the customer about; ask with a please, or take the step from the knowledge base",
        context.known(_BARE_ORDER),
    )
    return told + ordered
