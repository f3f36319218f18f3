#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The daemon as a process: arguments, start, reload, HOLD, a second one, end. Argument: the daemon.
set -u
daemon=$1
dir=$(mktemp -d) || exit 1
pid=
trap '[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null; rm -rf "$dir"' EXIT
n=0
echo "1..10"

result() { # status name
        n=$((n + 1))
        if [ "$1" -eq 0 ]; then
                echo "ok $n $2"
        else
                echo "not ok $n $2"
                sed 's/^/# /' "$dir/log" "$dir/out" 2>/dev/null
        fi
}
wait_for() { # command...
        tries=0
        until "$@" >/dev/null 2>&1; do
                tries=$((tries + 1))
                [ "$tries" -lt 100 ] || return 1
                sleep 0.1
        done
}
logged() { grep -q -e "$1" "$dir/log"; }
ask() { curl -s --max-time 5 --unix-socket "$dir/run/s2svpnd.sock" "http://localhost$1"; }
run() { "$daemon" --config-dir "$dir/etc" --state-dir "$dir/state" --runtime-dir "$dir/run" "$@"; }

mkdir -p "$dir/etc/pairings.d"
cat >"$dir/etc/s2svpnd.conf" <<EOF
[Daemon]
MetricsListen=
[Azure]
AuthorityUrl=http://127.0.0.1:9
ArmUrl=http://127.0.0.1:9
[AWS]
EndpointUrl=http://127.0.0.1:9
EOF
cat >"$dir/etc/pairings.d/hub.conf" <<EOF
[Azure]
Subscription=00000000-0000-0000-0000-000000000001
ResourceGroup=rg
VirtualNetwork=vnet
Gateway=gw
[AWS]
Region=ap-northeast-1
Vpc=vpc-01234567
EOF
: >"$dir/log"
: >"$dir/out"

"$daemon" --version >"$dir/out" && grep -q '^s2svpnd [0-9]' "$dir/out" && "$daemon" --help | grep -q -e --config-dir
result $? "version and help"
"$daemon" --nonsense >"$dir/out" 2>&1
[ $? -eq 64 ]
result $? "unknown options are usage errors"
run --check >"$dir/out" 2>&1 && grep -q 'valid, 1 pairing$' "$dir/out"
result $? "a valid configuration passes the check"
mkdir "$dir/bad" && echo 'Key=1' >"$dir/bad/s2svpnd.conf"
"$daemon" --check --config-dir "$dir/bad" >"$dir/out" 2>&1
[ $? -eq 78 ] && grep -q "^$dir/bad/s2svpnd.conf:1: " "$dir/out"
result $? "a bad one is told with file and line, status 78"

"$daemon" --config-dir "$dir/etc" --state-dir "$dir/state" --runtime-dir "$dir/run" --log-level debug 2>"$dir/log" &
pid=$!
wait_for ask /v1/status && ask /v1/status >"$dir/out" && grep -q '"pairing":"hub"' "$dir/out"
result $? "the control socket answers"
run >"$dir/out" 2>&1
[ $? -eq 73 ] && grep -q 'another s2svpnd is using this state directory' "$dir/out"
result $? "a second daemon is refused, clearly"
echo 'Colour=red' >>"$dir/etc/s2svpnd.conf"
kill -HUP "$pid"
wait_for logged 'unknown key Colour=' && kill -0 "$pid" && ask /v1/status >"$dir/out" && grep -q '"pairing":"hub"' "$dir/out"
result $? "a bad reload keeps the running configuration"
sed -i '/Colour/d' "$dir/etc/s2svpnd.conf"
cp "$dir/etc/pairings.d/hub.conf" "$dir/etc/pairings.d/edge.conf"
sed -i 's/Gateway=gw/Gateway=gw2/; s/vpc-01234567/vpc-89abcdef/' "$dir/etc/pairings.d/edge.conf"
kill -HUP "$pid"
has_edge() { ask /v1/status | grep -q '"pairing":"edge"'; }
wait_for has_edge
result $? "a good reload is taken"
: >"$dir/etc/HOLD"
is_held() { ask /v1/status | grep -q '"held":true'; }
wait_for is_held
result $? "the file HOLD is seen at once"
kill -TERM "$pid"
wait "$pid"
[ $? -eq 0 ] && [ ! -e "$dir/run/s2svpnd.sock" ] && ! grep -q -e ERROR: "$dir/log"
result $? "SIGTERM ends it with status 0 and leaves no socket"
pid=
