#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# certificates.sh DIRECTORY: two authorities, ca and other; server.crt and client.crt of
# ca; for tests only, valid a day.
set -eu
cd "$1"
for authority in ca other; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 \
        -subj "/CN=test authority $authority" -keyout $authority.key -out $authority.crt \
        2>/dev/null
done
for name in server client; do
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
        -subj "/CN=$name" -keyout $name.key -out $name.csr 2>/dev/null
    echo "subjectAltName=IP:127.0.0.1,DNS:localhost" > $name.ext
    openssl x509 -req -days 1 -in $name.csr -CA ca.crt -CAkey ca.key -CAcreateserial \
        -extfile $name.ext -out $name.crt 2>/dev/null
done
