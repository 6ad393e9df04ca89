"""A private Dovecot and Postfix on free loopback ports, everything below one temporary folder.

Mail enters at ``smtp_port`` as from the world, or after login at ``submission_port`` (STARTTLS), ``submissions_port``
(implicit TLS) and ``plain_port`` (login without TLS, so that a fault proxy can see what is said). Known in test.example
are the addresses of ``USERS``; in customers.example every address. All log in with one password, or with an access
token of their own (`MailStack.token`), by IMAP as by SMTP. Any other domain is refused at RCPT, so nothing ever leaves
this machine.
"""

from __future__ import annotations

import base64
import itertools
import os
import pwd
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import jwt
from imapclient import IMAPClient  # type: ignore[import-untyped]

HOST = "127.0.0.1"
START_SECONDS = 20.0
STOP_SECONDS = 10.0
IDLE_SECONDS = 0.3
"""IDLE is a hint only: what the server says before its "+ idling", imapclient does not hand on."""
PASSWORD = "secret"
APPENDED_AT_ONCE = 100
TOKEN_KEY = "the key that signs access tokens for these servers alone"
SUPPORT = "support@test.example"
USERS = (SUPPORT, "alice@test.example", "bob@test.example")
CUSTOMER = "carol@customers.example"
POSTFIX_DAEMONS = Path("/usr/lib/postfix/sbin")
ENVIRONMENT = {**os.environ, "PATH": os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))}

DOVECOT_CONF = """
base_dir = {folder}/run
state_dir = {folder}/run
instance_name = {name}
log_path = {folder}/dovecot.log
listen = 127.0.0.1
protocols = imap lmtp
mail_location = maildir:{folder}/mail/%Lu/Maildir
mail_home = {folder}/mail/%Lu
mail_uid = {owner}
mail_gid = {owner}
first_valid_uid = 1
first_valid_gid = 1
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
shutdown_clients = yes
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/tokens.conf
}}
userdb {{
  driver = static
  args = uid={owner} gid={owner} home={folder}/mail/%Lu allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
}}
protocol lmtp {{
  postmaster_address = postmaster@test.example
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = {imaps_port}
    ssl = yes
  }}
}}
service lmtp {{
  unix_listener {folder}/lmtp {{
    mode = 0666
  }}
}}
service auth {{
  unix_listener {folder}/sasl {{
    mode = 0666
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""

TOKENS_CONF = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={folder}/keys/
username_attribute = sub
"""

MAIN_CF = """
compatibility_level = 3.6
config_directory = {folder}/postfix
queue_directory = {folder}/spool
data_directory = {folder}/data
daemon_directory = {daemons}
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
myhostname = mx.test.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = test.example, customers.example
virtual_mailbox_maps = texthash:{folder}/postfix/recipients
virtual_transport = lmtp:unix:{folder}/lmtp
alias_maps =
alias_database =
local_recipient_maps =
local_transport = error:5.1.1 no local users
relay_transport = error:5.7.1 nothing leaves this machine
default_transport = error:5.7.1 nothing leaves this machine
disable_dns_lookups = yes
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
smtputf8_enable = yes
message_size_limit = 26214400
mailbox_size_limit = 0
virtual_mailbox_limit = 0
smtpd_error_sleep_time = 0
smtpd_tls_cert_file = {folder}/cert.pem
smtpd_tls_key_file = {folder}/key.pem
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {folder}/sasl
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
minimal_backoff_time = 1s
maximal_backoff_time = 5s
queue_run_delay = 1s
"""

MASTER_CF = """
127.0.0.1:{smtp_port} inet n - n - - smtpd
127.0.0.1:{submission_port} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject
127.0.0.1:{plain_port} inet n - n - - smtpd
  -o smtpd_tls_auth_only=no
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject
127.0.0.1:{submissions_port} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject
cleanup    unix       n - n -   0 cleanup
qmgr       unix       n - n 300 1 qmgr
tlsmgr     unix       - - n 1000? 1 tlsmgr
rewrite    unix       - - n -   - trivial-rewrite
bounce     unix       - - n -   0 bounce
defer      unix       - - n -   0 bounce
trace      unix       - - n -   0 bounce
proxymap   unix       - - n -   - proxymap
error      unix       - - n -   - error
retry      unix       - - n -   - error
lmtp       unix       - - n -   - lmtp
anvil      unix       - - n -   1 anvil
postlog    unix-dgram n - n -   1 postlogd
"""


def missing() -> list[str]:
    """What this machine lacks to run the stack, by name."""
    absent = [name for name in ("dovecot", "postfix", "openssl") if not shutil.which(name, path=ENVIRONMENT["PATH"])]
    return absent if os.geteuid() == 0 else [*absent, "root"]


def free_port() -> int:
    with socket.create_server((HOST, 0)) as server:
        port: int = server.getsockname()[1]
        return port


def make_certificate(folder: Path, name: str = "") -> Path:
    """A new self-signed certificate for loopback in ``folder``; it is its own certificate authority."""
    certificate = folder / f"{name}cert.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{folder}/{name}key.pem"]
    command = ["openssl", "req", "-x509", "-days", "3650", *key, *subject, "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate


class MailStack:
    """Context manager; several may run side by side. Starting raises RuntimeError with the logs if it fails."""

    host = HOST
    users = USERS
    password = PASSWORD

    def __init__(self) -> None:
        self.imap_port, self.imaps_port = free_port(), free_port()
        self.smtp_port, self.plain_port = free_port(), free_port()
        self.submission_port, self.submissions_port = free_port(), free_port()
        self._stopping = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            # Short, for the path of a UNIX socket has at most 107 bytes; readable for the servers' own users.
            self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="calmdesk-", dir="/tmp")))
            self.folder.chmod(0o755)
            self.ca_file = make_certificate(self.folder)
            self._configure()
            self._start(stack, ["dovecot", "-F", "-c", f"{self.folder}/dovecot.conf"])
            # `check` makes the queue's folders; its master is then started as our own child, to be stopped as such.
            check = ["postfix", "-c", f"{self.folder}/postfix", "check"]
            subprocess.run(check, env=ENVIRONMENT, capture_output=True, check=True)
            self._start(stack, [f"{POSTFIX_DAEMONS}/master", "-c", f"{self.folder}/postfix", "-d"])
            for port in self._ports().values():
                self._wait_for(port)
            self._stopping = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.close()

    def deliver(self, raw: bytes, sender: str, recipient: str) -> None:
        """Hand ``raw`` to the server as mail from the world."""
        with smtplib.SMTP(self.host, self.smtp_port, timeout=30) as smtp:
            smtp.sendmail(sender, [recipient], raw)

    def imap(self, user: str) -> IMAPClient:
        """A logged-in client; the caller closes it."""
        client = IMAPClient(self.host, self.imap_port, ssl=False, timeout=30)
        client.login(user, self.password)
        return client

    def token(self, user: str, lifetime: int) -> str:
        """An access token for ``user`` (a JWT, RFC 7519); already expired where ``lifetime`` (seconds) is below 0."""
        now = int(time.time())
        claims = {"sub": user, "iat": now + min(lifetime, 0) - 1, "exp": now + lifetime}
        return jwt.encode(claims, TOKEN_KEY, algorithm="HS256")

    def append(
        self, user: str, raws: Iterable[bytes], folder: str = "INBOX", at: datetime | Iterable[datetime] | None = None
    ) -> None:
        """Put mails into a folder over one connection, past the delivery and its limits.

        ``at`` is the INTERNALDATE of all, or of each.
        """
        times: Iterator[datetime | None] = itertools.repeat(at) if isinstance(at, datetime | None) else iter(at)
        mails = ({"msg": raw, **({"date": time} if time else {})} for raw, time in zip(raws, times, strict=False))
        with self.imap(user) as client:
            while some := list(itertools.islice(mails, APPENDED_AT_ONCE)):
                status, answer = client.multiappend(folder, some)
                if status != "OK":
                    raise RuntimeError(f"{user}: {folder}: {answer}")

    def renumber(self, user: str, folder: str, uid_validity: int) -> None:
        """Give ``folder`` another UIDVALIDITY, as after a restore or a migration."""
        self._doveadm("mailbox", "update", "--uid-validity", str(uid_validity), "-u", user, folder)

    def kick(self, user: str) -> None:
        """End every IMAP session that ``user`` has now."""
        self._doveadm("kick", user)

    def mailbox(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """Every mail of ``user`` as it is now, oldest first."""
        with self.imap(user) as client:
            client.select_folder(folder, readonly=True)
            fetched = client.fetch(client.search(), ["BODY.PEEK[]"])
        return [fetched[uid][b"BODY[]"] for uid in sorted(fetched)]

    def wait_for_mail(self, user: str, count: int, seconds: float = 30.0) -> list[bytes]:
        """As `mailbox`, once there are at least ``count`` mails; TimeoutError if they do not come."""
        deadline = time.monotonic() + seconds
        with self.imap(user) as client:
            client.select_folder("INBOX", readonly=True)
            while len(client.search()) < count:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{user}: fewer than {count} mails after {seconds} s\n{self.logs()}")
                client.idle()
                client.idle_check(timeout=IDLE_SECONDS)
                client.idle_done()
        return self.mailbox(user)

    def logs(self) -> str:
        """The end of both servers' logs, for messages of failed tests."""
        files = [file for file in (self.folder / "dovecot.log", self.folder / "postfix.log") if file.exists()]
        return "\n".join(file.read_text(errors="replace")[-4000:] for file in files)

    def _doveadm(self, *arguments: str) -> None:
        command = ["doveadm", "-c", f"{self.folder}/dovecot.conf", *arguments]
        done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}\n{self.logs()}")

    def _ports(self) -> dict[str, int]:
        return {name: value for name, value in vars(self).items() if name.endswith("_port")}

    def _configure(self) -> None:
        folder = self.folder
        for name in ("run", "mail", "postfix", "spool", "data"):
            (folder / name).mkdir()
        owner = pwd.getpwnam("mail")
        os.chown(folder / "mail", owner.pw_uid, owner.pw_gid)
        os.chown(folder / "data", pwd.getpwnam("postfix").pw_uid, -1)
        known = "".join(f"{name} known\n" for name in (*USERS, "@customers.example"))
        (folder / "postfix" / "recipients").write_text(known)
        values = {
            "folder": str(folder),
            "name": folder.name,
            "owner": "mail",
            "daemons": str(POSTFIX_DAEMONS),
            "password": PASSWORD,
            **self._ports(),
        }
        (folder / "dovecot.conf").write_text(DOVECOT_CONF.format(**values))
        (folder / "tokens.conf").write_text(TOKENS_CONF.format(**values))
        key = folder / "keys" / "default" / "HS256" / "default"  # authorised party, algorithm, key id
        key.parent.mkdir(parents=True)
        key.write_bytes(base64.b64encode(TOKEN_KEY.encode()))
        (folder / "postfix" / "main.cf").write_text(MAIN_CF.format(**values))
        (folder / "postfix" / "master.cf").write_text(MASTER_CF.format(**values))

    def _start(self, stack: ExitStack, command: list[str]) -> None:
        """Run a server in the foreground as leader of its own process group, to be stopped with ``stack``."""
        output = stack.enter_context((self.folder / f"{Path(command[0]).name}.out").open("wb"))
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=ENVIRONMENT,
            start_new_session=True,
        )
        stack.callback(_stop, process)

    def _wait_for(self, port: int) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection((HOST, port), timeout=1).close()
                return
            except OSError as error:
                if time.monotonic() > deadline:
                    output = "".join(file.read_text(errors="replace") for file in self.folder.glob("*.out"))
                    raise RuntimeError(f"mail stack: port {port}: {error}\n{output}{self.logs()}") from None
                time.sleep(0.02)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
