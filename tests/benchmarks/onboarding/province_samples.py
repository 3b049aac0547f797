"""A province: complaints, statistics, aspirations."""

import json
from datetime import UTC, timedelta
from typing import Any

from tests.benchmarks.onboarding.sample_values import PROBLEMS, WEST_JAVA, Values


def province_complaints(v: Values) -> Any:
    """Three levels of `data`, a JSON document in a text, instants with microseconds, a citizen's data."""
    states = {"unverified": "Menunggu Verifikasi", "verified": "Terverifikasi", "coordinated": "Sudah Dikoordinasikan",
              "followup": "Ditindaklanjuti", "finished": "Selesai", "rejected": "Ditolak"}  # fmt: skip
    rows = []
    for at in range(1, 37):
        kind, text = v.one_of(PROBLEMS)
        state = v.one_of(list(states))
        when = v.moment()
        inner = {"instruksi": "Mohon ditindaklanjuti", "deadline": (when + timedelta(days=14)).strftime("%Y-%m-%d"),
                 "opd_name": "DINAS CONTOH DAERAH", "is_done": state == "finished"}  # fmt: skip
        rows.append({
            "id": v.uuid(),
            "complaint_id": f"SWA{when:%d%m%Y}{at:07d}",
            "sp4n_id": str(7_000_000 + at) if at % 3 == 0 else None,
            "complaint_source": v.one_of(("sapawarga", "sp4n", "jotform")),
            "title": kind, "description": text,
            "complaint_status_id": state, "complaint_status": {"id": state, "name": states[state]},
            "category": {"id": str(PROBLEMS.index((kind, text)) + 1), "name": kind},
            "city_id": "3211", "district_id": v.one_of(("3211060", "3211050", "3211010", "3211020")),
            "address_detail": v.street(), "latitude": str(v.latitude(-6.85)), "longitude": str(v.longitude(107.92)),
            "user_name": v.person(), "user_email": f"warga{at}@mail.example", "user_phone": f"0800555{at:04d}",
            "detail": None if state == "unverified" else json.dumps(inner),
            "created_at": when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000000Z"),
            "updated_at": (when + timedelta(days=2)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000000Z"),
            "deadline_at": (when + timedelta(days=20)).strftime("%Y-%m-%d 00:00:00"),
        })  # fmt: skip
    page = {"data": rows, "page": 1, "page_size": 36, "total_pages": 4, "total_data": 131}
    return {"data": {"code": "200", "data": page}}


def province_statistics(v: Values) -> Any:
    """Both code systems in one row: BPS as numbers, Kemendagri in dots; measure, unit and year as columns."""
    rows = []
    for year in (2020, 2021, 2022, 2023):
        for bps, kemendagri, name in WEST_JAVA:
            rows.append({
                "id": len(rows) + 1, "kode_provinsi": 32, "nama_provinsi": "JAWA BARAT",
                "bps_kode_kabupaten_kota": bps, "bps_nama_kabupaten_kota": name,
                "kemendagri_kode_kabupaten_kota": kemendagri, "kemendagri_nama_kabupaten_kota": name,
                "jumlah_balita_stunting": v.random.randint(400, 21_000), "satuan": "ORANG", "tahun": year,
            })  # fmt: skip
    return {"message": "get data successfull", "error": 0, "data": rows,
            "pagination": {"total": 108, "limit": 36, "has_next": True}}  # fmt: skip


def province_aspirations(v: Values) -> Any:
    """Seconds since 1970, states as numbers, ids of places in the platform's own numbering."""
    rows = []
    for at in range(1, 31):
        kind, text = v.one_of(PROBLEMS)
        when = int(v.moment(2023).timestamp())
        rows.append({
            "id": 5000 + at, "title": kind, "description": text, "category_id": PROBLEMS.index((kind, text)) + 3,
            "category": {"id": PROBLEMS.index((kind, text)) + 3, "name": kind},
            "kabkota_id": 22, "kec_id": 440 + at % 5, "kel_id": 6080 + at % 9, "rw": f"{at % 9 + 1:03d}",
            "status": 10, "status_label": "Dipublikasikan",
            "author": {"id": 36 + at, "name": v.person(), "phone": None},
            "created_at": when, "updated_at": when + 4321,
        })  # fmt: skip
    return {"success": True, "status": 200, "data": {"items": rows}}
