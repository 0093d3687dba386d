#!/usr/bin/env bash
# Prints the name of the rustup toolchain that builds for wasm32-unknown-unknown, making one if needed; prints nothing
# when a Rust without rustup does so already.
#
# In this order: a target that is installed; `rustup target add` (not with CRM_WASM_TOOLCHAIN=distro); on Debian, its
# rustc-web with a standard library built once from its packaged source (half a minute to a minute and a half, 74 MB),
# which needs nothing from outside Debian's packages.
set -euo pipefail
target=wasm32-unknown-unknown
name=crm-wasm
dir=${CRM_WASM_DIR:-${RUSTUP_HOME:-$HOME/.rustup}/$name}

say() { printf '[wasm] %s\n' "$*" >&2; }
fail() {
  printf '[wasm] %s\n' "$@" >&2
  exit 1
}
active() { if command -v rustup >/dev/null; then rustup show active-toolchain | cut -d' ' -f1; fi; }
has_target() { [ -d "$(rustc --print sysroot)/lib/rustlib/$target/lib" ]; }

if [ "${CRM_WASM_TOOLCHAIN:-auto}" != distro ]; then
  if has_target; then
    active
    exit
  fi
  if [ ! -e "$dir/.built" ] && command -v rustup >/dev/null; then
    say "adding the target $target (rustup)"
    if timeout 120 rustup target add "$target" >/dev/null 2>&1 && has_target; then
      active
      exit
    fi
    say "rustup could not fetch it (no network, or not allowed to)"
  fi
fi

command -v rustup >/dev/null || fail "building for $target needs rustup, or a Rust that has this target"
command -v apt-get >/dev/null ||
  fail "$target could not be added, and this is no Debian to take it from: run 'rustup target add $target' when online"

# Two builds at once make one toolchain.
mkdir -p "$(dirname "$dir")"
exec 9>"$dir.lock"
flock 9

packages_present() { [ -x /usr/bin/rustc ] && compgen -G '/usr/src/rustc-*/library' >/dev/null && [ -x /usr/bin/lld-19 ]; }
if ! packages_present; then
  as_root=
  [ "$(id -u)" = 0 ] || as_root=sudo
  say "installing rustc-web cargo-web rust-web-src lld-19 (apt-get)"
  $as_root apt-get update -qq >&2 || say "apt-get update failed; going on with what is known"
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
    rustc-web cargo-web rust-web-src lld-19 >/dev/null ||
    fail "Debian's rustc-web could not be installed: run 'rustup target add $target' when online"
fi

version=$(/usr/bin/rustc --version)
if [ "$(cat "$dir/.built" 2>/dev/null)" != "$version" ]; then
  say "building the standard library for $target, once"
  host=$(/usr/bin/rustc --version --verbose | sed -n 's/^host: //p')
  rm -rf "$dir"
  mkdir -p "$dir/bin" "$dir/lib/rustlib/$host/bin" "$dir/lib/rustlib/$target/lib"
  ln -s "/usr/lib/rustlib/$host/lib" "$dir/lib/rustlib/$host/lib"
  ln -s /usr/lib/rustlib/src "$dir/lib/rustlib/src"
  ln -s /usr/bin/lld-19 "$dir/lib/rustlib/$host/bin/rust-lld"
  ln -s /usr/bin/cargo "$dir/bin/cargo"
  for tool in rustc rustdoc; do
    printf '#!/bin/sh\nexec /usr/bin/%s --sysroot "%s" "$@"\n' "$tool" "$dir" >"$dir/bin/$tool"
    chmod +x "$dir/bin/$tool"
  done
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  mkdir "$work/src"
  : >"$work/src/lib.rs"
  cat >"$work/Cargo.toml" <<'MANIFEST'
[package]
name = "s"
version = "0.0.0"
edition = "2021"
[profile.release]
opt-level = "s"
codegen-units = 1
MANIFEST
  (cd "$work" && env -u CARGO -u RUSTUP_TOOLCHAIN -u RUSTC_WRAPPER RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
    RUSTFLAGS="-C embed-bitcode=yes" CARGO_TARGET_DIR="$work/t" \
    /usr/bin/cargo build -q --release -Z build-std=std,panic_abort,proc_macro,test --target "$target") >&2
  find "$work/t/$target/release/deps" -name '*.rlib' ! -name 'libs-*' -exec cp {} "$dir/lib/rustlib/$target/lib/" \;
  echo "$version" >"$dir/.built"
fi
[ "$(readlink -f "${RUSTUP_HOME:-$HOME/.rustup}/toolchains/$name")" = "$(readlink -f "$dir")" ] ||
  rustup toolchain link "$name" "$dir" >&2
echo "$name"
