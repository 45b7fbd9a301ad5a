"""Exim, Debian's mail transfer agent, run by a test: our people's submission server, our exchanger, and a partner's.

People log in with their address. Mail of ours goes into Maildirs; a partner's domain is reached by SMTP, at this very
server once more, which there refuses some addresses or has no time for them.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

from sandbox.mail import MailSandbox
from tests.contract.unprivileged import Daemon, User, free_ports
from tests.servers import require

SIZE = 1_000_000
NOBODY, BUSY = "nobody@partner.test", "busy@partner.test"  # They are refused, for good and for now.
GONE, LATE = "gone@partner.test", "late@partner.test"  # They are taken, and then refused where they live.

# The verdict on a sender is true: whoever logged in is the one they say they are, or not.
_CONFIG = """
exim_path = DIR/exim
exim_user = USER
exim_group = GROUP
trusted_users = USER
admin_groups = GROUP
primary_hostname = MX
spool_directory = DIR/spool
log_file_path = DIR/exim-%slog
pid_file_path = DIR/exim.pid
daemon_smtp_ports = PORT
local_interfaces = 127.0.0.1
host_lookup =
rfc1413_query_timeout = 0s
keep_environment =
deliver_drop_privilege
message_size_limit = SIZE
delay_warning = 1s
delay_warning_condition = yes
tls_advertise_hosts = *
tls_certificate = DIR/server.pem
tls_privatekey = DIR/server.pem
domainlist ours = bot.example.test : example.test : evil.test
acl_smtp_rcpt = rcpt
acl_smtp_data = data

begin acl
rcpt:
  deny    message = 550 5.1.1 no such mailbox here
          recipients = NOBODY
  defer   message = 450 4.2.1 not now, please
          recipients = BUSY
  accept  authenticated = *
  deny    message = 550 5.1.1 no such mailbox here
          recipients = GONE
  defer   message = 450 4.2.2 the mailbox is full
          recipients = LATE
  accept  domains = +ours

data:
  warn    authenticated = *
          set acl_m_dmarc = ${if eqi{$authenticated_id}{${address:$h_from:}}{pass}{fail}}
          add_header = :at_start:Authentication-Results: MX; \\
            dmarc=$acl_m_dmarc header.from=${domain:${address:$h_from:}}
  accept

begin routers
ours:
  driver = accept
  domains = +ours
  local_part_suffix = +*
  local_part_suffix_optional
  local_parts = PEOPLE
  transport = maildir
  no_more
partners:
  driver = manualroute
  domains = partner.test
  route_list = * 127.0.0.1
  self = send
  transport = partner

begin transports
maildir:
  driver = appendfile
  directory = DIR/mail/$local_part_data
  maildir_format
  return_path_add
  envelope_to_add
  delivery_date_add
partner:
  driver = smtp
  port = PORT
  allow_localhost
  hosts_avoid_tls = *

begin retry
* * F,1h,1s

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${if and{{match_local_part{${local_part:$auth2}}{PEOPLE}}{eq{$auth3}{PASSWORD}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${if and{{match_local_part{${local_part:$auth1}}{PEOPLE}}{eq{$auth2}{PASSWORD}}}}
  server_set_id = $auth1
"""


class Exim(Daemon):
    """SMTP at `port`, with STARTTLS for who wants it; mail goes into the Maildirs below `directory`/mail."""

    def __init__(self, directory: Path, user: User, people: tuple[str, ...]) -> None:
        (self.port,) = free_ports(1)
        self._spool = directory / "spool"
        self._spool.mkdir()
        # A copy does not become root, as Debian's own file does; and so it ends together with us.
        self._program = shutil.copy(require("exim4"), directory / "exim")
        self._config = directory / "exim.conf"
        macros = {
            "DIR": directory,
            "USER": user.name,
            "GROUP": user.group,
            "PORT": self.port,
            "SIZE": SIZE,
            "MX": MailSandbox.authserv_id,
            "PASSWORD": MailSandbox.password,
            "PEOPLE": " : ".join(one.partition("@")[0] for one in people),
            "NOBODY": NOBODY,
            "BUSY": BUSY,
            "GONE": GONE,
            "LATE": LATE,
        }
        self._config.write_text("".join(f"{name} = {value}\n" for name, value in macros.items()) + _CONFIG)
        user.own(self._spool, self._config)
        command = [str(self._program), "-C", str(self._config), "-bdf", "-q1s"]
        super().__init__(command, user, self.port, directory / "exim.out")

    def empty(self) -> None:
        """Nothing waits to be sent."""
        for path in (self._spool / "input").glob("**/*-[DH]"):
            path.unlink(missing_ok=True)


@contextlib.asynccontextmanager
async def exim(directory: Path, user: User, people: tuple[str, ...]) -> AsyncIterator[Exim]:
    """A running one; `directory` holds `server.pem`."""
    server = Exim(directory, user, people)
    await server.start()
    try:
        yield server
    finally:
        server.stop()
