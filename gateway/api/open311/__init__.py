"""The Open311 GeoReport v2 door: citizens' reports for clients that speak it already."""
