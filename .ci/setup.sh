# Sourced by ./dist and ./test: what the machine must have. Nothing is installed that is there already.
# shellcheck shell=bash

# The packages among the given ones that are not installed. Elsewhere than on Debian or Ubuntu: none, the build says what it does not find.
missing_packages() {
  local package
  command -v dpkg-query >/dev/null || return 0
  for package; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
  done
}

# Where installing is allowed (root, or sudo without a password), missing packages are installed; otherwise the command to type is printed.
# usage: ensure_packages WHY PACKAGE...   returns 1 when something is missing afterwards
ensure_packages() {
  local why=$1 missing sudo=()
  shift
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0

  if [ "$(id -u)" != 0 ]; then
    if sudo -n true 2>/dev/null; then
      sudo=(sudo -n)
    else
      echo "$why: packages are missing. Type:  sudo apt-get install ${missing[*]}" >&2
      return 1
    fi
  fi

  echo "$why: installing ${missing[*]}" >&2
  local log install=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}")
  log=$(mktemp)
  # The package lists are fetched only when they do not know what is asked for.
  if ! "${install[@]}" >"$log" 2>&1 && ! { "${sudo[@]}" apt-get update >"$log" 2>&1 && "${install[@]}" >>"$log" 2>&1; }; then
    tail -n 5 "$log" >&2
    echo "$why: installing failed; the whole output is in $log. Try:  sudo apt-get update && sudo apt-get install ${missing[*]}" >&2
    return 1
  fi
  rm -f "$log"
}

# The SDK that global.json asks for.
ensure_sdk() {
  if ! command -v dotnet >/dev/null; then
    echo "The .NET 10 SDK is missing (the command dotnet). On Ubuntu:  sudo apt-get install dotnet-sdk-10.0" >&2
    return 1
  fi
}

# Why a build is due: the first file under the given paths that is newer than the stamp $1. Nothing when all are older.
newer_than() {
  local stamp=$1
  shift
  if [ ! -e "$stamp" ]; then echo "for the first time"; else find "$@" -type f -newer "$stamp" ! -name '*.md' -print -quit 2>/dev/null; fi
}
