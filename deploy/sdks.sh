#!/usr/bin/env bash
# Makes what the SDK tests call wxkeeper with: a Python with the SDKs in the folder given; Java, Go, Node and PHP, with
# what the classes of docs/sdk/client.md need; and the load balancers that stand in between.
set -euo pipefail
cd "$(dirname "$0")/.."
folder="$1"
requirements=Tests/SDKTests/Programs/requirements.txt

deploy/install.sh python3-venv php-cli php-curl php-redis php-symfony-http-client default-jdk-headless \
    libgoogle-gson-java golang-go nodejs nginx wget
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
