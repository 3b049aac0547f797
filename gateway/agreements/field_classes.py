"""The fields of each resource by sensitivity, and what `@public` and `@restricted` stand for."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from schemas.resources import Resource
from schemas.sensitivity import Sensitivity, sensitivities

ALWAYS_RELEASED = frozenset({"id", "partner", "source_updated_at"})
"""What every record says of itself, whoever may ask: which record it is, whose, and as of when."""

CLASSES = {"@public": Sensitivity.PUBLIC, "@restricted": Sensitivity.RESTRICTED}
"""There is no class of Personal fields: each is granted, and asked for, by its name."""


class FieldClasses:
    """The fields of one resource, read from its schema once."""

    def __init__(self, resource: Resource) -> None:
        by_name = sensitivities(resource.type)
        self.names = tuple(by_name)
        self._known = frozenset(by_name)
        self._by_class = {
            word: frozenset(name for name, sensitivity in by_name.items() if sensitivity is meant)
            for word, meant in CLASSES.items()
        }
        self.public = self._by_class["@public"]
        self.personal = frozenset(name for name, it in by_name.items() if it is Sensitivity.PERSONAL)

    def knows(self, word: str) -> bool:
        """Whether `word` is a field or a class of this resource."""
        return word in self._known or word in self._by_class

    def nearest(self, word: str) -> str | None:
        """The existing field or class that `word` may have meant."""
        return next(iter(get_close_matches(word, [*self.names, *self._by_class], n=1)), None)

    def expand(self, words: Iterable[str]) -> frozenset[str]:
        """The fields that `words` stand for. A word that names nothing stands for nothing."""
        fields: set[str] = set()
        for word in words:
            fields |= self._by_class.get(word) or ({word} & self._known)
        return frozenset(fields)


def field_classes(resources: Mapping[str, Resource]) -> dict[str, FieldClasses]:
    """The field classes of each resource, by its name."""
    return {name: FieldClasses(resource) for name, resource in resources.items()}
