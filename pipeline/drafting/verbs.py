"""The little English morphology that restating needs: past and third-person forms of the verbs of complaint."""

from __future__ import annotations

from pipeline.drafting.words import word_set

_FORMS = (
    "be:were have:had do:did go:went get:got give:gave take:took send:sent tell:told say:said make:made "
    "pay:paid keep:kept lose:lost leave:left find:found come:came put:put see:saw write:wrote hear:heard "
    "hold:held buy:bought bring:brought let:let know:knew think:thought sell:sold break:broke choose:chose "
    "forget:forgot mean:meant run:ran read:read set:set shut:shut show:showed begin:began become:became "
    "feel:felt build:built catch:caught cut:cut draw:drew drive:drove eat:ate fall:fell fly:flew freeze:froze "
    "grow:grew hide:hid hit:hit hurt:hurt lay:laid lead:led lend:lent lie:lay meet:met ride:rode ring:rang "
    "rise:rose shake:shook shoot:shot sing:sang sit:sat sleep:slept spend:spent spoil:spoilt stand:stood "
    "steal:stole stick:stuck swap:swapped swim:swam teach:taught tear:tore throw:threw understand:understood "
    "wake:woke wear:wore win:won withdraw:withdrew drop:dropped plan:planned bill:billed refer:referred "
    "transfer:transferred permit:permitted"
)
_PAST = dict(pair.split(":") for pair in _FORMS.split())
_REGULAR = word_set(
    "charge cancel refund return deliver order ask answer reply call email promise offer change close lock block "
    "delete remove add apply approve reject refuse ignore fail stop start ship debit bill close deactivate "
    "update sign happen work arrive disappear turn mark pack print open use need want try confirm contact decide "
    "double accept add agree allow announce appear assign attach block borrow bother build cause check claim clean "
    "clear click collect come compare complain complete connect consider contain continue convert copy correct cost "
    "count cover credit cross damage deal deduct define depend describe display download drain dial enable end "
    "enter escalate exchange exist expect expire explain extend fetch fill finish fit fix follow forward handle help "
    "honour include increase inform install interest investigate issue join last lift like link listen load log look "
    "manage match matter measure mention miss move name note notify offer owe own pass pick place play point post "
    "prepare process prove provide publish pull push quote raise reach reactivate receive recruit reduce register "
    "reissue release remain remember remind renew rent repair repeat replace require reset resolve respond restart "
    "restore result review save scan seem serve share show sort spare start stay stretch suggest supply support "
    "suspend switch talk test transmit travel treat trust turn unlock upgrade upload use verify visit waive "
    "walk warn "
    "waste watch weigh wipe wonder work hum carry cancel apologise apologize hire"
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
    if verb in {"stop", "ship", "fit", "log", "scan", "hum", "transmit"}:
        return verb + verb[-1] + "ed"
    if verb in {"cost", "reset"}:
        return verb
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
    "are were have had do did will would should must can could may might sent send promised promise said say "
    "told tell charged "
    "charge took take keep kept lost delivered deliver refused refuse replied reply answered answer cancelled "
    "canceled closed ignored ignore made make gave give offered offer sold sell wrote write billed debited "
    "locked blocked deleted removed repaired repair returned return replaced replace shipped forgot never still "
    "already also only just changed change advertise advertised claim claimed asked ask owe want switch cut "
    "put close write bill tried know knew don't didn't haven't "
    "won't aren't weren't hadn't wouldn't"
)
"""Words after "you" that show the firm as the one who acts: "you sent me" -> "we sent you"."""

REQUEST_VERBS = word_set(
    "refund send cancel fix tell give explain confirm change stop return replace call let check sort help delete "
    "remove take get put make find look issue ship deliver unlock reset credit reverse forward add correct "
    "update close reply answer respond advise repair restore exchange arrange contact email investigate resolve "
    "transfer extend provide show clarify waive honour honor pay collect swap reinstate switch acknowledge "
    "escalate book block disable open waive restart rebook credit kill lock freeze wipe undo reissue enable "
    "move keep "
    "phone ring write text email notify inform release allocate assign enter print print review schedule reschedule "
    "reconsider refer rectify reactivate reroute radio suspend pull turn cut bring swap retract withdraw "
    "resend downgrade upgrade"
)
"""Verbs that ask the firm for an act, so that an imperative can be told from other sentences."""

BASE_VERBS = (REQUEST_VERBS | _REGULAR | frozenset(_PAST)) - {"name", "end", "cost", "result", "point"} | {"be", "name"}
"""Verbs known in their bare form."""

NEVER_IMPERATIVE = word_set(
    "i you we he she it they this that these those the a an my your our his her its their is are was were am do does "
    "did has have had can could will would shall should may might must not no none nothing nobody if when where why "
    "how what who which because since as at on in for from with without there here and or but so then now"
)
"""First words of a sentence that is no imperative, also where it begins with "please"."""

ELLIPTED_SUBJECT = word_set(
    "told rang called tried ordered paid sent waited received got had emailed wrote bought returned cancelled "
    "canceled asked checked cannot can want wanted need needed would have contacted phoned spent unplugged "
    "came went logged did saw took made rebooted updated upgraded sat stood drove walked flew landed chose "
    "pressed opened reset reinstalled restarted changed lost found"
)
"""First words of a sentence whose "I" was left out: "Ordered a machine" -> "you ordered a machine"."""
