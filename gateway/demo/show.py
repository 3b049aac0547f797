"""The report as text: one JSON document, or a table for people."""

from collections.abc import Iterator

import msgspec

from gateway.demo.life_events.story import NewbornCase
from gateway.demo.report import Report

_LONGEST = 420


def as_document(report: Report) -> str:
    """All of the report."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode()


def as_table(report: Report) -> str:
    """Each newborn's case, a line for each exchange, what was refused, and an excerpt of each resource."""
    lines = [*(line for case in report.cases for line in _case(case)), ""]
    lines.append(f"{'consumer':<10}{'provider':<10}{'resource':<17}{'records':>8}{'gaps':>6}  reasons")
    for it in report.exchanges:
        reasons = ", ".join(sorted({gap["reason"] for gap in it.gaps}))
        lines.append(f"{it.consumer:<10}{it.provider:<10}{it.resource:<17}{it.records:>8}{it.gap_count:>6}  {reasons}")
    lines += ["", *(f"refused {it.status} {it.code:<22} {it.what}" for it in report.refusals), ""]
    lines += [f"recorded: {', '.join(f'{count} {outcome}' for outcome, count in report.audit.items())}", ""]
    for it in report.exchanges:
        if it.consumer == "jakarta" and it.excerpt is not None:
            lines.append(f"{it.provider} {it.resource}: {msgspec.json.encode(it.excerpt).decode()}")
    lines += ["", *(f"wrong: {problem}" for problem in report.problems)]
    return "\n".join(lines).rstrip()


def _case(case: NewbornCase) -> Iterator[str]:
    """What happened, in order, and how it was said in each system's own words."""
    state = f"complete in {case.took_s:.1f} s" if case.complete and case.took_s is not None else "not complete"
    yield f"{case.partner}: {case.recipe or 'no case'} {case.case_id or ''} {state}"
    for it in case.timeline:
        yield f"  {it.after_s:>7.2f} s  {it.type:<17}{it.role or '':<16}{it.step or '':<22}{it.effect}"
    for to, one in {(it.to, it.status): it for it in case.deliveries}.items():
        count = sum((it.to, it.status) == to for it in case.deliveries)
        yield f"  {count} {one.status} to {one.to}" + (f": {one.reason}" if one.reason else "")
    for name, said in (("hospital", case.told), ("registry", case.written), ("parents", case.sent)):
        yield f"  {name:<9} {_excerpt(said)}"
    yield ""


def _excerpt(said: object) -> str:
    """The beginning of what was said."""
    text = msgspec.json.encode(said).decode()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
