#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs programs with EMGATE_TEST_POSTGRES naming a PostgreSQL of their own.

usage: with_postgres.py PROGRAM...      exit 77 when PostgreSQL is not installed
"""
import os
import subprocess
import sys

from postgres_cluster import Cluster, programs


def main(commands):
    if not programs():
        print("PostgreSQL is not installed: skipped")
        return 77
    cluster = Cluster(["fsync=off", "max_connections=60"])
    try:
        environment = {**os.environ, "EMGATE_TEST_POSTGRES": cluster.uri()}
        codes = [subprocess.run([command], env=environment, check=False).returncode
                 for command in commands]
        return 1 if any(codes) else 0
    finally:
        cluster.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
