"""The words by which a sentence is taken for a request, a report of a fault, a courtesy or an aside. Data only."""

from __future__ import annotations

import re

from pipeline.triage.signal_rules import shipped_rules


def words(*patterns: str) -> re.Pattern[str]:
    """Any of ``patterns`` as whole words, in capitals or not."""
    return re.compile(r"(?<!\w)(?:" + "|".join(patterns) + r")(?!\w)", re.IGNORECASE)


GREETING = re.compile(
    r"(?:dear|hi+|hello|hey|good (?:morning|afternoon|evening|day)|greetings|to whom|to the|for the attention|attn|hallo|morning|evening|team|sirs?)\b"
    r"[^.!?]{0,60}[,!.:\-–—]*$",
    re.IGNORECASE,
)
SIGN_OFF = re.compile(
    r"(?:(?:many |with |best |kind |kindest |warm |friendly )*(?:regards|wishes|greetings|thanks|thank you|cheers)|yours|sincerely|respectfully|all the best|best|love|take care|sent from|ta|xo+|kisses|thx|looking forward)\b"
    r"[^.!?]{0,60}[,!.]*$",
    re.IGNORECASE,
)
CONTACT = re.compile(r"(?:\+?\d[\d ()./-]{6,20}\d)|\S{1,64}@\S{1,64}\.\S|(?:tel|mob|phone|ext)\b", re.IGNORECASE)
ASKS = words(
    r"please|pls|plz|kindly|could (?:you|we|i|someone|somebody|anyone)|can (?:you|we|i|someone|somebody|anyone|it|this|they)|would (?:you|it|like to know)|will you|are you able",
    r"i(?:'d| would) (?:like|love|prefer|rather|appreciate|be (?:glad|grateful|happy))|i (?:want|need|expect|demand|require|request|insist|must|wish|would like)|we (?:want|need|expect|demand|require|request|must|ask|would like)|we'd like",
    r"tell (?:me|us)|let (?:me|us) know|explain|advise|confirm|send|refund|replace|return|restore|unlock|freeze|block|cancel|stop|fix|repair|remove|delete|correct|reinstate|release|call (?:me|us)|ring (?:me|us)|put (?:it|this|that|things|me) (?:back|right)|give (?:me|us|it)|get (?:me|us|it|this|that|him|her|them|someone|somebody)|take (?:it|this|that|me|us)|sort|find|wondering|how (?:do|can|long|much|many|to|does|is|are)|what (?:is|are|does|do|happens|should)|where (?:is|are|do|can)|when (?:will|is|do|can|does)|why (?:is|are|was|does|do|did|has|have)|which|whether|asking|suggest(?:ion)?|it would (?:be|help)|would be (?:nice|good|great)|asap|needed|wanted",
)
WRONG = words(
    r"not|never|no|none|nothing|nobody|nowhere|without|still|again|cannot|\w+n't|\w+nt|unable|fail(?:s|ed|ing|ure)?|error|wrong(?:ly)?|missing|broken?|broke|crack(?:ed)?|damaged|faulty|defective|stuck|lost|lose|late|delay(?:ed)?|overdue|cancel+ed|stopped|stops|down|gone|offline|dead|dark|empty|twice|double|two (?:charges|payments)|charged|billed|debited|overcharged|deducted|locked|blocked|suspended|frozen|rejected|refused|declined|denied|withdrawn|expired|disappeared|vanished|deleted|wiped|stolen|hacked|leak(?:s|ed|ing)?|smell|smoke|burn(?:s|ed|ing|t)?|slow(?:er)?|crash(?:es|ed)?|freezes|hangs|spam|mistake|mix-up|misspel\w+|typo|wait(?:ed|ing)|only \w+ (?:of|out of)|instead|unknown|unauthori[sz]ed|noise|problem|issue|fault|trouble|increase|gone up|goes up|rise|keeps?|kept|ignored|unanswered|closes|dropped|left|changed|hacker|listed|renam\w+|supposed to|expecting",
)
FEELING = words(
    r"livid|furious|fuming|outraged|angry|disgusted|disgrace(?:ful)?|disappointed|let down|upset|appalled|shame(?:ful)?|unbelievable|unacceptable|ridiculous|joke|pathetic|fed up|sick of|had enough|worst|awful|hate|crying|in tears|panicking|scared|heartbroken|speechless|clowns?|idiots?|morons?|useless|incompetent"
)
ASIDE = words(
    r"(?:i|we)(?: really| just| honestly| simply)? (?:do not|don't|didn't|won't|wouldn't|can't|cannot|couldn't) (?:know|care|think|mind|believe|expect|blame|wish|even|dare|say|write|tell|go through|want to (?:be|sound|seem|hear))",
    r"not a complaint|any problems? with|no (?:hurry|rush|need to (?:reply|answer))|(?:i'd|i would) (?:bet|say|guess|imagine)|wrote:|failing that|or (?:else )?i(?:'ll| will)",
    shipped_rules().words["insult"],
)
THANKS = words(
    r"thank(?:s| you)|grateful|appreciate(?:d)?|well done|brilliant|lovely|wonderful|love (?:the|your|it)|great (?:job|service|work)"
)
CONCRETE = words(
    r"\w*\d\w*|order|parcel|package|delivery|account|invoice|bill|payment|refund|card|password|login|log in|app|site|page|phone|booking|room|flight|ticket|appointment|contract|subscription|engineer|technician|driver|letter|email|mail|form|code|update|photos?|files?|machine|part|warranty|price|service|line|internet|power|water|meter|boiler|key|box"
)
_COMMON = "with from that this have were been your they them there what when which would could should about into just only even very"
STOP_WORDS = frozenset(_COMMON.split())
POINTS_BACK = words("it|this|that|they|them|these|those|he|she|him|her|one|so|there|which|same|both")
