"""The app `quality`."""

from django.apps import AppConfig

from lantian.desk.language import both
from lantian.desk.log.words import name_kind


class QualityConfig(AppConfig):
    """Reviews and findings; of its own it has only what people say to a finding."""

    name = "lantian.desk.quality"
    label = "quality"
    verbose_name = both("数据质量", "Quality")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say what the log calls its things."""
        name_kind(
            "quality.finding",
            both("可疑记录", "Finding"),
            {
                "text": both("说明", "Said"),
                "digest": both("记录封记", "Seal of the finding"),
                "head": both("最后一条的封记", "Seal of the last finding"),
                "period": both("时段", "Period"),
                "count": both("标记数", "Marks"),
                "findings": both("可疑记录数", "Findings"),
            },
        )
