"""Answers of made-up platforms, for onboarding."""

from typing import Any

SUBDISTRICTS = ("Sukajadi", "Cicendo", "Coblong", "Andir", "Antapani", "Arcamanik", "Lengkong", "Regol", "Cibiru")


def health_centres(count: int = 24) -> list[dict[str, Any]]:
    """Rows of a portal that abbreviates, as offices do."""
    return [
        {
            "kd_faskes": f"P32730{number:03d}",
            "nm_faskes": f"Puskesmas {SUBDISTRICTS[number % 9]} {number}",
            "almt": f"Jl. Kenanga No. {number + 1}",
            "kdpos": str(40111 + number),
            "no_telp": f"022-555{number:04d}",
            "surel": f"puskesmas{number}@contoh.example",
            "lat": -6.9 - number / 1000,
            "lng": 107.6 + number / 1000,
            "tgl_buka": f"{number % 28 + 1:02d}-0{number % 9 + 1}-19{70 + number % 20}",
            "jml_tt": number % 7,
            "kode_kec": f"32.73.{number % 26 + 1:02d}",
        }
        for number in range(count)
    ]


def reports(count: int = 30) -> dict[str, Any]:
    """A page of citizens' reports, with their names and numbers."""
    states = ("Selesai", "Sedang Diproses", "Menunggu Verifikasi")
    rows = [
        {
            "nomor_tiket": f"LW-{number:05d}",
            "kategori": {"id": number % 3, "nama": ("Jalan", "Lampu", "Sampah")[number % 3]},
            "isi_laporan": f"Lampu jalan di depan rumah nomor {number} mati sejak tiga hari, mohon diperbaiki.",
            "status": states[number % 3],
            "tgl_lapor": f"{number % 28 + 1} Maret 2024 {number % 24:02d}:15",
            "nama_pelapor": f"Wulandari {'ABCDEFGHIJ'[number % 10]}nggraini",
            "no_hp": f"0855500{number:04d}",
            "lokasi": f"Jalan Melati Nomor {number + 3}",
            "opd": "Dinas Bina Marga",
        }
        for number in range(count)
    ]
    return {"sukses": True, "halaman": 1, "laporan": rows}
