"""The verbs of `calmdesk user`: who works here, and what they may do."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from pipeline.cli.options import ConfigFolder, load
from pipeline.cli.output import write
from pipeline.errors import InputError
from pipeline.records import Role

Name = Annotated[str, typer.Argument(metavar="NAME", help="Login name.")]
RoleOption = Annotated[Role, typer.Option(help="What the person may do.")]
PasswordStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from stdin: its first line.")]
LONGEST_PASSWORD = 1000

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="People who may log in, their roles, passwords and tokens.\n\n"
    "agent: edits, approves and rejects. lead: everything but the accounts. ops: reads, and settles mail that failed. "
    "auditor: reads. admin: everything.",
)


def ask_password() -> str:
    """On the terminal, twice."""
    answer: str = typer.prompt("Password (at least 12 characters)", hide_input=True, confirmation_prompt=True, err=True)
    return answer


def read_password() -> str:
    """InputError where stdin holds none."""
    line = sys.stdin.readline(LONGEST_PASSWORD).rstrip("\r\n")
    if not line:
        raise InputError("no password on stdin")
    return line


@app.command("add")
def add(
    name: Name,
    config: ConfigFolder,
    role: RoleOption = Role.AGENT,
    password_stdin: PasswordStdin = False,
    token: Annotated[bool, typer.Option("--token", help="Also make a bearer token for the REST API.")] = False,
) -> None:
    """Add a person who may log in to the page, with a random password.

    Writes {"name","role","password"} and, if asked for, "token"; neither is shown again. With --password-stdin the
    password is the one given, and not written.

    Example: calmdesk user add mara --role agent --config desk
    """
    loaded = load(config)
    from pipeline.setup import add_token, add_user

    given = read_password() if password_stdin else ""
    made = {"name": name, "role": role.value}
    password = add_user(loaded, name, role, given)
    if not given:
        made["password"] = password
    write({**made, "token": add_token(loaded, name)} if token else made)


@app.command("list")
def list_(config: ConfigFolder) -> None:
    """Write {"name","roles","active","last_login"} for everybody, one line each.

    Example: calmdesk user list --config desk
    """
    loaded = load(config)
    from pipeline.setup import list_users

    for person in list_users(loaded):
        write(person)


@app.command("role")
def role(
    name: Name, role: Annotated[Role, typer.Argument(help="What the person may do.")], config: ConfigFolder
) -> None:
    """Give a person another role; they sign in again. The last administrator keeps theirs.

    Example: calmdesk user role mara lead --config desk
    """
    loaded = load(config)
    from pipeline.setup import set_role

    set_role(loaded, name, role)


@app.command("shut")
def shut(name: Name, config: ConfigFolder) -> None:
    """Shut an account: its logins end at once, its tokens open nothing. What the person did stays in the audit trail.

    Example: calmdesk user shut mara --config desk
    """
    loaded = load(config)
    from pipeline.setup import set_active

    set_active(loaded, name, active=False)


@app.command("open")
def open_(name: Name, config: ConfigFolder) -> None:
    """Open an account again that was shut.

    Example: calmdesk user open mara --config desk
    """
    loaded = load(config)
    from pipeline.setup import set_active

    set_active(loaded, name, active=True)


@app.command("password")
def password(name: Name, config: ConfigFolder, password_stdin: PasswordStdin = False) -> None:
    """Give a person another password, and end their logins.

    Asks for it on a terminal; elsewhere a random one is made and {"name","password"} written, once, except with
    --password-stdin.

    Example: calmdesk user password mara --config desk
    """
    loaded = load(config)
    from pipeline.setup import set_password

    given = read_password() if password_stdin else ask_password() if sys.stdin.isatty() else ""
    made = set_password(loaded, name, given)
    if not given:
        write({"name": name, "password": made})


@app.command("unlock")
def unlock(name: Name, config: ConfigFolder) -> None:
    """Lift the lock that too many wrong passwords have put on an account.

    Example: calmdesk user unlock mara --config desk
    """
    loaded = load(config)
    from pipeline.setup import unlock

    write({"name": name, "forgotten": unlock(loaded, name)})


@app.command("token")
def token(
    name: Name,
    config: ConfigFolder,
    label: Annotated[str, typer.Option("--for", metavar="TEXT", help="What the token is for.")] = "",
    scope: Annotated[
        list[str] | None, typer.Option(metavar="SCOPE", help="What it may do; may be repeated. Default: what they may.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Days until it ends.")] = 365,
) -> None:
    """Make a bearer token for the REST API, which may do at most what its person may.

    Writes {"name","token"}; it is not shown again. Scopes: read, decide, complete, curate, settle, admin. Without
    --scope it may do what its person may, except administrate.

    Example: calmdesk user token mara --for reports --scope read --config desk
    """
    loaded = load(config)
    from pipeline.setup import add_token

    write({"name": name, "token": add_token(loaded, name, label, scope or (), days)})
