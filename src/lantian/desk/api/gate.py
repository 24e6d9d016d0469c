"""What an operation asks of a request before any of its values is read."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja.errors import HttpError, ValidationError

from lantian.desk.api.forms import form_of
from lantian.desk.rights.request import DeskRequest

#: Open to anybody.
NOBODY: Final = ""
#: Texts of an address without control characters, as the document says and as is checked.
PRINTED: Final = r"^[^\x00-\x1f\x7f-\x9f]*$"
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Header:
    """A header of a request: what it says, its form, whether it must be there.

    One that must be there names the state that a change is made upon.
    """

    says: str
    pattern: str
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Gate:
    """Permission, parameters and forms of one operation.

    Attributes
    ----------
    need : str
        Permission; "" for an operation that needs none.
    names : mapping of str to bool
        Parameters of the address, and whether each may stand there more than once.
    forms : sequence of str
    body : bool
        Whether it takes a body.
    headers : mapping of str to Header
    """

    need: str
    names: Mapping[str, bool] = field(default_factory=dict)
    forms: Sequence[str] = ()
    body: bool = False
    headers: Mapping[str, Header] = field(default_factory=dict)

    @property
    def openapi_security_schema(self) -> dict[str, Any]:
        """How the document names the proof that is asked for."""
        return {"type": "http", "scheme": "bearer"}

    def __call__(self, request: HttpRequest) -> bool:
        """Refuse what the operation does not take.

        Raises
        ------
        PermissionDenied, ValidationError, HttpError
        """
        if self.need and not cast(DeskRequest, request).reach.may(self.need):
            raise PermissionDenied(self.need)
        if self.forms and form_of(request, self.forms) is None and "format" not in request.GET:
            raise HttpError(HTTPStatus.NOT_ACCEPTABLE, "")
        if self.body and request.content_type != "application/json":
            raise HttpError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "")
        self._check_names(request)
        self._check_headers(request)
        return True

    def _check_headers(self, request: HttpRequest) -> None:
        for name, header in self.headers.items():
            said = request.headers.get(name)
            fits = said is not None and re.fullmatch(header.pattern, said) is not None
            if header.needed and not fits:
                raise HttpError(HTTPStatus.PRECONDITION_REQUIRED, "")
            if said is not None and not fits:
                raise ValidationError([{"loc": ("header", name), "msg": header.pattern}])

    def _check_names(self, request: HttpRequest) -> None:
        wrong = [
            {"loc": ("query", name), "msg": "unknown" if name not in self.names else "repeated"}
            for name, values in request.GET.lists()
            if name not in self.names or (len(values) > 1 and not self.names[name])
        ]
        control = [
            {"loc": ("query", name), "msg": "control character"}
            for name, values in request.GET.lists()
            if any(_CONTROL.search(text) for text in values)
        ]
        if wrong or control:
            raise ValidationError([*wrong, *control])
