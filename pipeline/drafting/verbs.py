"""The little English morphology that restating needs: past and third-person forms of the verbs of complaint."""

from __future__ import annotations

from pipeline.drafting.words import word_set

_FORMS = (
    "be:were have:had do:did go:went get:got give:gave take:took send:sent tell:told say:said make:made "
    "pay:paid keep:kept lose:lost leave:left find:found come:came put:put see:saw write:wrote hear:heard "
    "hold:held buy:bought bring:brought let:let know:knew think:thought sell:sold break:broke choose:chose "
    "forget:forgot mean:meant run:ran read:read set:set shut:shut show:showed begin:began become:became "
    "feel:felt"
)
_PAST = dict(pair.split(":") for pair in _FORMS.split())
_REGULAR = word_set(
    "charge cancel refund return deliver order ask answer reply call email promise offer change close lock block "
    "delete remove add apply approve reject refuse ignore fail stop start ship debit bill close deactivate "
    "update sign happen work arrive disappear turn mark pack print open use need want try confirm contact decide "
    "double"
)


def past(verb: str) -> str | None:
    """Simple past of ``verb``, or None where it is not known for certain."""
    if verb in _PAST:
        return _PAST[verb]
    if verb not in _REGULAR:
        return None
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ied"
    if verb in {"stop", "ship"}:
        return verb + verb[-1] + "ed"
    return verb + ("led" if verb == "cancel" else "ed")


def third_person(verb: str) -> str | None:
    """Third person singular of ``verb``, or None where it is not known for certain."""
    irregular = {"be": "is", "have": "has", "do": "does", "go": "goes"}
    if verb in irregular:
        return irregular[verb]
    if verb not in _PAST and verb not in _REGULAR and verb not in {"cost", "take", "last", "look"}:
        return None
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "o")) else "s")


PARTICIPLES_OF_CONTACT = word_set(
    "told asked emailed mailed called phoned rang wrote contacted messaged sent gave give tell ask email call "
    "phone contact pay paid trusted trust thank thanked warned informed reached reach show showed write"
)
"""Verbs after which "you" is the firm as an object: "I told you" -> "you told us"."""

FIRM_VERBS = word_set(
    "are were have had do did will would should must sent send promised promise said say told tell charged "
    "charge took take keep kept lost delivered deliver refused refuse replied reply answered answer cancelled "
    "canceled closed ignored ignore made make gave give offered offer sold sell wrote write billed debited "
    "locked blocked deleted removed repaired repair returned return replaced replace shipped forgot never still "
    "already also only just changed change advertise advertised claim claimed asked ask owe don't didn't haven't "
    "won't aren't weren't hadn't wouldn't"
)
"""Words after "you" that show the firm as the one who acts: "you sent me" -> "we sent you"."""

REQUEST_VERBS = word_set(
    "refund send cancel fix tell give explain confirm change stop return replace call let check sort help delete "
    "remove take get put make find look issue ship deliver unlock reset credit reverse forward add correct "
    "update close reply answer respond advise repair restore exchange arrange contact email investigate resolve "
    "transfer extend provide show clarify waive honour honor pay collect swap reinstate switch acknowledge "
    "escalate book block disable open waive restart rebook credit"
)
"""Verbs that ask the firm for an act, so that an imperative can be told from other sentences."""

ELLIPTED_SUBJECT = word_set(
    "told rang called tried ordered paid sent waited received got had emailed wrote bought returned cancelled "
    "canceled asked checked cannot can want wanted need needed would have contacted phoned spent unplugged "
    "pressed opened reset reinstalled restarted changed lost found"
)
"""First words of a sentence whose "I" was left out: "Ordered a machine" -> "you ordered a machine"."""
