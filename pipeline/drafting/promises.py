"""Commitments in a reply: found in its text, dated, and held against the calendar and the policy (P12)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache

from pipeline.config import DAYS, CalendarConfig, PolicyConfig
from pipeline.drafting import elsewhere
from pipeline.drafting.calendar import due_at, is_open, zone_of
from pipeline.drafting.clauses import REACH, is_question, is_reported
from pipeline.drafting.date_words import COMMITS_ELSEWHERE
from pipeline.drafting.date_words import MONTHS as MONTHS_BY_LANGUAGE
from pipeline.drafting.due import due_time
from pipeline.records import Promise

MONTHS = MONTHS_BY_LANGUAGE["en"]

_SENTENCE = re.compile(
    rf"[^.!?\n]+(?:\.(?=\d|[ ](?:{'|'.join(MONTHS_BY_LANGUAGE['de'])}))[^.!?\n]+)*[.!?]?",
    re.IGNORECASE,
)
_FIRM = (
    r"(?:i|we|(?:our|my|the|a|an|one of (?:our|my|the))\s+(?:[\w-]+\s+){0,3}?(?:team|colleagues?|departments?|"
    r"engineers?|"
    r"technicians?|fitters?|drivers?|couriers?|workshop|warehouse|managers?|supervisors?|lead|desk|office|accounts|"
    r"billing|"
    r"staff|agents?|advis[eo]rs?|specialists?|developers?|people|depot|kitchen|reception|branch|plumbers?|"
    r"electricians?|"
    r"surveyors?|mechanics?|nurse|doctor|director|inspectors?|crew|van|officer|lab|firm|company)|somebody|someone|"
    r"team|colleague|engineer|workshop|manager)"
)
_THING = (
    r"(?:it|they|this|that|its \w+|(?:the|a|an|another|our|my|your)\s+(?:[\w-]+\s+){0,3}?(?:refunds?|money|amounts?|"
    r"parcels?|"
    r"replacements?|cards?|letters?|labels?|answers?|repl(?:y|ies)|calls?|credits?|payments?|results?|figures|reports?|"
    r"invoices?|part|parts|machine|device|order|van|box|copy|copies|confirmation|tickets?|voucher|key|keys|one|ones|"
    r"news|"
    r"decision|update|offer|sum|transfer|cheque|check|package|goods|item|items|books?|lens|bed|sofa|pump|boiler|line|"
    r"service|"
    r"repair|visit|lift|rest|other|\w+er))"
)
_DAY = "|".join((*DAYS, *MONTHS))
_WHEN = (
    r"(?:today|tonight|tomorrow|this (?:morning|afternoon|evening|week)|next (?:week|month|\w+day)|(?:on|by|before|"
    r"until|till|"
    rf"this|from|come) (?:next |early |late )?(?:{_DAY}|tomorrow|noon|midday|lunchtime|the \d|the (?:end|weekend|"
    rf"morning|"
    r"evening|close)|\d|half past|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|end|close|then)|"
    r"within|"
    r"in (?:the next |about |under |less than )?(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|"
    r"a few|a "
    r"couple of|half an) (?:[\w-]+ )?(?:minutes?|hours?|days?|weeks?|months?|moment|while|fortnight)|the same day|"
    r"(?:next to )?no time|"
    r"shortly|soon|straight ?away|right away|immediately|at once|as soon as|the moment|the minute|first thing|"
    r"no later than|at the latest|before long|any (?:minute|day|moment)|without delay|(?:the )?day after)"
)
_FUTURE = (
    r"(?:(?-i:will)|['’]ll|shall|(?:am|are|is|['’]m|['’]re|['’]s) (?:\w+ )?(?:going|about|due|set|scheduled|"
    r"planned) to)"
)
_SURE = (
    r"(?:tomorrow|tonight|this (?:afternoon|evening)|next week|straight ?away|right away|as soon as|the moment|"
    r"first thing|"
    r"(?:within|inside) (?:the|an?|\d|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty)|no later than|"
    r"at the "
    rf"latest|(?:by|before|until|till|on) (?:next )?(?:{_DAY}|tomorrow|noon|midday|lunchtime|\d{{1,2}}\b|the (?:end|"
    rf"weekend|close|"
    r"\d)|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half past|end|close)|"
    r"at (?:\d{1,2}(?:[:.]\d\d|\s?[ap]m)|"
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|noon|half past) ?)"
)
_STATES = (
    r"(?:am|are|is|was|were|have|has|had|know|knows|see|sees|understand|understands|read|reads|need|needs|think|"
    r"believe|can|"
    r"could|may|might|would|should|must|want|wants|hope|regret|appreciate|open|opens|close|closes|ask|asks|do|does|"
    r"did|cannot|"
    r"say|said|wrote|told|took|went|came|gave|made|sent|put|got|found|left|kept|rang|spoke|heard|felt|thought|saw|met|"
    r"apologise|apologize|accept|agree|assume|wish|suggest|recommend|advise|will|shall|of|and|or|in|on|at|who|that|"
    r"which|"
    r"to|for|with|from|not|never|also|just|only|both|as|if|ought|remember|note|notice|gather|realise|value|welcome)"
)
_DONE = (
    r"(?:sent|refunded|replaced|repaired|delivered|shipped|credited|answered|fixed|called|contacted|informed|"
    r"returned|paid|"
    r"collected|booked|given|done|sorted|resolved|settled|reimbursed|posted|dispatched|cancelled|corrected|reviewed|"
    r"examined|"
    r"checked|processed|restored|unlocked|transferred|issued|back|with you|there|ready|yours|in touch|on (?:its|the|"
    r"your)|"
    r"rebooked|moved|compensated|kept|told|updated|looked (?:at|into)|in your|at your|waiting|able to|put|made|"
    r"changed|closed|"
    r"installed|finished|complete|taken|passed|brought|up and running|working again|open again)"
)
_GOES = (
    r"(?:comes?|goes|go|reach(?:es)?|arrives?|lands?|follows?|returns?|rings?|calls?|writes?|answers?|repl(?:y|ies)|"
    r"brings?|"
    r"delivers?|knocks?|visits?|collects?|picks? (?:it|them|this) up|sends?|gets? back|leaves? (?:us|our|here)|"
    r"drops? (?:by|in)|"
    r"turns? up|looks? (?:at|into)|sees? (?:to|you)|is with you|are with you|is back|are back|is yours|is there|"
    r"is ready|is done|"
    r"is in (?:touch|your)|stands? (?:before|at)|starts?|pays?|posts?|phones?|meets?|checks?)"
)
_DOING = (
    r"(?:sending|calling|coming|ringing|writing|getting|arranging|posting|shipping|refunding|crediting|delivering|"
    r"visiting|"
    r"replacing|bringing|returning|collecting|booking|passing|following|arriving|taking|giving|phoning|paying|making|"
    r"forwarding|preparing|putting|having|being (?:sent|delivered|shipped|refunded|returned|replaced|collected|"
    r"repaired))"
)


def _pattern(*alternatives: str) -> re.Pattern[str]:
    return re.compile(r"(?<![\w'’])(?:" + "|".join(alternatives) + ")", re.IGNORECASE)


_COMMITS = (
    _pattern(
        rf"{_FIRM}\b[^.!?\n]{{0,60}}?(?:\s|(?=['’])){_FUTURE}\b",
        r"(?:i|we)(?:['’]ll|\s+shall)\b",
        r"you(?:['’]ll|\s+(?-i:will)|\s+shall)\s+(?:\w+\s+)?(?:have|hear|get|receive|know|be (?:\w+ )?"
        rf"{_DONE})\b",
        rf"(?:(?-i:will)|['’]ll|shall)\s+(?:(?:also|then|now|soon|shortly|certainly|of course|both|all|"
        rf"be)\s+){{0,3}}{_DONE}\b",
        r"(?:(?-i:will)|['’]ll|shall)\s+(?:(?:also|then|soon|shortly)\s+)?(?:call|ring|write|reply|arrive|reach|come|"
        r"follow|land|"
        r"go (?:to|out|back)|return|be with|get|take place|turn up|hit|appear on|drop)\b",
        rf"{_THING}\s+{_FUTURE}\s+\w+(?=[^.!?\n]*\b{_WHEN}\b)",
        # noun forms
        r"(?:expect|await|look (?:out )?(?:for|forward to)|watch (?:out )?for|prepare for)\s+(?:an?|our|my|the|your|"
        r"it|to hear|"
        r"us|him|her|them|delivery|news|word)\b",
        r"(?:you have my (?:word|promise)|(?:my|our) (?:promise|commitment|undertaking|word) (?:is|to you)|"
        r"rest assured|"
        r"count on (?:me|us|it)|rely on (?:me|us|it)|depend on (?:me|us|it)|leave (?:it|this|that|the rest) (?:with|"
        r"to) (?:me|us)|"
        r"give (?:me|us) (?:until|till|a (?:day|moment|few)|an hour|one|two|\d))\b",
        r"(?:i|we) (?:hereby |can |do |fully |gladly )?(?:promise|guarantee|undertake|commit|pledge|vow|swear|"
        r"make (?:sure|"
        r"certain)|see to it|intend to|plan to|aim to|mean to|keep (?:you (?:posted|updated|informed)|at it|on (?:it|"
        r"this|at)|"
        r"an eye|chasing|after)|stay on (?:it|this|top)|remain on (?:it|this)|stay with|won['’]t rest|"
        r"(?:will|do|shall) not rest)\b",
        r"(?:it (?:now )?(?:falls|is (?:up|down)) to (?:me|us)|it is (?:for|on) (?:me|us) to|(?:is|"
        r"that['’]s) (?:now )?(?:my|our) "
        r"(?:job|task|duty) (?:now )?(?:to|until)|(?:mine|ours) to (?:chase|follow|see|sort|settle|deal)|"
        r"(?:i|we)(?: am| are|['’]m|['’]re) on (?:it|the case)|no stone)\b",
        rf"{_FIRM}(?:\s+(?:am|are|is)|['’](?:m|re|s))\s+(?:(?:now|also|just|then|already)\s+)?{_DOING}\b",
        rf"{_THING}\s+(?:is|are)\s+{_DOING}\b(?=[^.!?\n]*\b{_WHEN}\b)",
        rf"{_THING}\s+(?:is|are)\s+(?:due|to (?:be|reach|arrive|come|go))\b",
        r"(?:let|allow|leave) (?:me|us) (?:to )?(?:check|find|look|get|call|ask|sort|talk|take (?:this|it|care)|make|"
        r"chase|come back|"
        r"put|deal|handle|have (?:a|until|it)|follow|arrange|speak|ring|investigate|\w+ (?:days?|hours?|minutes?))\b",
        r"(?:it )?(?:takes|needs) (?:me|us|our \w+)\b|(?:is|are) all (?:i|we) (?:ask|need)\b|(?:i|"
        r"we) (?:only )?need (?:until|till|"
        r"(?:one|two|three|four|five|\d+|an?) (?:more )?(?:hours?|days?|minutes?))\b|(?:i|"
        r"we) owe you (?:an? )?(?:answer|reply|"
        r"explanation|word)\b|more (?:on (?:this|that|it)|news|details?) (?:follows?|tomorrow|by|as soon)\b|"
        r"consider it (?:done|settled)\b",
    ),
    # the present that means the future, where a time to come is named
    _pattern(
        rf"(?:{_FIRM}|{_THING}|he|she)\s+(?:(?:then|also|both|still)\s+)?{_GOES}\b(?=[^.!?\n]*\b{_WHEN}\b)",
        r"you (?:then )?(?:hear|get|receive|are (?:called|told|paid))\b(?! (?:to|the bus|up|home|married|it right))"
        rf"(?=[^.!?\n]*\b{_WHEN}\b)",
        r"you (?:then )?have (?:it|them|this|the|your|an?|our|my|both) ?(?:\w+ )?(?:answer|reply|refund|money|"
        r"replacement|decision|"
        rf"call|copy|result|label|parcel|new \w+)?\s*(?:back |in \w+ )?(?=(?:by|within|before|tomorrow|today|in|"
        rf"no later)\b)(?={_WHEN})",
    ),
    _pattern(
        rf"(?:i|we|(?:our|my|a) (?:[\w-]+ ){{0,2}}?(?:team|colleague|engineer|technician|fitter|driver|manager|"
        rf"director|boss|"
        rf"electrician|plumber))\s+(?:(?:then|also|personally|both|gladly)\s+)?(?!{_STATES}\b)[a-z]+(?<!ed)\b"
        rf"(?=[^.!?\n]{{0,80}}\b{_SURE})",
        rf"(?:{_SURE})[^.!?\n]{{0,40}}?[ ,]\s?(?:{_THING}|you|everything|all)\s+(?:is|are|has|have|sees?|holds?|"
        rf"stands?|brings?|knows?|"
        r"rings?|runs?|works?|opens?|appears?|shows?)\b(?! (?:to|any|a right|every|good|until|"
        r"the (?:last|least)|what|why|how))",
        rf"(?:{_THING}|everything|all)\s+(?:is|are|runs?|works?|rings?|shows?|appears?|stands?|"
        rf"lies)\s+(?:\w+\s+){{0,4}}?"
        r"(?=(?:by|within|before|no later than|not later than|tomorrow|tonight|next week)\b)",
        r"(?:by|until|before|not? later than) (?:the (?:day|week|hour|afternoon|morning|evening) is (?:out|over|up)|"
        r"this time "
        r"\w+|(?:close|end) of (?:business|play|day))\b",
        r"(?:tomorrow|tonight|(?:mon|tues|wednes|thurs|fri)day)(?:['’]s)? (?:\w+ )?(?:brings|sees|it is|gets|post|"
        r"van|delivery)\b",
        r"you(?:['’]ll| will)? (?:do |shall )?(?:not|never|won['’]t)? ?wait (?:no |any )?(?:longer|past|beyond|later|"
        r"more) than\b",
    ),
    _pattern(
        rf"{_WHEN}[^.!?\n]{{0,60}}?,?\s(?:{_FIRM}|{_THING}|he|she|its \w+)\s+{_GOES}\b",
        rf"{_WHEN}[^.!?\n]{{0,40}}?\byou (?:hear|get|receive|have (?:it|an? (?:answer|reply)|your))\b",
    ),
    _pattern(COMMITS_ELSEWHERE),
)  # fmt: skip
_TIMED = re.compile(rf"\b(?:{_WHEN}|at|by|before|until|wait|(?:{_DAY})s?)\b", re.IGNORECASE)
"""All but the first and the last patterns want a time to be named."""
_NEGATED = re.compile(
    r"\b(?:not|never|cannot|unable|no (?:idea|way|promise|date)|nobody|without|refuse|nicht|kein\w*|ob)\b|n['’]t\b|"
    r"^\s*(?:if|when|unless|whether|should)\s(?!.*,)",
    re.IGNORECASE,
)
_NEGATIONS = (_NEGATED, elsewhere.pattern("not promise"))
_REFUSES = re.compile(
    r"^\s*(?:\w+ly )?(?:not|never|no longer)\b(?! (?:wait|be later|take longer|rest|forget|give up|stop|leave|"
    r"let (?:go|this|it)|close))|"
    r"^\s+(?:need|have to|want|help|be (?:hard|easy|useful)|by itself)\b",
    re.IGNORECASE,
)
_PAST = re.compile(r"\b(?:yesterday|last (?:week|month|year|night|\w+day)|ago)\b", re.IGNORECASE)
_AUTOMATIC = re.compile(r"\b(?:by itself|by themselves|automatically|von selbst)\b", re.IGNORECASE)


@lru_cache(maxsize=512)
def _commits(sentence: str) -> bool:
    """Whether the firm binds itself in ``sentence``: no question, no refusal, and not what somebody else said."""
    if is_question(sentence) or _AUTOMATIC.search(sentence):
        return False
    timed = bool(_TIMED.search(sentence))
    return any(
        _stands(match, sentence)
        for pattern in (
            *(_COMMITS if timed else _COMMITS[:1] + _COMMITS[-1:]),
            *elsewhere.patterns("promise", sentence),
        )
        for match in pattern.finditer(sentence)
    )


def _stands(match: re.Match[str], sentence: str) -> bool:
    before = sentence[max(0, match.start() - REACH) : match.start()]
    after = sentence[match.end() : match.end() + REACH]
    clause = re.split(r"[,;:–—]", before)[-1]
    inside = re.sub(r"\b(?:not|n['’]t) rest\b", "", match.group())
    return not (
        _REFUSES.match(after)
        or any(pattern.search(clause) or pattern.search(inside) for pattern in _NEGATIONS)
        or is_reported(before, match.group())
        or _PAST.search(after)
    )


def own_words(body: str) -> str:
    """``body`` with quoted customer text (“...”, „...“, «...», lines that begin with >) blanked out, offsets kept."""

    def blank(match: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", match.group())

    return re.sub(r"„[^„“”]*[“”]|“[^“”]*”|«[^«»]*»|^>.*$", blank, body, flags=re.MULTILINE)


def find_promises(body: str, now: datetime, calendar: CalendarConfig) -> tuple[Promise, ...]:
    """Every commitment the firm makes in ``body``, in order, dated as if sent at ``now``; quoted text is left out."""
    return tuple(
        Promise(body[start:end], start, end, due_time(sentence, now, calendar))
        for sentence, start, end in _commitments(body)
    )


@lru_cache(maxsize=8)  # several rules ask
def _commitments(body: str) -> tuple[tuple[str, int, int], ...]:
    """The sentences in which the firm binds itself, and where each stands without its margins."""
    found = []
    for match in _SENTENCE.finditer(own_words(body)):
        sentence = match.group()
        if _commits(sentence):
            start = match.start() + len(sentence) - len(sentence.lstrip(" -*\t"))
            found.append((sentence, start, match.start() + len(sentence.rstrip())))
    return tuple(found)


_ANSWERS = re.compile(
    r"\b(?:write|answer|reply|respond|call|ring|phone|hear|contact|get back|be in touch|update|let you know|tell you|"
    r"report|come back|look|know|melden|antwort\w*|schreib\w*|meldet)\b",
    re.IGNORECASE,
)


def is_answer(promise: str) -> bool:
    """Whether ``promise`` is to answer, call or look into it, which the firm dates by itself."""
    return bool(_ANSWERS.search(promise))


def broken_by_calendar(promise: Promise, now: datetime, urgency: str, policy: PolicyConfig) -> str | None:
    """Why ``promise`` cannot be kept, or None. The clock for critical mail never stops."""
    due = promise.due_at
    if due is None:
        return None
    local = due.astimezone(zone_of(policy.calendar))
    if due <= now:
        return f"{local:%A %d %B, %H:%M} has already passed"
    if urgency == "critical" and due >= due_at(now, urgency, policy) - timedelta(minutes=30):
        return None
    if not is_open(due, policy.calendar):
        return f"the desk is closed on {local:%A %d %B at %H:%M}"
    return None


def later_than_policy(promise: Promise, now: datetime, urgency: str, policy: PolicyConfig) -> str | None:
    """Where ``promise`` is an answer and falls due after the reply time for ``urgency``: that time; else None."""
    limit = due_at(now, urgency, policy)
    if promise.due_at is None or promise.due_at <= limit or not is_answer(promise.text):
        return None
    return f"{limit.astimezone(zone_of(policy.calendar)):%A %d %B, %H:%M}"
