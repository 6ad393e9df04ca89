"""The command as its users meet it: exit codes, lines on stdout, one clear line on stderr."""

from __future__ import annotations

import io
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from pipeline import logs
from pipeline.batch import Record, Unusable, read_records
from pipeline.config import Config, LoggingConfig, load_config
from pipeline.records import Address, Fault, ThreadTurn
from pipeline.resources import default_folder

CONFIG: Config = load_config(default_folder("config"), {})
COMMAND = [sys.executable, "-c", "from pipeline.cli import main; main()"]
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "COLUMNS": "200"}


def calmdesk(*arguments: str | Path, given: str | bytes = b"") -> subprocess.CompletedProcess[str]:
    raw = given.encode("utf-8") if isinstance(given, str) else given
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)], input=raw, capture_output=True, env=ENVIRONMENT, timeout=300
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def read(*lines: str | bytes) -> list[Record | Unusable]:
    return list(read_records([line.encode() if isinstance(line, str) else line for line in lines], CONFIG))


def read_one(**fields: Any) -> Record | Unusable:
    return read(json.dumps({"id": "a", "text": "Hello", **fields}))[0]


def usable(**fields: Any) -> Record:
    record = read_one(**fields)
    assert isinstance(record, Record), record
    return record


# --- records --------------------------------------------------------------------------------------------------------


def test_a_record_needs_an_id_and_a_text_only() -> None:
    before = datetime.now(UTC)
    record = usable()
    assert (record.id, record.message.text, record.message.subject, record.message.mailbox) == (
        "a",
        "Hello",
        "",
        "care",
    )
    assert (record.sender, record.thread, record.fault) == (None, (), Fault.UNKNOWN)
    assert before <= record.received_at <= datetime.now(UTC)


def test_null_counts_as_left_out_and_other_keys_are_ignored() -> None:
    record = usable(
        subject=None, thread=None, fault=None, received_at=None, mailbox=None, label="gold", **{"from": None}
    )
    assert (record.message.subject, record.sender, record.thread) == ("", None, ())


@pytest.mark.parametrize(
    ("given", "sender"),
    [
        ("Ada Byrne <ada@Example.com>", Address("Ada Byrne", "ada@example.com")),
        ("ada@example.com", Address("", "ada@example.com")),
        ("Ada Byrne", Address("Ada Byrne", "")),
        ({"name": "Ada", "email": "ada@example.com"}, Address("Ada", "ada@example.com")),
        ("", None),
    ],
)
def test_the_sender_may_be_written_in_several_ways(given: object, sender: Address | None) -> None:
    assert usable(**{"from": given}).sender == sender


def test_a_thread_holds_strings_or_turns_of_either_side() -> None:
    thread = [
        "first",
        {"from": "us", "text": "second", "at": "2026-11-20T10:00:00Z"},
        {"from": "customer", "text": "third"},
        {"from": "Care <care@fernhollow.example>", "text": "fourth"},
        {"from": "ada@example.com", "text": "fifth"},
    ]
    assert usable(thread=thread).thread == (
        ThreadTurn(False, "first"),
        ThreadTurn(True, "second", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ThreadTurn(False, "third"),
        ThreadTurn(True, "fourth"),
        ThreadTurn(False, "fifth"),
    )


def test_a_time_without_offset_is_utc() -> None:
    assert usable(received_at="2026-11-23T09:00:00").received_at == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert usable(received_at="2026-11-23T09:00:00+02:00").received_at == datetime(2026, 11, 23, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"id": None}, "id"),
        ({"id": True}, "id"),
        ({"text": None}, "text"),
        ({"text": ["a"]}, "text"),
        ({"subject": 5}, "subject"),
        ({"from": 5}, "from"),
        ({"thread": "once"}, "thread"),
        ({"thread": [5]}, "thread"),
        ({"thread": [{"from": "us"}]}, "thread"),
        ({"thread": [{"from": "nobody", "text": "x"}]}, "thread"),
        ({"fault": "ours"}, "fault"),
        ({"received_at": "yesterday"}, "received_at"),
        ({"received_at": "9999-12-31T23:59:59-23:00"}, "received_at"),
        ({"mailbox": "sales"}, "mailbox"),
    ],
)
def test_a_field_that_cannot_be_used_is_named_with_its_line(fields: dict[str, object], named: str) -> None:
    found = read_one(**fields)
    assert isinstance(found, Unusable)
    assert found.error.startswith("line 1: ")
    assert f'"{named}"' in found.error
    assert found.id == (fields["id"] if fields.get("id") == "a" else None if "id" in fields else "a")


def test_a_bad_line_stops_nothing_and_blank_lines_count_but_yield_nothing() -> None:
    good = '{"id": 7, "text": "Hello"}'
    found = read("\ufeff" + good, "", "not json", "[1]", b"\xff", "[" * 100_000, "1" * 5000, good)
    assert [one.id for one in found] == [7, None, None, None, None, None, 7]
    assert [one.error.partition(":")[0] for one in found if isinstance(one, Unusable)] == [
        "line 3",
        "line 4",
        "line 5",
        "line 6",
        "line 7",
    ]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(line: bytes) -> None:
    assert all(isinstance(one, Record | Unusable) for one in read_records([line], CONFIG))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=3)
)


@given(
    st.dictionaries(
        st.sampled_from(["id", "text", "subject", "from", "thread", "fault", "received_at", "mailbox"]), json_values
    )
)
def test_any_json_is_read_or_refused_in_words_that_can_be_written(fields: dict[str, object]) -> None:
    (one,) = read(json.dumps(fields))
    assert isinstance(one, Record | Unusable)
    if isinstance(one, Unusable):
        json.dumps(one.to_json(), ensure_ascii=False).encode("utf-8", "strict" if one.id is None else "replace")


# --- the command ----------------------------------------------------------------------------------------------------


def test_help_names_every_verb_and_version_the_version() -> None:
    shown = calmdesk("--help").stdout
    for verb in ("init", "doctor", "run", "user", "demo", "triage", "draft", "parse", "train"):
        assert f"  {verb} " in shown
    assert calmdesk("--version").stdout.startswith("calmdesk ")


def test_help_loads_neither_the_model_nor_django() -> None:
    code = "import sys, pipeline.cli; print([name for name in ('torch', 'django', 'pydantic') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_triage_keeps_order_and_ids_and_ends_with_2_after_a_bad_line(tmp_path: Path) -> None:
    file = tmp_path / "mails.jsonl"
    text = "Nothing works since this morning, our whole shop is down. Please help."
    file.write_text(
        "\n".join(
            [json.dumps({"id": 1, "text": text}), "{", json.dumps({"id": "\ud83d", "subject": "Hi", "text": "\ud83d"})]
        ),
        encoding="utf-8",
    )
    done = calmdesk("triage", file)
    first, second, third = map(json.loads, done.stdout.splitlines())
    assert (first["id"], second["id"], third["id"]) == (1, None, "\ud83d")
    assert second["error"].startswith("line 2: ")
    assert {"language", "urgency", "tone", "flags", "abstain", "reasons", "evidence", "concerns", "stake"} <= set(first)
    for concern in first["concerns"]:
        assert text[concern["start"] : concern["end"]] == concern["text"]
    assert done.returncode == 2
    assert f"calmdesk: {file}: line 2: " in done.stderr
    assert "Traceback" not in done.stderr


def test_thresholds_of_a_mailbox_decide(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(default_folder("config"), tmp_path / "config"))
    text = (folder / "thresholds.yaml").read_text(encoding="utf-8")
    line = json.dumps({"id": "a", "text": "Where do I find my invoice? No hurry at all, thank you!"})
    assert json.loads(calmdesk("triage", "--config", folder, given=line).stdout)["urgency"]["label"] != "critical"
    changed = text.replace("mailboxes: {}", "mailboxes: {care: {urgency: {critical: 0.0001}}}")
    (folder / "thresholds.yaml").write_text(changed, encoding="utf-8")
    assert json.loads(calmdesk("triage", "--config", folder, given=line).stdout)["urgency"]["label"] == "critical"


def test_draft_writes_three_drafts_and_none_for_senders_that_take_no_answer() -> None:
    text = "Where is my parcel? Order 4711-20. It should have come last week."
    senders = ["Ada Byrne <ada@example.com>", "care@fernhollow.example", "no-reply@example.com"]
    lines = [json.dumps({"id": sender, "text": text, "from": sender}) for sender in senders]
    done = calmdesk("draft", "-", given="\n".join(lines))
    assert done.returncode == 0, done.stderr
    answered, own, machine = map(json.loads, done.stdout.splitlines())
    assert {draft["kind"] for draft in answered["drafts"]} == {"acknowledgment", "apology", "solution"}
    assert answered["suppressed"] is None
    assert answered["proposed"] in {draft["kind"] for draft in answered["drafts"]}
    assert "own addresses" in own["suppressed"]
    assert "no answers" in machine["suppressed"]
    assert (own["drafts"], own["proposed"]) == (machine["drafts"], machine["proposed"]) == ([], None)


def test_parse_reads_files_and_stdin_and_tells_own_mail(tmp_path: Path) -> None:
    mail = b"From: Ada <ada@example.com>\r\nSubject: Hello\r\nMessage-ID: <1@example.com>\r\n\r\nGood day\r\n"
    file = tmp_path / "a.eml"
    file.write_bytes(mail.replace(b"ada@example.com", b"care@fernhollow.example"))
    done = calmdesk("parse", file, tmp_path / "missing.eml", "-", given=mail)
    own, missing, customer = map(json.loads, done.stdout.splitlines())
    assert (own["kind"], customer["kind"], customer["from"]) == ("own", "customer", "ada@example.com")
    assert missing["file"] == str(tmp_path / "missing.eml")
    assert done.returncode == 2
    assert "missing.eml" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("triage", "nowhere.jsonl"),
        ("draft", "nowhere.jsonl"),
        ("triage", "--config", "nowhere"),
        ("run", "--config", "nowhere"),
        ("user", "add", "mara", "--config", "nowhere"),
        ("train", "nowhere.jsonl", "--out", "weights"),
    ],
)
def test_what_is_not_there_is_named_in_one_line_with_exit_code_2(arguments: tuple[str, ...]) -> None:
    done = calmdesk(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("calmdesk: ")
    assert "nowhere" in done.stderr


def test_ctrl_c_ends_with_130_and_no_traceback() -> None:
    process = subprocess.Popen(
        [*COMMAND, "triage"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
        # A shell that starts the tests in the background has them ignore it, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    # A full batch comes back, so the process is past its start and waits for the next line.
    process.stdin.write(b'{"id": "a", "text": "Hello"}\n' * 32)
    process.stdin.flush()
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in complaint


def test_a_reader_that_hangs_up_causes_no_traceback() -> None:
    process = subprocess.Popen(
        [*COMMAND, "triage"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT
    )
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, complaint = process.communicate(b'{"id": "a", "text": "Hello"}\n', timeout=60)
    assert process.returncode not in (0, -signal.SIGPIPE)
    assert b"Traceback" not in complaint
    assert b"Exception" not in complaint


# --- init and user --------------------------------------------------------------------------------------------------


def test_init_makes_a_working_folder_once_and_user_adds_people_with_tokens(tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    done = calmdesk("init", folder)
    assert done.returncode == 0, done.stderr
    assert "admin" in done.stdout
    config = load_config(folder, {})
    assert config.calmdesk == CONFIG.calmdesk
    assert (folder / "calmdesk.sqlite3").is_file()
    before = {file: file.read_bytes() for file in folder.glob("*.yaml")}

    again = calmdesk("init", folder)
    assert again.returncode == 2
    assert str(folder / "calmdesk.yaml") in again.stderr
    assert {file: file.read_bytes() for file in folder.glob("*.yaml")} == before

    made = calmdesk("user", "add", "mara", "--role", "auditor", "--token", "--config", folder)
    assert made.returncode == 0, made.stderr
    person = json.loads(made.stdout)
    check = (
        "import sys, hashlib, json\n"
        "from pathlib import Path\n"
        "from pipeline.config import load_config\n"
        "from pipeline.settings import activate\n"
        "activate(load_config(Path(sys.argv[1]), {}))\n"
        "from django.contrib.auth.backends import ModelBackend\n"
        "from pipeline.review.roles import ROLES\n"
        "from pipeline.records import Role\n"
        "from pipeline.store.models import ApiToken\n"
        "user = ModelBackend().authenticate(None, username='mara', password=sys.argv[2])\n"
        "digest = hashlib.sha256(sys.argv[3].encode()).hexdigest()\n"
        "print(json.dumps([[g.name for g in user.groups.all()], ApiToken.objects.get(digest=digest).user.username,\n"
        "    user.is_superuser, set(Role) == set(ROLES)]))\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", check, folder, person["password"], person["token"]],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(found.stdout) == [["auditor"], "mara", False, True]

    taken = calmdesk("user", "add", "mara", "--config", folder)
    assert (taken.returncode, taken.stderr) == (2, "calmdesk: user 'mara' exists already\n")


def test_init_leaves_nothing_behind_where_the_database_cannot_be_made(tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    url = f"sqlite:///{tmp_path}/no/such/folder/calmdesk.sqlite3"
    environment = {**ENVIRONMENT, "CALMDESK_DATABASE__URL": url}
    done = subprocess.run([*COMMAND, "init", folder], capture_output=True, text=True, env=environment)
    assert done.returncode == 2
    assert "database.url" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not list(folder.rglob("*.yaml"))


# --- logs -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is logged as JSON; the logging of the test run is put back."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    monkeypatch.setattr(root, "handlers", [])
    logs.configure(LoggingConfig(level="info", format="json"))
    yield stream
    structlog.reset_defaults()
    logging.getLogger("pipeline").setLevel(logging.NOTSET)
    root.handlers, root.level = handlers, level


@pytest.mark.parametrize("key", ["body", "text", "raw", "subject", "password", "token", "Subject"])
def test_contents_never_reach_a_log(logged: io.StringIO, key: str) -> None:
    structlog.get_logger("pipeline.test").info(
        "stored", message=7, parsed=[{key: "s3cret", "uid": 8}], **{key: "s3cret"}
    )
    assert "s3cret" not in logged.getvalue()
    event = json.loads(logged.getvalue())
    assert (event["event"], event["message"], event["parsed"], event["level"]) == ("stored", 7, [{"uid": 8}], "info")


def test_other_libraries_are_heard_from_warnings_on_only(logged: io.StringIO) -> None:
    other = logging.getLogger("chatty")
    other.setLevel(logging.DEBUG)
    other.info("FETCH 1 BODY[] ...")
    structlog.get_logger("pipeline.test").debug("too fine")
    assert logged.getvalue() == ""
    other.warning("trouble")
    assert json.loads(logged.getvalue())["event"] == "trouble"


def test_a_traceback_shows_no_local_variables(logged: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", logged)
    logs.configure(LoggingConfig(format="text"))
    try:
        letter = "s3cret".upper()
        raise ValueError(len(letter))
    except ValueError:
        structlog.get_logger("pipeline.test").exception("failed", message=7)
    assert "ValueError" in logged.getvalue()
    assert "S3CRET" not in logged.getvalue()


def test_the_message_of_an_exception_never_reaches_a_log(logged: io.StringIO) -> None:
    customer = "s3cret words"
    try:
        raise ValueError(customer)
    except ValueError:
        structlog.get_logger("pipeline.test").exception("stage failed", message=7)
        logging.getLogger("django.request").exception("server error")
    assert "s3cret" not in logged.getvalue()
    first, second = (json.loads(line) for line in logged.getvalue().splitlines())
    assert first["exception"].endswith("ValueError")
    assert second["exception"].endswith("ValueError")
    assert "test_cli.py" in first["exception"]


def test_the_first_administrator_is_named_and_has_the_password_that_was_given(tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    weak = calmdesk("init", folder, "--admin", "orla", "--password-stdin", given="password1234\n")
    assert (weak.returncode, "too common" in weak.stderr) == (2, True)
    assert not (folder / "calmdesk.yaml").exists()
    done = calmdesk("init", folder, "--admin", "orla", "--password-stdin", given="grey-heron-on-the-weir\n")
    assert done.returncode == 0, done.stderr
    assert "orla, the password you gave" in done.stdout
    assert "grey-heron" not in done.stdout
    people = calmdesk("user", "list", "--config", folder)
    assert json.loads(people.stdout) == {"name": "orla", "roles": ["admin"], "active": True, "last_login": None}


def test_people_are_managed_from_the_command_line_and_one_administrator_stays(tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    assert "random, shown only this once" in calmdesk("init", folder).stdout

    def user(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return calmdesk("user", *arguments, "--config", folder, given=given)

    assert user("shut", "admin").stderr == "calmdesk: admin is the last administrator: make another one first\n"
    added = user("add", "mara", "--password-stdin", given="grey-heron-on-the-weir\n")
    assert json.loads(added.stdout) == {"name": "mara", "role": "agent"}
    assert user("role", "mara", "lead").returncode == 0
    assert user("shut", "mara").returncode == 0
    found = [json.loads(line) for line in user("list").stdout.splitlines()]
    assert [(one["name"], one["roles"], one["active"]) for one in found] == [
        ("admin", ["admin"], True),
        ("mara", ["lead"], False),
    ]
    assert user("open", "mara").returncode == 0
    assert len(json.loads(user("password", "mara").stdout)["password"]) >= 12
    assert json.loads(user("unlock", "mara").stdout) == {"name": "mara", "forgotten": 0}
    assert json.loads(user("token", "mara", "--for", "reports", "--scope", "read").stdout)["token"].startswith("cd_")
    refused = user("token", "mara", "--scope", "admin")
    assert (refused.returncode, "'admin' is not among what mara may" in refused.stderr) == (2, True)
    assert "no user 'nobody'" in user("role", "nobody", "lead").stderr
