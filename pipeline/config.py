"""What the operator sets, by environment variables; read once and frozen."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent.parent


def _setting(default: Any, doc: str) -> Any:
    return field(default=default, metadata={"doc": doc})


@dataclass(frozen=True)
class Settings:
    """One field for each environment variable of the same name in capitals; README.md lists them (a test holds it)."""

    port: int = _setting(8000, "Port of the web server.")
    data_dir: Path = _setting(Path("data"), "Where everything is kept: database, files, logs, keys.")
    admin_password: str = _setting("", "Password of the first account; empty: one is made and printed once.")
    whisper_model: str = _setting("auto", "Name of an openai-whisper model, a checkpoint file, `phrasebook` or `auto`.")
    asr_engine: str = _setting("whisper", "What listens: `whisper`, or `faster-whisper` (same model, faster on a CPU).")
    weights_dir: Path = _setting(Path("whisper"), "Speech models, fetched and converted.")
    translate_key: str = _setting("", "API key of a translation server that campaign.toml names, if it wants one.")
    database_url: str = _setting("", "SQLAlchemy address; empty: SQLite in DATA_DIR.")
    redis_url: str = _setting("redis://127.0.0.1:6379/0", "The doorbell. `make run` starts one when this is not set.")
    storage_url: str = _setting("", "`s3://BUCKET?endpoint=URL`; empty: the folder `media` in DATA_DIR.")
    secret_key: str = _setting("", "Key of sessions and receipt codes; empty: made once and kept in DATA_DIR.")
    seal_key: str = _setting("", "Key of what supporters write to the team; empty: made once and kept in DATA_DIR.")
    campaign_file: Path = _setting(HERE / "campaign.toml", "What the campaign sets.")
    hosts: str = _setting("", "Names under which the site is reached, with commas between; empty: any.")
    proxies: int = _setting(0, "How many proxies stand before the web server: so many X-Forwarded-For are believed.")
    offline: bool = _setting(False, "No outward call: no model is fetched, no other machine is asked to translate.")
    https: bool = _setting(False, "The site is reached by https only: cookies are marked so, HSTS is sent.")
    allow_unsandboxed: bool = _setting(False, "Work without bubblewrap; every staff page then says so.")
    lease_seconds: int = _setting(60, "How long a step is held without a sign of life before another takes it.")
    notify: str = _setting(
        "", "Where to tell the team that something waits too long: an Apprise address; empty: nowhere."
    )
    notify_hours: int = _setting(24, "How many hours something may wait for a person before the team is told.")
    pieces_days: int = _setting(14, "For how many days pieces of finished clips are kept for the next edit.")
    pieces_megabytes: int = _setting(10_000, "How much room they may take together, in MB; the oldest go first.")
    sweep_seconds: int = _setting(30, "How often lost work is looked for.")

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Settings from the environment; ValueError names the variable that cannot be read. Keeps the keys."""
        read = cls.without_key(environ)
        return replace(
            read,
            secret_key=read.secret_key or _kept_secret(read.data_dir / "secret_key"),
            seal_key=read.seal_key or _kept_secret(read.data_dir / "seal_key"),
        )

    @classmethod
    def without_key(cls, environ: Mapping[str, str]) -> Settings:
        """from_env for who has no sessions: nothing is written, and no key is made."""
        given = {f.name: environ[f.name.upper()] for f in fields(cls) if environ.get(f.name.upper(), "") != ""}
        values = {name: _parse(name, text, getattr(cls, name)) for name, text in given.items()}
        data_dir = Path(values.get("data_dir", cls.data_dir)).resolve()
        values["data_dir"] = data_dir
        values.setdefault("database_url", f"sqlite:///{data_dir / 'appeals.sqlite3'}")
        values.setdefault("weights_dir", Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "whisper"))
        values.setdefault("storage_url", (data_dir / "media").as_uri())
        return cls(**values)


def _parse(name: str, text: str, default: Any) -> Any:
    if isinstance(default, bool):
        if text.lower() in {"1", "true", "yes", "on", "0", "false", "no", "off"}:
            return text.lower() in {"1", "true", "yes", "on"}
        raise ValueError(f"{name.upper()} must be 1 or 0, not {text!r}")
    if isinstance(default, int):
        if text.isascii() and text.isdigit():
            return int(text)
        raise ValueError(f"{name.upper()} must be a whole number, not {text!r}")
    return Path(text) if isinstance(default, Path) else text


def _kept_secret(path: Path) -> str:
    """The key in this file, made at first use. Exclusive creation: two processes that start at once share one key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    fresh.touch(mode=0o600)
    fresh.write_text(secrets.token_hex(32))
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_text()
