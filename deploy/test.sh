#!/usr/bin/env bash
# Every test there is: looks at the form of sources and commits, builds with warnings as errors, runs all suites, then
# 500 more simulated worlds; and counts what a read costs.
# Starts every server it needs on a free port and leaves none behind.
#
#   --long   Only the real cluster, with every fault there is: fifty kills, fifty departures, half an hour of chaos.
#            Takes an hour and a quarter; WXKEEPER_LONG=5 means five minutes of chaos.
set -euo pipefail
cd "$(dirname "$0")/.."

deploy/install.sh
deploy/subjects.sh
swift format lint --strict --recursive Package.swift Sources Tests deploy
export WXKEEPER_STRICT=1
swift build --build-tests
# A group that stands still is ended, and its last lines say where: hence line by line. SIGKILL, because a Swift process
# may block SIGTERM; the servers of a test end with it.
run_tests() { timeout --signal=KILL "${limit:-20m}" stdbuf -oL swift test --skip-build "$@"; }
if [[ "${1:-}" == --long ]]; then
    export WXKEEPER_LONG="${WXKEEPER_LONG:-30}"
    limit=3h run_tests --filter '^ClusterTests\.'
    exit
fi
export WXKEEPER_SDKS="$PWD/.build/sdks"
deploy/sdks.sh "$WXKEEPER_SDKS"
# Groups, one after the other: what computes takes every core there is; what waits for servers wants its share of one,
# and with five hundred at once nobody has one; and a real cluster wants to be alone: where several suites make one, they
# take turns.
computing='^(KeeperCore|KeeperConfiguration|ClusterSimulation|ClusterObservation|ClusterDrill|Tidy|Transcript|Wxkeeper)Tests\.'
run_tests --filter "$computing"
SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=16 run_tests --skip "$computing" --skip '^(Cluster|SDK)Tests\.'
run_tests --no-parallel --filter '^SDKTests\.'
run_tests --filter '^ClusterTests\.'

# The worlds run in a release build: a debug build gives the same runs twenty times slower.
swift build -c release --product cluster-simulation
simulation="$(swift build -c release --show-bin-path)/cluster-simulation"
"$simulation" --worlds 250
"$simulation" --worlds 250 --harsh
"$simulation" --exhaustive --faults 1
"$simulation" --liveness --worlds 20

# Of the debug build, which is there: a release build of the node would take minutes.
deploy/counts.sh --debug
