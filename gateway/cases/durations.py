"""ISO 8601 durations: `P3D`, `PT36H`, `P1DT12H`, `P2W`. No months or years: they have no fixed length."""

import re
from datetime import timedelta

_FORM = re.compile(r"P(?:([0-9]{1,3})W)?(?:([0-9]{1,4})D)?(?:T(?:([0-9]{1,5})H)?(?:([0-9]{1,7})M)?(?:([0-9]{1,9})S)?)?")
_LONGEST = timedelta(days=3650)


def parse_duration(text: str) -> timedelta | None:
    """The duration, or None where the text is none: not of that form, nothing, or longer than ten years."""
    if text.endswith("T") or not (match := _FORM.fullmatch(text)):
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    duration = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return duration if timedelta() < duration <= _LONGEST else None


def duration_text(duration: timedelta) -> str:
    """The duration as ISO 8601 writes it, in days and below."""
    rest = duration.days * 86_400 + duration.seconds
    days, rest = divmod(rest, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, seconds = divmod(rest, 60)
    clock = "".join(f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if number)
    return f"P{days}D" * bool(days) + f"{'' if days else 'P'}T{clock}" * bool(clock) or "PT0S"
