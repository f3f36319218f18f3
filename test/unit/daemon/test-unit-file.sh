#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The unit files are clean for systemd-analyze verify. Arguments: their folder, the daemon.
set -u
echo "1..1"
if ! command -v systemd-analyze >/dev/null 2>&1; then
        echo "ok 1 unit files # SKIP systemd-analyze is not installed"
        exit 0
fi
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/sbin"
ln -s "$(realpath "$2")" "$dir/sbin/s2svpnd"
sed "s|@sbindir@|$dir/sbin|" "$1/s2svpnd.service.in" >"$dir/s2svpnd.service"
cp "$1/s2svpnd.socket" "$dir"
# Complaints about other units of this machine are not ours.
if ! SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no --recursive-errors=no \
        "$dir/s2svpnd.service" "$dir/s2svpnd.socket" >"$dir/log" 2>&1; then
        if grep -q -i -e 'failed to connect' -e 'failed to initialize manager' -e 'failed to setup' "$dir/log"; then
                echo "ok 1 unit files # SKIP systemd-analyze cannot run here: $(head -n 1 "$dir/log")"
                exit 0
        fi
        sed 's/^/# /' "$dir/log"
        echo "not ok 1 unit files"
        exit 1
fi
if grep -q s2svpnd "$dir/log"; then
        sed 's/^/# /' "$dir/log"
        echo "not ok 1 unit files"
        exit 1
fi
echo "ok 1 unit files"
