"""Makes the log append-only."""

from typing import Any

from django.db import migrations

from lantian.desk.log import guard


def _put_up(apps: Any, schema_editor: Any) -> None:
    guard.put_up(schema_editor.connection)


def _take_down(apps: Any, schema_editor: Any) -> None:
    guard.take_down(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("log", "0001_initial")]

    operations = [migrations.RunPython(_put_up, _take_down)]
