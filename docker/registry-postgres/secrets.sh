#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the database's password, for the database (uid 10002) and for the registry
# (10001), in files that only these two can read.  As root; an existing password stays.
set -eu
folder=$(dirname "$0")/secrets
umask 077
mkdir -p "$folder"
chmod 711 "$folder"
if [ -e "$folder/database_password" ]; then
    echo "secrets: the password is there already"
    exit 0
fi
password=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
printf '%s\n' "$password" >"$folder/database_password"
printf 'database:5432:registry:emgate:%s\n' "$password" >"$folder/registry_pgpass"
chmod 400 "$folder/database_password"
chmod 600 "$folder/registry_pgpass"
chown 10002 "$folder/database_password"
chown 10001 "$folder/registry_pgpass"
echo "secrets: made in $folder"
