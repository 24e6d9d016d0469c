"""Reading stations for other rooms."""

from dataclasses import dataclass

from lantian.desk.language import language
from lantian.desk.stations.models import Station


@dataclass(frozen=True, slots=True)
class StationNote:
    """A station of the register, as other rooms need it.

    Attributes
    ----------
    pk : int
        Its row.
    code, kind : str
    name : str
        In the language of the page.
    path : str
        Of the place in which it stands.
    """

    pk: int
    code: str
    name: str
    kind: str
    path: str


def stations_by_code() -> dict[str, StationNote]:
    """Return every station of the register by its code; one query."""
    lang = language()
    rows = Station.objects.values_list("pk", "code", "name_zh", "name_en", "kind", "place__path")
    return {
        code: StationNote(pk, code, lang.of(zh, en or zh), kind, path)
        for pk, code, zh, en, kind, path in rows
    }
