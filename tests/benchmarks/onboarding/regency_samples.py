"""Regencies, an island and a port: tables as offices make them."""

from typing import Any

from tests.benchmarks.onboarding.sample_values import MONTHS, SUMEDANG, Values, csv_text, dots


def regency_population(v: Values) -> Any:
    """Columns by position, the first row names them, the last is a total; numbers as Indonesians write them."""
    head = {"1": "Kecamatan", "2": "Laki-laki", "3": "Perempuan", "4": "Jumlah", "7": "Kepadatan"}
    rows, men, women = [head], 0, 0
    for at, name in enumerate(SUMEDANG, start=1):
        one, two = v.random.randint(9_000, 52_000), v.random.randint(9_000, 52_000)
        men, women = men + one, women + two
        density = f"{(one + two) / v.random.randint(20_000, 60_000):.2f}".replace(".", ",")
        rows.append(
            {"1": f"[{at * 10:03d}] {name}", "2": dots(one), "3": dots(two), "4": dots(one + two), "7": density}
        )
    rows.append({"1": "Jumlah", "2": dots(men), "3": dots(women), "4": dots(men + women), "7": "1,08"})
    return rows


def regency_facilities(v: Values) -> Any:
    """The same portal, a list of places; a decimal comma in the coordinates."""
    head = {
        "1": "No",
        "2": "Kecamatan",
        "3": "Nama Sarana",
        "4": "Jenis",
        "5": "Alamat",
        "6": "Telepon",
        "7": "Lintang",
        "8": "Bujur",
    }
    rows: list[dict[str, str]] = [head]
    for at, name in enumerate(v.names(32), start=1):
        kind = v.one_of(("Apotek", "Klinik", "Puskesmas", "Rumah Sakit"))
        rows.append({
            "1": str(at), "2": f"[{at * 10:03d}] {v.one_of(SUMEDANG)}", "3": f"{kind} {name}", "4": kind,
            "5": v.street(),
            "6": "-" if at % 4 == 0 else v.phone("0261"), "7": str(v.latitude(-6.85)).replace(".", ","),
            "8": str(v.longitude(107.92)).replace(".", ","),
        })  # fmt: skip
    return rows


def island_health_centres(v: Values) -> bytes:
    """CSV out of a spreadsheet: a title above the header, Windows-1252, a decimal comma, abbreviations."""
    rows: list[tuple[str, ...]] = [("DATA PUSKESMAS TAHUN 2023", "", "", "", "", "", "", ""), ("",) * 8]
    rows.append(("NO", "KD_PUSK", "NM_PUSK", "ALMT", "NO_TELP", "JML_TT", "LAT", "LONG"))
    for at, name in enumerate(v.names(25), start=1):
        latitude, longitude = str(v.latitude(-8.6)).replace(".", ","), str(v.longitude(116.1)).replace(".", ",")
        rows.append((str(at), f"P52{at:05d}", f"PUSKESMAS {name.upper()}", f"{v.street()} \u2013 Mataram",
                     v.phone("0370"),
                     str(v.random.randint(0, 24)), latitude, longitude))  # fmt: skip
    return csv_text(rows, ";").encode("cp1252")


def regency_poverty(v: Values) -> str:
    """A column per year, a decimal comma, a total at the end."""
    rows: list[tuple[str, ...]] = [("Kode Kecamatan", "Kecamatan", "2019", "2020", "2021", "2022")]
    for at, name in enumerate(SUMEDANG, start=1):
        shares = (f"{v.random.uniform(4, 16):.2f}".replace(".", ",") for _ in range(4))
        rows.append((f"32.11.{at:02d}", name, *shares))
    rows.append(("", "Rata-rata", "9,12", "9,90", "9,87", "9,01"))
    return csv_text(rows, ";")


def port_food_prices(v: Values) -> Any:
    """Prices keyed by the platform's own number, rupiah as text, days with the name of the month."""
    found = {}
    for at, (market, name) in enumerate(
        (market, name)
        for market in ("Pasar Baru", "Pasar Lama", "Pasar Kuin")
        for name in ("Beras", "Gula", "Cabai", "Telur", "Bawang", "Daging Sapi", "Minyak", "Garam")
    ):
        day = v.random.randint(1, 28)
        found[str(7001 + at)] = {
            "komoditas": name, "pasar": market, "harga": f"Rp {v.random.randint(8, 140)}.{v.one_of(('000', '500'))},-",
            "satuan": "kg", "tgl": f"{day} {v.one_of(MONTHS[:6])} 2024",
        }  # fmt: skip
    return {"success": True, "data": found}
