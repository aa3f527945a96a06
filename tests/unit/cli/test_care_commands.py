import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.support.command_line import peg


def findings(home: Path, **environment: str) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for one in peg(home, "doctor", "--json", **environment).facts:
        found.setdefault(one["what"], []).append((one["state"], one["sentence"]))
    return found


def test_on_a_fresh_machine_the_doctor_says_what_to_do_first(tmp_path: Path) -> None:
    peg(tmp_path, "migrate")

    ran = peg(tmp_path, "doctor")
    found = findings(tmp_path)

    assert ran.code == 0  # nothing is broken
    assert found["database"][0][0] == "well"
    assert found["keys"][0][0] == "well"
    assert "peg connect shopify" in found["shops"][0][1]
    assert "peg run" in found["running"][0][1]


def test_the_data_is_for_its_owner_only(tmp_path: Path) -> None:
    home = tmp_path / "home"
    peg(home, "migrate")
    with closing(sqlite3.connect(home / "peg.db")) as beside:
        beside.execute("SELECT count(*) FROM items")
        peg(home, "doctor")
        rights = {one.name: one.stat().st_mode & 0o777 for one in home.glob("peg.db*")}

    assert home.stat().st_mode & 0o777 == 0o700
    assert {name: mode for name, mode in rights.items() if name != "peg.db.lock"} == dict.fromkeys(
        ("peg.db", "peg.db-wal", "peg.db-shm"), 0o600
    )
    assert "rights" not in findings(home)


def test_data_that_others_can_read_is_found(tmp_path: Path) -> None:
    peg(tmp_path, "migrate")
    (tmp_path / "peg.db").chmod(0o644)

    (found,) = findings(tmp_path)["rights"]

    assert found == (
        "look",
        f"others can read {tmp_path / 'peg.db'}: `chmod go-rwx {tmp_path / 'peg.db'}` ends that",
    )


def test_a_misspelled_setting_is_found(tmp_path: Path) -> None:
    peg(tmp_path, "migrate")

    assert "PEG_SHOPFY_URL" in findings(tmp_path, PEG_SHOPFY_URL="x")["settings"][0][1]


def test_every_command_tells_of_a_misspelled_setting_and_does_its_work(tmp_path: Path) -> None:
    ran = peg(tmp_path, "stock", PEG_SHOPFY_URL="x")
    as_json = peg(tmp_path, "stock", "--json", PEG_SHOPFY_URL="x")

    assert (ran.code, "did you mean PEG_SHOPIFY_URL" in ran.err) == (0, True)
    assert (as_json.code, as_json.facts) == (0, [])
    assert "did you mean PEG_SHOPIFY_URL" in json.loads(as_json.err)["warning"]
    assert peg(tmp_path, "stock").err == ""


def test_a_newcomer_is_told_where_to_begin(tmp_path: Path) -> None:
    ran = peg(tmp_path, "doctor")

    assert (ran.code, "begin with `peg connect shopify`" in ran.out) == (0, True)


def test_a_database_of_a_newer_peg_is_found(tmp_path: Path) -> None:
    peg(tmp_path, "migrate")
    with sqlite3.connect(tmp_path / "peg.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")

    ran = peg(tmp_path, "doctor")

    assert ran.code == 1
    assert "newer" in ran.out


def test_an_item_whose_entries_do_not_add_up_is_found(tmp_path: Path) -> None:
    peg(tmp_path, "migrate")
    with sqlite3.connect(tmp_path / "peg.db") as connection:
        row = "INSERT INTO positions (sku, version, oversold, on_hand) VALUES ('RING-1', 1, 0, 2)"
        connection.execute(row)

    ran = peg(tmp_path, "doctor")

    assert ran.code == 1
    assert findings(tmp_path)["book"][0][0] == "bad"


def test_what_peg_run_has_found_untrue_is_named_five_at_most(tmp_path: Path) -> None:
    peg(tmp_path, "migrate")
    with sqlite3.connect(tmp_path / "peg.db") as connection:
        for number in range(7):
            connection.execute(
                "INSERT INTO breaches VALUES ('shown', ?, ?, '2026-11-23 12:00:00', ?)",
                (str(number), f"piece {number} shows more than its 1", number < 6),
            )

    ran = peg(tmp_path, "doctor")

    told = [sentence for _, sentence in findings(tmp_path)["book"]]
    assert ran.code == 1
    assert told[0] == "piece 0 shows more than its 1: tell us"
    assert (len(told), told[-1]) == (6, "and 1 more like that")


def test_keys_that_others_can_read_stop_everything_that_needs_them(tmp_path: Path) -> None:
    peg(tmp_path, "keys", "rotate")
    (tmp_path / "master.key").chmod(0o644)

    ran = peg(tmp_path, "keys", "rotate", "--json")

    assert ran.code == 6
    assert ran.refusal["error"] == "KeysExposed"
    assert "chmod 600" in ran.refusal["sentence"]


def test_a_rotation_puts_a_new_key_above_the_old_one(tmp_path: Path) -> None:
    first = peg(tmp_path, "keys", "rotate", "--json").facts["key"]
    lines = (tmp_path / "master.key").read_text().splitlines()

    second = peg(tmp_path, "keys", "rotate", "--json").facts["key"]

    assert first != second
    assert (tmp_path / "master.key").read_text().splitlines()[1:] == lines
    assert (tmp_path / "master.key").stat().st_mode & 0o077 == 0


def test_a_fresh_key_is_printed_and_stored_nowhere(tmp_path: Path) -> None:
    ran = peg(tmp_path, "keys", "new", "--json")

    assert len(ran.facts["key"]) == 44
    assert not (tmp_path / "master.key").exists()


def test_a_key_that_is_none_is_refused(tmp_path: Path) -> None:
    ran = peg(tmp_path, "keys", "rotate", "--json", PEG_MASTER_KEY="short")

    assert ran.code == 6
    assert ran.refusal["error"] == "BadKey"
    assert "PEG_MASTER_KEY" in ran.refusal["sentence"]
    assert "your copy" in ran.refusal["sentence"]


def test_a_broken_key_file_is_named_with_what_opens_the_tokens_again(tmp_path: Path) -> None:
    peg(tmp_path, "keys", "rotate")
    (tmp_path / "master.key").write_text("no key at all\n")

    ran = peg(tmp_path, "keys", "rotate", "--json")

    assert (ran.code, ran.refusal["error"]) == (6, "BadKey")
    assert str(tmp_path / "master.key") in ran.refusal["sentence"]
    assert "your copy" in ran.refusal["sentence"]


def test_the_doctor_says_once_that_the_keys_cannot_be_used(tmp_path: Path) -> None:
    peg(tmp_path, "keys", "rotate")
    (tmp_path / "master.key").chmod(0o644)

    ran = peg(tmp_path, "doctor", "--json")

    bad = [one["what"] for one in ran.facts if one["state"] == "bad"]
    assert (ran.code, bad) == (1, ["keys"])
    assert "book" in {one["what"] for one in ran.facts}


def test_in_a_narrow_window_each_of_the_doctors_words_has_its_label(tmp_path: Path) -> None:
    told = peg(tmp_path, "doctor", COLUMNS="20").out.splitlines()

    labels = {line.split()[0] for line in told if line[:1].strip() or line[2:3].strip()}
    assert {"state", "what", "found"} <= labels


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["connect", "shopify", "--shop", "gems", "--client-id", "x"], "SecretMissing"),
        (
            [
                "connect",
                "shopify",
                "--shop",
                "evil.com",
                "--client-id",
                "x",
                "--client-secret",
                "s",
            ],
            "BadShopDomain",
        ),
        (
            [
                *("connect", "etsy", "--keystring", "k", "--shared-secret", "s"),
                *("--callback", "https://peg.example.com/callback"),
            ],
            "NotLocal",
        ),
        (["connect", "webhook-secret", "etsy:1", "whsec_abc"], "UnknownShop"),
        (["reconcile", "etsy:1"], "UnknownShop"),
        (["reconcile"], "NoShops"),
        (["match", "accept", "1"], "NoSuchProposal"),
        (["match", "accept", "--surer-than", "940"], "UnclearPairs"),
        (["match", "accept", "--surer-than", "0"], "UnclearPairs"),
        (["match", "compose", "1", "RING-1=0"], "BadQuantity"),
        (["match", "compose", "99", "RING-1"], "NoSuchOffer"),
    ],
)
def test_bad_input_is_refused_before_anybody_is_asked(
    tmp_path: Path, words: list[str], error: str
) -> None:
    ran = peg(tmp_path, *words, "--json")

    assert ran.code in {2, 3}
    assert ran.refusal["error"] == error
