"""P7-P9: responsibility only where a person has confirmed the fault, and never in legal or injury matters.

Where it is confirmed, it is owned: words that tell of the fault as if nobody had done it are named too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from pipeline.drafting import elsewhere
from pipeline.drafting.checks.context import CheckContext, Said, findings, patterns
from pipeline.drafting.clauses import REACH, is_conditional, is_question, is_reported, sentences
from pipeline.drafting.phrasing import may_take_responsibility
from pipeline.records import CheckResult, CheckStatus

NAME = "liability"

_US = (
    r"(?:we|i|our (?:own )?(?:(?!for\b|of\b|in\b|to\b|on\b|and\b|with\b)\w+ ){0,2}?(?!for\b|of\b|in\b|to\b|on\b|"
    r"and\b|with\b)\w+|(?:the|a|one of (?:our|the)|your) (?:[\w-]+ )?(?:driver|fitter|engineer|technician|"
    r"courier|team|colleague|agent|advis[eo]r|staff|people|crew|plumber|electrician|mechanic|nurse|doctor|dentist|"
    r"waiter|cook|kitchen|warehouse|workshop|branch|depot|system|clerk|manager|inspector|movers?|builders?|"
    r"cleaners?)s?)"
)
_FAULT = (
    r"(?:fault|mistake|error|negligence|failure|failing|blunder|oversight|wrongdoing|slip-up|lapse|doing|"
    r"making(?! (?:sure|it|a)\b)|"
    r"bad|carelessness|shortcoming|mess|blame|omission|incompetence|sloppiness)"
)
_NOT = r"(?:not|never|n['’]t)"
_LIABILITY = patterns(
    r"(?:the |this |it |that |all )?(?:is|was|were|are|'s)? ?(?:(?:entirely|completely|plainly|clearly|purely|"
    r"solely|all|wholly|simply|100 ?%) )*(?:our|the \w+['’]s|our \w+['’]s|my|one of our) (?:own )?(?:\w+ )?"
    rf"{_FAULT}s?\b(?!-)",
    r"(?:fault|mistake|error|blame|negligence|guilt|slip|lapse|oversight|failing|mix-up|blunder)(?: here|"
    r" for (?:this|that|it))? (?:is|was|lies|lay|sits|rests) (?:[\w%]+ ){0,4}?"
    r"(?:with (?:us|me|our)|started with us|ours|mine|on (?:our|my) side|at our door)|breach (?:on|of) our|"
    r"on our part\b",
    rf"(?:{_US}|the (?:firm|company|school|bank|council|hotel|airline|landlord|practice|clinic|surgery|"
    rf"hospital)) (?:are|am|is|was|were|would be|will be|have been) (?:\w+ )?(?:at fault|to blame|liable|"
    r"responsible(?! for (?:answering|your case|this case|your mail|replying|looking|handling|writing|you\b))|"
    r"negligent|"
    r"guilty|in the wrong|legally|careless|sloppy|asleep|too slow|reckless)|(?:fully|legally|entirely|are|is|be|"
    r"would be) liable|negligen(?:ce|t)",
    r"(?:accept|admit|take|bear|assume|acknowledge|shoulder|own)s? (?:(?:all|full|the|every|complete|whole|sole|our|"
    r"any) )*"
    r"(?:of )?(?:the )?(?:liability|responsibility|guilt|blame|fault)|"
    r"(?:we|i) (?:fully |completely |simply )?(?:own (?:this|that|it|up)|have to own|hold (?:up )?our hands)|"
    r"our hands up|"
    r"guilty as charged|mea culpa|no excuse for (?:it|this|that|what|how|our)|the buck stops",
    # ours to answer for, in the ways of saying it
    r"(?:is|was|are|sits|rests|lies|lay|falls?|fell|comes?|came|goes|went|all|squarely|that one['’]s|that['’]s|"
    r"this one is|it['’]s)"
    r" (?:\w+ )?(?:down to|on|with|at) (?:us|me)\b(?! (?:to|as soon|until|by|today|tomorrow|in|within|now|already)\b)|"
    r"(?:is|was|are|were|falls within|lies in) (?:\w+ )?(?:our|my) (?:own )?(?:\w+ )?(?:department|doing|making|"
    r"lookout|burden|"
    r"bill|charge)\b|ours to (?:answer|carry|bear|own)|of our (?:own )?(?:making|doing)|(?:at|to) our door\b|"
    r"we (?:only )?have (?:only )?ourselves to blame|you have us bang|not (?:have )?a leg to stand",
    # what was done badly or left undone
    rf"{_US} (?:have |has |had |['’]ve )?(?:(?:clearly|plainly|simply|badly|just|really|obviously|also|then|again|"
    rf"somehow|"
    r"completely|indeed|certainly|evidently) )*(?:broke|broken|botched|damaged|ruined|poisoned|mixed|messed|muddled|"
    r"screwed|slipped|fell short|fallen short|failed|caused|injured|hurt|lost|mislaid|misplaced|violated|neglected|"
    r"contaminated|packed the wrong|put the wrong|(?:sent|gave|given|told|sold|delivered|charged|quoted|booked|fitted|"
    r"shipped|used|picked|typed|entered|read|took|installed)(?: you| it| them)? (?:the |a |an )?(?:\w+ )?(?:wrong|"
    r"twice|"
    r"incorrect|faulty|too much|out of date)\w*|ignored|forgot|forgotten|"
    r"overlooked|mishandled|misread|misjudged|misled|miscalculated|missed|dropped|undervalued|overcharged|"
    r"double-charged|overbilled|made (?:a|the|an|this|that|some) (?:\w+ )?(?:mistake|error|mess|slip|blunder)|"
    r"got (?:this|it|that|your|the|things)(?: \w+){0,2} wrong|blew it|erred|let (?:you|this|that|"
    r"it) (?:all )?(?:down|slip)|"
    r"left (?:a|the|your|it|that) [^.!?\n]{0,20}(?:dangerous|open|loose|unlocked|unsafe|unattended|on)|"
    r"put \w+ \w+ (?:in danger|at risk)|cut corners)\b",
    rf"{_US} (?:did|had|have|has|was|were|should|could|ought)(?:n['’]t|(?: to)? (?:not|never)) (?:(?:properly|even|"
    rf"have|to|been|be) )*"
    r"(?:check|tighten|warn|inspect|secur|fasten|test|clean|clos|lock|look (?:before|properly)|train|maintain|servic|"
    r"follow|label|seal|pack|paying|pay attention|tell you|told you|done|doing|do (?:our|what|that|it)|charg|sold|sell|"
    r"touch|enter|let|turn|read|careful|open|drive|driv|leav|left|put|us|instal|connect|switch)\w*",
    # should have, ought never to have, had it been, of whatever was the firm's to do
    rf"{_US} (?:should|ought) (?:to )?have\b|{_US} (?:could|might) have (?:prevented|avoided|stopped|checked|warned)",
    rf"(?!you |nobody |no one |one |anyone |customers? )(?:[\w-]+ ){{1,4}}?(?:should|ought)(?: |"
    rf"(?=n['’]t)){_NOT} (?:to )?have "
    r"(?:got|gone|left|happened|been|reached|slipped|come|passed|ended|gotten|occurred|broken|failed|given|made|"
    r"taken)\b",
    rf"had (?:{_US}) [^.!?\n,]{{3,60}},[^.!?\n]{{0,40}}\b(?:would|could|might)\b|"
    rf"if (?:only )?{_US} (?:had|hadn['’]t)\b[^.!?\n,]{{3,60}}|"
    r"(?:would|could) (?:not |never |n['’]t )?have (?:been|happened|stayed|held|come|broken) [^.!?\n]{0,40}\b(?:had|"
    r"if) (?:we|our|the)\b",
    # the cause is given as the firm's
    r"because (?:of our \w+ (?:mistake|error|fault)|of an? (?:mistake|error|oversight|slip) (?:by|of|at|on|in) (?:us|"
    r"our))|"
    r"(?:caused|brought (?:about|on)) by (?:us|our|the (?:\w+ )?(?:driver|fitter|chair|product|staff))|"
    r"(?:due|owing|thanks|down) to (?:our|a (?:mistake|fault|error|slip|lapse|defect)|an (?:error|oversight))|"
    r"(?:stems?|comes?|came|results?|resulted|arose) from (?:our|a (?:mistake|defect|fault) (?:of|in|on)|the \w+ we)|"
    r"was bound to (?:break|fail|happen|leak|burst|fall|tear|crack)|clearly stems",
    r"(?:it (?:is|was)|that (?:is|was)) (?:us|we) who\b|(?:we|i) (?:are|am|were|was) the ones? (?:who|to)\b|"
    r"it was us\b|you deserved "
    r"better(?: from us)?|to our shame|shamefully|inexcusabl[ey]|indefensibl[ey]|unforgivabl[ey]|culpabl[ey]|"
    r"answerable|"
    r"accountable|(?:was|is) (?:very |quite |plainly |simply )?wrong of (?:us|our|me|the)|(?:take|carry) the (?:hit|"
    r"rap|can)|plead|"
    r"ought to (?:have )?know(?:n)? better|did not do (?:our|their|his|her) (?:job|work)|(?:nobody|no one|none of us|"
    r"someone|"
    r"somebody) (?:here|at our|in our|on our|from our|with us)[^.!?\n]{0,30}\b(?:check|notic|thought|look|did|forgot|"
    r"left|miss|"
    r"slept|test|told|pick|took|bother)\w*|(?:nobody|no one) (?:had )?(?:checked|noticed|bothered|thought|looked|"
    r"tested|warned)\b",
    r"(?:was|were|has been|had been|is|are) (?:\w+ )?(?:badly|poorly|wrongly|carelessly|improperly|incorrectly|"
    r"insufficiently|"
    r"inadequately|sloppily|falsely) \w+(?:ed|t|n)\b|(?:was|were|had|has|have) (?:never|not) (?:been )?(?:properly |"
    r"correctly |"
    r"even |ever )?(?:checked|tested|inspected|tightened|secured|fastened|cleaned|trained|packed|sealed|labelled|"
    r"serviced|"
    r"maintained|closed|locked|cooked|cooled|screwed)\b|(?:was|were|is|are) (?:clearly |plainly |obviously |"
    r"simply )?(?:defective|"
    r"faulty|unsafe|contaminated|mislabelled|under-?cooked|out of date|substandard|below standard|"
    r"overloaded)\b(?! (?:or|and|if))",
    r"(?:a|the) (?:proper|single|simple|closer|quick|second|careful) (?:check|look|glance|test|call|"
    r"inspection)[^.!?\n]{0,30}\b"
    r"(?:would|could|might) have\b|with (?:a (?:little|bit)|some)? ?more care\b|(?:known|recurring|old) (?:fault|"
    r"defect|weakness|"
    r"weak (?:point|spot)|problem) (?:of|with|in|on) (?:our|this|the|these)|weak (?:point|spot) of (?:ours|this|our|"
    r"the)|"
    r"(?:not|hardly) (?:the first|an isolated|a one-off)|(?:our|the) insur(?:er|ance) (?:will|pays|covers|is going)|"
    r"(?:we|i) (?:will |['’]ll |shall )?(?:pay|cover|foot|meet|bear|settle|reimburse) (?:for )?(?:the|your|any|"
    r"all)(?: \w+){0,2} "
    r"(?:damage|damages|bill|bills|costs?|repairs?|losses?|cleaning|doctor|dentist|treatment|expenses)\b",
    # law and money
    r"(?:we|you) (?:will|would|'ll) (?:\w+ )?(?:win (?:before|in|at)|lose the|pay (?:you )?(?:for (?:all|every|"
    r"the)|all|whatever|damages)|compensate|be compensated)|will be compensated|award you|whatever you ask|"
    r"everything you ask|(?:pay|compensate) (?:you )?for (?:all|every|your (?:loss|losses))",
    r"broke the (?:law|\w+ rule|contract|rules)|unlawful(?:ly)?|illegal(?:ly)?|against the law|had no right|"
    r"acted (?:wrongly|"
    r"against)|(?:is|are) (?:a|our) (?:grave )?breach|owe you (?:everything|compensation|damages)|"
    r"put \w+ (?:\w+ )?at risk|(?:court|judge|lawyer|ombudsman)\w* (?:would|will) (?:\w+ )?(?:side|agree|find|tell|"
    r"rule|award)|"
    r"(?:written|formal) admission|(?:sue|suing|tribunal|attorney|lawyer|solicitor|judge|court|hearing|claim \w+)\b"
    r"[^.!?\n]{0,60}(?:worth|favou?r|fight|settle|name a figure|survive|sink|quibble|the answer is yes)|"
    r"(?:find|rule|decide|side) (?:\w+ )?(?:in your favou?r|with you)|(?:paid|compensated|recompensed|"
    r"payout) for (?:your|the) (?:pain|injury|loss|losses|"
    r"suffering|distress)|you(?:['’]d| would) get [^.!?\n]{0,20}(?:figures|thousand|for this)|(?:they|we|"
    r"you) have to pay|"
    r"(?:whatever|everything) (?:it|your|you|this) [^.!?\n]{0,50}(?:settle|make (?:it )?good|pay|cover)|"
    r"(?:no|beyond|without) (?:dispute|doubt|question)[^.!?\n]{0,40}\b(?:us|our)\b|(?:started|began|"
    r"originated) with us|"
    r"(?:about|for) our (?:not )?having\b|(?:acknowledges?|admits?|confirms?) that (?:its|our|we)\b|"
    r"on our (?:side|end) (?:caused|set off|led|broke|let|was to)|in breach of|was (?:plain |simply )?discrimination|"
    r"we (?:concede|confess)|misselling|no defen[cs]e",
    r"we owe you (?!an? (?:answer|explanation|reply|apology|word|clear))|damages\b|fully admit|we (?:are bound to|"
    r"will cover)|"
    r"falsely|wrongful\w*|false information|is responsible for (?:that|this|your)|we knew (?:was|were|that|about|of)",
    # German
    r"(?:geht|ging|gehen) (?:ganz )?(?:auf|zu) unsere[nr]? (?:kappe|lasten|konto|rechnung)|unser (?:fehler|versehen|"
    r"versäumnis)|"
    r"unsere schuld|(?:schuld|fehler|verantwortung) (?:liegt|lag) (?:\w+ )?bei uns|wir (?:haben|"
    r"hatten) [^.!?\n]{0,40}(?:versagt|"
    r"versäumt|verschuldet|vergessen|verschlampt|falsch gemacht)|(?:übernehmen|tragen) (?:\w+ ){0,2}(?:verantwortung|"
    r"schuld|"
    r"haftung)|wir haften",
)  # fmt: skip
_NO_APOLOGY = patterns(
    r"(?:sorry|regret|apologi[sz]e)(?: to (?:hear|read|learn))?(?: that| if)? you(?:['’]re| are)? (?:feel|felt|feeling|"
    r"think|see it|believe|took it|take it)(?: about (?:this|it))? ?(?:that|this|the|in that|in this|like|"
    r"it)? ?(?:way|so|that)\b",
    r"sorry if (?:you|we|this|it|that|any|anything|there|our|somebody|someone)\b",
)
_EVASIVE = patterns(
    r"for (?:one|some|whatever|any) reason(?: or (?:another|other))?|somehow|some ?how or other|(?:it|this|that|"
    r"there|we|what|things|"
    r"[\w-]+) (?:does |do |would |may |might )?(?:looks?|seems?|appears?) (?:as (?:though|if)|that|to (?:have|be)|"
    r"like)|"
    r"mistakes? (?:was|were|may have been|has been|have been) made|(?:may|might|could) have (?:been|happened|"
    r"occurred|gone)|"
    r"something (?:must have |has |may have )?(?:went|gone|gone) wrong|(?:apparently|allegedly|seemingly|reportedly|"
    r"supposedly)|"
    r"(?:an? )?(?:issue|problem|irregularity|discrepancy|mix-up|glitch|error|misunderstanding|hiccup) (?:has |have )?"
    r"(?:arose|arisen|occurred|happened|crept|came up|took place)|if (?:we|there|anything|something|a mistake|"
    r"an error) (?:made|"
    r"was|were|has|have|did|got|went)|(?:whoever|whatever|no matter who|nobody|no one|neither side) (?:is|was|may be|"
    r"lies)|"
    r"(?:unfortunate|unforeseen|adverse) (?:circumstances?|events?|incidents?|chain|coincidence|timing)|"
    r"these things (?:do )?"
    r"happen|remains? (?:unclear|to be seen|open)|(?:cannot|can['’]t|hard to) (?:say|tell|know) (?:who|how|why|"
    r"where)|came about|"
    r"any (?:fault|mistake|error)|(?:our|the|a) (?:supplier|system|computer|software|carrier|partner|contractor|"
    r"subcontractor|"
    r"manufacturer|weather|season)\b[^.!?\n]{0,40}\b(?:caused|did|made|is to blame|let|failed|led|must)|"
    r"not (?:quite )?(?:as|what) (?:it|we|one) (?:should|would|might)",
)  # fmt: skip


def _taken(text: str) -> Iterator[tuple[int, int]]:
    """Where responsibility is taken, in the firm's own statements and not on a condition."""
    for sentence in sentences(text):
        for start, end in _taken_in(sentence.group()):
            yield sentence.start() + start, sentence.start() + end


@lru_cache(maxsize=1024)  # most sentences of drafts come again
def _taken_in(sentence: str) -> tuple[tuple[int, int], ...]:
    if is_question(sentence):
        return ()
    found = (match for pattern in (_LIABILITY, elsewhere.pattern(NAME)) for match in pattern.finditer(sentence))
    return tuple(match.span() for match in found if _is_stated(match, sentence))


def _is_stated(match: re.Match[str], sentence: str) -> bool:
    before = sentence[max(0, match.start() - REACH) : match.start()]
    return not is_reported(before, match.group()) and not is_conditional(before)


def check(context: CheckContext) -> list[CheckResult]:
    refused = findings(
        NAME, CheckStatus.BLOCK, "this regrets what the customer feels instead of what happened",
        _NO_APOLOGY.finditer(context.own),
    )  # fmt: skip
    taken = [Said(start, end, True) for start, end in _taken(context.own)]
    if not may_take_responsibility(context.case, context.policy.liability):
        message = "this takes responsibility before a person has confirmed the fault, or in a legal or injury matter"
        # What the words say stands whatever the model thinks: here a miss costs more than a doubt.
        suspected = context.suspected(NAME, taken)
        spans = [(said.start, said.end) for said in (*taken, *suspected)]
        owned = [Said(one.start, one.end, False) for one in context.performing("fault", spans)]
        return refused + findings(NAME, CheckStatus.BLOCK, message, [*taken, *suspected, *owned])
    if taken:
        return refused
    message = "the fault is confirmed, and this tells of it as if nobody had done it"
    evasive = [Said(*match.span(), False) for match in _EVASIVE.finditer(context.own)]
    return refused + findings(NAME, CheckStatus.WARN, message, evasive)
