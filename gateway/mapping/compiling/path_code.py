"""Writes how a path is followed through the decoded Structs."""

from gateway.mapping.compiling.generation import Failure, Generation
from gateway.mapping.compiling.used_part import Part
from gateway.mapping.json_pointer import escaped
from gateway.mapping.language.paths import Each, Index, Json, Key, Path, Step


class PathCode:
    """Writes the reading of paths. What cannot be there comes out as None; nothing of it can raise."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._text = generation.text

    def pointer(self, path: Path) -> str:
        """Python of the JSON Pointer from the record to what a path names, as far as it leads one way."""
        if path.root == "value":
            return "cell_at"
        if path.root != "record":
            return "''"
        found = ""
        for step in self._generation.used.steps(path):
            if isinstance(step, Json | Each):
                break
            found += f"/{escaped(step.name)}" if isinstance(step, Key) else f"/{step.index}"
        return repr(found)

    def decode_contents(self) -> None:
        """Writes, once a record, the decoding of each text that holds JSON and is read."""
        for path in self._all_paths():
            steps = self._generation.used.steps(path) if path.root in {"record", "document"} else ()
            for position, step in enumerate(steps):
                if isinstance(step, Each):
                    break
                if isinstance(step, Json):
                    self._decode(path, steps[: position + 1])

    def _all_paths(self) -> list[Path]:
        declaration = self._generation.declaration
        paths = [path for field in declaration.fields for path in field.paths]
        paths += [condition.path for condition in declaration.records.keep_if]
        return paths + [column.path for column in declaration.records.unpivot]

    def _decode(self, path: Path, steps: tuple[Step, ...]) -> None:
        key = (path.root, steps)
        if key in self._generation.decoded:
            return
        name = next((step.name for step in reversed(steps) if isinstance(step, Key)), "text")
        variable = self._generation.names.free(f"{name}_content")
        self._follow(path.root, steps[:-1], variable)
        used = self._generation.used
        holder = (used.document if path.root == "document" else used.record).walk(steps[:-1])
        self._text.add(f"{variable} = read_json({variable}, {self._decoder(holder)})")
        self._generation.decoded[key] = variable

    @staticmethod
    def _decoder(holder: Part) -> str:
        assert holder.content is not None
        return holder.content.decoder

    def read(self, path: Path, variable: str, *, failure: Failure | None = None) -> Part:
        """Writes `variable = …` and returns the part that it then holds; `$value` and the like have their own."""
        if path.root == "value":
            self._text.add(f"{variable} = cell")
        elif path.root == "key":
            self._text.add(f"{variable} = index")
        elif path.root == "column":
            self._text.add(f"{variable} = {column_variable(path)}")
        else:
            return self._follow(path.root, self._generation.used.steps(path), variable, failure=failure)
        found = self._generation.source.at(path)
        assert not isinstance(found, tuple)
        return Part(found.type, optional=found.nothing)

    def read_document(self, path: Path, variable: str) -> None:
        """Writes `variable = …` for a path from the document's top, as those of `records` are."""
        self._follow("document", path.steps, variable)

    def _follow(self, root: str, steps: tuple[Step, ...], variable: str, *, failure: Failure | None = None) -> Part:
        used = self._generation.used
        part, expression = used.record, "row"
        if root == "document" and not used.document_is_record:
            part, expression = used.document, "document"
        start = self._last_decoded(root, steps)
        is_none = False
        if start:
            part = part.walk(steps[:start])
            expression = self._content(self._generation.decoded[root, steps[:start]], variable, failure=failure)
            is_none = True
        for position, step in enumerate(steps[start:], start=start):
            if isinstance(step, Each):
                self._each(part, steps[position + 1 :], variable=variable, expression=expression)
                return part.walk(steps[position:]).as_list(optional=is_none or not part.is_list)
            if isinstance(step, Key) and part.type.kinds == {"object"} and not is_none:
                expression = f"{expression}.{part.attributes[step.name]}"
            else:
                self._step(part, step, variable=variable, expression=expression)
                expression, is_none = variable, True
            part = part.step(step)
            is_none = is_none or part.optional
        if expression != variable:
            self._text.add(f"{variable} = {expression}")
        return part.seen(optional=is_none)

    def _last_decoded(self, root: str, steps: tuple[Step, ...]) -> int:
        """How many of the steps lead to the innermost JSON that is decoded already."""
        lengths = [length for length in range(len(steps), 0, -1) if (root, steps[:length]) in self._generation.decoded]
        return lengths[0] if lengths else 0

    def _content(self, holder: str, variable: str, *, failure: Failure | None) -> str:
        """The variable that holds decoded JSON; text that is none fails the field that reads it."""
        if failure is None:
            return holder
        self._text.add(f"{variable} = {holder}")
        with self._text.block(f"if {variable} is UNREADABLE:"):
            failure.write("'malformed'")
        return variable

    def _step(self, part: Part, step: Step, *, variable: str, expression: str) -> None:
        """Writes one step from where something else may stand."""
        if expression != variable:
            self._text.add(f"{variable} = {expression}")
        if isinstance(step, Index):
            there = f"type({variable}) is list and len({variable}) > {step.index}"
            self._text.add(f"{variable} = {variable}[{step.index}] if {there} else None")
            return
        assert isinstance(step, Key)
        there = f"isinstance({variable}, Struct)"
        self._text.add(f"{variable} = {variable}.{part.attributes[step.name]} if {there} else None")

    def _each(self, part: Part, steps: tuple[Step, ...], *, variable: str, expression: str) -> None:
        """Writes a list of what the steps find in each item; null and absent ones are left out."""
        conditions = ["item is not None"]
        current, inner = "item", part.step(Each())
        for step in steps:
            following = self._generation.names.free("part")
            if isinstance(step, Key):
                there, value = f"isinstance({current}, Struct)", f"{current}.{inner.attributes[step.name]}"
            elif isinstance(step, Index):
                there = f"type({current}) is list and len({current}) > {step.index}"
                value = f"{current}[{step.index}]"
            else:
                there, value = f"type({current}) is str", f"read_json({current}, {self._decoder(inner)})"
            conditions += [there, f"({following} := {value}) is not None"]
            current, inner = following, inner.step(step)
        if expression != variable:
            self._text.add(f"{variable} = {expression}")
        items = f"[{current} for item in {variable} if {' and '.join(conditions)}]"
        self._text.add(f"{variable} = {items} if type({variable}) is list else None")


def column_variable(path: Path) -> str:
    """The name of the loop's variable for `$column.<name>`."""
    step = path.steps[0]
    assert isinstance(step, Key)
    return "column_" + "".join(sign if sign.isalnum() and sign.isascii() else f"_{ord(sign)}_" for sign in step.name)
