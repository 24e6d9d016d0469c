"""What a request may bring: refused by what it announces, before its body is taken."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpResponse

from lantian.desk.env import env
from lantian.desk.rights.request import DeskRequest
from lantian.desk.site.views import told
from lantian.errors import BadRequest

type View = Callable[[DeskRequest], HttpResponse]


class ReceivingMiddleware:
    """Refuses a body that is larger than anything that the desk takes, unread.

    It stands before all that reads the form, as the check of its token does. A body without
    a stated length is not read by anybody.
    """

    def __init__(self, get_response: View) -> None:
        """Take the next layer."""
        self.get_response = get_response

    def __call__(self, request: DeskRequest) -> HttpResponse:
        """Go on, or refuse."""
        stated = request.META.get("CONTENT_LENGTH") or "0"
        if not stated.isascii() or not stated.isdigit():
            stated = "0"
        if int(stated[:18]) <= _most_b(request.META.get("CONTENT_TYPE", "")):
            return self.get_response(request)
        error = BadRequest(
            f"上传内容有 {int(stated[:18]) >> 20} MB，过大 / "
            f"{int(stated[:18]) >> 20} MB are too much to be sent",
            where=request.path,
            fix=f"文件不超过 {env().settings.desk.upload_mb} MB / "
            f"a file may have {env().settings.desk.upload_mb} MB",
        )
        response = told(request, error)
        response.status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        # The rest of the body is still on its way: nothing else can be said over this line.
        response.headers["Connection"] = "close"
        return response


def _most_b(content_type: str) -> int:
    form_b = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
    return form_b + (env().upload_b if content_type.startswith("multipart/") else 0)


class BoundedHandler(FileUploadHandler):
    """Stops taking a file that has grown too large, whatever was announced."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Hand a piece on to what keeps it.

        Raises
        ------
        RequestDataTooBig
            If the file is larger than files may be.
        """
        if start + len(raw_data) > env().upload_b:
            raise RequestDataTooBig(f"a file of more than {env().settings.desk.upload_mb} MB")
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to what keeps it."""
