"""Django settings of the records, from the environment alone.

`DOELBINDING_HOME` is the working folder (default: the current one); `DOELBINDING_DATABASE_URL`
puts the records on PostgreSQL instead of a SQLite file in `HOME/.doelbinding/`.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from doelbinding.records.database import database

HOME = Path(os.environ.get("DOELBINDING_HOME", ".")).resolve()
STATE = HOME / ".doelbinding"

SECRET_KEY = os.environ.get("DOELBINDING_SECRET_KEY") or secrets.token_urlsafe(50)
DEBUG = False
USE_TZ = True
TIME_ZONE = "UTC"
INSTALLED_APPS = ["doelbinding.records.apps.RecordsConfig"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": database(os.environ.get("DOELBINDING_DATABASE_URL"), STATE)}
