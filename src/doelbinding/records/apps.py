"""The Django app."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """Names the app and its tables' prefix."""

    name = "doelbinding.records"
    label = "records"
