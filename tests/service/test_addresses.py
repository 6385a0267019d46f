"""Which addresses a webhook may lead to."""

import asyncio

import pytest

from service.jobs.addresses import NoAddress, NotAllowed, allowed, check_form, parse, resolve_safely

PUBLIC = "93.184.216.34"


def resolver(*answers):
    """A name server that gives one answer after the other, then the last one for ever."""
    left = list(answers)

    async def resolve(host, port):
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve


def resolved(url, **options):
    return asyncio.run(resolve_safely(url, **options))


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("127.0.0.1", id="loopback"),
        pytest.param("127.255.255.254", id="end-of-loopback"),
        pytest.param("10.1.2.3", id="ten"),
        pytest.param("172.16.0.1", id="start-of-172"),
        pytest.param("172.31.255.255", id="end-of-172"),
        pytest.param("192.168.1.1", id="192-168"),
        pytest.param("100.64.0.1", id="carrier-nat"),
        pytest.param("169.254.169.254", id="metadata"),
        pytest.param("168.63.129.16", id="metadata-azure"),
        pytest.param("100.100.100.200", id="metadata-alibaba"),
        pytest.param("fd00:ec2::254", id="metadata-v6"),
        pytest.param("0.0.0.0", id="unspecified"),
        pytest.param("0.1.2.3", id="this-network"),
        pytest.param("192.0.0.1", id="protocol-assignments"),
        pytest.param("192.0.2.1", id="documentation"),
        pytest.param("198.18.0.1", id="benchmarking"),
        pytest.param("224.0.0.1", id="multicast"),
        pytest.param("240.0.0.1", id="reserved"),
        pytest.param("255.255.255.255", id="broadcast"),
        pytest.param("::1", id="loopback-v6"),
        pytest.param("::", id="unspecified-v6"),
        pytest.param("fe80::1", id="link-local-v6"),
        pytest.param("fe80::1%eth0", id="link-local-with-scope"),
        pytest.param("fc00::1", id="unique-local"),
        pytest.param("fdff::1", id="end-of-unique-local"),
        pytest.param("fec0::1", id="site-local"),
        pytest.param("ff02::1", id="multicast-v6"),
        pytest.param("2001:db8::1", id="documentation-v6"),
        pytest.param("::ffff:127.0.0.1", id="mapped-loopback"),
        pytest.param("::ffff:169.254.169.254", id="mapped-metadata"),
        pytest.param("::127.0.0.1", id="compatible-loopback"),
        pytest.param("64:ff9b::7f00:1", id="translated-loopback"),
        pytest.param("64:ff9b:1::a00:1", id="locally-translated-ten"),
        pytest.param("2002:7f00:1::", id="six-to-four-loopback"),
        pytest.param("2001:0:a00:1::1", id="teredo"),
        pytest.param("nonsense", id="no-address"),
    ],
)
def test_an_address_that_is_not_public_is_refused(address):
    assert not allowed(address)


@pytest.mark.parametrize(
    "address",
    [
        pytest.param(PUBLIC, id="v4"),
        pytest.param("172.15.255.255", id="just-below-172-16"),
        pytest.param("172.32.0.0", id="just-above-172-31"),
        pytest.param("126.255.255.255", id="just-below-loopback"),
        pytest.param("128.0.0.1", id="just-above-loopback"),
        pytest.param("100.63.255.255", id="just-below-carrier-nat"),
        pytest.param("168.63.129.17", id="beside-azure"),
        pytest.param("2606:2800:220:1:248:1893:25c8:1946", id="v6"),
        pytest.param(f"::ffff:{PUBLIC}", id="mapped-public"),
        pytest.param("64:ff9b::5db8:d822", id="translated-public"),
    ],
)
def test_a_public_address_may_be_called(address):
    assert allowed(address)


@pytest.mark.parametrize(
    ("address", "may"),
    [
        pytest.param("127.0.0.1", True, id="loopback"),
        pytest.param("192.168.1.1", True, id="private"),
        pytest.param("fd12::1", True, id="unique-local"),
        pytest.param("::ffff:10.0.0.1", True, id="mapped-private"),
        pytest.param(PUBLIC, True, id="public"),
        pytest.param("169.254.169.254", False, id="metadata"),
        pytest.param("fd00:ec2::254", False, id="metadata-v6"),
        pytest.param("168.63.129.16", False, id="metadata-azure"),
        pytest.param("::ffff:169.254.169.254", False, id="mapped-metadata"),
        pytest.param("0.0.0.0", False, id="unspecified"),
        pytest.param("224.0.0.1", False, id="multicast"),
    ],
)
def test_with_private_networks_allowed_metadata_and_multicast_stay_refused(address, may):
    assert allowed(address, private=True) is may


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://127.0.0.1/", id="plain"),
        pytest.param("http://127.1/", id="short"),
        pytest.param("http://0x7f.1/", id="hexadecimal"),
        pytest.param("http://0x7f000001/", id="hexadecimal-whole"),
        pytest.param("http://2130706433/", id="one-number"),
        pytest.param("http://0177.0.0.1/", id="octal"),
        pytest.param("http://0/", id="zero"),
        pytest.param("http://[::1]/", id="v6"),
        pytest.param("http://[::ffff:127.0.0.1]/", id="mapped"),
        pytest.param("http://[::ffff:7f00:1]:8080/x", id="mapped-hexadecimal"),
        pytest.param("http://[0:0:0:0:0:0:0:1]/", id="v6-long"),
        pytest.param("http://169.254.169.254/latest/meta-data", id="metadata"),
    ],
)
def test_every_way_to_write_this_machine_is_refused_by_its_form_and_when_resolved(url):
    with pytest.raises(NotAllowed):
        check_form(url)
    with pytest.raises(NotAllowed):
        resolved(url)


@pytest.mark.parametrize("name", ["localhost", "localhost.", "LOCALHOST"])
def test_a_name_of_this_machine_passes_by_form_and_is_refused_when_resolved(name):
    check_form(f"http://{name}/")

    with pytest.raises((NotAllowed, NoAddress)):
        resolved(f"http://{name}/")


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("file:///etc/passwd", id="file"),
        pytest.param("gopher://example.org/", id="gopher"),
        pytest.param("ftp://example.org/", id="ftp"),
        pytest.param("javascript:alert(1)", id="script"),
        pytest.param("//example.org/", id="no-scheme"),
        pytest.param("example.org/hook", id="bare"),
        pytest.param("https:///hook", id="no-host"),
        pytest.param("https://user:pass@example.org/", id="password"),
        pytest.param("https://example.org@127.0.0.1/", id="user-that-looks-like-a-host"),
        pytest.param("https://example.org\\@127.0.0.1/", id="backslash"),
        pytest.param("https://example.org/ x", id="space"),
        pytest.param("https://example.org/\r\nHost: x", id="line-break"),
        pytest.param("https://ex\u3002ample.org/", id="other-full-stop"),
        pytest.param("https://example.org:0/", id="port-0"),
        pytest.param("https://example.org:99999/", id="port-too-high"),
        pytest.param("https://example.org:x/", id="port-no-number"),
        pytest.param("https://[::1/", id="bracket-open"),
        pytest.param("https://" + "a" * 2_000 + ".org/", id="too-long"),
        pytest.param("", id="empty"),
    ],
)
def test_what_is_no_plain_web_address_is_refused_without_repeating_it(url):
    with pytest.raises(NotAllowed) as raised:
        check_form(url)

    assert "hooks/according" in str(raised.value)
    assert len(url) < 20 or url not in str(raised.value)


def test_the_parts_of_a_plain_address_are_found():
    target = parse("https://hooks.example.org:8443/a/b?c=d#e")

    assert target == ("https", "hooks.example.org", 8443, "/a/b?c=d", ())
    assert target.authority == "hooks.example.org:8443"
    assert target.at("2606:2800::1") == "https://[2606:2800::1]:8443/a/b?c=d"
    assert parse("http://example.org").authority == "example.org"


def test_of_several_addresses_one_that_is_forbidden_refuses_all():
    with pytest.raises(NotAllowed):
        resolved("https://example.org/", resolve=resolver([PUBLIC, "10.0.0.1"]))


def test_the_addresses_that_were_checked_are_the_ones_to_connect_to():
    resolve = resolver([PUBLIC], ["127.0.0.1"])

    target = resolved("https://example.org/", resolve=resolve)

    assert target.addresses == (PUBLIC,)
    assert asyncio.run(resolve("example.org", 443)) == ["127.0.0.1"]  # a second question would have led here


def test_a_name_without_an_address_is_told_apart_from_a_forbidden_one():
    with pytest.raises(NoAddress):
        resolved("https://example.org/", resolve=resolver([]))
