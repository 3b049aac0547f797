"""Where an agreement may go from where it stands."""

from enum import StrEnum

from gateway.agreements.agreement import AgreementStatus


class Step(StrEnum):
    """What a person may decide about an agreement. Alphabetical."""

    APPROVE = "approve"
    END = "end"
    REJECT = "reject"
    RESUME = "resume"
    SUBMIT = "submit"
    SUSPEND = "suspend"


# What was rejected or has ended stays so, for the record: a new agreement is drafted instead.
_NEXT: dict[tuple[AgreementStatus, Step], AgreementStatus] = {
    (AgreementStatus.DRAFT, Step.SUBMIT): AgreementStatus.SUBMITTED,
    (AgreementStatus.DRAFT, Step.END): AgreementStatus.ENDED,
    (AgreementStatus.SUBMITTED, Step.APPROVE): AgreementStatus.ACTIVE,
    (AgreementStatus.SUBMITTED, Step.REJECT): AgreementStatus.REJECTED,
    (AgreementStatus.SUBMITTED, Step.END): AgreementStatus.ENDED,
    (AgreementStatus.ACTIVE, Step.SUSPEND): AgreementStatus.SUSPENDED,
    (AgreementStatus.ACTIVE, Step.END): AgreementStatus.ENDED,
    (AgreementStatus.SUSPENDED, Step.RESUME): AgreementStatus.ACTIVE,
    (AgreementStatus.SUSPENDED, Step.END): AgreementStatus.ENDED,
}

LEADS_TO: dict[Step, AgreementStatus] = {step: status for (_, step), status in _NEXT.items()}
"""The status that each step ends in, wherever it began."""


def next_status(status: AgreementStatus, step: Step) -> AgreementStatus | None:
    """The status after `step`, or None where the step is not possible."""
    return _NEXT.get((status, step))


def possible_steps(status: AgreementStatus) -> tuple[Step, ...]:
    """What may be decided in this status."""
    return tuple(sorted(step for origin, step in _NEXT if origin is status))
