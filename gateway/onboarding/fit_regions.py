"""Regions: by code, whose scheme has to be told, or by name."""

from gateway.onboarding.fit import NO_FIT, Fit
from gateway.onboarding.profile import FieldProfile, FormKind
from gateway.onboarding.reference import Reference

_FINER = 0.05


def fit_region(field: FieldProfile, reference: Reference) -> Fit:
    """Region codes of one scheme, or names of known regions. The finer, the better."""
    if field.many:
        return NO_FIT
    code = field.form(FormKind.REGION_CODE)
    if code is not None and code.share >= 0.5 and not field.kinds.get("number"):
        share = min(1.0, code.share + 0.02) * (0.7 if code.ambiguous else 1.0)
        reason = f"{code.share:.0%} are {code.detail} codes"
        if code.ambiguous:
            reason += ", but nothing in the sample tells bps from kemendagri"
        return Fit(
            share=share * (1 - _FINER * (4 - _level(field))),
            telling=code.share,
            operations={"scheme": code.detail},
            reason=reason,
        )
    return _named(field, reference)


def _level(field: FieldProfile) -> int:
    """1 a province, 2 a regency or city, 3 a kecamatan, 4 finer."""
    written = [str(one.value).replace(".", "") for one in field.frequent[:5]]
    longest = max(map(len, written), default=2)
    return 1 if longest <= 2 else 2 if longest <= 4 else 3 if longest <= 7 else 4


def _named(field: FieldProfile, reference: Reference) -> Fit:
    values = field.codes or field.frequent
    if "string" not in field.kinds or not values:
        return NO_FIT
    told: dict[str, str] = {}
    doubtful = False
    for one in values:
        found = reference.regions.find(str(one.value), within=reference.kode_wilayah)
        if found:
            told[str(one.value).strip()] = found[0]
            doubtful = doubtful or len(found) > 1
    share = sum(one.count for one in values if str(one.value).strip() in told) / sum(one.count for one in values)
    if share < 0.5:
        return NO_FIT
    level = max(code.count(".") for code in told.values()) + 1
    operations: dict[str, object] = {"codes": told, "fold": True}
    if reference.kode_wilayah is not None:
        operations["otherwise"] = reference.kode_wilayah
    return Fit(
        share=share * (0.7 if doubtful else 0.95) * (1 - _FINER * (4 - level)),
        telling=share,
        operations=operations,
        reason=f"{share:.0%} are names of regions" + (", some of them of several" if doubtful else ""),
        unknown=tuple(str(one.value) for one in values if str(one.value).strip() not in told),
    )
