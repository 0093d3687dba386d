//! The program itself, as a process.

use crate::support::{PASSWORD, TestApp};
use crm_domain::billing::apply;
use crm_types::accounts::SetupStatus;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};

fn program(args: &[&str], settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crm-api"));
    let bin = std::env::var_os("CRM_PG_BIN").into_iter().map(|value| ("CRM_PG_BIN", value));
    command.args(args).env_clear().env("PATH", std::env::var_os("PATH").unwrap()).envs(bin).env("CRM_PORT", "0");
    command.envs(settings.iter().copied()).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Exit status, standard output and standard error.
async fn output(mut command: Command) -> (bool, String, String) {
    let output = command.output().await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

/// Starts a server and waits for its address.
async fn serve(settings: &[(&str, &str)]) -> (Child, String) {
    let mut child = program(&["serve"], settings).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).await.unwrap();
    let url = line.trim().rsplit(' ').next().unwrap().to_owned();
    assert!(url.starts_with("http://localhost:"), "{line}");
    (child, url)
}

async fn terminate(mut child: Child) {
    let pid = Pid::from_raw(child.id().unwrap().cast_signed()).unwrap();
    kill_process(pid, Signal::TERM).unwrap();
    assert_eq!(child.wait().await.unwrap().code(), Some(0));
}

#[tokio::test]
async fn bad_settings_are_named_and_nothing_starts() {
    let (ok, _, errors) = output(program(&["serve"], &[("CRM_PORT", "x"), ("CRM_JWT_SECRET", "hunter2")])).await;
    assert!(!ok);
    assert!(
        errors.contains("CRM_PORT is `x`; it may be a port") && errors.contains("CRM_JWT_SECRET is ***"),
        "{errors}"
    );
    assert!(!errors.contains("hunter2"), "{errors}");
}

#[tokio::test]
async fn a_taken_port_is_said_so() {
    let app = TestApp::spawn().await;
    let port = app.running.address.port().to_string();
    let url = app.database_url();
    let (ok, _, errors) = output(program(&["serve"], &[("CRM_PORT", &port), ("DATABASE_URL", &url)])).await;
    assert!(!ok && errors.contains("already") && errors.contains("CRM_PORT"), "{errors}");
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_said_so_without_its_password() {
    let url = "postgres://crm:hunter2@127.0.0.1:1/crm";
    let (ok, _, errors) = output(program(&["migrate"], &[("DATABASE_URL", url)])).await;
    assert!(!ok && errors.contains("DATABASE_URL") && !errors.contains("hunter2"), "{errors}");
}

#[tokio::test]
async fn openapi_needs_no_settings() {
    let (ok, out, errors) = output(program(&["openapi"], &[("CRM_PORT", "x")])).await;
    assert!(ok, "{errors}");
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(document["info"]["title"], "Prometheus CRM");
}

#[tokio::test]
async fn users_are_managed_and_can_log_in() {
    let app = TestApp::spawn().await;
    let url = app.database_url();
    let user = |args: &[&str]| program(&[&["user"], args].concat(), &[("DATABASE_URL", url.as_str())]);
    let email = ["--email", "ada@example.com"];
    let create = [&["create"], &email[..], &["--name", "Ada"]].concat();

    let (ok, out, errors) = output(user(&create)).await;
    assert!(ok, "{errors}");
    let made = out.lines().find_map(|line| line.strip_prefix("Password: ")).unwrap().to_owned();
    let log_in = |password: String| {
        let client = app.anonymous();
        let body = json!({"email": "ada@example.com", "password": password});
        async move { client.post_json("/api/auth/login", &body).await.status.as_u16() }
    };
    assert_eq!(log_in(made).await, 200);

    let (ok, _, errors) = output(user(&create)).await;
    assert!(!ok && errors.contains("somebody has the address"), "{errors}");
    let (ok, _, errors) = output(user(&[&["disable"], &email[..]].concat())).await;
    assert!(!ok && errors.contains("only active owner"), "{errors}");

    let mut command = user(&[&["reset-password"], &email[..], &["--password-stdin"]].concat());
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{PASSWORD}\n").as_bytes()).await.unwrap();
    let done = child.wait_with_output().await.unwrap();
    let out = String::from_utf8(done.stdout).unwrap();
    assert!(out.contains("1 sessions ended") && !out.contains(PASSWORD), "{out}");
    assert_eq!(log_in(PASSWORD.to_owned()).await, 200);

    let second = ["create", "--email", "bob@example.com", "--name", "Bob", "--role", "viewer"];
    assert!(output(user(&second)).await.0);
    assert!(output(user(&["disable", "--email", "bob@example.com"])).await.0);
    let (_, out, _) = output(user(&["list"])).await;
    let bob = out.lines().find(|line| line.starts_with("bob@example.com")).unwrap();
    assert!(bob.contains("viewer") && bob.contains("disabled"), "{out}");
    assert!(output(user(&["enable", "--email", "bob@example.com"])).await.0);
}

#[tokio::test]
async fn the_private_cluster_has_one_owner_serves_commands_and_ends_with_it() {
    let dir = tempfile::tempdir().unwrap();
    // Started as root, PostgreSQL runs as somebody else who must be able to get there.
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let settings = [("CRM_DATA_DIR", dir.path().to_str().unwrap())];
    let (child, url) = serve(&settings).await;

    let (ok, _, errors) = output(program(&["serve"], &settings)).await;
    assert!(!ok && errors.contains("in use by process"), "{errors}");

    let setup = async || reqwest::get(format!("{url}/api/setup")).await.unwrap().json::<SetupStatus>().await.unwrap();
    assert!(setup().await.needed);
    let create = ["user", "create", "--email", "ada@example.com", "--name", "Ada"];
    let (ok, _, errors) = output(program(&create, &settings)).await;
    assert!(ok, "beside the running server: {errors}");
    assert!(!setup().await.needed);

    terminate(child).await;
    assert!(!dir.path().join("pg/data/postmaster.pid").exists(), "PostgreSQL was stopped");
    let (child, url) = serve(&settings).await;
    let setup: SetupStatus = reqwest::get(format!("{url}/api/setup")).await.unwrap().json().await.unwrap();
    assert!(!setup.needed, "the data are still there");
    terminate(child).await;
}

#[tokio::test]
async fn a_seeded_business_is_what_the_rules_make_of_its_facts() {
    let app = TestApp::spawn().await;
    let url = app.database_url();
    let arguments = ["seed", "--customers", "900", "--until", "1767225600"];
    let (ok, out, errors) = output(program(&arguments, &[("DATABASE_URL", &url)])).await;
    assert!(ok && out.contains("shares: done"), "{out}{errors}");
    let derived = "SELECT md5(string_agg(t::text, '|' ORDER BY t.id)) FROM (SELECT id, customer_type, lifecycle_state, stream, tier, mrr_minor,
        currency, lifetime_minor, lifetime_currency, first_paid_at, trial_start, trial_end, acquisition_source FROM customers) t";
    let before: String = sqlx::query_scalar(derived).fetch_one(app.pool()).await.unwrap();
    let count = "SELECT count(*) FROM mrr_movements";
    let movements: i64 = sqlx::query_scalar(count).fetch_one(app.pool()).await.unwrap();
    assert!(movements > 300, "{movements}");
    let shared = "SELECT count(*) FROM revenue_shares";
    let shares: i64 = sqlx::query_scalar(shared).fetch_one(app.pool()).await.unwrap();
    assert!(shares > 100, "{shares}");
    let structure = "SELECT md5(string_agg(d, E'\n' ORDER BY d)) FROM (
        SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid::regclass::text NOT LIKE 'pg_%'
        UNION ALL SELECT conname::text || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid > 0
        UNION ALL SELECT tgname::text || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal) AS s (d)";
    let after: String = sqlx::query_scalar(structure).fetch_one(app.pool()).await.unwrap();
    let fresh = TestApp::spawn().await;
    assert_eq!(after, sqlx::query_scalar::<_, String>(structure).fetch_one(fresh.pool()).await.unwrap(), "all is back");
    // Somebody belongs somewhere, coaches and is coached; who is coached has their coach's organisation.
    let belongs: (i64, i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM organizations), count(c.organization_id), count(c.coach_id),
             count(*) FILTER (WHERE c.coach_id IS NOT NULL AND (k.stream IS DISTINCT FROM 'rev2_coaching'
                 OR k.organization_id IS DISTINCT FROM c.organization_id OR c.organization_name IS DISTINCT FROM o.name
                 OR NOT EXISTS (SELECT FROM coaching_relationships r WHERE r.client_id = c.id AND r.coach_id = k.id
                     AND r.status = 'active' AND lower(r.during) >= c.created_at AND lower(r.during) >= k.created_at)))
         FROM customers c LEFT JOIN customers k ON k.id = c.coach_id LEFT JOIN organizations o ON o.id = c.organization_id",
    )
    .fetch_one(app.pool())
    .await
    .unwrap();
    assert!(belongs.0 == 1 && belongs.1 > 50 && belongs.2 > 50 && belongs.3 == 0, "{belongs:?}");

    // Everything computed again from the facts gives the same rows, and nothing in the ledger has to be corrected.
    sqlx::query("INSERT INTO recompute_queue (customer_id, reason) SELECT id, 'test' FROM customers")
        .execute(app.pool())
        .await
        .unwrap();
    apply::drain(&mut app.pool().acquire().await.unwrap()).await.unwrap();
    assert_eq!(sqlx::query_scalar::<_, String>(derived).fetch_one(app.pool()).await.unwrap(), before);
    assert_eq!(sqlx::query_scalar::<_, i64>(count).fetch_one(app.pool()).await.unwrap(), movements);
    assert_eq!(sqlx::query_scalar::<_, i64>(shared).fetch_one(app.pool()).await.unwrap(), shares);

    let (ok, _, errors) = output(program(&arguments, &[("DATABASE_URL", &url)])).await;
    assert!(!ok && errors.contains("already a seeded business"), "{errors}");
}
