from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.accounts.sasl import bearer_message


def test_the_message_of_xoauth2() -> None:
    message = bearer_message("XOAUTH2", "käthe@test.example", "a.b-c", "smtp.test.example", 465)
    assert message == "user=käthe@test.example\x01auth=Bearer a.b-c\x01\x01".encode()


def test_the_message_of_oauthbearer() -> None:
    message = bearer_message("OAUTHBEARER", "care@test.example", "a.b-c", "smtp.test.example", 587)
    assert message == b"n,a=care@test.example,\x01host=smtp.test.example\x01port=587\x01auth=Bearer a.b-c\x01\x01"


@given(user=st.text(st.characters(exclude_categories=["Cc", "Cs"])))
def test_a_user_name_can_be_told_from_the_rest(user: str) -> None:
    first = bearer_message("OAUTHBEARER", user, "token", "host", 1).decode().split("\x01")[0]
    kind, name, end = first.split(",")
    assert (kind, end) == ("n", "")
    assert name.removeprefix("a=").replace("=2C", ",").replace("=3D", "=") == user
