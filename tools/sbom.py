#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The bill of materials of a build, as CycloneDX 1.5 JSON on standard output.

    tools/sbom.py BUILD [--root CROSS_ROOT]

Says what the build file links into the programs and what these ask for at run time, each
with its Debian package, version and licence as that package states it; also the tools
that made it.  The same build gives the same bytes: the time is SOURCE_DATE_EPOCH
(without it, 1 January 2026), the serial number comes from the content."""
import argparse
import glob
import json
import os
import re
import subprocess
import time
import uuid

PROGRAMS = ("emgate", "emgate-registry")
TOOLS = ("binutils", "cmake", "ninja-build", "protobuf-c-compiler")
EPOCH = 1767225600
# What Debian's copyright files call a licence, and SPDX's name for it.
SPDX = {"apache-2.0": "Apache-2.0", "expat": "MIT", "mit": "MIT", "isc": "ISC",
        "bsd-2-clause": "BSD-2-Clause", "bsd-3-clause": "BSD-3-Clause",
        "curl": "curl", "zlib": "Zlib", "postgresql": "PostgreSQL",
        "lgpl-2.1": "LGPL-2.1-only", "lgpl-2.1+": "LGPL-2.1-or-later",
        "gpl-2+": "GPL-2.0-or-later", "epl-2.0": "EPL-2.0"}


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def cached(build, name):
    """What cmake remembers by this name."""
    with open(build + "/CMakeCache.txt", encoding="utf-8") as file:
        return re.search(rf"^{name}:\w+=(.*)", file.read(), re.M).group(1)


class Packages:
    """Debian's packages of this machine, or those of a cross root."""

    def __init__(self, root):
        self.root = root
        self.admin = f"--admindir={root}/var/lib/dpkg"

    def owners(self, paths):
        """The package of each file.  Merged /usr may have listed it without /usr."""
        names = {}
        for path in paths:
            names |= {path: path, path.replace("/usr/lib/", "/lib/", 1): path}
        # Names that nobody has make it exit 1.
        answer = subprocess.run(["dpkg-query", self.admin, "-S", *names], check=False,
                                capture_output=True, text=True).stdout
        found = {}
        for line in answer.splitlines():
            package, _, name = line.partition(": ")
            if name in names:
                found[names[name]] = package.split(", ")[0]
        for path in set(paths) - set(found):
            raise SystemExit(f"sbom: no package has {path}")
        return found

    def show(self, packages):
        """What dpkg knows of each."""
        fields = ("binary:Package", "Version", "Architecture", "source:Package",
                  "source:Version")
        answer = run("dpkg-query", self.admin, "-W", "-f",
                     "\t".join("${%s}" % field for field in fields) + "\n", *packages)
        keys = ("name", "version", "architecture", "source", "source_version")
        rows = [dict(zip(keys, line.split("\t"))) for line in answer.splitlines()]
        return {row["name"].split(":")[0]: row for row in rows}

    def licence(self, package):
        """As the package's copyright file says of most files; None when in prose."""
        path = f"{self.root}/usr/share/doc/{package.split(':')[0]}/copyright"
        if not os.path.exists(path):
            return None
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
        found = re.search(r"^Files: *\*.*?^License: *(\S[^\n]*)", text, re.S | re.M)
        return found.group(1).strip() if found else None


def licences(text):
    if not text:
        return []
    known = SPDX.get(text.lower())
    return [{"license": {"id": known} if known else {"name": text}}]


def component(p, linkage, licence):
    """A library, from what dpkg knows."""
    name = p["name"].split(":")[0]
    url = (f"pkg:deb/debian/{name}@{p['version'].replace(':', '%3A')}"
           f"?arch={p['architecture']}&distro=debian-12")
    part = {"type": "library", "bom-ref": url, "name": name, "version": p["version"],
            "purl": url, "scope": "required",
            "properties": [{"name": "emgate:linkage", "value": linkage},
                           {"name": "emgate:debian-source",
                            "value": f"{p['source']} {p['source_version']}"}]}
    if licence:
        part["licenses"] = licence
    return part


def linked(build, root, program):
    """(file, how) of all from outside that goes into a program."""
    source = cached(build, "CMAKE_HOME_DIRECTORY")
    ours = (os.path.realpath(source) + "/", os.path.realpath(build) + "/")
    for path in run("ninja", "-C", build, "-t", "inputs", "bin/" + program).split("\n"):
        if not path.startswith("/") or path.startswith(ours):
            continue
        how = "static" if path.endswith(".a") else "embedded"
        how = "shared" if ".so" in path else how
        # The link belongs to the headers' package, what it leads to to the library's.
        yield os.path.realpath(path), how
    dynamic = run("readelf", "-d", f"{build}/bin/{program}")
    for name in re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic):
        found = glob.glob(f"{root}/usr/lib/*-linux-gnu*/{name}")
        found = [f for f in found if root or "cross" not in f]
        if not found:
            raise SystemExit(f"sbom: {program} needs {name}, which is nowhere")
        yield os.path.realpath(found[0]), "shared"


def tools(build):
    compiler = cached(build, "CMAKE_C_COMPILER")
    yield "compiler", run(compiler, "--version").split("\n", maxsplit=1)[0]
    known = Packages("").show(TOOLS)
    for name in TOOLS:
        yield name, known[name]["version"]


def libraries(build, root):
    """The components from outside, by program."""
    packages = Packages(root)
    inputs = {program: dict(linked(build, root, program)) for program in PROGRAMS}
    owners = packages.owners(sorted({path for i in inputs.values() for path in i}))
    known = packages.show(sorted(set(owners.values())))
    for program, files in inputs.items():
        parts = {}
        for path, how in files.items():
            name = owners[path].split(":")[0]
            part = component(known[name], how, licences(packages.licence(name)))
            parts[part["bom-ref"]] = part
        yield program, parts


def bill(build, root):
    version = cached(build, "CMAKE_PROJECT_VERSION")
    licence = [{"license": {"id": "Apache-2.0"}}]
    parts, uses = {}, []
    for program, outside in libraries(build, root):
        parts |= outside
        names = set(outside)
        parts[program] = {"type": "application", "bom-ref": program, "name": program,
                          "version": version, "licenses": licence}
        uses.append({"ref": program, "dependsOn": sorted(names)})
    when = int(os.environ.get("SOURCE_DATE_EPOCH", EPOCH))
    document = {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(when)),
            "component": {"type": "application", "bom-ref": "release", "name": "emgate",
                          "version": version, "licenses": licence},
            "properties": [{"name": f"emgate:built-with:{name}", "value": value}
                           for name, value in tools(build)]},
        "components": [parts[name] for name in sorted(parts)],
        "dependencies": [{"ref": "release", "dependsOn": list(PROGRAMS)}, *uses]}
    text = json.dumps(document, sort_keys=True)
    document["serialNumber"] = "urn:uuid:" + str(uuid.uuid5(uuid.NAMESPACE_OID, text))
    return document


def main():
    parser = argparse.ArgumentParser(description="a build's bill of materials")
    parser.add_argument("build")
    parser.add_argument("--root", default="", help="the folder of tools/cross_root.sh")
    options = parser.parse_args()
    print(json.dumps(bill(os.path.abspath(options.build), options.root), indent=1))


if __name__ == "__main__":
    main()
