#!/bin/sh
# Writes FOLDER/Commit.swift, which names the commit that PACKAGE is at: commit.sh PACKAGE FOLDER
#
# The same commit always gives the same bytes. A change that is not committed is told; WXKEEPER_COMMIT says it for a
# build without a repository, and where nothing does, it is unknown. The file is written only if it is different.
set -u
package=$1
folder=$2

commit=${WXKEEPER_COMMIT:-}
if [ -z "$commit" ] && [ -e "$package/.git" ] && commit=$(git -C "$package" rev-parse --short=12 HEAD 2>/dev/null); then
    changes=$(git -C "$package" --no-optional-locks status --porcelain 2>/dev/null)
    [ -z "$changes" ] || commit=$commit-modified
fi
case $commit in
'' | *[!0-9a-z-]*) commit=unknown ;;
esac

text="/// The commit that this program was built from.
enum Commit {
    static let id = \"$commit\"
}"
mkdir -p "$folder"
[ "$(cat "$folder/Commit.swift" 2>/dev/null)" = "$text" ] || printf '%s\n' "$text" >"$folder/Commit.swift"
