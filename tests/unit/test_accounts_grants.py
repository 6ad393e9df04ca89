from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.accounts.endpoint import host_of, refusal
from pipeline.accounts.grants import AccessToken, granted, seconds
from pipeline.errors import MailboxError, MailboxLoginError

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.parametrize(("lifetime", "renewed_after"), [(3600, 3300), (601, 301), (600, 300), (60, 30), (1, 0.5)])
def test_a_token_is_renewed_five_minutes_early_or_at_half_of_a_short_life(
    lifetime: float, renewed_after: float
) -> None:
    assert AccessToken("x", 1000.0, 1000.0 + lifetime).renew_at == 1000.0 + renewed_after


@given(lifetime=st.floats(0.001, 1e6))
def test_a_token_is_never_used_after_it_has_expired(lifetime: float) -> None:
    token = AccessToken("x", 0.0, lifetime)
    assert token.issued_at < token.renew_at < token.expires_at


@given(value=ANYTHING)
def test_seconds_are_positive_and_bounded_whatever_a_server_says(value: object) -> None:
    assert 0 < seconds(value, 5.0, 60.0) <= 60


@given(answer=st.dictionaries(st.sampled_from(["access_token", "refresh_token", "expires_in", "error"]), ANYTHING))
def test_an_answer_is_a_token_or_an_error_of_ours(answer: dict[str, object]) -> None:
    try:
        new = granted(answer, 1000.0, "kept")
    except MailboxError:
        return
    assert new.access.value == answer["access_token"] and 1000 < new.access.expires_at <= 1000 + 86400
    assert new.renewal in ("kept", answer.get("refresh_token"))


@given(answer=st.dictionaries(st.sampled_from(["error", "error_description"]), ANYTHING))
def test_an_error_never_quotes_what_it_does_not_know(answer: dict[str, object]) -> None:
    assert str(refusal("login.example", answer)) == "login.example: gave no token"


def test_a_known_refusal_is_a_matter_for_a_person() -> None:
    error = refusal("login.example", {"error": "invalid_grant", "error_description": "AADSTS50173: secret"})
    assert type(error) is MailboxLoginError
    assert str(error) == "login.example: refused a token: invalid_grant (AADSTS50173)"


@pytest.mark.parametrize("url", ["https://login.example:8443/a?b=secret", "https://user:secret@login.example/"])
def test_of_a_url_only_the_host_is_told(url: str) -> None:
    assert host_of(url) == "login.example"
