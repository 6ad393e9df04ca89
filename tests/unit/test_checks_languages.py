"""The rules on replies in German, French and Spanish: what each finds, and the near misses that pass."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.drafts.measures import COMPOSURE, LANGUAGES, RULES_OF, fires, flags, owned, rows
from benchmarks.drafts.measures import context as of_row
from pipeline.config import Thresholds, load_config
from pipeline.drafting import elsewhere
from pipeline.drafting.checks import address_form, claimed_action, run_checks
from pipeline.drafting.checks.promises import commitments
from pipeline.drafting.compose import Composer
from pipeline.drafting.elsewhere.forms import french, german, spanish
from pipeline.drafting.knowledge import KnowledgeBase
from pipeline.records import Action, CheckStatus, DraftKind
from pipeline.resources import default_folder
from tests.unit.drafting_cases import FIRM, POLICY, TUESDAY, context, make_case

CONFIG = load_config(Path("config"), {})
DEVELOP_FACTS = [row for one in LANGUAGES for row in rows(f"facts_{one}.jsonl") if row["part"] == "develop"]
DEVELOP_LINES = [row for one in LANGUAGES for row in rows(f"composure_{one}.jsonl") if row["part"] == "develop"]
MAILS = {
    "de": [
        "Seit drei Wochen warte ich auf mein Geld.",
        "Ihr Fahrer hat das Paket in den Regen gestellt.",
        "Mein Konto ist gesperrt, und niemand antwortet.",
        "Ich will die Kündigung bis Freitag bestätigt haben!",
    ],
    "fr": [
        "J'attends mon argent depuis trois semaines.",
        "Votre livreur a laissé le colis sous la pluie.",
        "Mon compte est bloqué et personne ne répond.",
        "Je veux la confirmation de la résiliation avant vendredi !",
    ],
    "es": [
        "Llevo tres semanas esperando mi dinero.",
        "Su repartidor dejó el paquete bajo la lluvia.",
        "Mi cuenta está bloqueada y nadie responde.",
        "¡Quiero la confirmación de la baja antes del viernes!",
    ],
}
NEAR_MISSES = (
    "Vielen Dank, dass Sie uns die Fotos geschickt haben.",
    "Sie haben uns den Beleg am Freitag gemailt.",
    "Sie warten seit drei Wochen auf Ihre Rückzahlung.",
    "Drei Mahnungen trotz Zahlung, das würde jeden ärgern.",
    "Bitte schicken Sie uns die Seriennummer bis Freitag.",
    "Können Sie uns sagen, wann die Lieferung ankam?",
    "Unsere Filiale ist am Montag von 9 bis 18 Uhr geöffnet.",
    "Laut Artikel dauert eine Überweisung zwei bis drei Werktage.",
    "Wenn Sie kündigen möchten, reicht eine E-Mail.",
    "Die Rückgabe ist innerhalb von 30 Tagen möglich.",
    "Das Zimmer kostet 80 Euro pro Nacht.",
    "Ich verstehe, dass Sie heute eine Antwort erwarten.",
    "Ob der Betrag erstattet wird, entscheidet die Buchhaltung.",
    "Eine Erstattung können wir noch nicht zusagen.",
    "Sie schreiben, dass der Fahrer das Paket beschädigt hat.",
    "Die Ursache wird gerade geprüft.",
    "Ihr Vertrag läuft bis Dezember.",
    "Ein neues Gerät kostet 300 Euro.",
    "Es tut mir leid, dass der Abend so verlaufen ist.",
    "Haben Sie den Router schon neu gestartet?",
    "Drücken Sie die Taste fünf Sekunden lang, dann startet das Gerät.",
    "Die Bestellung wurde von Ihnen am Montag storniert.",
    "Ihre Nachricht ist heute bei uns eingegangen.",
    "Wie der Schaden entstanden ist, wissen wir noch nicht.",
    "Welcher Tag passt Ihnen in der nächsten Woche?",
    "Wer bis Freitag bestellt, zahlt keinen Versand, so steht es in den Bedingungen.",
    "Das können wir heute nicht mehr klären.",
    "Auf der Rechnung stehen 49,90 Euro.",
    "Sie möchten, dass wir die Gebühr streichen.",
    "Haben Sie schon eine Gutschrift bekommen?",
    "Merci de nous avoir envoyé les photos.",
    "Vous nous avez envoyé le reçu vendredi.",
    "Vous attendez votre remboursement depuis trois semaines.",
    "Merci de nous envoyer le numéro de série avant vendredi.",
    "Pouvez-vous nous dire quand la livraison est arrivée ?",
    "Notre magasin est ouvert le lundi de 9 à 18 heures.",
    "D'après l'article, un virement prend deux à trois jours ouvrés.",
    "Si vous souhaitez résilier, un courriel suffit.",
    "Le retour est possible sous 30 jours.",
    "La chambre coûte 80 euros par nuit.",
    "Je comprends que vous attendiez une réponse aujourd'hui.",
    "La comptabilité décidera si le montant peut être remboursé.",
    "Nous ne pouvons pas encore confirmer un remboursement.",
    "Vous écrivez que le chauffeur a abîmé le colis.",
    "La cause est en cours d'examen.",
    "Votre contrat court jusqu'en décembre.",
    "Un nouvel appareil coûte 300 euros.",
    "Je suis désolée que la soirée se soit passée ainsi.",
    "Avez-vous déjà redémarré le routeur ?",
    "Appuyez cinq secondes sur la touche, l'appareil redémarre.",
    "Votre message est arrivé aujourd'hui.",
    "Nous ne savons pas encore comment le dégât s'est produit.",
    "Quel jour vous convient la semaine prochaine ?",
    "Nous ne pouvons pas régler cela aujourd'hui.",
    "La facture indique 49,90 euros.",
    "Vous souhaitez que nous annulions les frais.",
    "Avez-vous déjà reçu un avoir ?",
    "Trois relances malgré un paiement, cela agace.",
    "La garantie couvre les pièces pendant deux ans.",
    "Votre ligne est coupée depuis lundi.",
    "Gracias por enviarnos las fotos.",
    "Usted nos envió el recibo el viernes.",
    "Lleva tres semanas esperando su reembolso.",
    "Envíenos el número de serie antes del viernes, por favor.",
    "¿Puede decirnos cuándo llegó la entrega?",
    "Nuestra tienda está abierta el lunes de 9 a 18 horas.",
    "Según el artículo, una transferencia tarda dos o tres días hábiles.",
    "Si desea darse de baja, basta un correo.",
    "La devolución es posible durante 30 días.",
    "La habitación cuesta 80 euros por noche.",
    "Entiendo que espera una respuesta hoy.",
    "Contabilidad decidirá si se reembolsa el importe.",
    "Todavía no podemos confirmar un reembolso.",
    "Usted escribe que el conductor dañó el paquete.",
    "La causa se está examinando.",
    "Su contrato dura hasta diciembre.",
    "Un aparato nuevo cuesta 300 euros.",
    "Siento que la noche fuera así.",
    "¿Ha reiniciado ya el router?",
    "Pulse el botón cinco segundos y el aparato se reinicia.",
    "Su mensaje llegó hoy.",
    "Aún no sabemos cómo se produjo el daño.",
    "¿Qué día le viene bien la próxima semana?",
    "Hoy no podemos aclararlo.",
    "La factura indica 49,90 euros.",
    "Usted desea que anulemos la comisión.",
    "¿Ha recibido ya un abono?",
    "Tres avisos pese al pago molestan a cualquiera.",
    "La garantía cubre las piezas durante dos años.",
    "Su línea está cortada desde el lunes.",
    "El pedido lo hizo usted el martes.",
    "Su compra se pagó el lunes con tarjeta.",
)
"""Customers' own deeds, questions, refusals, conditions, hours and prices."""


@pytest.mark.parametrize("row", DEVELOP_FACTS, ids=lambda row: str(row["id"]))
def test_a_draft_is_flagged_by_the_rule_of_its_kind_or_passes_it(row: dict[str, object]) -> None:
    assert flags(of_row(CONFIG, row), row) is row["must_flag"]


@pytest.mark.parametrize("row", DEVELOP_LINES, ids=lambda row: str(row["id"]))
def test_a_bad_line_is_found_and_a_good_one_passes(row: dict[str, object]) -> None:
    assert fires(COMPOSURE, of_row(CONFIG, owned(row))) is row["bad"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_kind_has_rows_to_develop_with_and_to_judge_by_of_either_label(language: str) -> None:
    facts, lines = rows(f"facts_{language}.jsonl"), rows(f"composure_{language}.jsonl")
    counts = Counter((row["kind"], row["must_flag"], row["part"]) for row in facts)
    kinds = {kind for kind, _, _ in counts}
    assert kinds <= set(RULES_OF) and len(counts) == 4 * len(kinds) and min(counts.values()) >= 2
    assert set(Counter((row["kind"], row["bad"], row["part"]) for row in lines).values()) == {2}
    assert len({row["id"] for row in (*facts, *lines)}) == len(facts) + len(lines)
    assert all(row["span"] in row["draft"] and bool(row["span"]) is row["must_flag"] for row in facts)


ACTS = ("promises", "concessions", "claimed_action", "liability")


@pytest.mark.parametrize("sentence", NEAR_MISSES)
def test_what_binds_nobody_passes(sentence: str) -> None:
    draft = of_row(CONFIG, {"id": "near", "draft": sentence})
    assert not fires(ACTS, draft)
    assert not commitments(draft)


@pytest.mark.parametrize(("language", "mails"), MAILS.items())
@pytest.mark.parametrize("form", ["formal", "informal"])
def test_the_products_own_acknowledgments_pass_in_both_forms(language: str, mails: list[str], form: str) -> None:
    firm = FIRM.model_copy(update={"languages": ("en", *LANGUAGES), "address_form": form})
    knowledge = KnowledgeBase.load(default_folder("config") / "knowledge")
    for mail in mails:
        case = make_case(mail, (mail,), language=language)
        made = Composer().draft(case, firm=firm, policy=POLICY, thresholds=Thresholds(), knowledge=knowledge)
        found = [one for draft in made.drafts if draft.kind is DraftKind.ACKNOWLEDGMENT for one in draft.checks]
        assert found and {one.status for one in found} == {CheckStatus.PASS}


@pytest.mark.parametrize(
    ("language", "formal", "informal"),
    [
        (
            "de",
            "Wir haben Ihnen geschrieben, und Ihre Daten sind da.",
            "Wir haben dir geschrieben, und deine Daten sind da.",
        ),
        ("fr", "Nous avons lu votre message.", "Nous avons lu ton message, et tu as raison."),
        ("es", "Hemos leído su mensaje, como usted pedía.", "Hemos leído tu mensaje, como tú pedías."),
    ],
)
def test_the_form_of_address_that_is_not_the_firms_warns(language: str, formal: str, informal: str) -> None:
    case = make_case("Hola.", language=language)
    for form, right, wrong in (("formal", formal, informal), ("informal", informal, formal)):
        firm = FIRM.model_copy(update={"address_form": form})
        assert not address_form.check(context(right, case, firm=firm))
        assert {one.status for one in address_form.check(context(wrong, case, firm=firm))} == {CheckStatus.WARN}
        assert address_form.check(context(f"{right} {wrong}", case, firm=firm))
        assert not address_form.check(context(f"{right} „{wrong}“", case, firm=firm))


@pytest.mark.parametrize(
    ("language", "form", "sentence"),
    [
        ("de", "informal", "Die Rechnung kam doppelt. Sie ist zu hoch."),
        ("fr", "formal", "Le ton de la réponse ne vous convient pas."),
        ("fr", "informal", "Le rendez-vous a lieu chez toi."),
        ("es", "informal", "Su autor es otro."),
        ("en", "formal", "You said tu and du."),
    ],
)
def test_words_that_only_look_like_the_other_form_pass(language: str, form: str, sentence: str) -> None:
    firm = FIRM.model_copy(update={"address_form": form})
    assert not address_form.check(context(sentence, make_case("Hola.", language=language), firm=firm))


def test_verb_forms_are_built_from_lists() -> None:
    forms = german("zurück|zahlen zurückgezahlt, geben gegeben gibt gab")
    assert re.search(forms.we, "wir zahlen den Betrag zurück") and not re.search(rf"{forms.we}\b", "wir zahlen bar")
    assert re.fullmatch(forms.it, "gibt") and re.fullmatch(forms.past, "gaben")
    assert re.fullmatch(french("changer changé").we, "changeons")
    assert re.fullmatch(french("rendre rendu rendons rends rend").it, "rend")
    assert re.fullmatch(spanish("pagar").past, "pagué") and re.fullmatch(spanish("abrir abiert").participle, "abierta")


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("refund", "Wir haben Ihnen den Betrag erstattet."),
        ("refund", "Nous avons remboursé la somme."),
        ("refund", "Hemos reembolsado el importe."),
        ("unlock", "Votre compte a été débloqué."),
        ("cancellation", "Hemos cancelado su suscripción."),
    ],
)
def test_a_claim_passes_only_with_an_action_of_its_kind_recorded(kind: str, sentence: str) -> None:
    for recorded, flagged in ((kind, False), ("booking", True)):
        case = replace(make_case("Hola."), actions=(Action(recorded, TUESDAY, "mara"),))
        assert bool(claimed_action.check(context(sentence, case))) is flagged


def test_a_rule_without_words_in_any_language_is_an_error() -> None:
    with pytest.raises(KeyError):
        elsewhere.words("no such rule")


@given(st.text(alphabet="nous wir hemos a été no le la si 12 000,50 €.,?'’ \nerstattet rembours", max_size=200))
def test_any_text_can_be_checked(body: str) -> None:
    for result in run_checks(context(body)):
        assert (result.start or 0) <= (result.end or 0) <= len(body)
