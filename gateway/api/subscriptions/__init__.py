"""The doors of subscriptions."""
