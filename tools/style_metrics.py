#!/usr/bin/env python3
"""Counts, for each crate, how far its names, comments and sizes are from the rules of CONTRIBUTING.md.

    python3 tools/style_metrics.py                     # a line for each crate
    python3 tools/style_metrics.py --list survey       # each finding, too, for the named crates

Counted is what lies in `crates/NAME/src`, laid out by rustfmt without any setting, so that a wider line buys nothing.

- vague names: functions whose name
  - is one word, unless the function is a method (then the type is its noun: `Tree::read`), or `main`;
  - begins with a word of METAPHORS, which stands for something that the field has a name for;
  - stands in more than three modules, unless it is a method of CONVENTIONAL or one that a trait asks for.
  Tests count only where they begin with a metaphor.
- questions: lines of doc comments whose first word is What, Whether, How or Who, of all first lines of doc comments.
- comments: lines that hold nothing but a comment (doc comments too), of all lines that are not blank. Test modules and
  files of tests are left out.
- over 60 lines: functions from `fn` to the closing brace; tests count.
- 5 parameters: functions with five and more beside `self`.
- over 500: files with more lines than that, without test modules; tables (`//! Table:`) may.
"""
import argparse
import collections
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
# A name that begins so says something only to those who know the story behind it; the right word stands in docs/glossary.md.
METAPHORS = frozenset(
    """adopt bury claim conduct denounce desk employ engage fate hire hindsight keeper mend news obstacle patience
    place put raise rung say said settle settled settling spot stand standing tell tells told trouble voice walls
    warden wishes workbench""".split()
)
# Methods whose names Rust's own guidelines set, or that a trait of the standard library and of serde asks for.
CONVENTIONAL = frozenset(
    """as_str clone default deref drop eq fmt from from_str get hash index into into_iter is_empty iter len name new next
    parse push to_string try_from with""".split()
)
LONG_FUNCTION, LONG_FILE, MANY_PARAMETERS, MANY_MODULES = 60, 500, 5, 3
QUESTION = re.compile(r"\s*//[/!] (What|Whether|How|Who)\b")
FUNCTION = re.compile(r"\bfn\s+([a-z_]\w*)")


def formatted(path, settings):
    """The text of a file in standard rustfmt; as it stands where rustfmt can't read it."""
    text = path.read_text()
    command = ["rustfmt", "--edition", "2024", "--config-path", settings, "--emit", "stdout"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else text


def blanked(text):
    """The text with comments, strings and characters blanked, line by line as before."""
    pattern = re.compile(
        r"""//[^\n]* | /\*.*?\*/ | \bb?r(\#*)".*?"\1 | b?"(?:\\.|[^"\\])*" | b?'(?:\\.[^']*|[^'\\\n])'""", re.S | re.X
    )
    return pattern.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def closing(code, start, opening="{"):
    """The offset behind the bracket that closes the one at `start`."""
    depth, pairs = 0, {"{": "}", "(": ")", "<": ">"}
    for at in range(start, len(code)):
        if code[at] == opening:
            depth += 1
        elif code[at] == pairs[opening] and not (opening == "<" and code[at - 1] in "-="):
            depth -= 1
            if depth == 0:
                return at + 1
    return len(code)


def blocks(code, pattern):
    """Where the bodies of items lie that begin with the pattern."""
    for found in re.finditer(pattern, code, re.M):
        brace = code.find("{", found.end())
        semicolon = code.find(";", found.end())
        if brace >= 0 and not 0 <= semicolon < brace:
            yield found, brace, closing(code, brace)


def parameters(code, start):
    """How many parameters beside `self` a function has whose name ends at `start`."""
    if code[start] == "<":
        start = closing(code, start, "<")
    opening = code.find("(", start)
    inside = code[opening + 1 : closing(code, opening, "(") - 1]
    depth, parts = 0, [""]
    for at, letter in enumerate(inside):
        if letter in "([{<":
            depth += 1
        elif letter in ")]}" or letter == ">" and inside[at - 1] not in "-=":
            depth -= 1
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return sum(1 for part in parts if part.strip() and not re.match(r"\s*(&\s*('\w+\s*)?)?(mut\s+)?self\b", part))


class Function:
    def __init__(self, file, name, line, lines, count, kind, is_test):
        self.file, self.name, self.line, self.lines, self.parameters = file, name, line, lines, count
        # "free", "method", or "asked" (of an impl of a trait: the trait chose the name)
        self.kind, self.is_test = kind, is_test


class Crate:
    def __init__(self, folder, settings):
        self.functions, self.overlong, self.questions = [], [], []
        self.docs = self.comments = self.lines = 0
        for path in sorted((folder / "src").rglob("*.rs")):
            self.read(path, formatted(path, settings))
        modules = collections.defaultdict(set)
        for function in self.functions:
            if function.kind != "asked" and not function.is_test:
                modules[function.name].add(function.file)
        self.vague = [(f, why) for f in self.functions if (why := reason(f, len(modules[f.name])))]
        self.long = [f for f in self.functions if f.lines > LONG_FUNCTION]
        self.wide = [f for f in self.functions if f.parameters >= MANY_PARAMETERS]

    def read(self, path, text):
        file = str(path.relative_to(ROOT))
        code = blanked(text)
        is_test_file = path.stem == "tests" or "/tests/" in file
        tests = [(0, len(code))] if is_test_file else []
        tests += [(found.start(), end) for found, _, end in blocks(code, r"#\[cfg\(test\)\]\s*(pub\S* )?mod \w+")]
        in_tests = lambda at: any(start <= at < end for start, end in tests)
        asked, owned = [], []
        for found, start, end in blocks(code, r"^\s*(?:unsafe )?impl\b"):
            (asked if re.search(r"\bfor\b(?!<)", code[found.end() : start]) else owned).append((start, end))
        owned += [(start, end) for _, start, end in blocks(code, r"^\s*(?:pub(?:\([^)]*\))? )?trait\b")]
        for found in FUNCTION.finditer(code):
            line = code.count("\n", 0, found.start()) + 1
            brace, semicolon = code.find("{", found.end()), code.find(";", found.end())
            has_body = brace >= 0 and not 0 <= semicolon < brace
            lines = code.count("\n", found.start(), closing(code, brace)) + 1 if has_body else 1
            inside = lambda spans: any(start <= found.start() < end for start, end in spans)
            kind = "asked" if inside(asked) else "method" if inside(owned) else "free"
            count = parameters(code, found.end())
            self.functions.append(Function(file, found[1], line, lines, count, kind, in_tests(found.start())))
        self.measure(file, text, code, in_tests)

    def measure(self, file, text, code, in_tests):
        production, offset, before = 0, 0, ""
        for number, (line, bare) in enumerate(zip(text.splitlines(), code.splitlines()), 1):
            is_doc = re.match(r"\s*//[/!]", line) is not None
            if is_doc and not re.match(r"\s*//[/!]", before):
                self.docs += 1
            if QUESTION.match(line):
                self.questions.append((file, number, line.strip()))
            if not in_tests(offset):
                production += 1
                if line.strip():
                    self.lines += 1
                    self.comments += not bare.strip() and line.strip().startswith("//")
            offset += len(bare) + 1
            before = line
        if production > LONG_FILE and not text.startswith("//! Table:"):
            self.overlong.append((file, production))

    def row(self):
        count = len(self.functions)
        share = lambda part, whole: f"{part} ({100 * part / max(1, whole):.1f} %)"
        return [
            str(count), share(len(self.vague), count), share(len(self.questions), self.docs),
            f"{100 * self.comments / max(1, self.lines):.1f} %", share(len(self.long), count),
            share(len(self.wide), count), str(len(self.overlong)),
        ]


def reason(function, modules):
    """Why a name is vague, or nothing."""
    if function.kind == "asked":
        return None
    if function.name.split("_")[0] in METAPHORS:
        return "a metaphor"
    if function.is_test:
        return None
    if function.kind == "free" and "_" not in function.name and function.name != "main":
        return "one word"
    if modules > MANY_MODULES and not (function.kind == "method" and function.name in CONVENTIONAL):
        return f"in {modules} modules"
    return None


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("crates", nargs="*", help="names of crates; all without one")
    arguments.add_argument("--list", action="store_true", help="name each finding")
    options = arguments.parse_args()
    folders = sorted(path.parent for path in (ROOT / "crates").glob("*/Cargo.toml"))
    folders = [folder for folder in folders if not options.crates or folder.name in options.crates]
    titles = ["crate", "functions", "vague names", "questions", "comments", "over 60 lines", "5 parameters", "over 500"]
    print("| " + " | ".join(titles) + " |\n|" + "---|" * len(titles))
    with tempfile.NamedTemporaryFile(suffix=".toml") as settings:
        crates = {folder.name: Crate(folder, settings.name) for folder in folders}
    for name, crate in crates.items():
        print(f"| {name} | " + " | ".join(crate.row()) + " |")
    if options.list:
        for crate in crates.values():
            for function, why in crate.vague:
                print(f"{function.file}:{function.line}: {function.name}: {why}")
            for file, line, text in crate.questions:
                print(f"{file}:{line}: {text}")
            for f in crate.long:
                print(f"{f.file}:{f.line}: {f.name}: {f.lines} lines")
            for f in crate.wide:
                print(f"{f.file}:{f.line}: {f.name}: {f.parameters} parameters")
            for file, lines in crate.overlong:
                print(f"{file}: {lines} lines")


if __name__ == "__main__":
    sys.exit(main())
