"""P10: a solution, not an excuse."""

from __future__ import annotations

from pipeline.drafting import elsewhere
from pipeline.drafting.checks.context import CheckContext, findings, patterns
from pipeline.records import CheckResult, CheckStatus

NAME = "excuse"

_EXCUSE = patterns(
    r"(?:due|owing|thanks) to (?:the |our |an? )?(?:high|heavy|unusual\w*|increased|exceptional|current|large|"
    r"sheer|many|holiday|summer|staff|seasonal|operational|technical)",
    r"(?:our |the |is |are )?(?:busiest|busy|peak|high) (?:season|time|period|volume|demand)|short[- ]staffed|"
    r"understaffed|under a lot of|time pressure|swamped|overloaded|overwhelmed",
    r"(?:is|are|was|were|lies?|lie|falls?|entirely) (?:beyond|outside|out of) (?:our|my) (?:control|hands)|"
    r"beyond our control|out of our hands|had (?:its|their|our) hands tied|hands are tied",
    r"(?:an? |the |our )?(?:outside|external|third[- ]party|other|another|different) (?:company|vendor|supplier|"
    r"department|contractor|provider|team|firm|partner|carrier|agency)\b|(?:from|by|of|with) (?:a|the|our|"
    r"another) (?:supplier|courier|contractor|agency|payment provider|authority|subcontractor|carrier|"
    r"manufacturer|wholesaler)|belong to different",
    r"(?:these|such|those|some|a few)? ?(?:things|delays|errors|mistakes|hiccups|bugs|overlaps|glitches|"
    r"slips)(?: like this)? (?:do |can |will |just )?(?:happen|occur|slip|get)|"
    r"no \w+ is ever (?:entirely )?free of",
    r"(?:could not|couldn't|cannot|can't|can hardly) have known|nothing (?:that )?(?:anyone|we|i|"
    r"anybody)(?: \w+){0,4} could have done|there is (?:really |honestly )?(?:no getting|little we|nothing we)|"
    r"(?:we|i) (?:really )?(?:cannot|can't|can hardly) (?:influence|do anything|say (?:why|anything))",
    r"(?:is|are) (?:notoriously|always (?:busy|swamped|heavy)|naturally|notorious|a really hard|complex|"
    r"weather-\w+|not visible to us|automatic)\b",
    r"(?:has|have) (?:gone home|been busy|a full)|are (?:migrating|changing over|on holiday|away|off sick|"
    r"still learning|new here)|(?:just|still) (?:started|changing|learning|new)|left (?:it|us|"
    r"them) with a long list",
    r"(?:even the giants|every \w+ firm|hit every)|(?:fails?|breaks?|goes? down|misbehaves?) now and then|"
    r"from time to time|so some do\b|do get \w+|tend to|rarely match|naturally take|take a back seat|"
    r"simply has to wait|always take a while|reaches? us late|can only spare",
    r"because (?:our|the) (?:it|system|systems|team|department|staff|server|servers|warehouse|courier|supplier|"
    r"software|colleague|driver)\b",
    r"(?:not|n't) staffed|(?:the )?(?:night shift|summer|spring|christmas|friday nights?|fridays|mondays|"
    r"weekends|season) (?:is|are|was)|don't pick their words|are tiny|is tiny|new release|normal load",
    r"hands? (?:were|are|is) tied|(?:short of|stretched|unavoidable|overbooked|in a meeting|stuck in traffic|"
    r"packed month|gone home)\b",
    r"nothing (?:we|anyone|anybody|i)\b[^.\n]{0,30}\b(?:influence|do)\b|have no say|as (?:often|"
    r"sometimes) happens|not something we (?:decided|control|chose)",
    r"takes? (?:a while|their time|its time|time) to\b|still ironing|the queue is long|cannot wait for everyone|"
    r"go out automatically|as i['’]m sure you can",
    r"(?:our|the) (?:\w+ )?(?:supplier|builder|vendor|department|courier|carrier|manufacturer) (?:moved|"
    r"delivered|decides|decided|changed|sent)\b",
)


def check(context: CheckContext) -> list[CheckResult]:
    return findings(
        NAME,
        CheckStatus.WARN,
        "this is an excuse; say what will be done instead",
        context.said(NAME, _EXCUSE, *elsewhere.patterns(NAME, context.own)),
    )
