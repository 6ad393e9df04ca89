"""Spanish."""

from __future__ import annotations

from collections.abc import Mapping

_TIME = (
    r"(?:hoy|mañana|pasado mañana|antes del?|dentro de|en un plazo|en (?:los próximos |\d+ |dos |tres )|a más tardar|"
    r"lunes|martes|miércoles|jueves|viernes|sábado|domingo|esta (?:tarde|noche|semana)|la (?:próxima )?semana|pronto|"
    r"cuanto antes|enseguida|inmediatamente|el \d{1,2}|hasta el)"
)
_DONE = (
    r"(?:reembolsad|devuelt|abonad|ingresad|transferid|cancelad|anulad|enviad|mandad|expedid|despachad|reemplazad|"
    r"sustituid|cambiad|reparad|arreglad|corregid|modificad|desbloquead|reactivad|restablecid|eliminad|borrad|"
    r"reservad|aplazad|trasladad|remitid|escalad|informad|avisad|contactad|pedid|actualizad|solucionad|resuelt|"
    r"tramitad|gestionad|iniciad|abiert|suspendid|levantad|aprobad|concedid|entregad|hech|rectificad|programad|"
    r"hablad|dad de baja|pagad)[oa]?s?"
)
_FUTURE = (
    r"(?!(?:que|espe|mos|conside|lamenta|aho|prepa|compa|decla|igno|admi|adqui)remos|podr|habr)"
    r"\w{2,20}(?:ré|remos)"
)

WORDS: Mapping[str, tuple[str, ...]] = {
    "blame": (
        r"(?<!no )(?:tendría|tendrías|debería|deberías) (?:que )?(?:de )?haber(?!\w* (?:escrito|esperado|llamado))|"
        r"(?<!no )(?:debió|debiste|tenía que haber|hubiera debido)",
        r"(?:usted |tú )?no (?:comprobó|leyó|revisó|siguió|indicó|avisó|respetó|verificó|ha (?:leído|comprobado|"
        r"revisado|"
        r"seguido|indicado)|facilitó|canceló)",
        r"(?:usted )?(?:seguramente|probablemente|evidentemente|se le (?:olvidó|pasó)|olvidó|omitió|descuidó)|"
        r"(?:es |fue |por )?su (?:propia )?(?:culpa|descuido|negligencia)|la próxima vez|bajo su (?:propio )?riesgo",
    ),
    "command": (
        r"(?:cálmese|cálmate|tranquilícese|tranquilízate|relájese|mantenga la calma|(?:tenga|"
        r"ten) (?:un poco de )?paciencia|"
        r"sea (?:razonable|paciente|educado)|espere su turno|como todo el mundo)",
        r"(?:debe|debes|tiene que|tienes que|deberá) (?!saber|ser\b|estar\b|de ser|"
        r"haber)(?<!no debe )(?<!no tiene que )"
        r"(?<!no tienes que )|(?:cuide|modere|cambie) (?:su|el|de) (?:tono|lenguaje|palabras)|(?:deje|pare) de",
    ),
    "minimise": (
        r"(?:no|tampoco) es (?:para tanto|más que|tan (?:grave|malo|serio|importante)|nada (?:grave|serio)|el fin)|"
        r"(?:solo|sólo|simplemente) (?:es|se trata de|son|fue|ha sido) (?:un|una|unos|unas)|(?:es|fue) (?:solo|sólo|"
        r"apenas) ",
        r"(?:le|les) (?:pasa|puede pasar|ocurre) a cualquiera|cosas que pasan|no se preocupe|es (?:completamente |"
        r"totalmente |muy )?normal|hay cosas peores|sin importancia|exagera|nada grave",
    ),
    "doubt": (
        r"(?:está|estás) (?:usted |realmente |de verdad )*segur[oa] de|(?:usted )?(?:afirma|alega|sostiene|pretende) "
        r"(?:supuestamente|que)|supuest[oa](?:mente|s)?(?! que no)|presunt[oa]s?",
        r"(?:eso|esto) no puede ser|(?:es|resulta) (?:imposible|difícil de creer)|si (?:cree|piensa|considera|"
        r"de verdad|"
        r"realmente)|puede (?:usted )?demostrarlo|nadie más se ha quejado",
    ),
    "dismissal": (
        r"no es (?:asunto|problema|responsabilidad|culpa) (?:nuestr|mí)[oa]|no (?:nos|me) (?:corresponde|compete|"
        r"incumbe)|"
        r"no somos (?:los )?responsables",
        r"no (?:podemos|puedo|se puede) hacer (?:nada|más)|nada (?:más )?que (?:hacer|podamos hacer|añadir)|"
        r"(?:damos|doy|consideramos) (?:\w+ ){1,4}(?:cerrado|zanjado|resuelto|concluido)|(?:diríjase|acuda) a otr[oa]|"
        r"busque (?:a )?otr[oa]|no (?:responderemos|contestaremos) más",
    ),
    "policy_first": (
        r"(?:según|conforme a|de acuerdo con|en virtud de|de conformidad con) (?:nuestr[oa]s?|las?|los?|el) (?:\w+ )?"
        r"(?:condiciones|política|términos|normas|normativa|reglamento|contrato|cláusula)",
        r"(?:nuestr[oa]s?|las?) (?:política|condiciones|normas|normativa|términos)(?: \w+){0,3}? (?:no |establec|prev|"
        r"exig|indic|prohíb|permit|exclu)\w*|por (?:motivos|razones) (?:de seguridad|legales|de privacidad)|"
        r"sin excepciones|"
        r"no se (?:admiten|aceptan|permiten)",
    ),
    "excuse": (
        r"debido a (?:la|el|los|las|un|una|nuestr\w+) (?:alt|gran|elevad|fuerte|falta|problemas? técnic|exces|"
        r"volumen)\w*|"
        r"(?:ajen[oa]s? a|fuera de) nuestr[oa] (?:voluntad|control)|temporada alta|falta de personal|"
        r"(?:estamos )?(?:desbordados|saturados)",
    ),
    "hollow_apology": (
        r"(?:las |cualquier |las posibles |los |posibles )(?:molestias?|inconvenientes?)(?: (?:ocasionad|causad|"
        r"que)\w*)?",
        r"(?:lament\w+|siento|sentimos|disculp\w+) (?:\w+ ){0,2}?(?:si |que (?:se (?:sienta|haya sentido)|te sientas|"
        r"esté "
        r"(?:molest|descontent|disgustad)\w+))",
        r"gracias por (?:su|tu) (?:paciencia|comprensión|confianza|fidelidad)|(?:agradecemos) su (?:paciencia|"
        r"comprensión)|"
        r"(?:entendemos|comprendemos|entiendo|comprendo) (?:\w+ )?su (?:frustración|enfado|malestar|molestia)|"
        r"nos tomamos (?:\w+ ){1,4}muy en serio|su satisfacción es",
    ),
    "overpromise": (
        r"(?:no|nunca|jamás) (?:volverá|va a volver) a (?:ocurrir|pasar|suceder|repetirse)|nunca más|"
        r"(?<!no puedo )(?:le|les|te) (?:garantiz|asegur|promet|jur)(?:o|amos|emos)|garantizad[oa]s?|"
        r"puede estar (?:completamente |totalmente |absolutamente )?segur[oa] de|sin (?:ninguna |lugar a )?dudas?|"
        r"al cien por cien|100 ?%|tiene mi palabra|pase lo que pase|cuente con ello|todo (?:saldrá|estará) (?:bien|"
        r"perfecto)",
    ),
    "liability": (
        r"(?:es|fue|ha sido|era) (?:\w+ )?(?:culpa|error|fallo|responsabilidad|negligencia) (?:nuestr|mí)[oa]|"
        r"(?:es|fue|ha sido|por|reconocemos|admitimos|lamentamos) (?:un |el |una |la )?nuestr[oa] (?:culpa|error|fallo|"
        r"responsabilidad|negligencia)|nuestr[oa] (?:culpa|error|fallo|negligencia)|(?:error|fallo|"
        r"culpa) (?:es )?(?:nuestr[oa]|"
        r"por nuestra parte|de nuestra parte)",
        r"(?:somos|soy|fuimos) (?:\w+ )?(?:responsables?|culpables?)(?! de (?:su caso|responder))|(?:nos hacemos|"
        r"me hago) "
        r"(?:responsables?|cargo)|(?:asumimos|asumo|aceptamos) (?:\w+ ){0,3}?(?:responsabilidad|culpa|error|costes?|"
        r"gastos|"
        r"daños)|(?:indemnizaremos|le compensaremos)",
        r"(?:nuestr[oa]s? \w+|nos|hemos|me) (?:se )?(?:(?:hemos |ha |han |he )?(?:equivocad|olvidad|perdid|dañad|roto|"
        r"confundid|estropead|cometid|extraviad)\w*|equivocó|equivocamos|equivocaron|olvidó|olvidamos|perdió|"
        r"perdimos|dañó|"
        r"rompió|rompimos|confundió|confundimos|cometimos|falló|fallamos)|(?:esto|eso) no (?:debería|debió|"
        r"tendría que) "
        r"(?:de )?haber (?:pasado|ocurrido|sucedido)|(?:deberíamos|tendríamos que) haber",
    ),
    "promise": (
        _FUTURE,
        r"(?:tendrá|recibirá|sabrá|obtendrá|tendrás|recibirás|sabrás)(?! que\b)",
        r"(?!podrá|habrá|estará (?:cerrad|abiert)|será necesari)\w{3,20}(?:rá|"
        r"rán)\b(?=[^.!?\n]{0,100}\b" + _TIME + r"\b)",
        r"(?:vamos|voy|va|van) a (?!ser\b)\w{2,20}(?:r|rle|rles|rte|rlo|rla)",
        r"(?:me comprometo|nos comprometemos|me encargo|nos encargamos|me ocupo|nos ocupamos|le prometo|le prometemos|"
        r"le mantendr\w+|cuente con (?:nosotros|ello))",
        r"(?:le|les|te) (?:llamamos|escribimos|respondemos|enviamos|devolvemos|reembolsamos|llamo|escribo|envío)\b"
        r"(?=[^.!?\n]{0,80}\b" + _TIME + r"\b)",
    ),
    "not promise": (r"no(?= (?:le |les |te |se |lo |la )*\w+(?:ré|remos|rá|rán|rás)\b)|nunca|sin|si",),
    "claimed": (
        r"(?:hemos|he|ha sido|han sido|se ha|se han|se le ha|nuestr[oa]s? [\w-]+ (?:ha|han)|(?:un|una|el|"
        r"la) [\w-]+ (?:ha|"
        r"han)) (?:ya |también |hoy |por fin )*" + _DONE,
        r"(?:está|están|queda|quedan|quedó|va|van) (?:ya |ahora |de nuevo |otra vez )*(?:" + _DONE + r"|de camino|"
        r"en camino|"
        r"en marcha|en tránsito|activ[oa]s?|list[oa]s?|en curso)",
        r"(?:reembolsamos|devolvimos|enviamos|cancelamos|desbloqueamos|abonamos|cambiamos|corregimos|avisamos|"
        r"informamos) "
        r"(?:\w+ ){0,5}?(?:ayer|hoy|esta mañana|el (?:lunes|martes|miércoles|jueves|viernes))|(?:acabamos|"
        r"acabo) de \w+",
    ),
    "refund": (
        r"reembols\w+|devol(?:ución|ver\w*) (?:\w+ ){0,3}?(?:dinero|importe|precio|total|\x01)|(?:devolvemos|"
        r"devolveremos|"
        r"devolveré) (?:\w+ ){0,3}",
    ),
    "credit": (
        r"(?:un |unos )?(?:vale|cupón|bono)s? (?:de|por) |tarjetas? regalo|compensa(?:ción|remos|mos|r\w*)|"
        r"indemniza\w+|"
        r"(?:abon|ofrec|regal|ingres)\w+ (?:\w+ ){0,3}?\x01|gesto comercial|saldo a su favor",
    ),
    "discount": (
        r"descuentos?|rebajas?|rebajamos|(?:a )?mitad de precio|(?:la )?mitad del? (?:precio|importe|factura)|"
        r"(?:%|por ciento|\x01) (?:de )?(?:menos|descuento)|reducción del precio",
    ),
    "waiver": (
        r"no (?:tendrá|tiene|tienes|deberá|debe|necesita|hace falta) (?:que )?(?:pagar|abonar|pague)|(?:condon|"
        r"perdon|anul|"
        r"elimin|retir)\w+ (?:\w+ ){0,3}?(?:comisión|factura|deuda|gastos|recargo|cargo|multa|\x01)|"
        r"no (?:le )?cobra\w+|"
        r"sin (?:coste|cargo|gastos|costo)(?: alguno)?|exim\w+",
    ),
    "replacement": (
        r"(?:envi|mand|recibir)\w+ (?:\w+ ){0,2}?(?:un nuevo|una nueva|otr[oa]) (?!mensaje|respuesta|correo|enlace)\w+|"
        r"(?:reemplaz|sustitu|cambi)(?:aremos|iremos|amos|aré) ",
    ),
    "gift": (
        r"gratis|gratuit[oa]s?(?:mente)?|de regalo|regal(?:amos|o|aremos)(?= |[.,])|corre de nuestra cuenta|"
        r"invita la casa|"
        r"por cuenta de la casa|a nuestro cargo|(?:puede|puedes) quedárse\w+|(?:puede|puedes) quedarte? (?:con|el|la)|"
        r"obsequi\w+",
    ),
    "granting hints": (
        "reembols", "devol", "vale", "cupón", "bono", "tarjeta", "compens", "indemniz", "abon", "ofrec", "regal",
        "ingres",
        "gesto", "saldo", "descuent", "rebaj", "mitad", "menos", "reducc", "pag", "condon", "perdon", "anul", "elimin",
        "retir", "cobr", "sin ", "exim", "nuev", "otr", "reempl", "sustit", "cambi", "gratis", "gratuit", "cuenta",
        "casa",
        "cargo", "qued", "obsequi",
    ),
    "refused": (
        r"no (?:podemos|puedo|es posible|se (?:puede|admit\w+|acept\w+|ofrec\w+)|ofrecemos|damos|concedemos|"
        r"hay derecho|"
        r"reembolsamos|cabe|corresponde|incluye)|ningún|ninguna|si (?:procede|corresponde|se)",
    ),
    "asked": (
        r"(?:usted )?(?:pide|solicita|exige|reclama|quiere|desea|escribe|espera)(?: usted)? (?:que|un|una|el|la|su)|"
        r"su (?:solicitud|petición|pregunta)",
    ),
    "resumes": (r"nosotros|nuestr[oa]s?|le (?:ofrec|devol|regal)\w+",),
    "reported": (
        r"(?:usted |nos |me )?(?:escribe|dice|indica|comenta|menciona|cuenta|explica|señala|ha (?:escrito|dicho|"
        r"indicado)) que",
    ),
    "condition": (r"si|cuando|en cuanto|hasta que|una vez que|antes de que|cómo",),
 
 
 
 
    "strengthening": (
        r"muchísimo|realmente|extremadamente|absolutamente|totalmente|profundamente|increíblemente|sumamente",
    ),
    "emotive": (
        r"terribl\w+|horribl\w+|espantos\w+|catástrof\w+|catastrófic\w+|pesadilla\w*|escandalos\w+|inaceptabl\w*|"
        r"vergonzos\w+|imperdonabl\w*|indignant\w*|furios\w+",
    ),
    "nothing needed": (r"no tiene que hacer nada(?: más)?|no hace falta (?:que responda|responder)",),
}  # fmt: skip
