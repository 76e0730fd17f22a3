"""Reads what the files of a Rust crate import, for scripts/check-imports.

A file imports another when it names something of it, in `use` or by a path in its code. A re-exported name counts as
an import of the module that re-exports it and of the one that defines it. A module that only declares or re-exports
its children does not import them. `#[cfg(test)]` items and files *tests.rs do not count.
"""

import re
from collections import defaultdict

COMMENT = r"//[^\n]*|/\*(?:/\*.*?\*/|.)*?\*/"
LITERAL = r"""(?<!\w)[bc]?r(#*)".*?"\1|"(?:\\.|[^"\\])*"|'(?:\\[^\n]+?|[^\\\n'])'"""
NO_CODE = re.compile(f"{COMMENT}|{LITERAL}", re.DOTALL)
PUB = r"(?:pub(?:\([^)]*\))?\s+)?"
TEST = re.compile(
    r"#\[cfg\((?:all\()?test\b[^\]]*\]\s*(?:#\[[^\]]*\]\s*)*"
    rf"{PUB}(?:async|const|enum|extern|fn|impl|mod|static|struct|trait|type|use)\b"
)
USE = re.compile(rf"({PUB})\buse\s+([^;]+);")
# Not followed: modules inside a file or at another path, and globs of the crate's own modules.
HIDING = re.compile(r"\bmod\s+\w+\s*\{|#\[path\b|\buse\s+(?:crate|self|super)\b[^;]*\*")


def code_of(file):
    """Its code without comments, and with 0 for each literal."""
    return NO_CODE.sub("0", file.read_text())


def without_tests(code):
    while test := TEST.search(code):
        depth, end = 0, test.end()
        while depth > 0 or code[end - 1] not in ";}":
            depth += (code[end] in "([{") - (code[end] in ")]}")
            end += 1
        code = code[: test.start()] + code[end:]
    return code


def leaves(tree):
    """The paths of a use tree, each with the name it gets."""
    while group := re.search(r"([\w:]*)\{([^{}]*)\}", tree):
        parts = [group[1] + part.strip() for part in group[2].split(",") if part.strip()]
        tree = tree[: group.start()] + ",".join(parts) + tree[group.end() :]
    for leaf in filter(None, tree.split(",")):
        path, _, alias = leaf.strip().partition(" as ")
        path = tuple(path.removesuffix("::self").split("::"))
        yield path, alias or path[-1]


class Crate:
    def __init__(self, source):
        self.files = {}  # by module, a tuple of names
        self.aliases = defaultdict(dict)  # by module: the path of each name that `use` gives it
        self.hiding = []  # files, and what they hide imports with
        self.uses = []  # modules, paths in their `use`, and whether they do nothing but re-export them
        self.paths = []  # modules, and other paths in their code
        for file in sorted(source.rglob("*.rs")):
            module = file.relative_to(source).with_suffix("").parts
            if not any(name.endswith("tests") for name in module):
                self.read(module[:-1] if module[-1] in ("lib", "main", "mod") else module, file)

    def read(self, module, file):
        self.files[module] = file
        code = without_tests(code_of(file))
        if hiding := HIDING.search(code):
            self.hiding.append((file, " ".join(hiding[0].split())))
        rest = re.sub(r"\bmod\s+\w+\s*;", "", USE.sub("", code))
        for public, tree in USE.findall(code):
            for path, name in leaves(tree):
                self.aliases[module][name] = path
                used = re.search(rf"(?<![\w.:]){re.escape(name)}\b", rest)
                self.uses.append((module, path, public and not used))
        for path in re.findall(r"(?<![\w:])(?:\w+::)+\w+", rest):
            self.paths.append((module, tuple(path.split("::"))))

    def owners(self, module, path, seen=()):
        """The modules that define or re-export what `path` names in `module`; none in another crate."""
        if path[0] == "crate":
            module, path = (), path[1:]
        elif path[0] not in ("self", "super", *self.aliases[module]) and (*module, path[0]) not in self.files:
            return set()
        while path and path[0] in ("self", "super"):
            module, path = module[:-1] if path[0] == "super" else module, path[1:]
        # The last name may be a module or a re-exported function.
        while path and (*module, path[0]) in self.files and (path[1:] or path[0] not in self.aliases[module]):
            module, path = (*module, path[0]), path[1:]
        if not path or module not in self.files or (module, path[0]) in seen:
            return set()
        source = self.aliases[module].get(path[0])
        return {module} | (self.owners(module, source + path[1:], (*seen, (module, path[0]))) if source else set())

    def imports(self):
        """By file: the files it imports, and by which paths."""
        found = {file: defaultdict(set) for file in self.files.values()}
        # A path that starts at an imported type adds nothing to the import.
        paths = [(module, path, False) for module, path in self.paths if not self.owners(module, path[:1]) - {module}]
        for module, path, reexport in self.uses + paths:
            for owner in self.owners(module, path) - {module}:
                if not (reexport and owner[: len(module)] == module):
                    found[self.files[module]][self.files[owner]].add("::".join(path))
        return found
