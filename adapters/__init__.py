"""Wire protocols, one per file. Nothing here knows a partner's field names, nor when to ask."""
