#!/usr/bin/env bash
# Makes what the SDK tests call wxkeeper with: a Python with the SDKs in the folder given, and PHP with its Redis module.
set -euo pipefail
cd "$(dirname "$0")/.."
folder="$1"
requirements=Tests/SDKTests/Programs/requirements.txt

deploy/install.sh python3-venv php-cli php-redis
[[ ! -e "$folder" || -e "$folder/pyvenv.cfg" ]] || {
    echo "$folder is there and holds no Python environment" >&2
    exit 64
}
if ! cmp -s "$requirements" "$folder/requirements.txt"; then
    rm -rf "$folder"
    python3 -m venv "$folder"
    "$folder/bin/pip" install --quiet --disable-pip-version-check -r "$requirements"
    cp "$requirements" "$folder/requirements.txt"
fi
