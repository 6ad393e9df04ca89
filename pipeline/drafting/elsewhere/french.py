"""French."""

from __future__ import annotations

from collections.abc import Mapping

_TIME = (
    r"(?:aujourd['’]hui|demain|après-demain|avant|d['’]ici|sous|dans les?|dans (?:un|une|deux|trois|\d+)|au plus tard|"
    r"lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|ce soir|cette semaine|la semaine prochaine|bientôt|"
    r"dès que possible|immédiatement|rapidement|le \d{1,2})"
)
_ADVERB = (
    r"(?:(?:bien|déjà|donc|aussi|également|entièrement|maintenant|aussitôt|immédiatement|ce matin|de nouveau|enfin) )*"
)
_DONE = (
    r"(?:rembours|crédit|vers|annul|expédi|envoy|post|remplac|échang|répar|corrig|modifi|chang|débloqu|déverrouill|"
    r"réactiv|réinitialis|supprim|effac|résili|clôtur|réserv|report|transfér|transm|signal|escalad|inform|prévenu|"
    r"contact|relanc|command|mis à jour|trait|résol|régl|rectifi|effectu|lanc|ouver|stopp|suspend|lev|valid|accord|"
    r"livr|fait|factur|rétabli|programm|planifi)\w{0,5}"
)
_NOUS = r"(?:nous|je|j['’]|on)\s?(?:(?:vous|te|le|la|les|lui|leur|y|en|l['’]|t['’]|m['’]en|nous)\s?){0,3}"
_OWN_FUTURE = (
    r"(?!(?:esp[ée]|consid[ée]|pr[ée]pa|igno|assu|adhé|déplo|mesu|mont|off|ouv|liv|compa|demeu|entou|célèb|igno)rons)"
    r"\w{2,20}(?:rons|rai)"
)

WORDS: Mapping[str, tuple[str, ...]] = {
    "blame": (
        r"(?:vous auriez|tu aurais|il (?:vous )?aurait) (?:\w+ )?(?:dû|pu|fallu)|il fallait|il suffisait",
        r"vous n['’](?:avez|aviez) (?:pas|jamais) (?:\w+ )?(?:lu|vérifié|respecté|suivi|indiqué|précisé|consulté|"
        r"prévenu|signalé|contrôlé|regardé|annulé|fourni)",
        r"vous avez (?:sans doute|sûrement|probablement|manifestement|apparemment|visiblement|oublié|omis|négligé|mal|"
        r"choisi de)|(?:c['’]est |de )(?:de )?votre (?:propre )?(?:faute|erreur|négligence|responsabilité)|"
        r"(?:à|aux) vos risques|vous[ -]même(?:,| avez)|la prochaine fois",
    ),
    "command": (
        r"(?:calmez[- ]vous|calme-toi|veuillez (?:vous calmer|rester|patienter|garder|surveiller)|(?:restez|soyez) "
        r"(?:calme|poli|raisonnable|patient|courtois)\w*|patientez|ayez (?:un peu de )?patience|gardez votre calme)",
        r"(?:vous devez|tu dois|il vous faut|il faut que vous|vous êtes prié) (?!savoir)|"
        r"(?:surveillez|modérez|changez de|baissez) (?:votre |de )?(?:ton|langage|paroles)|(?:arrêtez|cessez) de|"
        r"attendez votre tour|comme tout le monde",
    ),
    "minimise": (
        r"(?:ce|il) n['’](?:est|était|y a|y avait) (?:vraiment )?(?:qu['’]\w+|que |pas (?:si|bien|très|la fin|un drame|"
        r"une catastrophe|grand[- ]chose|la mer))",
        r"rien de (?:grave|dramatique|bien méchant|sérieux)|(?:simple|petit) (?:détail|contretemps|désagrément|"
        r"incident|"
        r"retard)|pas de quoi|(?:cela|ça) (?:arrive|peut arriver) (?:à tout le monde|à tous|parfois)|il y a pire|"
        r"(?:tout à fait|parfaitement) normal|ne vous (?:inquiétez|en faites) pas|vous exagérez",
    ),
    "doubt": (
        r"(?:êtes[- ]vous|es-tu) (?:vraiment |bien |tout à fait )*(?:sûr|certain)\w*|vous (?:prétendez|affirmez|"
        r"soutenez)|"
        r"(?:prétendu|soi-disant|supposé)\w*|(?:cela|ça) (?:nous )?(?:semble|paraît) (?:\w+ )?(?:impossible|étonnant|"
        r"improbable|difficile à croire)|(?:cela|ça) (?:est|c['’]est) impossible|c['’]est impossible",
        r"si (?:vous (?:pensez|estimez|croyez)|(?:cela|c['’]est) (?:vraiment|réellement))|pouvez-vous (?:le )?prouver|"
        r"personne d['’]autre ne s['’]est plaint|à vous (?:entendre|croire)",
    ),
    "dismissal": (
        r"(?:cela|ça|ceci|ce) (?:ne |n['’])(?:relève|dépend|est|nous concerne|concerne) (?:pas|nullement)(?: (?:de )?"
        r"(?:notre|nous|nos|mon)\b)?(?= |[.,]|$)(?=[^.!?\n]{0,30}(?:notre|nous|nos|mon |concerne))",
        r"(?:nous ne|je ne|on ne) (?:pouvons|peux|peut) (?:malheureusement |hélas )?(?:rien|plus rien)|"
        r"(?:il n['’]y a|il n['’]y avait) rien (?:à faire|que nous)|adressez-vous (?:ailleurs|à quelqu['’]un)|"
        r"(?:nous considérons|considérons) (?:\w+ ){1,4}(?:clos|close|réglé|réglée)|(?:le dossier|l['’]affaire) est "
        r"(?:désormais |donc )?(?:clos|close)|rien à ajouter|ne (?:répondrons|répondrai) plus",
    ),
    "policy_first": (
        r"(?:conformément à|selon|d['’]après|en vertu de|au titre de|suivant) (?:nos|notre|les|la|l['’]article|le) ?"
        r"(?:\w+ )?(?:conditions|politique|règlement|règles|contrat|procédure|cgv|termes|clause|\d+)",
        r"(?:notre|nos|la|les) (?:politique|conditions|règles|procédures?|règlement|cgv)(?: \w+){0,3}? (?:ne |n['’]|"
        r"prévoi|stipul|précis|impos|exig|interdi|exclu|autoris)\w*|pour des raisons (?:de sécurité|légales|juridiques|"
        r"de confidentialité|d['’]assurance)|aucune exception",
    ),
    "excuse": (
        r"(?:en raison|à cause|du fait) (?:d['’]un|d['’]une|de la|du|de l['’]|des) ?(?:fort|forte|grand|nombre|afflux|"
        r"affluence|surcharge|manque|problèmes? technique|période)\w*|(?:indépendant|hors) de notre (?:volonté|"
        r"contrôle)|indépendantes de notre volonté|sous-effectif|débordés|haute saison",
    ),
    "hollow_apology": (
        r"(?:la |toute |l['’]éventuelle )gêne (?:occasionnée|éventuelle|causée)?|(?:les|tout|des|ces) (?:éventuels )?"
        r"(?:désagréments?|inconvénients?)(?: (?:occasionnés|éventuels|causés|que))?",
        r"(?:désolée?s?|regrettons|regrette|excus\w+|navrée?s?) (?:\w+ ){0,2}?(?:si |que vous (?:vous sentiez|ayez "
        r"(?:ressenti|eu l['’]impression|le sentiment)|soyez (?:déçu|mécontent|fâché|contrarié)))",
        r"(?:merci (?:de|pour)|remercions (?:de|pour)) (?:votre )?(?:patience|compréhension|fidélité)|"
        r"(?:comprenons|comprends) (?:\w+ )?(?:votre (?:frustration|colère|mécontentement|déception)|ce que vous "
        r"ressentez)|(?:prenons|prends) (?:\w+ ){1,4}très au sérieux|votre satisfaction (?:est|nous)",
    ),
    "overpromise": (
        r"(?:ne se (?:re)?produira|n['’]arrivera|ne se répétera) (?:plus )?(?:jamais|plus)|plus jamais|"
        r"(?:je|nous) (?:vous |te )?(?:garanti[ts]?|garantissons|promets|promettons|jure|jurons|assure|"
        r"assurons)(?! pas)",
        r"(?:garanti|sans aucun doute|à coup sûr|quoi qu['’]il arrive|sans faute|cent pour cent|100 ?%)(?= |[.,!]|$)|"
        r"vous avez ma parole|comptez sur (?:moi|nous)|tout (?:sera|ira) (?:parfait|bien|réglé)",
    ),
    "liability": (
        r"(?:c['’]est|c['’]était|il s['’]agit d['’]|la|par|une|l['’])[^.!?,\n]{0,12}(?:notre (?:entière )?(?:faute|"
        r"erreur|"
        r"responsabilité|négligence)|(?:faute|erreur|négligence) de notre (?:part|côté|équipe))",
        r"(?:nous|je) (?:sommes|suis|étions) (?:\w+ )?(?:responsables?(?! de (?:votre dossier|vous répondre))|fautifs?|"
        r"coupables?|en tort|en faute)|(?:notre|nos) (?:faute|erreur|tort|négligence|manquement)s?",
        r"(?:nous|je|j['’]) ?(?:en )?(?:assum|prenons|prends|endoss|reconnai)\w* [^.!?\n]{0,40}(?:responsabilité|faute|"
        r"tort|erreur|charge|frais|dégâts)|(?:à|sur) (?:notre|nos) (?:charge|torts|frais)|"
        r"(?:nous |vous )?(?:indemniser|dédommager)(?:ons|ai|a)",
        r"(?:nous avons|j['’]ai|notre \w+ (?:a|s['’]est)|nos \w+ (?:ont|se sont)|nous nous sommes) (?:\w+ )?(?:oublié|"
        r"tromp\w+|égaré|perdu|cassé|abîmé|endommagé|négligé|confondu|mal|commis|manqué à|failli|omis|interverti)",
        r"(?:cela|ça) n['’]aurait (?:jamais|pas) dû (?:arriver|se produire)|nous aurions dû",
    ),
    "promise": (
        _NOUS + _OWN_FUTURE + r"(?! (?:pas|jamais))",
        r"(?:vous|tu) (?:recevrez|recevras|aurez|auras|saurez|obtiendrez|serez|seras|pourrez compter|entendrez)"
        r"(?! (?:pas|besoin))",
        r"(?:vous|te|le|la|les|lui|leur|un|une|votre|notre|cela|ce|l['’])\s?(?:[\w'’-]+ ){0,4}?\w{2,20}(?:ra|ront)\b"
        r"(?=[^.!?\n]{0,100}\b" + _TIME + r"\b)",
        r"(?:nous allons|je vais|va|vont) (?:\w+ |vous |s['’]){0,3}?\w{2,20}(?:er|ir|re)",
        r"(?:nous|je) (?:nous |m['’])?(?:en )?(?:occup(?:ons|e)|engage(?:ons)?|promet(?:s|tons))|"
        r"(?:nous revenons|je reviens) vers vous|(?:nous faisons|je fais) le nécessaire|(?:nous vous|"
        r"je vous) (?:tenons|"
        r"tiens) (?:au courant|informé\w*)|comptez sur (?:moi|nous)",
        r"(?:nous|je) (?:vous |te )?(?:rembours|envo|rappel|répond|recontact|livr|pass)\w{1,5}\b"
        r"(?=[^.!?\n]{0,80}\b" + _TIME + r"\b)",
    ),
    "not promise": (r"ne(?! manquer)|n['’]\w+|sans|si",),
    "claimed": (
        r"(?:nous avons|j['’]ai|on a|nous vous avons|je vous ai|nous l['’]avons|je l['’]ai|nous les avons|"
        r"(?:notre|nos|le|la|les|un|une) [\w-]+ (?:a|ont)|vous (?:a|ont)) " + _ADVERB + _DONE,
        r"(?:a|ont|vient d['’]|viennent d['’]) ?" + _ADVERB + r"(?:été|être) " + _ADVERB + _DONE,
        r"(?:est|sont) (?:désormais |maintenant |déjà |de nouveau |à nouveau |bien )*(?:en route|en chemin|en cours|"
        r"parti\w*|"
        r"débloqu\w+|réglé\w*|résolu\w*|annulé\w*|remboursé\w*|actif|active|accessible|rétabli\w*|résilié\w*|"
        r"supprimé\w*|"
        r"réparé\w*|expédié\w*)|(?:c['’]est|voilà qui est) (?:fait|réglé)|(?:nous venons|je viens) de (?:vous |le |la |"
        r"l['’])?\w+",
    ),
    "refund": (
        r"rembours\w+|(?:rendrons|rendons|restituer\w*|restituons|reverserons|reversons) (?:\w+ ){0,3}?(?:argent|somme|"
        r"montant|\x01)",
    ),
    "credit": (
        r"(?:un |des |en )?bons? d['’](?:achat|avoir)|chèques?[- ]cadeaux?|(?:un |d['’]un )avoir|geste commercial|"
        r"dédommag\w+|indemnis\w+|indemnité|compensation|(?:crédit\w+ (?:\w+ ){0,4}?\x01)|(?:offrons|offre|accordons|"
        r"accorde|versons|verserons) (?:\w+ ){0,3}?\x01",
    ),
    "discount": (
        r"moitié prix|(?:remise|réduction|rabais|ristourne)s?|(?:%|pour cent|\x01) de (?:moins|remise|réduction)|"
        r"la moitié (?:du (?:prix|montant)|de la (?:facture|somme))|réduisons|baissons",
    ),
    "waiver": (
        r"(?:pas|rien|plus) (?:à|besoin de) (?:payer|régler|verser|rembourser)|(?:annul|supprim|abandonn|renon)\w+ "
        r"(?:\w+ ){0,3}?(?:frais|facture|pénalité|somme|dette|créance|\x01)|(?:frais|facture|dette) (?:\w+ ){0,3}?"
        r"(?:annul|supprim|effac|offert)\w+|faisons cadeau|sans frais|exonér\w+",
    ),
    "replacement": (
        r"(?:envoy|expédi|livr|recevr)\w+ (?:\w+ ){0,2}?(?:un nouveau|une nouvelle|un autre|une autre|un second) "
        r"(?!message|réponse|mail|courriel|lien)\w+|remplac(?:ons|erons|erai)|échang(?:eons|erons)",
    ),
    "gift": (
        r"gratuit\w*|(?:vous |est |sont |sera |seront )offert\w*|à nos frais|cadeau|(?:vous pouvez|pouvez) (?:le |"
        r"la |les )?"
        r"(?:garder|conserver) (?!le reçu|la facture|l['’]emballage)|(?:offrons|offre) (?:\w+ ){0,3}?(?:mois|livraison|"
        r"repas|nuit)|vous invitons à (?:dîner|déjeuner)",
    ),
    "granting hints": (
        "rembours", "rend", "restitu", "revers", "bon", "avoir", "geste", "dédomm", "indemn", "compens", "crédit",
        "offr",
        "accord", "moiti", "remise", "rédu", "rabais", "ristourne", "moins", "baiss", "payer", "régler", "frais",
        "factur",
        "annul", "supprim", "cadeau", "exon", "nouve", "autre", "remplac", "échang", "gratuit", "offert", "garder",
        "conserv", "invit", "chèque", "verser",
    ),
    "refused": (
        r"(?:ne|n['’])\s?(?:pouvons|peux|peut|pourrons|est|sommes|donne|accord\w+|propos\w+|offr\w+|rembours\w+|"
        r"concern\w+|prévoi\w+)(?=[^.!?\n]{0,30}\b(?:pas|aucun\w*|plus|rien))|aucun\w*|si (?:un|une|le|la|votre|vous)",
    ),
    "asked": (
        r"vous (?:nous )?(?:demandez|souhaitez|voulez|exigez|réclamez|écrivez|attendez|désirez|aimeriez)|"
        r"votre (?:demande|"
        r"souhait|question)",
    ),
    "resumes": (r"nous|je|notre|nos|vous (?:recevrez|aurez)",),
    "reported": (
        r"vous (?:nous |m['’])?(?:écrivez|dites|indiquez|signalez|demandez|racontez|décrivez|mentionnez|expliquez|avez "
        r"(?:écrit|dit|indiqué|signalé))",
    ),
    "condition": (r"si|s['’]il|quand|lorsque|dès que|avant que|une fois que|comment",),
    "strengthening": (r"vraiment|extrêmement|absolument|totalement|profondément|infiniment|incroyablement|tellement",),
    "emotive": (
        r"affreu\w+|horribl\w+|terribl\w+|épouvantabl\w+|catastroph\w+|cauchemar\w*|scandaleu\w+|inadmissibl\w*|"
        r"inacceptabl\w*|honteu\w+|impardonnabl\w*|furieu\w+|révoltant\w*",
    ),
    "nothing needed": (r"vous n['’]avez rien (?:d['’]autre |de plus )?à faire|aucune réponse n['’]est nécessaire",),
}  # fmt: skip
