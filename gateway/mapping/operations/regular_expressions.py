"""Patterns of JSON Schema, as Python reads them."""


def strict_pattern(pattern: str) -> str:
    r"""The pattern with `$` at the very end only, as JSON Schema means it: Python's also stands before a last newline.

    `\d`, `\w` and `\s` are ASCII's, unless the pattern sets flags of its own.
    """
    found: list[str] = []
    position, in_class = 0, False
    while position < len(pattern):
        character = pattern[position]
        if character == "\\":
            found.append(pattern[position : position + 2])
            position += 2
            continue
        if character == "[" and not in_class:
            in_class = True
        elif character == "]" and in_class:
            in_class = False
        found.append(r"\Z" if character == "$" and not in_class else character)
        position += 1
    flags = "" if pattern.startswith("(?") and pattern[2:3] in "aiLmsux" else "(?a)"
    return flags + "".join(found)
