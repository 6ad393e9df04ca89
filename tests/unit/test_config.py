"""The shipped configuration, and what the user is told when theirs is wrong."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from pipeline.config import (
    CHECK_LEVELS,
    CalmdeskConfig,
    ImapConfig,
    LimitsConfig,
    MailboxConfig,
    OAuthConfig,
    PolicyConfig,
    ServerConfig,
    SignOnConfig,
    ThresholdsConfig,
    load_config,
    read_password,
)
from pipeline.config.policy import read_policy
from pipeline.drafting.checks import CHECKS
from pipeline.errors import ConfigError
from pipeline.records import Role
from pipeline.resources import default_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped configuration."""
    return Path(shutil.copytree(default_folder("config"), tmp_path / "config"))


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_shipped_configuration_is_the_sample_firm(folder: Path) -> None:
    config = load_config(folder, {})
    care = config.mailboxes["care"]
    assert (care.address, care.firm.name) == ("care@fernhollow.example", "Fernhollow")
    assert (care.imap.port, care.imap.tls, care.smtp.port, care.smtp.tls) == (993, "implicit", 465, "implicit")
    assert config.policy.calendar.timezone == "Europe/Dublin"
    assert list(config.knowledge_folder("care").glob("*.md"))


def test_shipped_values_are_the_defaults(folder: Path) -> None:
    config = load_config(folder, {})
    assert config.calmdesk == CalmdeskConfig()
    assert config.thresholds == ThresholdsConfig()
    assert config.policy.reply_within_hours == PolicyConfig().reply_within_hours
    assert config.policy.calendar.hours == PolicyConfig().calendar.hours


def test_every_key_of_the_installation_stands_in_the_shipped_files(folder: Path) -> None:
    written = yaml.safe_load((folder / "calmdesk.yaml").read_text(encoding="utf-8"))
    assert {name: set(section) for name, section in written.items()} == {
        name: set(section) for name, section in CalmdeskConfig().model_dump().items()
    }
    text = (folder / "mailboxes.yaml").read_text(encoding="utf-8")
    mailbox = yaml.safe_load(text)["mailboxes"]["care"]
    # Exactly one source and one way to log in are allowed, so the others stand as comments.
    assert set(MailboxConfig.model_fields) - set(mailbox) == {"maildir", "eml_folder", "oauth"}
    assert set(ImapConfig.model_fields) - set(mailbox["imap"]) == {"password_file"}
    for key in ("maildir", "eml_folder", "oauth", "password_file", *OAuthConfig.model_fields):
        assert re.search(rf"(?m)^ *(?:# *)+{key}:", text), key
    policy = yaml.safe_load((folder / "policy.yaml").read_text(encoding="utf-8"))
    assert set(policy["limits"]) == set(LimitsConfig.model_fields)


def test_the_commented_mailbox_example_of_the_thresholds_works_when_uncommented(folder: Path) -> None:
    file = folder / "thresholds.yaml"
    lines = file.read_text(encoding="utf-8").splitlines()
    start = lines.index("# mailboxes:")
    example = [line.removeprefix("# ") for line in lines[start:] if line.startswith("#")]
    file.write_text("\n".join([*lines[:start], *example]), encoding="utf-8")
    care = load_config(folder, {}).thresholds.of("care")
    assert (care.urgency["critical"], care.urgency["high"]) == (0.2, 0.45)


@pytest.mark.parametrize(
    ("file", "old", "new", "named"),
    [
        ("calmdesk.yaml", "poll_seconds: 30", "pol_seconds: 30", "worker.pol_seconds"),
        ("calmdesk.yaml", "tries: 3", "tries: 0", "worker.tries"),
        ("mailboxes.yaml", "tls: implicit", "tls: none", "loopback"),
        ("mailboxes.yaml", "    address: care@fernhollow.example", "", "mailboxes.care.address"),
        ("mailboxes.yaml", "knowledge: knowledge", "knowledge: nowhere", "mailboxes.care.firm.knowledge"),
        ("mailboxes.yaml", "firm:", "firm: [", "mailboxes.yaml"),
        ("thresholds.yaml", "critical: 0.3", "critical: 1.3", "default.urgency.critical"),
        ("thresholds.yaml", "under: 4", "under: -4", "default.costs.under"),
        ("thresholds.yaml", "angry: 0.5", "furious: 0.5", "furious"),
        ("thresholds.yaml", "mailboxes: {}", "mailboxes: {sales: {}}", "mailboxes.sales"),
        ("thresholds.yaml", "mailboxes: {}", "mailboxes: {care: {tones: {}}}", "mailboxes.care.tones"),
        ("policy.yaml", "Europe/Dublin", "Europe/Atlantis", "calendar.timezone"),
        ("policy.yaml", "  low: 24", "", "low"),
    ],
)
def test_a_fault_names_its_file_and_its_key(folder: Path, file: str, old: str, new: str, named: str) -> None:
    change(folder / file, old, new)
    with pytest.raises(ConfigError) as caught:
        load_config(folder, {})
    assert file in str(caught.value)
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_holiday_that_is_no_date_is_refused(folder: Path) -> None:
    (folder / "policy.yaml").write_text('calendar: {holidays: ["25.12.2026"]}\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"policy\.yaml: calendar\.holidays\.0"):
        load_config(folder, {})


def test_a_value_of_the_environment_that_is_no_yaml_is_refused_by_name(folder: Path) -> None:
    with pytest.raises(ConfigError, match="CALMDESK_PAGE__HOST"):
        load_config(folder, {"CALMDESK_PAGE__HOST": "*"})


def test_a_section_that_is_no_mapping_is_named_also_under_the_environment(folder: Path) -> None:
    (folder / "calmdesk.yaml").write_text("page: hello\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"calmdesk\.yaml: page"):
        load_config(folder, {"CALMDESK_PAGE__PORT": "1"})


def test_a_time_without_quotes_is_refused_instead_of_read_as_a_number(folder: Path) -> None:
    file = folder / "policy.yaml"
    file.write_text("calendar: {hours: {monday: {opens: 10:00, closes: 17:30}}}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"policy.yaml: calendar.hours.monday.opens: put the time in quotes"):
        load_config(folder, {})


@pytest.mark.parametrize("file", ["calmdesk.yaml", "mailboxes.yaml", "thresholds.yaml", "policy.yaml"])
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(ConfigError, match=file):
        load_config(folder, {})


def test_the_environment_wins_over_the_file_and_its_faults_are_named(folder: Path) -> None:
    assert load_config(folder, {"CALMDESK_PAGE__PORT": "9000"}).calmdesk.page.port == 9000
    with pytest.raises(ConfigError, match="CALMDESK_PAGES__PORT"):
        load_config(folder, {"CALMDESK_PAGES__PORT": "9000"})
    with pytest.raises(ConfigError, match=r"page\.port"):
        load_config(folder, {"CALMDESK_PAGE__PORT": "many"})


def test_passwords_come_from_the_environment_or_a_file(folder: Path) -> None:
    server = load_config(folder, {}).mailboxes["care"].imap
    key = "mailboxes.care.imap"
    assert read_password(server, key, folder, {"CALMDESK_CARE_PASSWORD": "secret"}) == "secret"
    with pytest.raises(ConfigError, match=r"mailboxes\.care\.imap\.password_env.*CALMDESK_CARE_PASSWORD"):
        read_password(server, key, folder, {})
    in_file = server.model_copy(update={"password_env": "", "password_file": "care.password"})
    with pytest.raises(ConfigError, match=r"mailboxes\.care\.imap\.password_file"):
        read_password(in_file, key, folder, {})
    (folder / "care.password").write_text("from a file \n", encoding="utf-8")
    assert read_password(in_file, key, folder, {}) == "from a file "


def test_a_certificate_file_is_found_from_the_configuration_folder(folder: Path) -> None:
    change(folder / "mailboxes.yaml", 'ca_file: ""', "ca_file: own.pem")
    config = load_config(folder, {})
    care = config.mailboxes["care"]
    find: Callable[[ServerConfig], ServerConfig] = config.server
    assert find(care.imap).ca_file == str(folder / "own.pem")
    assert find(care.smtp).ca_file == ""


def test_a_language_that_the_packaged_encoder_cannot_read_is_refused(folder: Path) -> None:
    file = folder / "calmdesk.yaml"
    file.write_text(file.read_text("utf-8").replace("languages: [en]", "languages: [en, de]"), encoding="utf-8")
    with pytest.raises(ConfigError, match="de: the encoder all-minilm-l6-v2 reads English only"):
        load_config(folder)
    file.write_text(
        file.read_text("utf-8").replace("encoder: all-minilm-l6-v2", "encoder: /models/many"), encoding="utf-8"
    )
    assert load_config(folder).calmdesk.model.languages == ("en", "de")


def test_every_rule_has_a_level_and_the_shipped_file_names_them_all() -> None:
    known = set(CHECK_LEVELS)
    assert set(CHECKS) - {"second_approver"} <= known
    shipped = yaml.safe_load((default_folder("config") / "policy.yaml").read_text(encoding="utf-8"))
    assert shipped["checks"] == CHECK_LEVELS


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"checks": {"liability": "warn"}}, "'liability' guards customers and the firm"),
        ({"checks": {"grounding": "warn"}}, "cannot be lowered"),
        ({"checks": {"concessions": "warn"}}, "cannot be lowered"),
        ({"checks": {"blaem": "warn"}}, "unknown label 'blaem'"),
        ({"checks": {"blame": "off"}}, "block"),
        ({"concessions": {"roles": {"boss": {}}}}, "unknown label 'boss'"),
        ({"concessions": {"roles": {"agent": {"amounts": {"bribe": {"EUR": 1}}}}}}, "unknown label 'bribe'"),
        ({"concessions": {"roles": {"agent": {"amounts": {"credit": {"euro": 1}}}}}}, "euro"),
        ({"concessions": {"roles": {"agent": {"amounts": {"credit": {"EUR": -1}}}}}}, "greater than or equal"),
        ({"concessions": {"window_days": 0}}, "window_days"),
        ({"second_approver": {"flags": ["lawyer"]}}, "unknown label 'lawyer'"),
        ({"liability": {"never_with": ["lawyer"]}}, "unknown label 'lawyer'"),
    ],
)
def test_a_fault_in_what_may_be_granted_is_named(tmp_path: Path, given: dict[str, object], why: str) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(yaml.safe_dump(given), encoding="utf-8")
    with pytest.raises(ConfigError, match=re.escape(why)):
        read_policy(file)


def test_no_file_lets_a_draft_take_responsibility_for_an_injury_or_a_threat_of_law() -> None:
    fewest = PolicyConfig.model_validate({"liability": {"never_with": []}}).liability
    more = PolicyConfig.model_validate({"liability": {"never_with": ["safety"]}}).liability
    assert fewest.forbids(("physical_harm",))
    assert fewest.forbids(("legal_threat",))
    assert not fewest.forbids(("safety", "money"))
    assert more.forbids(("safety",))


def test_a_firm_may_have_a_policy_file_of_its_own(folder: Path) -> None:
    (folder / "other.yaml").write_text('calendar: {timezone: "Europe/Madrid"}\n', encoding="utf-8")
    change(folder / "mailboxes.yaml", "policy: policy.yaml", "policy: other.yaml")
    config = load_config(folder, {})
    assert config.policy_of("care").calendar.timezone == "Europe/Madrid"
    assert config.policy_of(None) is config.policy
    assert config.policy.calendar.timezone == "Europe/Dublin"


def test_a_policy_file_that_is_not_there_is_named(folder: Path) -> None:
    change(folder / "mailboxes.yaml", "policy: policy.yaml", "policy: none.yaml")
    with pytest.raises(ConfigError, match=r"care\.firm\.policy: no such file"):
        load_config(folder, {})


def test_an_unknown_form_of_address_is_refused(folder: Path) -> None:
    change(folder / "mailboxes.yaml", "address_form: formal", "address_form: chummy")
    with pytest.raises(ConfigError, match="address_form"):
        load_config(folder, {})


# --- single sign-on -------------------------------------------------------------------------------------------------

SIGN_ON: dict[str, object] = {
    "issuer": "https://login.example.com/desk",
    "client_id": "desk",
    "client_secret_env": "SIGN_ON_SECRET",
    "roles": {"desk-agents": "agent", "desk-leads": "lead"},
}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"issuer": "http://login.example.com"}, "https is needed"),
        ({"issuer": "login.example.com"}, "not the address of a provider"),
        ({"issuer": "https://login.example.com/?a=b"}, "not the address of a provider"),
        ({"client_id": ""}, "client_id"),
        ({"client_secret_env": ""}, "exactly one of client_secret_env"),
        ({"client_secret_file": "secret"}, "exactly one of client_secret_env"),
        ({"scopes": ["email"]}, "openid"),
        ({"roles": {}}, "nobody can sign in"),
        ({"roles": {"desk": "boss"}}, "boss"),
        ({"secret": "x"}, "secret"),
    ],
)
def test_single_sign_on_is_whole_or_refused(changed: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        SignOnConfig.model_validate(SIGN_ON | changed)


def test_groups_give_roles_and_whatever_else_a_provider_tells_gives_none() -> None:
    sign_on = SignOnConfig.model_validate(SIGN_ON)
    assert sign_on.on
    assert not SignOnConfig().on
    assert sign_on.roles_of(["desk-leads", "canteen", 7, None]) == {Role.LEAD}
    assert sign_on.roles_of("desk-agents") == {Role.AGENT}
    for strange in (None, 7, {"desk-agents": 1}, [["desk-agents"]], "", "DESK-AGENTS", ["desk-agents "]):
        assert sign_on.roles_of(strange) == frozenset()


def test_the_clients_secret_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    sign_on = SignOnConfig.model_validate(SIGN_ON)
    assert sign_on.client_secret(tmp_path, {"SIGN_ON_SECRET": "s"}) == "s"
    with pytest.raises(ConfigError, match="SIGN_ON_SECRET is not set"):
        sign_on.client_secret(tmp_path, {})
    (tmp_path / "secret").write_text("from the file\n")
    by_file = SignOnConfig.model_validate(SIGN_ON | {"client_secret_env": "", "client_secret_file": "secret"})
    assert by_file.client_secret(tmp_path, {}) == "from the file"
