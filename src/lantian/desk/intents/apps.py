"""The app `intents`."""

from django.apps import AppConfig

from lantian.desk.language import both


class IntentsConfig(AppConfig):
    """What shall be written into the lake."""

    name = "lantian.desk.intents"
    label = "intents"
    verbose_name = both("写入数据湖", "Writes to the lake")
    default_auto_field = "django.db.models.BigAutoField"
