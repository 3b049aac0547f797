"""Keeps logs away from commands whose answer says what they would."""

import logging


def quiet() -> None:
    """From now on, only what is critical is logged."""
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
