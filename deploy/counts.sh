#!/usr/bin/env bash
# What a read costs in instructions and allocations, counted by valgrind: the same on a busy machine and on an idle one.
# Ends with 1 if that is more than Tests/Performance allows.
#
#   --debug   A debug build is counted, which the tests have made already, in place of a release build.
set -euo pipefail
cd "$(dirname "$0")/.."

configuration=release
[ "${1:-}" != --debug ] || configuration=debug
deploy/install.sh valgrind binutils
for product in wxkeeper cluster-benchmark; do swift build -c "$configuration" --product "$product"; done
exec "$(swift build -c "$configuration" --show-bin-path)/cluster-benchmark" counts \
    --thresholds "Tests/Performance/$configuration.txt"
