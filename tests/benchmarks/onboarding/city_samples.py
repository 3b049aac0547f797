"""A nation's CKAN, a city's map, reports and services."""

from datetime import UTC, timedelta
from typing import Any

from tests.benchmarks.onboarding.sample_values import MONTHS, PROBLEMS, Values, csv_text, xml_text

PAPERS = (
    "Akta Kelahiran", "Akta Kematian", "Kartu Keluarga", "Kartu Identitas Anak", "Surat Pindah", "Izin Usaha Mikro",
    "Izin Mendirikan Bangunan", "Izin Reklame", "Kartu Pencari Kerja", "Surat Keterangan Domisili",
    "Rekomendasi Penelitian", "Izin Praktik Bidan", "Izin Praktik Perawat", "Legalisasi Dokumen",
    "Pengujian Kendaraan", "Izin Trayek", "Pemakaman Umum", "Bantuan Hukum", "Sewa Gedung", "Izin Apotek",
    "Izin Klinik", "Akta Perkawinan", "Akta Perceraian", "Pengakuan Anak",
)  # fmt: skip
CARE = (
    "Paspor", "Nikah", "Wakaf", "Sertifikat Halal", "Vaksinasi", "Rujukan", "Ambulans", "Donor Darah",
    "Konsultasi Gizi", "Imunisasi", "Surat Sehat", "Visum", "Laboratorium", "Rontgen", "Fisioterapi", "Rawat Inap",
    "Rawat Jalan", "Persalinan", "Keluarga Berencana", "Jiwa",
)  # fmt: skip


def nation_schools(v: Values) -> Any:
    """A CKAN datastore; column names with blanks, a school number, coordinates as text."""
    rows = []
    for at, name in enumerate(v.names(36), start=1):
        level = v.one_of(("SD", "SMP", "SMA", "SMK"))
        rows.append({
            "_id": at, "NPSN": str(20_200_000 + at * 113), "Nama Sekolah": f"{level} NEGERI {name.upper()}",
            "Bentuk Pendidikan": level, "Status": v.one_of(("NEGERI", "SWASTA")), "Alamat": v.street().upper(),
            "Kelurahan": v.name().upper(), "Kecamatan": v.one_of(("COBLONG", "LENGKONG", "SUKAJADI", "CICENDO")),
            "Kabupaten/Kota": "KOTA BANDUNG", "Kode Wilayah": "32.73", "Kode Pos": str(v.random.randint(40111, 40295)),
            "Lintang": f"{v.latitude(-6.91)}", "Bujur": f"{v.longitude(107.61)}",
            "Tanggal SK Pendirian": v.moment(1980 + at % 30).strftime("%d-%m-%Y"),
        })  # fmt: skip
    fields = [{"id": name, "type": "text"} for name in rows[0]]
    result = {"include_total": True, "resource_id": "5c1d8f2a-0f77-4a38-9d53-3f0a4e1c77aa", "fields": fields,
              "records_format": "objects", "records": rows, "limit": 36, "total": 274}  # fmt: skip
    return {
        "help": "https://data.contoh.example/api/3/action/help_show?name=datastore_search",
        "success": True,
        "result": result,
    }


def city_libraries(v: Values) -> Any:
    """GeoJSON out of a map server: short names in capitals, an object id."""
    features = []
    for at, name in enumerate(v.names(26), start=1):
        point = {"type": "Point", "coordinates": [v.longitude(112.74), v.latitude(-7.27)]}
        about = {
            "OBJECTID": at, "NAMOBJ": f"Taman Baca {name}", "JNSOBJ": "Perpustakaan", "ALMT": v.street(),
            "KEL": v.name(), "KEC": v.one_of(("Gubeng", "Wonokromo", "Tegalsari", "Rungkut")),
            "NO_TELP": v.phone("031"),
            "THN_BANGUN": 1990 + at, "SUMBER": "Dinas Perpustakaan",
        }  # fmt: skip
        features.append({"type": "Feature", "id": at, "properties": about, "geometry": point})
    return {"type": "FeatureCollection", "name": "perpustakaan", "features": features}


def city_requests(v: Values) -> Any:
    """GeoReport v2 as JSON; empty texts for nothing, numbers for codes."""
    rows = []
    for at in range(1, 33):
        kind, text = v.one_of(PROBLEMS)
        when, state = v.moment(), v.one_of(("open", "closed"))
        rows.append({
            "service_request_id": str(910_000 + at), "status": state,
            "status_notes": "Selesai dikerjakan." if state == "closed" else "",
            "service_name": kind, "service_code": f"{PROBLEMS.index((kind, text)) + 1:03d}", "description": text,
            "agency_responsible": "Dinas Pekerjaan Umum", "service_notice": "",
            "requested_datetime": when.isoformat(timespec="seconds"),
            "updated_datetime": (when + timedelta(days=3)).isoformat(timespec="seconds"),
            "expected_datetime": (when + timedelta(days=10)).isoformat(timespec="seconds"),
            "address": f"{v.street()}, Semarang", "address_id": str(4000 + at), "zipcode": str(50_100 + at),
            "lat": v.latitude(-6.99), "long": v.longitude(110.42),
            "media_url": "" if at % 3 else f"https://lapor.kota.example/foto/{at}.jpg",
        })  # fmt: skip
    return rows


def city_requests_xml(v: Values) -> str:
    """The same standard as XML."""
    rows = [{name: str(value) for name, value in row.items()} for row in city_requests(v)[:24]]
    return xml_text("service_requests", "request", rows)


def city_services(v: Values) -> str:
    """CSV with semicolons: the fourteen components of the service standard, lists with bars, a fee in rupiah."""
    names = ("Kode", "Nama Layanan", "Unit Penyelenggara", "Persyaratan", "Prosedur", "Jangka Waktu", "Biaya/Tarif",
             "Produk Layanan", "Pengaduan", "Dasar Hukum", "Kanal", "Tautan", "Tanggal Update")  # fmt: skip
    papers = ("Fotokopi KTP", "Fotokopi Kartu Keluarga", "Surat pengantar RT/RW", "Formulir permohonan", "Pas foto 3x4")
    rows = [names]
    for at, what in enumerate(PAPERS, start=1):
        when = v.moment(2023)
        rows.append((
            f"LYN-{at:03d}", f"Penerbitan {what}", v.one_of(("Dinas Kependudukan dan Pencatatan Sipil", "DPMPTSP")),
            "|".join(v.random.sample(papers, 3)), "Daftar di loket|Verifikasi berkas|Penerbitan|Penyerahan",
            f"{v.random.randint(1, 14)} hari kerja", "Gratis" if at % 3 else f"Rp {v.random.randint(2, 90) * 5}.000,-",
            what, "Loket pengaduan|Telepon 0800-555-0100", "UU Nomor 24 Tahun 2013|Perda Nomor 3 Tahun 2019",
            "Loket|Situs web", f"https://layanan.kota.example/{at}", f"{when.day} {MONTHS[when.month - 1]} {when.year}",
        ))  # fmt: skip
    return "\ufeff" + csv_text(rows, ";")


def town_services(v: Values) -> Any:
    """Services as JSON under camel case; lists are lists, days a number."""
    rows = []
    for at, what in enumerate(CARE, start=1):
        rows.append({
            "serviceId": f"svc-{at}", "namaLayanan": f"Pelayanan {what}", "instansi": "Dinas Kesehatan Kota Contoh",
            "deskripsi": f"Pelayanan {what.lower()} bagi warga yang membutuhkan, pada hari dan jam kerja.",
            "syarat": ["KTP asli", "Kartu berobat"] if at % 2 else ["KTP asli"],
            "alur": ["Ambil nomor antrean", "Tunggu panggilan", "Pelayanan"],
            "waktuHari": v.random.randint(0, 5), "biaya": v.one_of((0, 5_000, 15_000, 30_000)),
            "dasarHukum": ["Perwal Nomor 8 Tahun 2021"], "url": f"https://kota.example/layanan/{at}",
            "updatedAt": v.moment().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        })  # fmt: skip
    return {"ok": True, "result": rows}
