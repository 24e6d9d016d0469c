"""Tables of the log: entries, those that wait for their seal, seals."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("entry", models.BigIntegerField(unique=True)),
                ("head", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Unsealed",
            fields=[
                ("entry", models.BigIntegerField(primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at_us", models.BigIntegerField()),
                ("account", models.BigIntegerField(null=True)),
                ("actor", models.CharField(max_length=150)),
                ("origin", models.CharField(max_length=64)),
                ("request", models.CharField(max_length=64)),
                ("action", models.CharField(max_length=64)),
                ("kind", models.CharField(max_length=64)),
                ("key", models.CharField(max_length=128)),
                ("before", models.TextField()),
                ("after", models.TextField()),
                ("reason", models.TextField()),
            ],
            options={
                "ordering": ("id",),
                "indexes": [
                    models.Index(fields=["kind", "key", "id"], name="log_by_object"),
                    models.Index(fields=["account", "id"], name="log_by_account"),
                    models.Index(fields=["at_us", "id"], name="log_by_time"),
                ],
            },
        ),
    ]
