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
import hashlib
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

    def owner(self, path):
        """The package of a file; merged /usr may have listed it without /usr."""
        real = os.path.realpath(path)
        bare = real.replace("/usr/lib/", "/lib/", 1)
        for name in (real, bare, path):
            done = subprocess.run(["dpkg-query", self.admin, "-S", name], check=False,
                                  capture_output=True, text=True)
            if done.returncode == 0:
                return done.stdout.split(": ")[0].split(",")[0]
        raise SystemExit(f"sbom: no package has {path}")

    def show(self, package):
        fields = ("binary:Package", "Version", "Architecture", "source:Package",
                  "source:Version")
        answer = run("dpkg-query", self.admin, "-W", "-f",
                     "\\t".join("${%s}" % field for field in fields), package)
        return dict(zip(("name", "version", "architecture", "source", "source_version"),
                        answer.split("\t")))

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


def component(packages, package, linkage):
    p = packages.show(package)
    name = p["name"].split(":")[0]
    url = (f"pkg:deb/debian/{name}@{p['version'].replace(':', '%3A')}"
           f"?arch={p['architecture']}&distro=debian-12")
    part = {"type": "library", "bom-ref": url, "name": name, "version": p["version"],
            "purl": url, "scope": "required",
            "properties": [{"name": "emgate:linkage", "value": linkage},
                           {"name": "emgate:debian-source",
                            "value": f"{p['source']} {p['source_version']}"}]}
    licence = licences(packages.licence(package))
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
        if ".so" in path:
            yield path, "shared"
        elif path.endswith(".a"):
            yield path, "static"
        else:
            yield path, "embedded"
    dynamic = run("readelf", "-d", f"{build}/bin/{program}")
    for name in re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic):
        found = glob.glob(f"{root}/usr/lib/*-linux-gnu*/{name}")
        found = [f for f in found if root or "cross" not in f]
        if not found:
            raise SystemExit(f"sbom: {program} needs {name}, which is nowhere")
        yield found[0], "shared"


def tools(build):
    compiler = cached(build, "CMAKE_C_COMPILER")
    yield "compiler", run(compiler, "--version").split("\n", maxsplit=1)[0]
    here = Packages("")
    for name in TOOLS:
        yield name, here.show(name)["version"]


def bill(build, root):
    packages = Packages(root)
    version = cached(build, "CMAKE_PROJECT_VERSION")
    licence = [{"license": {"id": "Apache-2.0"}}]
    parts, uses = {}, []
    for program in PROGRAMS:
        names = set()
        for path, how in linked(build, root, program):
            part = component(packages, packages.owner(path), how)
            parts[part["bom-ref"]] = part
            names.add(part["bom-ref"])
        with open(f"{build}/bin/{program}", "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        parts[program] = {"type": "application", "bom-ref": program, "name": program,
                          "version": version, "licenses": licence,
                          "hashes": [{"alg": "SHA-256", "content": digest}]}
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
