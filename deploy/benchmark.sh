#!/usr/bin/env bash
# What wxkeeper costs and how quick it is on this machine: the tables of docs/performance.md, in a quarter of an hour.
# Arguments are passed on to cluster-benchmark: `deploy/benchmark.sh reads --rounds 9` prints those tables alone.
set -euo pipefail
cd "$(dirname "$0")/.."

deploy/install.sh wrk nginx
for product in wxkeeper epoll-floor cluster-benchmark; do swift build -c release --product "$product"; done
benchmark="$(swift build -c release --show-bin-path)/cluster-benchmark"
[ $# -eq 0 ] || exec "$benchmark" "$@"
"$benchmark" reads
"$benchmark" cluster
