"""The commands of `rag user`: who may sign in to the chat of a library."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path
from typing import Any

from rag.config import Settings
from rag.errors import ConfigError
from rag.interfaces import users

_ADDED = "{name!r} may sign in as {role}; `rag serve` asks for the login from now on"
_FIRST = "; restart a `rag serve` that is running without users"


def add_user_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `rag user` takes."""
    parser.add_argument("action", choices=("add", "remove", "list"))
    parser.add_argument("name", nargs="?", default="", metavar="NAME", help="add and remove: who")
    parser.add_argument("--role", default="reader", choices=users.ROLES, help="add: a manager may change the library")


def run_user(options: argparse.Namespace) -> tuple[Any, str]:
    """Do one of them; gives what was done, as a value and in words.

    Raises:
        ConfigError: the name or the password cannot be taken, or there is no such user.
    """
    corpus = Settings.load(corpus=options.corpus, index=options.index).corpus
    if options.action == "add":
        first = not (corpus / users.FILE).exists()
        user = users.add(corpus, options.name, _password(), options.role)
        told = {"name": user.name, "role": user.role}
        return told, _ADDED.format(**told) + _FIRST * first
    if options.action == "remove":
        users.remove(corpus, options.name)
        return {"name": options.name}, f"{options.name!r} may no longer sign in"
    rows = [{"name": user.name, "role": user.role} for user in users.read(corpus / users.FILE).values()]
    return rows, "\n".join(f"{row['name']}  {row['role']}" for row in rows) or "nobody; `rag serve` asks for no login"


def served_users(auth: str | None, corpus: Path) -> users.Users | None:
    """Give who may sign in: the users of the library, or the one that ``rag serve --auth`` names.

    Raises:
        ConfigError: both are there, the option has another form, or the file of users cannot be read.
    """
    own = users.Users.of(corpus)
    if auth is None:
        return own
    if own:
        raise ConfigError("--auth names a user, but the library has its own (`rag user list`); leave out --auth")
    name, _, password = auth.partition(":")
    if not (name and password):
        raise ConfigError("--auth is not of the form USER:PASSWORD")  # what it is may be a password
    return users.Users.one(name, password)


def _password() -> str:
    """Ask twice for a password, unseen; one that is piped in is a line."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise ConfigError("the two passwords differ; run the command again")
    return password
