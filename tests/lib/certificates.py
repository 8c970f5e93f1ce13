# SPDX-License-Identifier: Apache-2.0
"""Authorities and certificates for tests, by openssl; on elliptic curves, so quick."""
import base64
import hashlib
import os
import subprocess


def openssl(*words):
    return subprocess.run(["openssl", *words], check=True, capture_output=True).stdout


def make_authority(folder, name):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
            "-nodes", "-days", "1", "-subj", f"/CN=authority {name}",
            "-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.crt")


def make_certificate(folder, name, user, authority="ca", days=1,
                     names="IP:127.0.0.1,DNS:localhost"):
    """FOLDER/NAME.crt and .key, put there at once: who reads sees the old or the new.
    Negative days: it has ended."""
    path = f"{folder}/{name}"
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-subj", f"/CN={user}", "-keyout", path + ".key.new", "-out", path + ".csr")
    with open(path + ".ext", "w", encoding="ascii") as out:
        out.write(f"subjectAltName={names}\n")
    openssl("x509", "-req", "-days", str(days), "-in", path + ".csr", "-CA",
            f"{folder}/{authority}.crt", "-CAkey", f"{folder}/{authority}.key",
            "-CAcreateserial", "-extfile", path + ".ext", "-out", path + ".crt.new")
    os.replace(path + ".key.new", path + ".key")
    os.replace(path + ".crt.new", path + ".crt")


def pin_of(path):
    """What curl calls the certificate's key."""
    public = openssl("x509", "-in", path, "-noout", "-pubkey")
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "der"], input=public,
                         check=True, capture_output=True).stdout
    return "sha256//" + base64.b64encode(hashlib.sha256(der).digest()).decode()
