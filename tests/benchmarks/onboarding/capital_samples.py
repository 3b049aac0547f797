"""A capital: an open API, reports, flood gates, rivers, statistics."""

from datetime import UTC
from typing import Any

from tests.benchmarks.onboarding.sample_values import JAKARTA, PROBLEMS, Values, xml_text


def capital_hospitals(v: Values) -> Any:
    """Objects below `data`; a BPS number as `kode_kota`, 0 for what is not known, several addresses in one text."""
    rows = []
    for at, name in enumerate(v.names(34), start=1):
        code, _, kecamatan = v.one_of(JAKARTA)
        latitude, longitude = v.latitude(), v.longitude()
        mail = f"info@rs-{at}.example"
        rows.append({
            "id": at,
            "nama_rsu": name + (" " if at % 7 == 0 else ""),
            "jenis_rsu": v.one_of(("Rumah Sakit Umum Daerah", "Rumah Sakit Umum Pusat", "Rumah Sakit Umum Swasta")),
            "location": {"alamat": 0 if at % 11 == 0 else v.street(), "latitude": latitude, "longitude": longitude},
            "kode_pos": 0 if at % 9 == 0 else v.random.randint(10110, 14540),
            "telepon": [f"555{v.random.randint(1000, 9999)}" for _ in range(v.random.randint(1, 3))],
            "faximile": [f"555{v.random.randint(1000, 9999)}"],
            "website": None if at % 5 == 0 else f"www.rs-{at}.example",
            "email": f"{mail}, humas@rs-{at}.example" if at % 4 == 0 else mail,
            "kode_kota": code,
            "kode_kecamatan": kecamatan,
            "kode_kelurahan": kecamatan * 1000 + v.random.randint(1, 6),
            "latitude": latitude,
            "longitude": longitude,
        })  # fmt: skip
    return {"status": "success", "count": len(rows), "data": rows}


def capital_health_centres(v: Values) -> Any:
    """The same API with another spelling of keys, and an official's name."""
    rows = []
    for at, name in enumerate(v.names(28), start=1):
        code, _, kecamatan = v.one_of(JAKARTA)
        rows.append({
            "id": at,
            "nama_Puskesmas": f"PUSKESMAS KECAMATAN {name.upper()}",
            "location": {"alamat": v.street(), "latitude": v.latitude(), "longitude": v.longitude()},
            "telepon": [f"555{v.random.randint(1000, 9999)}"],
            "faximile": [],
            "email": None if at % 6 == 0 else f"pkm{at}@puskesmas.example",
            "kepala_puskesmas": f"dr. {v.person()}",
            "kode_kota": code,
            "kode_kecamatan": kecamatan,
            "kode_kelurahan": kecamatan * 1000 + 2,
        })  # fmt: skip
    return {"status": "success", "count": len(rows), "data": rows}


def capital_waste_sites(v: Values) -> Any:
    """A page with links to the next; no address is known."""
    rows = [
        {
            "id": at,
            "nama_tps": f"TPS {v.name()} RW {v.random.randint(1, 14):02d}",
            "kode_kota": 3172,
            "kode_kecamatan": 3172080,
            "kode_kelurahan": 3172080000 + v.random.randint(1, 6),
            "location": {"alamat": 0, "latitude": v.latitude(), "longitude": v.longitude(106.93)},
        }
        for at in range(1, 41)
    ]
    pages = {"total": 1899, "count": 40, "per_page": 40, "current_page": 1, "total_pages": 48}
    links = {"next": "http://api.ibukota.example/v1/tps?page=2"}
    return {"meta": {"pagination": {**pages, "links": links}}, "data": rows}


def capital_flood_gates(v: Values) -> str:
    """XML; heights in millimetres, dates in two spellings, empty elements."""
    rows = []
    for at, name in enumerate(v.names(24), start=1):
        when = v.moment(2025)
        height = v.random.randrange(-200, 9000, 10)
        rows.append({
            "ID_PINTU_AIR": str(100 + at),
            "NAMA_PINTU_AIR": f"P.A. {name}",
            "LOKASI": v.street(),
            "SIAGA1": "9500", "SIAGA2": "8500", "SIAGA3": "7500",
            "LATITUDE": str(v.latitude()), "LONGITUDE": str(v.longitude()),
            "TANGGAL": when.isoformat(timespec="seconds") if at % 3 else when.strftime("%Y-%m-%d %H:%M:%S"),
            "TINGGI_AIR": str(height),
            "TINGGI_AIR_SEBELUMNYA": "" if at % 6 == 0 else str(height - 20),
            "STATUS_SIAGA": f"Status : {v.one_of(('Normal', 'Siaga 3', 'Siaga 2', 'Normal'))}",
        })  # fmt: skip
    return xml_text("DocumentElement", "SP_GET_LAST_STATUS_PINTU_AIR", rows)


def capital_river_levels(v: Values) -> Any:
    """A bare list; day and time in two members, centimetres as text."""
    return [
        {
            "lokasi_pengamatan": f"P.A. {name}",
            "sungai": v.one_of(("Ciliwung", "Angke", "Krukut", "Sunter")),
            "tinggi_air": str(v.random.randint(-40, 780)),
            "tgl_data": f"{v.random.randint(1, 28):02d}/10/2020",
            "jam_data": f"{v.random.randint(6, 18):02d}:00",
            "status": v.one_of(("Normal", "Normal", "Siaga 3", "Siaga 2")),
        }
        for name in v.names(30)
    ]


def capital_reports(v: Values) -> Any:
    """A bare list of reports; the unit may be missing, the state is an object."""
    rows = []
    for at in range(1, 41):
        kind, text = v.one_of(PROBLEMS)
        row: dict[str, Any] = {
            "id": 88000 + at,
            "code": f"JK{2400000000 + at * 37}",
            "content": f"Permasalahan: {text} Kategori: {kind} Lokasi: {v.street()}, Jakarta",
            "lat": str(v.latitude()),
            "lng": str(v.longitude()),
            "tstatus": {"name": v.one_of(("Menunggu", "Koordinasi", "Disposisi", "Selesai", "Ditolak"))},
            "complaintCategory": {"name": kind},
            "createdAt": v.moment().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        }
        if at % 5:
            row["zone"] = {"name": f"Suku Dinas {v.one_of(('Bina Marga', 'Lingkungan Hidup', 'Sumber Daya Air'))}"}
        rows.append(row)
    return rows


def capital_visitors(v: Values) -> Any:
    """Everything is text, also the numbers; the list lies two deep."""
    countries = ("Malaysia", "Singapura", "Australia", "Jepang", "Tiongkok", "India")
    rows = [
        {
            "periode_data": f"2024{month:02d}",
            "negara": country,
            "jumlah": str(v.random.randint(900, 60000)),
            "wilayah": "DKI JAKARTA",
        }
        for month in range(1, 8)
        for country in countries
    ]
    return {"data": {"data": rows, "total": 312, "total_page": 8}}
