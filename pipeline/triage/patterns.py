"""The words that triage reads by rule, in the open. Data only; `signals` applies them.

Every entry is a list of regular expressions, joined with "or", matched without regard to case at word borders. They
hold no nested repetition, so a hostile mail costs linear time. `FIGURATIVE` is blanked out first: what stands there
is a manner of speaking and may not count as danger, threat or insult.
"""

from __future__ import annotations

from collections.abc import Mapping

DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)"
)
DATE = (
    rf"(?:(?:the )?\d{{1,2}}(?:st|nd|rd|th)(?: of)?(?: {MONTH})?|\d{{1,2}} {MONTH}|{MONTH} \d{{1,2}}(?:st|nd|rd|th)?)"
)
TIME = (
    r"(?:\d{1,2}(?::\d\d|\.\d\d)?(?: ?[ap]\.?m\b|(?= (?:tonight|today|tomorrow|sharp)))|\d{1,2}[:.]\d\d|noon|midnight)"
)
SOON = r"(?:today|tonight|tomorrow|tmrw|tmw|this (?:morning|afternoon|evening|weekend)|the day after tomorrow)"
WHEN = rf"(?:{SOON}|(?:this |next |on )?{DAY}|(?:on )?{DATE}|{TIME}|the end of (?:the|this) (?:day|week|month)|close of business)"
EVENT = (
    r"(?:wedding|funeral|burial|flight|trip|holiday|exam|interview|hearing|surgery|operation|appointment|birthday|party"
    r"|christening|graduation|conference|closing|completion|concert|show|opening|launch|presentation|move|service)"
)
AMOUNT = r"(?:[£$€] ?\d(?:[\d,.]{0,14}\d)?|\b\d[\d,.]{0,14} ?(?:€|£|eur\b|euros?\b|gbp\b|usd\b|dollars?\b|pounds\b|quid\b|bucks\b))"
PERSON = (
    r"(?:you|him|her|them|your|his|their|someone|somebody|whoever|every(?:one|body)|all of you|that (?:man|woman|guy))"
)
INSULT = (
    r"(?:idiots?|morons?|imbeciles?|cretins?|scum|scumbags?|dirtbags?|bastards?|pigs|swine|clowns?|muppets?|parasites?"
    r"|crooks?|thieves|liars?|brain ?dead|brainless|braindead|nitwits?|dimwits?|half-?wits?|dumbass(?:es)?|losers?"
    r"|ass?holes?|arseholes?|bitch(?:es)?|shitheads?|fuckers?|motherfuckers?|wankers?|twats?|pricks?|dickheads?|cunts?"
    r"|buffoons?|vermin|leeches|lowlifes?|numpt(?:y|ies)|trained monkeys?|chimps|brain donors?|slobs?|weasels?|rats"
    r"|retards?|degenerates?|filth|trash people|pond ?life|dimwitted|thick as|dopes?|fools|jerks?|simpletons?|goons?"
    r"|thugs|vultures|scammers|con artists|waste of (?:space|oxygen|skin)|shits|dipshits?|pillocks?|knobheads?|tossers?"
    r"|bloodsuckers?|cockroach(?:es)?|maggots?|snotty|gormless|slack-?jawed|halfwitted|lazy (?:sods?|gits?|cows?|toads?))"
)

FIGURATIVE: tuple[str, ...] = (
    r"(?:is|are|was|were|'s|been|keeps?) (?:literally |really |slowly |absolutely )?killing (?:me|us|my|our|the|it|him|her)\b",
    r"(?:will|would|'ll|'d|gonna|going to|might) (?:absolutely |probably )?(?:kill|murder|shoot) (?:me|us)\b",
    r"(?:i|we|would|could|i'd|we'd)(?: (?:would|could))? (?:kill|murder|die) (?:for )?(?:a|an|some|that|this|for)\b",
    r"kill(?:s|ed|ing)? (?:the |my |our )?(?:process|task|app|switch|session|server|job|time|battery|mood|vibe|lights?|engine|power|germs|weeds)",
    r"killer (?:feature|app|deal|price)s?",
    r"(?:to die for|dying to|die laughing|died laughing|dying of (?:laughter|boredom|embarrassment|curiosity))",
    r"(?:bored|scared|worried|frightened|tickled|sick|tired|starved) to death",
    r"over my dead body|kill two birds|dressed to kill|dead ?lines?\b|dead (?:pixel|battery|end|link|phone|zone|stock)s?",
    r"(?:phone|battery|laptop|screen|car|engine|router|tablet|computer|fridge|boiler|app|site|line|link|it|plants?) (?:has |had |just |simply )?(?:died|is dead|dies)",
    r"shoot (?:me|us|you|over) (?:a|an|over|your|the)\b|(?:shoot|shot) (?:a|the) (?:photo|picture|video|film)",
    r"bomb(?:arded|ed)?\b(?= (?:with|by))|(?:bath|photo|seed|cocoa) bombs?",
    r"on fire (?:today|lately|right now|this week)|you(?:'re| are) on fire|fire sale|fired up|fire (?:stick|tv|wall)",
    r"(?:shocked|burn(?:ed|t)?|burning) (?:out|through|bridges|to (?:hear|see|read|find)|question|a hole)",
    r"blood(?:y)? (?:boils?|boiling|hell|awful|useless)|blood pressure",
    r"heart attack (?:when|at|from)|nearly had a heart attack|almost had a heart attack|gave me a heart attack",
    r"feel(?:s|ing)? like (?:dying|death)|death of me|suicide (?:squad|pass|mission)|commercial suicide",
    (
        r"\bi(?:'m| am| was| feel| felt|'ve been| must be)(?: being)?(?: such| just| probably| clearly)?(?: an?| the)?(?: total| complete| bit of an?)? "
        r"(?:idiot|fool|moron|stupid|dumb|clown|loser|muppet|buffoon|dope)\b"
    ),
    r"(?:like|feel like) (?:an? |a total |a complete )?(?:idiot|fool|moron|clown|crook|thief|criminal)s?",
    r"call(?:ed|ing|s)? me (?:an? )?\w+|silly me|stupid (?:question|of me)|rats!|guinea pigs?|clown ?fish",
    r"(?:not|no|aren't|are not) (?:scammers|thieves|liars|crooks|idiots|fools)",
    r"(?:the|these|those|some|by|from|to|online|phone|those) (?:scammers|thieves|crooks|con artists)",
)

SIGNALS: Mapping[str, tuple[str, ...]] = {
    "deadline": (
        (
            rf"(?:by|before|until|no later than|due|closes?|ends?|expires?|runs? out|deadline is|needed|need (?:it|this|them) (?:by|for)) "
            rf"(?:at |on |for |by )?{WHEN}"
        ),
        rf"{EVENT} (?:is |starts? |begins? |coming up )?(?:{SOON}|(?:is )?(?:on |this ){DAY}|at {TIME}|in \d+ (?:hours?|days?|minutes?|mins?))",
        rf"{DAY}'s {EVENT}|tomorrow's {EVENT}|tonight's {EVENT}|today's {EVENT}",
        r"deadline (?:is|of|for|tomorrow|today|tonight|passes)|(?:window|offer|application|registration) (?:closes|ends|lapses)",
        r"within (?:the (?:next )?)?(?:\d+|an?|two|three|few|couple of) (?:hours?|days?|minutes)",
        rf"(?:leaves?|departs?|departing|boarding|sails?|lands?|flies|doors (?:open )?) (?:at )?(?:{TIME}|{SOON}|in \d+ (?:min|mins|minutes|hours?)\b)",
    ),
    "money": (
        r"(?:charged?|billed|debited|paid|taken|took|deducted|collected) (?:me |us |my card |my account )?(?:twice|double|two times|again|three times)",
        r"double[- ](?:charged?|billed|payment|debit)|over-?charged|two charges|charged (?:me )?for (?:something|nothing)",
        r"refund(?:ed|s)?\b|money back|reimburs\w+|chargeback|give (?:me )?back my money",
        rf"(?:charged|took|taken|debited|deducted|owed?|missing|lost|withdrew|withdrawn|stole|sent|paid|fee of|fined)(?: \w+){{0,4}} {AMOUNT}",
        rf"{AMOUNT}(?: \w+){{0,3}} (?:missing|gone|stolen|debited|charged|taken|not received|short|overcharged)",
    ),
    "security": (
        r"hack(?:ed|er|ers|ing)\b|phish(?:ing|ed)?|fraud(?:ulent|sters?)?\b|scam(?:med|mers?|s)?\b|identity theft|sim[- ]swap\w*",
        r"unauthori[sz]ed|(?:someone|somebody|a stranger) (?:else )?(?:is |has |was |has been |got |logged |signed )(?:\w+ )?(?:in|into|inside) (?:to )?(?:my|our)",
        r"(?:did not|didn't|never) (?:make|authori[sz]e|approve|recogni[sz]e|request) (?:this|that|these|those|it|the)\b",
        r"(?:transaction|payment|purchase|charge|login|log-in|device)s? (?:that )?(?:i (?:did not|didn't|don't) (?:make|recogni[sz]e)|(?:is|was|are) not mine|not mine)",
        r"account (?:has been |was |is being |being |got )?(?:taken over|compromised|drained|emptied|breached)|data (?:breach|leak)|leaked",
        r"(?:card|phone|identity|passport|laptop|bag|wallet) (?:was |has been |got |is )?stolen|stolen (?:card|phone|identity|passport)",
    ),
    "outage": (
        r"(?:whole|entire) (?:street|building|company|office|team|site|school|town|village|estate|floor|network) (?:\w+ ){0,4}(?:down|offline|dark|out|dead|without)",
        (
            r"(?:all|every|none|any) (?:of )?(?:our |the |my )?(?:\w+ )?(?:users|customers|sites|stores|shops|branches|tills|registers|staff|guests|patients|lines|offices|teams)"
            r"(?: \w+){0,6} (?:down|offline|cannot|can't|locked out|unable|fail\w*|dead|can (?:log|sign|connect|access|authenticate|work|pay|print|call|open)|works?|working)"
        ),
        (
            r"(?:site|system|server|service|network|internet|broadband|wifi|app|portal|website|platform|checkout|line|phones|power|api|signal|connection)"
            r" (?:is |are |has been |have been |been |went |has gone |just went |still |all )+(?:down|offline|out|dead)\b"
        ),
        r"(?:nobody|no one|everyone|everybody)(?: \w+){0,4} (?:can (?:log|sign|connect|access|work|pay|call)|is locked out|cannot work|can't work)|(?:cannot|can't|unable to|not able to) (?:sell|trade|serve (?:anyone|customers)|take (?:any )?(?:payments?|orders?|bookings?))",
        r"customers (?:cannot|can't|get an error|are getting errors?|are locked out)|(?:tills|registers|phones|lines|servers|systems|screens) (?:are |all |have gone |went )*(?:down|offline|dead|out)\b",
        r"(?:no|without|lost) (?:internet|broadband|power|electricity|signal|heating|hot water|water|phone line|landline|connection)\b|outage|power cut|blackout",
    ),
    "repeat_contact": (
        r"(?:second|third|fourth|fifth|sixth|seventh|tenth|2nd|3rd|4th|5th|6th|7th|\d+th|umpteenth|nth) (?:time|e-?mail|mail|message|call|letter|request|attempt|ticket|form|chat|reminder)",
        r"(?:written|wrote|called|phoned|rang|rung|emailed|mailed|contacted|chased|asked|told|reported|messaged|complained|sent)(?: \w+){0,5} (?:twice|three times|\w+ times|already|before|last week|last month|in (?:january|february|march|april|may|june|july|august|september|october|november|december))",
        r"(?:no|not had|never got|without|still no|had no|nobody|got no) (?:an? |any |single )?(?:reply|answer|response|answered|replied|call ?back)",
        r"(?:still|again) (?:waiting for|not (?:fixed|resolved|received|answered|working)|nothing|unresolved|no (?:reply|answer|news|refund|engineer))",
        r"as i(?: have|'ve)? (?:already |previously )?(?:explained|said|wrote|told|mentioned)|i(?: have|'ve)? already (?:explained|told|written|sent|called|reported|asked)",
        r"(?:following|follow) up on (?:my|our|the)|chas(?:e|ing) (?:this|again|up)|sorry to chase|how many (?:more )?times",
    ),
    "legal_threat": (
        r"(?:my|our|a|the|your|to|with|through|from) (?:lawyers?|solicitors?|attorneys?|legal team)\b",
        r"legal action|take (?:you|this|it|them) to court|see (?:you|every \w+|all of you|them)(?: \w+){0,6} in (?:court|front of a judge)|(?:i'll|i will|we'll|we will|going to|gonna) sue|suing you|lawsuit",
        r"small claims|ombudsman|regulator|trading standards|consumer (?:office|protection|rights|council|court)|letter before action",
        r"chargeback|financial conduct|data protection (?:authority|commissioner|office)|report(?:ing)? you to",
        r"dispute (?:it|this|the charge|the payment|them) with (?:my|the|our) (?:bank|card)",
    ),
    "asks_for_manager": (
        r"(?:speak|talk|spoken|put me through|connect me|pass(?:ed)? (?:this|me)|forward (?:this|it)|escalate(?:d)?)(?: \w+){0,3} (?:to|with|on to) (?:a |your |the |some)?(?:\w+ )?(?:manager|supervisor|boss|superior|director|ceo|team lead|someone (?:senior|higher|in charge|above|with))",
        r"(?:want|need|demand|like|get me|give me|expect)(?: \w+){0,5} (?:a |your |the )(?:manager|supervisor|boss|superior|director|ceo)\b",
        r"(?:someone|somebody|anyone|person) (?:senior|more senior|in charge|with (?:some |any |the )?authority|higher up|above you)|who is (?:in charge|your manager|responsible there)",
    ),
    "churn_risk": (
        r"tak(?:e|ing) (?:my|our) (?:business|custom|money) (?:elsewhere|somewhere)|lost (?:a|me as a|us as a|another) (?:\w+ )?customer|seen the last of (?:me|us)",
        r"(?:never|won't|not) (?:ever )?(?:be )?(?:buy|order|shop|book|fly|use|rent|stay|com)(?:ing|e)?(?: (?:from|with|at|by))? (?:you|your \w+|here|this \w+|there|it)? ?(?:again|any ?more)",
        r"(?:switch|switching|move|moving|going|leaving)(?: \w+){0,3} (?:to|for) (?:a|another|your|the|one of your) (?:\w+ )?(?:competitor|provider|supplier|bank|company|rival)s?",
        r"(?:close|closing|cancel|cancelling|canceling|delete|deleting) (?:my|our) (?:account|subscription|contract|membership|plan)",
    ),
    "public_threat": (
        r"(?:go|going|taking this|take this|tell|call|calling|copied|contact|contacting|went) (?:public|viral|to the (?:press|papers|media|news\w*)|the (?:press|papers|media|newspapers?))",
        r"(?:all over|post(?:ed|ing)?(?: \w+){0,4} (?:on|to|all over)|share(?:d)?(?: \w+){0,4} on) (?:social media|the internet|every (?:site|platform|forum)|facebook|twitter|tiktok|instagram|reddit|linkedin|youtube)",
        r"journalist|reporter|consumer (?:page|programme|show)|(?:one|1|zero)[- ]star review|(?:leave|write|post)(?:ing)? (?:an? )?(?:\w+ )?review (?:everywhere|on every)|channel \d+\b",
    ),
    "data_loss": (
        r"(?:photos?|pictures|files?|documents?|messages|contacts|data|folders?|videos|notes|thesis|recordings|history|albums?)(?: \w+){0,5} (?:gone|deleted|wiped|vanished|disappeared|erased|lost|overwritten|missing)\b",
        r"(?:lost|deleted|wiped|erased|deleting|wiping|overwrote) (?:all |every |everything|half )?(?:of )?(?:my|our|the|his|her)? ?(?:photos?|pictures|files?|documents?|messages|contacts|data|folders?|videos|thesis|work|history)",
    ),
    "personal_loss": (
        r"(?:passed away|funeral|bereave\w+|widow(?:ed|er)?\b|condolences|miscarri\w+|stillborn)",
        r"(?:my|our|his|her) (?:late |deceased )(?:\w+ )?(?:husband|wife|mother|father|mum|mom|dad|son|daughter|brother|sister|partner|friend|grand\w+)",
        r"(?:my|our) (?:husband|wife|mother|father|mum|mom|dad|son|daughter|brother|sister|partner|friend|grand\w+|dog|cat)(?: \w+){0,2} died",
    ),
    "safety": (
        r"smell(?:s|ed|ing)? (?:of |like )?(?:gas|burning|smoke)|gas leak|carbon monoxide|(?:caught|on|catch(?:es)?) fire\b|sparks?\b|sparking|electric shock|smok(?:e|ing) (?:came|coming|from|out)|black smoke",
        r"(?:brakes?|steering|airbag|hinge|ladder|handlebars?)(?: \w+){0,3} (?:failed|fails?|snapped|broke|came off|gave way)|live wires?|bare wires?",
        r"(?:oxygen|ventilator|insulin|inhaler|epipen|pacemaker|dialysis|feeding tubes?|panic (?:button|alarm)s?|restraining order)",
        r"allergic reaction|anaphyla\w+|choking|swallowed|poison(?:ed|ing)|food poisoning|explod(?:ed|es|ing)|overheat(?:s|ed|ing)?",
    ),
    "physical_harm": (
        r"(?:burn(?:ed|t)?|cut|injured|hurt|broke|fractured|scalded|bruised) (?:my|his|her|their|our|myself|himself|herself) ?(?:hands?|arms?|legs?|face|fingers?|wrist|back|son|daughter|child|foot|head|mouth)?\b(?! heart)",
        r"(?:in|to|at) (?:hospital|a&e|the emergency room|intensive care|the er|surgery) (?:with|after|because|now|since)|injur(?:y|ies|ed)|bleeding|unconscious|stitches|concussion|ended up in (?:hospital|a&e)",
    ),
    "vulnerable": (
        r"(?:i am|i'm|she is|she's|he is|he's|aged|mum is|mother is|father is|dad is) (?:an? )?(?:7[5-9]|8\d|9\d)\b|(?:7[5-9]|8\d|9\d)[- ]year[- ]old",
        r"wheelchair|disab(?:led|ility)|dementia|alzheimer\w*|pregnan(?:t|cy)|newborn|premature|chemo(?:therapy)?|terminal(?:ly)? (?:ill|cancer)|carer for|on benefits|domestic (?:abuse|violence)|women's refuge",
    ),
    "self_harm": (
        r"(?:easier|better|nicer|simpler|glad)(?: \w+){0,3} not (?:to )?(?:wake|waking) up|(?:hope|wish|pray|prefer)(?: \w+){0,4} (?:not|never|don't|didn't) (?:to )?wake up|(?:ended|end|ending) it (?:all|tonight|today|now|soon)\b|nobody would (?:notice|care|miss me) if i|don't (?:really )?see (?:a|any) (?:reason|point) (?:to|in) (?:live|living|getting up|get up|going on|go on|waking up|being here)",
        r"kill(?:ing)? myself|end(?:ing)? (?:my|my own) life|tak(?:e|ing) my own life|suicid(?:e|al)|self[- ]?harm(?:ing)?|(?:want to|going to|started|keep|urge to|thoughts? of|thinking of) (?:hurt|cut|harm)(?:ing|ting)? myself\b",
        r"(?:don't|do not|no longer|didn't) (?:really )?want to (?:live|be alive|be here any ?more|wake up|exist|go on living)|no reason (?:left )?to (?:live|go on)|nothing (?:left )?to live for",
        r"better off (?:dead|without me)|wish i (?:was|were) dead|want to die|end it all|can't (?:go on|do this) any ?more(?: and| i)(?: \w+){0,6} (?:pills|bridge|goodbye|end)|say(?:ing)? goodbye to everyone|overdos(?:e|ed|ing)\b",
    ),
    "injury": (
        r"(?:got|had|gave|giving|getting|received|suffered)(?: \w+){0,2} (?:an |a )?(?:nasty |bad |severe |small |mild )?electric(?:al)? shocks?|electrocuted|(?:i|he|she|we|they|wife|husband|son|daughter|child|mother|father) (?:was|were|got) (?:badly |slightly )?(?:burned|burnt|scalded|cut|injured|hurt) (?:by|on|when|from|and)",
        r"(?:my|his|her|our|their|son's|daughter's|child's|wife's|husband's) (?:\w+ )?(?:hands?|fingers?|arms?|legs?|faces?|eyes?|foot|feet|skin)(?: \w+){0,2} (?:is|are|was|were|got) (?:badly |severely |slightly )?(?:burned|burnt|scalded|cut|bleeding|injured|blistered)",
        r"(?:in|to|at) (?:a&e|a & e|the er|the emergency room|casualty) (?:with|for|because|after)|needed stitches|allergic reaction|anaphyla\w+|food poisoning",
    ),
    "hazard": (
        r"(?:started|starts|began|keeps?) (?:smoking|sparking|smouldering|melting)|(?:is|was|are|were) (?:sparking|smouldering)|smoke (?:is |was )?(?:coming|came|pouring)|(?:sparks|flames) (?:came|coming|flew|shot)|smell(?:s|ed|ing)? (?:of |like )?burn(?:ing|t)|(?:melted|short[- ]circuited)\b",
    ),
    "standstill": (
        r"(?:none|not one) of (?:our|my|the (?:\w+ ){1,4}(?:in|at|across) (?:our|my|all)) (?:\w+ ){1,6}(?:can|could|will|works?|opens?|loads?|logs?|prints?|connects?)\b",
        r"(?:all|every(?: one of)?|both) (?:of )?(?:our |the )?(?:\w+ ){0,5}(?:sites?|shops?|stores?|tills?|registers?|branches|offices|clinics?|machines|servers|users|customers|staff)(?: \w+){0,6} (?:are|is|have been|has been|went) (?:down|offline|dead|locked out|stopped|out of (?:service|order))",
        r"(?:we|nobody|no one|our (?:shops?|stores?|staff|customers|whole \w+))(?: \w+){0,3} (?:can't|cannot|can not|can|could not|couldn't|are unable to|unable to) (?:sell|trade|take (?:any )?(?:payments?|orders?|bookings?)|serve|operate|treat|ship)(?: \w+){0,3}",
    ),
    "danger": (
        r"can(?:'t|not) breathe|not breathing|unconscious|won't wake up|collapsed|(?:having|had) a (?:seizure|stroke|heart attack)|bleeding (?:badly|heavily|a lot)",
        r"smell(?:s|ing)? (?:of )?gas\b|gas leak|carbon monoxide|house is on fire|(?:is|are|it's|caught|catching) (?:now )?on fire\b|caught fire",
        r"he(?:'s| is) (?:outside|at) (?:my|our|the) (?:door|house|gate|window)|(?:threatened|going|trying) to (?:kill|hurt|stab|shoot) (?:me|us|her|him|my \w+)\b|(?:hit|beat|beats|hits|choked|attacked) (?:me|my \w+|us)\b",
        r"(?:locked|trapped|stuck) (?:in|inside)(?: \w+){0,8} (?:breath\w*|alone|baby|child|toddler|dark|smoke|heat)|(?:baby|toddler|child|year old)(?: \w+){0,4} (?:locked|trapped|stuck|alone) (?:in|inside)|inside alone",
    ),
    "threat": (
        (
            rf"(?:i will|i'll|i am going to|i'm going to|i'm gonna|we will|we'll|gonna|i swear i(?:'ll| will)?|i want to|i could|i'd like to|someone (?:should|will)) "
            rf"(?:come(?: \w+)? and |find \w+ and |go and )?(?:kill|murder|hurt|shoot|stab|strangle|beat|punch|smash|burn|break|slap|choke|destroy|hunt|find|come (?:for|after)) {PERSON}\b(?! (?:a|an|my|order|account|the|in the|on the|booking|somewhere|attention|in court|answer|support|reply|and (?:get|report)))"
        ),
        r"know where (?:you|he|she|they)(?: all)? (?:live|work|park|sleep)|watch your (?:back|step)|you(?:'re| are) (?:a )?dead(?: man| meat)?\b|put a bullet|wring (?:your|his|her|their) neck",
        r"hope(?: that)? (?:you|he|she|they|your \w+)(?: all| both| and your \w+)? (?:die|dies|rot|rots|burn|burns|starve|starves|choke|chokes|suffer|suffers|get cancer|gets cancer|drop dead)",
        r"(?:you|he|she|they)(?: all| people)? (?:deserve|ought|should|need|needs|deserves)(?: to)? (?:be )?(?:die|shot|hanged|hung|beaten|burned|dead|be dead)\b|drop dead\b|(?:bomb|blow up|burn down|torch|shoot up) (?:your|the|that) (?:office|building|shop|store|branch|place|house)",
        r"(?:come|coming|drive|driving) (?:down |over )?(?:there|to your (?:office|house|shop|store)) (?:with|and) (?:a |my |the )?(?:bat|gun|knife|hammer|axe|break|smash|beat|hurt|sort you|petrol)",
    ),
    "insult": (INSULT,),
}

BOUNDARIES = ("self_harm", "danger", "threat", "insult")
"""Signals that are no flags: they decide who may take the message."""
OVERRIDES = ("injury", "hazard", "standstill")
"""Signals that are no flags and no input of the model: they raise the urgency or name a person, nothing else."""
