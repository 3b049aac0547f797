"""Words of members' names that say whose the value is, in Indonesian and English."""

import re

from gateway.fictional.shapes import Shape

_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_BY_SHAPE = {
    Shape.NIK: "bpjs kk ktp nik nip nisn nkk npwp paspor passport rekening rm",
    Shape.PHONE: "fax handphone hp kontak mobile msisdn phone tel telepon telephone telp tlp wa whatsapp",
    Shape.EMAIL: "email mail surel",
    Shape.ADDRESS: "address alamat almt domisili street",
    Shape.COORDINATE: "bujur coordinates koordinat lat latitude lintang lng lon long longitude",
    Shape.PLATE: "nopol plat",
    Shape.DATE: "birth birthdate dob lahir wafat",
    Shape.URL: "avatar foto gambar image img media photo url",
    Shape.NAME: "author ayah ibu ketua lurah officer operator orangtua pasien pelapor pemilik pemohon "
    "penanggung pengadu pengirim petugas reporter requester saksi siswa user username warga",
}
_SHAPES = {word: shape for shape, words in _BY_SHAPE.items() for word in words.split()}


_NAME = frozenset({"nama", "name", "nm"})
_OF_PERSON = frozenset({"belakang", "depan", "first", "full", "last", "lengkap", "panggilan"})


def shape_by_name(name: str) -> Shape | None:
    """What a member holds by its name, as `tgl_lahir` a day; None where the name does not say."""
    words = [part.casefold() for part in _PART.findall(name)]
    if _NAME & set(words) and set(words) <= _NAME | _OF_PERSON:
        return Shape.NAME
    return next((_SHAPES[word] for word in reversed(words) if word in _SHAPES), None)
