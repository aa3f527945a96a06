import socket

import httpx2
import pytest

from peg.cli.demo.practice import Ports, PracticeMissing, free_port, practice


async def test_practice_shops_that_do_not_start_pass_on_why() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = Ports(shopify=free_port(), etsy=taken.getsockname()[1])

        async with httpx2.AsyncClient() as http:
            with pytest.raises(PracticeMissing, match=f"{ports.etsy}"):
                async with practice(ports, seed=1, pieces=20, faults="", http=http):
                    pass
