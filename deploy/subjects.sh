#!/usr/bin/env bash
# Looks at the subject of every commit of this branch: at most 72 characters, a capital first, no full stop at the end.
#
# Says which are not so and ends with 1. Older commits than the rule are as they are; a shallow clone is looked at as far
# as it reaches, and where there is no repository there is nothing to look at.
set -euo pipefail
cd "${1:-"$(dirname "$0")/.."}"
[[ -e .git ]] && command -v git >/dev/null || exit 0

export LC_ALL=C.UTF-8
found=0
complain() {
    echo "$hash $subject: $1" >&2
    found=1
}
while read -r hash subject; do
    ((${#subject} <= 72)) || complain "${#subject} characters; 72 are allowed"
    [[ $subject == [A-Z]* ]] || complain 'begin with a capital'
    [[ $subject != *. ]] || complain 'leave the full stop out'
done < <(git log --since=2026-11-27T12:30:00Z --format='%h %s' 2>/dev/null || true)
exit "$found"
