"""Spanish."""

from __future__ import annotations

from collections.abc import Mapping

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
