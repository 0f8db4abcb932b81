"""What happens before a command runs: the embedded services answer, the tables exist."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence

import django
from django.conf import settings
from django.core.management import call_command, execute_from_command_line
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from quadrat import embedded, env

# these touch neither database nor broker; `up` does everything itself, and says so as it goes
NEEDS_NOTHING = frozenset(
    {"", "help", "version", "check", "collectstatic", "compilemessages", "diffsettings"}
    | {"findstatic", "makemessages", "makemigrations", "spectacular", "startapp", "up"}
)
NEEDS_NO_TABLES = frozenset({"migrate", "sqlmigrate", "showmigrations"})
# any number that nothing else in this database uses
MIGRATION_LOCK = 20_170_021


def run(argv: Sequence[str]) -> None:
    """Run the command line ``argv`` with what it needs; exits 1 with a message where that fails."""
    command = argv[1] if len(argv) > 1 else ""
    # makemigrations looks at the database where there is one, and warns where there is none
    warnings.filterwarnings("ignore", "Got an error checking a consistent migration history")
    is_help = command.startswith("-") or bool({"-h", "--help"} & set(argv[2:]))
    if command not in NEEDS_NOTHING and not is_help:
        try:
            attach_services()
        except embedded.EmbeddedError as error:
            sys.exit(f"{error}")
        if command not in NEEDS_NO_TABLES:
            django.setup()
            migrate_when_new()
    execute_from_command_line(list(argv))


def attach_services() -> embedded.Services | None:
    """Attach to the embedded services; None where DATABASE_URL and REDIS_URL replace both."""
    wanted = embedded.missing_services(env.DATABASE_URL, env.REDIS_URL)
    return embedded.attach(settings.DATA_DIR, wanted=wanted) if wanted else None


def migrate_when_new() -> None:
    """Create the tables of an embedded database that has none; an operator's own is left alone."""
    if not env.DATABASE_URL and not MigrationRecorder(connection).has_table():
        migrate()


def has_migrations_to_apply() -> bool:
    """Whether the tables are behind the code."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrate() -> None:
    """Bring the tables up to date. Of several commands that start at once, one does it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            call_command("migrate", interactive=False, verbosity=0)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
