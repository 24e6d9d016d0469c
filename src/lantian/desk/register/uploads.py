"""Files of imports: received, kept for a while, deleted."""

import hashlib
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from django.core.files.uploadedfile import UploadedFile

from lantian.desk.env import env
from lantian.desk.log.actor import Actor
from lantian.desk.register.models import Batch
from lantian.desk.register.sheet.guard import guarded, refuse_large
from lantian.desk.register.spec import Register
from lantian.errors import BadFile
from lantian.terms.coordinates import CoordinateSystem


def upload_path(batch: Batch) -> Path:
    """Where the file of an import lies."""
    return _folder() / f"{batch.pk}.upload"


def result_path(batch: Batch) -> Path:
    """Where the sheet with the outcome of each row lies, once it was checked."""
    return _folder() / f"{batch.pk}.xlsx"


def plan_path(batch: Batch) -> Path:
    """Where the plan of what is to be written lies while an import is at work."""
    return _folder() / f"{batch.pk}.plan"


def _folder() -> Path:
    folder = env().folder / "files" / "imports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def receive(
    register: Register,
    upload: UploadedFile[bytes],
    *,
    system: CoordinateSystem,
    by: Actor,
    now: datetime,
) -> Batch:
    """Keep a file that was sent in, if it may be opened at all.

    Raises
    ------
    BadFile
        If it may not.
    """
    name = Path(upload.name or "?").name[-200:]
    refuse_large(upload.size or 0, name)
    batch = Batch(
        pk=uuid4(),
        kind=register.kind,
        account=by.account,
        author=by.name,
        file_name=name,
        coordinates=system,
        at=now,
        state=Batch.State.CHECKING,
    )
    path = upload_path(batch)
    digest = hashlib.sha256()
    try:
        with path.open("wb") as file:
            path.chmod(0o600)
            for block in upload.chunks():
                digest.update(block)
                file.write(block)
        guarded(path, name)
    except (BadFile, OSError):  # the disk may be full
        path.unlink(missing_ok=True)
        raise
    batch.sha256 = digest.hexdigest()
    batch.save(force_insert=True)
    return batch


def delete_files(batch: Batch) -> int:
    """Delete the files of an import, and say how many there were."""
    paths = [upload_path(batch), result_path(batch), plan_path(batch)]
    there = [path for path in paths if path.exists()]
    for path in there:
        path.unlink()
    return len(there)


def forget_uploads(*, before: datetime) -> int:
    """Delete the files of imports that were sent in before a time, and say how many."""
    return sum(delete_files(batch) for batch in Batch.objects.filter(at__lt=before).iterator())


def batch_of(pk: UUID, account: int | None) -> Batch | None:
    """Return an import of an account; others' are not seen."""
    return Batch.objects.filter(pk=pk, account=account).first()
