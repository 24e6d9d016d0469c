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


def most_b() -> int:
    """Bytes that a request may bring: a file, and the form about it."""
    return env().upload_b + (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)


class ReceivingMiddleware:
    """Refuses a form with files that is larger than anything that the desk takes, unread.

    It stands before all that reads the form, as the check of its token does. A body of no
    stated length is not read at all, and forms without files have Django's own limit.
    """

    def __init__(self, get_response: View) -> None:
        """Take the next layer."""
        self.get_response = get_response

    def __call__(self, request: DeskRequest) -> HttpResponse:
        """Go on, or refuse."""
        stated = request.META.get("CONTENT_LENGTH") or ""
        length = int(stated) if stated.isascii() and stated.isdigit() else 0
        if length <= most_b() or not request.META.get("CONTENT_TYPE", "").startswith("multipart/"):
            return self.get_response(request)
        allowed = env().settings.desk.upload_mb
        error = BadRequest(
            f"上传内容有 {length >> 20} MB，过大 / {length >> 20} MB are too much to send",
            where=request.path,
            fix=f"文件不超过 {allowed} MB / a file may have {allowed} MB",
        )
        response = told(request, error)
        response.status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return response


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
            for handler in self.request.upload_handlers if self.request else ():
                handler.upload_interrupted()  # what was taken so far is deleted
            raise RequestDataTooBig(f"a file of more than {env().settings.desk.upload_mb} MB")
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to what keeps it."""
