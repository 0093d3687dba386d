use super::*;
use crate::customers::cells::{plain, read_record};
use crate::customers::edit;
use crate::fixture::{customer, run};
use crm_types::customers::NewCustomer;
use tokio::sync::mpsc;

fn staff() -> Actor {
    Actor::system("test")
}

fn request(format: ExportFormat, sort: CustomerSort) -> Request {
    Request { format, filter: CustomerFilter::default(), ids: None, sort }
}

async fn exported(pool: &PgPool, request: &Request) -> Vec<u8> {
    let export = open(pool, pool, &staff(), request).await.unwrap();
    let (sender, mut pieces) = mpsc::channel(2);
    let writing = tokio::spawn(export.write(sender));
    let mut file = Vec::new();
    while let Some(piece) = pieces.recv().await {
        file.extend(piece.unwrap());
    }
    writing.await.unwrap();
    file
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_file_holds_all_in_their_order_and_runs_nothing(pool: PgPool) {
    run(&pool, "INSERT INTO customers (id, name, created_at) SELECT gen_random_uuid(), 'p' || lpad(n::text, 5, '0'), now() FROM generate_series(1, 4500) n").await;
    let new = NewCustomer {
        name: Some("=HYPERLINK(\"http://x\")".into()),
        phone: Some("+41 44".into()),
        email: Some("a@example.com".into()),
        tags: Some(vec!["b".into(), "a".into()]),
        ..NewCustomer::default()
    };
    edit::create(&pool, &staff(), &new).await.unwrap();
    let file = exported(&pool, &request(ExportFormat::Csv, CustomerSort::NameDescending)).await;
    let text = String::from_utf8(file).unwrap();
    let lines: Vec<Vec<String>> =
        text.trim_start_matches('\u{feff}').lines().map(|line| read_record(line.as_bytes())).collect();
    assert!(text.starts_with("\u{feff}id,email,name,phone,") && text.ends_with("\r\n"));
    assert_eq!((lines.len(), lines[1][2].as_str(), lines[4_500][2].as_str()), (4_502, "p04500", "p00001"));
    let hostile = &lines[4_501];
    assert_eq!(
        (hostile[2].as_str(), hostile[3].as_str(), hostile[7].as_str()),
        ("'=HYPERLINK(\"http://x\")", "'+41 44", "a,b")
    );
    assert_eq!(plain(&hostile[2]), "=HYPERLINK(\"http://x\")");
    let (action, after): (String, serde_json::Value) =
        sqlx::query_as("SELECT action, after FROM audit_log ORDER BY id DESC LIMIT 1").fetch_one(&pool).await.unwrap();
    assert_eq!(
        (action.as_str(), &after["rows"], &after["format"]),
        ("customers.exported", &4_501.into(), &"csv".into())
    );

    let json = exported(&pool, &request(ExportFormat::Ndjson, CustomerSort::Name)).await;
    let lines: Vec<Customer> =
        json.split(|b| *b == b'\n').filter(|l| !l.is_empty()).map(|l| serde_json::from_slice(l).unwrap()).collect();
    assert_eq!((lines.len(), lines[0].phone.as_deref()), (4_501, Some("+41 44")));
    let book = exported(&pool, &request(ExportFormat::Xlsx, CustomerSort::Name)).await;
    assert!(book.starts_with(b"PK") && book.len() > 100_000);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_snapshot_is_not_disturbed_and_an_empty_list_is_a_header(pool: PgPool) {
    let empty = exported(&pool, &request(ExportFormat::Csv, CustomerSort::Mrr)).await;
    assert_eq!(String::from_utf8(empty).unwrap().lines().count(), 1);
    assert!(exported(&pool, &request(ExportFormat::Ndjson, CustomerSort::Mrr)).await.is_empty());
    assert!(exported(&pool, &request(ExportFormat::Xlsx, CustomerSort::Mrr)).await.starts_with(b"PK"));
    customer(&pool, "Ada", "2026-01-01T00:00:00Z").await;
    let export = open(&pool, &pool, &staff(), &request(ExportFormat::Csv, CustomerSort::Mrr)).await.unwrap();
    customer(&pool, "Late", "2026-01-01T00:00:00Z").await;
    let (sender, mut pieces) = mpsc::channel(9);
    export.write(sender).await;
    let file = pieces.recv().await.unwrap().unwrap();
    assert_eq!(String::from_utf8(file).unwrap().lines().count(), 2);
    // Who goes away is not waited for.
    let export = open(&pool, &pool, &staff(), &request(ExportFormat::Xlsx, CustomerSort::Mrr)).await.unwrap();
    let (sender, pieces) = mpsc::channel(1);
    drop(pieces);
    export.write(sender).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_ticket_is_good_once_and_for_a_minute(pool: PgPool) {
    let wanted = request(ExportFormat::Csv, CustomerSort::Name);
    let (good, _) = ticket(&pool, &staff(), &wanted).await.unwrap();
    let (old, _) = ticket(&pool, &staff(), &wanted).await.unwrap();
    assert_eq!(redeem(&pool, &good).await.unwrap().unwrap().0.name, "test");
    assert!(redeem(&pool, &good).await.unwrap().is_none(), "once");
    sqlx::query("UPDATE export_tickets SET expires_at = now() - interval '1 second'").execute(&pool).await.unwrap();
    assert!(redeem(&pool, &old).await.unwrap().is_none(), "too late");
    assert!(redeem(&pool, "").await.unwrap().is_none() && redeem(&pool, "\0").await.unwrap().is_none());
    assert_eq!(trim(&mut pool.acquire().await.unwrap()).await.unwrap(), 1);
    let disabled = uuid::Uuid::now_v7();
    sqlx::query("INSERT INTO users (id, email, name, role, password_hash, disabled_at) VALUES ($1, 'a@b.c', 'Gone', 'owner', 'x', now())")
        .bind(disabled)
        .execute(&pool)
        .await
        .unwrap();
    let gone = Actor { kind: crm_types::audit::ActorKind::User, id: Some(disabled), ..staff() };
    let (of_gone, _) = ticket(&pool, &gone, &wanted).await.unwrap();
    assert!(redeem(&pool, &of_gone).await.unwrap().is_none(), "who may not log in may not download");
}
