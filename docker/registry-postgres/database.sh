#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# PostgreSQL for the registry.  At the first start it makes the database and its one user,
# whose password is in /run/secrets/database_password.
set -eu
base=/var/lib/postgresql
bin=$(echo /usr/lib/postgresql/*/bin)
if [ ! -d "$base/data" ]; then
    rm -rf "$base/new" # of a start that was broken off
    "$bin/initdb" -D "$base/new" -U postgres -E UTF8 --locale=C.UTF-8 --data-checksums \
        --auth-local=peer --auth-host=scram-sha-256 >/dev/null
    echo 'host registry emgate all scram-sha-256' >>"$base/new/pg_hba.conf"
    "$bin/pg_ctl" -D "$base/new" -w -s -o "-c listen_addresses='' -k /tmp" start
    password=$(cat /run/secrets/database_password)
    psql -q -h /tmp -U postgres -v ON_ERROR_STOP=1 -v "password=$password" <<SQL
CREATE ROLE emgate LOGIN PASSWORD :'password';
CREATE DATABASE registry OWNER emgate;
SQL
    "$bin/pg_ctl" -D "$base/new" -w -s stop
    sync
    mv "$base/new" "$base/data"
fi
exec "$bin/postgres" -D "$base/data" -k /tmp -c "listen_addresses=*"
