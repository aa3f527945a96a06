"""`peg connect` refuses what cannot be before anything is used up or stored."""

from pathlib import Path

from tests.support.command_line import peg
from tests.support.given import two_practice_shops

NO_SECRET = "whsec_a"
"""Base64 that stands for no byte: nothing could be signed with it."""


def test_a_webhook_secret_that_cannot_sign_is_refused_and_peg_goes_on(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path) as environment:
        etsy = next(
            one["id"] for one in peg(tmp_path, "shops", "--json").facts if one["channel"] == "etsy"
        )

        ran = peg(tmp_path, "connect", "webhook-secret", etsy, NO_SECRET, "--json")
        doctor = peg(tmp_path, "doctor", "--json", **environment)

    assert (ran.code, ran.refusal["error"]) == (2, "BadSignature")
    assert doctor.code == 0
    found = {one["what"]: one["state"] for one in doctor.facts}
    assert found[etsy] == "well"


def test_it_is_refused_before_a_refresh_token_is_used_up_for_it(tmp_path: Path) -> None:
    ran = peg(
        tmp_path,
        *("connect", "etsy", "--keystring=k", "--shared-secret=s", "--refresh-token=r"),
        f"--webhook-secret={NO_SECRET}",
        "--json",
        PEG_ETSY_URL="http://127.0.0.1:9",  # nobody is there to be asked
    )

    assert (ran.code, ran.refusal["error"]) == (2, "BadSignature")
