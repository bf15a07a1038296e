"""Where a deployment keeps its parts, read from ``licet.toml`` and ``LICET_*`` variables.

The folders are apart on purpose: whoever copies the store alone has sealed bytes,
whoever copies the keyring alone has wrapped keys, and the epoch folder opens
neither without the other two.
"""

import os
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from licet.terms.errors import Setup

FILE_NAME = "licet.toml"
_FILE: ContextVar[Path | None] = ContextVar("the file that is being read", default=None)


class Settings(BaseSettings):
    """One deployment's places and limits. Relative paths are below ``home``."""

    model_config = SettingsConfigDict(env_prefix="LICET_", extra="forbid", frozen=True)

    home: Path
    database_url: str = ""
    keyring: Path = Path("vault/keyring.db")
    keyring_replica: Path = Path("replica/keyring.db")
    epochs: Path = Path("epochs")
    ledger_key: Path = Path("ledger/key")
    tiles: Path = Path("mirror")
    outbox: Path = Path("outbox")
    certificates: Path = Path("certificates")
    packages: Path = Path("packages")
    copies: Path = Path("copies")
    cache: Path = Path("cache")
    models: Path | None = None
    smtp_host: str = ""
    smtp_port: int = 25
    smtp_starttls: bool = True
    smtp_sender: str = ""
    smtp_login: str = ""
    smtp_password_file: Path | None = None
    smtp_authorities: Path | None = None
    answer_to: str = ""
    alerts_to: str = ""
    alerts_language: str = "en"
    supervisory_authority: str = ""
    witnesses: tuple[str, ...] = ()
    witness_urls: tuple[str, ...] = ()
    timestamp_url: str = ""
    timestamp_authorities: Path | None = None
    web_host: str = "127.0.0.1"
    web_port: int = 8080
    web_origin: str = ""
    web_proxies: tuple[str, ...] = ()
    web_certificate: Path | None = None
    web_key: Path | None = None
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret_file: Path | None = None
    oidc_name: str = ""
    oidc_acr: tuple[str, ...] = ()
    oidc_amr: tuple[str, ...] = ()
    oidc_max_age: Annotated[int, Field(ge=0)] = 12 * 3600
    threads: Annotated[int, Field(ge=0)] = 0

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over the environment, which wins over the file."""
        place = _FILE.get()
        file = (TomlConfigSettingsSource(settings_cls, place),) if place else ()
        return (init_settings, env_settings, *file)

    @classmethod
    def read(cls, home: Path) -> "Settings":
        """Read the settings of the deployment at ``home``.

        Raises ``Setup`` when there is no deployment or its file is not right.
        """
        file = home / FILE_NAME
        if not file.is_file():
            raise Setup(f"no licet deployment at {home}", "Run `licet init` there first.")
        reading = _FILE.set(file)
        try:
            return cls(home=home.resolve())
        except ValidationError as error:
            raise Setup(f"{file} is not right: {_said(error)}", "Mend what is named.") from error
        except ValueError as error:
            raise Setup(f"{file} is not right: {error}", "Mend the named line.") from error
        finally:
            _FILE.reset(reading)

    def place(self, path: Path) -> Path:
        """Return a configured path as an absolute one."""
        return path if path.is_absolute() else self.home / path

    @property
    def workers(self) -> int:
        """How many photos are looked at, and parts of a search done, at one time."""
        return self.threads or usable_cores()

    @property
    def url(self) -> str:
        """The store's database URL; an SQLite file below ``home`` by default."""
        return self.database_url or f"sqlite:///{self.home / 'store' / 'licet.db'}"


def usable_cores() -> int:
    """Return how many cores this process may use, which may be fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _said(error: ValidationError) -> str:
    """Return what is wrong in one line: each setting, and what is the matter with it."""
    found = [(".".join(map(str, one["loc"])), one["msg"]) for one in error.errors()]
    return "; ".join(f"{name}: {message[:1].lower()}{message[1:]}" for name, message in found)
