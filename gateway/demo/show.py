"""The report as text: one JSON document, or a table for people."""

import msgspec

from gateway.demo.report import Report


def as_document(report: Report) -> str:
    """All of the report."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode()


def as_table(report: Report) -> str:
    """A line for each exchange, then what was refused, then an excerpt of each resource."""
    lines = [f"{'consumer':<10}{'provider':<10}{'resource':<17}{'records':>8}{'gaps':>6}  reasons"]
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
