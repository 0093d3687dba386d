use super::*;
use crate::customers::cells::read_record;
use crate::fixture::run;
use crate::page::PageRequest;
use crate::revenue::ledger;
use crm_types::revenue::StatementSort;
use std::io::Read;

fn staff() -> Actor {
    Actor::system("test")
}

/// A client whose name a spreadsheet would run, a coach at a gym; a payment, what went back of it, and one in yen.
async fn statements_of(pool: &PgPool) -> Vec<PayoutStatement> {
    run(
        pool,
        "SET session_replication_role = replica;
         INSERT INTO customers (id, name, created_at) VALUES (lpad('1', 32, '0')::uuid, '=cmd|''/c calc''!A1', now()), (lpad('2', 32, '0')::uuid, 'Cora, Coach', now());
         INSERT INTO organizations (id, name, kind, status) VALUES (lpad('9', 32, '0')::uuid, '@Iron Gym', 'gym', 'active');
         INSERT INTO revenue_shares (id, business_key, revision, payment_key, kind, customer_id, coach_id, organization_id, relationship_id,
             rule_id, base, coach_bp, organization_bp, currency, paid_minor, shared_minor, coach_minor, organization_minor, platform_minor, occurred_at, month)
         SELECT gen_random_uuid(), key, 0, 'in_1', kind, lpad('1', 32, '0')::uuid, lpad('2', 32, '0')::uuid, lpad('9', 32, '0')::uuid,
                gen_random_uuid(), gen_random_uuid(), 'gross', 3050, 1000, currency, paid, paid, coach, gym, paid - coach - gym, at, '2026-01-01'
         FROM (VALUES ('in_1', 'payment', 'usd', 1999, 610, 200, '2026-01-15Z'::timestamptz), ('du_1', 'dispute', 'usd', -1000, -305, -100, '2026-01-16Z'),
                      ('in_2', 'payment', 'jpy', 500, 153, 50, '2026-01-17Z')) AS v (key, kind, currency, paid, coach, gym, at);
         RESET session_replication_role",
    )
    .await;
    ledger::recount(&mut pool.acquire().await.unwrap()).await.unwrap();
    let page = PageRequest::default();
    statements::list(pool, &statements::StatementFilter::default(), StatementSort::Month, &page).await.unwrap().items
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_csv_file_adds_up_to_its_statement_and_runs_nothing(pool: PgPool) {
    for statement in statements_of(&pool).await {
        let request = Request { statement: statement.id, format: StatementFormat::Csv };
        let file = make(&pool, &pool, &staff(), &request).await.unwrap();
        let text = String::from_utf8(file.bytes).unwrap();
        assert!(text.starts_with("\u{feff}date,kind,client,"), "{text}");
        let rows: Vec<Vec<String>> =
            text.trim_start_matches('\u{feff}').lines().map(|line| read_record(line.as_bytes())).collect();
        assert!(rows.iter().all(|row| row.len() == HEADER.len()), "{text}");
        let shown = rows.iter().skip(1).take_while(|row| !row[0].is_empty());
        let minor = |text: &str| text.replace('.', "").parse::<i64>().unwrap();
        let mut sum = 0;
        for row in shown {
            assert_eq!((row[2].as_str(), row[10].as_str()), ("'=cmd|'/c calc'!A1", statement.earned.currency.code()));
            sum += minor(&row[9]);
        }
        assert_eq!(sum, statement.earned.minor + statement.refunded.minor, "{text}");
        let amount = |name: &str| minor(&rows.iter().find(|row| row[0] == name).unwrap()[9]);
        assert_eq!((amount("Payable"), amount("Went back")), (statement.payable.minor, statement.refunded.minor));
        let name = if statement.party == PayoutParty::Coach { "cora-coach" } else { "iron-gym" };
        assert_eq!(file.name, format!("statement-2026-01-{name}.csv"));
    }
    let actions: Vec<String> = sqlx::query_scalar("SELECT action FROM audit_log").fetch_all(&pool).await.unwrap();
    assert_eq!(actions, vec!["payout_statement.exported"; 4]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_workbook_holds_numbers_and_no_formula(pool: PgPool) {
    let statements = statements_of(&pool).await;
    let dollars =
        statements.iter().find(|s| s.party == PayoutParty::Coach && s.earned.currency == Currency::USD).unwrap();
    let request = Request { statement: dollars.id, format: StatementFormat::Xlsx };
    let file = make(&pool, &pool, &staff(), &request).await.unwrap();
    assert!(file.bytes.starts_with(b"PK") && file.name.ends_with(".xlsx"));
    let sheets = unzipped(&file.bytes);
    assert!(!sheets.contains("<f>"), "no cell is a formula");
    for cell in ["<v>6.1</v>", "<v>-3.05</v>", "<v>30.5</v>", "=cmd|"] {
        assert!(sheets.contains(cell), "{cell} is not in {sheets}");
    }
}

/// What the parts of a ZIP archive say, whole: as its directory lists them.
fn unzipped(bytes: &[u8]) -> String {
    let mut text = String::new();
    let number =
        |at: usize, n: usize| bytes[at..at + n].iter().rev().fold(0_usize, |sum, b| sum << 8 | usize::from(*b));
    for entry in (0..bytes.len() - 46).filter(|at| bytes[*at..].starts_with(b"PK\x01\x02")) {
        let (packed, header) = (number(entry + 20, 4), number(entry + 42, 4));
        let data = header + 30 + number(header + 26, 2) + number(header + 28, 2);
        let part = &bytes[data..data + packed];
        match number(entry + 10, 2) {
            0 => text.push_str(&String::from_utf8_lossy(part)),
            _ => drop(flate2::read::DeflateDecoder::new(part).read_to_string(&mut text).unwrap()),
        }
    }
    text
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_ticket_is_for_one_statement_and_for_nothing_else(pool: PgPool) {
    let statement = statements_of(&pool).await[0].id;
    let request = Request { statement, format: StatementFormat::Xlsx };
    let (good, _) = ticket(&pool, &staff(), &request).await.unwrap();
    let (other, _) = ticket(&pool, &staff(), &request).await.unwrap();
    assert_eq!(redeem(&pool, &good).await.unwrap().unwrap().1, request);
    assert!(redeem(&pool, &good).await.unwrap().is_none(), "once");
    assert!(export::redeem(&pool, &other).await.unwrap().is_none(), "not for customers");
    let nobody = Request { statement: PayoutStatementId(uuid::Uuid::nil()), format: StatementFormat::Csv };
    assert!(matches!(ticket(&pool, &staff(), &nobody).await, Err(DomainError::NotFound { .. })));
}
