"""Made-up names and neutral words by their length, so that what is replaced keeps its own."""

from collections.abc import Mapping, Sequence

_NAMES = """
Ayu Eko Ida Oki Uli Ina Ari Edo
Sari Budi Dewi Agus Rina Joko Maya Yoga Bayu Tika Luki Nita
Dimas Wulan Citra Fitri Galih Indah Nanda Putra Ratna Surya Utami Bagas
Hendra Krisna Melati Satria Kirana Cahaya Anggun Wijaya Ningsih Praset
Lestari Purnama Nugraha Kusumah Pertiwi Santika Wirawan Handoko
Setiawan Kurniati Hartanti Maharani Gunawati Ramadani Prasetyo
Kusumawan Cahyaning Ramadhana Suryawati Anggraini
Kusumawati Wulandarin Permatasari Suryaningrum Purnamasari
"""
_WORDS = """
air ada ini itu dan dua kue ubi
lama baru pagi sore luas tiga kayu batu biru ubin
warga jalan lampu taman pasar rumah pohon siang dekat depan pagar besar
contoh sungai kantor tengah warung sering gedung tembok halaman
laporan tentang sekolah selokan saluran tanaman samping petang
jembatan lapangan bangunan seberang mingguan berbatu
perbaikan berteduh perlintasan lingkungan
kebersihan pekarangan perempatan penerangan
"""


def _by_length(text: str) -> Mapping[int, Sequence[str]]:
    found: dict[int, list[str]] = {}
    for word in text.split():
        found.setdefault(len(word), []).append(word)
    return found


NAMES = _by_length(_NAMES)
WORDS = _by_length(_WORDS)


def of_length(pool: Mapping[int, Sequence[str]], length: int, *, number: int) -> str:
    """A word of the pool that has the length, or one that is made to have it; `number` chooses."""
    fitting = pool.get(length)
    if fitting:
        return fitting[number % len(fitting)]
    longest = max(pool)
    if length < min(pool):
        shortest = pool[min(pool)]
        return shortest[number % len(shortest)][:length]
    if length < longest:
        longer = pool[next(size for size in sorted(pool) if size > length)]
        return longer[number % len(longer)][:length]
    whole = pool[longest][number % len(pool[longest])]
    return (whole * (length // longest + 1))[:length].lower()
