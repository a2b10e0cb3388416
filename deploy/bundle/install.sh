#!/bin/sh
# Installs Rempart from this folder, without any network: sh install.sh [FOLDER], /usr/local/lib/rempart by default.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
into=${1:-/usr/local/lib/rempart}
cd "$here"
sha256sum --check --quiet SHA256SUMS
"${PYTHON:-python3}" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Rempart needs Python 3.11 or newer; name one with PYTHON=" >&2
    exit 1
}
"${PYTHON:-python3}" -m venv "$into/.venv"
pip="$into/.venv/bin/python -m pip --disable-pip-version-check --no-input --quiet"
$pip install --no-index --find-links wheels --require-hashes --requirement runtime.txt
$pip install --no-index --no-deps wheels/rempart-*.whl
mkdir -p "$into/deploy"
cp -R deploy/. "$into/deploy/"
echo "Installed: $into/.venv/bin/rempart"
