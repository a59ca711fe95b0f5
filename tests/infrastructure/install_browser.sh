#!/bin/sh
# Makes sure that the tests find a Chromium: does nothing where there is one, else installs Debian's package.
set -eu

if command -v "${PEIYU_TEST_CHROMIUM:-chromium}" >/dev/null 2>&1; then
    exit 0
fi

if ! command -v apt-get >/dev/null 2>&1; then
    echo "The tests need a Chromium: install one, or name it in PEIYU_TEST_CHROMIUM." >&2
    exit 1
fi

if [ "$(id -u)" -ne 0 ]; then
    echo "The tests need a Chromium. Run once:  sudo apt-get install --no-install-recommends chromium fonts-noto-cjk" >&2
    exit 1
fi

apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium fonts-noto-cjk
