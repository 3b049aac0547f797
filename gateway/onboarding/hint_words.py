"""Words of names that decide where values alone do not: which axis, whether a time, whether a person."""

LATITUDE = frozenset({"lat", "latitude", "lintang", "ltg", "y"})
LONGITUDE = frozenset({"long", "lon", "lng", "longitude", "bujur", "bjr", "x"})
TIME = frozenset(
    {
        "at", "created", "createdat", "date", "datetime", "dibuat", "diperbarui", "diubah", "deadline", "due", "epoch",
        "jam", "modified", "on", "pada", "tanggal", "tenggat", "tgl", "time", "timestamp", "ts", "unix", "updated",
        "updatedat", "waktu", "expected", "requested", "closed", "opened", "last", "edit",
    }
)  # fmt: skip
YEAR = frozenset({"tahun", "thn", "th", "year", "periode", "period", "bulan", "month", "bln"})
REGION = frozenset(
    {
        "area", "bps", "city", "daerah", "dagri", "des", "desa", "district", "kab", "kabkota", "kabupaten", "kec",
        "kecamatan", "kel", "kelurahan", "kemendagri", "kota", "lokasi", "prov", "propinsi", "provinsi", "province",
        "regency", "region", "rt", "rw", "village", "wilayah", "wil", "subdistrict",
    }
)  # fmt: skip
BPS = frozenset({"bps", "mfd"})
KEMENDAGRI = frozenset({"kemendagri", "kemdagri", "depdagri", "permendagri", "kepmendagri", "dagri", "mendagri"})
PERSON = frozenset(
    {
        "author", "direktur", "director", "ketua", "kepala", "lurah", "camat", "nik", "nip", "officer", "orangtua",
        "owner", "pasien", "pejabat", "pelapor", "pemilik", "pemohon", "penanggung", "penduduk", "pengadu", "pengirim",
        "petugas", "pegawai", "pimpinan", "reporter", "requester", "siswa", "staff", "surname", "user", "username",
        "warga", "citizen", "fullname", "firstname", "lastname", "by", "oleh", "pic", "ibu", "ayah", "lengkap", "ktp",
    }
)  # fmt: skip
"""The field is about a person, so that nothing of it is to be written."""
PLACE_OF_PERSON = frozenset({"alamat", "address", "addr", "almt", "domisili"})
CODE_LIST = frozenset(
    {
        "category", "class", "condition", "gender", "golongan", "jenis", "kategori", "kategory", "kelamin", "kelas",
        "kind", "klasifikasi", "kondisi", "level", "method", "metode", "mode", "priority", "prioritas", "satuan",
        "severity", "siaga", "source", "state", "status", "sumber", "tahapan", "tipe", "tingkat", "type", "unit",
        "aktif", "active", "urusan", "sektor", "sector", "kanal", "channel", "group", "format",
    }
)  # fmt: skip
COUNT = frozenset(
    {
        "anggaran", "banyak", "banyaknya", "biaya", "count", "female", "harga", "jiwa", "jlh", "jml", "jumlah", "kk",
        "kapasitas", "laki", "male", "orang", "pagu", "penduduk", "perempuan", "populasi", "pria", "retribusi", "rp",
        "rupiah", "tarif", "total", "wanita",
    }
)  # fmt: skip
"""What is counted, people and rupiah alike: in whole numbers, and never below zero."""
PHONE = frozenset(
    {
        "contact", "fax", "faks", "faksimile", "faximile", "gsm", "handphone", "hp", "kontak", "mobile", "phone", "tel",
        "telepon", "telephone", "telp", "tlp", "wa", "whatsapp",
    }
)  # fmt: skip
POSTAL = frozenset({"kodepos", "pos", "postal", "postcode", "postalcode", "zip", "zipcode"})
UNITS = {
    "cm": "cm", "mm": "mm", "km": "km", "meter": "m", "m2": "m2", "m3": "m3", "ha": "ha", "hektar": "ha",
    "hektare": "ha", "km2": "km2", "kg": "kg", "gram": "g", "ton": "t", "kuintal": "kuintal", "kwintal": "kuintal",
    "liter": "l", "persen": "%", "persentase": "%", "percent": "%", "percentage": "%", "pct": "%", "prosentase": "%",
    "jiwa": "orang", "orang": "orang", "hari": "hari", "menit": "menit", "jam": "jam", "ribu": "ribu", "juta": "juta",
    "miliar": "miliar", "milyar": "miliar", "permil": "permil", "%": "%", "km²": "km2", "m²": "m2", "m³": "m3",
}  # fmt: skip
"""Words and signs for units, as the mapping language calls them."""
