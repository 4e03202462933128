"""The command line: `flask --app web migrate`, `… account add NAME --role translator`, `… memory import FILE`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import inspect
from sqlalchemy.exc import OperationalError

from pipeline import learned, tmx
from pipeline.db import migrate
from pipeline.models import Account, Role
from web import accounts, intake
from web.desk import desk

account = AppGroup("account", help="Accounts of the team.")

memory = AppGroup("memory", help="The translation memory.")

taking = AppGroup("intake", help="Whether new videos are taken.")

from_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


def init_app(app: Flask) -> None:
    """Add the commands to `flask`."""
    app.cli.add_command(account)
    app.cli.add_command(memory)
    app.cli.add_command(taking)
    app.cli.add_command(_migrate)


@click.command("migrate")
@with_appcontext
def _migrate() -> None:
    """Bring the database to the newest schema."""
    migrate(desk().settings.database_url)


@contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        if not inspect(desk().db.engine).has_table(Account.__tablename__):
            folder = desk().settings.data_dir
            raise click.ClickException(f"There is no app in DATA_DIR {folder} yet; start it with `make run` first.")
        yield
    except (accounts.AccountError, tmx.BadTmx) as error:
        raise click.ClickException(str(error)) from error
    except OperationalError as error:
        raise click.ClickException(f"DATABASE_URL cannot be used: {error.orig}") from error


def _chosen(from_stdin: bool) -> str:
    return sys.stdin.readline().rstrip("\n") if from_stdin else accounts.new_password()


def _tell(password: str, from_stdin: bool) -> None:
    if not from_stdin:
        click.echo(f"password: {password}")


@account.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice([r.value for r in Role]), required=True)
@from_stdin
def _add(name: str, role: str, password_stdin: bool) -> None:
    """Make an account and print its password."""
    password = _chosen(password_stdin)
    with _plain_errors():
        accounts.add(desk().db, name, Role(role), password)
    _tell(password, password_stdin)


@account.command("password")
@click.argument("name")
@from_stdin
def _new_password(name: str, password_stdin: bool) -> None:
    """Give an account a new password; its sessions end."""
    password = _chosen(password_stdin)
    with _plain_errors():
        accounts.set_password(desk().db, name, password)
    _tell(password, password_stdin)


@account.command("disable")
@click.argument("name")
def _disable(name: str) -> None:
    """Let an account in no more; its sessions end."""
    with _plain_errors():
        accounts.disable(desk().db, name)


@account.command("list")
def _list() -> None:
    """Name, role and whether disabled, one account a line."""
    with _plain_errors():
        for one in accounts.everyone(desk().db):
            click.echo(f"{one.name}\t{one.role.value}" + ("" if one.active else "\tdisabled"))


@taking.command("open")
def _open() -> None:
    """Take videos again."""
    with _plain_errors(), desk().db.write() as session:
        intake.open_again(session)
    click.echo("open")


@taking.command("close")
def _close() -> None:
    """Take no new videos; those that are on their way may still arrive."""
    with _plain_errors(), desk().db.write() as session:
        intake.close(session, "command line")
    click.echo("closed")


@memory.command("import")
@click.argument("file", type=click.File("rb"))
def _import(file: BinaryIO) -> None:
    """Add the pairs of a TMX file; - reads standard input."""
    with _plain_errors():
        pairs = tmx.read(file.read())
        with desk().db.write() as session:
            click.echo(f"{learned.add(session, pairs)} of {len(pairs)} pairs added")


@memory.command("export")
@click.argument("file", type=click.File("wb"))
def _export(file: BinaryIO) -> None:
    """Write all pairs as TMX; - writes to standard output."""
    with _plain_errors(), desk().db.read() as session:
        file.write(tmx.write(learned.everything(session)))
