"""Which addresses may be called on somebody's behalf?

None of this machine or of the networks around it, however they are written and whatever a name resolves to: a name is
resolved once, every address it has is checked, and the caller connects to one that was (so that no second answer of a
name server can lead elsewhere). What is sent there, and when, is left to `hooks`.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from service.errors import InputError

LONGEST = 2_000  # characters
PORTS = {"http": 80, "https": 443}
_PLAIN = re.compile(r"[!-~]+")  # spaces, control characters and other scripts are read differently by different readers
_BACKSLASH = "\\"  # some readers take it for a slash

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

# Carry an IPv4 address in their last four bytes.
_CARRIERS = (
    ipaddress.IPv6Network("::ffff:0:0/96"),
    ipaddress.IPv6Network("::ffff:0:0:0/96"),
    ipaddress.IPv6Network("64:ff9b::/96"),
    ipaddress.IPv6Network("64:ff9b:1::/48"),
    ipaddress.IPv6Network("::/96"),
)
# Answers machines in Azure about themselves, from an address that looks like any other.
_METADATA = frozenset({ipaddress.ip_address("168.63.129.16"), ipaddress.ip_address("fd00:ec2::254")})
_OWN_NETWORKS: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = tuple(
    ipaddress.ip_network(each)
    for each in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)


class NotAllowed(InputError):
    """The address may not be called, now or later."""


class NoAddress(Exception):
    """The name resolves to nothing now; later it may."""


class Target(NamedTuple):
    """Where to connect, and under which name: `addresses` are checked, `host` is for the certificate and the server."""

    scheme: str
    host: str  # as written, without brackets
    port: int
    path: str  # with its query, at least "/"
    addresses: tuple[str, ...] = ()

    @property
    def authority(self) -> str:
        """For the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    def at(self, address: str) -> str:
        """The URL with a checked address in the name's place."""
        host = f"[{address}]" if ":" in address else address
        return f"{self.scheme}://{host}:{self.port}{self.path}"


def parse(url: str) -> Target:
    """The parts of a URL, by its form alone. Raises NotAllowed, which never repeats the URL."""
    if len(url) > LONGEST or not _PLAIN.fullmatch(url) or _BACKSLASH in url:
        raise _refused(f"It is no plain address: at most {LONGEST:,} ASCII characters, no spaces, no backslashes.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _refused("Its host or port cannot be read.") from None
    if parts.scheme not in PORTS:
        raise _refused("Only http and https are called.")
    if not host or parts.username is not None or parts.password is not None:
        raise _refused("It must name a host, and no user or password.")
    if port == 0:
        raise _refused("Its port cannot be 0.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or PORTS[parts.scheme], path)


def check_form(url: str, *, private: bool = False) -> None:
    """What can be said without resolving a name: its form, and the address where it is one as it stands.

    Raises NotAllowed. A name is checked when it is called, for only then it is known what it stands for.
    """
    address = _literal(parse(url).host)
    if address is not None and not allowed(address, private=private):
        raise _forbidden()


async def resolve_safely(url: str, *, private: bool = False, resolve: Resolve | None = None) -> Target:
    """The target with its checked addresses. `private` allows this machine and private networks.

    Raises NotAllowed where any of the addresses is forbidden, NoAddress where there is none now.
    """
    target = parse(url)
    found = await (resolve or _resolve)(target.host, target.port)
    addresses = tuple(dict.fromkeys(found))
    if not addresses:
        raise NoAddress("the name resolves to no address")
    for address in addresses:
        if not allowed(address, private=private):
            raise _forbidden()
    return target._replace(addresses=addresses)


def allowed(address: str, *, private: bool = False) -> bool:
    """Whether this IP address may be called. `private` allows loopback and private networks, and nothing else."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return all(_one_allowed(each, private=private) for each in (found, *_carried(found)))


def _one_allowed(address: IPAddress, *, private: bool) -> bool:
    if address in _METADATA:
        return False
    if any(address in network for network in _OWN_NETWORKS):  # false where the versions differ
        return private
    if isinstance(address, ipaddress.IPv6Address):
        if any(address in network for network in _CARRIERS):
            return True  # the address that it carries decides
        if address.is_site_local:
            return False
    unusual = address.is_multicast or address.is_reserved or address.is_link_local or address.is_unspecified
    return address.is_global and not unusual


def _carried(address: IPAddress) -> list[IPAddress]:
    """The IPv4 addresses that an IPv6 address leads to."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    carried: list[IPAddress | None] = [address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in _CARRIERS) and address != ipaddress.IPv6Address("::1"):
        carried.append(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
    return [each for each in carried if each is not None]


def _literal(host: str) -> str | None:
    """The address where the host is one, in any of the notations that resolvers know: 0x7f.1 and 2130706433 too."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return None


async def _resolve(host: str, port: int) -> Sequence[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return [str(address[0]) for *_, address in found]


def _refused(message: str) -> NotAllowed:
    return NotAllowed(message, field="webhook", fix="Give an address such as https://example.org/hooks/according.")


def _forbidden() -> NotAllowed:
    return NotAllowed(
        "It leads to this machine or to a network that is not public.",
        field="webhook",
        fix="Give a public address, or have whoever runs the service set ACCORDING_WEBHOOK_PRIVATE=1.",
    )
