"""Life events: what happened in a citizen's life, and what an office did about it.

Each is the `data` of a CloudEvent whose `type` is the event's name; the head (`id`, `partner`) is any
record's. Persons are named by NIK and name, all Personal (UU 27/2022); causes of death and other health
data are left out, as no follow-up needs them. Field sets after the forms of civil registration
(Permendagri 109/2019).
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from schemas.record import Amount, KodeWilayah, Line, Record, Term
from schemas.sensitivity import personal, public, restricted

Nik = Annotated[str, Meta(pattern=r"^[1-9][0-9]{15}$", extra_json_schema={"format": "nik"})]
"""A person's number in the population register: 16 digits, the first six of them a region's."""
FamilyCardNumber = Annotated[str, Meta(pattern=r"^[1-9][0-9]{15}$", extra_json_schema={"format": "family-card"})]
"""The number of a family card (*nomor kartu keluarga*): 16 digits."""


RecipeWord = Annotated[
    str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100, extra_json_schema={"format": "recipe-word"})
]
"""A name that a recipe gives: its own, a step's, a role's."""


class Sex(StrEnum):
    """As a certificate says it."""

    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


class DocumentKind(StrEnum):
    """What an office can issue as a follow-up."""

    BIRTH_CERTIFICATE = "birth-certificate"
    CHILD_IDENTITY_CARD = "child-identity-card"
    DEATH_CERTIFICATE = "death-certificate"
    FAMILY_CARD = "family-card"
    MOVE_LETTER = "move-letter"
    SOCIAL_INSURANCE_STOP = "social-insurance-stop"


class Channel(StrEnum):
    """How a citizen was told."""

    APP = "app"
    EMAIL = "email"
    IN_PERSON = "in-person"
    LETTER = "letter"
    SMS = "sms"
    WHATSAPP = "whatsapp"


class LifeEvent(Record, frozen=True, kw_only=True):
    """What every life event says. `case_id` is the case that it belongs to; the event that opens one has none yet."""

    case_id: Annotated[Term | None, public("Kasus", "Case", "The case that the event belongs to.")] = None
    region: Annotated[KodeWilayah | None, restricted("Kode wilayah", "Region code", "Where it happened.")] = None


class Birth(LifeEvent, frozen=True, kw_only=True):
    """A child was born: what the notification of birth (*surat keterangan kelahiran*) says."""

    notification_number: Annotated[
        Term | None, restricted("Nomor surat keterangan", "Notification number", "The facility's own number.")
    ] = None
    facility_name: Annotated[Line | None, public("Fasilitas kesehatan", "Facility")] = None
    born_at: Annotated[datetime, personal("Waktu lahir", "Born at")]
    child_name: Annotated[Line | None, personal("Nama anak", "Child's name", "Null while the child has none.")] = None
    child_sex: Annotated[Sex, personal("Jenis kelamin anak", "Child's sex")]
    birth_order: Annotated[Amount | None, personal("Anak ke-", "Birth order")] = None
    weight_g: Annotated[Amount | None, personal("Berat lahir (gram)", "Birth weight (grams)")] = None
    length_cm: Annotated[float | None, personal("Panjang lahir (cm)", "Birth length (cm)")] = None
    mother_nik: Annotated[Nik, personal("NIK ibu", "Mother's NIK")]
    mother_name: Annotated[Line, personal("Nama ibu", "Mother's name")]
    father_nik: Annotated[Nik | None, personal("NIK ayah", "Father's NIK")] = None
    father_name: Annotated[Line | None, personal("Nama ayah", "Father's name")] = None
    family_card_number: Annotated[FamilyCardNumber | None, personal("Nomor KK", "Family card number")] = None
    residence_region: Annotated[KodeWilayah | None, personal("Wilayah domisili", "Region of residence")] = None
    contact_phone: Annotated[Term | None, personal("Telepon orang tua", "Parents' telephone")] = None


class Death(LifeEvent, frozen=True, kw_only=True):
    """A person died: what the notification of death (*surat keterangan kematian*) says, without the cause."""

    notification_number: Annotated[
        Term | None, restricted("Nomor surat keterangan", "Notification number", "The facility's own number.")
    ] = None
    facility_name: Annotated[Line | None, public("Fasilitas kesehatan", "Facility")] = None
    died_at: Annotated[datetime, personal("Waktu meninggal", "Died at")]
    deceased_nik: Annotated[Nik, personal("NIK almarhum", "NIK of the deceased")]
    deceased_name: Annotated[Line, personal("Nama almarhum", "Name of the deceased")]
    family_card_number: Annotated[FamilyCardNumber | None, personal("Nomor KK", "Family card number")] = None
    informant_name: Annotated[Line | None, personal("Nama pelapor", "Informant's name")] = None
    informant_phone: Annotated[Term | None, personal("Telepon pelapor", "Informant's telephone")] = None


class Move(LifeEvent, frozen=True, kw_only=True):
    """A household moved: what the moving letter (SKPWNI) says."""

    letter_number: Annotated[Term, restricted("Nomor SKPWNI", "Moving letter number")]
    moved_on: Annotated[date, restricted("Tanggal pindah", "Moved on")]
    from_region: Annotated[KodeWilayah, restricted("Wilayah asal", "Region of origin")]
    to_region: Annotated[KodeWilayah, restricted("Wilayah tujuan", "Region of destination")]
    family_card_number: Annotated[FamilyCardNumber, personal("Nomor KK", "Family card number")]
    head_nik: Annotated[Nik, personal("NIK kepala keluarga", "NIK of the head of the family")]
    head_name: Annotated[Line, personal("Nama kepala keluarga", "Name of the head of the family")]
    persons: Annotated[Amount | None, restricted("Jumlah jiwa", "Persons")] = None


class DocumentIssued(LifeEvent, frozen=True, kw_only=True):
    """An office issued a document in a case."""

    kind: Annotated[DocumentKind, public("Jenis dokumen", "Kind of document")]
    issued_at: Annotated[datetime, public("Waktu terbit", "Issued at")]
    issuer: Annotated[Line | None, public("Penerbit", "Issuer")] = None
    document_number: Annotated[Term | None, personal("Nomor dokumen", "Document number")] = None
    holder_nik: Annotated[Nik | None, personal("NIK pemilik", "Holder's NIK")] = None
    holder_name: Annotated[Line | None, personal("Nama pemilik", "Holder's name")] = None


class CitizenNotified(LifeEvent, frozen=True, kw_only=True):
    """A citizen was told what was done."""

    channel: Annotated[Channel, public("Saluran", "Channel")]
    notified_at: Annotated[datetime, public("Waktu pemberitahuan", "Notified at")]
    recipient_name: Annotated[Line | None, personal("Nama penerima", "Recipient's name")] = None
    recipient_phone: Annotated[Term | None, personal("Telepon penerima", "Recipient's telephone")] = None


class CaseLate(LifeEvent, frozen=True, kw_only=True):
    """A step of a case is late. The gateway makes it, one for each role that is to hear of it; nobody publishes it."""

    recipe: Annotated[RecipeWord, public("Resep", "Recipe")]
    step: Annotated[RecipeWord, public("Langkah", "Step", "The step that is late.")]
    responsible: Annotated[RecipeWord, public("Peran penanggung jawab", "Responsible role", "Who should have done it.")]
    role: Annotated[RecipeWord, public("Peran yang diberi tahu", "Role told", "Who is to hear of it.")]
    opened_at: Annotated[datetime, public("Waktu dibuka", "Opened at", "When the case began.")]
    due_at: Annotated[datetime, public("Batas waktu", "Due at")]
