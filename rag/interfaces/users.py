"""Who may sign in: users, each with a role and the scrypt digest of a password, in a file of the library.

The file is ``users.toml`` in the library's folder; no reader of texts looks at it. Only its owner
can read it, and it is written whole or not at all.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import secrets
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from rag.errors import ConfigError

Role = Literal["reader", "manager"]
"""A reader asks and reads; a manager changes the library too."""

ROLES: tuple[Role, ...] = get_args(Role)

FILE = "users.toml"

LEAST_PASSWORD = 12
"""Characters of a password, at least."""

LONGEST_PASSWORD = 1024
"""Characters of a password, at most: what is longer is refused before it is digested."""

COST = {"n": 2**15, "r": 8, "p": 3}
"""Of scrypt: 32 MB and about a quarter of a second, as OWASP's cheat sheet on storing passwords advises."""

_MEMORY = 2**26
_NAME = re.compile(r"[\w.@-]{1,64}")


@dataclass(frozen=True, slots=True)
class User:
    """Someone who may sign in."""

    name: str
    role: Role
    salt: bytes
    key: bytes
    """What scrypt makes of salt and password."""

    @classmethod
    def new(cls, name: str, password: str, role: Role) -> User:
        """Make a user with a fresh salt."""
        salt = secrets.token_bytes(16)
        return cls(name, role, salt, _derived(password, salt))

    def __repr__(self) -> str:
        return f"User({self.name!r}, {self.role!r})"


_NOBODY = User("", "reader", bytes(16), bytes(32))
"""With whom a password is compared whose user does not exist, so that the time taken tells nothing."""


class Users:
    """Those who may sign in.

    Args:
        users: by name.
        file: read again whenever it changes, so that a user who is removed is out at once.
    """

    def __init__(self, users: Mapping[str, User], file: Path | None = None) -> None:
        self._users = users
        self._file = file
        self._stamp = _stamp(file) if file else None

    @classmethod
    def one(cls, name: str, password: str) -> Users:
        """Let one in, who may change the library."""
        return cls({name: User.new(name, password, "manager")})

    @classmethod
    def of(cls, corpus: Path) -> Users | None:
        """Read the users of a library; None where it has no file of them.

        Raises:
            ConfigError: the file is not what `write` writes, or names nobody.
        """
        file = corpus / FILE
        if not file.exists():
            return None
        users = read(file)
        if not users:
            raise ConfigError(f"{file} names nobody; run `rag user add NAME --role manager`, or delete it")
        return cls(users, file)

    def get(self, name: str | None) -> User | None:
        """Give a user as the file has it now; nobody where the file is gone or damaged."""
        if self._file and self._stamp != (stamp := _stamp(self._file)):
            try:
                self._users = read(self._file)
            except ConfigError:
                self._users = {}
            self._stamp = stamp
        return self._users.get(name or "")

    def check(self, name: str, password: str) -> User | None:
        """Give the user of a name and password, or None; who does not exist takes as long."""
        user = self.get(name)
        known = user or _NOBODY
        derived = _derived(password[:LONGEST_PASSWORD], known.salt)
        right = secrets.compare_digest(derived, known.key) and len(password) <= LONGEST_PASSWORD
        return user if right else None


def add(corpus: Path, name: str, password: str, role: str) -> User:
    """Write a user into the library's file, or a new password and role of one who is there.

    Raises:
        ConfigError: the name, the password or the role cannot be taken.
    """
    if not _NAME.fullmatch(name):
        raise ConfigError(f"the name is {name!r}; expected at most 64 letters, digits and . _ - @")
    if role not in ROLES:
        raise ConfigError(f"the role is {role!r}; expected {' or '.join(ROLES)}")
    if not LEAST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise ConfigError(
            f"the password has {len(password)} characters; expected {LEAST_PASSWORD} to {LONGEST_PASSWORD:,}"
        )
    user = User.new(name, password, role)
    with _changing(corpus / FILE) as users:
        users[name] = user
    return user


def remove(corpus: Path, name: str) -> None:
    """Take a user out of the library's file. The last one stays: a library without users is open.

    Raises:
        ConfigError: there is no such user, or no other.
    """
    with _changing(corpus / FILE) as users:
        if name not in users:
            raise ConfigError(f"no user is called {name!r}; `rag user list` lists them")
        if len(users) == 1:
            raise ConfigError(f"{name!r} is the only user; to serve without a login, delete {corpus / FILE}")
        del users[name]


def read(file: Path) -> dict[str, User]:
    """Read a file of users by name; none where there is no file.

    Raises:
        ConfigError: it is not what `add` writes; the message holds nothing of it but a name.
    """
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{file} cannot be read ({type(error).__name__}); mend it, or move it away and run `rag user add` anew"
        ) from error
    return {name: _user(name, table, file) for name, table in tables.items()}


def _user(name: str, table: object, file: Path) -> User:
    match table:
        case {"role": "reader" | "manager" as role, "salt": str(salt), "scrypt": str(key)}:
            try:
                user = User(name, role, base64.b64decode(salt, validate=True), base64.b64decode(key, validate=True))
                if len(user.salt) >= 16 and len(user.key) == 32:
                    return user
            except ValueError:
                pass
    raise ConfigError(f"{file} says of {name!r} something else than a role, a salt and a digest; run `rag user add`")


@contextmanager
def _changing(file: Path) -> Iterator[dict[str, User]]:
    """Give the users of a file by name, while nobody else changes it, and write what is made of them."""
    from filelock import FileLock

    if not file.parent.is_dir():  # the lock would make it
        raise ConfigError(f"{file} cannot be written (there is no such folder); check the folder")
    try:
        with FileLock(file.with_name(f"{FILE}.lock")):
            users = read(file)
            yield users
            _write(file, users)
    except OSError as error:
        raise ConfigError(f"{file} cannot be written ({error.strerror}); check the folder") from error


def _write(file: Path, users: Mapping[str, User]) -> None:
    def text(value: bytes) -> str:
        return base64.b64encode(value).decode()

    parts = [
        f'["{u.name}"]\nrole = "{u.role}"\nsalt = "{text(u.salt)}"\nscrypt = "{text(u.key)}"\n' for u in users.values()
    ]
    descriptor, made = tempfile.mkstemp(dir=file.parent, prefix=FILE)  # readable by its owner only
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write("\n".join(parts))
        Path(made).replace(file)
    finally:
        Path(made).unlink(missing_ok=True)


def _derived(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode("utf-8", "surrogatepass"), salt=salt, maxmem=_MEMORY, dklen=32, **COST)


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
