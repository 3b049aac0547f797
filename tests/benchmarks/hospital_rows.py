"""A document of Jakarta's open API with as many hospitals as one likes: the benchmarks' payload."""

import json
import random
from typing import Any

_NAMES = ("Tarakan", "Koja", "Budhi Asih", "Pasar Rebo", "Cengkareng", "Duren  Sawit", "Tebet", "Kebayoran Lama")
_KINDS = ("Rumah Sakit Umum Daerah", "Rumah Sakit Umum", "rumah sakit umum swasta", "Rumah Sakit Umum Pusat", "-")


def hospital_rows(count: int) -> bytes:
    """The document; the same on every call. A few addresses are 0, a few web sites null, as there."""
    chance = random.Random(17)
    rows = [_row(number, chance) for number in range(1, count + 1)]
    return json.dumps({"status": "success", "count": count, "data": rows}).encode()


def _row(number: int, chance: random.Random) -> dict[str, Any]:
    latitude, longitude = round(chance.uniform(-6.37, -6.09), 6), round(chance.uniform(106.69, 106.97), 6)
    address = f"Jl. Kesehatan Raya No. {number}, RT 00{number % 9}/RW 01"
    return {
        "id": number,
        "nama_rsu": f"{chance.choice(_NAMES)} {number}",
        "jenis_rsu": chance.choice(_KINDS),
        "location": {"alamat": address if number % 20 else 0, "latitude": latitude, "longitude": longitude},
        "kode_pos": chance.randint(10110, 14540) if number % 10 else 0,
        "telepon": [f"021-55{chance.randint(10000, 99999)}", f" 55{chance.randint(10000, 99999)}"],
        "faximile": [f"55{chance.randint(10000, 99999)}"],
        "website": f"www.rs{number}.example" if number % 5 else None,
        "email": f"info@rs{number}.example, humas@rs{number}.example",
        "kode_kota": chance.randint(3171, 3175),
        "kode_kecamatan": 3173080,
        "kode_kelurahan": 3173080001,
        "latitude": latitude,
        "longitude": longitude,
    }
