"""Stand a local application where clients look for etsy.com: TLS, a CA of our own, a proxy.

Clients with a fixed address need no change: their environment names the proxy and the CA.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.types import ASGIApp

from marketsim.server import Server

HOSTS = ("api.etsy.com", "openapi.etsy.com", "www.etsy.com")
LOOPBACK = "127.0.0.1"
LASTS = timedelta(hours=1)
Connect = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def as_etsy_com(app: ASGIApp, folder: Path) -> AsyncIterator[Mapping[str, str]]:
    """Serve `app` as Etsy's hosts; yields the environment a client needs to find it."""
    authority, chain, key = _certificates(folder)
    config = uvicorn.Config(
        app,
        host=LOOPBACK,
        port=0,
        ssl_certfile=str(chain),
        ssl_keyfile=str(key),
        log_level="warning",
        lifespan="off",
    )
    server = Server(config)
    async with asyncio.TaskGroup() as serving:
        serving.create_task(server.serve())
        await server.ready.wait()
        port = server.servers[0].sockets[0].getsockname()[1]
        async with await asyncio.start_server(_proxy_to(port), LOOPBACK, 0) as proxy:
            address = f"http://{LOOPBACK}:{proxy.sockets[0].getsockname()[1]}"
            yield {"HTTPS_PROXY": address, "REQUESTS_CA_BUNDLE": str(authority)}
        server.should_exit = True


def _proxy_to(port: int) -> Connect:
    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        host = asked.split()[1].decode().partition(":")[0]
        if not asked.startswith(b"CONNECT ") or host not in HOSTS:
            writer.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")
            writer.close()
            return
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        inner_reader, inner_writer = await asyncio.open_connection(LOOPBACK, port)
        await asyncio.gather(_carry(reader, inner_writer), _carry(inner_reader, writer))

    return connect


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
    writer.close()


def _certificates(folder: Path) -> tuple[Path, Path, Path]:
    """An authority, and a certificate of Etsy's hosts signed by it, with its key."""
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority_name = _name("A test's own authority")
    authority = (
        _certificate(authority_name, authority_name, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_may_sign_certificates(), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), critical=False
        )
        .sign(authority_key, hashes.SHA256())
    )
    hosts = x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS])
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    leaf = (
        _certificate(_name(HOSTS[0]), authority_name, key.public_key())
        .add_extension(hosts, critical=False)
        .add_extension(issuer, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    paths = folder / "authority.pem", folder / "chain.pem", folder / "key.pem"
    pem = serialization.Encoding.PEM
    paths[0].write_bytes(authority.public_bytes(pem))
    paths[1].write_bytes(leaf.public_bytes(pem))
    paths[2].write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - LASTS)
        .not_valid_after(now + LASTS)
    )


def _may_sign_certificates() -> x509.KeyUsage:
    rights = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(key_cert_sign=True, crl_sign=True, **rights)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, common_name)])
