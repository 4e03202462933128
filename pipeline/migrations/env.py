"""Alembic's entry: the models' metadata against the address that db.migrate gives."""

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from pipeline import crew, learned, models, posts, publishing, supporter, teamwork  # noqa: F401 - they fill the metadata
from pipeline.base import Base

engine = create_engine(context.config.get_main_option("sqlalchemy.url") or "", poolclass=NullPool)
with engine.connect() as connection:
    # batch mode: SQLite can change a column only by copying its table
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
