"""Names of months, weekdays, halves of the day and zones, Indonesian and English, long and short; in lower case."""

_MONTHS = (
    ("januari", "january", "jan"),
    ("februari", "february", "pebruari", "feb", "peb"),
    ("maret", "march", "mar"),
    ("april", "apr"),
    ("mei", "may"),
    ("juni", "june", "jun"),
    ("juli", "july", "jul"),
    ("agustus", "august", "agu", "agt", "ags", "agus", "aug"),
    ("september", "sep", "sept"),
    ("oktober", "october", "okt", "oct"),
    ("november", "nopember", "nov", "nop"),
    ("desember", "december", "des", "dec"),
)
_WEEKDAYS = (
    ("senin", "monday", "sen", "mon"),
    ("selasa", "tuesday", "sel", "tue"),
    ("rabu", "wednesday", "rab", "wed"),
    ("kamis", "thursday", "kam", "thu"),
    ("jumat", "jum'at", "friday", "jum", "fri"),
    ("sabtu", "saturday", "sab", "sat"),
    ("minggu", "ahad", "sunday", "min", "sun"),
)

MONTHS = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names}
"""Name → 1 to 12."""
WEEKDAYS = {name: number for number, names in enumerate(_WEEKDAYS) for name in names}
"""Name → 0 (Monday) to 6."""
HALVES = {"am": 0, "a.m.": 0, "pm": 12, "p.m.": 12}
"""Name → hours to add to an hour of 0 to 11."""
OFFSETS = {"z": 0, "utc": 0, "gmt": 0, "wib": 7, "wita": 8, "wit": 9}
"""Name of a zone → hours from UTC."""
