#!/usr/bin/env bash
# Every test there is: builds with warnings as errors, runs all suites, then 500 simulated worlds.
# Starts every server it needs on a free port and leaves none behind.
set -euo pipefail
cd "$(dirname "$0")/.."

deploy/install.sh
export WXKEEPER_STRICT=1
swift build --build-tests
swift test --skip-build "$@"

# The worlds run in a release build: a debug build tells the same stories twenty times slower.
swift build -c release --product cluster-simulation
simulation="$(swift build -c release --show-bin-path)/cluster-simulation"
"$simulation" --worlds 250
"$simulation" --worlds 250 --harsh
