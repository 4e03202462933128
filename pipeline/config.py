"""What the operator sets (environment) and what a campaign sets (campaign.toml). Both are read once and frozen."""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from pipeline import glossary, look
from pipeline.glossary import Term
from pipeline.look import Look
from pipeline.russian import engines
from pipeline.russian.engines import Engine

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
    campaign_file: Path = _setting(HERE / "campaign.toml", "What the campaign sets.")
    https: bool = _setting(False, "The site is reached by https only: cookies are marked so, HSTS is sent.")
    allow_unsandboxed: bool = _setting(False, "Work without bubblewrap; every staff page then says so.")
    lease_seconds: int = _setting(60, "How long a step is held without a sign of life before another takes it.")
    sweep_seconds: int = _setting(30, "How often lost work is looked for.")

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Settings from the environment; ValueError names the variable that cannot be read. Keeps a key."""
        read = cls.without_key(environ)
        return read if read.secret_key else replace(read, secret_key=_kept_secret(read.data_dir / "secret_key"))

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


@dataclass(frozen=True)
class Limits:
    """What a clip may be; lengths in ms, size in bytes, picture in pixels."""

    min_ms: int
    max_ms: int
    max_bytes: int
    max_pixels: int


@dataclass(frozen=True)
class Campaign:
    """The contents of campaign.toml."""

    name: str
    promise: str
    hashtags: tuple[str, ...]
    two_people: bool
    limits: Limits
    languages: dict[str, str]
    consent_version: str
    consent_wording: str
    engines: dict[str, tuple[Engine, ...]]  # for each spoken language, in the order in which they are tried
    glossary: tuple[Term, ...]
    look: Look

    @classmethod
    def load(cls, path: Path, translate_key: str = "") -> Campaign:
        """Read the file; ValueError, with a sentence, when it is not what it must be.

        translate_key: for a translation server.
        """
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        limits, consent = _given(raw, "limits", dict), _given(raw, "consent", dict)
        hashtags, languages = _given(raw, "hashtags", list), _given(raw, "languages", dict)
        for name, words in (("hashtags", hashtags), ("languages", list(languages.values()))):
            if not all(isinstance(word, str) for word in words):
                raise ValueError(f"{name}: each must be text in quotes.")
        return cls(
            name=_given(raw, "name", str),
            promise=_given(raw, "promise", str),
            hashtags=tuple(hashtags),
            two_people=_given(raw, "two_people", bool),
            limits=Limits(
                min_ms=_given(limits, "min_seconds", int) * 1000,
                max_ms=_given(limits, "max_seconds", int) * 1000,
                max_bytes=_given(limits, "max_megabytes", int) * 1_000_000,
                max_pixels=_given(limits, "max_megapixels", int) * 1_000_000,
            ),
            languages=languages,
            consent_version=_given(consent, "version", str),
            consent_wording=" ".join(_given(consent, "wording", str).split()),
            engines=engines.read(raw.get("engines", {}), translate_key),
            glossary=glossary.read(raw.get("glossary", [])),
            look=look.read(raw.get("captions", {})),
        )


KINDS = {str: "text in quotes", int: "a whole number", bool: "true or false", list: "a list", dict: "a table"}


def _given(table: Mapping[str, Any], key: str, kind: type) -> Any:
    """The value of this key. Raises ValueError where there is none, or one of another kind: true is no number."""
    if key not in table:
        raise ValueError(f"{key} is missing.")
    if type(table[key]) is not kind:
        raise ValueError(f"{key} must be {KINDS[kind]}, not {table[key]!r}.")
    return table[key]
