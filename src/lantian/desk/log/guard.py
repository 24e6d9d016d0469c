"""What keeps the log append-only: triggers that refuse to change or delete its rows.

They stand against mistakes, as a bulk delete; whoever may drop them is caught by the chain.
"""

from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

_TABLES: Final = ("log_entry", "log_seal")
_SAID: Final = "the log is append-only"
_SQLITE: Final = {
    f"{table}_no_{verb.lower()}": (
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
    )
    for table in _TABLES
    for verb in ("UPDATE", "DELETE")
}
_POSTGRES_REFUSAL: Final = (
    "CREATE OR REPLACE FUNCTION log_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_SAID}'; END $$"
)
_POSTGRES: Final = {
    table: f"CREATE OR REPLACE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE "
    f"ON {table} FOR EACH STATEMENT EXECUTE FUNCTION log_refuse()"
    for table in _TABLES
}


def put_up(connection: BaseDatabaseWrapper) -> None:
    """Let the database refuse every change and deletion of what the log holds."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES_REFUSAL)
        for statement in (_SQLITE if connection.vendor == "sqlite" else _POSTGRES).values():
            cursor.execute(statement)


def take_down(connection: BaseDatabaseWrapper) -> None:
    """Let rows of the log be changed again, as tests do that empty tables."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in _SQLITE:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        else:
            for table in _TABLES:
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}")


def stands(connection: BaseDatabaseWrapper) -> bool:
    """Whether the triggers are there."""
    if connection.vendor == "sqlite":
        names = set(_SQLITE)
        asked = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        names = {f"{table}_no_change" for table in _TABLES}
        asked = "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'"
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return names <= {name for (name,) in cursor.fetchall()}
