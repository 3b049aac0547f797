"""More rows of a recorded sample, the same on every run, so that lists are as long as the platforms' own."""

from typing import Any

WASTE_SITES = 1899  # as the platform's own `meta.pagination.total` says
_STEP = 0.000137  # degrees, about 15 m


def more_waste_sites(recorded: list[dict[str, Any]], *, total: int = WASTE_SITES) -> list[dict[str, Any]]:
    """The recorded sites, then `total - len(recorded)` more near them; a site with swapped axes stays single."""
    usable = [site for site in recorded if site["location"]["latitude"] < 0]
    sites = list(recorded[:total])
    while len(sites) < total:
        number = len(sites) + 1
        model = usable[number % len(usable)]
        turn = number // len(usable)
        location = model["location"]
        sites.append(
            {
                **model,
                "id": number,
                "nama_tps": f"{model['nama_tps']} / {turn}",
                "location": {
                    **location,
                    "latitude": round(location["latitude"] + turn * _STEP, 9),
                    "longitude": round(location["longitude"] - turn * _STEP, 9),
                },
            }
        )
    return sites
