"""French."""

from __future__ import annotations

from collections.abc import Mapping

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
