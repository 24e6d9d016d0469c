"""Jobs of the installation: the clock of the fictional county, in demonstrations only."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from lantian.desk.env import env
from lantian.desk.jobs.registry import job
from lantian.desk.jobs.run import Run
from lantian.desk.observations import lake
from lantian.flows.twin import extend_twin
from lantian.terms.hour import hour_number

if env().settings.desk.demo:

    @job("twin-hour", zh="模拟县推进一小时", en="Go on with the fictional county", every_s=300)
    def twin_hour(run: Run) -> Mapping[str, Any]:
        """Simulate the hours that have passed since the last one held."""
        now = timezone.localtime().replace(minute=0, second=0, microsecond=0, tzinfo=None)
        report = extend_twin(lake(), hour_number(now))
        return {"count": report.hours.new if report else 0}
