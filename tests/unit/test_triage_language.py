"""Language detection offline, with short texts."""

from __future__ import annotations

import pytest

from pipeline.triage.language import detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The parcel has not arrived and nobody answers the phone.", "en"),
        ("Where is my order?", "en"),
        ("ok", "en"),
        ("still waiting", "en"),
        ("Order 60118 wrong size", "en"),
        ("Bonjour, je n'ai toujours pas reçu ma commande et personne ne me répond.", "fr"),
        ("Guten Tag, mein Paket ist seit zwei Wochen nicht angekommen.", "de"),
        ("Hola, todavía no he recibido mi pedido y nadie contesta.", "es"),
        ("注文した商品がまだ届いていません。", "ja"),
        ("", "und"),
        ("12345 !!! 😀", "und"),
        ("https://shop.example/a?b=c me@shop.example", "und"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert detect(text) == language
