#!/usr/bin/env bash
# The whole cluster on this machine: three nodes, a private redis-server, a simulated WeChat, HAProxy in front.
# Ctrl-C ends all of it. Arguments are passed on to `wxkeeper demo`.
set -euo pipefail
cd "$(dirname "$0")/.."

deploy/install.sh
swift build -c release --product wxkeeper
exec "$(swift build -c release --show-bin-path)/wxkeeper" demo "$@"
