"""P12: nothing is said to be done, or to be under way, that no person recorded as done on the ticket."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from pipeline.drafting import elsewhere
from pipeline.drafting.checks.context import CheckContext, patterns
from pipeline.drafting.clauses import REACH, is_conditional, is_general, is_question, is_reported, sentences
from pipeline.drafting.words import word_set
from pipeline.records import ACTION_KINDS, CheckResult, CheckStatus

NAME = "claimed_action"

_KIND_WORDS: Mapping[str, str] = {
    "refund": r"refund|reimburs|money|payment|paid|transfer|revers|erstatt|überw|charge|credit|statement|account with|"
    r"rembours|reembols|devuelt|devolv|geld|überwies|angewies|ausgezahlt|vers[ée]|abonad",
    "credit": r"credit|refund|gutschr|voucher|balance|statement|"
    r"crédit|abonad|vers[ée]",
    "discount": r"discount|reduc|voucher|percent|off the (?:bill|price)|waive|fee|lifted",
    "replacement": r"replac|exchang|swap|new one|ersatz|on (?:its|their|the) way|unterwegs|ship|sent|dispatch|"
    r"remplac|reempl|sustitu|en route|de camino|nouveau|nuev",
    "shipment": r"ship|sent|send|dispatch|post\b|courier|parcel|label|on (?:its|their|the) way|went out|left|unterwegs|"
    r"replac|deliver|track|versandt|verschickt|warehouse|"
    r"versend|abge|losgeschickt|expédi|envoy|enviad|en route|en chemin|parti|camino|despach|auf dem weg",
    "repair": r"repair|fix|mend|workshop|solder|reparier|behoben|"
    r"behob|répar|arreglad",
    "cancellation": r"cancel|stop|clos|end(?:ed|s)|gone|terminat|unsubscrib|membership|subscription|storn|gekündigt|"
    r"taken off|switched off|removed|"
    r"annul|résili|cancelad|anulad|beendet|baja",
    "correction": r"correct|chang|updat|amend|chang|mov|address|books|record|fix|adjust|restor|merg|korrig|geändert|"
    r"back (?:in|on|up)|re-?issu|renam|enter|noted|"
    r"bericht|rectifi|modifi|corrig|correg|actualiz|mis à jour|cambiad",
    "unlock": r"unlock|lock|reset|restor|password|get in|log in|sign in|access|sperr|reactivat|re-?open|active|enabled|"
    r"frei|débloq|déverr|réactiv|rétabli|desbloq|reactiv|restablec",
    "deletion": r"delet|remov|eras|wip|gelöscht|off (?:our|the) (?:list|system)|gone|"
    r"entfernt|supprim|effac|eliminad|borrad",
    "booking": r"book|reserv|seat|table|room|slot|schedul|appointment|arrang|held|hold|mov|termin|place|ticket|diary|"
    r"rebook|"
    r"reserv|réserv|umgebucht|programm|planifi",
    "escalation": r"escalat|forward|pass|hand|rais|manager|supervisor|director|flag|inform|told|knows|aware|search|"
    r"brought|ticket|claim|open|weiterge|"
    r"übergeb|transm|transfér|signal|remitid|escalad|abiert|ouver",
    "contact": r"contact|inform|told|spok|talk|call|rang|rung|phon|knows|aware|ask|wrote|writ|mail|notif|search|"
    r"courier|remind|let|"
    r"inform|prévenu|contact|avisad|hablad",
}  # fmt: skip
_KIND_PATTERNS = {kind: re.compile(rf"\b(?:{words})", re.IGNORECASE) for kind, words in _KIND_WORDS.items()}

_PART = (
    r"(?:(?:re-?|un|over|under)?(?:refunded|credited|cancelled|canceled|shipped|sent|dispatched|despatched|posted|"
    r"replaced|repaired|fixed|mended|resolved|sorted|settled|closed|locked|set|deleted|removed|erased|wiped|stored|"
    r"instated|activated|deactivated|enabled|disabled|reversed|issued|booked|reserved|scheduled|arranged|escalated|"
    r"forwarded|contacted|informed|notified|told|stopped|blocked|frozen|corrected|updated|amended|adjusted|changed|"
    r"moved|merged|processed|approved|granted|authori[sz]ed|accepted|transferred|passed|handed|raised|opened|logged|"
    r"registered|filed|flagged|marked|ordered|paid|returned|reimbursed|checked|verified|examined|inspected|tested|"
    r"reviewed|investigated|traced|located|found|waived|lifted|dropped|taken (?:care|off|back|out|down|on|up)|"
    r"put (?:through|back|right|on|in|aside)|dealt|seen to|set up|set aside|set in motion|extended|renewed|upgraded|"
    r"switched|applied|added|deducted|prepared|packed|collected|delivered|released|triggered|initiated|started|begun|"
    r"launched|completed|finished|carried out|assigned|allocated|chased|rebooked|compensated|cleared|written off|"
    r"called|rung|made good|done|handled|actioned|entered|recorded|suspended|paused|terminated|withdrawn|"
    r"brought|spoken|emailed|mailed|renamed|swapped|exchanged|drawn up|signed off|looked (?:into|at|over)))"
)
_ADVERBS = (
    r"(?:(?:now|already|just|also|since|today|personally|meanwhile|immediately|gladly|then|both|all|indeed|by now|"
    r"safely|duly|fully|successfully|officially|finally|manually|again|this morning|this afternoon|straight away|"
    r"\w{2,12}ly|in the meantime)\s+)*"
)
_WHO = (
    r"(?:(?:our|my|the|a|an|one of (?:our|my|the)|your)\s+(?:[\w-]+\s+){0,2}?(?:teams?|colleagues?|departments?|"
    r"engineers?|technicians?|fitters?|drivers?|couriers?|workshop|warehouse|managers?|supervisors?|lead|leader|desk|"
    r"office|accounts|billing|staff|agents?|advis[eo]rs?|specialists?|developers?|people|depot|kitchen|reception|"
    r"branch|bank|lab|security|support|finance|director|inspectors?|mechanics?|plumbers?|electricians?|"
    r"surveyors?|crew|squad|side)|someone|somebody|everyone|they|"
    r"(?:billing|accounts|finance|logistics|dispatch|support|security|reception|management))"
)
_IRREGULAR = (
    r"(?:went|gone|took|taken|put|set|sent|made|gave|given|brought|got|let|paid|spoke|spoken|rang|rung|found|wrote|"
    r"written|drew|drawn|began|begun|held|kept|undid|undone|redid|chose|struck|cut|ran|run|did|done|saw to|seen to|"
    r"dug|sought|reset|redone|got|told|left|built|laid|lent|dealt|withdrew|withdrawn|threw|thrown)"
)
_HARMLESS = word_set(
    "received read noted seen saw understood heard had been was were thanked wanted hoped wondered needed felt "
    "expected promised apologised apologized failed missed lost kept left let caused broke overcharged agreed meant "
    "thought believed knew realised realized learnt learned gathered appreciated enjoyed said mentioned owed charged "
    "listened recognised recognized used tried regretted worried intended decided cared wished liked loved hated "
    "acknowledged assumed delayed indeed need feed required supposed"
)
_NOT_DONE = re.compile(
    r"\b(?:not|never|no(?! longer\b)|nothing(?! (?:more|else|further)\b)|nobody|cannot|without|failed|unable|"
    r"wrong(?:ly)?|twice|too late|mistake|error|"
    r"yet to|instead of|ought|should have|could have|would have|nicht|kein\w*|noch)\b|n['’]t\b",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r"\b(?:not|never|nothing|nobody|none|neither|cannot|without|nicht|kein\w*|ob|ne|pas|jamais|aucun\w*|sans|nunca|ningun\w*|"
    r"no(?= (?:se |le |les |lo |la )*(?:ha|han|he|hemos|está|están|va|queda)\b))\b|n['’](?:t|a|ont|est|avons|ai)\b|"
    r"\bno $",
    re.IGNORECASE,
)
_TO_COME = re.compile(r"\b(?:to|will|not) $", re.IGNORECASE)
_READING = re.compile(
    r"\s+(?:(?:at|through|over|into|in|of|all|to|from|both|each|every|carefully|down)\s+){0,3}"
    r"(?:(?:your|the|this|that|these|all|what|everything|each|every|both|its|three|two|of)\s+){1,3}"
    r"(?:[\w-]+\s+)?(?:messages?|mails?|e-?mails?|letters?|words?|photos?|pictures?|descriptions?|notes?|thread|"
    r"history|reports?|account of|details|you (?:wrote|write|say|sent|describe)|point|screenshots?|conversation)\b",
    re.IGNORECASE,
)

_CLAIMS = (
    # I have gone ahead and ..., we refunded ...
    patterns(
        rf"(?P<own>(?:i|we)(?:['’]ve|['’]d)?\s+(?:(?:have|had|did)\s+)?{_ADVERBS}(?:have\s+)?"
        rf"(?P<verb>{_IRREGULAR}\b|\w{{2,14}}ed\b))"
    ),
    # our engineers went through ..., a colleague has stopped ...
    patterns(
        rf"{_WHO}\s+(?:(?:has|have|had)\s+)?{_ADVERBS}(?:{_PART}|went (?:through|over|to)|"
        rf"gone (?:through|over|to)|saw to|spoke|rang|wrote|took|gave|made|put|sent)\b",
        rf"{_WHO}\s+(?:(?:is|are)\s+)?(?:\w+\s+)?(?:aware|in the picture|up to speed|informed|"
        r"(?:knows?|has|have)\s+(?:about|of|your|the|this|it)\b)",
        rf"{_WHO}\s+(?:is|are)\s+{_ADVERBS}(?:working|looking into|looking for|investigating|checking|processing|"
        r"preparing|packing|repairing|fixing|chasing|searching|dealing|handling|on (?:it|the case|the matter|"
        r"its way))\b",
    ),
    patterns(
        rf"{_WHO}\s+(?:has|have)\s+{_ADVERBS}(?:\w{{2,14}}(?<!e)ed|{_IRREGULAR}|seen|heard|looked)\b",
        rf"(?:our|my|a)\s+(?:[\w-]+\s+){{0,2}}?(?:teams?|colleagues?|engineers?|technicians?|manager|supervisor|"
        rf"director|boss|"
        rf"accountants?|workshop|warehouse|specialists?|people)\s+{_ADVERBS}(?:\w{{2,14}}ed|{_IRREGULAR})\b",
    ),
    # has been processed, was issued this morning, is being arranged
    patterns(
        rf"(?:has|have|had)\s+{_ADVERBS}been\s+{_ADVERBS}{_PART}\b",
        rf"(?:was|were|got|is being|are being)\s+{_ADVERBS}(?!told|found|called){_PART}\b",
        rf"(?:is|are|am|['’]s|['’]re)\s+{_ADVERBS}(?:refunded|credited|cancelled|canceled|shipped|dispatched|sorted|"
        r"resolved|fixed|repaired|unlocked|reset|deleted|booked|rebooked|reserved|approved|corrected|settled|"
        r"taken care of|"
        r"dealt with|restored|reinstated|lifted|waived|done|dealt|in hand|in order again|removed|reversed)\b",
        rf"(?:['’]s|['’]ve)\s+{_ADVERBS}been\s+{_ADVERBS}{_PART}\b",
    ),
    patterns(
        r"(?:is|are) being (?:\w{3,14}ed|looked (?:at|into)|dealt with|seen to|taken|put|sent|made|drawn up)\b",
        rf"(?:is|are|['’]s|['’]re)\s+{_ADVERBS}(?:through|complete|confirmed|deactivated|activated|reactivated|cleared|"
        r"history|a thing of the past|ordered|placed|processed|posted|paid (?:back|out)|upgraded|switched (?:off|over)|"
        r"off your \w+|out of your|yours (?:again|now)|scheduled|arranged|registered|logged|suspended|paused|ended|"
        r"amended|updated|changed|adjusted|swapped|exchanged|wiped|erased|merged|extended|renewed|frozen|blocked|"
        r"released|replaced|escalated|refundable again|valid again|whole again|back where)\b",
        r"(?:is|are|lies?|sits?|rests?|stands?|has landed|landed)\s+(?:now |already |since \w+ )?(?:with|"
        r"on the desk of|before|"
        r"in the hands of|on)\s+(?:our|my|the|his|her|a|an) (?:[\w-]+ )?(?:team|bank|courier|carrier|lawyers?|"
        r"engineers?|"
        r"technicians?|manager|director|desk|board|workshop|warehouse|van|lorry|truck|road|train|plane|specialists?|"
        r"accounts|accountant|department|office|supervisor|colleagues?|depot|print(?:er|shop))s?\b",
        r"there(?: is|['’]s| are)\s+(?:now |already )(?:an?|your|the|two|three|no)\b|there(?: is|['’]s) (?:an?|"
        r"your) (?:new )?"
        r"(?:credit|refund|seat|ticket|parcel|replacement|voucher|label|table|room|bed|"
        r"place) (?:\w+ ){0,3}?(?:waiting|on its|"
        r"in your|on your|for you|reserved|held)\b",
        r"(?:sits?|stands?|shows?|appears?|is|are|runs?)\s+(?:\w+ ){0,2}?(?:on|in|under|against|at) your (?:account|"
        r"card|statement|"
        r"file|profile|name|plan|new \w+)\s+(?:now|again|already|since)\b",
        r"(?:charge|fee|debt|claim|entry|contract|subscription|membership|block|bill|invoice|booking|order|"
        r"reminder)s?\s+"
        r"(?:no longer (?:stands?|appl\w+|exists?|appears?|shows?|runs?)|(?:is|are) no (?:more|longer)|ceased|ended)\b",
        r"as (?:you )?(?:requested|wished|asked|instructed),? (?:the|your|it|we|i)\b(?! (?:will|['’]ll|can|shall|"
        r"would))",
        r"(?:you|your \w+) now (?:have|own|pays?|costs?|runs?|goes|comes?|has|holds?|belongs?|ends?)\b",
        r"(?:has|have) (?:already |now |just |since )?(?:left (?:us|our|the)|gone (?:out|off|back|to)|come (?:off|"
        r"back)|found (?:its|"
        r"their) way|landed|reached (?:your|our|the)|made its way|set off|started|begun|stopped|ended)\b",
        r"(?:a|the|your|its|our) (?:[\w-]+ ){1,3}left (?:us|our \w+|the (?:warehouse|depot|workshop|building)|here)\b",
    ),
    # I am refunding you now
    patterns(
        r"(?:i|we)(?:\s+am|\s+are|['’]m|['’]re)\s+(?:(?:now|already|just|currently|right now)\s+)*(?:refunding|"
        r"crediting|"
        r"cancelling|replacing|processing|reversing|unlocking|resetting|deleting|rebooking|upgrading|chasing|"
        r"waiving|transferring|investigating)\b",
        r"(?:i|we)(?:['’]ve| have)? had\s+(?:your|the|a|it|that|this|them)\s+(?:\w+\s+){0,3}?(?!to |been )"
        rf"(?:{_PART}|redone|made|seen|done)\b",
    ),
    # the state that only an act can have brought about
    patterns(
        r"(?:is|are|['’]s|goes|went|came|come|has|have)\s+(?:(?:now|already|just|all|back|finally|well|safely|"
        r"gone)\s+)*"
        r"(?:on (?:its|their|the) way|under ?way|in (?:motion|train|progress|hand|the post|the mail|transit|"
        r"the system)|"
        r"out (?:of|for|to|with)|off (?:again|now|your|the|to)|in place|live|up and running|good to go|"
        r"(?:open|active|working|free|available|usable|unlocked|online) again|back (?:on|in|to|with|at|up|online)\b|"
        r"gone (?:out|off|to|through|back)|left (?:our|the)|left us|ready (?:for|at|to be collected))\b",
        r"(?:lock|block|hold|ban|suspension|fee|charge|restriction|flag|limit|debt|reminder|surcharge|penalty)s?\s+"
        r"(?:[\w'’-]+\s+){0,4}?(?:is|are|has|have|was|were)\s+(?:\w+\s+)?(?:off|gone|lifted|history|dropped|cleared|"
        r"vanished|over)\b",
        r"that['’]s\s+[^.!?\n]{2,40}\b(?:gone|done|sorted|off|settled|fixed|booked|cancelled|changed|closed|through)\b",
        r"(?:from now on|as of (?:now|today|this \w+)|with immediate effect|effective immediately|starting today)"
        r"(?!,? (?:i|we|our \w+|\w+ \w+) ?(?:will|['’]ll|shall|can|would))\b",
        r"(?:all|(?:it|that|this|everything|which)(?:['’]s| is)(?: now| already| all)?)\s+(?:done|sorted|settled|"
        r"taken care of|set|fixed|in hand)\b|"
        r"(?:nothing (?:more|else|further)|no need)[^.!?\n]{0,12} for you to do|consider (?:it|this|that|(?:the|"
        r"your)(?: \w+){1,3}?)\s+"
        rf"(?:{_PART}|gone)\b|you are (?:now )?(?:all set|booked|down for|on the (?:list|passenger|guest)|rebooked|"
        r"off the (?:list|hook)|free of)|you(?:['’]re| are)? no longer (?:on|in|being|subscribed|listed)\b",
        r"you (?:can|may|are able to|should be able to)\s+(?:\w+\s+){0,6}?(?:(?:again\s+)?now|again|from now on)\b",
        r"you (?:now |already )?have (?:\w+\s+){1,2}?(?:seats?|tables?|rooms?|slots?|appointments?|tickets?|places?|"
        r"berths?|credits?|vouchers?|refunds?|replacements?|cabins?|bookings?)\b",
        r"(?:your|our) (?:[\w-]+ ){1,3}(?:already|by now|now)\s+(?:has|have|knows?|shows?|reads?|carries|holds)\b|"
        r"(?:knows?|is aware|are aware|shows?|reads?|stands?)\b[^.!?\n]{0,50}\b(?:by now|as we speak)\b",
        r"(?:our|the) (?:books|records|system|files|database)\s+(?:now\s+)?(?:have|has|show|shows|say|says|"
        r"list|lists|carry|carries)\s+(?:you|your|it)\b",
    ),
    # you will find the credit on your statement
    patterns(
        r"you(?:['’]ll| will| should| can| may)\s+(?:now |soon |already |shortly )?(?:find|see|notice|have|spot)\b"
        r"(?=[^.!?\n]{0,60}\b(?:credit|refund|money|amount|payment|sum|label|confirmation|voucher|correction|new)\b)"
        r"[^.!?\n]{0,80}\b(?:statement|account|inbox|balance|bank|card|folder|profile|e-?mails?|basket)\b",
        r"(?:refund|credit|money|amount|payment|replacement|parcel|label|confirmation)s?\s+should\s+(?:now |already |"
        r"soon )?(?:be (?:with|in|on)|show|appear|reach|arrive)\b",
    ),
    # colloquial and elliptic
    re.compile(
        r"(?<!\w)(?:"
        r"^\W*(?:(?:all|now|already) )?(?:done|sorted|fixed|refunded|cancelled|booked|resolved|settled|granted)"
        r"(?: and [a-z]+)?\s*(?:[!:,.]|$)|"
        r"(?:^|[:;,.]\s*)\W*(?:(?:your|the) )?(?:new )?(?:refund|credit|replacement|parcel|label|order|password|"
        r"ticket|case)\s+(?:sent|issued|done|"
        r"approved|processed|reset|closed|shipped|cancelled)\b|"
        r"(?:it|they|this|that|the [\w-]+|your [\w-]+(?: [\w-]+)?)\s+(?:went|left|set off|headed)\s+(?:out|off|"
        r"back|our|us|to|from|this|today|yesterday|with|by|into|through)\b)",
        re.IGNORECASE,
    ),
)  # fmt: skip


LOOKED_AT = 400
"""Characters on either side of a claim: more than sentences have, and what keeps an endless one from costing hours."""


def _kinds(words: str) -> frozenset[str]:
    """The kinds of recorded action that would bear out ``words``; any where they name none."""
    return frozenset(kind for kind, pattern in _KIND_PATTERNS.items() if pattern.search(words)) or frozenset(
        ACTION_KINDS
    )


def _clause(sentence: str, claim: re.Match[str]) -> str:
    """``claim`` with the words about it up to the next comma on either side."""
    before = sentence[max(0, claim.start() - REACH) : claim.start()]
    after = sentence[claim.start() : claim.end() + REACH]
    return re.split(r"[,;:]", before)[-1] + re.split(r"[,;:]", after)[0]


def _is_harmless(claim: re.Match[str], sentence: str) -> bool:
    """What the mail itself shows (received, read, noted), what was felt, and what was not done or done wrong."""
    before = sentence[max(0, claim.start() - LOOKED_AT) : claim.start()]
    after = sentence[claim.end() : claim.end() + LOOKED_AT]
    if (
        _TO_COME.search(before)
        or _NOT_DONE.search(claim.group())
        or _NEGATED.search(re.split(r"[,;:]", before)[-1])
        or _NOT_DONE.match(after.lstrip())
    ):
        return True
    verb = claim.groupdict().get("verb")
    if verb and (verb.lower() in _HARMLESS or _NOT_DONE.search(re.split(r"[,;:]|so that", after, maxsplit=1)[0])):
        return True
    if verb and verb.lower() in {"told", "asked", "wrote", "gave", "written"} and re.match(r" (?:to )?you\b", after):
        return True
    return bool(verb and _READING.match(after))


def _restates(claim: re.Match[str], said: str) -> bool:
    """Whether the conversation tells of the same as done, so that the draft only gives it back."""
    words = re.findall(r"\w+", claim.group().lower())
    return bool(
        words
        and len(words[-1]) > 2
        and re.search(rf"\b(?:was|were|been|is|are|got|had|['’]s|has|have)\s+(?:\w+\s+)?{re.escape(words[-1])}\b", said)
    )


@lru_cache(maxsize=1024)  # most sentences of drafts come again
def _claims(sentence: str) -> tuple[re.Match[str], ...]:
    return tuple(match for pattern in (*_CLAIMS, elsewhere.pattern("claimed")) for match in pattern.finditer(sentence))


def _apart(results: list[CheckResult]) -> list[CheckResult]:
    """In order of the text, without those that overlap an earlier one: one claim may be seen in several ways."""
    kept: list[CheckResult] = []
    for result in sorted(results, key=lambda one: (one.start or 0, -(one.end or 0))):
        if not kept or (kept[-1].end or 0) <= (result.start or 0):
            kept.append(result)
    return kept


def _suspected(
    context: CheckContext, known: Iterable[CheckResult], recorded: frozenset[str], said: str
) -> list[CheckResult]:
    """What the model takes for such a claim, in words that the rule does not know: a warning."""
    message = "this sounds as if something was done; no such action is recorded on the ticket"
    spans = [(one.start or 0, one.end or 0) for one in known]
    found = []
    for one in context.performing("done", spans):
        words = context.body[one.start : one.end]
        if not is_question(words) and not recorded & _kinds(words) and words.strip().lower() not in said:
            found.append(CheckResult(NAME, CheckStatus.WARN, message, one.start, one.end, certain=False))
    return found


def check(context: CheckContext) -> list[CheckResult]:
    message = "this says that something was done, and no such action is recorded on the ticket"
    said = "\n".join((context.case.message.text, *(turn.text for turn in context.case.thread))).lower()
    recorded = frozenset(action.kind for action in context.case.actions)
    results = []
    for sentence in sentences(context.own):
        words = sentence.group()
        if is_question(words):
            continue
        for claim in _claims(words):
            before = words[max(0, claim.start() - LOOKED_AT) : claim.start()]
            if (
                is_reported(before, claim.group())
                or is_conditional(before)
                or is_general(before)
                or _restates(claim, said)
            ):
                continue
            if _is_harmless(claim, words) or (recorded and recorded & _kinds(_clause(words, claim))):
                continue
            start = sentence.start() + claim.start()
            results.append(CheckResult(NAME, CheckStatus.BLOCK, message, start, sentence.start() + claim.end()))
    return _apart(results) + _suspected(context, results, recorded, said)
