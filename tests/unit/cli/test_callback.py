import asyncio
import socket
import struct

import httpx2
import pytest

from peg.cli.callback import BadCallbackAddress, Callback, NobodyCame, NotLocal
from peg.cli.listening import CannotListen


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


async def test_the_browser_is_heard_at_the_registered_address_and_nowhere_else() -> None:
    base = f"http://127.0.0.1:{free_port()}"

    async with Callback(f"{base}/callback") as listening, httpx2.AsyncClient() as browser:
        elsewhere = await browser.get(f"{base}/favicon.ico")
        posted = await browser.post(f"{base}/callback")
        page = asyncio.create_task(browser.get(f"{base}/callback?code=abc&state=a%2Bb&empty="))
        brought = await listening.parameters("a+b")
        listening.answer("Gems & Co is connected.")
        there = await page

    assert (elsewhere.status_code, posted.status_code) == (404, 404)
    assert there.status_code == 200
    assert "Gems &amp; Co is connected." in there.text
    assert "close this window" in there.text
    assert brought == {"code": "abc", "state": "a+b", "empty": ""}


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        ("GET /favicon.ico HTTP/1.1", 404),
        ("GET / HTTP/1.0", 404),
        ("POST /callback?code=abc&state=ours HTTP/1.1", 404),
        ("GET /callback HTTP/1.1", 400),
        ("GET /callback?code=abc HTTP/1.1", 400),
        ("GET /callback?code=abc&state=another HTTP/1.1", 400),
        ("GET /callback?code=abc&state=%ff%00 HTTP/1.1", 400),
        ("GET //[ HTTP/1.1", 400),
        ("\x16\x03\x01\x02\x00\xff", 400),
        ("x" * 10_000, 400),
        ("", 400),
    ],
)
async def test_whoever_knocks_by_mistake_is_told_so_and_the_right_one_is_still_awaited(
    request_line: str, status: int
) -> None:
    port = free_port()

    async with (
        Callback(f"http://127.0.0.1:{port}/callback") as listening,
        httpx2.AsyncClient() as browser,
    ):
        waiting = asyncio.create_task(listening.parameters("ours"))
        told = await said_to(port, request_line.encode("latin-1") + b"\r\n\r\n")
        page = asyncio.create_task(
            browser.get(f"http://127.0.0.1:{port}/callback?code=abc&state=ours")
        )
        brought = await waiting
        listening.answer("Gems & Co is connected.")

        assert (await page).status_code == 200
    assert told.startswith(f"HTTP/1.1 {status} ")
    assert "<p>" in told  # a sentence for whoever reads it
    assert brought == {"code": "abc", "state": "ours"}


async def test_who_hangs_up_at_once_is_not_minded() -> None:
    port = free_port()

    async with Callback(f"http://127.0.0.1:{port}/callback") as listening:
        waiting = asyncio.create_task(listening.parameters("ours"))
        for _ in range(3):
            await hung_up(port)
        page = asyncio.create_task(said_to(port, b"GET /callback?state=ours HTTP/1.1\r\n\r\n"))

        assert await waiting == {"state": "ours"}
        listening.answer("")
        assert "200 OK" in await page


async def said_to(port: int, sent: bytes) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    writer.write_eof()
    told = await reader.read()
    writer.close()
    return told.decode()


async def hung_up(port: int) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    linger = struct.pack("ii", 1, 0)  # a reset, as a port scanner leaves
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.close()


async def test_the_page_speaks_also_when_peg_ends_at_once_and_when_it_fell() -> None:
    base, asked = f"http://127.0.0.1:{free_port()}", "callback?error=access_denied&state=ours"

    async with httpx2.AsyncClient() as browser:
        async with Callback(f"{base}/callback") as listening:
            told = asyncio.create_task(browser.get(f"{base}/{asked}"))
            await listening.parameters("ours")
            listening.answer("The shop is not connected: somebody said no.")
        async with Callback(f"{base}/callback") as listening:
            untold = asyncio.create_task(browser.get(f"{base}/{asked}"))
            await listening.parameters("ours")

        assert "not connected: somebody said no" in (await told).text
        assert "look at the terminal" in (await untold).text


@pytest.mark.parametrize("port", ["99999", "0", "many", "-1"])
async def test_a_port_that_cannot_be_is_refused(port: str) -> None:
    with pytest.raises(BadCallbackAddress, match="8378"):
        Callback(f"http://127.0.0.1:{port}/callback")


async def test_a_port_that_another_program_uses_is_named_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(CannotListen, match=f"port {port}.*--callback"):
            async with Callback(f"http://127.0.0.1:{port}/callback"):
                raise AssertionError


@pytest.mark.parametrize(
    "address",
    ["https://peg.example.com/callback", "http://10.0.0.1/callback", "https://127.0.0.1/callback"],
)
async def test_an_address_on_another_machine_is_refused(address: str) -> None:
    with pytest.raises(NotLocal, match="peg run"):
        Callback(address)


async def test_who_never_comes_back_is_not_waited_for_for_ever() -> None:
    address = f"http://127.0.0.1:{free_port()}/callback"

    async with Callback(address, patience_s=0.006) as listening:
        with pytest.raises(NobodyCame, match="begin the connection again"):
            await listening.parameters("ours")
