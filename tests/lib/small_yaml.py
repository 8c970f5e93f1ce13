# SPDX-License-Identifier: Apache-2.0
"""The part of YAML that registry/openapi.yaml is written in, by the standard library:
block and flow maps and lists, plain and double-quoted scalars, folded text."""
import json
import re

KEY = re.compile(r'("(?:[^"\\]|\\.)*"|[^\s:{}\[\],"][^:{}\[\],]*):(?=\s|$)')
BLOCK_KEY = re.compile(r'("(?:[^"\\]|\\.)*"|[^\s"{\[][^:"]*):(?=\s|$)')
SCALAR = re.compile(r'"(?:[^"\\]|\\.)*"|[^,{}\[\]]+')


def scalar(text):
    text = text.strip()
    if text.startswith('"'):
        return json.loads(text)
    if text in ("true", "false"):
        return text == "true"
    return int(text) if re.fullmatch(r"-?\d+", text) else text


class Flow:
    """A value on one line or several, in brackets or not."""

    def __init__(self, text):
        self.text, self.at = text, 0

    def skip(self):
        while self.at < len(self.text) and self.text[self.at] in " \n":
            self.at += 1

    def take(self, pattern):
        match = pattern.match(self.text, self.at)
        if not match:
            raise ValueError(f"yaml: {self.text[self.at:self.at + 40]!r}")
        self.at = match.end()
        return match

    def items(self, close, item):
        self.at += 1
        while True:
            self.skip()
            if self.text[self.at] == close:
                self.at += 1
                return
            item()
            self.skip()
            if self.text[self.at] == ",":
                self.at += 1

    def value(self):
        self.skip()
        first = self.text[self.at]
        if first == "{":
            out = {}

            def pair():
                key = self.take(KEY).group(1)
                out[str(scalar(key))] = self.value()
            self.items("}", pair)
            return out
        if first == "[":
            out = []
            self.items("]", lambda: out.append(self.value()))
            return out
        return scalar(self.take(SCALAR).group())


def balance(text):
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", text)
    return sum(bare.count(c) for c in "{[") - sum(bare.count(c) for c in "}]")


class Block:
    def __init__(self, text):
        self.lines = [line for line in text.split("\n")
                      if line.strip() and not line.strip().startswith("#")]

    def indent(self):
        return len(self.lines[0]) - len(self.lines[0].lstrip()) if self.lines else -1

    def rest_of(self, text, indent):
        """What stands behind a key or a dash, with the lines that belong to it."""
        if text == ">":
            words = []
            while self.indent() > indent:
                words.append(self.lines.pop(0).strip())
            return " ".join(words)
        if not text:
            return self.value(indent + 1)
        if text[0] not in "{[":
            return scalar(text)
        while balance(text) > 0:
            text += " " + self.lines.pop(0).strip()
        return Flow(text).value()

    def value(self, least):
        indent = self.indent()
        if indent < least:
            return None
        if self.lines[0].lstrip().startswith("- "):
            out = []
            while self.indent() == indent and self.lines[0].lstrip().startswith("- "):
                body = self.lines.pop(0).lstrip()[2:]
                if BLOCK_KEY.match(body):
                    self.lines.insert(0, " " * (indent + 2) + body)
                    out.append(self.value(indent + 1))
                else:
                    out.append(self.rest_of(body, indent))
            return out
        out = {}
        while self.indent() == indent:
            line = self.lines.pop(0).strip()
            match = BLOCK_KEY.match(line)
            key = str(scalar(match.group(1)))
            if key in out:
                raise ValueError(f"yaml: '{key}' twice")
            out[key] = self.rest_of(line[match.end():].strip(), indent)
        return out


def load(text):
    return Block(text).value(0)
