"""Properties are about what holds, not about how busy the machine is: no deadlines."""

from hypothesis import settings

settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")
