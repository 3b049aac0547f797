"""Where a dataset is at home: regions of another partner, a coarser code than there is, clocks of another zone."""

from typing import NamedTuple

from gateway.mapping.checking.field_check import FieldCheck
from gateway.mapping.checking.field_names import Place, level_of, name_of
from gateway.mapping.language.date_forms import has_offset
from gateway.mapping.language.declaration import Const, From
from gateway.mapping.language.tables import shown
from gateway.mapping.source.source_schema import Found


class Home(NamedTuple):
    """The partner whose dataset is checked: its Kemendagri code, and the zone of its clocks."""

    kode_wilayah: str
    zone: str


def check_level(check: FieldCheck, record: tuple[Place, ...]) -> None:
    """Faults a region's code where a finer one of the same scheme is there as surely."""
    field = check.field
    if field.scheme is None or not isinstance(field.source, From) or len(field.source.paths) != 1:
        return
    path = field.source.paths[0]
    found = check.source.at(path)
    if not isinstance(found, Found):
        return
    level = level_of(name_of(path.steps, found.type))
    for place in record:
        finer = level_of(name_of(place.steps, place.type)) > level > 0
        if finer and place.type.promises.scheme == field.scheme and (found.nothing or not place.nothing):
            check.fault(
                "from",
                "region-coarser",
                f"`{path.text}` is a coarser region than `{place.text}`, which is there as surely: where exactly would "
                f"be lost; read `{place.text}`",
                expected=place.text,
                found=path.text,
                nearest=place.text,
            )
            return


def check_region_is_at_home(check: FieldCheck, home: Home | None) -> None:
    """Faults a declared region that is neither in the partner's, nor holds it."""
    if home is None or check.target.format != "kode-wilayah":
        return
    if isinstance(check.field.source, Const):
        key, codes = "const", [check.field.source.value]
    elif check.field.codes is not None and (listed := check.codes.of(check.field)) is not None:
        key, codes = "codes", list(listed.codes.values())
    else:
        return
    for code in codes:
        if not _related(str(code), home.kode_wilayah):
            check.fault(
                key,
                "region-of-another",
                f"{shown(code)} does not lie in {home.kode_wilayah}, which is the partner whose dataset this is",
                expected=f"{home.kode_wilayah} or a region in it",
                found=shown(code),
                nearest=home.kode_wilayah,
            )
            return


def _related(code: str, home: str) -> bool:
    left, right = code.split("."), home.split(".")
    shared = min(len(left), len(right))
    return left[:shared] == right[:shared]


def check_zone(check: FieldCheck, home: Home | None) -> None:
    """Faults a zone other than that of the partner's clocks, or other than the promised one."""
    field = check.field
    forms = field.datetime or field.date
    if field.zone is None or not isinstance(field.source, From) or not forms:
        return
    for path in field.source.paths:
        found = check.source.at(path)
        if not isinstance(found, Found) or found.type.format == "date-time" or all(has_offset(form) for form in forms):
            continue
        right = found.type.promises.zone or (home.zone if home else None)
        if right is not None and right != field.zone:
            check.fault(
                "zone" if (*field.key_path, "zone") in check.findings.lines else "datetime",
                "zone-differs",
                f"the clocks of this platform show {right}, and `{path.text}` is read as {field.zone}: every instant "
                f'would be hours off; write `zone = "{right}"`, or `"x-zone": "{field.zone}"` in the source schema '
                "if the platform writes so",
                expected=right,
                found=field.zone,
                nearest=right,
            )
            return
