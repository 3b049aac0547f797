"""Gathers the findings of one stage: the same one is kept once, and counted."""

import time

import msgspec

from gateway.contracts.report import Finding, Outcome, Severity, Stage, StageReport, outcome_of

MOST_FINDINGS = 100
"""Beyond these, the rest is counted in one last finding."""


class Gathering:
    """A stage on its way. Its clock starts when it is made."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._began = time.monotonic()
        self._found: dict[object, Finding] = {}
        self._more: dict[Severity, int] = {}

    def add(self, finding: Finding, *, key: object = None) -> None:
        """Keeps a finding, or counts it where one with this key (the finding itself, if there is none) is there."""
        identity = finding if key is None else key
        known = self._found.get(identity)
        if known is not None:
            self._found[identity] = msgspec.structs.replace(known, count=known.count + finding.count)
        elif len(self._found) < MOST_FINDINGS:
            self._found[identity] = finding
        else:
            self._more[finding.severity] = self._more.get(finding.severity, 0) + 1

    @property
    def is_broken(self) -> bool:
        """Whether something was found that breaks the contract."""
        return any(finding.severity is Severity.BROKEN for finding in self._found.values())

    def close(self, *, reason: str | None = None, counts: dict[str, int] | None = None) -> StageReport:
        """The stage's report, what breaks the contract first."""
        rest = [
            Finding(code="more", severity=severity, message=f"{count} more of other kinds", count=count)
            for severity, count in self._more.items()
        ]
        findings = tuple(sorted((*self._found.values(), *rest), key=lambda finding: finding.severity))
        return self._report(outcome_of(findings), reason=reason, counts=counts, findings=findings)

    def skip(self, reason: str) -> StageReport:
        """The report of a stage that could not be tried, or has nothing to try."""
        return self._report(Outcome.SKIPPED, reason=reason)

    def silent(self, reason: str) -> StageReport:
        """The report of a stage whose platform did not answer."""
        return self._report(Outcome.SILENT, reason=reason)

    def _report(
        self,
        outcome: Outcome,
        *,
        reason: str | None = None,
        counts: dict[str, int] | None = None,
        findings: tuple[Finding, ...] = (),
    ) -> StageReport:
        seconds = round(time.monotonic() - self._began, 3)
        return StageReport(
            stage=self.stage, outcome=outcome, seconds=seconds, reason=reason, counts=counts or {}, findings=findings
        )
