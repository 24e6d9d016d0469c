"""Tables of jobs: jobs, leases, schedules, presence."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("django_tasks_database", "0021_conditional_partial_index_ordering"),
    ]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "task",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="job",
                        serialize=False,
                        to="django_tasks_database.dbtaskresult",
                    ),
                ),
                ("name", models.CharField(max_length=64)),
                ("schedule", models.CharField(blank=True, max_length=64)),
                ("account", models.BigIntegerField(null=True)),
                ("actor", models.CharField(max_length=150)),
                ("origin", models.CharField(blank=True, max_length=64)),
                ("language", models.CharField(max_length=16)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("done", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(null=True)),
                ("words", models.CharField(blank=True, max_length=200)),
                ("memo", models.JSONField(default=dict)),
                ("result", models.JSONField(default=dict)),
                ("reason", models.TextField(blank=True)),
                ("cancel_asked", models.BooleanField(default=False)),
                ("cancelled", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="Presence",
            fields=[
                ("role", models.CharField(max_length=16, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Schedule",
            fields=[
                ("name", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("every_s", models.PositiveIntegerField(null=True)),
                ("at", models.CharField(blank=True, max_length=5)),
                ("enabled", models.BooleanField(default=True)),
                ("last_due", models.DateTimeField(null=True)),
                ("next_due", models.DateTimeField()),
                ("last_job", models.UUIDField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Lease",
            fields=[
                (
                    "job",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="lease",
                        serialize=False,
                        to="jobs.job",
                    ),
                ),
                ("token", models.BigIntegerField(default=0)),
                ("beat", models.BigIntegerField(default=0)),
                ("holder", models.CharField(blank=True, max_length=64)),
                ("heartbeat", models.DateTimeField(null=True)),
                ("until", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(fields=["account"], name="jobs_by_account"),
        ),
    ]
