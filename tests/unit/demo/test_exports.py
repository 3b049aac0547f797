"""What a gateway beside the stand-in platforms is given."""

import os
import subprocess

from gateway.cli.main import root
from gateway.cli.run import run
from gateway.demo.stand_ins import StandIns
from gateway.settings_file import load_settings
from tests.support.partner_documents import ROOT


def test_a_shell_takes_what_the_command_prints(capsys):
    """`eval "$(gateway demo --secrets)"` sets each secret of the stand-ins, whatever signs are in it."""
    assert 0 == run(root, ["demo", "--secrets"])
    script = f"{capsys.readouterr().out}env"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True, env={})
    told = dict(line.partition("=")[::2] for line in done.stdout.splitlines())
    assert StandIns().secrets.items() <= told.items()


def test_every_secret_that_the_shipped_settings_name_is_among_them():
    """So a gateway with the shipped partners starts."""
    partners = load_settings(ROOT / "config/gateway.toml", os.environ).partners.values()
    named = {
        platform.auth.secret for one in partners for platform in one.platforms.values() if platform.auth is not None
    }
    assert named - {None} <= set(StandIns().secrets)
