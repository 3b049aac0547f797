"""Values that are nobody's, for samples in the shapes of real platforms."""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any
from xml.sax.saxutils import escape

WIB = timezone(timedelta(hours=7))
TREES = (
    "Cempaka",
    "Kenanga",
    "Melati",
    "Wijaya",
    "Mekar",
    "Sari",
    "Harapan",
    "Sentosa",
    "Mulya",
    "Asih",
    "Bakti",
    "Rahayu",
)
MORE = (
    "Wulung",
    "Jaya",
    "Timur",
    "Indah",
    "Kencana",
    "Utama",
    "Baru",
    "Lestari",
    "Husada",
    "Makmur",
    "Medika",
    "Tunggal",
)
STREETS = ("Kenari", "Merak", "Anggrek", "Teratai", "Pahlawan Contoh", "Raya Contoh", "Dahlia", "Kutilang")
MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
    "Desember",
)  # fmt: skip
JAKARTA = (  # BPS number, name, a BPS kecamatan of it
    (3171, "Jakarta Selatan", 3171010), (3172, "Jakarta Timur", 3172080), (3173, "Jakarta Pusat", 3173080),
    (3174, "Jakarta Barat", 3174040), (3175, "Jakarta Utara", 3175010),
)  # fmt: skip
SUMEDANG = (
    "Wado", "Jatinunggal", "Darmaraja", "Cibugel", "Cisitu", "Situraja", "Conggeang", "Paseh", "Surian", "Buahdua",
    "Tanjungsari", "Sukasari", "Pamulihan", "Cimanggung", "Jatinangor", "Rancakalong", "Sumedang Selatan",
    "Sumedang Utara", "Ganeas", "Tanjungkerta", "Tanjungmedar", "Cimalaka", "Cisarua", "Tomo", "Ujungjaya", "Jatigede",
)  # fmt: skip
WEST_JAVA = (
    (3201, "32.01", "KABUPATEN BOGOR"), (3204, "32.04", "KABUPATEN BANDUNG"), (3205, "32.05", "KABUPATEN GARUT"),
    (3209, "32.09", "KABUPATEN CIREBON"), (3211, "32.11", "KABUPATEN SUMEDANG"), (3271, "32.71", "KOTA BOGOR"),
    (3273, "32.73", "KOTA BANDUNG"), (3275, "32.75", "KOTA BEKASI"), (3277, "32.77", "KOTA CIMAHI"),
)  # fmt: skip
PROBLEMS = (
    ("Jalan Rusak", "Jalan berlubang di depan pasar, berbahaya saat hujan."),
    ("Sampah", "Sampah menumpuk di pinggir jalan sejak tiga hari yang lalu."),
    ("Penerangan Jalan", "Lampu jalan padam di tikungan dekat jembatan."),
    ("Saluran Air", "Saluran air tersumbat sehingga air meluap ke jalan."),
    ("Pohon Tumbang", "Pohon tumbang menutup sebagian badan jalan."),
)


class Values:
    """Values that look like those of a platform; the same for the same seed."""

    def __init__(self, seed: str) -> None:
        self.random = random.Random(seed)

    def name(self) -> str:
        """Two words that name a place."""
        return f"{self.random.choice(TREES)} {self.random.choice(MORE)}"

    def names(self, count: int) -> list[str]:
        """So many different names."""
        found: dict[str, None] = {}
        while len(found) < count:
            found[self.name()] = None
        return list(found)

    def person(self) -> str:
        """Nobody."""
        first = self.random.choice(("Ani", "Budi", "Citra", "Dedi", "Euis", "Fajar"))
        return f"{first} Contoh{self.random.randint(1, 99)}"

    def street(self) -> str:
        """An address without a town."""
        return f"Jl. {self.random.choice(STREETS)} No. {self.random.randint(1, 240)}"

    def phone(self, area: str = "021") -> str:
        """In the range that is kept free for fiction."""
        return f"{area}-555{self.random.randint(1000, 9999)}"

    def latitude(self, near: float = -6.2) -> float:
        """Near a place."""
        return round(near + self.random.uniform(-0.12, 0.12), 6)

    def longitude(self, near: float = 106.83) -> float:
        """Near a place."""
        return round(near + self.random.uniform(-0.12, 0.12), 6)

    def moment(self, year: int = 2024) -> datetime:
        """A second of a year."""
        return datetime(year, 1, 1, tzinfo=WIB) + timedelta(seconds=self.random.randrange(365 * 86_400))

    def uuid(self) -> str:
        """Thirty-two digits with hyphens."""
        digits = f"{self.random.getrandbits(128):032x}"
        return "-".join((digits[:8], digits[8:12], "4" + digits[13:16], "a" + digits[17:20], digits[20:]))

    def one_of(self, values: Sequence[Any]) -> Any:
        """Any of them."""
        return self.random.choice(values)


def dots(number: int) -> str:
    """`1234567` → `1.234.567`."""
    return f"{number:,}".replace(",", ".")


def csv_text(rows: Sequence[Sequence[str]], mark: str) -> str:
    """Rows as CSV, cells quoted where they hold the mark."""

    def cell(text: str) -> str:
        return f'"{text}"' if mark in text or "\n" in text else text

    return "".join(mark.join(cell(text) for text in row) + "\r\n" for row in rows)


def xml_text(root: str, element: str, rows: Sequence[dict[str, str]]) -> str:
    """Rows as elements below a root; nothing is an empty element."""

    def lines() -> Iterator[str]:
        for row in rows:
            yield f"  <{element}>"
            for name, value in row.items():
                yield f"    <{name}>{escape(value)}</{name}>" if value else f"    <{name} />"
            yield f"  </{element}>"

    return '<?xml version="1.0" encoding="utf-8"?>\n' + f"<{root}>\n" + "\n".join(lines()) + f"\n</{root}>\n"
