r"""The words in which something is granted, refused or asked for, by kind (English, the commonest of German).

A placeholder character, \x01, stands where a clause names an amount of money.
"""

from __future__ import annotations

import re
from collections.abc import Mapping


def _pattern(*alternatives: str) -> re.Pattern[str]:
    return re.compile(r"(?<![\w-])(?:" + "|".join(alternatives) + r")(?!\w)", re.IGNORECASE)


_FIRM = r"(?:we|i|us|our (?:\w+ )?team|the (?:\w+ )?(?:team|firm|shop|manager|office))(?:['’](?:ll|d|re|m|ve))?"
_FEW = r"(?:[\w'’,-]+ ){0,6}?"
_DEBT = (
    r"(?:fees?|charges?|fines?|penalt(?:y|ies)|balances?|invoices?|bills?|debts?|instal?lments?|arrears|payments?|"
    r"surcharges?|costs?|rent|amounts?|deposit|rest|remainder|difference|postage|shipping)"
)
_PAID = (
    r"(?:money|price|fare|fees?|payments?|deposits?|cash|costs?|amount|balance|(?:all|every (?:cent|penny)|some|part|"
    r"half|most|a third|\w+ per ?cent) of (?:it|what you paid|your money|the \w+)|what you paid)"
)
_GOODS = (
    r"(?:months?|weeks?|years?|days?|nights?|trials?|delivery|deliveries|shipping|postage|collections?|returns?|"
    r"upgrades?|repairs?|services?|visits?|replacements?|parcels?|bags?|pairs?|items?|meals?|dinners?|lunch(?:es)?|"
    r"drinks?|desserts?|coffees?|lessons?|class(?:es)?|sessions?|tickets?|rides?|trips?|wash(?:es)?|cuts?|copy|copies|"
    r"samples?|gifts?|extensions?|access|subscriptions?|memberships?|breakfasts?|stays?|treatments?|installation|"
    r"check(?:-?up)?s?|entry|exchange|spare part|part|appointment|minutes|data|points|storage|use)"
)
_TREATS = (
    r"(?:(?:bottle|glass|box|basket|bouquet|bag|pack|set|pair|round) of [\w -]{3,30}?|flowers|chocolates?|desserts?|"
    r"cakes?|"
    r"hampers?|treats?|presents?|gifts?|surprises?|drinks?|dinner|meal|little extra|small extra|something (?:\w+ )?"
    r"(?:nice|special|small|extra|sweet|sparkling|little)|token of \w+|goodies|samples?)"
)
_YOURS = (
    r"(?:(?:is|are|will be) (?:waiting for|yours?\b|on (?:its|their) way to|included|thrown in|for) ?(?:the two of )?"
    r"(?:you|your)?|(?:comes?|goes) with|in (?:your next|the) (?:order|parcel|box|post))"
)
_GIVES = (
    rf"(?:{_FIRM} {_FEW}(?:give|giving|offer|offering|send|sending|add|adding|put|putting|pay|paying|apply|applying|"
    r"take|taking|make|making|include|including|enclose|enclosing|have|grant|granting|arrange|issue|issuing|"
    r"provide|present|like you to have|throw|throwing|slip|set aside|knock|knocking|deduct|deducting|load|loading|"
    r"transfer|transferring|return|returning|contribute|suggest|propose|do)|"
    r"you(?:['’](?:ll|d|re))? (?:(?:will|can|may|could|shall|are|would) )?(?:(?:also|now|still|free to|welcome to|"
    r"entitled to|"
    r"due|simply|be) )*(?:get|gets|getting|receive|receiving|have|take|claim|choose|enjoy|use|given|owed)?|"
    r"(?:please )?(?:take|accept|enjoy|use|have|here is|here['’]s|here are|there is|there['’]s|there are)|"
    r"(?:(?:comes?|coming)(?! to \x01)|goes|going|lies|sits|is waiting|are waiting|is yours|are yours|(?:is|"
    r"are) in it))"
)

_LET_OFF = (
    r"(?:forgotten|forgiven|gone|history|off the table|off your \w+|wiped|lifted|dropped|removed|waived|written off|"
    r"cancelled|canceled|"
    r"reversed|struck)"
)
_PAPERS = (
    r"(?:links?|forms?|person|passwords?|codes?|invoices?|labels?|e-?mails?|messages?|letters?|appointments?|dates?|"
    r"times?|address(?:es)?|"
    r"documents?|pages?|texts?|wording|photos?|pictures?|files?|details|numbers?|update|colleague|team|department|"
    r"copy|list|look|words?)\b"
)
_NOT_KEPT = (
    r"(?! (?:[\w'’]+ ){0,3}?(?:unplugged|away|off|closed|dry|cool|safe|upright|out|to hand|ready|in mind|at hand|"
    r"until|till|as it is|"
    r"as they are|for (?:the|our|your|a)|so that|switched|running|on|warm|clean|short))"
)

KINDS: Mapping[str, re.Pattern[str]] = {
    "refund": _pattern(
        r"(?:full|complete|entire|total|partial|part|whole|immediate) (?:and \w+ )?refunds?",
        r"refund(?:ed|ing|s)? (?:\w+ ){0,4}?in full",
        rf"{_FIRM} {_FEW}(?:refund|refunding|reimburse|reimbursing|repay|repaying|pay back|paying back)",
        rf"{_GIVES} (?:\w+ ){{0,4}}refunds?(?! (?:request|policy|form|number|page|team|takes?|is))",
        r"(?:will|shall|can|would|to) (?:also |then )?be (?:refunded|reimbursed|repaid|paid back)",
        r"(?:have|get|getting|having|receive|give you|giving you|send|or|and|take|want) your money(?: (?:straight |"
        r"all ))?(?: back)?",
        r"your money back",
        r"(?:have|having|get|getting|receive|receiving|give|giving|send|sending|pay|paying|transfer|put|putting|"
        r"choose|want|like) "
        rf"(?:[\w'’-]+ ){{0,3}}?{_PAID} (?:[\w'’-]+ ){{0,2}}?back(?! (?:to (?:us|me)|the way))",
        rf"(?:{_PAID}|\x01) (?:[\w'’-]+ ){{0,5}}?(?:comes?|goes|coming|going|flows?|will be|"
        rf"is) (?:\w+ )?back(?! to (?:us|me))",
        r"(?:comes?|goes|going|coming|flows?|be) (?:straight |right )?back (?:to|onto|on|into) (?:you|your (?:card|"
        r"account))",
        rf"{_PAID} (?:[\w'’-]+ ){{0,3}}?(?:will be|is|are|be) (?:being )?(?:returned|repaid|paid out|given back|"
        rf"sent back|refunded)",
        r"(?:cheque|check) for \x01|(?:not be|never be|not|nobody is|without being) (?:left )?out of pocket",
        r"geld zurück|(?:wir|ich) [\w ]{0,40}?(?:erstatten|erstatte|überweisen|zurückzahlen)|erstattung",
    ),
    "credit": _pattern(
        rf"{_FIRM} {_FEW}credit(?:ing)?(?! (?:card|note number|check|rating|agreement|limit))",
        r"(?:store|account|shop|goodwill|travel) credits?|credit notes?",
        r"(?:is|are|be|gets?) credited",
        rf"{_GIVES} (?:[\w'’.,€£$-]+ ){{0,6}}?(?:vouchers?|gift cards?|coupons?|credits?(?! cards?)|bonus|"
        rf"compensation|goodwill)",
        rf"{_FIRM} {_FEW}compensat(?:e|ing)|be compensated|(?:as|by way of) compensation",
        r"goodwill (?:gesture|payment|credit|voucher|amount)|gestures? of goodwill",
        r"(?:make|making) it (?:up to you|worth your while|right financially)|see you right",
        r"kommen? (?:wir )?ihnen (?:[\w\x01]+ ){0,4}entgegen|gutscheine?|gutschrift|gutschreiben|"
        r"schreiben (?:wir )?ihnen [\w ,€]{0,30}gut|kulanz\w*|entschädig\w+",
    ),
    "discount": _pattern(
        r"(?:money|something|a bit|some(?:thing)?|a little|% |per ?cent |percent |half|a third|a quarter|two thirds|"
        r"price|"
        r"a fifth|a tenth) off(?! (?:is|would be) not)",
        r"(?:comes?|taken|taking|take|knock|knocking|shave|shaving|get|have) (?:[\w.,%-]+ )?(?:\x01|\d[\d.,]*|"
        r"something|a bit|some|a little|"
        r"a third|a quarter|half|%|per ?cent|percent) (?:[\w-]+ ){0,2}?off|(?:take|taking|taken|knock\w*|shave\w*|"
        r"comes?|deduct\w*) (?:[\w.,%-]+ ){0,4}?"
        r"(?:off|from) (?:the|your) (?:[\w'’-]+ ){0,2}?(?:price|bill|invoice|order|total|balance|rent|fee|fare|"
        r"next \w+)",
        r"(?:per ?cent|percent|%) (?:comes? off|is taken off|discount|reduction|rebate|less|cheaper|lower)",
        rf"{_GIVES} (?:[\w'’.,%€£$-]+ ){{0,6}}?(?:discounts?|reductions?|rebates?|price cuts?|price reductions?)",
        rf"{_FIRM} {_FEW}(?:lower|reduce|reducing|lowering|halve|halving|cut|cutting|bring down|discount|discounting|"
        rf"adjust|shave) (?:\w+ ){{0,3}}(?:price|{_DEBT}|rate|fare)",
        r"half[- ]price(?! of)|(?:at|for) half (?:the|its|that|your) (?:\w+ )?price",
        r"(?:yours|have it|get it|take it|available|pay|it|one|stay|them) (?:only |just )?(?:at|for) (?:the|its|your|"
        r"last \w+['’]s) "
        r"(?:[\w'’-]+ ){0,3}(?:price|rate|fare|tariff)",
        r"meet(?:ing)? you (?:\w+ ){0,3}?(?:in the middle|half ?-?way|on the price)",
        r"(?:come|coming) to (?:an|some) (?:arrangement|agreement|figure)|(?:find|agree on) a (?:figure|"
        r"price) (?:that|with|together)",
        r"(?:pay|costs? you|charge you|bill you|be charged|cost) (?:only|just|no more than) (?:[\w-]+ )?(?:\x01|half|"
        r"a third|a quarter|\d+)",
        r"(?:only|just) (?:need|have) to pay|(?:go|come) down to (?:\x01|\d+)|call it \x01|(?:split|share|sharing|"
        r"splitting) the (?:costs?|bill|price|difference)|"
        r"go halves|(?:match|matching|honou?r(?:ing)?|keep) the (?:[\w'’]+ ){0,2}(?:price|offer|deal|rate|"
        r"fare)(?! list)|"
        r"(?:for|to) \x01 (?:instead|rather than)|\x01 (?:less|cheaper|under|below)",
        r"two for (?:the price of )?one|buy one,? get one",
        r"rabatt\w*|preisnachlass|nachlass|prozent (?:günstiger|weniger)|zum halben preis",
    ),
    "waiver": _pattern(
        r"waiv(?:e|es|ed|ing|er)",
        rf"(?:drop|dropping|cancel|cancelling|scrap|write off|writing off|lift|lifting|forgo|forgive|ignore|overlook|"
        rf"strike|striking|remove|removing|reverse|reversing|tear up|disregard|forget(?: about)?|skip|wipe|void|"
        rf"voiding|"
        rf"let (?:you )?off|spare you|absorb|absorbing|swallow) (?:[\w'’-]+ ){{0,4}}?{_DEBT}",
        r"(?:forget(?: about)?|drop|ignore|disregard|keep|write off|let (?:you )?off|strike off|cancel) (?:the |"
        r"those |that )?\x01",
        r"(?:need not|needn['’]t|(?:do|does|will|would) not (?:need|have) to|(?:do|does|wo)n['’]t (?:need|have) to|"
        r"no need to|"
        r"without having to|no longer (?:need|have) to|free not to) (?:\w+ ){0,2}?(?:pay(?: (?!attention)\w+)?|"
        r"be paid|be made up|"
        r"be settled|settle|be repaid|repay|worry about (?:the|that|your) (?:\w+ )?"
        rf"{_DEBT})",
        r"(?:will|shall) not be (?:charged|billed|invoiced|asked to pay)|won['’]t be (?:charged|billed|invoiced)|"
        rf"(?:{_FIRM} )(?:will not|won['’]t|shall not|are not going to) (?:charge|bill|invoice) you",
        r"(?:nothing|no more|not a (?:cent|penny)) (?:is |left |will be )?(?:to pay|owed|due|owing)(?! (?:before|"
        r"until|till|yet|from))|owe(?: us)? nothing|pay nothing",
        rf"(?:consider|treat|regard) (?:it|the|this|that|your) (?:\w+ )?(?:{_DEBT} )?(?:as )?(?:{_LET_OFF}|settled|"
        rf"paid|closed|done)",
        rf"(?:{_DEBT}|\x01) (?:[\w'’-]+ ){{0,3}}?(?:is|are|will be|can be|has been|have been|stays?) (?:now |then |"
        rf"hereby )?{_LET_OFF}",
        rf"{_DEBT} (?:does|do|will|shall|need) not (?:apply|arise|be (?:charged|billed|taken))|"
        rf"{_DEBT} (?:no longer (?:applies|apply)|falls? away)|"
        rf"there (?:is|are|will be) no (?:\w+ )?(?:bill|invoice|charge|fee|costs?)|without (?:another|further|"
        rf"any(?: further)?|more) (?:payments?|bill)|"
        rf"(?:{_DEBT} (?:[\w'’-]+ ){{0,4}}?)(?:won['’]t|will not|will never) (?:see|find|appear|show up)",
        r"erlassen|erlasse|verzichten|(?:nichts|nicht) (?:in rechnung|berechne[nt]?)",
    ),
    "replacement": _pattern(
        rf"{_FIRM} {_FEW}(?:replace|replacing|swap|swapping|exchange)(?! (?:[\w'’-]+ ){{0,3}}?{_PAPERS})",
        rf"{_FIRM} {_FEW}(?:send|sending|ship|shipping|post|posting|order) (?:\w+ ){{0,3}}?(?:new|another|second|"
        rf"fresh|replacement|"
        rf"right|correct|missing) (?!(?:[\w-]+ )?{_PAPERS})\w+",
        rf"{_GIVES} (?:\w+ ){{0,5}}?(?:replacements?|new (?:one|parcel|machine|item|device|unit|pair|set))",
        r"(?:waiting, |between (?:\w+,? ){0,5}?)a replacement",
        r"a (?:replacement|new (?:one|parcel|machine|item|device|unit)) (?:is|goes|will|comes|can)",
    ),
    "gift": _pattern(
        r"free[- ]of[- ]charge|for free|on the house|on (?:us|me)(?= ?(?:[.,;!)]|while|until|and|as|for|this|$))|"
        r"(?:our|my) treat|complimentary|gratis|with our compliments",
        rf"(?:a |an |one |two |three |your |the |next |\d+ )?free (?:extra |additional |full |whole |express |"
        rf"standard |home |return )?"
        rf"{_GOODS}(?! (?:slot|space|room))",
        rf"(?:{_GOODS}|it|that|this|one|postage|which|everything|they|rest) (?:[\w-]+ ){{0,5}}?(?:is|are|be|comes?|"
        rf"come|goes|stays?|was|were) "
        r"(?:completely |entirely |absolutely |then |all |also )*free(?= ?(?:[.,;!)]|for you|this time|with|and|"
        r"within|$))",
        r"(?:at|with|for) no (?:extra |additional |further |more )?(?:costs?|charges?)|without (?:any |further |"
        r"extra )?(?:charge|costs?)|"
        r"(?:there (?:is|will be) |make )?no charges?(?= ?(?:[.,;!)]|for|to|at|this|$))|costs? you nothing|cost(?:s|"
        r"ing)? nothing|"
        r"at (?:our|my)(?: own)? (?:costs?|expense)|will(?: not|n['’]t) cost you|won['’]t cost you",
        rf"{_FIRM} (?:will |can |would |shall |are happy to |also |gladly |would like to )*(?:cover|covering|pay for|"
        rf"pay|bear|pick up|foot|"
        rf"take care of|stand|settle|settling|swallow) (?:for )?(?:the|your|all|any|every|"
        rf"half) (?:[\w'’-]+ ){{0,4}}?(?:{_DEBT}|expenses|taxi|hotel|courier)",
        r"(?:ships?|shipped|travels?|goes|comes?|eats?|rides?|fl(?:y|ies)|stays?) (?:for )?free(?! (?:of|to|from))|"
        r"(?:as|be) our guests?|"
        r"(?:another|second|extra|new) \w+ (?:\w+ )?(?:in the post|on its way|on the way) (?:for|to) you",
        rf"(?:accept|take) (?:an?|this|our|the) (?:\w+ ){{0,2}}?{_TREATS}|{_TREATS} from us",
        rf"(?:throw|throwing|slip|slipping) in (?:a|an|some|the|two|your) \w+|{_TREATS} (?:[\w'’-]+ ){{0,4}}?{_YOURS}|"
        rf"{_FIRM} {_FEW}(?:send|sending|add|adding|give|giving|include|including|pop|popping|treat|put|"
        rf"putting) (?:you |the two of you )?"
        rf"(?:[\w'’-]+ ){{0,5}}?{_TREATS}|(?:invite|treat) you (?:both )?to (?:an?|the|dinner|lunch|breakfast|drinks|"
        rf"coffee|your)",
        r"(?:you (?:may|can|are welcome to|get to|might as well)|want you to|like you to|let you) (?:simply |just |"
        r"also |gladly )*"
        r"(?:keep|hang on to|hold on to) (?:it|them|both|everything|"
        r"(?:the|that|this|those) (?!receipt|label|box|packag|proof|number|letter|invoice|e-?mail|message|code|ticket|"
        r"booking|"
        r"lid|line|phone|device|app|appliance|machine away|original|documents?|papers?|form|page|original)\w+)"
        rf"{_NOT_KEPT}",
        rf"(?:please|do|just|simply|to) (?:keep|hang on to|hold on to) (?:it|them|both|everything){_NOT_KEPT}",
        r"(?:no need|not necessary|(?:do|need)(?: not|n['’]t) (?:have to |need to )?|need not) (?:to )?(?:send|return|"
        r"post|bring|give) "
        r"(?:it|them|the \w+|that \w+|anything|either) ?back|yours to keep|for keeps",
        r"(?:an? )?(?:extra|additional|bonus|further) (?:free )?(?:month|week|year|day|night|points|lesson|session)s?"
        r"(?= (?:on|at no|for|is yours|to make|without|as))|double points",
        rf"upgrad(?:e|ing) you|{_FIRM} {_FEW}(?:extend|extending|lengthen) (?:\w+ ){{0,3}}(?:subscription|membership|"
        rf"warranty|guarantee|trial|plan|stay)",
        r"kostenlos\w*|kostenfrei\w*|umsonst|(?:geht|gehen) auf (?:uns|das haus|unsere kosten)|aufs haus|schenken|"
        r"geschenk\w*",
    ),
}

MONEY_GIVEN = _pattern(
    r"\x01 (?:[\w'’-]+ ){0,4}?(?:off|back|towards|on (?:us|me)|as a|to make up|for (?:your|the) (?:trouble|"
    r"inconvenience|time|wait|bother|"
    r"delay|upset|stress|nuisance)|(?:is|are) yours|your way|in it for|goes|comes|lands|onto|on to|into|to your|less|"
    r"cheaper)",
    r"(?<!of )\x01 (?:[\w'’-]+ ){0,3}?(?:on|in) your (?:\w+ )?(?:account|wallet|card|balance)",
    rf"{_GIVES} (?:[\w'’-]+ ){{0,6}}?\x01",
    r"(?:off|by|worth|of|for|over|über|von|mit|plus|another|extra) (?:\w+ )?\x01(?= (?:\w+ )?(?:as|for your|to make|"
    r"towards|off))",
)
"""An amount that changes hands; a bare price does not fit."""
HINTS: Mapping[str, tuple[str, ...]] = {
    kind: tuple(words.split(","))
    for kind, words in {
        "refund": "cheque,check for,out of pocket,return,paid out,refund,reimburs,repa,back,money,zurück,erstatt,"
        "überweis",
        "credit": "credit,voucher,gift card,coupon,bonus,compensat,goodwill,make it,making it,see you right,gutsch,"
        "kulanz,"
        "entschädig, gut ,entgegen",
        "discount": " off,discount,reduc,rebate,price,%,per cent,percent,cheaper,lower,halv, cut,bring down,adjust,"
        "shav,"
        " rate, fare,tariff, only, just,no more than,down to,call it,split,halves, shar,match,hono,less,instead,"
        "rather than,"
        "under,meet you,meeting you,arrangement,agree,figure,two for,one get,rabatt,nachlass,prozent,preis",
        "waiver": "waiv, pay, paid,settle, owe, owing, due,charge, bill,invoice, fee, fine,penalt,balance,debt,instal,"
        "arrears, cost, rent,amount,deposit, rest,remainder,difference,postage,shipping,made up,forg,erlass,verzicht,"
        "berechn,in rechnung,repa,\x01",
        "replacement": "replac,exchang,swap, new, another, second, fresh,missing, right,correct",
        "gift": " free,house, on us, on me,treat,complimen,gratis, cost,charge,expense, pay, bear, pick up, foot,take "
        "care,"
        " stand,settl,swallow,throw, slip,bottle,glass, box,basket,bouquet, bag, pack, set , pair, round,flower,"
        "chocolate,"
        "dessert,cake,hamper,present,gift,surpris,drink,dinner, meal,extra,something,token,goodies,sample,invite, keep,"
        "hang on,hold on, back,yours,upgrad,exten,lengthen,double,guest,in the post,s way,the way,additional,bonus,"
        "further,"
        "kostenlos,kostenfrei,umsonst,geht auf,gehen auf,schenk",
    }.items()
}
"""Letters of each pattern: where none of them stands the pattern, which is dear, need not be tried."""
ALSO_AGAIN = re.compile(
    r"\b(?:the same (?:amount |sum )?again|as much again|the same for|twice (?:that|over)|double that)\b", re.IGNORECASE
)
REPEATED = re.compile(
    r"\b(?:each|every|apiece|per (?!cent)\w+|a (?:day|week|month|year)|monthly|weekly|daily|pro \w+|jeden|jede)\b",
    re.IGNORECASE,
)
"""An amount that is granted nobody knows how many times."""

TURNS = re.compile(
    r"[.!?](?=\s|$)|[;\n]|\s[-–—]\s|\bbut\b|\bhowever\b|\binstead\b|\byet\b(?! know)|\bwhile\b(?= (?:we|i)\b)|"
    r"\bwhat (?:we|i) can\b|"
    r"[,:]\s+(?:and |so |then |or )?(?=(?:we|i|you|our|the|it|this|that|there|here|please|your|to make|as a)\b)|"
    r"\band (?=(?:we|i|you)\b)|\b(?:aber|jedoch|sondern|dafür)\b",
    re.IGNORECASE,
)
"""Where a clause ends: what is refused before it is not refused after it."""
REFUSED = re.compile(
    r"\b(?:cannot(?! thank)|can(?:no|['’])t(?! thank)|could not|couldn['’]t|unable|not (?:able|something|possible|"
    r"allowed|available|"
    r"entitled|in a position|eligible|a case for|mine to)|(?:will not|won['’]t|shall not|do not|don['’]t|does not|"
    r"doesn['’]t) "
    r"(?:\w+ )?(?:offer|give|grant|refund|replace|credit|reimburse|promise|cover|include|entitle|qualify|extend|"
    r"have any)|"
    r"no (?:right|claim|entitlement|\w+ (?:can|could|may|is (?:possible|due)))|whether|"
    r"(?:ask|check|see|find out|know|look into|clarify|decide|confirm) (?:[\w-]+ ){0,3}?if|for [\w ]{2,30} to decide|"
    r"(?:is|are|be) (?:decided|approved|granted|agreed) by|only (?:a|an|the|our|my) [\w ]{3,30} (?:can|may)|"
    r"rather than|depends? on|before (?:any|a|anything))\b",
    re.IGNORECASE,
)
ASKED = re.compile(
    r"\b(?:what )?you(?:['’](?:d|re|ve)| (?:would|had|have|are|were|also))* (?:ask(?:ed|ing)?|want(?:ed)?|wish(?:ed)?|"
    r"expect(?:ed|ing)?|demand(?:ed|ing)?|"
    r"request(?:ed|ing)?|mention(?:ed)?|write|wrote|say|said|describe[d]?|told|report(?:ed)?|hope[d]?|promised|"
    r"offered|quoted|like(?! (?:you|to have you))|"
    r"bought|purchased|paid with|used|owed)\b|\byour (?:request|wish|demand|question|claim|application|message|mail)\b|"
    r"\basking (?:for|about)\b|\bas i understand it\b",
    re.IGNORECASE,
)
RESUMES = re.compile(
    r"\b(?:we|i|our|us|is yours|you (?:will|can|may|shall)|(?:will|shall|can) be)\b(?! (?:ask|understand|read|see))",
    re.IGNORECASE,
)
