"""The practice shop on a real socket and under its own name."""

import asyncio
import datetime as dt
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from starlette.types import ASGIApp

from marketsim.shopify.credentials import SHOP_DOMAIN


@dataclass(frozen=True)
class Street:
    """A proxy that leads every address to the shop, and the authority that vouches for its name."""

    proxy: str
    authority: Path

    def environment(self) -> dict[str, str]:
        return {"HTTPS_PROXY": self.proxy, "SSL_CERT_FILE": str(self.authority)}


@asynccontextmanager
async def serve(
    app: ASGIApp, *, certificate: Path | None = None, key: Path | None = None
) -> AsyncIterator[int]:
    """Run the app on a free port of this machine."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, log_level="critical", lifespan="off", ssl_certfile=certificate, ssl_keyfile=key
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        await running
        listening.close()


@asynccontextmanager
async def street(app: ASGIApp, folder: Path) -> AsyncIterator[Street]:
    """The shop behind TLS, and a CONNECT proxy in front of it."""
    certificate, key = _certify(folder)
    async with serve(app, certificate=certificate, key=key) as port:

        async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await _tunnel(reader, writer, port)

        proxy = await asyncio.start_server(lead, "127.0.0.1", 0)
        async with proxy:
            address = f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
            yield Street(proxy=address, authority=certificate)


async def _tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    await reader.readuntil(b"\r\n\r\n")
    onward_reader, onward_writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
    await asyncio.gather(_pour(reader, onward_writer), _pour(onward_reader, writer))


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while some := await reader.read(65_536):
            writer.write(some)
            await writer.drain()
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


def _certify(folder: Path) -> tuple[Path, Path]:
    """A certificate for the shop's name that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SHOP_DOMAIN)])
    today = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(SHOP_DOMAIN)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "shop.pem", folder / "shop.key"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files
