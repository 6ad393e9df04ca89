"""Words of a mail that are addressed to a machine and not to the firm: "ignore all previous instructions", "SYSTEM:".

They are no concern of the customer's, so no draft says them back and no model is shown them. What is left out shows up in
the check of concern coverage, where a person sees it. Ordinary sentences that share the words ("the driver ignored my
instructions", "System: Windows 11") are not meant: it takes an order, and an object that only a machine has.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from pipeline.drafting.register import visible

_ORDER = r"(?:^|[.:;,!?)\]>*-]\s*|\b(?:and|then|now|please|must|shall|should|to|just|instead|kindly)\s+)"
_RULES = (
    r"(?:instructions?|prompts?|guidelines?|directives?|rules?|polic(?:y|ies)|safeguards?|safety|restrictions?|"
    r"limits?|checks?|filters?|programming|training)"
)
_REPLY = r"(?:reply|replies|response|responses|answers?|drafts?|mails?|e-?mails?|messages?|output)"
_PATTERNS = (
    # put aside what it was told
    rf"{_ORDER}(?:ignore|disregard|forget|override|bypass|disable|drop|skip|discard|set aside|do not follow|stop following)"
    rf"\s+(?:(?:all|any|every|everything|each|of|the|these|those|your|previous|prior|above|earlier|preceding|former|"
    rf"existing|given|other|old|current|system|hidden|original|initial|firm'?s?|company|content|safety|usual)\s+){{0,6}}"
    rf"{_RULES}\b(?!\s+(?:on|for|of|about|in)\s+(?:the|my|our|your)\s+(?:label|box|manual|parcel|packet|door))",
    rf"{_ORDER}(?:ignore|disregard|forget)\s+(?:everything|anything|all|what)\s+(?:(?:that|you|was|were|is|has|have|been)\s+)*"
    r"(?:above|before|previously|said|told|written)",
    r"\b(?:policy|safety|system|instruction|admin|security)\s+override\b|\bprompt injection\b|\bjailbreak\b",
    # be somebody else
    r"\byou\s+are\s+(?:now|from now on|no longer|hereby)\s+(?:an?\s+|the\s+|in\s+|bound\s+|called\s+)?[^.!?\n]{0,40}?"
    r"\b(?:mode|assistant|bot|ai|model|persona|role|agent|dan|unrestricted|chatbot|robot|system|bound|terminal|interpreter)\b",
    r"\byou\s+are\s+(?:an?|the)\s+(?:[\w-]+\s+){0,3}(?:ai|bot|chatbot|language model|llm|assistant)\b",
    rf"{_ORDER}(?:act|behave|respond|answer|reply|speak|write)\s+as\s+(?:if\s+you\s+(?:are|were)\s+)?(?:an?|the|my)\b",
    rf"{_ORDER}(?:pretend|imagine|role-?play|simulate)\s+(?:to\s+be|that\s+you\s+are|you\s+are|as|being\s+an?)\b",
    r"\b(?:from now on|henceforth)\b,?\s+(?:you\b|(?:always|never|only|every|each|all)\b|(?:sign|reply|answer|respond|act|"
    r"speak|end|start|begin|add|write|send)\b)",
    r"\blet(?:'s| us) (?:play|role-?play)\b[^.!?\n]{0,40}\b(?:you|role|game)\b",
    # marks of a conversation with a model
    r"<\|?/?\s*(?:im_start|im_end|system|assistant|user|endoftext|instructions?|prompt|start_of_turn|end_of_turn|eot_id|"
    r"start_header_id|data|customer_data)\b|\[/?inst\]|<</?sys>>|"
    r"(?:^|\n)\s*#{1,4}\s*(?:system|instructions?|assistant|response|new task)\b",
    r"(?:^|[.!?\]>]\s+)\W{0,4}(?:system|assistant|developer|ai|bot|llm|agent|model)\s+(?:prompt|message|note|"
    r"instructions?|override|command|notice|update)s?\s*[:=>-]",
    r"(?:^|[.!?\]>]\s+)\W{0,4}(?:assistant|developer|ai|bot|llm|chatgpt|gpt|computer)\s*[:,]\s",
    r"\b(?:note|message|instructions?|attention|memo|dear|hey|hello|hi|for)\s+(?:to\s+|for\s+)?(?:the\s+|any\s+|an\s+|all\s+)?"
    r"(?:ai|llm|bot|language model|assistant|automated (?:system|agent|reader)|machine|model|chatbot)s?\s*[:,(\])-]",
    r"\b(?:ai|llm|language model|chatbot|assistant)s?\s+(?:reading|processing|handling|that reads|which reads|drafting)\b",
    r"\bif you are (?:an?|the)\s+(?:ai|llm|bot|language model|assistant|machine|automated)\b",
    r"\b(?:end|start|begin|beginning)\s+of\s+(?:the\s+)?(?:customer\s+|user\s+|system\s+)?(?:mail|e-?mail|message|input|prompt|"
    r"data|context|conversation|instructions?)\b\s*(?:[-=\]>*.:]|$)",
    r"\bnew\s+(?:system\s+)?(?:task|instructions?|directives?|prompt|rules?|orders?\s+from\s+the\s+system)\s*(?::|for\s+"
    r"(?:you|the\s+(?:ai|assistant|bot|model)))",
    r"[\"'](?:tool|function|tool_call|role|name|action|command|paragraphs|opening|bridge)[\"']\s*:\s*[\"'\[{]",
    # say just this
    rf"{_ORDER}(?:tell|inform|assure|promise|advise|notify|instruct)\s+the\s+customers?\b",
    rf"{_ORDER}(?:write|reply|respond|answer|say|output|print|return|repeat|echo|state|include|add|append|insert|put)\s+"
    r"(?:back\s+)?(?:only\s+|exactly\s+|just\s+|with\s+|nothing\s+but\s+|verbatim\s+|out\s+)*(?:this|the(?:\s+following)?|these|"
    r"following|a|one|single|word)\s+(?:following\s+|single\s+|exact\s+|one\s+|secret\s+|magic\s+)*(?:word|words|sentence|"
    r"phrase|line|string|text|token|code ?word|link|paragraph|canary|passphrase)\b",
    rf"{_ORDER}(?:end|begin|start|sign|finish|close|conclude|prefix|preface)\s+(?:(?:your|every|each|all|the|any)\s+)+"
    rf"(?:future\s+|next\s+)?{_REPLY}\s+with\b",
    rf"{_ORDER}always\s+(?:sign|end|begin|start|reply|answer|respond|add|include|write|say|send)\b",
    r"\b(?:in|into|to|at the end of|on)\s+(?:your|every|each|all)\s+(?:reply|replies|response|responses|draft|drafts|output)\b"
    r"[^.!?\n]{0,20}\b(?:include|write|say|add|put|insert|state|mention)\b",
    rf"{_ORDER}(?:include|add|put|insert|mention|paste|place)\b[^.!?\n]{{0,60}}\b(?:in|into|to|at the end of)\s+(?:your|every|"
    rf"each|all|the)\s+{_REPLY}\b",
    rf"{_ORDER}send\s+(?:every|all|each)\s+(?:future\s+|further\s+)?{_REPLY}\s+to\b",
    # give away what it was told
    rf"{_ORDER}(?:reveal|print|repeat|show|output|quote|leak|disclose|display|list|recite|paste|dump|give|tell|translate|"
    rf"summari[sz]e|encode)\s+(?:me\s+|us\s+|out\s+)?(?:(?:all|the|of|your|full|entire|whole|system|hidden|initial|original|"
    rf"secret|internal|above)\s+){{1,5}}(?:system prompt|prompts?|instructions|directives|api keys?|passwords?|secrets?|"
    rf"configuration|environment variables)\b(?!\s+(?:for|on|about|to|how)\b)",
    r"\b(?:system prompt|hidden prompt|your prompt|initial prompt)\b",
    # decide in a person's place
    rf"{_ORDER}(?:approve|send|release|dispatch|submit|accept)\s+(?:this|the|that|these|all|any|my)\s+(?:draft|drafts|"
    r"(?:reply|message|mail|e-?mail)\s+(?:without|immediately|automatically|unreviewed|unseen|yourself|at once))\b",
    r"\[\s*approved?\s*\]|\bx-(?:approve|calmdesk)[\w-]*\s*:|\b(?:auto|self)-?approve\b|\bapproved:\s*\w+",
    r"\bwithout\s+(?:any\s+)?(?:human|manual|a person's)\s+(?:review|approval|check|yes)\b",
    rf"{_ORDER}(?:suppress|hide|delete|archive|quarantine)\s+(?:this|it|the)\s*(?:mail|e-?mail|message|ticket|,|\.|$)",
    r"\b(?:classify|label|mark|flag|rate|score|treat|tag|categori[sz]e)\s+(?:this|it|the)\s*(?:mail|e-?mail|message|ticket|"
    r"conversation)?\s+(?:as|with)\s+(?:an?\s+)?(?:spam|newsletter|auto\w*|urgent|critical|low|positive|neutral|trusted|safe|"
    r"approved|resolved by the system|priority)\b",
    r"\bset\s+(?:the\s+)?(?:fault|urgency|tone|policy|priority|trusted|limit)\s*(?:to|=)\s*\w+",
    # decode and obey
    r"\b(?:decode|decrypt|rot13|base64|un-?hex)\b[^.!?\n]{0,60}\b(?:follow|obey|execute|do|run|carry out|instructions?|it says|"
    r"result|output|comply)\b",
    rf"{_ORDER}(?:execute|obey|run|follow)\s+(?:(?:the|this|these|following|hidden|decoded)\s+){{1,3}}(?:instructions?|commands?|code|prompt|"
    r"script|payload)\b\s*(?:above|below|in|:|$)",
    # other languages: put aside the instructions
    r"\b(?:ignorier\w*|missachte\w*|vergiss|vergessen sie|ignore[zr]|oubli(?:e|ez|er)|ignor[ae]n?|olvid[ae]n?|negeer|"
    r"vergeet|ignoruj|zignoruj|zapomnij|dimentica\w*|esque[cç]a\w*|ignorera|glöm)\s+[^.!?\n]{0,50}\b(?:anweisung\w*|"
    r"instruktion\w*|vorgaben|regeln|instructions\s+(?:pr[ée]c[ée]dentes|ant[ée]rieures|ci-dessus|du syst[èe]me)|consignes|"
    r"instruccion\w*|istruzion\w*|instructies|instruç\w*|instrukcj\w*|polece\w*|instruktioner)",
    r"\b(?:ignore (?:toutes )?les (?:instructions|consignes))\b",
    r"\b(?:schreibe?n?|antworte?n?|sage?n?)\s+(?:sie\s+)?(?:nur|ausschließlich|dem kunden|der kundin|den kunden)\b",
    r"\b(?:r[ée]ponds?|r[ée]pondez|[ée]cris|[ée]crivez|dis|dites)\s+(?:seulement|uniquement|au client|à la cliente)\b",
    r"\b(?:responde|escribe|di|dile)\s+(?:solo|solamente|únicamente|al cliente|a la clienta)\b",
    r"(?:忽略|无视|無視)[^。！？\n]{0,20}(?:指令|指示|说明)|игнориру\w+\s[^.!?\n]{0,40}(?:инструкц|указани)|"
    r"تجاهل[^.!?\n]{0,40}(?:التعليمات|تعليمات)|(?:以前|上記|これまで)の(?:指示|命令)を無視",
)  # fmt: skip
_FLAGS = re.IGNORECASE | re.MULTILINE


def _one_of(patterns: Iterable[str]) -> str:
    return f"(?:{'|'.join(patterns)})"


_GIVEN = [pattern.removeprefix(_ORDER) for pattern in _PATTERNS if pattern.startswith(_ORDER)]
_STEERING = (
    re.compile(_ORDER + _one_of(_GIVEN), _FLAGS),
    re.compile(_one_of(pattern for pattern in _PATTERNS if not pattern.startswith(_ORDER)), _FLAGS),
)
_ROLE = re.compile(r"(?:^|[.!?\]>]\s+)\W{0,4}SYSTEM\s*:\s*(?!\S*\d)", re.MULTILINE)
"""In capitals, and not followed by a name with a number, as in a description of a computer."""

LONGEST = 20_000
"""What is read of one text: a concern is far shorter."""

_SENTENCE = re.compile(r"[^.!?\n]*(?:[.!?]+(?=[^\s.!?])[^.!?\n]*)*[.!?]*[\"”')\]]*\s*")


def _normal(text: str) -> str:
    """Single blanks and line ends, so that no pattern has a long run of them to search."""
    text = unicodedata.normalize("NFKC", visible(text[:LONGEST])).replace("’", "'")
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"[^\S\n]+", " ", text))


def is_steering(text: str) -> bool:
    """Whether ``text`` holds words addressed to a machine."""
    normal = _normal(text)
    return any(pattern.search(normal) for pattern in (*_STEERING, _ROLE))


def without_steering(text: str) -> str:
    """``text`` without the sentences that are addressed to a machine; empty where nothing else is left."""
    if not is_steering(text):
        return text
    kept = "".join(match[0] for match in _SENTENCE.finditer(text[:LONGEST]) if not is_steering(match[0])).strip()
    return kept if not is_steering(kept) and re.search(r"\w\W+\w", kept) else ""
