"""`pytest --gateway-contracts`: one test per dataset and stage, in the gateway's or in a partner's own repository.

Loads nothing of the gateway until the flag is there. The tests are found where the mappings stand
(`schemas/partners/<partner>/<dataset>.mapping.toml`): below the paths that pytest is given, or, without any, below
the root. `--gateway-contracts-live` asks the platforms too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gateway.contracts.contract import Contract
    from gateway.contracts.report import StageReport

_SUFFIX = ".mapping.toml"
_FOUND = pytest.StashKey[dict["Path", dict[str, "Contract"]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The flags."""
    group = parser.getgroup("gateway contracts")
    group.addoption("--gateway-contracts", action="store_true", help="test the contracts with partners' platforms")
    group.addoption("--gateway-contracts-live", action="store_true", help="ask the platforms too")
    group.addoption(
        "--gateway-contracts-examples", type=int, default=1_000, help="documents to generate for each dataset (1000)"
    )
    group.addoption("--gateway-contracts-seed", type=int, default=1, help="another number, other documents (1)")


def pytest_configure(config: pytest.Config) -> None:
    """Looks below the root's contracts as well, unless somebody says where to look."""
    config.addinivalue_line("markers", "gateway_contract: a stage of a contract with a partner's platform")
    if not config.getoption("--gateway-contracts"):
        return
    config.stash[_FOUND] = {}
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        own = config.rootpath / "schemas" / "partners"
        if own.is_dir() and not any(own.is_relative_to(config.invocation_params.dir / path) for path in config.args):
            config.args.append(str(own))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ContractFile | None:
    """A contract, where a mapping stands."""
    if not parent.config.getoption("--gateway-contracts"):
        return None
    if not file_path.name.endswith(_SUFFIX) or file_path.parent.parent.name != "partners":
        return None
    return ContractFile.from_parent(parent, path=file_path)


class ContractFile(pytest.File):
    """One dataset's contract."""

    def collect(self) -> Iterator[ContractStage]:
        """Its stages."""
        from gateway.contracts.report import Stage  # noqa: PLC0415

        contract = self._contract()
        live = self.config.getoption("--gateway-contracts-live") and not contract.is_event
        for stage in Stage:
            if stage is not Stage.LIVE or live:
                yield ContractStage.from_parent(self, name=stage.value, contract=contract)

    def _contract(self) -> Contract:
        """The contract of this file. All contracts of a repository are read together."""
        schemas = self.path.parents[2]
        known = self.config.stash[_FOUND]
        if schemas not in known:
            known[schemas] = _read(schemas)
        name = f"{self.path.parent.name}/{self.path.name.removesuffix(_SUFFIX)}"
        if name not in known[schemas]:
            where = f"config/partners/{self.path.parent.name}.toml"
            raise self.CollectError(f"{name} has a mapping, and {where} does not name it")
        return known[schemas][name]


class ContractStage(pytest.Item):
    """One stage, as a test."""

    def __init__(self, *, contract: Contract, **more: Any) -> None:
        super().__init__(**more)
        self.contract = contract
        self.add_marker(pytest.mark.gateway_contract)

    def runtest(self) -> None:
        """Fails where the stage is broken."""
        report = self._report()
        if report.outcome == "skipped":
            pytest.skip(report.reason or "nothing to try")
        if report.outcome in {"broken", "silent"}:
            raise ContractFailed(report)

    def _report(self) -> StageReport:
        from gateway.contracts.check import check_stage  # noqa: PLC0415
        from gateway.contracts.report import Stage  # noqa: PLC0415

        if self.name == Stage.LIVE:
            return _live(self.contract)
        option = self.config.getoption
        examples, seed = option("--gateway-contracts-examples"), option("--gateway-contracts-seed")
        return check_stage(self.contract, Stage(self.name), examples=examples, seed=seed)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *_more: Any, **_options: Any) -> Any:
        """The findings, without a traceback."""
        if isinstance(excinfo.value, ContractFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The mapping, and what was tested."""
        return self.path, 0, f"{self.contract.id} {self.name}"


class ContractFailed(Exception):
    """A stage is broken, or the platform was silent."""

    def __init__(self, report: StageReport) -> None:
        super().__init__("\n".join(map(str, report.findings)) or report.reason)


def _read(schemas: Path) -> dict[str, Contract]:
    from gateway.contracts.contract import read_contracts  # noqa: PLC0415
    from gateway.contracts.repository import read_repository  # noqa: PLC0415
    from gateway.errors import GatewayError  # noqa: PLC0415

    try:
        repository = read_repository(schemas.parent)
        contracts = read_contracts(repository.partners, schemas=repository.schemas)
    except GatewayError as error:
        raise pytest.Collector.CollectError(error.message) from error
    return {contract.id: contract for contract in contracts}


def _live(contract: Contract) -> StageReport:
    """What the platform says now. No history is kept: that is the gateway's."""
    import asyncio  # noqa: PLC0415
    import os  # noqa: PLC0415

    from gateway.clock import SystemClock  # noqa: PLC0415
    from gateway.contracts.live_checks import LiveChecks  # noqa: PLC0415
    from gateway.contracts.platforms import opened_platforms  # noqa: PLC0415
    from gateway.settings import Upstream  # noqa: PLC0415
    from gateway.settings_file import Secrets  # noqa: PLC0415

    async def asking() -> StageReport:
        async with opened_platforms(Upstream(), [contract], secrets=Secrets(os.environ).get) as adapters:
            checks = LiveChecks({contract.id: contract}, adapters, history=None, clock=SystemClock())
            return await checks.by_command(contract.id)

    return asyncio.run(asking())
