from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.accounts.grants import AccessToken
from pipeline.accounts.token_file import StoredLogin, TokenFile
from pipeline.errors import MailboxError, MailboxLoginError

LOGIN = StoredLogin("other", "client", "the refresh token", AccessToken("the access token", 1.0, 3601.5))


@pytest.fixture
def file(tmp_path: Path) -> TokenFile:
    return TokenFile(tmp_path / "care.token")


def test_what_is_written_is_read_again_and_is_for_its_owner_alone(file: TokenFile) -> None:
    assert (file.read(), file.version()) == (None, None)
    file.write(LOGIN)
    assert file.read() == LOGIN
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_every_replacement_has_another_version(file: TokenFile) -> None:
    versions = []
    for count in range(3):
        file.write(StoredLogin("other", "client", f"{'x' * count}"))
        versions.append(file.version())
    assert len(set(versions)) == 3


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused_with_the_remedy(file: TokenFile, mode: int) -> None:
    file.write(LOGIN)
    file.path.chmod(mode)
    with pytest.raises(MailboxLoginError, match="others can read it") as raised:
        file.read()
    assert raised.value.remedy == f"run chmod 600 {file.path}"


@pytest.mark.parametrize(
    "damaged",
    [b"", b"{", b"null", b"[]", b"\xff\xfe", b'{"provider": "other", "client_id": "client"}', b"[" * 100_000]
    + [json.dumps({"provider": "other", "client_id": "c", "renewal": "r", "access": access}).encode()
       for access in (7, {"value": "the access token"}, {"value": "t", "issued_at": "x", "expires_at": 1})]
    + [b'{"provider":"other","client_id":"c","renewal":"r","access":{"value":"t","issued_at":0,"expires_at":Infinity}}'],
)  # fmt: skip
def test_a_damaged_file_is_named_and_not_quoted(file: TokenFile, damaged: bytes) -> None:
    file.write(LOGIN)
    file.path.write_bytes(damaged)
    with pytest.raises(MailboxLoginError, match=r"care\.token: damaged") as raised:
        file.read()
    assert "the access token" not in str(raised.value)
    assert raised.value.__cause__ is None


@given(raw=st.binary(max_size=200))
def test_no_content_raises_anything_else(raw: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = TokenFile(tmp_path_factory.getbasetemp() / "any.token")
    file.path.touch(mode=0o600)
    file.path.write_bytes(raw)
    with pytest.raises(MailboxLoginError):
        file.read()


def test_a_folder_in_its_place_is_an_error_that_names_it(file: TokenFile) -> None:
    file.path.mkdir()
    with pytest.raises(MailboxLoginError, match=r"care\.token: Is a directory"):
        file.read()
    with pytest.raises(MailboxError, match=r"care\.token: cannot be written"):
        file.write(LOGIN)
    assert [path.name for path in file.path.parent.iterdir()] == ["care.token"]


def test_a_lock_that_is_held_is_an_error_that_passes(file: TokenFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.accounts.token_file.LOCK_SECONDS", 0.0)
    other = TokenFile(file.path)
    with file.locked(), pytest.raises(MailboxError, match="another process"), other.locked():
        pass
    with other.locked():
        assert Path(f"{file.path}.lock").stat().st_mode & 0o777 == 0o600
