"""The demonstration: stand-in platforms on loopback, and a gateway that asks them."""
