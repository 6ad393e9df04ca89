"""Spanish: what binds the firm (promises, claims of what was done, concessions, fault), built from lists of verbs."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.drafting.elsewhere.forms import each, one_of, spanish

_MONEY_BACK = (
    "reembolsar, reintegrar, devolver devuelt devuelvo devuelve, abonar, ingresar, transferir - transfiero "
    "transfiere, "
    "pagar, restituir restituid restituyo restituye, compensar, indemnizar"
)
_ENDED = (
    "cancelar, anular, suspender, eliminar, borrar, parar, detener detenid detengo detiene (?:detuve|detuvo|"
    "detuvimos), "
    "bloquear, retirar, rescindir, desactivar, congelar, frenar, levantar, terminar"
)
_SENT = (
    "enviar - envío envía, mandar, expedir, despachar, remitir, entregar, llevar, recoger - recojo recoge, "
    "reenviar - reenvío reenvía, acercar"
)
_MENDED = (
    "reemplazar, sustituir sustituid sustituyo sustituye, cambiar, reparar, arreglar, corregir - corrijo corrige, "
    "rectificar, solucionar, resolver resuelt resuelvo resuelve, restablecer - restablezco, instalar, montar, "
    "limpiar, "
    "subsanar, reponer repuest repongo repone (?:repuse|repuso|repusimos)"
)
_CHANGED = (
    "modificar, desbloquear, reactivar, activar, actualizar, registrar, anotar, prorrogar, ampliar - amplío amplía, "
    "añadir, rebajar, descontar - descuento descuenta, habilitar, ajustar"
)
_BOOKED = (
    "reservar, aplazar, trasladar, mover - muevo mueve, adelantar, programar, fijar, concertar, "
    "pedir - pido pide (?:pedí|pidió|pedimos), encargar, planificar, apartar, guardar"
)
_PASSED_ON = (
    "escalar, informar, avisar, contactar, tramitar, gestionar, iniciar, abrir abiert, aprobar, conceder, pasar, "
    "trasladar, notificar, comunicar, efectuar - efectúo efectúa, realizar, ordenar, solicitar, "
    "poner puest pongo pone (?:puse|puso|pusimos), derivar, reclamar"
)
_ANSWERED = (
    "llamar, escribir escrit, responder, contestar, decir dich digo dice (?:dije|dijo|dijimos), confirmar, "
    "mantener - mantengo mantiene, tener - tengo tiene, hacer hech hago hace (?:hice|hizo|hicimos), visitar, "
    "facilitar, revisar, mirar, atender - atiendo atiende, ocupar, dejar, dar - doy da (?:di|dio|dimos)"
)
_ACTED = spanish(", ".join((_MONEY_BACK, _ENDED, _SENT, _MENDED, _CHANGED, _BOOKED, _PASSED_ON)))
_WILL = spanish(", ".join((_MONEY_BACK, _ENDED, _SENT, _MENDED, _CHANGED, _BOOKED, _PASSED_ON, _ANSWERED)))
_WEEKDAY = one_of("lunes martes miércoles jueves viernes sábado domingo")
_COUNT = r"(?:\d{1,3}|[a-zé]{2,12})"
_TIME = (
    rf"(?:hoy|(?<!esta )(?<!la )mañana|antes del?|dentro de|en (?:un plazo|menos de|cuestión de|el plazo|"
    rf"(?:los próximos |"
    rf"las próximas )?{_COUNT} (?:minutos?|horas?|días?|semanas?|meses))|a más tardar|como (?:muy tarde|máximo)|"
    rf"{_WEEKDAY}|esta (?:tarde|noche|semana)|(?:la )?(?:próxima )?semana(?: que viene)?|el mes que viene|"
    r"pronto|cuanto antes|enseguida|inmediatamente|de inmediato|en breve|sin demora|ahora mismo|lo antes posible|"
    r"el \d{1,2}|hasta el|a (?:mediodía|primera hora|última hora|partir del?|finales de|lo largo de)|"
    r"(?:sobre|hacia|a) las? \d{1,2})(?!\w)"
)
_THEN = rf"(?=[^.!?\n]{{0,110}}(?<!\w){_TIME})"
_LATELY = (
    r"(?=[^.!?\n]{0,90}(?<!\w)(?:ayer|anoche|hoy|esta mañana|el (?:lunes|martes|miércoles|jueves|"
    r"viernes|\d)|ya|hace))"
)
_BEFORE = r"(?<!no )(?<!usted )(?<!tú )"
_TO_YOU = r"(?:le|les|te|se (?:lo|la|los|las)|se le|os|lo|la|los|las)"
_DONE = rf"(?:{_ACTED.participle}|hech[oa]s?|hablado|dado (?:de baja|orden|instrucciones|traslado)|resuelt[oa]s?)"
_WORKER = (
    r"(?:(?:mi|nuestr[oa]s?|mis) [\w-]+|(?:un|una|el|la) (?:compañer[oa]|técnic[oa]|transportista|repartidor\w*|"
    r"equipo|"
    r"taller|responsable|encargad[oa]|tienda|almacén|fontaner[oa]|conductor\w*|mensajer[oa])|alguien)"
)
_GOES = one_of(
    "llega llegan sale salen queda quedan funciona funcionan se_hace se_entrega tiene_lugar vuelve pasa "
    "empieza arranca va tiene recibe recibes tienes dispone viene se_realiza"
)
_GOES = (
    rf"(?:{_GOES}|(?:está|están|estará|estarán) (?:\w+ )?(?:en (?:su|tu|casa|camino)|list[oa]|resuelt|de vuelta|"
    rf"de nuevo|"
    r"operativ|solucionad|arreglad|reparad|a su disposición|con usted)\w*)"
)
_FIGURE = r"(?:\x01|\d{1,3}(?:,\d)? ?%)"
_FEW = r"(?:[\w-]+ ){0,5}?"
_CHARGES = (
    r"(?:comisión|comisiones|facturas?|deudas?|gastos|recargos?|cargos?|multas?|penalización|penalizaciones|portes|"
    r"envío|cuota|cuotas|suplemento|diferencia|mensualidad|tasas?|desplazamiento|coste|costes|devolución)"
)
_DAMAGE = (
    r"(?:reparación|arreglo|daños?|desperfectos?|tintorería|limpieza|dentista|médicos?|perjuicios?|peritaje|"
    r"cristal\w*|"
    r"destrozos?)"
)
_BOTCHED = (
    r"(?:equivocad|olvidad|perdid|dañad|roto|confundid|estropead|cometid|extraviad|dejado|rayad|fallad|traspapelad|"
    r"descuidad|pasado por alto|causad|provocad|mezclad|destrozad|ignorad|cruzad|tardado demasiado|"
    r"hecho mal)\w*"
)
_BOTCHES = (
    r"(?:equivocó|equivocamos|equivocaron|olvidó|olvidamos|olvidaron|perdió|perdimos|perdieron|dañó|dañamos|rompió|"
    r"rompimos|confundió|confundimos|cometió|cometimos|falló|fallamos|dejó|dejamos|dejaron|rayó|extravió|extraviamos|"
    r"causó|causamos|provocó|descuidó|descuidamos|traspapeló|estropeó|estropeamos|calculó mal|calculamos mal|"
    r"(?:trabajó|trabajamos|hizo|hicimos|montó|instaló|apuntó|anotó|anotamos|gestionamos|embaló|preparó|midió|"
    r"medimos) (?:\w+ ){0,2}?mal)"
)
_FUTURE = (
    r"(?!(?:que|espe|mos|conside|lamenta|aho|prepa|compa|decla|igno|admi|adqui)remos|podr|habr)"
    r"(?!(?:compa|[a-z]{0,3}ti|vi|expi|inspi|respi|admi)ré)[a-zíóúñ]{1,20}(?:[aei]|d|r)(?:ré|remos)"
)
"""What French participles in "-ré" look like is left out."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "liability": (
        r"(?:es|fue|ha sido|era) (?:\w+ )?(?:culpa|error|fallo|responsabilidad|negligencia|descuido) (?:nuestr|"
        r"mí)[oa]|"
        r"(?:es|fue|ha sido|por|reconocemos|admitimos|lamentamos) (?:un |el |una |la )?nuestr[oa] (?:culpa|error|"
        r"fallo|"
        r"responsabilidad|negligencia)|nuestr[oa] (?:culpa|error|fallo|negligencia|descuido|despiste|torpeza)|"
        r"(?:error|"
        r"fallo|culpa|responsabilidad|descuido) (?:(?:es|fue) )?(?:toda |solo |enteramente )?(?:nuestr[oa]|mí[oa]|"
        r"por nuestra parte|de nuestra parte)",
        r"(?:somos|soy|fuimos) (?:\w+ )?(?:responsables?|culpables?)(?! de (?:su caso|responder))|(?:nos hacemos|"
        r"me hago) "
        r"(?:responsables?|cargo)|(?:asumimos|asumo|aceptamos) (?:\w+ ){0,3}?(?:responsabilidad|culpa|error|costes?|"
        r"gastos|"
        r"daños)|(?:indemnizaremos|le compensaremos)",
        r"(?:(?:nuestr[oa]s?|mis?) [\w-]+|nos|hemos|me|he) (?:se )?(?:nos )?(?:(?:hemos |ha |han |he )?" + _BOTCHED
        + rf"|{_BOTCHES})|(?:esto|eso) no (?:debería|debió|tendría que) "
        r"(?:de )?haber(?:nos)? (?:pasado|ocurrido|sucedido)|(?:deberíamos|debimos|tendríamos que|"
        r"debí) (?:\w+ )?haber|"
        r"(?:teníamos|tenía) que haber|hubiéramos debido",
        r"(?:(?:nuestr[oa]s?|mis?) [\w-]+|nosotros) no (?:\w+ )?(?:cerr|comprob|revis|verific|asegur|avis|cumpl|apunt|"
        r"anot|guard|sigui|registr|tramit|respet|ajust|entreg|envi|pus|supo|estuv)\w*|no (?:estuvimos a la altura|"
        r"cumplimos|supimos|comprobamos|revisamos|avisamos|registramos)",
        r"(?:se )?nos (?:(?:ha|han|había) (?:\w+ )?(?:colado|escapado|pasado|perdido|olvidado|caído|roto|"
        r"traspapelado|"
        r"extraviado|ido)|(?:perdió|olvidó|cayó|rompió|coló|escapó|pasó|traspapeló|extravió|fue de las manos))|"
        r"(?:se debe|se debió|debido|ha sido por|fue por) (?:\w+ ){0,2}?a (?:nosotros|un (?:error|fallo|descuido) "
        r"(?:nuestro|de nuestr[oa]))|"
        r"(?:viene|vino|procede|partió|está|estuvo|es|nació) (?:de|en) (?:nuestr[oa] (?:casa|lado|parte|\w+)|"
        r"nosotros)|"
        r"(?:por|de) nuestra (?:parte|cuenta)(?=[.,!]|$)|(?:la )?culpa (?:\w+ ){0,3}?nuestra",
        r"(?:respondemos|respondo|responderemos) (?:del?|por) (?!su (?:caso|consulta))|"
        rf"(?:pag|cubr|abon|cost|asum|sufrag|financi)\w+ (?:[\w-]+ ){{0,4}}?{_DAMAGE}|"
        r"(?:nos|me) (?:corresponde|toca|incumbe) (?:a nosotros )?(?:la culpa|la responsabilidad|responder)|"
        r"(?:reconocemos|admitimos|confesamos|reconozco|admito) (?:\w+ ){0,3}?(?:error|fallo|culpa|falta|descuido|"
        r"que)",
    ),
    "promise": (
        _FUTURE,
        r"(?:tendrá|recibirá|sabrá|obtendrá|tendrás|recibirás|sabrás|dispondrá|recuperará)(?! que\b)",
        r"(?!podrá|habrá|estará (?:cerrad|abiert)|será necesari)\w{2,20}(?:rá|rán)\b" + _THEN,
        rf"{_TIME}[^.!?\n]{{0,60}}?[ ,](?!podrá|habrá|estará (?:cerrad|abiert)|será necesari)\w{{2,20}}(?:rá|rán)\b",
        r"(?:se le|se te|se les|se lo|se la|le|les|te) \w{2,20}(?:rá|rán)\b",
        r"(?:será|serán) (?:\w+ )?" + _ACTED.participle,
        r"(?:vamos|voy|va|van) a (?!ser\b)\w{2,20}(?:r|rle|rles|rte|rlo|rla|rselo|rsela)",
        r"(?:me comprometo|nos comprometemos|me encargo|nos encargamos|me ocupo|nos ocupamos|le prometo|le prometemos|"
        r"le (?:mantendr|manteng|mantenemos)\w*|te mantengo|cuente con (?:nosotros|ello)|tiene (?:usted )?mi palabra|"
        r"nos ponemos (?:a ello|en contacto)|me pongo (?:a ello|en contacto)|prometido(?=[.!]|$)|"
        r"velaré|velamos por que)",
        r"(?:puede|puedes|podrá) (?:usted )?contar con|(?<!\w )(?:respuesta|llamada|transferencia|entrega|reembolso|"
        r"cambio|"
        r"envío|visita)(?: previst[oa])?:? (?:para )?" + _TIME,
        rf"(?:{_TO_YOU} )(?:{_WILL.we}|{_WILL.i}|{_WILL.it})\b(?:{_THEN}|(?=(?: (?!ayer|anoche)[\w-]+){{0,2}}[.!]?$))",
        rf"(?:le|les|te|se lo|se la) (?:{_WILL.we}|{_WILL.i})\b(?! (?:que|las gracias|disculpas|perdón|por|saber)\b)",
        rf"{_BEFORE}(?:{_WILL.we}|{_WILL.i})\b{_THEN}(?![^.!?\n]{{0,90}}(?<!\w)(?:ayer|anoche|pasado))",
        rf"{_WORKER} (?:{_TO_YOU} )?(?:{_WILL.it}|{_GOES})\b{_THEN}",
        rf"{_TIME}[^.!?\n]{{0,30}}?[ ,](?:{_TO_YOU} )?(?:{_WILL.we}|{_WILL.i})(?!\w)(?! (?:ayer|anoche))",
        rf"{_TIME}[^.!?\n]{{0,30}}?[ ,]{_TO_YOU} {_WILL.it}(?!\w)",
        rf"(?:su|sus|tu|tus|el|la|los|las|un|una|todo|eso) (?:[\w-]+ ){{1,5}}?{_GOES}\b(?! (?:cerrad|abiert)\w*)"
        rf"(?! (?:\w+ )?(?:{_ACTED.participle})){_THEN}",
        rf"{_TIME},? (?:[\w-]+ ){{0,5}}?{_GOES}(?!\w)(?! (?:cerrad|abiert)\w*)(?! \w+(?:ado|ido)(?!\w))",
        r"(?:está|están|queda|quedan) (?:\w+ )?(?:previst|programad|planificad|fijad|prometid|agendad)[oa]s?" + _THEN,
    ),
    "not promise": (
        r"no(?= (?:le |les |te |se |lo |la |nos )*\w+(?:ré|remos|rá|rán|rás|mos)\b)|no(?= (?:le|les|te|se|lo|la|nos|"
        r"hay|está|es) )|nunca|sin|si|cuándo|cómo|quién|por lo general|en general|normalmente|"
        r"habitualmente|generalmente|suele\w*|por término medio|de media|quien|nos pidió|pidió|que nos|"
        r"usted (?:quería|"
        r"esperaba)|para que",
    ),
    "claimed": (
        r"(?:hemos|he|ha sido|han sido|se ha|se han|se le ha|se le han|ha quedado|han quedado|"
        r"nuestr[oa]s? [\w-]+ (?:ha|"
        r"han)|mis? [\w-]+ (?:ha|han)|(?:un|una|el|la) [\w-]+ (?:ha|han)) (?:ya |también |hoy |por fin |ayer |"
        r"\w+mente )*"
        + _DONE,
        r"(?:está|están|queda|quedan|quedó|va|van|fue|fueron) (?:ya |ahora |de nuevo |otra vez )*(?!abiert)(?:" + _DONE
        + r"|de camino|en camino|"
        r"en marcha|en tránsito|activ[oa]s?|list[oa]s?|en curso|operativ[oa]s?|en reparto|de baja)",
        rf"(?:(?:ya )?(?:se )?(?:lo|la|los|las|le|les|te) |ya ){_ACTED.past}(?!\w)|"
        rf"{_BEFORE}{_ACTED.past}\b{_LATELY}|{_WORKER} (?:{_TO_YOU} )?{_ACTED.it_past}(?!\w)|"
        rf"(?:ayer|anoche|hoy|esta mañana) {_BEFORE}(?:mismo )?(?:(?:le|les|te|se|lo|la) )?{_ACTED.past}|"
        r"(?:acabamos|acabo) de \w+",
        r"(?:vuelve|vuelven|volvió) a (?:funcionar|estar|tener)|funciona\w* (?:de nuevo|otra vez)|"
        r"(?:ha salido|salió|han salido|salieron) (?:\w+ ){0,3}?(?:de (?:nuestr|el)|del almacén|hacia|ayer|"
        r"esta mañana)|"
        r"(?:ya )?(?:tiene|consta) (?:efecto|de baja)|surte efecto|"
        r"(?:me he|nos hemos|se ha|se han) (?:ya )?(?:ocupado|encargado|puesto en contacto|asegurado)|"
        r"(?:dejé|puse|pusimos|hablé|hablamos|di|dimos) (?:con |su |el |la |en |orden |de baja )",
        r"(?:he|hemos|ha|han) (?:ya )?(?:puesto|dejado|hecho|hablado|dado|conseguido|dejado)"
        r" (?!un error|mal|abiert|sin)\w+",
    ),
    "refund": (
        r"reembols\w+|reintegr\w+|devol(?:ución|ver\w*) (?:\w+ ){0,3}?(?:dinero|importe|precio|total|\x01)|"
        r"(?:devolvemos|"
        r"devolveremos|devolveré|devuelvo) (?:\w+ ){0,3}",
    ),
    "credit": (
        r"(?:un |unos )?(?:vale|cupón|bono)s? (?:de|por) |tarjetas? regalo|compensa(?:ción|remos|mos|r\w*)|"
        r"indemniza\w+|(?:un )?detalle de|"
        rf"(?:abon|ofrec|regal|ingres|conced|aport|oblig|recibir|tendr)\w+ {_FEW}{_FIGURE}|gesto (?:comercial|de)|"
        r"saldo a su favor|le damos \x01",
    ),
    "discount": (
        r"descuentos?|rebajas?|rebajamos|(?:a )?mitad de precio|(?:la )?mitad (?:del?|de la|de su) |"
        r"(?:%|por ciento|\x01) (?:de )?(?:menos|descuento)|reducción del precio|"
        rf"(?:quit|rest|baj|descont|descuent|reduc|dedu|minor|abarat)\w+ (?:(?!por\b)[\w-]+ ){{0,6}}?{_FIGURE}|"
        r"(?:paga|pagará|pagas|pagarás|abonará) (?:usted )?(?:solo|sólo|únicamente) ",
    ),
    "waiver": (
        r"no (?:tendrá|tiene|tienes|deberá|debe|necesita|hace falta) (?:que )?(?:pagar|abonar|pague)|(?:condon|"
        rf"perdon|anul|elimin|retir|quit|suprim|regal|ahorr)\w+ (?:[\w-]+ ){{0,3}}?(?:{_CHARGES}|\x01)|"
        rf"no (?:le )?cobra\w+|{_CHARGES} (?:\w+ ){{0,4}}?(?:queda|quedan|está|están|será|serán|corre|corren|va|van) "
        r"(?:\w+ )?(?:anulad|eliminad|condonad|perdonad|retirad|cancelad|suprimid|exent|por (?:nuestra )?cuenta|"
        r"de nuestra cuenta|a nuestr)\w*|"
        rf"(?:nos hacemos|me hago) cargo del? (?:\w+ ){{0,3}}?{_CHARGES}|(?:asum|pag|cubr)(?:imos|amos|o|iremos|"
        rf"aremos) (?:(?:los|las|el|la|sus?|estos) )?{_CHARGES}|"
        r"sin (?:coste|cargo|gastos|costo)(?: alguno)?|exim\w+",
    ),
    "replacement": (
        r"(?:envi|enví|mand|recibir)\w+ (?:\w+ ){0,2}?(?:un nuevo|una nueva|otr[oa]) (?!mensaje|respuesta|correo|"
        r"enlace)\w+|(?:reemplaz|sustitu|cambi)(?:aremos|iremos|amos|aré) |(?:le )?repon(?:emos|dremos|go) ",
    ),
    "gift": (
        r"gratis|gratuit[oa]s?(?:mente)?|de regalo|regal(?:amos|o|aremos)(?= |[.,]|$)|corre\w* (?:de|"
        r"por) nuestra cuenta|"
        r"invita la casa|(?:por cuenta|cortesía) de la casa|a nuestro cargo|(?:puede|puedes) quedárse\w+|(?:puede|"
        r"puedes) "
        r"quedarte? (?:con|el|la)|quédese\w* con|obsequi\w+|(?:le|les|te) invitamos a (?!escrib|contact|consult|"
        r"visit)|"
        r"(?:añadimos|incluimos|sumamos|metemos|añado|incluyo|adjuntamos) (?:[\w-]+ ){0,4}?(?:un|una|unos|unas|"
        r"otr[oa]|dos) "
        r"(?!enlace|nota|copia|foto|captura|documento|explicación|resumen|factura)\w+|de cortesía",
    ),
    "granting hints": each(
        "reembols reintegr devol devuel vale cupón bono tarjeta compens indemniz abon ofrec regal ingres gesto "
        "detalle "
        "saldo descuent descont rebaj mitad menos reducc reduc pag condon perdon anul elimin retir cobr exim nuev otr "
        "reempl sustit cambi gratis gratuit cuenta casa cargo qued quéd obsequi quit rest baj dedu minor añad incluim "
        "incluy sumamos metemos adjunt conced cortesía invit repon asum cubr suprim % aport gastos sin_"
    ),
    "refused": (
        r"no (?:podemos|puedo|es posible|se (?:ha|han|puede|admit\w+|acept\w+|ofrec\w+)|ofrecemos|damos|concedemos|"
        r"hay derecho|"
        r"reembolsamos|cabe|corresponde|incluye)|ningún|ninguna|(?:todavía|aún) no|si (?:procede|corresponde|se|"
        r"cabe|podemos|un|una)",
    ),
    "asked": (
        r"(?:usted )?(?:pide|solicita|exige|reclama|quiere|desea|escribe|espera)(?: usted)? (?:que|un|una|el|la|su)|"
        r"(?:lleva|llevas) [^.!?\n]{0,30}esperando|(?:ha|has) recibido|su (?:solicitud|petición|pregunta)",
    ),
    "resumes": (r"(?<!que )(?:nosotros|nuestr[oa]s?)|le (?:ofrec|devol|regal)\w+",),
}  # fmt: skip
