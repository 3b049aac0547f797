"""Which field of the source serves which common field, so that all of them together are the likeliest."""

from collections.abc import Mapping, Sequence

import msgspec

from gateway.onboarding.score import Candidate

_LEAST = 0.2
_REQUIRED = 1.5
_RIVAL = 0.25
_TOLL = 0.35


def assign(
    candidates: Mapping[str, Sequence[Candidate]],
    *,
    required: frozenset[str],
    shares: Mapping[str, Sequence[str]],
) -> dict[str, Candidate]:
    """The chosen candidate of each common field that has one. One path serves one field, unless they share it.

    Confidence falls where another path would do nearly as well.
    """
    targets = [name for name, found in candidates.items() if found]
    paths = sorted({candidate.paths for name in targets for candidate in candidates[name]})
    column = {path: position for position, path in enumerate(paths)}
    weights = [[0.0] * (len(paths) + len(targets)) for _ in targets]
    best: dict[tuple[str, tuple[str, ...]], Candidate] = {}
    for row, name in enumerate(targets):
        for candidate in candidates[name]:
            if candidate.confidence >= _LEAST:
                weight = candidate.confidence**2 * (_REQUIRED if name in required else 1.0)
                if weight > weights[row][column[candidate.paths]]:
                    weights[row][column[candidate.paths]] = weight
                    best[name, candidate.paths] = candidate
    chosen: dict[str, Candidate] = {}
    for row, position in enumerate(heaviest(weights)):
        if position < len(paths) and weights[row][position] > 0:
            chosen[targets[row]] = best[targets[row], paths[position]]
    _share(chosen, candidates, shares=shares)
    return {name: _tolled(candidate, candidates[name], chosen) for name, candidate in chosen.items()}


def _share(
    chosen: dict[str, Candidate],
    candidates: Mapping[str, Sequence[Candidate]],
    *,
    shares: Mapping[str, Sequence[str]],
) -> None:
    """A field may read what another already reads, where that is sensible and surer than what is left."""
    for name, others in shares.items():
        allowed = {chosen[other].paths for other in others if other in chosen}
        found = next((one for one in candidates.get(name, ()) if one.paths in allowed), None)
        if found is None or found.confidence < _LEAST:
            continue
        if name not in chosen or found.confidence > chosen[name].confidence + 0.1:
            chosen[name] = found


def _tolled(candidate: Candidate, all_of_it: Sequence[Candidate], chosen: Mapping[str, Candidate]) -> Candidate:
    """The candidate, less sure for every rival that is free and nearly as good."""
    taken = {one.paths: one for name, one in chosen.items() if name != candidate.field}
    rivals = [
        one.confidence
        for one in all_of_it
        if one.paths != candidate.paths
        and not (one.paths in taken and taken[one.paths].confidence >= one.confidence)
        and not _is_coarser(one, candidate)
    ]
    lead = candidate.confidence - max(rivals, default=0.0)
    toll = _TOLL * min(1.0, max(0.0, 1 - lead / _RIVAL)) if rivals else 0.0
    return msgspec.structs.replace(candidate, confidence=round(candidate.confidence * (1 - toll), 3))


def _is_coarser(rival: Candidate, candidate: Candidate) -> bool:
    """Whether both are region codes of one scheme: a coarser one is no rival, as it says nothing else."""
    schemes = (rival.declaration.get("scheme"), candidate.declaration.get("scheme"))
    return schemes[0] is not None and schemes[0] == schemes[1]


def heaviest(weights: Sequence[Sequence[float]]) -> list[int]:
    """The column of each row in the assignment of the greatest weight: the Hungarian method, O(rows² x columns).

    After Jonker and Volgenant: one row after another finds its shortest augmenting path under potentials.
    """
    rows, columns = len(weights), len(weights[0]) if weights else 0
    row_potential, column_potential = [0.0] * (rows + 1), [0.0] * (columns + 1)
    row_of = [0] * (columns + 1)
    for row in range(1, rows + 1):
        row_of[0] = row
        at = 0
        least = [float("inf")] * (columns + 1)
        before, done = [0] * (columns + 1), [False] * (columns + 1)
        while row_of[at]:
            done[at] = True
            here, step, nearest = row_of[at], float("inf"), 0
            for column in range(1, columns + 1):
                if done[column]:
                    continue
                cost = -weights[here - 1][column - 1] - row_potential[here] - column_potential[column]
                if cost < least[column]:
                    least[column], before[column] = cost, at
                if least[column] < step:
                    step, nearest = least[column], column
            for column in range(columns + 1):
                if done[column]:
                    row_potential[row_of[column]] += step
                    column_potential[column] -= step
                else:
                    least[column] -= step
            at = nearest
        while at:
            row_of[at] = row_of[before[at]]
            at = before[at]
    found = [0] * rows
    for column in range(1, columns + 1):
        if row_of[column]:
            found[row_of[column] - 1] = column - 1
    return found
