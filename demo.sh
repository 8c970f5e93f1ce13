#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A plant from sensors to registry on this machine: installs what is missing,
# builds, starts broker, registry, gateway and a simulated plant on free loopback ports,
# and shows the plant's emissions as the registry has them.
#   ./demo.sh                 a cement plant, until Ctrl-C
#   ./demo.sh --plant NAME    another one: config/examples/NAME.yaml, docs/plants/
#   ./demo.sh --registry postgres   the registry on a PostgreSQL of its own
#   ./demo.sh --seconds N     ends by itself and compares the registry with the truth;
#                             exit 1 when they differ by more than 0.1 %
set -euo pipefail
cd "$(dirname "$0")"

usage="usage: ./demo.sh [--plant NAME] [--registry sqlite|postgres] [--seconds N]"
seconds=""
store=sqlite
plant_name=cement
while [ $# -gt 0 ]; do
    case "$1" in
    --seconds)
        seconds=${2:-}
        if ! [[ "$seconds" =~ ^[0-9]+$ ]]; then
            echo "demo: --seconds wants a whole number" >&2
            exit 64
        fi
        ;;
    --plant)
        plant_name=${2:-}
        if ! grep -qs '^simulation:' "config/examples/$plant_name.yaml"; then
            echo "demo: there is no plant '$plant_name'; there are:" \
                "$(grep -ls '^simulation:' config/examples/*.yaml |
                    sed 's#.*/##; s#\.yaml$##' | tr '\n' ' ')" >&2
            exit 64
        fi
        ;;
    --registry)
        store=${2:-}
        if [ "$store" != sqlite ] && [ "$store" != postgres ]; then
            echo "demo: --registry wants sqlite or postgres" >&2
            exit 64
        fi
        ;;
    *)
        echo "$usage" >&2
        exit 64
        ;;
    esac
    if [ $# -lt 2 ]; then
        echo "$usage" >&2
        exit 64
    fi
    shift 2
done

groups="build run"
if [ "$store" = postgres ]; then
    groups+=" postgres"
fi
# shellcheck disable=SC2086  # words on purpose
tools/packages.sh $groups
if [ ! -f build/release/build.ninja ] || [ "$store" = postgres ]; then
    cmake --preset release >/dev/null
fi
if ! nice ninja -C build/release --quiet >build/release/build.log 2>&1; then
    cat build/release/build.log >&2
    echo "demo: the build failed" >&2
    exit 70
fi
emgate=$PWD/build/release/bin/emgate
registry=$PWD/build/release/bin/emgate-registry
broker=$(command -v mosquitto || echo /usr/sbin/mosquitto)

dir=$(mktemp -d)
postgres_dir=""
pids=()

stop_all() {
    trap '' INT TERM
    # Last started, first stopped: the plant, the gateway, the registry, the broker.
    local i pid
    for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
        pid=${pids[i]}
        kill -TERM "$pid" 2>/dev/null || true
        for _ in {1..100}; do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.05
        done
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    rm -rf "$dir" ${postgres_dir:+"$postgres_dir"}
}
trap stop_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# A loopback port that nobody listens on, from below those that the kernel gives to
# outgoing connections (32768 and up): one of these may be taken though nobody listens.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
}

# Waits for somebody to listen: wait_for NAME PORT PID.
wait_for() {
    for _ in {1..200}; do
        if (exec 3<>"/dev/tcp/127.0.0.1/$2") 2>/dev/null; then
            return
        fi
        kill -0 "$3" 2>/dev/null || break
        sleep 0.05
    done
    echo "demo: $1 did not start:" >&2
    tail -n 20 "$dir/$1.log" >&2
    exit 69
}

# The gateway's session must stand at the broker before the plant speaks: what nobody has
# subscribed to is nobody's.
wait_subscribed() { # wait_subscribed PORT PID
    local line
    for _ in {1..600}; do
        line=""
        if { exec 3<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null; then
            printf 'GET /readyz HTTP/1.0\r\n\r\n' >&3
            read -r line <&3 || true
            exec 3>&-
        fi
        case "$line" in *" 200 "*) return ;; esac
        kill -0 "$2" 2>/dev/null || break
        sleep 0.05
    done
    echo "demo: the gateway is not ready:" >&2
    tail -n 20 "$dir/gateway.log" >&2
    exit 69
}

# A PostgreSQL on a socket in a folder of its own, as an unprivileged user: it refuses
# root.  Sets `uri`.
start_postgres() {
    local bin user as=()
    bin=$(dirname "$(find /usr/lib/postgresql -name initdb | sort -V | tail -n 1)")
    postgres_dir=$(mktemp -d)
    user=$(id -un)
    if [ "$(id -u)" -eq 0 ]; then
        user=postgres
        as=(setpriv --reuid=postgres --regid=postgres --clear-groups --)
        chown postgres: "$postgres_dir"
    fi
    (cd / && "${as[@]}" "$bin/initdb" -D "$postgres_dir/data" -U emgate -A trust -E UTF8 \
        --locale=C -N) >"$dir/postgres.log" 2>&1
    start postgres "${as[@]}" "$bin/postgres" -D "$postgres_dir/data" -k "$postgres_dir" \
        -c listen_addresses=
    for _ in {1..400}; do
        if "$bin/pg_isready" -q -h "$postgres_dir"; then
            uri="postgresql://emgate@/postgres?host=${postgres_dir//\//%2F}"
            return
        fi
        kill -0 "${pids[-1]}" 2>/dev/null || break
        sleep 0.05
    done
    echo "demo: PostgreSQL ($user) did not start:" >&2
    tail -n 20 "$dir/postgres.log" >&2
    exit 69
}

start() { # start NAME COMMAND...
    local name=$1
    shift
    "$@" >"$dir/$name.log" 2>&1 &
    pids+=($!)
}

mqtt=$(free_port)
api=$(free_port)
page=$(free_port)
mkdir "$dir/state" "$dir/registry" "$dir/broker"
sed -e "s#127\.0\.0\.1:1883#127.0.0.1:$mqtt#" -e "s#127\.0\.0\.1:8311#127.0.0.1:$api#" \
    -e "s#127\.0\.0\.1:8321#127.0.0.1:$page#" \
    -e "s#/var/lib/emgate\>\([^-]\|\$\)#$dir/state\1#" \
    "config/examples/$plant_name.yaml" >"$dir/plant.yaml"
sed -e "s#127\.0\.0\.1:8311#127.0.0.1:$api#" \
    -e "s#/var/lib/emgate-registry#$dir/registry#" \
    config/examples/registry.yaml >"$dir/registry.yaml"
if [ "$store" = postgres ]; then
    start_postgres
    sed -i -e "s#^  store: .*#  store: '$uri'\n  signing_key: $dir/registry/key#" \
        "$dir/registry.yaml"
fi
{
    sed -e "s#^listener .*#listener $mqtt 127.0.0.1#" \
        -e "s#^persistence_location .*#persistence_location $dir/broker/#" \
        config/mosquitto/emgate.conf
    echo "user $(id -un)" # as root it would become a user who may not write here
} >"$dir/broker.conf"

start broker "$broker" -c "$dir/broker.conf"
wait_for broker "$mqtt" "${pids[-1]}"
start registry "$registry" run -c "$dir/registry.yaml"
wait_for registry "$api" "${pids[-1]}"
start gateway "$emgate" run -c "$dir/plant.yaml"
wait_for gateway "$page" "${pids[-1]}"
wait_subscribed "$page" "${pids[-1]}"
start plant "$emgate" simulate "$dir/plant.yaml" --truth "$dir/truth.json"
plant=${pids[-1]}

note="registry http://127.0.0.1:$api  gateway http://127.0.0.1:$page  broker :$mqtt"
if [ -z "$seconds" ]; then
    "$emgate" watch --registry "http://127.0.0.1:$api" --note "$note  Ctrl-C ends it"
    exit 0
fi
"$emgate" watch --registry "http://127.0.0.1:$api" --note "$note" --seconds "$seconds"

# The plant says what it emitted when it is told to stop.
kill -TERM "$plant"
if ! wait "$plant"; then
    echo "demo: the plant failed:" >&2
    tail -n 20 "$dir/plant.log" >&2
    exit 69
fi
echo
echo "complete hours, registry against the plant's truth:"
"$emgate" watch --registry "http://127.0.0.1:$api" --truth "$dir/truth.json"
