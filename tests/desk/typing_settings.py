"""Settings under which types are checked: an empty folder of its own."""

import os
import tempfile

_FOLDER = tempfile.TemporaryDirectory(prefix="lantian-types-")
os.environ["LANTIAN_DIR"] = _FOLDER.name

from lantian.desk.site.settings import *  # noqa: E402, F403
