"""What is wrong with the files of the authorities that platforms stand behind."""

from collections.abc import Iterator

from adapters.authority import read_authorities
from adapters.config import AdapterMisconfigured
from gateway.settings import Settings


def authority_faults(settings: Settings) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each file that cannot be used, as its key and what to do."""
    for name, partner in settings.partners.items():
        for system, platform in partner.platforms.items():
            if platform.ca_file is None:
                continue
            try:
                read_authorities(platform.ca_file)
            except AdapterMisconfigured as error:
                yield ("partners", name, "platforms", system, error.key), error.message
