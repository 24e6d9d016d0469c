"""The table of intents."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Intent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("kind", models.CharField(max_length=64)),
                ("key", models.CharField(blank=True, max_length=128)),
                ("body", models.JSONField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("applied", "Applied"),
                            ("refused", "Refused"),
                        ],
                        default="pending",
                        max_length=8,
                    ),
                ),
                ("account", models.BigIntegerField(null=True)),
                ("made_by", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                ("applied_at", models.DateTimeField(null=True)),
                ("batch", models.BigIntegerField(null=True)),
                ("refusal", models.TextField(blank=True)),
            ],
            options={
                "ordering": ("id",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "pending")),
                        fields=["id"],
                        name="intents_waiting",
                    ),
                    models.Index(fields=["kind", "key", "id"], name="intents_by_thing"),
                ],
            },
        ),
    ]
