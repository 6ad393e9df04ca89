"""German."""

from __future__ import annotations

from collections.abc import Mapping

_TIME = (
    r"(?:heute|morgen|übermorgen|bis|spätestens|am \w+tag|am \d{1,2}\.|innerhalb|binnen|in \w+ (?:minuten|stunden|"
    r"tagen|"
    r"werktagen|wochen)|(?:nächste|kommende|diese|dieser)[nr]? \w+|umgehend|sofort|in kürze|demnächst)"
)
_DONE = (
    r"(?:erstattet|zurückerstattet|rückerstattet|zurücküberwiesen|zurückgezahlt|ausgezahlt|angewiesen|gutgeschrieben|"
    r"storniert|annulliert|verschickt|versandt|versendet|abgeschickt|abgesandt|losgeschickt|ersetzt|ausgetauscht|"
    r"repariert|behoben|entsperrt|freigegeben|freigeschaltet|zurückgesetzt|gelöscht|entfernt|korrigiert|berichtigt|"
    r"geändert|umgebucht|gebucht|reserviert|weitergeleitet|weitergegeben|übergeben|gekündigt|beendet|überwiesen|"
    r"veranlasst|eingeleitet|beauftragt|erledigt|geklärt|gelöst|bestellt|aktualisiert|aufgehoben|gestrichen|"
    r"verrechnet|abgeholt|zugestellt)"
)

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
    "liability": (
        r"(?:wir|ich) (?:haften?|sind schuld|sind (?:dafür |hierfür )?verantwortlich|waren schuld)|"
        r"unsere? (?:eigene[rs]? )?"
        r"(?:schuld|fehler|versehen|versäumnis|verschulden)|(?:fehler|versehen|schuld)[^.!?\n]{0,20}\b(?:unsererseits|"
        r"von uns|bei uns|auf unserer seite)",
        r"(?:das|dies|es|so etwas) (?:hätte|durfte) (?:uns |bei uns |so )*(?:nicht|nie|niemals) (?:passieren|geschehen|"
        r"vorkommen)(?: dürfen)?",
        r"(?:kommen wir|wir kommen|komme ich|stehen wir|wir stehen) (?:\w+ ){0,6}?(?:auf|gerade|ein)(?=[.,!]|$)|"
        r"(?:übernehmen|übernehme|tragen) (?:wir |ich )?(?:\w+ ){0,4}?(?:verantwortung|schuld|haftung|schaden|kosten)",
        r"(?:wir haben|ich habe|haben wir|unser\w* [\w-]{3,30} (?:hat|haben)) [^.!?\n]{0,60}\b(?:verwechselt|vergessen|"
        r"versäumt|übersehen|beschädigt|verschlampt|verloren|falsch \w+|versagt|verursacht|verschuldet|vertauscht|"
        r"fallen lassen|nicht (?:geprüft|beachtet|gesichert))",
        r"(?:geht|ging|gehen) (?:ganz |allein )?(?:auf|zu) unsere[nr]? (?:kappe|lasten|konto|rechnung)|"
        r"(?:war|ist) (?:ganz )?(?:klar )?unser (?:fehler|versehen)|(?:fahrlässig\w*|grob fahrlässig)",
    ),
    "promise": (
        r"(?:wird|werden|werde)\b(?! (?:immer|gerade|meist))(?=[^.!?\n]{0,120}\b" + _TIME + r"\b)[^.!?\n]{0,120}",
        r"(?:wir|ich) (?:werde|werden) (?!\w+ nicht)[^.!?\n]{1,80}",
        r"(?:werde ich|werden wir)",
        r"(?:sie|du) (?:erhalten|bekommen|hören|erhältst|bekommst|hörst)\b(?=[^.!?\n]{0,100}\b" + _TIME + r"\b)",
        r"(?:erhalten|bekommen|hören|haben) sie\b(?=[^.!?\n]{0,100}\b" + _TIME + r"\b)",
        _TIME + r"\b[^.!?\n]{0,40}\b(?:erhalten|bekommen|hören|haben|wissen) sie",
        r"(?:kommt|trifft|erreicht|folgt|ruft|meldet|bringt|holt|liefert|repariert|erhält)\b"
        r"(?=[^.!?\n]{0,100}\b" + _TIME + r"\b)",
        r"(?:wir|ich) (?:versprechen?|sichern?|sorgen?|kümmern?|klären?|prüfen?|melden?|liefern?|ersetzen?|überweisen?|"
        r"zahlen?|erstatten?|schicken?|veranlassen?|bleiben? dran)\b",
        r"(?:verspreche|kläre|prüfe|überweise|veranlasse|erstatte) ich|(?:klären|prüfen|überweisen|veranlassen|"
        r"erstatten|"
        r"ersetzen|zahlen|holen) wir",
    ),
    "not promise": (r"nicht|nie|kein\w*|ob",),
    "claimed": (
        r"(?:habe|haben|hat) (?:[\w-]+ ){0,9}?" + _DONE,
        r"(?:wurden?|worden|ist|sind) (?:[\w.,-]+ ){0,7}?" + _DONE,
        _DONE + r" (?:wurden?|worden|haben wir|habe ich)",
        r"(?:ist|sind) (?:\w+ ){0,3}?(?:unterwegs|auf dem weg|in arbeit|in bearbeitung|veranlasst|vom tisch|raus|"
        r"wieder "
        r"(?:frei|offen|aktiv|nutzbar|da))",
    ),
    "refund": (
        r"(?:erstatten?|rückerstatt\w+|erstattung|zurückerstatt\w+|geld zurück|zurückzahl\w+|zurücküberweis\w+)",
        r"(?:überweisen|überweise|zahlen|zahle) (?:wir |ich )?(?:ihnen|dir) [^.!?\n]{0,40}",
        r"(?:bekommen|erhalten) sie [^.!?\n]{0,40}\bzurück",
    ),
    "credit": (
        r"gutscheine?s?|gutschrift|gutschreiben|(?:schreiben|schreibe)\b[^.!?\n]{0,50}\bgut|kulanz\w*|entschädig\w+|"
        r"wiedergutmach\w+|(?:kommen|komme) (?:wir |ich )?ihnen [^.!?\n]{0,40}entgegen",
    ),
    "discount": (
        r"rabatt\w*|(?:preis)?nachlass\w*|ermäßig\w+|(?:zum|für den) halben preis|(?:zur|um die) hälfte|"
        r"die hälfte (?:des preises|der rechnung|des betrags|davon)? ?(?:erlassen|billiger|günstiger|weniger|zurück)?|"
        r"(?:prozent|%|\x01) (?:günstiger|weniger|billiger|auf (?:ihren?|die|den|das))|preissenkung",
    ),
    "waiver": (
        r"erlassen|erlasse|erlässt|verzichten? (?:wir |ich )?(?:\w+ )?auf (?!\w*frage)|(?:müssen|brauchen) sie "
        r"(?:\w+ )*?nicht (?:mehr )?(?:zu )?(?:be|zurück)?zahlen|(?:nicht|nichts) (?:in rechnung|berechne[nt]?)|"
        r"(?:entfällt|entfallen|hinfällig)|(?:keine|ohne) (?:weiteren? )?(?:kosten|gebühren?)",
    ),
    "replacement": (
        r"(?:schicken|senden|liefern|schicke|sende|bekommen|erhalten) (?:wir |ich |sie )?(?:ihnen |dir )?(?:\w+ ){0,3}?"
        r"(?:neue[nrs]?|ersatz\w*|weitere[nrs]?) (?!nachricht|antwort|information|link|mail)\w+|ersatzlieferung|"
        r"(?:tauschen|ersetzen) (?:wir |ich )",
    ),
    "gift": (
        r"kostenlos\w*|kostenfrei\w*|umsonst|unentgeltlich|gratis|(?:geht|gehen) auf (?:uns|das haus|unsere kosten)|"
        r"aufs haus|schenken|geschenk\w*|(?:dürfen|können) sie (?:\w+ )?behalten|laden (?:wir )?sie [^.!?\n]{0,40}ein",
    ),
    "granting hints": (
        "erstatt", "geld zur", "zahl", "überweis", " zurück", "gutsch", "gut", "kulanz", "entschäd", "entgegen",
        "rabatt", "nachlass", "ermäß", "halb", "hälfte", "prozent", "%", "günstig", "weniger", "billig", "erlass",
        "erläss", "verzicht", "rechn", "entf", "hinf", "kosten", "gebühr", "neue", "ersatz", "ersetz", "tausch",
        "weitere", "umsonst", "gratis", "haus", "unentgelt", "schenk", "behalten", "laden",
    ),
    "refused": (
        r"(?:nicht|nichts)(?! (?:mehr |zu )*(?:be|zurück)?zahlen| in rechnung| berechne)|keinen?|ob",
    ),
    "asked": (
        r"sie (?:schreiben|möchten|verlangen|fordern|wünschen|bitten|fragen|erwarten|wollen)|du (?:schreibst|"
        r"möchtest|willst)|"
        r"ihre? (?:wunsch|forderung|bitte|frage|anfrage)",
    ),
    "resumes": (r"wir|ich|uns|unser\w*|(?:erhalten|bekommen) sie",),
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
