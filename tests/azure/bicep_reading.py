"""Bicep read without a compiler: syntax by tree-sitter, names by their declarations, properties by published types."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tree_sitter
import tree_sitter_bicep

REQUIRED, READ_ONLY = 1, 2
DECORATIONS = {"parent", "scope", "dependsOn"}
NOT_HERE = {"Microsoft.Authorization/locks", "Microsoft.Network/privateDnsZones"}
"""Providers' types of which there is no copy beside the project; what is below them neither."""
DECLARED = {"parameter_declaration": "param", "variable_declaration": "var", "resource_declaration": "resource"}
DECLARED |= {"module_declaration": "module", "output_declaration": "output"}

Node = Any


@dataclass
class Read:
    """One file: its declarations by kind and name, and everything that is wrong with it."""

    file: Path
    root: Node
    declared: dict[str, dict[str, Node]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def say(self, node: Node, text: str) -> None:
        self.wrong.append(f"{self.file.name}:{node.start_point[0] + 1}: {text}")


def read(file: Path) -> Read:
    """Parse `file` and find its syntax errors and the names that nothing declares."""
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_bicep.language()))
    found = Read(file, parser.parse(file.read_bytes()).root_node, {kind: {} for kind in DECLARED.values()})
    for node in found.root.children:
        if node.type in DECLARED:
            found.declared[DECLARED[node.type]][text(node.named_children[0])] = node
    for node in every(found.root):
        if node.is_error or node.is_missing:
            found.say(node, "syntax error")
    known = {name for kind, names in found.declared.items() if kind != "output" for name in names}
    known |= {text(node.named_children[0]) for node in every(found.root) if node.type == "for_statement"}
    known |= {text(node) for node in every(found.root) if node.type in {"loop_variable", "loop_enumerator"}}
    for node in used(found.root):
        if text(node) not in known:
            found.say(node, f"{text(node)} is not declared")
    return found


def used(root: Node) -> Iterator[Node]:
    """Identifiers that stand for a value: not a key, not a declaration, not a function."""
    for node in every(root):
        if node.type != "identifier" or node.parent is None:
            continue
        first = node.parent.named_children[0] == node
        key = first and node.parent.type in {"object_property", "for_statement", "loop_enumerator", *DECLARED}
        function = node.parent.type == "call_expression" and first
        decorator = node.parent.type == "call_expression" and node.parent.parent.type == "decorator"
        if not (key or function or decorator):
            yield node


def modules(found: Read) -> Mapping[str, tuple[Node, Path]]:
    """Each module of a file: what it is given, and its own file."""
    return {
        name: (inner(node.named_children[2]), found.file.parent / literal(node.named_children[1]))
        for name, node in found.declared["module"].items()
    }


def inner(node: Node) -> Node:
    """What is made of a declaration: inside its loop, and inside its condition."""
    while node.type in {"for_statement", "if_statement"}:
        node = node.child_by_field_name("body") or node.named_children[-1]
    return node


def check_modules(main: Read) -> None:
    """Modules get exactly the parameters they declare, and only outputs that exist are asked of them."""
    for name, (body, file) in modules(main).items():
        module = read(file)
        given = properties(properties(body)["params"])
        for stranger in given.keys() - module.declared["param"].keys():
            main.say(body, f"module {name} has no parameter {stranger}")
        for missing in {
            p for p, node in module.declared["param"].items() if len(node.named_children) == 2
        } - given.keys():
            main.say(body, f"module {name} needs {missing}")
        for asked in re.findall(rf"\b{name}!?\.outputs\.(\w+)", text(main.root)):
            if asked not in module.declared["output"]:
                main.say(body, f"module {name} has no output {asked}")


def check_types(found: Read, folder: Path) -> int:
    """Hold each resource against its published type; how many were checked."""
    for name, node in found.declared["resource"].items():
        kind = literal(node.named_children[1])
        provider, _, rest = kind.partition("/")
        if kind.partition("@")[0] in NOT_HERE or any(kind.startswith(f"{one}/") for one in NOT_HERE):
            continue
        file = folder / f"{provider.lower()}@{rest.rpartition('@')[2]}.json"
        types = json.loads(file.read_text())
        resource = next((t for t in types if t["$type"] == "ResourceType" and t["name"] == kind), None)
        if resource is None:
            found.say(node, f"{name}: there is no type {kind}")
        elif not any(child.type == "existing" for child in node.children):
            Types(found, types).check(inner(node.named_children[2]), resource["body"], top=True)
    return len(found.declared["resource"])


@dataclass
class Types:
    found: Read
    types: list[Any]

    def check(self, node: Node, ref: Any, top: bool = False) -> None:
        expected = self.types[int(ref["$ref"].rpartition("/")[2])]
        match expected["$type"]:
            case "ObjectType" if node.type == "object":
                self._object(node, expected["properties"], expected.get("additionalProperties"), top)
            case "DiscriminatedObjectType" if node.type == "object":
                self._discriminated(node, expected, top)
            case "ArrayType" if node.type == "array":
                for item in node.named_children:
                    self.check(item, expected["itemType"])
            case "ArrayType" if node.type == "for_statement":
                self.check(inner(node), expected["itemType"])
            case _:
                if not self._fits(node, expected):
                    self.found.say(node, f"{text(node)[:40]!r} is not {self._name(expected)}")

    def _object(self, node: Node, known: Mapping[str, Any], more: Any, top: bool) -> None:
        given = properties(node)
        for name, value in given.items():
            if name in known:
                if known[name]["flags"] & READ_ONLY:
                    self.found.say(value, f"{name} can only be read")
                self.check(value, known[name]["type"])
            elif more is not None:
                self.check(value, more)
            elif not (top and name in DECORATIONS):
                self.found.say(value, f"there is no property {name}")
        for name, one in known.items():
            if one["flags"] & REQUIRED and not one["flags"] & READ_ONLY and name not in given:
                self.found.say(node, f"{name} is missing")

    def _discriminated(self, node: Node, expected: Any, top: bool) -> None:
        chosen = properties(node).get(expected["discriminator"])
        elements = {name: self.types[int(ref["$ref"].rpartition("/")[2])] for name, ref in expected["elements"].items()}
        if chosen is None or constant(chosen) is None:
            names = next(iter(elements.values()))
        elif constant(chosen) not in elements:
            return self.found.say(node, f"{text(chosen)} is none of {sorted(elements)}")
        else:
            names = elements[str(constant(chosen))]
        return self._object(node, {**expected["baseProperties"], **names["properties"]}, None, top)

    def _fits(self, node: Node, expected: Any) -> bool:
        if node.type == "ternary_expression":
            return all(self._fits(branch, expected) for branch in node.named_children[1:3])
        if node.type == "null":
            return True
        if expected["$type"] == "UnionType":
            return any(self._fits(node, self.types[int(e["$ref"].rpartition("/")[2])]) for e in expected["elements"])
        shapes = {"object": "ObjectType", "array": "ArrayType", "number": "IntegerType", "boolean": "BooleanType"}
        if node.type in shapes:
            return expected["$type"] in {shapes[node.type], "AnyType"}
        value = constant(node)
        if value is None:
            return True  # an expression: its value is known only in Azure
        if expected["$type"] == "StringLiteralType":
            return bool(value == expected["value"])
        pattern = expected.get("pattern")
        return expected["$type"] in {"StringType", "AnyType"} and (not pattern or re.search(pattern, value) is not None)

    def _name(self, expected: Any) -> str:
        if expected["$type"] == "UnionType":
            return " or ".join(self._name(self.types[int(e["$ref"].rpartition("/")[2])]) for e in expected["elements"])
        return str(expected.get("value") or expected["$type"])


def every(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from every(child)


def text(node: Node) -> str:
    return str(node.text.decode())


def literal(node: Node) -> str:
    return text(node).strip("'")


def constant(node: Node) -> str | None:
    """The text of a string without holes; None for everything else."""
    plain = node.type == "string" and all(child.type == "string_content" for child in node.named_children)
    return literal(node) if plain else None


def properties(node: Node) -> dict[str, Node]:
    pairs = [child for child in node.named_children if child.type == "object_property"]
    return {literal(pair.named_children[0]): pair.named_children[1] for pair in pairs}
