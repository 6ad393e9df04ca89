"""French: what binds the firm (promises, claims of what was done, concessions, fault), built from lists of verbs."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.drafting.elsewhere.forms import each, french, one_of

_MONEY_BACK = (
    "rembourser remboursé, créditer crédité, recréditer recrédité, verser versé, virer viré, reverser reversé, "
    "restituer restitué, rendre rendu rendons rends rend, régler réglé, dédommager dédommagé, indemniser "
    "indemnisé"
)
_ENDED = (
    "annuler annulé, résilier résilié, supprimer supprimé, effacer effacé, clôturer clôturé, arrêter arrêté, "
    "bloquer bloqué, stopper stoppé, suspendre suspendu suspendons suspends suspend, lever levé, retirer retiré, "
    "geler gelé, désactiver désactivé, interrompre interrompu interrompons interromps interrompt"
)
_SENT = (
    "expédier expédié, envoyer envoyé envoyons envoie envoie, renvoyer renvoyé renvoyons renvoie renvoie, livrer "
    "livré, poster posté, adresser adressé, acheminer acheminé, remettre remis remettons remets remet, apporter "
    "apporté, déposer déposé, transmettre transmis transmettons transmets transmet, récupérer récupéré, "
    "faire_parvenir fait_parvenir faisons_parvenir fais_parvenir fait_parvenir"
)
_MENDED = (
    "réparer réparé, remplacer remplacé, échanger échangé, corriger corrigé, rectifier rectifié, nettoyer "
    "nettoyé, installer installé, monter monté, rétablir rétabli rétablissons rétablis rétablit, dépanner "
    "dépanné, reprendre repris reprenons reprends reprend, refaire refait refaisons refais refait, résoudre "
    "résolu résolvons résous résout"
)
_CHANGED = (
    "modifier modifié, changer changé, débloquer débloqué, déverrouiller déverrouillé, réactiver réactivé, "
    "activer activé, réinitialiser réinitialisé, enregistrer enregistré, prolonger prolongé, ajouter ajouté, "
    "mettre_à_jour mis_à_jour mettons_à_jour mets_à_jour met_à_jour, valider validé, déduire déduit déduisons "
    "déduis déduit, ouvrir ouvert ouvrons ouvre ouvre"
)
_BOOKED = (
    "réserver réservé, reporter reporté, déplacer déplacé, décaler décalé, avancer avancé, programmer programmé, "
    "planifier planifié, fixer fixé, commander commandé, recommander recommandé, bloquer bloqué, rajouter "
    "rajouté"
)
_PASSED_ON = (
    "transférer transféré transférons transfère transfère, signaler signalé, confier confié, escalader escaladé, "
    "informer informé, prévenir prévenu prévenons préviens prévient, avertir averti avertissons avertis avertit, "
    "contacter contacté, relancer relancé, lancer lancé, effectuer effectué, traiter traité, charger chargé, "
    "demander demandé, saisir saisi saisissons saisis saisit"
)
_ANSWERED = (
    "rappeler rappelé rappelons rappelle rappelle, appeler appelé appelons appelle appelle, répondre répondu "
    "répondons réponds répond, écrire écrit écrivons écris écrit, recontacter recontacté, téléphoner téléphoné, "
    "apporter apporté, passer passé, confirmer confirmé, tenir tenu tenons tiens tient, revenir revenu revenons "
    "reviens revient, faire fait faisons fais fait, donner donné, examiner examiné, accompagner accompagné"
)
_ACTED = french(", ".join((_MONEY_BACK, _ENDED, _SENT, _MENDED, _CHANGED, _BOOKED, _PASSED_ON)))
_WILL = french(", ".join((_MONEY_BACK, _ENDED, _SENT, _MENDED, _CHANGED, _BOOKED, _PASSED_ON, _ANSWERED)))
_WEEKDAY = one_of("lundi mardi mercredi jeudi vendredi samedi dimanche")
_COUNT = r"(?:\d{1,3}|[a-zéè-]{2,15})"
_TIME = (
    rf"(?:aujourd['’]hui|demain|après-demain|avant|d['’]ici|sous|dans (?:les? )?{_COUNT} (?:minutes?|heures?|jours?|"
    rf"semaines?|journée|matinée|soirée)|dans la (?:journée|matinée|semaine)|au plus tard|{_WEEKDAY}|ce soir|"
    r"cet après-midi|cette semaine|la semaine prochaine|le mois prochain|bientôt|dès (?:que possible|demain|"
    rf"{_WEEKDAY}|aujourd['’]hui|réception)|immédiatement|rapidement|prochainement|incessamment|sans délai|"
    r"au plus vite|tout de suite|à (?:partir de )?(?:midi|\d{1,2} ?h\w*)|le \d{1,2}|pour le \d{1,2}|"
    r"en (?:fin|début|milieu) de (?:semaine|journée|matinée)|(?:courant|fin|début) \w+)(?!\w)"
)
_THEN = rf"(?=[^.!?\n]{{0,110}}(?<!\w){_TIME})"
_NOT = r"(?![^.!?,\n]{0,25}\b(?:pas|jamais|rien|aucun\w*)\b)"
_ADVERB = (
    r"(?:(?:bien|déjà|donc|aussi|également|entièrement|maintenant|aussitôt|immédiatement|ce matin|de nouveau|enfin|"
    r"personnellement|hier|aujourd['’]hui|tout de suite|désormais|à nouveau) )*"
)
_CLITICS = r"(?:(?:vous|te|le|la|les|lui|leur|y|en|nous|me) |l['’]|t['’]|m['’](?:en )?){0,3}"
_WORKER = (
    r"(?:(?:notre|nos|mon|ma|mes) [\w-]+|(?:un|une|le|la) (?:collègue|technicien\w*|chauffeur|livreur|conseill\w+|"
    r"équipe|atelier|transporteur|responsable|service|magasin|plombier|monteur|personne)|l['’](?:équipe|atelier|"
    r"agence)|"
    r"quelqu['’]un)"
)
_DONE = rf"(?:{_ACTED.participle}|escalad\w+|fait|factur\w+|accord\w+|parlé|convenu|joint|obtenu|mis (?:fin|en|de))"
_GOES = one_of(
    "arrive arrivent part partent passe passent repart figure figurent revient reviennent fonctionne fonctionnent "
    "marche a_lieu ont_lieu commence démarre reçoit suit suivra sonne reprend redémarre vient viennent se_fait"
)
_GOES = (
    rf"(?:{_GOES}|(?:est|sont) (?:déjà |bien |enfin )?(?:chez|sur|dans votre|prêt|là|de retour|à nouveau|de nouveau|"
    r"réglé|en place|entre vos|opérationnel|à votre disposition|devant)\w*)"
)
_FIGURE = r"(?:\x01|\d{1,3}(?:,\d)? ?%)"
_FEW = r"(?:[\w'’-]+ ){0,4}?"
_CHARGES = (
    r"(?:\w+ )?(?:frais|facture|pénalités?|somme|dette|créance|acompte|port|supplément|différence|mensualité|"
    r"cotisation|"
    r"majoration|loyer|échéance|retour|livraison|amende)s?"
)
_NOUS = r"(?:nous|je|j['’]|on)\s?(?:(?:vous|te|le|la|les|lui|leur|y|en|l['’]|t['’]|m['’]en|nous)\s?){0,3}"
_OWN_FUTURE = (
    r"(?!(?:esp[ée]|consid[ée]|pr[ée]pa|igno|assu|adhé|déplo|mesu|mont|off|ouv|liv|compa|demeu|entou|célèb|igno)rons)"
    r"\w{2,20}(?:rons|rai)"
)
_DAMAGE = (
    r"(?:réparations?|dégâts|dommages?|soins|frais médicaux|pressing|nettoyage|dentiste|médecin|préjudice|expertise|"
    r"remise en état)"
)
_BOTCHED = (
    r"(?:oublié|tromp\w+|égaré|perdu|cassé|abîmé|endommagé|négligé|confondu|mal |commis|manqué à|failli|omis|"
    r"interverti|laissé|rayé|brisé|raté|inversé|détruit|détérioré|ignoré|sous-estimé|mélangé|renversé|tardé|"
    r"fait (?:une|l['’]) ?(?:erreur|faute)|envoyé au mauvais|livré au mauvais|facturé deux fois|débité deux fois|"
    r"provoqué|causé|manqué de)"
)

WORDS: Mapping[str, tuple[str, ...]] = {
    "liability": (
        r"(?:c['’]est|c['’]était|il s['’]agit d['’]|la|par|une|l['’])[^.!?,\n]{0,12}(?:notre (?:entière )?(?:faute|"
        r"erreur|"
        r"responsabilité|négligence)|(?:faute|erreur|négligence) de notre (?:part|côté|équipe))",
        r"(?:nous|je) (?:en )?(?:sommes|suis|étions|étais) (?:\w+ )?(?:responsables?(?! de (?:votre dossier|"
        r"vous répondre))|fautifs?|"
        r"coupables?|en tort|en faute|dans notre tort)|(?:notre|nos|ma) (?:\w+ )?(?:faute|erreur|tort|négligence|"
        r"manquement|oubli|"
        r"étourderie|inattention|maladresse)s?",
        r"(?:nous|je|j['’]) ?(?:en )?(?:assum|prenons|prends|endoss|reconnai|"
        r"admet)\w* [^.!?\n]{0,40}(?:responsabilité|"
        r"faute|tort|erreur|charge|frais|dégâts)|(?:à|sur) (?:notre|nos) (?:charge|torts|frais)|"
        r"(?:nous |vous )?(?:indemniser|dédommager)(?:ons|ai|a)",
        r"(?:nous avons|j['’]ai|(?:notre|mon|ma) [\w-]+ (?:a|s['’]est)|(?:nos|mes) [\w-]+ (?:ont|se sont)|"
        r"nous nous sommes|je me suis|on a|on s['’]est) (?:(?:bien|tout|vous|malheureusement|hélas|\w+ment) ){0,2}"
        + _BOTCHED,
        r"(?:(?:notre|mon|ma) [\w-]+ n['’]a|(?:nos|mes) [\w-]+ n['’]ont|nous n['’]avons|je n['’]ai) (?:pas|jamais) "
        r"(?:\w+ )?(?:fermé|refermé|vérifié|contrôlé|respecté|prévenu|transmis|enregistré|tenu|suivi|sécurisé|"
        r"serré|verrouillé|noté|envoyé|posté|livré|traité|fait|été à la hauteur|su)",
        r"(?:cela|ça) n['’]aurait (?:jamais|pas) dû (?:nous )?(?:arriver|se produire)|(?:nous aurions|j['’]aurais) "
        r"(?:\w+ )?dû|(?:c['’]est|c['’]était) à nous de|"
        r"(?:la |cette )?(?:faute|responsabilité|erreur) (?:nous |m['’])?(?:revient|incombe|en incombe|est (?:la )?"
        r"(?:nôtre|de notre|à nous))|(?:de|du) (?:notre|nos) (?:côté|fait|part)(?=[.,!]|$)",
        r"(?:vien|provien|tien|éman|résult)\w+ (?:bien |entièrement )?(?:de (?:chez )?nous|d['’]une (?:erreur|"
        r"faute) de "
        r"(?:notre|nos)|de (?:notre|nos) \w+)|(?:à cause|par la faute|du fait) de (?:nous|notre|nos)|"
        r"s['’]est (?:perdue?|égarée?|passée?) (?:chez nous|dans (?:notre|nos))|(?:perdu|égaré|cassé|abîmé)e?s? "
        r"(?:chez nous|dans (?:notre|nos)|par (?:notre|nos))",
        r"(?:nous|je) (?:en )?répond(?:ons|s) (?:de|du|des) (?!votre dossier)|"
        r"(?:nous |je )?(?:pay|pai|pren|rembours|règl|régl|couvr|financ|assum)\w* (?:[\w'’]+ ){0,4}?" + _DAMAGE
        + r"|(?:nous|je) (?:plaid|avou|concéd|confess|reconna)\w+",
    ),
    "promise": (
        _NOUS + _OWN_FUTURE + r"(?! (?:pas|jamais|plus))",
        r"(?:vous|tu) (?:l['’]|en |y |le |la |les )?(?:recevrez|recevras|aurez|auras|saurez|obtiendrez|serez|seras|"
        r"pourrez (?:\w+ )?compter|entendrez|retrouverez|récupérerez|disposerez)"
        r"(?! (?:pas|besoin))",
        r"(?:vous|te|le|la|les|lui|leur|un|une|votre|vos|notre|nos|cela|ce|ma|mon|on|tout|l['’])\s?"
        r"(?:[\w'’-]+ ){0,5}?\w{2,20}(?:ra|ront)\b" + _THEN + _NOT,
        rf"{_TIME}[^.!?\n]{{0,60}}?\w{{2,20}}(?:ra|ront|rons|rai)(?!\w)" + _NOT,
        r"(?:vous|te|lui|leur) (?:sera|seront) (?:\w+ )?" + _ACTED.participle,
        r"(?:votre|vos|ton|tes|le|la|les|l['’])\s?[\w-]+ (?:[\w'’-]+ ){0,3}?(?:sera|seront) "
        rf"(?:\w+ )?{_ACTED.participle}",
        r"(?:nous allons|je vais|va|vont) (?:\w+ |vous |s['’]){0,3}?\w{2,20}(?:er|ir|re)",
        r"(?:nous|je) (?:nous |m['’]|me )?(?:en )?(?:occup(?:ons|e)|engage(?:ons)?|promet(?:s|tons)|charge(?:ons)?|"
        r"veill(?:ons|e))|"
        r"(?:nous revenons|je reviens) vers vous|(?:nous faisons|je fais) le nécessaire|(?:nous vous|"
        r"je vous|je te) (?:tenons|tiens) (?:au courant|informé\w*)|comptez sur (?:moi|nous)|"
        r"vous avez ma parole|c['’]est promis",
        rf"(?:nous|je|j['’]|on) ?{_CLITICS}(?:{_WILL.we}|{_WILL.i}|{_WILL.it})\b{_THEN}{_NOT}",
        rf"{_WORKER} (?!qui\b){_CLITICS}(?:{_WILL.it}|\w+ent)\b{_THEN}{_NOT}",
        rf"(?:nous|je) (?:vous |te )(?:l['’]|le |la |les |en )?(?:{_WILL.we}|{_WILL.i})\b{_NOT}"
        r"(?! (?:de|pour|vos?|votre|que|à)\b)",
        rf"{_TIME}[^.!?\n]{{0,40}}?(?:nous|je|j['’]|on|{_WORKER}) ?{_CLITICS}(?:{_WILL.we}|{_WILL.i}|{_WILL.it})(?!\w)"
        + _NOT,
        rf"(?:vous|tu) (?:l['’])?(?:recevez|reçois|avez|disposez|récupérez)\b{_NOT}(?! (?:été|eu|écrit|payé|\w+é\b|"
        rf"\w+i\b|\w+u\b)){_THEN}(?![^.!?\n]{{0,110}}\b(?:demandé|appelé|écrit|commandé|payé)\b)",
        rf"(?:votre|vos|ton|tes|notre|nos|le|la|les|l['’]|un|une|ce|cela|ça|tout)\s?(?:[\w'’-]+ ){{0,5}}?{_GOES}\b"
        rf"(?! (?:ferm|ouver|indisponible)\w*)(?! (?:\w+ )?(?:{_ACTED.participle}|en retard|arriv\w+)){_THEN}{_NOT}",
        rf"{_TIME},? (?:[\w'’-]+,? ){{0,6}}?(?:{_GOES}|vous (?:avez|recevez))(?!\w)(?! (?:ferm|ouver|indisponible)\w*)"
        r"(?! \w+(?:é|i|u)e?s?(?!\w))" + _NOT,
        r"(?:est|sont) (?:\w+ )?(?:prévu|programmé|planifié|fixé|attendu|calé|annoncé)e?s?(?!\w)" + _THEN,
        r"(?:vous|tu) (?:pouvez|peux) (?:déjà )?(?:compter|tabler) sur|attendez-vous à|"
        r"(?<!\w )(?:réponse|rappel|virement|livraison|remboursement|échange|envoi|intervention|"
        r"passage)(?: prévue?)?:? "
        + _TIME,
    ),
    "not promise": (
        r"ne(?! manquer)|n['’]\w+|sans|si|s['’]il|s['’]ils|quand|comment (?:nous|le|la|les|vous|il|ce|cela|se)|"
        r"en général|généralement|d['’]ordinaire|"
        r"normalement|habituellement|d['’]habitude|en principe|en moyenne|qui|afin",
    ),
    "claimed": (
        r"(?:nous avons|j['’]ai|on a|nous vous avons|je vous ai|nous l['’]avons|je l['’]ai|nous les avons|je les ai|"
        r"nous vous l['’]avons|je vous l['’]ai|nous y avons|"
        r"(?:notre|nos|le|la|les|un|une|mon|ma|mes) [\w-]+ (?:vous |l['’]|les )?(?:a|ont)|vous (?:a|ont)|"
        r"quelqu['’]un a|l['’][\w-]+ a) " + _ADVERB + _DONE,
        r"(?:a|ont|vient d['’]|viennent d['’]) ?" + _ADVERB + r"(?:été|être) " + _ADVERB + _DONE,
        r"(?:est|sont) " + _ADVERB + rf"(?:en route|en chemin|en cours(?! d['’e] ?(?:examen|analyse|étude|vérif|"
        r"discussion))|parti\w*|actif|active|accessible|"
        rf"en place|opérationnel\w*|(?!ouvert|changé){_ACTED.participle})(?!\w)(?! (?:en général|sous))|"
        r"(?:c['’]est|voilà qui est) (?:fait|réglé)|(?:nous venons|je viens) de "
        r"(?:vous |le |la |l['’])?\w+",
        r"(?:fonctionne|fonctionnent|marche|est|sont) (?:\w+ )?(?:à nouveau|de nouveau)(?!\w)|"
        r"(?:a|ont) (?:\w+ )?(?:quitté|rejoint|repris|pris (?:effet|la route|contact|en charge))|"
        r"(?:prend|prennent|a pris) effet|remarche\w*|refonctionne\w*",
        r"(?:me suis|nous nous sommes|s['’]est|se sont) " + _ADVERB + r"(?:occupé|chargé|assuré|mis en relation|"
        r"entretenu)"
        r"e?s?|(?:nous|je|j['’]) ?(?:\w+ )?(?:avons|ai) " + _ADVERB + r"(?:mis|fait|parlé|obtenu|donné (?:l['’]ordre|"
        r"instruction)|pris (?:contact|en charge))(?! (?:une erreur|erreur|de côté notre))",
    ),
    "refund": (
        r"rembours\w+|(?:rendrons|rendons|rends|restituer\w*|restituons|reverserons|"
        r"reversons) (?:\w+ ){0,3}?(?:argent|"
        r"somme|montant|acompte|\x01)",
    ),
    "credit": (
        r"(?:un |des |en )?bons? d['’](?:achat|avoir)|chèques?[- ]cadeaux?|(?:un |d['’]un |l['’])avoir(?! \w+é\b)|"
        r"geste (?:commercial|de (?:\w+ )?\x01)|"
        r"dédommag\w+|indemnis\w+|indemnité|compensation|(?:crédit\w+ (?:\w+ ){0,4}?\x01)|(?:offr|accord|vers|remett|"
        rf"octroy|glisse|donn)\w+ (?:\w+ ){{0,3}}?{_FIGURE}|(?:recevez|recevrez|aurez) (?:\w+ ){{0,3}}?\x01",
    ),
    "discount": (
        r"moitié prix|(?:remise|réduction|rabais|ristourne)s?|(?:%|pour cent|\x01) de (?:moins|remise|réduction)|"
        r"(?:la )?moitié (?:du |de )|réduisons|baissons|(?:paierez|payez|réglerez|réglez|paieras) que|"
        rf"(?:dédui|retir|retranch|soustra|enl[eè]v|ôt|diminu|réduir?|rabat)\w* {_FEW}{_FIGURE}|"
        rf"(?:baisse|diminue|réduite?|minoré|allégé|abaissé|ramené)\w* (?:de|à|d['’]) ?(?:{_FIGURE}|un|la moitié)",
    ),
    "waiver": (
        r"(?:pas|rien|plus) (?:à|besoin de) (?:payer|régler|verser|rembourser)|(?:annul|supprim|abandonn|renon|effac|"
        rf"lev|offr|ôt|retir|épargn)\w* (?:(?:à|aux|de|les?|la|vos|votre|vous|cette|ces|ce|nous) ){{0,3}}?"
        rf"(?:{_CHARGES}|\x01)|(?:nous |je )(?:pren|assum|support|pay)\w+ (?:en charge |à (?:notre|ma) charge )?"
        rf"(?:les?|la|vos|votre|ces|cette) {_CHARGES}|{_CHARGES} (?:\w+ ){{0,4}}?(?:(?:est|sont|seront|sera|reste|"
        rf"restent) "
        r"(?:\w+ )?(?:annul|supprim|effac|offert|lev|pour nous|à notre charge|abandonn|pris)\w*)|"
        r"(?:frais|facture|dette) (?:\w+ ){0,3}?(?:annul|supprim|effac|offert)\w+|faisons cadeau|sans frais|exonér\w+",
    ),
    "replacement": (
        r"(?:envoy|envoi|expédi|livr|recevr)\w+ (?:\w+ ){0,2}?(?:un nouveau|une nouvelle|un autre|une autre|un second|"
        r"une seconde) "
        r"(?!message|réponse|mail|courriel|lien)\w+|remplac(?:ons|erons|erai)|échang(?:eons|erons)",
    ),
    "gift": (
        r"gratuit\w*|(?:vous |est |sont |sera |seront )offert\w*|à nos frais|à titre gracieux|gracieusement|cadeau|"
        r"(?:vous pouvez|pouvez) (?:le |la |les )?"
        r"(?:garder|conserver) (?!le reçu|la facture|l['’]emballage)|(?:offrons|offre|"
        r"offrirons) (?:\w+ ){0,3}?(?:mois|"
        r"livraison|repas|nuit|séance|retour|\w+ion)|vous invitons à (?:dîner|déjeuner)|(?:sera|est|sont|seront) pour "
        r"(?:nous|notre compte)|c['’]est (?:pour nous|la maison|cadeau)|(?:gardez|conservez)-l\w+|"
        r"(?:joignons|ajoutons|glissons|joins|ajoute) (?:[\w'’-]+ ){0,4}?(?:un|une|des|deux) (?!mot|note|lien|copie|"
        r"photo|capture|remarque|explication)\w+",
    ),
    "granting hints": each(
        "rembours rend restitu revers bon avoir geste dédomm indemn compens crédit offr accord moiti remise rédu "
        "rabais "
        "ristourne moins baiss payer régler frais factur annul supprim cadeau exon nouve autre remplac échang gratuit "
        "offert garder conserv invit chèque verser dédui retir enl ôt diminu retranch charge lev pénalit joign joins "
        "ajout gliss gracieu second maison paie payez effac abandon ramen minor allég recev aurez % "
        "port donn octroy gardez pour_nous pour_notre"
    ),
    "refused": (
        r"(?:ne|n['’])\s?(?:pouvons|peux|peut|pourrons|est|a|ont|avons|ai|sera|sommes|donne|accord\w+|propos\w+|"
        r"offr\w+|rembours\w+|"
        r"concern\w+|prévoi\w+)(?=[^.!?\n]{0,30}\b(?:pas|aucun\w*|plus|rien))|aucun\w*|si (?:un|une|le|la|votre|vous)",
    ),
    "asked": (
        r"vous (?:nous )?(?:demandez|souhaitez|voulez|exigez|réclamez|écrivez|attendez|désirez|aimeriez)|"
        r"avez-vous|as-tu|vous attendiez|votre (?:demande|souhait|question)",
    ),
    "resumes": (r"(?<!que )(?:nous|je)|notre|nos|vous (?:recevrez|aurez)",),
}  # fmt: skip
