"""A copy of a shipped contract in a folder of its own, to be spoiled; and what the command says of it."""

import json
import shutil
import subprocess
import sys
import tomllib

from gateway.contracts.contract import read_contracts
from gateway.mapping.code_lists import load_code_lists
from gateway.settings_file import load_partners
from tests.support.partner_documents import ROOT

KINDS = ("datasets.", "events.", "intakes.")
"""The tables of a partner's settings that have a contract each."""


class ContractFiles:
    """`config/partners` and `schemas/partners` of one dataset, in a folder."""

    def __init__(self, folder, dataset):
        self.root = folder
        self.partner, _, self.name = dataset.partition("/")
        self.folder = folder / "schemas" / "partners" / self.partner
        source = ROOT / "schemas" / "partners" / self.partner
        for suffix in ("mapping.toml", "source.json"):
            (self.folder).mkdir(parents=True, exist_ok=True)
            shutil.copy(source / f"{self.name}.{suffix}", self.folder)
        shutil.copytree(source / "samples" / self.name, self.samples)
        (folder / "config" / "partners").mkdir(parents=True)
        (folder / "config" / "partners" / f"{self.partner}.toml").write_text(self._settings(), encoding="utf-8")

    @property
    def samples(self):
        return self.folder / "samples" / self.name

    @property
    def mapping(self):
        return self.folder / f"{self.name}.mapping.toml"

    @property
    def source(self):
        return self.folder / f"{self.name}.source.json"

    def _settings(self):
        """The partner's settings without its other datasets."""
        text = (ROOT / "config" / "partners" / f"{self.partner}.toml").read_text(encoding="utf-8")
        tables = text.split("\n[")
        kept = [
            table
            for table in tables
            if not table.startswith(KINDS) or table.startswith(tuple(f"{kind}{self.name}]" for kind in KINDS))
        ]
        made = "\n[".join(kept)
        assert tomllib.loads(made)
        return made

    def spoil(self, file, old, new):
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    def change_sample(self, name, change, *, into=None):
        """One JSON sample, changed; into another file if `into` says so."""
        document = json.loads((self.samples / name).read_text(encoding="utf-8"))
        document = change(document) or document
        (self.samples / (into or name)).write_text(json.dumps(document), encoding="utf-8")

    def change_source(self, change):
        schema = json.loads(self.source.read_text(encoding="utf-8"))
        change(schema)
        self.source.write_text(json.dumps(schema, indent=2), encoding="utf-8")

    def contract(self):
        """As it stands in the folder now."""
        codes = load_code_lists(ROOT / "schemas" / "codes")
        (found,) = read_contracts(load_partners(self.root / "config"), schemas=self.root / "schemas", codes=codes)
        return found

    def check(self, *options):
        """What the real command says of the folder."""
        command = [sys.executable, "-m", "gateway", "contracts", "check", "--root", str(self.root)]
        return subprocess.run([*command, *options], capture_output=True, text=True, check=False, cwd=ROOT, timeout=60)


def codes_of(report):
    """The codes of a stage's findings."""
    return {finding.code for finding in report.findings}
