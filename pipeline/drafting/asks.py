"""What has to be asked of the customer: only what the matter needs and the conversation does not yet hold (P13)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.drafting.contacts import without_contacts
from pipeline.records import Case

MOST_ASKS = 2

ORDER_NUMBER = re.compile(
    r"\b(?=[\w-]*\d{3})[A-Z]{1,5}[-_ ]?\d[\w-]{2,}\b|(?<![\d.,€£$])\b\d{5,10}\b(?![.,]\d)|\b\d{2,6}-\d{2,6}\b(?!-)|"
    r"\b(?:[Oo]rder|[Ii]nvoice|[Bb]ooking)(?:\s+(?:no\.?|number|nr\.?))?\s*[:#]?\s*\d[\w-]{2,}"
)
MODEL = re.compile(r"\b(?:model|serial|type)\b[^.!?\n]{0,30}\w*\d|\b[A-Z][A-Za-z]*[- ]?\d{2,4}\b")
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
PHONE = re.compile(r"(?<![\w-])\+?\d[\d ()/-]{6,20}\d(?![\w-])")
_AMOUNT = re.compile(
    r"[€£$]\s?\d|\b\d+[.,]\d{2}\b|\b\d+\s?(?:€|£|eur|euros?|pounds|dollars)",
    re.IGNORECASE,
)
_PICTURE = re.compile(
    r"\b(?:photos?|pictures?|screenshots?|attach(?:ed|ment|ments|ing)?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Need:
    """A fact that some matters need: ``topic`` shows that they do, ``known`` that the conversation holds it."""

    name: str
    topic: re.Pattern[str]
    known: re.Pattern[str]
    wording: str


def _topic(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)


NEEDS = (
    Need(
        "phone",
        _topic(
            r"smok(?:e|ing|ed)|sparks?|electric shock|caught fire|overheat\w*|burn(?:ing|t) smell|smell(?:s|"
            r"ed)? (?:of )?burn\w*"
        ),
        PHONE,
        "a phone number on which we can reach you",
    ),
    Need(
        "order number",
        _topic(
            r"orders?|ordered|parcels?|package|deliver(?:y|ed)|refund(?:ed)?|charged twice|invoice|receipt|"
            r"returned|exchange"
        ),
        ORDER_NUMBER,
        "your order number",
    ),
    Need(
        "charges",
        _topic(r"charged|debited|two charges|double charge|took .{0,20}(?:twice|two times)|taken .{0,20}twice"),
        _AMOUNT,
        "the date and amount of each charge",
    ),
    Need(
        "photo",
        _topic(
            r"damaged|cracked|smashed|scratched|dented|wrong (?:item|colou?r|model|product|size)|arrived broken|"
            r"in pieces|bits"
        ),
        _PICTURE,
        "a photo of what arrived",
    ),
    Need(
        "model",
        _topic(r"leak(?:s|ed|ing)?|repair|humm?(?:s|ing)|won't (?:start|turn on)|stopped working|error|warranty|broke"),
        MODEL,
        "the model and serial number of the appliance",
    ),
)


_SUBSCRIPTION = _topic(r"subscriptions?|unsubscribe|membership")  # a subscription has no order number


def conversation(case: Case) -> str:
    """Everything said so far on both sides, the present message included."""
    return "\n".join((case.message.subject, case.message.text, *(turn.text for turn in case.thread)))


def missing(case: Case) -> tuple[str, ...]:
    """Wordings of the facts to ask for, at most two, in order of weight."""
    said = conversation(case)
    topic = f"{case.message.subject}\n{case.message.text}"
    needed = [need for need in NEEDS if need.topic.search(topic) and not need.known.search(said)]
    if _SUBSCRIPTION.search(topic):
        needed = [need for need in needed if need.name != "order number"]
    return tuple(need.wording for need in needed)[:MOST_ASKS]


def order_number(case: Case) -> str:
    """The order number the conversation already holds, or empty; an account or phone number is none."""
    match = re.search(
        r"\border(?:\s+(?:no\.?|number|nr\.?))?\s*[:#]?\s*(?P<number>[A-Z]{0,5}[-_]?\d[\w-]{2,})",
        without_contacts(conversation(case)),
        re.IGNORECASE,
    )
    return match["number"] if match else ""
