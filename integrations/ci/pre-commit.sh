#!/usr/bin/env bash
# Checks each plan that is committed; warnings don't stop a commit, what `implement` would refuse does.
set -u
worst=0
for plan in "$@"; do
  backend-engineer check -- "$plan" || worst=$?
done
exit "$worst"
