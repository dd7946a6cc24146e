#!/usr/bin/env bash
# What wxkeeper costs and how quick it is on this machine: the tables of docs/performance.md, in about ten minutes.
# Arguments are passed on to cluster-benchmark: `deploy/benchmark.sh reads --rounds 9` prints those tables alone.
set -euo pipefail
cd "$(dirname "$0")/.."

deploy/install.sh wrk nginx
for product in wxkeeper epoll-floor cluster-benchmark; do swift build -c release --product "$product"; done
exec "$(swift build -c release --show-bin-path)/cluster-benchmark" "${@:-reads}"
