"""Writes the samples below `samples/`: the shapes of real platforms, with values that are nobody's.

`python -m tests.benchmarks.onboarding.make_samples` writes them anew, always the same.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.onboarding import capital_samples as capital
from tests.benchmarks.onboarding import city_samples as city
from tests.benchmarks.onboarding import province_samples as province
from tests.benchmarks.onboarding import regency_samples as regency
from tests.benchmarks.onboarding.sample_values import Values

FOLDER = Path(__file__).parent / "samples"
SAMPLES: dict[str, Callable[[Values], Any]] = {
    "capital-api/health-centres/sample.json": capital.capital_health_centres,
    "capital-api/hospitals/sample.json": capital.capital_hospitals,
    "capital-api/waste-sites/sample.json": capital.capital_waste_sites,
    "capital-crm/reports/sample.json": capital.capital_reports,
    "capital-floods/flood-gates/sample.xml": capital.capital_flood_gates,
    "capital-rivers/river-levels/sample.json": capital.capital_river_levels,
    "capital-statistics/foreign-visitors/sample.json": capital.capital_visitors,
    "city-georeport/requests-xml/sample.xml": city.city_requests_xml,
    "city-georeport/requests/sample.json": city.city_requests,
    "city-map/libraries/sample.geojson": city.city_libraries,
    "city-services/services/sample.csv": city.city_services,
    "island-spreadsheets/health-centres/sample.csv": regency.island_health_centres,
    "nation-ckan/schools/sample.json": city.nation_schools,
    "port-prices/food-prices/sample.json": regency.port_food_prices,
    "province-aspirations/aspirations/sample.json": province.province_aspirations,
    "province-complaints/complaints/sample.json": province.province_complaints,
    "province-statistics/stunting/sample.json": province.province_statistics,
    "regency-portal/health-facilities/sample.json": regency.regency_facilities,
    "regency-portal/population/sample.json": regency.regency_population,
    "regency-tables/poverty/sample.csv": regency.regency_poverty,
    "town-services/services/sample.json": city.town_services,
}


def content_of(name: str) -> bytes:
    """The bytes of one sample."""
    made = SAMPLES[name](Values(name))
    if isinstance(made, bytes):
        return made
    return (made if isinstance(made, str) else json.dumps(made, ensure_ascii=False, indent=1) + "\n").encode()


def main() -> None:
    """Writes every sample."""
    for name in SAMPLES:
        file = FOLDER / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content_of(name))


if __name__ == "__main__":
    main()
