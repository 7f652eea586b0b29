#!/bin/sh
# side_by_side.sh N PROGRAM [ARGUMENT...]: a GoogleTest program's tests in N processes at once. For tests that mostly
# wait: what they wait for, they wait for together. Fails if one fails.
set -u
count=$1
shift
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
i=0
while [ "$i" -lt "$count" ]; do
  { GTEST_TOTAL_SHARDS=$count GTEST_SHARD_INDEX=$i "$@" >"$folder/$i" 2>&1 || echo failed >"$folder/$i.failed"; } &
  i=$((i + 1))
done
wait
i=0
while [ "$i" -lt "$count" ]; do
  cat "$folder/$i"
  i=$((i + 1))
done
for failed in "$folder"/*.failed; do [ ! -e "$failed" ] || exit 1; done
