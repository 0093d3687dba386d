use super::*;
use crate::customers::edit;
use crate::customers::list as customers;
use crate::db::DomainError;
use crate::jobs::list::{self as jobs_list, Viewer};
use crate::jobs::{Step, step};
use crm_types::customers::{CustomerSort, NewCustomer, Priority};
use crm_types::customers_import::{ImportField as F, OnExisting};
use crm_types::jobs::{Job, JobState, SkipReason};
use sqlx::PgPool;
use tokio::sync::mpsc;

fn staff() -> Actor {
    Actor::system("test")
}

async fn received(pool: &PgPool, file: &[u8]) -> Result<crm_types::customers_import::Import> {
    let (sender, chunks) = mpsc::channel(2);
    let pieces: Vec<Vec<u8>> = file.chunks(7_001).map(<[u8]>::to_vec).collect();
    let sending = async move {
        for piece in pieces {
            if sender.send(Chunk::Bytes(piece)).await.is_err() {
                return;
            }
        }
        let _ = sender.send(Chunk::End).await;
    };
    let staff = staff();
    tokio::join!(sending, receive(pool, &staff, Some("people.csv"), chunks)).1
}

fn plan(mapping: &[Option<F>]) -> ImportRun {
    ImportRun { mapping: mapping.to_vec(), dry_run: false, on_existing: OnExisting::Skip, add_tags: Vec::new() }
}

async fn finished(pool: &PgPool, job: Job) -> Job {
    while step(pool).await.unwrap() != Step::Idle {}
    let job = jobs_list::find(pool, job.id, Viewer::Everybody).await.unwrap();
    assert_eq!((job.state, Some(job.done)), (JobState::Succeeded, job.total), "{job:?}");
    job
}

async fn imported(pool: &PgPool, file: &str, plan: ImportRun) -> (ImportId, Job) {
    let import = received(pool, file.as_bytes()).await.unwrap();
    let job = run(pool, &staff(), import.id, plan).await.unwrap();
    (import.id, finished(pool, job).await)
}

async fn count(pool: &PgPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

async fn bad_rows(pool: &PgPool, id: ImportId) -> String {
    let (mut errors, mut file) = (errors(pool, id).await.unwrap(), Vec::new());
    while let Some(piece) = errors.next().await.unwrap() {
        file.extend(piece);
    }
    String::from_utf8(file).unwrap()
}

const HOSTILE: &str = "email,name,phone,tags,shoe\r\n\
    ada@example.com,\"Ada \"\"Countess\"\" Lovelace\",'+41 44 668,\"press, beta\",38\r\n\
    zofia@example.com,Žofia 👩‍🚀,,,\r\n\
    mona@example.com,\u{202e}منى,,,\r\n\
    formula@example.com,=1+1,,,\r\n\
    nobody,Bad address,,,\r\n\
    two@example.com,\"Two\nlines\",,,\r\n\
    nul@example.com,nul\0,,,\r\n\
    long@example.com,ragged,,,,too,many\r\n\
    ADA@example.com,Ada again,,,\r\n\
    ,,,,only shoes\r\n\
    short@example.com\r\n";

#[sqlx::test(migrations = "../../migrations")]
async fn bad_rows_are_told_and_do_not_stop_the_good_ones(pool: PgPool) {
    let import = received(&pool, HOSTILE.as_bytes()).await.unwrap();
    assert_eq!((import.rows, import.encoding.as_str(), import.delimiter.as_str()), (11, "utf-8", ","));
    let mapping: Vec<Option<F>> = import.columns.iter().map(|column| column.suggestion).collect();
    assert_eq!(mapping, [Some(F::Email), Some(F::Name), Some(F::Phone), Some(F::Tags), None]);
    assert_eq!(import.preview[1][1], "Žofia 👩‍🚀");

    let dry = run(&pool, &staff(), import.id, ImportRun { dry_run: true, ..plan(&mapping) }).await.unwrap();
    let dry = finished(&pool, dry).await;
    assert_eq!((dry.created, dry.skipped, dry.failed, dry.dry_run), (5, 1, 5, true));
    assert_eq!(count(&pool, "SELECT (SELECT count(*) FROM customers) + (SELECT count(*) FROM audit_log) + (SELECT count(*) FROM customer_tags)").await, 0);

    let plan = ImportRun { add_tags: vec!["fair".into()], ..plan(&mapping) };
    let job = finished(&pool, run(&pool, &staff(), import.id, plan).await.unwrap()).await;
    assert_eq!(
        (job.created, job.changed, job.skipped, job.failed),
        (dry.created, 5, dry.skipped, dry.failed),
        "as foretold"
    );
    assert_eq!((job.skips[0].reason, job.skips[0].count), (SkipReason::Duplicate, 1));
    let errors: Vec<(i64, Option<&str>)> = job.errors.iter().map(|e| (e.line, e.column.as_deref())).collect();
    assert_eq!(errors, [(6, Some("email")), (7, Some("name")), (9, Some("name")), (10, None), (12, None)]);

    let page = customers::list(&pool, &Default::default(), CustomerSort::Name, &Default::default()).await.unwrap();
    let names: Vec<&str> = page.items.iter().filter_map(|c| c.name.as_deref()).collect();
    assert_eq!(names.len(), 4);
    for name in ["=1+1", "Ada \"Countess\" Lovelace", "Žofia 👩‍🚀", "منى"] {
        assert!(names.contains(&name), "{name}");
    }
    let ada = page.items.iter().find(|c| c.email.as_deref() == Some("ada@example.com")).unwrap();
    assert_eq!(
        (ada.phone.as_deref(), ada.tags.as_slice()),
        (Some("+41 44 668"), &["beta", "fair", "press"].map(String::from)[..])
    );
    assert_eq!(customers::lifecycle(&pool, ada.id).await.unwrap()[0].reason, "created");
    assert_eq!(edit::tags(&pool, None, 9).await.unwrap(), ["beta", "fair", "press"]);
    assert_eq!(count(&pool, "SELECT count(*) FROM audit_log WHERE action = 'customer.created'").await, 5);
    assert_eq!(count(&pool, "SELECT count(*) FROM customers WHERE 'email' = ANY (kept)").await, 5, "as if typed in");
    assert_eq!(count(&pool, "SELECT count(*) FROM import_emails").await, 0, "only needed while it runs");

    let file = bad_rows(&pool, import.id).await;
    assert!(file.starts_with("\u{feff}email,name,phone,tags,shoe,error\r\n"), "{file}");
    assert!(file.contains("\"Two\nlines\"") && file.contains("email: Enter an e-mail address"), "{file}");
    assert_eq!(received(&pool, file.as_bytes()).await.unwrap().rows, 5, "to be mended and sent again");
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_exists_is_skipped_updated_or_refused(pool: PgPool) {
    let new = NewCustomer {
        email: Some("ada@example.com".into()),
        name: Some("Ada".into()),
        phone: Some("+44".into()),
        tags: Some(vec!["old".into()]),
        ..NewCustomer::default()
    };
    let ada = edit::create(&pool, &staff(), &new).await.unwrap();
    let file = "email,name,phone,priority,tags\nAda@Example.com,Ada Lovelace,,vip,new\n";
    let mapping = [F::Email, F::Name, F::Phone, F::Priority, F::Tags].map(Some);
    let with = |on_existing| ImportRun { on_existing, ..plan(&mapping) };

    let (_, skipped) = imported(&pool, file, with(OnExisting::Skip)).await;
    assert_eq!((skipped.changed, skipped.skips[0].reason), (0, SkipReason::Exists));
    let (id, refused) = imported(&pool, file, with(OnExisting::Fail)).await;
    assert_eq!((refused.failed, refused.errors[0].column.as_deref()), (1, Some("email")));
    assert!(bad_rows(&pool, id).await.contains("A customer has this e-mail address already."));
    let (_, updated) = imported(&pool, file, with(OnExisting::Update)).await;
    assert_eq!((updated.changed, updated.created), (1, 0));
    let now = customers::find(&pool, ada.id).await.unwrap();
    assert_eq!(
        (now.name.as_deref(), now.phone.as_deref(), now.priority),
        (Some("Ada Lovelace"), Some("+44"), Priority::Vip)
    );
    assert_eq!((now.tags, now.version), (vec!["new".to_owned(), "old".into()], 2));
    let (before, after): (serde_json::Value, serde_json::Value) =
        sqlx::query_as("SELECT before, after FROM audit_log WHERE action = 'customer.updated'")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(before, serde_json::json!({"name": "Ada", "priority": "medium", "tags": ["old"]}));
    assert_eq!(after, serde_json::json!({"name": "Ada Lovelace", "priority": "vip", "tags": ["new", "old"]}));
    let (_, same) = imported(&pool, file, with(OnExisting::Update)).await;
    assert_eq!((same.changed, same.skips[0].reason), (0, SkipReason::Unchanged));
}

/// 5,000 rows in three batches: 7 % are bad, and each e-mail of a batch comes once more in the next.
fn large() -> String {
    let mut file = String::from("email;name\n");
    for n in 0..5_000 {
        let email = match n {
            n if n % 100 < 7 => "nobody".to_owned(),
            n if n % 1_000 == 999 => "twice@example.com".to_owned(),
            n => format!("person{n}@example.com"),
        };
        file.push_str(&format!("{email};Person {n}\n"));
    }
    file
}

#[sqlx::test(migrations = "../../migrations")]
async fn whoever_dies_in_the_middle_repeats_nothing(pool: PgPool) {
    let import = received(&pool, large().as_bytes()).await.unwrap();
    assert_eq!((import.rows, import.delimiter.as_str()), (5_000, ";"));
    let job = run(&pool, &staff(), import.id, plan(&[Some(F::Email), Some(F::Name)])).await.unwrap();
    let twin = run(&pool, &staff(), import.id, plan(&[Some(F::Email), None])).await.unwrap_err();
    assert!(
        matches!(&twin, DomainError::Database(e) if e.as_database_error().unwrap().constraint() == Some("jobs_one_run_of_an_import"))
    );
    step(&pool).await.unwrap();
    step(&pool).await.unwrap();
    let half = jobs_list::find(&pool, job.id, Viewer::Everybody).await.unwrap();
    assert_eq!((half.done, half.total, half.state), (2_000, Some(5_000), JobState::Running));
    assert!(half.rate.is_some() && half.eta_seconds.is_some());
    // A second batch that breaks off before its end: nothing of it stays.
    sqlx::raw_sql(
        "CREATE FUNCTION stumble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'stumbled'; END $$;
         CREATE TRIGGER stumble BEFORE INSERT ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION stumble();",
    )
    .execute(&pool)
    .await
    .unwrap();
    let created = count(&pool, "SELECT count(*) FROM customers").await;
    assert_eq!(step(&pool).await.unwrap(), Step::Failed(job.id));
    assert_eq!(count(&pool, "SELECT count(*) FROM customers").await, created);
    sqlx::raw_sql("DROP TRIGGER stumble ON audit_log; UPDATE jobs SET not_before = now()")
        .execute(&pool)
        .await
        .unwrap();

    let done = finished(&pool, job).await;
    assert_eq!((done.total, done.created, done.failed, done.skipped), (Some(5_000), 4_646, 350, 4));
    assert_eq!(count(&pool, "SELECT count(*) FROM customers").await, 4_646);
    assert_eq!(count(&pool, "SELECT count(DISTINCT name) FROM customers").await, 4_646);
    assert_eq!(count(&pool, "SELECT count(*) FROM lifecycle_transitions").await, 4_646);
    assert_eq!(count(&pool, "SELECT count(*) FROM import_errors").await, 350);
    assert_eq!(bad_rows(&pool, import.id).await.lines().count(), 351);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_mapping_fits_its_file_and_broken_files_leave_nothing(pool: PgPool) {
    let import = received(&pool, b"a,b\n1,2\n").await.unwrap();
    for mapping in [&[Some(F::Email)][..], &[Some(F::Email), Some(F::Email)], &[Some(F::Tags), None]] {
        let refused = run(&pool, &staff(), import.id, plan(mapping)).await.unwrap_err();
        assert!(matches!(&refused, DomainError::Invalid { field, .. } if field == "mapping"), "{mapping:?}");
    }
    let empty = received(&pool, b"").await.unwrap_err();
    assert!(matches!(&empty, DomainError::Invalid { field, .. } if field == "file"));
    let (sender, chunks) = mpsc::channel(2);
    sender.send(Chunk::Bytes(b"a,b\n1".to_vec())).await.unwrap();
    drop(sender);
    assert!(receive(&pool, &staff(), None, chunks).await.is_err());
    assert_eq!(count(&pool, "SELECT count(*) FROM imports").await, 1, "only the one that arrived whole");
    sqlx::query("UPDATE imports SET created_at = now() - interval '31 days'").execute(&pool).await.unwrap();
    assert_eq!(trim(&mut pool.acquire().await.unwrap()).await.unwrap(), 1);
    assert_eq!(count(&pool, "SELECT count(*) FROM import_rows").await, 0);
}
