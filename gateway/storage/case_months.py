"""Cases summed up by the month in which they were opened, in one statement: no case leaves the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gateway.cases.case import MonthOfCases
from gateway.storage.life_event_tables import case_steps, cases
from gateway.storage.tables import Instant

_MICROSECONDS = 1_000_000


def month_query(
    partner: str, recipe: str, *, bounds: Sequence[datetime], measured: Sequence[str], now: datetime
) -> sa.Select[Any]:
    """One row for each span between two bounds in which cases were opened; `month` is its number."""
    each = _each_case(partner, recipe, bounds=bounds, measured=measured, now=now)
    median = _medians(each)
    is_complete = each.c.completed_at.is_not(None)
    is_late = each.c.is_late == 1
    return (
        sa.select(
            each.c.month,
            sa.func.count().label("opened"),
            _count(each.c.took.is_not(None)).label("measured"),
            sa.func.max(median.c.took).label("median"),
            _count(is_complete | is_late).label("judged"),
            _count(is_complete & ~is_late).label("in_time"),
            _count(~is_complete).label("still_open"),
        )
        .select_from(each.outerjoin(median, median.c.month == each.c.month))
        .group_by(each.c.month)
    )


def month_of(row: Mapping[Any, Any] | None) -> MonthOfCases:
    """The sums of one month; of one without cases, zeros."""
    if row is None:
        return MonthOfCases(opened=0, measured=0, median_s=None, judged=0, in_time=0, is_final=True)
    median = row["median"]
    return MonthOfCases(
        opened=row["opened"],
        measured=row["measured"],
        median_s=None if median is None else float(median) / _MICROSECONDS,
        judged=row["judged"],
        in_time=row["in_time"],
        is_final=row["still_open"] == 0,
    )


def _each_case(
    partner: str, recipe: str, *, bounds: Sequence[datetime], measured: Sequence[str], now: datetime
) -> sa.CTE:
    """Each case with its month, whether a step of it was or is late, and how long its measured steps took."""
    starts = [sa.type_coerce(bound, Instant) for bound in bounds]
    month = sa.case(*((cases.c.opened_at < end, index) for index, end in enumerate(starts[1:])), else_=-1)
    is_measured = case_steps.c.step.in_(sorted(measured))
    late = sa.case((case_steps.c.due_at < sa.func.coalesce(case_steps.c.done_at, sa.literal(now, Instant)), 1), else_=0)
    is_done = is_measured & case_steps.c.done_at.is_not(None)
    last = sa.type_coerce(sa.func.max(sa.case((is_measured, case_steps.c.done_at))), sa.BigInteger)
    took = last - sa.type_coerce(cases.c.opened_at, sa.BigInteger)
    return (
        sa.select(
            cases.c.id,
            month.label("month"),
            cases.c.completed_at,
            sa.func.max(late).label("is_late"),
            sa.case((_count(is_done) == len(set(measured)), took)).label("took"),
        )
        .join(case_steps, case_steps.c.case_id == cases.c.id)
        .where(
            cases.c.partner == partner,
            cases.c.recipe == recipe,
            cases.c.opened_at >= starts[0],
            cases.c.opened_at < starts[-1],
        )
        .group_by(cases.c.id, cases.c.opened_at, cases.c.completed_at)
        .cte("each_case")
    )


def _medians(each: sa.CTE) -> sa.Subquery:
    """The middle of the times of each month, or the mean of the two in the middle."""
    ranked = (
        sa.select(
            each.c.month,
            each.c.took,
            sa.func.row_number().over(partition_by=each.c.month, order_by=each.c.took).label("rank"),
            sa.func.count().over(partition_by=each.c.month).label("count"),
        )
        .where(each.c.took.is_not(None))
        .subquery()
    )
    # The middle ones are those whose rank, doubled, is within one of the count and one.
    is_middle = (ranked.c.rank * 2).between(ranked.c["count"], ranked.c["count"] + 2)
    return (
        sa.select(ranked.c.month, sa.func.avg(ranked.c.took).label("took"))
        .where(is_middle)
        .group_by(ranked.c.month)
        .subquery()
    )


def _count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))
