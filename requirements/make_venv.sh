#!/bin/sh
# make_venv.sh PYTHON FOLDER: a virtual environment of Python 3.11 or later.
set -eu
python=$1 folder=$2
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
if ! new_enough "$python"; then
    for other in python3.14 python3.13 python3.12 python3.11; do
        if new_enough "$other"; then python=$other; break; fi
    done
fi
new_enough "$python" || { echo "peiyu needs Python 3.11 or later; name one with PYTHON=..." >&2; exit 1; }
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "python$version-venv" >/dev/null
    else
        echo "Python's venv module is missing; install it with: sudo apt-get install python$version-venv" >&2
        exit 1
    fi
fi
"$python" -m venv "$folder"
