#!/bin/sh
# sh deploy/image/audit.sh [IMAGE]: which packages of the image's base Debian has mended since.
# The image is built where none is named. Ends with 1 where there are such packages: build it anew with --pull.
set -eu
image=${1:-}
if [ -z "$image" ]; then
    image=peiyu:audit
    docker build --quiet --file deploy/image/Dockerfile --tag "$image" . >/dev/null
fi
# A stable Debian changes for security and grave faults alone, so that every upgrade counts.
upgrades=$(docker run --rm --user 0 --entrypoint sh "$image" -c 'apt-get --quiet=2 update && apt-get --quiet --simulate upgrade')
mended=$(printf '%s\n' "$upgrades" | sed -n 's/^Inst //p')
if [ -n "$mended" ]; then
    printf '%s: mended since\n%s\n' "$image" "$mended"
    exit 1
fi
echo "$image: nothing in its base was mended since"
