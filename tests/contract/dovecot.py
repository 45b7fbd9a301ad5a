"""Dovecot, Debian's IMAP server, run by a test: every address of ours has a Maildir, and one password opens all."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from string import Template

from sandbox.mail import Letter
from sandbox.mail.letter import read
from tests.contract.unprivileged import Daemon, User, free_ports
from tests.servers import require

PASSWORD = "sandbox"
JUNK = "Junk"

# No chroot, and everything runs as one user: this is what lets the master process do without root.
_CONFIG = Template("""
base_dir = $dir/run
state_dir = $dir/run
log_path = $dir/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = $user
default_internal_group = $group
default_login_user = $user
default_client_limit = 2000
first_valid_uid = 1
first_valid_gid = 1
ssl = yes
ssl_cert = <$dir/server.pem
ssl_key = <$dir/server.pem
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
auth_failure_delay = 1 secs
mail_location = maildir:$dir/mail/%n
passdb {
  driver = static
  mechanisms = plain login
  args = password=$password
}
passdb {
  driver = oauth2
  mechanisms = xoauth2
  args = $dir/oauth2.conf
}
userdb {
  driver = static
  args = uid=$user gid=$group home=$dir/mail/%n
}
namespace inbox {
  inbox = yes
  mailbox $junk {
    auto = create
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = $imap
  }
  inet_listener imaps {
    port = $imaps
  }
}
""")

# Access tokens are asked about where the test listens.
_OAUTH = Template("""
tokeninfo_url = http://127.0.0.1:$asked/tokeninfo?access_token=
username_attribute = email
""")


class Dovecot(Daemon):
    """IMAP at `imap`, within TLS at `imaps`; `asked` is the port where it asks about access tokens.

    Mail is delivered by who puts it into a Maildir: anybody's `<mail>/<local part>`.
    """

    def __init__(self, directory: Path, user: User) -> None:
        self.imap, self.imaps, self.asked = free_ports(3)
        self.mail = directory / "mail"
        self._user = user
        self._numbers = itertools.count()
        settings = {"dir": directory, "user": user.name, "group": user.group, "password": PASSWORD, "junk": JUNK}
        config = directory / "dovecot.conf"
        config.write_text(_CONFIG.substitute(settings, imap=self.imap, imaps=self.imaps))
        (directory / "oauth2.conf").write_text(_OAUTH.substitute(asked=self.asked))
        command = [str(require("dovecot")), "-F", "-c", str(config)]
        super().__init__(command, user, self.imap, directory / "dovecot.out")
        self._make(directory / "run")
        self._make(self.mail)

    def empty(self) -> None:
        """Nobody has any mail, and every mailbox is a new one. Processes that still end keep what they had open."""
        old = self.mail.with_name(f"old{next(self._numbers)}")
        self.mail.rename(old)
        self._make(self.mail)
        shutil.rmtree(old, ignore_errors=True)

    def letters(self, address: str) -> tuple[Letter, ...]:
        """What is in somebody's INBOX, oldest first."""
        home = self.mail / address.partition("@")[0]
        found = sorted(
            (path.stat().st_mtime_ns, path) for folder in ("new", "cur") for path in (home / folder).glob("*")
        )
        return tuple(read(number, path.read_bytes()) for number, (_, path) in enumerate(found, 1))

    def deliver(self, address: str, *pieces: bytes, folder: str = "INBOX") -> None:
        """Put bytes of any kind into somebody's folder, as a delivery agent does; a huge mail in pieces."""
        home = self.mail / address.partition("@")[0]
        maildir = home if folder == "INBOX" else home / f".{folder}"
        for path in (home, maildir, *(maildir / name for name in ("tmp", "new", "cur"))):
            if not path.exists():
                self._make(path)
        name = f"{1_700_000_000 + next(self._numbers)}.{os.getpid()}.test"
        with (maildir / "tmp" / name).open("wb") as file:
            file.writelines(pieces)
        self._user.own(maildir / "tmp" / name)
        (maildir / "tmp" / name).rename(maildir / "new" / name)

    def _make(self, path: Path) -> None:
        path.mkdir()
        self._user.own(path)


@contextlib.asynccontextmanager
async def dovecot(directory: Path, user: User) -> AsyncIterator[Dovecot]:
    """A running one; `directory` holds `server.pem`."""
    server = Dovecot(directory, user)
    await server.start()
    try:
        yield server
    finally:
        server.stop()
