#!/usr/bin/env bash
# What one read costs, beside nginx and a plain Hummingbird on this machine: the tables of docs/performance.md.
# Arguments are passed on to `cluster-benchmark reads`.
set -euo pipefail
cd "$(dirname "$0")/.."

deploy/install.sh wrk nginx
for product in wxkeeper cluster-benchmark; do swift build -c release --product "$product"; done
exec "$(swift build -c release --show-bin-path)/cluster-benchmark" reads "$@"
