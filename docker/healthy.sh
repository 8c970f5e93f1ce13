#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Exit 0 when http://127.0.0.1:PORT/PATH answers 200: healthy PORT PATH.
# bash alone, so that the images need no HTTP client.
set -uo pipefail
exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$2" >&3
IFS= read -r -t 3 line <&3 && [[ "$line" == HTTP/*" 200 "* ]]
