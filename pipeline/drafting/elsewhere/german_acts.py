"""German: what binds the firm (promises, claims of what was done, concessions, fault), built from lists of verbs."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.drafting.elsewhere.forms import each, german, one_of

_MONEY_BACK = (
    "erstatten erstattet, zurück|erstatten zurückerstattet, zurück|zahlen zurückgezahlt, überweisen überwiesen, "
    "zurück|überweisen zurücküberwiesen, aus|zahlen ausgezahlt, an|weisen angewiesen, gut|schreiben gutgeschrieben, "
    "zurück|buchen zurückgebucht, verrechnen verrechnet, zurück|geben zurückgegeben gibt gab, vergüten vergütet, "
    "entschädigen entschädigt"
)
_ENDED = (
    "stornieren storniert, annullieren annulliert, kündigen gekündigt, beenden beendet, auf|lösen aufgelöst, "
    "auf|heben aufgehoben, streichen gestrichen, stoppen gestoppt, sperren gesperrt, löschen gelöscht, "
    "entfernen entfernt, zurück|ziehen zurückgezogen, zurück|nehmen zurückgenommen nimmt nahm, pausieren pausiert, "
    "ab|bestellen abbestellt, ab|melden abgemeldet, aus|buchen ausgebucht"
)
_SENT = (
    "schicken geschickt, verschicken verschickt, versenden versandt, versenden versendet, senden gesendet, "
    "ab|schicken abgeschickt, los|schicken losgeschickt, zu|schicken zugeschickt, ab|senden abgesandt, "
    "liefern geliefert, nach|liefern nachgeliefert, aus|liefern ausgeliefert, zu|stellen zugestellt, "
    "bringen gebracht, ab|holen abgeholt, mit|geben mitgegeben gibt gab, nach|senden nachgesendet, faxen gefaxt, "
    "mailen gemailt, übergeben übergeben übergibt übergab, überreichen überreicht"
)
_MENDED = (
    "reparieren repariert, ersetzen ersetzt, aus|tauschen ausgetauscht, um|tauschen umgetauscht, beheben behoben, "
    "richten gerichtet, montieren montiert, ein|bauen eingebaut, an|schließen angeschlossen, reinigen gereinigt, "
    "nach|bessern nachgebessert, überarbeiten überarbeitet, warten gewartet, tauschen getauscht"
)
_CHANGED = (
    "ändern geändert, korrigieren korrigiert, berichtigen berichtigt, aktualisieren aktualisiert, "
    "an|passen angepasst, um|stellen umgestellt, ein|tragen eingetragen, hinterlegen hinterlegt, "
    "entsperren entsperrt, frei|schalten freigeschaltet, frei|geben freigegeben gibt gab, "
    "zurück|setzen zurückgesetzt, aktivieren aktiviert, reaktivieren reaktiviert, "
    "wiederher|stellen wiederhergestellt, ein|richten eingerichtet, verlängern verlängert, um|schreiben "
    "umgeschrieben, "
    "auf|stocken aufgestockt, senken gesenkt, ab|ziehen abgezogen, erlassen erlassen erlässt erließ"
)
_BOOKED = (
    "buchen gebucht, um|buchen umgebucht, reservieren reserviert, verlegen verlegt, verschieben verschoben, "
    "vor|merken vorgemerkt, ein|planen eingeplant, vereinbaren vereinbart, bestellen bestellt, "
    "nach|bestellen nachbestellt, an|fordern angefordert, zurück|legen zurückgelegt, vor|ziehen vorgezogen"
)
_PASSED_ON = (
    "weiter|leiten weitergeleitet, weiter|geben weitergegeben gibt gab, beauftragen beauftragt, "
    "veranlassen veranlasst, ein|leiten eingeleitet, an|stoßen angestoßen stößt stieß, eskalieren eskaliert, "
    "verständigen verständigt, benachrichtigen benachrichtigt, kontaktieren kontaktiert, erledigen erledigt, "
    "klären geklärt, lösen gelöst, regeln geregelt, ab|schließen abgeschlossen, bearbeiten bearbeitet, "
    "informieren informiert, ein|schalten eingeschaltet, unterrichten unterrichtet"
)
_ANSWERED = (
    "an|rufen angerufen ruft rief, zurück|rufen zurückgerufen ruft rief, melden gemeldet, antworten geantwortet, "
    "beantworten beantwortet, informieren informiert, schreiben geschrieben, kümmern gekümmert"
)
_ACTED = german(", ".join((_MONEY_BACK, _ENDED, _SENT, _MENDED, _CHANGED, _BOOKED, _PASSED_ON)))
_WILL = german(
    ", ".join((_MONEY_BACK, _ENDED, _SENT, _MENDED, _CHANGED, _BOOKED, _PASSED_ON, _ANSWERED))
    + ", sorgen gesorgt, erledigen erledigt, vorbei|kommen vorbeigekommen, nach|reichen nachgereicht, "
    "besuchen besucht, begleiten begleitet, prüfen geprüft, unter|suchen untersucht, zeigen gezeigt, legen gelegt, "
    "bezahlen bezahlt, zahlen gezahlt, geben gegeben gibt gab, machen gemacht, holen geholt, stellen gestellt"
)
_GOES = one_of(
    "kommt geht liegt steht trifft erreicht folgt erfolgt ruft meldet bringt holt erhält bekommt klingelt "
    "beginnt startet funktioniert verlässt schaut fährt findet_sie kehrt"
)
_WEEKDAY = one_of("montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag") + r"\w*"
_COUNT = r"(?:\d{1,3}|[a-zäöü]{3,20})"
_TIME = (
    r"(?:(?<!seit )(?<!erst )heute(?! (?:morgen|früh)\b)|(?<!heute )(?<!guten )morgen|übermorgen|spätestens|"
    r"bis(?! (?:jetzt|dahin|heute nicht))|binnen|innerhalb|umgehend|sofort|"
    r"unverzüglich|"
    rf"schnellstmöglich|baldmöglichst|in kürze|demnächst|(?:am|für|ab|gleich|noch|vor|zum|auf) (?:\w+ )?{_WEEKDAY}|"
    rf"(?:am|ab|zum|vor dem) \d{{1,2}}\.|(?:um|gegen|vor|ab|zwischen) {_COUNT} (?:uhr|und)|"
    rf"in (?:den nächsten |weniger als |rund |etwa )?{_COUNT} (?:minuten?|stunden?|tage?n?|werktage?n?|arbeitstagen|"
    r"wochen?)|(?:nächste|kommende)[nrms]? (?:woche\w*|monat\w*|jahr\w*|tage\w*|stunde\w*|werktage?|\w{3,9}tag)|"
    r"(?:diese|dieser) woche|(?:zum|am|übers|nach dem) (?:wochenende|"
    r"monatsende|"
    r"jahresende|monatsersten|ersten)|im laufe|noch vor|anfang|mitte|ende (?:der|des|nächster)|heute noch|"
    r"gleich (?:morgen|nach)|über nacht|pünktlich zum|rechtzeitig (?:zum|zur|vor))(?!\w)"
)
_THEN = rf"(?=[^.!?\n]{{0,110}}\b{_TIME})"
_NOT = r"(?![^.!?,\n]{0,70}\b(?:nicht|nie|kein\w*)\b)"
_AUX = one_of("hat haben habe hatte hatten ist sind war waren wurde wurden sie du worden")
_FEW = rf"(?:[ ,]+(?!{_AUX}\b)[\w:./-]+){{0,5}}?[ ,]+"
_TO_YOU = r"(?=[^.!?,\n]{0,60}\b(?:ihnen|ihre?[nmrs]?|sie|dir|dich|deine?[nmrs]?|uns|mich|darum|dafür)\b)"
_WORKER = (
    r"(?:unser\w* [\w-]+|meine? [\w-]+|(?:der|die|eine?) (?:kolleg\w+|techniker\w*|monteur\w*|fahrer\w*|"
    r"mitarbeiter\w*|team|"
    r"werkstatt|spedition|filiale|küche|leitung|buchhaltung|lager)|jemand)"
)
_FIGURE = r"(?:\x01|\d{1,3}(?:,\d)? ?(?:%|prozent)(?!\w))"
_TO_MONEY = rf"(?:(?!für\b|ab\b|kostet?\b|bezahlt\b)[\w,-]+ ){{0,6}}?{_FIGURE}"
_BOTCHED = (
    r"(?:vergessen|versäumt|übersehen|verschlampt|verbummelt|verpasst|verwechselt|vertauscht|beschädigt|zerkratzt|"
    r"zerbrochen|zerstört|kaputt ?gemacht|verloren|verlegt|verursacht|verschuldet|versagt|verschlafen|verrechnet|"
    r"vertan|geirrt|missachtet|ignoriert|fallen (?:ge)?lassen|liegen (?:ge)?lassen|stehen (?:ge)?lassen|"
    r"offen (?:ge)?lassen|"
    r"(?:falsch|schlecht|unsauber|schlampig|nachlässig|unsachgemäß|mangelhaft|fehlerhaft|zu spät|doppelt) \w+|"
    r"nicht (?:\w+ )?(?:geprüft|beachtet|gesichert|kontrolliert|geschlossen|verschlossen|informiert|gehalten|"
    r"eingehalten|weitergegeben|weitergeleitet|eingetragen|gelesen|gemeldet|abgeschickt|gebucht|erfasst|bemerkt))"
)
_BOTCHES = (
    r"(?:vergaß\w*|übersah\w*|verlor\w*|ließ\w*|versäumte\w*|verwechselte\w*|vertauschte\w*|beschädigte\w*|"
    r"zerbrach\w*|verursachte\w*|verpasste\w*|missachtete\w*|verschuldete\w*|zerkratzte\w*|irrten?)"
)

WORDS: Mapping[str, tuple[str, ...]] = {
    "liability": (
        r"(?:wir|ich) (?:haften?|sind schuld|sind (?:dafür |hierfür )?verantwortlich|waren schuld)|"
        r"unsere? (?:eigene[rs]? )?"
        r"(?:schuld|fehler|versehen|versäumnis|verschulden|nachlässigkeit|unachtsamkeit)|"
        r"(?:fehler|versehen|schuld|panne|ursache|verantwortung)[^.!?\n]{0,25}\b(?:unsererseits|von uns|bei uns|"
        r"auf unserer seite|in unserem haus\w*|in unserer \w+|bei unser\w+ \w+)",
        r"(?:das|dies|es|so etwas) (?:hätte|durfte) (?:uns |bei uns |so |niemals )*(?:nicht|nie|niemals|passieren|"
        r"geschehen) ?(?:passieren|geschehen|vorkommen|dürfen)?(?: dürfen)?",
        r"(?:kommen wir|wir kommen|komme ich|stehen wir|wir stehen|stehe ich|ich stehe) (?:\w+ ){0,6}?"
        r"(?:auf|gerade|ein)(?=[.,!]|$)|"
        r"(?:übernehmen|übernehme|tragen|trage) (?:wir |ich )?(?:\w+ ){0,4}?(?:verantwortung|schuld|haftung|schaden|"
        r"kosten)|(?:schuld|verantwortung|haftung) (?:dafür |hierfür |daran )?(?:trifft|tragen|übernehmen|trage|"
        r"übernehme) (?:\w+ )?(?:uns|wir|ich)",
        r"(?:wir haben|ich habe|haben wir|habe ich|(?:unser|mein)\w* [\w-]{3,30} (?:hat|haben)|"
        r"(?:hat|haben) (?:unser|mein)\w* [\w-]{3,30}) [^.!?\n]{0,70}?\b" + _BOTCHED,
        rf"(?:unser|mein)\w* [\w-]{{3,30}} {_BOTCHES}|{_BOTCHES} (?:wir|unser\w*|mein\w*)|wir {_BOTCHES}",
        r"(?:(?:wir|ich) (?:hätten?|mussten? zugeben)|hätten wir|hätte ich)(?! gern\w*)[^.!?\n]{0,70}\b(?:müssen|"
        r"sollen|dürfen)",
        r"(?:uns|mir) (?:ist |sind |dabei |hier |leider |da )*(?:\w+ ){0,3}?(?:fehler|versehen|irrtum|panne|"
        r"missgeschick|"
        r"patzer)|(?:haben|hat) (?:wir|ich|unser\w* \w+) (?:\w+ ){0,3}?zu (?:verantworten|verschulden)|"
        r"(?:wir|ich) (?:haben|habe) (?:\w+ ){0,4}?zu verantworten|(?:liegt|lag) (?:\w+ ){0,2}?(?:an|bei) uns(?!\w)",
        r"(?:bei uns|in unser\w+ [\w-]+) (?:\w+ ){0,6}?(?:untergegangen|liegen ?geblieben|verloren ?gegangen|"
        r"schiefgegangen|schiefgelaufen|falsch gelaufen|vergessen worden|durchgerutscht)",
        r"(?:reparatur|schaden|schäden|arztkosten|arztrechnung|reinigung|gutachten|folgekosten|folgeschäden)\b"
        r"[^.!?\n]{0,40}\b(?:zahlen|bezahlen|übernehmen|ersetzen|begleichen|erstatten|tragen) (?:\w+ )?wir|"
        r"(?:zahlen|bezahlen|übernehmen|ersetzen|begleichen|tragen) wir (?:\w+ ){0,3}?(?:reparatur|schaden|schäden|"
        r"arztkosten|arztrechnung|reinigung)",
        r"(?:geht|ging|gehen) (?:ganz |allein )?(?:auf|zu) (?:uns(?=[.,!]|$)|unsere[nr]? (?:kappe|lasten|konto|"
        r"rechnung))|"
        r"(?:war|ist) (?:ganz )?(?:klar )?unser (?:fehler|versehen)|(?:fahrlässig\w*|grob fahrlässig)|"
        r"(?:durch|wegen|infolge) (?:eine[nrs]?|unser\w*) (?:\w+ )?(?:fehlers?|versehens?|nachlässigkeit|"
        r"unachtsamkeit|versäumnis\w*) (?:unser\w*|in unser\w*|bei uns|von uns|meiner\w*)|"
        r"(?:wir|ich) (?:gebe|geben|räumen?|gestehen?) (?:\w+ ){0,4}?(?:zu|ein)(?=[.,:!]|$)",
    ),
    "promise": (
        r"(?:wird|werden|werde)\b(?! (?:immer|gerade|meist))(?=[^.!?\n]{0,120}\b" + _TIME + r")" + _NOT
        + r"[^.!?\n]{0,120}",
        rf"(?:wird|werden)\b(?! (?:immer|gerade|meist))[^.!?,\n]{{0,70}}\b(?:ihnen|ihr\w*|dir|dein\w*)\b"
        rf"[^.!?,\n]{{0,60}}\b{_ACTED.participle}",
        rf"(?:ihnen|ihre?[nmrs]?|deine?[nmrs]?)\b[^.!?,\n]{{0,40}}\b(?:wird|werden) (?!gerade|derzeit)"
        rf"[^.!?,\n]{{0,60}}?\b{_ACTED.participle}",
        r"(?:wir|ich) (?:werde|werden) (?!\w+ nicht)[^.!?\n]{1,80}",
        r"(?:werde ich|werden wir)",
        r"(?:sie|du) (?:erhalten|bekommen|hören|wissen|erhältst|bekommst|hörst|sehen|finden)\b" + _THEN + _NOT,
        r"(?:sie haben|du hast)(?=[^.!?\n]{0,60}\b(?:antwort|nachricht|geld|betrag|ergebnis|klarheit|bescheid|ware|"
        r"paket|ersatz\w*)\b)" + _THEN + _NOT + r"(?![^.!?\n]{0,120}\b(?:\w*ge\w+|\w+iert|bestellt|erhalten|"
        r"bezahlt)[.,!])",
        r"(?:erhalten|bekommen|hören|sehen|finden) sie\b" + _THEN + _NOT,
        _TIME + r"[^.!?\n]{0,40}\b(?:erhalten|bekommen|hören|haben|wissen|sehen|finden) (?:sie|du)"
        r"(?![^.!?\n]{0,100}\b(?:gebeten|geschrieben|bestellt|gemeldet|gekauft|bezahlt|\w*ge\w+t|\w+iert)\b)",
        rf"(?:{_GOES}|läuft(?=[^.!?\n]{{0,80}}\bwieder\b))(?!\w)" + _THEN + _NOT,
        rf"{_TIME}{_FEW}(?:{_GOES}|läuft(?=[^.!?\n]{{0,80}}\bwieder\b))(?!\w)" + _NOT,
        rf"(?:ist|sind)\b{_THEN}[^.!?,\n]{{0,80}}\b(?:eingeplant|geplant|vorgesehen|angesetzt|terminiert|angekündigt|"
        r"fertig|da|zurück|bei ihnen|vor ort|erledigt|behoben|auf ihrem konto|in ihrem postfach|zu rechnen|"
        r"wieder \w+)(?!\w)",
        rf"{_TIME}[^.!?,\n]{{0,40}}?\b(?:ist|sind)\b[^.!?,\n]{{0,60}}\b(?:fertig|da|zurück|bei ihnen|vor ort|erledigt|"
        r"behoben|auf ihrem konto|zu rechnen|einsatzbereit|in ihrem \w+|wieder \w+)(?!\w)",
        rf"(?:wir|ich|{_WORKER}) (?:[\w-]+ ){{0,3}}?(?:{_WILL.we}|{_WILL.i}|{_WILL.it})\b{_THEN}{_NOT}",
        rf"(?:{_WILL.we} wir|{_WILL.i} ich|{_WILL.it} {_WORKER})\b{_THEN}{_NOT}",
        rf"{_TIME}{_FEW}(?:{_WILL.we} wir|{_WILL.i} ich|{_WILL.it} {_WORKER})\b{_NOT}",
        rf"(?:wir {_WILL.we}|ich {_WILL.i}|{_WILL.we} wir|{_WILL.i} ich)\b{_TO_YOU}{_NOT}",
        r"(?:sage|geben?|sagen) (?:(?:ich|wir|ihnen|dir) )+bescheid|(?:ich|wir) (?:sage|gebe|sagen|geben) (?:\w+ )?"
        r"bescheid|halten? (?:(?:ich|wir) )?(?:sie|dich) (?:\w+ ){0,3}?auf dem laufenden|"
        r"(?:können|dürfen) sie (?:[\w,.-]+ ){0,8}?(?:rechnen|zählen)|"
        r"sie (?:können|dürfen) (?:[\w,.-]+ ){0,8}?(?:rechnen|zählen)(?=[.,!]|$)|"
        r"(?:sie haben|darauf haben sie|darauf gebe ich ihnen) mein wort|sehe ich zu|"
        r"(?:versprochen|zugesagt|abgemacht)(?=[.!]|$)|fest (?:zugesagt|eingeplant|versprochen)",
        r"(?<!\w )(?:antwort|rückruf|ergebnis|termin|lieferung|erstattung|auszahlung|zahlung|versand|bescheid|"
        r"reparatur|"
        r"austausch|nachricht|näheres|mehr)(?: dazu| hierzu)?:? (?:kommt |folgt |erfolgt |geht )?" + _TIME,
        r"(?:wir|ich) (?:versprechen?|sichern?|sorgen?|kümmern?|klären?|prüfen?|melden?|liefern?|ersetzen?|"
        r"überweisen?|"
        r"zahlen?|erstatten?|schicken?|veranlassen?|bleiben? dran)\b",
        r"(?:verspreche|kläre|prüfe|überweise|veranlasse|erstatte) ich|(?:klären|prüfen|überweisen|veranlassen|"
        r"erstatten|ersetzen|zahlen|holen) wir",
    ),
    "not promise": (
        r"nicht|nie|kein\w*|ob|wann|wenn|falls(?! to\b)|sofern|soweit|in der regel|normalerweise|üblicherweise|"
        r"gewöhnlich|"
        r"grundsätzlich|generell|meist|meistens|durchschnittlich|im schnitt|laut|wer|wollten|sollten|könnten",
    ),
    "claimed": (
        r"(?<!sie )(?<!du )(?:habe|haben|hat)(?! (?:sie|du)\b) (?:[\w.-]+ ){0,9}?" + _ACTED.participle,
        r"(?:wurden?|worden|ist|sind) (?:(?!von (?:ihnen|dir)\b)[\w.,-]+ ){0,7}?" + _ACTED.participle,
        _ACTED.participle + r" (?:wurden?|worden|haben wir|habe ich)",
        rf"(?:wir|ich|{_WORKER}) {_ACTED.past}\b(?=[^.!?\n]{{0,90}}\b(?:gestern|heute|vorhin|bereits|schon|soeben|"
        rf"gerade|am \w+|ihre?[nmrs]?|den|die|das)\b)|(?:gestern|heute|bereits|vorhin) {_ACTED.past} (?:wir|ich)",
        r"(?:ist|sind) (?:[\w.,-]+ ){0,4}?(?:unterwegs|auf dem weg|in arbeit|in bearbeitung|veranlasst|vom tisch|raus|"
        r"erfolgt|durch|in die wege geleitet|angelaufen|eingetroffen|fertig|vollzogen|wirksam|"
        r"wieder (?:frei|offen|aktiv|nutzbar|da|\w+bar))(?!\w)",
        r"(?:läuft|laufen|funktioniert|funktionieren|geht|gehen) (?:jetzt |nun |bereits |schon |seit [\w ]{3,20}? |"
        r"inzwischen )*wieder(?!\w)|(?:läuft|laufen) (?:bereits|schon|seit)",
        r"(?:hat|haben) (?:[\w.-]+ ){0,5}?(?:verlassen|auf den weg gebracht|in die wege geleitet|in auftrag gegeben|"
        r"gesprochen|telefoniert|durchgeführt|vorgenommen|übernommen|angestoßen)|"
        r"(?:habe|haben) (?:ich|wir) (?:[\w.-]+ ){0,7}?(?:gegeben|gesprochen|telefoniert|vorgenommen|durchgeführt|"
        r"gesorgt|gekümmert|übernommen|verlegt|geprüft)|(?:ich|wir) (?:habe|haben) (?:[\w.-]+ ){0,8}?(?:gegeben|"
        r"gesprochen|"
        r"telefoniert|vorgenommen|durchgeführt|gesorgt|gekümmert|geprüft|auf den weg gebracht|in auftrag gegeben)",
        r"(?:gilt|gelten) ab sofort|ist (?:damit |hiermit |jetzt |nun )*(?:erledigt|gegenstandslos|vom tisch|"
        r"hinfällig)|"
        r"liegt (?:bereits|schon) (?:\w+ ){0,4}?(?:bereit|post|konto|postfach)",
    ),
    "refund": (
        r"(?:erstatten?|rückerstatt\w+|erstattung|zurückerstatt\w+|geld zurück|zurückzahl\w+|zurücküberweis\w+)",
        r"(?:überweisen|überweise|zahlen|zahle) (?:wir |ich )?(?:ihnen|dir) [^.!?\n]{0,40}",
        r"(?:bekommen|erhalten) sie [^.!?\n]{0,40}\bzurück|(?:geben|zahlen|buchen) wir [^.!?\n]{0,50}\bzurück|"
        r"(?:bekommst|erhältst) du [^.!?\n]{0,40}\bzurück",
    ),
    "credit": (
        r"gutscheine?s?|gutschrift|gutschreiben|(?:schreiben|schreibe)\b[^.!?\n]{0,50}\bgut|kulanz\w*|entschädig\w+|"
        r"wiedergutmach\w+|(?:kommen|komme) (?:(?:wir|ich) )?(?:ihnen|dir) [^.!?\n]{0,40}entgegen|trostpflaster|"
        r"ausgleichszahlung",
        rf"(?:erhalten|bekommen|erhältst|bekommst|kriegen) (?:sie |du )?{_TO_MONEY}|"
        rf"(?:zahlen|legen|geben|schenken|spendieren|gewähren|beteiligen|steuern) (?:wir |ich )(?:\w+ ){{0,4}}?"
        rf"{_FIGURE}|(?:wir|ich) (?:zahlen|geben|legen|schenken|spendieren|gewähren|beteiligen|steuern) "
        rf"(?:\w+ ){{0,5}}?{_FIGURE}",
    ),
    "discount": (
        r"rabatt\w*|(?:preis)?nachlass\w*|ermäßig\w+|(?:zum|für den) halben preis|(?:zur|um die) hälfte|"
        r"die hälfte (?:des preises|der rechnung|des betrags|davon)? ?(?:erlassen|billiger|günstiger|weniger|zurück)?|"
        r"(?:prozent|%|\x01) (?:günstiger|weniger|billiger|auf (?:ihren?|die|den|das))|preissenkung",
        rf"(?:senken|mindern|kürzen|reduzieren|verringern|drücken|senke|kürze|reduziere) (?:wir |ich )?"
        rf"(?:[\w,-]+ ){{0,6}}?(?:um |auf |\x01|die hälfte)|(?:ziehen|ziehe|rechnen|lassen) (?:wir |ich )?"
        rf"(?:[\w,-]+ ){{0,6}}?{_FIGURE} (?:\w+ ){{0,4}}?(?:ab|nach|an)(?!\w)|"
        rf"(?:sinkt|reduziert sich|verringert sich|ermäßigt sich) (?:\w+ ){{0,4}}?{_FIGURE}|"
        r"(?:zahlen|zahlst) (?:sie |du )?(?:[\w,-]+ ){0,4}?(?:nur|lediglich|bloß) ",
    ),
    "waiver": (
        r"erlassen|erlasse|erlässt|verzichten? (?:wir |ich )?(?:\w+ )?auf (?!\w*frage)|(?:müssen|brauchen) sie "
        r"(?:\w+ )*?nicht (?:mehr )?(?:zu )?(?:be|zurück)?zahlen|(?:nicht|nichts) (?:in rechnung|berechne[nt]?)|"
        r"(?:entfällt|entfallen|hinfällig)|(?:keine|ohne) (?:weiteren? )?(?:kosten|gebühren?|aufpreis|zuschlag)",
        r"(?:\w{0,20}(?:gebühr(?:en)?|kosten)|porto|rechnung|mahnung|zuschlag|differenz|rate|anfahrt) "
        r"(?:dafür |hierfür )?(?:übernehmen|übernehme|tragen|trage|streichen|streiche|stornieren|storniere|zahlen|"
        r"zahle|"
        r"schenken|fällt weg|fallen weg|nehmen|ausbuchen|geht auf uns)|(?:übernehmen|übernehme|tragen|streichen|"
        r"streiche|schenken) (?:wir |ich )(?:[\w-]+ ){0,4}?(?:\w*kosten|\w*gebühr\w*|porto|rechnung|zuschlag|"
        r"differenz|"
        r"rate|anfahrt)|(?:wir|ich) (?:übernehmen?|tragen?|streichen?) (?:[\w-]+ ){0,4}?(?:\w*kosten|\w*gebühr\w*|"
        r"porto|"
        r"rechnung|zuschlag|differenz|rate|anfahrt)",
    ),
    "replacement": (
        r"(?:schicken|senden|liefern|schicke|sende|bekommen|erhalten) (?:wir |ich |sie )?(?:ihnen |"
        r"dir )?(?:\w+ ){0,3}?"
        r"(?:neue[nrs]?|ersatz\w*|weitere[nrs]?) (?!nachricht|antwort|information|link|mail)\w+|ersatzlieferung|"
        r"(?:tauschen|ersetzen) (?:wir |ich )|(?:bekommen|erhalten) sie (?:\w+ ){0,4}?ersatz(?!\w)|ersatzgerät",
    ),
    "gift": (
        r"kostenlos\w*|kostenfrei\w*|umsonst|unentgeltlich|gratis|(?:geht|gehen) (?:\w+ ){0,4}?(?:auf (?:uns|das haus|"
        r"unsere kosten|unsere rechnung)|aufs haus)|schenken|geschenkt?\w*|(?:dürfen|können) sie (?:[\w-]+ )?behalten|"
        r"behalten sie|laden (?:wir )?sie [^.!?\n]{0,40}ein|(?:ist|sind) (?:für sie )?(?:ein )?inklusive|"
        r"auf unsere (?:kosten|rechnung)",
        r"(?:legen|legt|packen|geben|lege|packe) (?:wir |ich )?(?:[\w-]+ ){0,7}?(?:bei|dazu|obendrauf|mit dazu)(?!\w)|"
        r"(?:spendieren|spendiere|überraschen) (?:wir|ich|ihnen|dir)|(?:wir|ich) spendieren?",
    ),
    "granting hints": each(
        "erstatt zahl überweis gutsch kulanz entschäd entgegen rabatt nachlass ermäß halb hälfte prozent % günstig "
        "weniger billig erlass erläss verzicht rechn entf hinf kosten gebühr neue ersatz ersetz tausch weitere "
        "umsonst "
        "gratis haus unentgelt schenk behalten laden senk minder kürz reduzier verring zieh abzug streich übernehm "
        "trag "
        "porto fällt fallen legen legt lege pack spendier trost ausgleich inklusive sinkt lediglich bloß aufpreis "
        "zuschlag zurück wiedergut _gut _uns"
    ),
    "refused": (
        r"(?:nicht|nichts)(?! (?:mehr |zu )*(?:be|zurück)?zahlen| in rechnung| berechne)|keinen?(?! (?:cent|euro))|ob",
    ),
    "asked": (
        r"sie (?:schreiben|möchten|verlangen|fordern|wünschen|bitten|fragen|erwarten|wollen|warten|haben gebeten)|"
        r"haben sie|hast du|du (?:schreibst|wartest|"
        r"möchtest|willst)|ihre? (?:wunsch|forderung|bitte|frage|anfrage)",
    ),
    "resumes": (r"(?<!dass )(?<!ob )(?:wir|ich)|uns|unser\w*|(?:erhalten|bekommen) sie",),
}  # fmt: skip
