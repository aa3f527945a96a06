import socket

import httpx2
import pytest

from peg.cli.callback import Callback, NobodyCame, NotLocal


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
        there = await browser.get(f"{base}/callback?code=abc&state=a%2Bb&empty=")
        brought = await listening.parameters()

    assert (elsewhere.status_code, posted.status_code) == (404, 404)
    assert there.status_code == 200
    assert "close this window" in there.text
    assert brought == {"code": "abc", "state": "a+b", "empty": ""}


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
            await listening.parameters()
