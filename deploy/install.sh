#!/usr/bin/env bash
# Installs what building and running wxkeeper needs on Debian 12 or Ubuntu, if it is missing, and the packages named
# besides. Called by demo.sh and test.sh. Swift itself must be there: https://www.swift.org/install/linux/
set -euo pipefail

command -v swift >/dev/null || {
    echo "swift not found: install a Swift 6.2 or later toolchain, see https://www.swift.org/install/linux/" >&2
    exit 69
}

missing=()
for package in libhiredis-dev libcurl4-openssl-dev redis-server haproxy curl openssl "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
echo "Installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
# The distribution starts a redis-server of its own on installation; nothing here uses it.
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
