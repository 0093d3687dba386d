# Run through ./just, which installs what a recipe needs first.

set positional-arguments

target := env("CARGO_TARGET_DIR", "target")
crm_api := target / "debug/crm-api"
xtask := target / "debug/xtask"
step := "scripts/step.sh"

# Every build selects the whole workspace, and of it what it wants: with another selection cargo would choose other
# features of the dependencies, and compile them once more.

# List the recipes
[private]
default:
    @just --list --unsorted

# Install everything that any recipe needs, and fetch the dependencies
setup:
    @{{ step }} "Fetch dependencies" cargo fetch --locked

# Start the product with a year of a simulated business: `./just demo --customers 500`
demo *ARGS: ui _build
    @exec {{ crm_api }} demo "$@"

# Start the product for real (settings: see .env.example)
run *ARGS: ui _build
    @exec {{ just_executable() }} {{ if path_exists(".env") == "true" { "--dotenv-path .env" } else { "" } }} _serve "$@"

[private]
_serve *ARGS:
    @exec {{ crm_api }} serve "$@"

# Run every check and test: lint, unit, database, API, browser
test: _tools
    @scripts/beside.sh "Browser bundle" {{ just_executable() }} ui -- {{ just_executable() }} lint _build _test
    @{{ just_executable() }} e2e
    @node scripts/test-summary.mjs

# Check formatting, lints, licences, layers and the descriptions of the checked queries
lint: _tools
    @{{ step }} "Formatting" cargo fmt --all --check
    @{{ step }} "Clippy" env SQLX_OFFLINE=true cargo clippy --workspace --all-targets -- --deny warnings
    @{{ step }} "Licences" {{ xtask }} licences
    @{{ step }} "Layers" {{ xtask }} guards
    @{{ step }} "Checked queries" {{ xtask }} sqlx-prepare --check

# Build the browser bundle into frontend/dist (--quick: less time, larger)
ui *ARGS: _tools
    @{{ step }} "Browser bundle" {{ xtask }} ui "$@"

# Write openapi/crm-api.json anew
openapi: _build
    @{{ step }} "OpenAPI" sh -c '"$0" openapi >openapi/new && mv openapi/new openapi/crm-api.json' {{ crm_api }}

# Run the browser tests, all or those that the arguments of `playwright test` choose
e2e *ARGS: ui _build
    @cd e2e && ../{{ step }} "Types of the browser tests" npm run --silent types
    @cd e2e && ../{{ step }} "Browser tests" npx playwright test --project=desktop "$@"

# Take pictures of every page, light and dark, wide and narrow, into e2e/screenshots
screenshots *ARGS: ui _build
    @cd e2e && ../{{ step }} "Screenshots" npx playwright test --project=screenshots "$@"

# Run the tests of the security controls and print each one's figure (--kills 100: kill the server as often, too)
trust *ARGS: _tools _build
    @node scripts/trust.mjs "$@"

# Lighthouse's scores for the dashboard and the list of customers, signed in
lighthouse: ui _build
    @cd e2e && ../{{ step }} "Lighthouse" npx playwright test --project=lighthouse

# Measure, as ratios against other programs in the same run
bench *ARGS:
    @bench/run.sh "$@"

# Start a PostgreSQL for development in the background and print its DATABASE_URL (--stop stops it)
dev-db *ARGS: _tools
    @{{ xtask }} dev-db "$@"

# Refresh .sqlx after a change to a checked query or a migration
sqlx: _tools
    @{{ step }} "Checked queries" {{ xtask }} sqlx-prepare

# Remove what was built; keeps .crm (data) and .tools (installed programs)
clean:
    cargo clean
    rm -rf frontend/dist e2e/results e2e/screenshots

_tools:
    @{{ step }} "Build tools" cargo build --workspace --bin xtask

_build:
    @{{ step }} "Server" env SQLX_OFFLINE=true cargo build --workspace --bin crm-api --bin stripe-sandbox

_test:
    #!/usr/bin/env bash
    set -euo pipefail
    rm -f {{ target }}/nextest/default/junit.xml
    if cargo nextest --version >/dev/null 2>&1; then runner=(nextest run); else runner=(test); fi
    {{ step }} "Tests" {{ xtask }} with-postgres --fast -- cargo "${runner[@]}" --workspace
