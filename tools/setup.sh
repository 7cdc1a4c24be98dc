#!/bin/sh
# Puts in place what the Makefile needs: `setup.sh python [PYTHON]`, `setup.sh app`, `setup.sh tests`.
# As root on a Debian-like system it installs what is missing; elsewhere it says in one line what is missing and fails.
set -eu
cd "$(dirname "$0")/.."

fail() {
    echo "tidemark setup: $*" >&2
    exit 1
}

# install WHAT PACKAGE...: the system's packages, or one clear line.
install() {
    what=$1
    shift
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
        fail "$what is missing. Install it (on Debian: apt-get install $*) and run this again."
    fi
    echo "Installing $what with apt-get (this machine's packages)"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq || fail "$what is missing, and apt-get update did not work."
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null || fail "$what is missing, and apt-get could not install: $*"
}

set_up_python() {
    python=${1:-python3}
    command -v "$python" >/dev/null 2>&1 || fail "Python 3.11 or later is missing: put it on the PATH as $python."
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "Python 3.11 or later is needed, and $python is $("$python" -V 2>&1)."
    "$python" -c 'import ensurepip, venv' 2>/dev/null || install "Python's venv module" python3-venv
    # A folder whose Python no longer runs (moved, or its Python was removed) is made again.
    .venv/bin/python -c 'import pip' 2>/dev/null || "$python" -m venv --clear .venv
    echo "Installing the Python packages of requirements.lock"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
    add_pdf
}

# Evidence packs as PDF need Pango: without it everything else works, and the page says that no PDF can be made here.
add_pdf() {
    .venv/bin/python -I -c 'import weasyprint' >/dev/null 2>&1 && return 0
    (install "Pango (for evidence packs as PDF)" libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation) ||
        echo "Going on without Pango: evidence packs cannot be made as PDF here."
}

set_up_app() {
    command -v node >/dev/null 2>&1 || fail "Node 20 or later is missing."
    command -v npm >/dev/null 2>&1 || fail "npm is missing (it comes with Node 20 or later)."
    node -e 'process.exit(+(process.versions.node.split(".")[0] < 20))' || fail "Node 20 or later is needed, and this is $(node -v)."
    cd pwa
    if [ ! -e node_modules/.installed ] || [ package-lock.json -nt node_modules/.installed ]; then
        echo "Installing the npm packages of pwa/package-lock.json"
        npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
        touch node_modules/.installed
    fi
    echo "Building the app for tablets and phones"
    npm run --silent build
}

has_postgres() {
    command -v initdb >/dev/null 2>&1 && return 0
    for found in /usr/lib/postgresql/*/bin/initdb /opt/homebrew/opt/postgresql*/bin/initdb; do
        [ -x "$found" ] && return 0
    done
    return 1
}

has_chromium() {
    [ -n "${CHROMIUM:-}" ] && [ -x "$CHROMIUM" ] && return 0
    for name in chromium chromium-browser google-chrome; do
        command -v "$name" >/dev/null 2>&1 && return 0
    done
    return 1
}

has_other_browsers() {
    command -v firefox-esr >/dev/null 2>&1 || command -v firefox >/dev/null 2>&1 || return 1
    command -v WebKitWebDriver >/dev/null 2>&1 && command -v Xvfb >/dev/null 2>&1
}

# Tests in Firefox and WebKitGTK are skipped where those are missing: without them nothing fails.
add_other_browsers() {
    has_other_browsers && return 0
    (install "Firefox and WebKitGTK (for a few more browser tests)" firefox-esr webkit2gtk-driver xvfb) ||
        echo "Going on without Firefox and WebKitGTK: their tests are skipped."
}

set_up_tests() {
    has_chromium || install "Chromium (for the browser tests)" chromium fonts-liberation
    has_postgres || install "PostgreSQL (for the database tests)" postgresql
    add_other_browsers
    has_chromium || fail "Chromium (for the browser tests) is still missing."
    has_postgres || fail "PostgreSQL (for the database tests) is still missing."
}

case ${1:-} in
python) set_up_python "${2:-python3}" ;;
app) set_up_app ;;
tests) set_up_tests ;;
*) fail "say what to set up: python, app or tests." ;;
esac
