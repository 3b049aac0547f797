"""Builds everything: the one place that knows the stores."""

from gateway.wiring.build import opened
from gateway.wiring.gateway import Gateway
from gateway.wiring.stores import migrated

__all__ = ["Gateway", "migrated", "opened"]
