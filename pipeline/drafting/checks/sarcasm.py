"""P1: no irony, and no "as I already said"."""

from __future__ import annotations

import re

from pipeline.drafting.checks.context import CheckContext, Said, findings, patterns
from pipeline.records import CheckResult, CheckStatus

NAME = "sarcasm"

_SARCASM = patterns(
    r"as (?:i|we) (?:have )?(?:already |just |previously |clearly )*(?:said|told|explained|stated|mentioned|"
    r"wrote)|as (?:already |previously )(?:said|explained|stated|mentioned)|once again,? (?:i|we)|"
    r"for the (?:second|third|last|umpteenth) time",
    r"(?:well|oh|wow|gosh|goodness)[,!] (?=(?:at least|imagine|is|it|that|you|i|we|look)\b)|imagine that|"
    r"believe it or not|congratulations[,!]? you|bravo|how (?:lovely|nice|sweet|clever|original|kind) (?:to|that|"
    r"of you to) (?:have (?:enough|so much|time)|point|grace)",
    r"(?:i am|i'm|we are|we're) sure (?:that )?(?:mankind|the world|you(?:'ll| will)|nobody|everybody|everyone|"
    r"the|your|it will)",
    r"(?:perhaps|maybe) (?:you (?:could|should|might)|the|your|a|an|fewer|less|more|try|polish|park|next|it|"
    r"someone|some|just|we should)\b",
    r"have you (?:ever )?(?:considered|thought of|tried) (?:simply |just )?(?:buying|reading|that|asking|turning|"
    r"looking|using|getting|checking|a )",
    r"thank you (?:so much )?for (?:the|your) (?:lecture|review|essay|speech|rant|novel|poem|sermon|advice|"
    r"history|colou?rful|charming|kind words about our)",
    r"(?:young lady|young man|madam|sir|my friend|dear|champ|mate|sweetheart|darling|genius|buddy|pal|"
    r"sherlock)[?.!]|[?,] (?:madam|champ|genius|sherlock)",
    r"as taught (?:at|in) school|(?:rocket|brain) (?:science|surgery)|common sense|any child|"
    r"a five[- ]year[- ]old|in most dictionaries|right where it has always been|for a few decades|"
    r"last time (?:we|i) checked",
    r"(?:needless to say|obviously,|surely (?:you|someone|somebody|even|a|it)\b)",
    r"must be (?:absolutely |utterly |truly )?(?:heartbroken|devastated|thrilled|nice|so)",
    r"at least (?:you|the|we|your|it|one|someone|gerda|he|she|they)\b",
    r"(?:will|would) (?:somehow|surely|no doubt) (?:survive|manage|cope)|without distress|we find most people|"
    r"is dying to|not be round|with an invoice|what a (?:surprise|shame|tragedy|coincidence|treat)",
    r"(?:someone|somebody) (?:needs|has) (?:to|too much|got)|enough (?:spare )?time|nothing better to do|"
    r"feeling elegant|be our guest|good luck with that|you'll live|poor thing|boo hoo|tough luck",
)
_WINK = re.compile(r"[:;]-?[)DP](?!\w)|😉|🙄|😂")


def check(context: CheckContext) -> list[CheckResult]:
    winks = [Said(*match.span(), True) for match in _WINK.finditer(context.own)]
    said = [*context.said(NAME, _SARCASM), *winks]
    return findings(NAME, CheckStatus.WARN, "this can be read as irony or as a rebuke", said)
