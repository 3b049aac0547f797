"""When and how to ask a partner's platform, and when to stop asking."""
