#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each rule must find a planted violation at its line, and nothing in a clean tree."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
import built_rules  # noqa: E402
import release_rules  # noqa: E402
import structure_rules  # noqa: E402
import text_rules  # noqa: E402
from tree import Tree, split_c  # noqa: E402

LICENCE = "/* SPDX-License-Identifier: Apache-2.0 */"
HEAD = LICENCE + "\n/* Adds two numbers up. */\n"
CLEAN = {
    ".clang-format": "BasedOnStyle: LLVM\nIndentWidth: 4\nColumnLimit: 90\n"
                     "BreakBeforeBraces: Linux\n"
                     "AllowShortFunctionsOnASingleLine: None\n",
    "gateway/core/sum.h": HEAD + "#ifndef CORE_SUM_H\n#define CORE_SUM_H\n\n"
                          "/* The sum; wraps around. */\n"
                          "unsigned sum_of(unsigned a, unsigned b);\n\n#endif\n",
    "gateway/core/sum.c": HEAD + '#include "core/sum.h"\n\n'
                          "unsigned sum_of(unsigned a, unsigned b)\n"
                          "{\n    return a + b; /* \"//\" is fine here */\n}\n",
    "tests/unit/core/sum_test.c": HEAD + '#include "core/sum.h"\n',
    "docs/reference/sum.md": "<!-- made by: emgate sum -->\n1 + 1 = 2\n",
}
RULES = text_rules.RULES + structure_rules.RULES + built_rules.RULES + \
    release_rules.RULES


class TidyTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = self.folder.name
        for path, text in CLEAN.items():
            self.write(path, text)

    def tearDown(self):
        self.folder.cleanup()

    def write(self, path, text):
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)
        return full

    def add(self, path, text):
        """Puts `text` below what the clean tree has in `path`."""
        self.write(path, CLEAN.get(path, HEAD) + text)

    def build(self, program="#!/bin/sh\necho '1 + 1 = 2'\n"):
        """A build folder with objects of every source, and a program."""
        build = os.path.join(self.root, "build")
        entries = []
        for path in Tree(self.root).c_files("gateway/"):
            if path.endswith(".c"):
                target = os.path.join(build, os.path.basename(path) + ".o")
                os.makedirs(build, exist_ok=True)
                source = os.path.join(self.root, path)
                command = f"gcc -I{self.root}/gateway -fPIE -c {source} -o {target}"
                subprocess.run(command.split(), check=True)
                entries.append({"file": source, "directory": build, "command": command})
        self.write("build/compile_commands.json", json.dumps(entries))
        os.chmod(self.write("build/bin/emgate", program), 0o755)
        return build

    def findings(self, build=None):
        tree = Tree(self.root, build)
        return [f for rule in RULES for f in rule(tree)]

    def expect(self, path, line, rule, build=None):
        found = [(f.path, int(f.line), f.rule) for f in self.findings(build)]
        self.assertIn((path, line, rule), found)

    def test_clean_tree_gives_nothing(self):
        self.assertEqual([str(f) for f in self.findings(self.build())], [])

    def test_a_finding_reads_as_place_rule_advice(self):
        self.write("gateway/core/sum.c", "int x;\n")
        self.assertIn("gateway/core/sum.c:1: licence: the first line must say "
                      "'SPDX-License-Identifier: Apache-2.0'",
                      [str(f) for f in self.findings()])

    def test_purpose(self):
        self.write("gateway/core/sum.c", LICENCE + '\n#include "core/sum.h"\n')
        self.expect("gateway/core/sum.c", 2, "purpose")

    def test_length(self):
        self.add("gateway/core/sum.c", "\n" * 600)
        self.expect("gateway/core/sum.c", 608, "length")

    def test_columns_and_blanks(self):
        self.add("gateway/core/sum.h", "/* " + "x" * 90 + " */\nint sum; \n")
        self.expect("gateway/core/sum.h", 10, "columns")
        self.expect("gateway/core/sum.h", 11, "blanks")

    def test_format(self):
        self.add("gateway/core/sum.c", "\nstatic int  two;\n")
        self.expect("gateway/core/sum.c", 10, "format")

    def test_slash_comment(self):
        self.add("gateway/core/sum.c", "// so\n")
        self.expect("gateway/core/sum.c", 9, "comment")

    def test_to_do_needs_an_issue(self):
        self.add("gateway/core/sum.c", "/* TODO #12: halve */\n/* TODO: double */\n")
        self.expect("gateway/core/sum.c", 10, "to-do")
        self.assertEqual(len([f for f in self.findings() if f.rule == "to-do"]), 1)

    def test_banned_calls(self):
        calls = ("strcpy(a, b)", "atoi(a)", "strtod(a, b)", "alloca(3)", "malloc(3)")
        for call in calls:
            self.add("gateway/core/sum.c", f"\nint a = {call};\n")
            rule = "heap" if call.startswith("malloc") else "banned"
            self.expect("gateway/core/sum.c", 10, rule)
        for line in ("#include <assert.h>", "#if 0", "#pragma once"):
            self.add("gateway/core/sum.c", line + "\n")
            self.expect("gateway/core/sum.c", 9, "banned")

    def test_time_is_banned_where_results_are_made(self):
        self.add("gateway/aggregate/fold.c", "long now = time(0);\n")
        self.expect("gateway/aggregate/fold.c", 3, "pure")

    def test_exit_outside_main(self):
        self.add("gateway/core/sum.c", "    exit(1);\n")
        self.expect("gateway/core/sum.c", 9, "exit")

    def test_sleeping_test(self):
        self.add("tests/unit/core/sum_test.c", "    usleep(10);\n")
        self.expect("tests/unit/core/sum_test.c", 4, "sleep")

    def test_words_of_a_workplace(self):
        self.write("docs/x.md", "see\n/wor" "k/main\n")
        self.expect("docs/x.md", 2, "words")

    def test_include_with_dots(self):
        self.add("gateway/core/sum.c", '#include "../core/sum.h"\n')
        self.expect("gateway/core/sum.c", 9, "include")

    def test_a_stage_does_not_know_another(self):
        self.add("gateway/journal/journal.h", "/* Nothing. */\n")
        self.add("gateway/outbox/outbox.c", '#include "journal/journal.h"\n')
        self.expect("gateway/outbox/outbox.c", 3, "graph")

    def test_core_knows_nobody(self):
        self.add("gateway/core/sum.c", '#include "model/reading.h"\n')
        self.expect("gateway/core/sum.c", 9, "graph")

    def test_a_new_folder_must_be_placed(self):
        self.add("gateway/novel/x.c", '#include "core/sum.h"\n')
        self.add("gateway/boot.c", '#include "core/sum.h"\n')
        found = [(f.path, f.line) for f in self.findings() if f.rule == "graph"]
        self.assertEqual(found, [("gateway/novel/x.c", 3)])

    def test_own_header_first(self):
        self.write("gateway/core/sum.c", HEAD + "#include <stdio.h>\n")
        self.expect("gateway/core/sum.c", 3, "own-header")

    def test_declaration_without_comment(self):
        self.write("gateway/core/sum.h", HEAD + "\nstruct s {\n    int a; /* one */\n};\n"
                   "int sum_a(void);\n\n/* Both. */\nint b(void);\nint c(void);\n")
        self.expect("gateway/core/sum.h", 7, "header-comment")
        count = [f for f in self.findings() if f.rule == "header-comment"]
        self.assertEqual(len(count), 1)

    def test_unregistered_driver(self):
        self.write("gateway/sinks/list.h", HEAD + "SINK(http)\n")
        self.add("gateway/sinks/http.c", "const struct sink sink_http = {\n};\n")
        self.add("gateway/sinks/mail.c", "const struct sink sink_mail = {\n};\n")
        self.expect("gateway/sinks/mail.c", 3, "registered")
        count = [f for f in self.findings() if f.rule == "registered"]
        self.assertEqual(len(count), 1)

    def test_source_without_test_and_list_that_shrinks(self):
        self.add("gateway/core/max.c", "")
        self.add("gateway/core/sum_part.c", "")
        self.expect("gateway/core/max.c", 1, "untested")
        self.write("tests/tidy/untested.txt", "# why\ngateway/core/max.c\n"
                   "gateway/core/sum.c\ngateway/core/gone.c\n")
        found = [(f.line, f.path) for f in self.findings() if f.rule == "untested"]
        self.assertEqual(found, [(3, "tests/tidy/untested.txt"),
                                 (4, "tests/tidy/untested.txt")])

    def test_script_that_cannot_run(self):
        self.write("demo.sh", "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n")
        self.expect("demo.sh", 1, "script")

    def test_header_that_needs_others(self):
        self.add("gateway/core/max.h", "/* Max. */\nsize_t max(size_t a, size_t b);\n")
        self.expect("gateway/core/max.h", 4, "header-alone", self.build())

    def test_variables_that_change(self):
        self.add("gateway/core/sum.c", "int count = 3;\nstatic int calls;\n"
                 "const int limit = 3;\nconst char *const name = \"x\";\n"
                 "int next(void) {\n    static int n;\n    return ++n + ++calls;\n}\n")
        found = [int(f.line) for f in self.findings(self.build())
                 if f.rule == "variable"]
        self.assertEqual(sorted(found), [9, 10, 14])

    def test_stale_reference(self):
        build = self.build("#!/bin/sh\necho '1 + 1 = 3'\n")
        self.expect("docs/reference/sum.md", 2, "reference", build)

    def test_log_codes_without_an_explanation(self):
        self.add("gateway/core/sum.c",
                 'void f(void)\n{\n    log_warn("sum.odd", "x");\n}\n')
        self.write("docs/errors.md", "| code |\n|---|\n| `sum.gone` | old |\n")
        self.expect("gateway/core/sum.c", 11, "log-code")
        self.expect("docs/errors.md", 3, "log-code")

    def test_workflow_that_forgets_a_stage(self):
        head = "# " + LICENCE[3:-3] + "\n"
        self.write(".ci/run", "#!/bin/sh\n" + head + 'stages="tidy gcc lint"\n')
        good = head + "container: debian:bookworm\nstages: [gcc, lint]\n" \
            "run: .ci/run tidy ${{ x }}\n"
        self.write(".github/workflows/ci.yml", good)
        self.assertEqual([f for f in self.findings() if f.rule == "workflow"], [])
        for wrong, line in ((good.replace(", lint", ""), 3),
                            (good.replace("lint", "lint, gcc"), 3),
                            (good.replace("bookworm", "sid"), 1)):
            self.write(".github/workflows/ci.yml", wrong)
            self.expect(".github/workflows/ci.yml", line, "workflow")

    def test_version_in_two_places(self):
        self.write("VERSION", "1.2.3\n")
        self.write("CHANGELOG.md", "# Changes\n\n## 1.2.2\n")
        self.expect("CHANGELOG.md", 1, "version")
        self.add("gateway/core/sum.c", "int a = 1; /* 11.2.3, 1.2.34 */\n/* 1.2.3 */\n")
        found = [(f.path, f.line) for f in self.findings() if f.rule == "version"]
        self.assertEqual(found, [("CHANGELOG.md", 1), ("gateway/core/sum.c", 10)])

    def test_quotes_and_comments_are_told_apart(self):
        code, comments = split_c('a = "/* \\" no */"; // yes\n/* b\n c */ d\n')
        self.assertEqual(code.split("\n")[2].strip(), "d")
        self.assertEqual(comments, [(1, "// yes"), (2, "/* b\n c */")])
        self.assertNotIn("no", code)


if __name__ == "__main__":
    unittest.main()
