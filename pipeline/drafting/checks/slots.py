"""The facts a reply may ask a customer for: how each is asked, and how one sees that the conversation holds it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.drafting.asks import EMAIL, ORDER_NUMBER
from pipeline.drafting.checks.facts import known
from pipeline.drafting.checks.told import tells_day
from pipeline.drafting.words import terms

_PICTURE = r"(?:photo(?:graph)?s?|pictures?|pics?|screen ?shots?|images?|fotos?|bild(?:er)?)"
_NUMBER_KINDS = (
    "repair|serial|model|policy|invoice|tracking|account|customer|phone|telephone|mobile|membership|ticket|case|"
    "meter|contract|registration|card|reference|seat|room|flat|house|gate|flight|train|voucher|claim|part|batch"
)
_TIMES = re.compile(
    r"\b(?:yesterday|today|tonight|tomorrow|after \d+ \w+|this (?:morning|week|month|afternoon|evening)|"
    r"last (?:night|week|month|"
    r"year|"
    r"\w+day)|since|ago|for (?:a|an|two|three|four|five|six|\d+) (?:hour|day|week|month|year)s?|gestern|heute|"
    r"seit|vor \w+ (?:tagen|wochen))\b",
    re.IGNORECASE,
)
_STEPS = (
    r"(?:tried|re-?start(?:ed|ing)|re-?boot(?:ed|ing)|re-?install(?:ed|ing)|reset(?:ting)?|unplugg(?:ed|ing)|"
    r"clean(?:ed|ing)|descal(?:ed|ing)|updat(?:ed|ing)|switch(?:ed|ing) (?:it |the \w+ )?(?:off|on)|turn(?:ed|"
    r"ing) (?:it |"
    r"the \w+ )?(?:off|on)|log(?:ged|ging) (?:out|in|off)|clear(?:ed|ing)|chang(?:ed|ing)|replac(?:ed|ing)|"
    r"check(?:ed|ing)|"
    r"empt(?:ied|ying)|press(?:ed|ing)|follow(?:ed|ing)|delet(?:ed|ing)|sign(?:ed|ing) (?:out|in))"
)
_COLOURS = (
    r"(?:black|white|gr[ea]y|red|blue|green|yellow|orange|purple|violet|pink|brown|beige|ivory|cream|navy|teal|mint|"
    r"turquoise|lilac|olive|gold|silver|bronze|crimson|scarlet|indigo|cyan|magenta|maroon|mustard|sage|anthracite|"
    r"charcoal|walnut|oak|burgundy|rose|copper|khaki|moss|sand|taupe|plum|coral)"
)
_STREETS = (
    r"(?:road|rd|street|st|lane|row|court|close|avenue|ave|drive|way|place|square|terrace|crescent|gardens?|hill|park|"
    r"mews|quay|walk|grove|green|gate|yard|parade|boulevard|blvd)"
)
_PERSON = re.compile(
    r"\b(?:[Nn]amed|[Cc]alled|[Cc]ertain|[Ww]ith|[Bb]y|[Cc]olleague|[Aa]gent|[Mm]anager|[Ff]oreman|[Dd]river|to|"
    r"[Ff]rom|"
    r"[Yy]our|Mr|Mrs|Ms|Dr|Herr|Frau)\.? [A-ZÄÖÜ][a-zäöüéèñ]+\b|"
    r"\b(?!I\b|You\b|We\b|They\b|He\b|She\b|It\b|Nobody\b|Someone\b|Somebody\b|One\b)[A-ZÄÖÜ][a-zäöüéèñ]+ (?:told|said|"
    r"promised|took|assured|swore|confirmed|rang|called|wrote|in your|from your|at your|answered|came)\b"
)


@dataclass(frozen=True, slots=True)
class Slot:
    """``asked`` finds a request for the fact in a sentence; ``held`` says of the conversation whether it has it.

    With ``about`` the fact has to stand in a sentence that shares a word with the request: a date of purchase is no
    answer to when it broke.
    """

    name: str
    asked: re.Pattern[str]
    held: Callable[[str], bool]
    about: bool = False


def _has(pattern: str, flags: int = re.IGNORECASE) -> Callable[[str], bool]:
    compiled = re.compile(pattern, flags)
    return lambda said: bool(compiled.search(said))


def _asks(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)


_OTHER_NUMBER = re.compile(
    rf"\b(?:{_NUMBER_KINDS})(?: (?:number|no|id|code))?\.?[ :#]{{0,3}}(?:is |was )?\S*\d\S*", re.IGNORECASE
)


def _has_order(said: str) -> bool:
    return bool(ORDER_NUMBER.search(_OTHER_NUMBER.sub(" ", said)))


def _has_phone(said: str) -> bool:
    return bool(
        re.search(r"(?<![\w-])(?:\+|0)\d?[\d ()/.-]{6,20}\d(?!\w)", said)
        or re.search(
            r"\b(?:phone|call|ring|reach|mobile|tel)\b[^.!?\n]{0,40}(?<!\w)\d[\d ()/-]{5,20}\d", said, re.IGNORECASE
        )
    )


def _has_amount(said: str) -> bool:
    return bool(known(said).of("amount"))


def _has_day(said: str) -> bool:
    return bool(_TIMES.search(said) or known(said).of("month")) or tells_day("", said)


def _has_time(said: str) -> bool:
    return _has_day(said) or bool(
        known(said).of("time") or re.search(r"\b(?:noon|midnight|at \d)", said, re.IGNORECASE)
    )


def _has_story(said: str) -> bool:
    return len(terms(said)) >= 6


def _has_count(said: str) -> bool:
    held = known(said)
    return bool(held.numbers) and bool(
        re.search(r"\bfrom\b[^.!?\n]{0,20}\bto\b|\d ?[-–] ?\d", said) or held.of("span")
    )  # fmt: skip


SLOTS = (
    Slot(
        "order number",
        _asks(r"(?:order|purchase|booking|reservation)[ -]?(?:number|no\b|id|reference|code|confirmation)|"
              r"order you mean|"
              r"(?:which|what) (?:order|booking|purchase)|number of (?:the|your) (?:order|booking|purchase)|"
              r"(?:order|booking)'s number|(?:number|code|reference|figures|digits) (?:on|from|in|"
              r"at the top of) (?:your|the) (?:confirmation|receipt|order|mail|label)|bestellnummer|auftragsnummer"),
        _has_order,
    ),
    Slot(
        "e-mail address",
        _asks(r"(?:which|what|your|the|an) (?:[\w-]+ ){0,2}e-?mail(?: address)?(?! (?:from|of|that we|we))|"
              r"address of (?:your|the) account|e-?mail address(?:es)?|e-?mail-adresse"),
        lambda said: bool(EMAIL.search(said)),
    ),
    Slot(
        "phone",
        _asks(r"(?:phone|telephone|mobile|contact|daytime|cell|call-?back) (?:number|no)|number (?:on which|where|"
              r"at which|"
              r"to (?:call|ring|reach)|(?:we|i) can (?:call|ring|reach)|you can be)|(?:which|what|your) (?:phone|"
              r"mobile|"
              r"telephone)|(?:which|what|under which|on which) number|how (?:can|may|do) (?:we|i|the \w+) (?:reach|"
              r"call|ring) you|telefonnummer|reach you by phone"),
        _has_phone,
    ),
    Slot(
        "photo",
        _asks(_PICTURE),
        _has(rf"\b{_PICTURE}\b[^.!?\n]{{0,40}}\b(?:attached|enclosed|below|included|here|anbei|angehängt|show)\w*|"
             rf"\b(?:attach(?:ed|ing)|enclosed?|see|sent|sending|here (?:is|are)|adding|added|anbei|with)\b"
             rf"[^.!?\n]{{0,30}}\b{_PICTURE}\b"),
    ),
    Slot(
        "amount",
        _asks(r"how much|(?:which|what) (?:amount|sum|price|figure)|(?:the|exact|your|this) (?:\w+ )?(?:amount|sum|"
              r"price|fee|"
              r"figure)s?|what (?:did (?:you|it|that) (?:pay|cost|come to)|(?:was|has been) (?:taken|debited|"
              r"charged|deducted))|how (?:high|large|big) (?:was|is) the|wie viel|welche[nr]? betrag"),
        _has_amount,
    ),
    Slot(
        "day",
        _asks(r"(?:which|what) (?:day|date|month|year)|(?:the|exact|rough|approximate) (?:date|day)|welchem tag|"
              r"welchen tag|welcher tag"),
        lambda said: tells_day("", said),
        about=True,
    ),
    Slot(
        "time",
        _asks(r"when|since when|(?:which|what) time|(?:the|exact|rough|approximate) time|how long (?:have|has|ago|"
              r"did|was|were|had)|for how long|how (?:many days|far back|recently)|"
              r"at what (?:hour|point)|wann|seit wann|"
              r"welche zeit"),
        _has_time,
        about=True,
    ),
    Slot(
        "person",
        _asks(r"whom?|with whom|names? of (?:the|our) (?:person|colleague|agent|advis\w+|employee|driver|fitter|man|"
              r"woman|"
              r"lady|gentleman|consultant|member|one)|(?:agent|colleague|advis[eo]r|driver|person)['’]s name|"
              r"by whom|which (?:of (?:us|our|my) \w+|colleague|employee|member)|what (?:was|is) (?:his|her|"
              r"their) name|(?:his|her|their) name|mit wem"),
        lambda said: bool(_PERSON.search(said)),
    ),
    Slot("colour", _asks(r"colou?rs?|shades?|farbe"), _has(rf"\b{_COLOURS}\b")),
    Slot("size", _asks(r"(?:which|what|your|the) (?:\w+ )?size|größe"),
         _has(r"\bsize \w+|\b(?:XS|XL|XXL)\b|\d ?(?:cm|mm|inch|in\b)")),
    Slot(
        "model",
        _asks(r"(?:which|what|the|your) (?:\w+ )?(?:model|make|appliance|machine|device|product|brand)(?: name|"
              r" number| do| "
              r"is| are| it| you)|(?:name|type|make|brand|model) of (?:the|your) (?:appliance|machine|device|product|"
              r"unit|"
              r"item|model)|model (?:number|name)|which (?:of our|one of our) \w+|(?:what|which) (?:kind|type|"
              r"sort) of (?:machine|appliance|device)|welches (?:gerät|modell)"),
        _has(r"\b[A-Z][A-Za-z]*[- ]?[A-Z]*\d{2,4}\b|\b[A-Z]{2,}[- ]?\d", 0),
    ),
    Slot("serial number", _asks(r"serial (?:number|no)|seriennummer"), _has(r"\b(?:serial|serien)[^.!?\n]{0,30}\d")),
    Slot(
        "postcode",
        _asks(r"post(?:al)? ?codes?|zip(?: code)?|code (?:that|which|behind|after)[^.!?\n]{0,20} (?:town|city|place)|"
              r"postleitzahl"),
        _has(r"\b[A-Z]{1,2}\d[\dA-Z]? ?\d[A-Z]{2}\b|\b[A-Z]\d[\dW] ?[A-Z\d]{4}\b|\b\d{5}\b(?= [A-Z])|"
             r",? [A-Z]{2} \d{5}\b", 0),
    ),
    Slot(
        "address",
        _asks(r"(?:delivery|postal|home|shipping|street|billing|full|current|new|your|house) address|"
              r"where (?:do you live|"
              r"(?:should|shall|were|was|did) (?:it|we|the|i)[^.!?\n]{0,25}(?:sent?|delivered?|go))|address (?:to|"
              r"for|where)|"
              r"anschrift|lieferadresse"),
        _has(rf"\b\d+\w? (?:[A-Z][\w'’-]+ ){{1,3}}{_STREETS}\b|\b[A-ZÄÖÜ]\w+(?:straße|strasse|gasse|weg|platz|"
             rf"allee) \d+|"
             r"\baddress(?: is)?\W{1,3}\d+|\bdeliver(?:ed)? to:? .{0,30}\d"),
    ),
    Slot(
        "error message",
        _asks(r"error (?:message|code|text|number)|(?:which|what) (?:error|message|code)|what (?:does|did|is) (?:it|"
              r"the "
              r"(?:screen|display|app|message|page|error))(?: \w+)? (?:say|show|read|display)|exact wording|"
              r"fehlermeldung"),
        _has(r"\b(?:error|code|fault|fehler)\b[^.!?\n]{0,30}[\"“”‘„\d]|\b(?:says?|reads?|shows?|"
             r"message)\b[^.!?\n]{0,20}[\"“‘„']|"
             r"\berr(?:or)?[- _]?\w*\d"),
    ),
    Slot(
        "steps tried",
        _asks(r"(?:have|did) you (?:already |yet |perhaps |possibly )?(?:try|tried|done anything)|what (?:have you|"
              r"did you|you "
              r"have|you)(?: already| so far)? (?:tried|try|done)|(?:which|what) (?:steps|measures)|steps you|"
              r"tried so far|"
              r"already tried"),
        _has(rf"\b(?:i|we)(?:['’]ve| have)? (?:\w+ ){{0,2}}?{_STEPS}\b|\b(?:after|despite) {_STEPS}\b"),
    ),
    Slot("how long", _asks(r"how many (?:nights|days|weeks|hours|months)|wie viele (?:nächte|tage|"
                           r"wochen)"), _has_count),
    Slot(
        "diet",
        _asks(r"allerg\w+|(?:must|can|may|can['’]t|cannot|should) ?(?:not )?(?:eat|have|tolerate)|dietary|"
              r"intoleran\w+"),
        _has(r"\b(?:allerg\w*|intoleran\w*|coeliac|celiac|vegan|vegetarian|halal|kosher)\b|"
             r"\b(?:can(?:no|['’])t|must not|mustn['’]t) (?:have|eat|touch)\b"),
    ),
    Slot(
        "payment",
        _asks(
            r"how (?:did|have) you (?:pay|paid)|(?:which|what) (?:card|payment|means of payment)|"
            r"(?:payment method|way you paid|method of payment)"
        ),
        _has(r"\b(?:card|paypal|visa|mastercard|bank transfer|direct debit|cash|cheque|voucher|giro)\b"),
    ),
    Slot(
        "how often",
        _asks(r"how (?:often|many times)"),
        _has(r"\b(?:once|twice|(?:\d+|two|three|four|five|six|seven|ten|several|many) times|(?:second|third|"
        r"fourth|fifth) "
             r"(?:time|mail|call|letter)|every (?:day|night|time|morning|evening|hour|week))\b"),
    ),
    Slot(
        "device",
        _asks(r"(?:which|what) (?:phone|browser|operating system|version|computer|laptop|tablet)"),
        _has(r"\b(?:iphone|ipad|android|windows|mac(?:book|os)?|chrome|firefox|safari|edge|ios|linux)\b"),
    ),
    Slot(
        "what happened",
        _asks(r"what (?:has |have |had )?(?:exactly )?(?:happened|took place|went wrong|occurred|is (?:the|"
              r"your) (?:problem|"
              r"matter|issue|trouble|concern)|the (?:problem|matter|issue) is|this is about|seems to be)|(?:take|"
              r"walk|talk|"
              r"lead|guide) (?:me|us) through|(?:describe|explain|outline|summari[sz]e|set out) (?:to us |for us |"
              r"once more |"
              r"again )?(?:the|your|what|exactly|briefly) ?(?:exact )?(?:problem|issue|fault|matter|situation|"
              r"incident|trouble|"
              r"happened|complaint|concern|went|took)|in your own words|(?:more|further|some) (?:details?|information|"
              r"background|context)|how (?:can|may) (?:i|we) help|tell (?:me|us) (?:more|again|the story|everything|"
              r"what "
              r"(?:happened|is wrong|went wrong|took place))|was (?:genau )?passiert|from the (?:beginning|start)"),
        _has_story,
    ),
    Slot(
        "what is wished",
        _asks(r"what (?:would you like|do you want|do you expect|outcome|solution|are you hoping|did you hope)|"
              r"how (?:would you like|can we put)"),
        _has(r"\bi(?:['’]d| would)? (?:just |only |now )?(?:want|like|expect|demand|ask for|insist)\b|\bmoney back\b|"
             r"\b(?:please|just|to) (?:refund|cancel|replace|exchange|return|send|give|fix)\b"),
    ),
)  # fmt: skip
