#!/bin/sh
# Makes .venv from the lock file named as the first argument: exact versions, each file checked by its hash.
# The package itself is not built: a path file and a two-line command point at this folder, which works without a network.
set -eu

lock=$1
venv=.venv

stop() {
    printf '%s\n' "$1" >&2
    exit 1
}

fits() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        fits "$PYTHON" || stop "PYTHON is “$PYTHON”, which is no Python 3.11 or later. Name another one, or leave PYTHON unset."
        python=$PYTHON
        return
    fi
    for python in python3 python3.14 python3.13 python3.12 python3.11; do
        if fits "$python"; then
            return
        fi
    done
    stop "No Python 3.11 or later was found. Install one (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python), or name it: make run PYTHON=/path/to/python3."
}

make_venv() {
    find_python
    if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
        package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        stop "$python cannot make virtual environments. On Debian and Ubuntu install its package: apt install $package."
    fi
    printf 'Making the environment with %s\n' "$("$python" --version)"
    rm -rf "$venv"
    "$python" -m venv "$venv"
}

# uv does in seconds what takes pip a minute, but nothing depends on it: it is pinned in the development lock,
# lives in a folder of its own, and whatever goes wrong with it leads to pip.
with_uv() {
    uv=$PWD/$venv/uv
    if [ ! -x "$uv/bin/uv" ]; then
        mkdir -p "$uv"
        awk '/^[a-z]/ { wanted = /^uv==/ } wanted' requirements-dev.lock >"$uv/uv.lock"
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --ignore-installed \
            --prefix "$uv" -r "$uv/uv.lock" 2>/dev/null || return 1
    fi
    # uv does not read the settings of pip; the one that matters is where packages come from.
    index=${PIP_INDEX_URL:-$("$venv/bin/python" -m pip config get global.index-url 2>/dev/null || true)}
    if [ -n "$index" ]; then
        UV_DEFAULT_INDEX=$index
        export UV_DEFAULT_INDEX
    fi
    UV_NO_CONFIG=1 "$uv/bin/uv" pip install --quiet --python "$venv/bin/python" --require-hashes -r "$lock"
}

with_pip() {
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
}

if ! fits "$venv/bin/python"; then
    make_venv
fi

printf 'Installing what %s names\n' "$lock"
with_uv || { printf 'uv did not do it here; pip does, which takes longer\n'; with_pip; } || stop "The packages could not be installed. The lines above say why; mostly the network or a proxy is the cause."

site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
printf '%s\n' "$PWD" >"$site/openqsms.pth"
cat >"$venv/bin/qsms" <<COMMAND
#!$PWD/$venv/bin/python
import sys

from qsms.cli import main

sys.exit(main())
COMMAND
chmod +x "$venv/bin/qsms"
