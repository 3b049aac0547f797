"""The progress of a check, on a terminal only: which dataset, which stage, how far."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class ContractProgress:
    """A bar on stderr while it lasts; nothing where stderr is no terminal."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task("", total=self._total, completed=-1)
            self._bar.start()
        return self

    def at(self, dataset: str, stage: str) -> None:
        """A stage begins; the one before it has ended."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, advance=1, description=f"{dataset} {stage}")

    @contextmanager
    def paused(self) -> Iterator[None]:
        """The bar is out of the way, so that lines can be written."""
        if self._bar is None:
            yield
            return
        self._bar.stop()
        try:
            yield
        finally:
            self._bar.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
