"""A public service, after CPSV-AP 3 and the 14 components of *standar pelayanan* (Permenpan RB 15/2014)."""

from enum import StrEnum
from typing import Annotated

from schemas.record import Amount, KodeWilayah, Line, Record, Term, Text
from schemas.sensitivity import public


class LifeEventKind(StrEnum):
    """The event in a citizen's life that a service belongs to (CPSV-AP `LifeEvent`)."""

    BIRTH = "birth"
    BUSINESS = "business"
    DEATH = "death"
    HEALTH = "health"
    MARRIAGE = "marriage"
    MOVE = "move"
    SCHOOL = "school"


class Service(Record, frozen=True, kw_only=True):
    """One public service of one office, in the components that the law makes every office publish."""

    name: Annotated[Line, public("Nama layanan", "Name")]
    competent_authority: Annotated[Line, public("Penyelenggara", "Competent authority")]
    description: Annotated[Text | None, public("Uraian", "Description")] = None
    region: Annotated[KodeWilayah | None, public("Kode wilayah", "Region code")] = None
    sector: Annotated[Term | None, public("Urusan", "Sector")] = None
    life_events: Annotated[list[LifeEventKind], public("Peristiwa hidup", "Life events")] = []
    requirements: Annotated[list[str], public("Persyaratan", "Requirements")] = []
    procedure: Annotated[list[str], public("Sistem, mekanisme, dan prosedur", "Procedure")] = []
    processing_time: Annotated[
        Line | None, public("Jangka waktu penyelesaian", "Processing time", "In the office's own words.")
    ] = None
    processing_days: Annotated[
        Amount | None, public("Jangka waktu (hari kerja)", "Processing time in working days")
    ] = None
    fee: Annotated[
        Amount | None,
        public("Biaya/tarif (rupiah)", "Fee in rupiah", "0 where the service is free, null where nothing is said."),
    ] = None
    products: Annotated[list[str], public("Produk pelayanan", "Products")] = []
    complaint_channels: Annotated[list[str], public("Penanganan pengaduan", "Complaint channels")] = []
    legal_basis: Annotated[list[str], public("Dasar hukum", "Legal basis")] = []
    infrastructure: Annotated[list[str], public("Sarana, prasarana, dan fasilitas", "Infrastructure")] = []
    competence: Annotated[list[str], public("Kompetensi pelaksana", "Competence of staff")] = []
    internal_oversight: Annotated[list[str], public("Pengawasan internal", "Internal oversight")] = []
    staff_count: Annotated[Amount | None, public("Jumlah pelaksana", "Number of staff")] = None
    service_guarantee: Annotated[list[str], public("Jaminan pelayanan", "Service guarantee")] = []
    safety_guarantee: Annotated[list[str], public("Jaminan keamanan dan keselamatan", "Safety guarantee")] = []
    evaluation: Annotated[list[str], public("Evaluasi kinerja pelaksana", "Evaluation")] = []
    channels: Annotated[
        list[str], public("Kanal layanan", "Channels", "Where the service is asked for: counters, sites, apps.")
    ] = []
    website: Annotated[Line | None, public("Situs web", "Website")] = None
