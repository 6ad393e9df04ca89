"""German."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, ...]] = {
    "blame": (
        r"(?:hätten|hättest) (?:sie|du) (?!nicht\b)[^.!?\n]{0,60}\b(?:sollen|müssen|können)",
        r"(?:sie hätten|du hättest) (?!nicht (?:\w+ )?(?:schreiben|warten|anrufen|fragen|suchen))[^.!?\n]{0,60}"
        r"\b(?:sollen|müssen|können)",
        r"(?:selbst|selber) (?:schuld|verschuldet|zuzuschreiben|verursacht|verantwortlich)",
        r"(?:ihr|dein) (?:eigener )?(?:fehler|versehen|verschulden)(?! ?(?:meldung|code))",
        r"(?:sie haben|du hast|haben sie) (?:offenbar|wohl|offensichtlich|anscheinend|vermutlich|einfach|es versäumt|"
        r"versäumt|übersehen|vergessen)",
        r"(?:sie haben|du hast) [^.!?\n]{0,50}\b(?:nicht (?:gelesen|geprüft|beachtet|befolgt|kontrolliert|angegeben|"
        r"mitgeteilt)|falsch (?:eingegeben|bedient|angeschlossen|verstanden|gelesen)|übersehen|versäumt)",
        r"auf (?:ihre|deine) eigene gefahr|beim nächsten mal (?:bitte|sollten)|wie (?:man|jeder) weiß",
        r"(?:an|bei) ihnen (?:selbst )?(?:gelegen|liegt)|liegt (?:allein |ganz )?(?:an|bei) (?:ihnen|dir)",
    ),
    "command": (
        r"beruhigen sie sich|beruhige dich|(?:bleiben sie|bleib) (?:bitte )?(?:ruhig|sachlich|höflich)",
        r"(?:haben sie|hab) (?:bitte |etwas |ein wenig |noch )*geduld|sie müssen sich (?:\w+ )?gedulden|"
        r"(?:gedulden sie|gedulde) (?:sich|dich)",
        r"(?:sie müssen|du musst|müssen sie|musst du) (?!(?:\w+ ){0,2}?(?:nichts|nicht|keine?n?|nie)\b)",
        r"(?:mäßigen|zügeln|überdenken) sie|achten sie (?:bitte )?auf ihr\w* (?:ton|wortwahl|sprache)|"
        r"(?:ändern|lassen) sie (?:ihren|diesen) ton",
        r"(?:hören sie|hör) (?:bitte )?auf|unterlassen sie|(?:stellen sie|reißen sie|nehmen sie) sich (?:nicht|"
        r"zusammen)|"
        r"seien sie (?:bitte )?(?:vernünftig|geduldig|sachlich|höflich|froh|dankbar)|regen sie sich|finden sie sich",
    ),
    "minimise": (
        r"(?:das|es|dies) (?:ist|war) (?:doch |ja |eigentlich |wirklich |aber )*(?:nur|bloß|lediglich|halb so|nicht so|"
        r"kein (?:drama|weltuntergang|beinbruch|grund zur))",
        r"(?:so|halb so) (?:schlimm|wild|dramatisch|tragisch)|nicht (?:so |weiter )?(?:schlimm|dramatisch|tragisch|"
        r"wild|"
        r"der rede wert)|keine große sache|nur eine kleinigkeit|(?:reine|bloße) (?:kleinigkeit|lappalie|bagatelle)",
        r"(?:kann|könnte) (?:doch |ja )?(?:jedem|mal|schon mal) passier\w+|das kommt (?:schon )?(?:mal |überall )vor|"
        r"(?:schlimmeres|wichtigeres)|machen sie sich (?:mal )?keine (?:sorgen|gedanken)|völlig normal|ganz normal",
    ),
    "doubt": (
        r"sind sie (?:sich )?(?:wirklich |ganz |da |auch )*sicher|(?:sie )?behaupten(?= sie|,)|sie behaupten|"
        r"(?:angeblich\w*|vermeintlich\w*)|ihre behauptung\w*",
        r"(?:das|dies) kann (?:so )?nicht (?:sein|stimmen)|(?:können wir uns|kann ich mir) (?:nicht|kaum) vorstellen|"
        r"können sie (?:das )?beweisen|wenn (?:das|dies) (?:wirklich|tatsächlich) (?:so )?(?:war|ist|stimmt|passiert)",
        r"(?:falls|wenn) sie (?:meinen|glauben|das gefühl haben|der meinung sind)|"
        r"(?:laut|nach) unseren (?:unterlagen|daten|systemen) (?:stimmt|trifft) das nicht|"
        r"(?:sonst|bisher) hat sich (?:noch )?niemand beschwert",
    ),
    "dismissal": (
        r"(?:nicht (?:unser|mein) (?:problem|bier|zuständigkeit|bereich)|(?:wir|ich|dafür|hierfür) (?:sind|bin|ist) "
        r"(?:wir |ich )?(?:hier |dafür |leider )*nicht (?:zuständig|verantwortlich))",
        r"(?:können wir|kann ich|lässt sich|wir können|ich kann) (?:\w+ ){0,3}?(?:nichts|nicht\w*) (?:mehr |weiter |"
        r"ändern|daran |dagegen )*(?:machen|tun|ändern|helfen)",
        r"(?:betrachten|sehen) wir (?:\w+ ){0,4}als (?:erledigt|abgeschlossen|beendet)|"
        r"(?:damit|hiermit) ist (?:die sache|der fall|das thema) (?:\w+ )?(?:erledigt|abgeschlossen|beendet)|"
        r"(?:wenden sie sich|suchen sie sich) (?:bitte )?(?:an jemand|einen anderen|jemand|woanders|anderswo)|"
        r"haben dem nichts (?:mehr )?hinzuzufügen|werden (?:wir )?nicht (?:mehr|weiter) (?:antworten|diskutieren)",
    ),
    "policy_first": (
        r"(?:laut|gemäß|nach|entsprechend|aufgrund|gem\.) (?:unsere[rnm]?|den|der|dem|§ ?\d+) (?:\w+ ){0,3}?(?:agb|"
        r"geschäftsbedingungen|richtlinien?|bedingungen|vorschriften|regeln|regelung\w*|vertrags\w*|tarifbestimmungen|"
        r"bestimmungen|ordnung)",
        r"unsere (?:\w+ )?(?:agb|richtlinien?|bedingungen|regeln|vorschriften) (?:sehen|sieht|sagen|besagen|erlauben|"
        r"schließen|lassen|verbieten|gelten|sind|verlangen)",
        r"aus (?:sicherheits|datenschutz|versicherungs|rechtlichen)[ -]?(?:gründen)|grundsätzlich (?:nicht|nur|"
        r"ausgeschlossen)|ausnahmen (?:sind|machen wir)|(?:ist|sind) (?:vom umtausch |"
        r"von der rückgabe )?ausgeschlossen",
    ),
    "excuse": (
        r"(?:aufgrund|wegen) (?:der |des |unserer )?(?:hohen?|großen?|starken?|erhöhten?|derzeitig\w+|aktuell\w+|"
        r"personal\w+|technisch\w+) \w+|(?:außerhalb|nicht in) unsere[rs]? (?:macht|einflusses?|kontrolle|hand)|"
        r"(?:unterbesetzt|überlastet|personalmangel|hochsaison|hochbetrieb)|liegt (?:leider )?nicht (?:an|in) uns\w*",
    ),
    "hollow_apology": (
        r"(?:etwaige|eventuelle|mögliche|entstandene|die (?:entstandenen )?)[nr]? ?unannehmlichkeiten",
        r"(?:leid|bedauern|entschuldig\w+|verzeihung)[^.!?\n]{0,25}\b(?:falls|wenn|sollten|dass) (?:sie|du|ihnen|dir) "
        r"[^.!?\n]{0,60}\b(?:fühl\w+|empf\w+|gefühl|eindruck|unzufrieden|verärgert|enttäuscht)",
        r"(?:leid|bedauern|entschuldig\w+)[^.!?\n]{0,15}\b(?:falls|wenn|sollte)",
        r"(?:danke|dank) für (?:ihre?|deine?) (?:geduld|verständnis|treue)|(?:bitten|bitte) (?:\w+ ){0,2}um "
        r"(?:ihr |dein )?(?:verständnis|geduld)",
        r"(?:wir|ich) (?:verstehen?|können?) (?:\w+ )?(?:ihren (?:ärger|unmut|frust)|ihre (?:lage|gefühle|"
        r"enttäuschung))|"
        r"(?:nehmen|nehme) (?:\w+ ){0,4}sehr ernst|(?:ihre zufriedenheit|ihr anliegen|"
        r"ihre meinung) ist uns (?:\w+ )?wichtig",
    ),
    "overpromise": (
        r"(?:garantiert|hundertprozentig|100 ?%ig|mit sicherheit|ganz bestimmt|auf jeden fall|auf alle fälle|"
        r"ohne wenn und aber|unter allen umständen)",
        r"(?:wir|ich) (?:ihnen |dir |kann |können )*(?:garantieren?|versichern?|verspreche|versprechen|schwöre)"
        r"(?! (?:\w+ )?nicht)(?= |,|\.|:)",
        r"(?:nie|niemals|nicht) (?:wieder|mehr) (?:vor\w*|passier\w*|gescheh\w*)|(?:verlassen sie|"
        r"verlass dich) sich? ?darauf|"
        r"(?:darauf|mein) (?:gebe ich ihnen mein wort|ehrenwort)|alles (?:wird |ist )?(?:wieder )?gut",
    ),
    "reported": (
        r"(?:sie|du) (?:[\w-]+ ){0,3}?(?:schreiben|schreibst|sagen|berichten|schildern|melden|erwähnen|erwähnten|"
        r"schrieben|"
        r"fragen|wollten|haben geschrieben)",
    ),
    "condition": (r"wenn|sobald|falls|bis|ob|nachdem|bevor",),
    "strengthening": (
        r"sehr|wirklich|äußerst|absolut|völlig|zutiefst|unglaublich|extrem|überaus|ungemein|aufrichtigst",
    ),
    "emotive": (
        r"furchtbar\w*|schrecklich\w*|entsetzlich\w*|katastroph\w+|albtraum\w*|alptraum\w*|unverzeihlich\w*|skandal\w*|"
        r"unfassbar\w*|inakzeptabel|unerträglich\w*|beschämend\w*|wütend|empörend\w*|grauenhaft\w*",
    ),
    "nothing needed": (
        r"(?:sie müssen|du musst|brauchen sie) (?:\w+ )?nichts (?:weiter |mehr )*(?:zu )?tun|"
        r"keine antwort (?:\w+ )?nötig",
    ),
}  # fmt: skip
