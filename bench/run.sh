#!/usr/bin/env bash
# Builds the server as it is released and measures it. Arguments go to the bench program: see `bench/run.sh --help`.
set -euo pipefail
cd "$(dirname "$0")/.."
export SQLX_OFFLINE=true
cargo build --release --workspace --bin crm-api --bin bench
exec "${CARGO_TARGET_DIR:-target}/release/bench" --server "${CARGO_TARGET_DIR:-target}/release/crm-api" "$@"
