"""A secret is found in every file and at every place, and nothing that is printed carries it further."""

import time

import pytest

from meshwright.manifest.text.leaks import redact
from meshwright.manifest.text.lines import Text
from meshwright.manifest.text.problems import Problems

CORE = "a1B2c3D4e5F6g7H8"
"""What no diagnostic may show. The tokens are put together here, so that none stands in this file."""

SECRETS = {
    "AWS, for a while": ("AS" + "IA", "IOSFODNN7EXAMPLE"),
    "AWS, the key itself": ("aws_secret_access_" + "key: ", f"{CORE}/{CORE}"),
    "GitHub": ("ghp" + "_", CORE * 3),
    "GitHub, fine-grained": ("github_" + "pat_", CORE * 3),
    "GitLab": ("gl" + "pat-", CORE * 2),
    "Slack": ("xox" + "b-", f"123456789012-{CORE}"),
    "Slack, an app": ("xa" + "pp-", f"1-{CORE}"),
    "Slack, a webhook": ("https://hooks.slack." + "com/services/", f"T000/B000/{CORE}"),
    "Google": ("AI" + "za", CORE * 2 + "abc"),
    "Google, for a while": ("ya" + "29.", CORE * 2),
    "Stripe": ("sk_" + "live_", CORE * 2),
    "Databricks": ("da" + "pi", "0123456789abcdef" * 2),
    "SendGrid": ("S" + "G.", f"{CORE}.{CORE * 2}"),
    "npm": ("np" + "m_", CORE * 2 + "a1B2"),
    "a JWT": ("ey" + "J", f"{CORE}.eyJ{CORE}.{CORE}"),
    "a bearer": ("Authorization: " + "Bearer ", CORE),
    "a URL": ("postgresql://ana:", CORE + "@db/shop"),
    "a URL, with what should be escaped": ("postgresql://ana:", "p@/'$" + CORE + "@db/shop"),
    "a URL, without a person": ("redis://:", CORE + "@cache:6379/0"),
    "a parameter of a URL": ("postgresql://db/shop?user=ana&" + "password=", CORE),
    "JDBC": ("jdbc:sqlserver://db:1433;user=sa;" + "password=", CORE + ";"),
    "libpq": ("host=db user=ana " + "password=", CORE),
    "Azure": ("AccountName=shop;Account" + "Key=", CORE * 2 + "==;"),
    "a key of its own": ("db_pass" + "word: ", CORE),
    "JSON": ('"client_se' + 'cret": "', CORE + '"'),
    "a private key": ("-----BEGIN OPENSSH PRIVATE" + " KEY-----\n  ", CORE + "\n  -----END OPENSSH PRIVATE KEY-----"),
    "a key of PGP": ("-----BEGIN PGP PRIVATE" + " KEY BLOCK-----\n  ", CORE + "\n  -----END"),
}
PLACES = {
    "a value": "a: {0}\n",
    "a block": "a: |\n  {0}\n  and more\n",
    "a comment": "a: 1  # {0}\n",
    "a list": "- {0}\n- b\n",
    "SQL": "SELECT a -- {0}\nFROM b",
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize(("sign", "rest"), SECRETS.values(), ids=SECRETS)
def test_a_secret_is_refused_and_never_shown(place: str, sign: str, rest: str) -> None:
    problems = Problems()
    safe = redact(Text("x", place.format(sign + rest)), problems)
    assert "MW0109" in {d.code for d in problems.found}
    shown = f"{safe.text}{problems.found}"
    assert not any(part in shown for part in (CORE, "IOSFODNN7", "0123456789abcdef"))
    assert len(safe.text) == len(place.format(sign + rest))


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org:8080/users/@me",
        "https://${USER}:${PASSWORD}@db/x",
        "https://ana:{{ password }}@db/x",
        "postgresql://ana:<password>@db/x",
        "postgresql://ana:********@db/x",
        "mailto:a@b.c",
        "SELECT * FROM a JOIN b ON a.password=b.password2",
        "WHERE token = @interval_start",
        "password: {env: DB_PASSWORD}",
        "the password is not here: ask",
        "primaryKeyPosition: 1",
        "key: 0123456789",
        "api_key: string",
        "SG.sub",
        "description: A very-long-word-with-dashes-everywhere_and_underscores",
    ],
)
def test_what_only_looks_like_a_secret_is_left_alone(text: str) -> None:
    problems = Problems()
    assert redact(Text("x", text), problems).text == text
    assert problems.found == ()


MANY = 200_000


@pytest.mark.parametrize(
    "text",
    [
        "://a:" * MANY,
        "://x:1@y " * MANY,
        "eyJ-" * MANY,
        "eyJaaaaaaaaaaaaa." * (MANY // 4),
        "password:" * (MANY // 2),
        "a_" * MANY + "password",
        "-----BEGIN " * (MANY // 4) + "PRIVATE KEY",
    ],
    ids=lambda text: text[:12],
)
def test_a_text_made_to_take_long_does_not(text: str) -> None:
    start = time.process_time()
    redact(Text("x", text), Problems())
    assert time.process_time() - start < 5
