"""Writes the reference pages of the command line from the commands and tables themselves.

::

    python -m licet.cli.reference docs/reference

A test holds the written pages against these, so that they cannot rot.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from licet.cli.exits import MEANINGS
from licet.cli.root import root
from licet.cli.table import COMMANDS
from licet.settings import Settings

WIDTH = 92
HELP_NAMES = ("-h", "--help")
"""What asks for help, at every command: below a group they are the ones of the group."""

SETTINGS: dict[str, str] = {
    "home": "The deployment's folder. Given by `--home`, never written in the file.",
    "database_url": "`sqlite:///PATH` or `postgresql+psycopg://...`; empty: `store/licet.db`.",
    "keyring": "The keyring. Back it up apart from the store, or not at all.",
    "keyring_replica": "Its second half, best on another disk.",
    "epochs": "The epoch keys that wrap the keyring; on a third disk, or a key service's.",
    "ledger_key": "The key that signs checkpoints and receipts. Losing it ends the ledger.",
    "tiles": "The ledger's public mirror (C2SP tiles). A restore needs it.",
    "outbox": "Letters of a sandbox. A real deployment sends mail.",
    "certificates": "Where a worker puts certificates.",
    "packages": "Answers to people, locked, until they are delivered.",
    "copies": "What was handed in and is kept, sealed, each under a key of its own.",
    "cache": "Optimised copies of the models (40 MB).",
    "models": "A folder of model files; empty: inside the installed package.",
    "smtp_host": "The mail server by which people are asked. Without one nobody can be.",
    "smtp_port": "Its port.",
    "smtp_starttls": "Whether mail goes encrypted. Turn it off for a server on this machine only.",
    "smtp_sender": "The address that letters come from.",
    "smtp_login": "The name to log in by at the mail server, where it asks for one.",
    "smtp_password_file": "The file that holds the password of that login, and nothing else.",
    "smtp_authorities": "Certificate authorities (PEM) to trust in place of this machine's.",
    "answer_to": "The address in every letter that people write to; the data protection officer "
    "reads it. `smtp_sender` if unset.",
    "alerts_to": "The address that alarms go to: a breach; a request, a letter or an order whose "
    "term is near. `answer_to` or `smtp_sender` if unset.",
    "alerts_language": "The language of alarms: `en`, `fr` or `de`.",
    "supervisory_authority": "The authority that watches over you, named in every letter.",
    "witnesses": "Key lines of the witnesses you trust (C2SP).",
    "witness_urls": "Where each of them is asked, in the same order: its submission prefix.",
    "timestamp_url": "Where a timestamp authority is asked (RFC 3161). Empty: nobody is.",
    "timestamp_authorities": "The roots of that authority (PEM): what its answers must lead to.",
    "web_host": "Where `licet serve` listens.",
    "web_port": "Its port.",
    "web_origin": "What stands in a browser's address bar, as `https://licet.example.org`; "
    "passkeys belong to it. Empty: this machine.",
    "web_proxies": "The addresses of proxies before it, whose `X-Forwarded-For` is believed.",
    "web_certificate": "The certificate (PEM) by which it speaks TLS itself.",
    "web_key": "The key of that certificate (PEM).",
    "oidc_issuer": "The identity provider that members may sign in by: its issuer, to the letter. "
    "Empty: passkeys alone.",
    "oidc_client_id": "What the provider calls this deployment.",
    "oidc_client_secret_file": "The file that holds the secret it gave, and nothing else. "
    "Empty: a public client; the code is bound by PKCE either way.",
    "oidc_name": "What the page calls the provider. Its host if unset.",
    "oidc_acr": "Levels of proof (`acr`); one of them must be in the token. Empty: any.",
    "oidc_amr": "Methods of proof (`amr`, as `mfa`); one must be in the token. Empty: any.",
    "oidc_max_age": "Seconds since somebody proved themselves to the provider. "
    "`0`: not asked, for a provider that does not say (`auth_time`).",
    "threads": "Photos looked at, and parts of a search done, at one time. `0`: one for each core.",
}


def cli_page() -> str:
    """Return the page of all commands: each one's own help."""
    parts = [
        "# Commands",
        "",
        "Written by `python -m licet.cli.reference docs/reference`; do not edit by hand.",
        "",
        "- Every command takes `--json` and then prints one JSON document on stdout: the answer,",
        '  `{"refused": ...}` or `{"error": ...}`. Without it people get sentences and tables on',
        "  stdout; refusals, errors and progress go to stderr.",
        "- In JSON a `score` and a search's `threshold` are whole numbers: 1073676289 stands for",
        "  a cosine of 1. Moments are UTC.",
        "- `--home` or `LICET_HOME` says where the deployment is, else the current folder.",
        "- Members act with `--key FILE`, twice for two members; the passphrase is asked for, or",
        "  read from `LICET_PASSPHRASE_FILE` (one line, or one a key) or `LICET_PASSPHRASE`.",
        "  `--as NAME[,NAME]` does the same in a sandbox, and nowhere else.",
        "- A file that exists is never overwritten; `-` is standard input or output.",
        "- [Exit codes](exit-codes.md) say how it ended; [settings](settings.md) what can be set.",
        "",
    ]
    for path, command in commands():
        context = typer.Context(
            command, info_name=path, terminal_width=WIDTH, help_option_names=list(HELP_NAMES)
        )
        text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
        parts += [f"## {path}", "", "```", text, "```", ""]
    return "\n".join(parts)


def exits_page() -> str:
    """Return the page of exit codes."""
    rows = [f"| {code.value} | `{code.name.lower()}` | {MEANINGS[code]} |" for code in MEANINGS]
    return "\n".join(
        [
            "# Exit codes",
            "",
            "Written by `python -m licet.cli.reference docs/reference`; do not edit by hand.",
            "",
            "With `--json` an error's `kind` is the name in the second column.",
            "",
            "| code | name | meaning |",
            "|---|---|---|",
            *rows,
            "",
            "From 10 on it is an error of the tree in `licet.terms.errors`: what happened, and",
            "what to do about it. A refusal (3) is no error but the answer of the law: it gives",
            "its reason, the article, and what would change it. `LICET_TRACEBACK=1` shows where",
            "a defect (1) happened; a traceback may hold personal data.",
            "",
        ]
    )


def settings_page() -> str:
    """Return the page of settings."""
    rows = [
        f"| `{name}` | {_default(Settings.model_fields[name].get_default())} | {meaning} |"
        for name, meaning in SETTINGS.items()
    ]
    return "\n".join(
        [
            "# Settings",
            "",
            "Written by `python -m licet.cli.reference docs/reference`; do not edit by hand.",
            "",
            "They stand in `licet.toml` in the deployment's folder. A variable `LICET_NAME` wins",
            "over the file. Relative paths are below that folder. Ceilings (rates, searches a",
            "day, people in a case) are not settings: they are constants with their reasons.",
            "",
            "| name | default | meaning |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def commands() -> Iterator[tuple[str, Any]]:
    """Yield every command with the words that call it."""
    top = root()
    for name in COMMANDS:
        command = top.get_command(None, name)
        yield f"licet {name}", command
        if isinstance(command, TyperGroup):
            for below, inner in command.commands.items():
                yield f"licet {name} {below}", inner


def _default(value: object) -> str:
    shown = "" if str(value) == "PydanticUndefined" or value is None else str(value)
    return f"`{shown}`" if shown and shown != "()" else ""


PAGES = {"cli.md": cli_page, "exit-codes.md": exits_page, "settings.md": settings_page}


def _main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
