use super::*;
use crate::customers;
use crate::fixture;
use serde_json::json;

fn declared() -> ProfileFields {
    let field = |key: &str, kind, options: &[&str]| ProfileField {
        key: key.into(),
        label: key.to_uppercase(),
        kind,
        options: options.iter().map(|option| (*option).to_owned()).collect(),
    };
    ProfileFields {
        items: vec![
            field("goal", FieldKind::LongText, &[]),
            field("level", FieldKind::Choice, &["Beginner", "Advanced"]),
            field("born", FieldKind::Date, &[]),
            field("weight", FieldKind::Number, &[]),
        ],
    }
}

fn answers(value: Value) -> BTreeMap<String, Value> {
    serde_json::from_value(value).unwrap()
}

#[test]
fn answers_fit_their_fields() {
    let parse = |value: Value| parse_answers(&answers(value), &declared());
    let all = json!({"goal": " Run ", "level": "Beginner", "born": "2000-02-29", "weight": 71.5});
    assert_eq!(
        parse(all).unwrap(),
        answers(json!({"goal": "Run", "level": "Beginner", "born": "2000-02-29", "weight": 71.5}))
    );
    assert_eq!(parse(json!({"goal": "  ", "born": null})).unwrap(), BTreeMap::new());
    for (wrong, field) in [
        (json!({"level": "Expert"}), "answers.level"),
        (json!({"born": "2001-02-29"}), "answers.born"),
        (json!({"weight": "71"}), "answers.weight"),
        (json!({"goal": 7}), "answers.goal"),
        (json!({"goal": "a\u{0}b"}), "answers.goal"),
        (json!({"goal": "x".repeat(10_001)}), "answers.goal"),
        (json!({"colour": "red"}), "answers.colour"),
        (json!({"goal": {"nested": 1}}), "answers.goal"),
    ] {
        assert_eq!(fixture::refused(parse(wrong.clone())), field, "{wrong}");
    }
}

#[test]
fn only_all_answers_are_complete() {
    let percent = |value: Value| completion(&answers(value), &declared());
    assert_eq!(percent(json!({})), Some(0));
    assert_eq!(percent(json!({"goal": "x", "gone": "y"})), Some(25));
    assert_eq!(percent(json!({"goal": "x", "level": "Beginner", "born": "2000-01-01"})), Some(75));
    assert_eq!(percent(json!({"goal": 1, "level": 1, "born": 1, "weight": 1})), Some(100));
    assert_eq!(completion(&BTreeMap::new(), &ProfileFields::default()), None);
}

#[sqlx::test(migrations = "../../migrations")]
async fn one_version_is_active_and_names_the_customer(pool: PgPool) {
    let actor = Actor::system("test");
    let id = CustomerId(fixture::customer(&pool, "Ada", "2026-01-01T00:00:00Z").await);
    fields::replace(&pool, &actor, &declared()).await.unwrap();
    let new = |name: Option<&str>, active| NewProfile {
        name: name.map(str::to_owned),
        answers: answers(json!({"goal": "Run"})),
        active,
        ..NewProfile::default()
    };
    let first = create(&pool, &actor, id, &new(Some("Ada Lovelace"), true)).await.unwrap();
    assert_eq!((first.number, first.active, first.completion_percent), (1, true, Some(25)));
    create(&pool, &actor, id, &new(Some("Countess"), false)).await.unwrap();
    create(&pool, &actor, id, &new(None, true)).await.unwrap();
    let name = async || customers::list::find(&pool, id).await.unwrap().name.unwrap();
    assert_eq!(name().await, "Ada Lovelace", "a version without a name leaves it");

    activate(&pool, &actor, id, 2).await.unwrap();
    let stored = list(&pool, id).await.unwrap().items;
    assert_eq!(stored.iter().map(|p| (p.number, p.active)).collect::<Vec<_>>(), [(3, false), (2, true), (1, false)]);
    assert_eq!(name().await, "Countess");
    assert!(matches!(activate(&pool, &actor, id, 9).await, Err(DomainError::NotFound { .. })));

    let two = "UPDATE customer_profiles SET active = true WHERE number = 3";
    let error = sqlx::query(two).execute(&pool).await.unwrap_err();
    assert_eq!(error.as_database_error().unwrap().constraint(), Some("customer_profiles_one_active"));
    let log: Vec<String> =
        sqlx::query_scalar("SELECT action FROM audit_log ORDER BY id").fetch_all(&pool).await.unwrap();
    assert_eq!(
        log,
        [
            "profile_fields.updated",
            "customer.updated",
            "customer_profile.created",
            "customer_profile.created",
            "customer_profile.created",
            "customer.updated",
            "customer_profile.activated"
        ]
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn answers_outlive_their_field(pool: PgPool) {
    let actor = Actor::system("test");
    let id = CustomerId(fixture::customer(&pool, "Ada", "2026-01-01T00:00:00Z").await);
    fields::replace(&pool, &actor, &declared()).await.unwrap();
    let new =
        NewProfile { answers: answers(json!({"goal": "Run", "weight": 70})), active: true, ..NewProfile::default() };
    create(&pool, &actor, id, &new).await.unwrap();
    let mut fewer = declared();
    fewer.items.truncate(2);
    fields::replace(&pool, &actor, &fewer).await.unwrap();
    let profile = list(&pool, id).await.unwrap().items.remove(0);
    assert_eq!((profile.completion_percent, &profile.answers["weight"]), (Some(50), &json!(70)));
    assert_eq!(fixture::refused(create(&pool, &actor, id, &new).await), "answers.weight");
    fields::replace(&pool, &actor, &declared()).await.unwrap();
    assert_eq!(list(&pool, id).await.unwrap().items[0].completion_percent, Some(50));
    for (field, wrong) in [
        (ProfileField { key: "Goal".into(), ..declared().items.remove(0) }, "items.0.key"),
        (ProfileField { label: " ".into(), ..declared().items.remove(0) }, "items.0.label"),
        (ProfileField { options: vec!["a".into()], ..declared().items.remove(0) }, "items.0.options"),
        (ProfileField { options: vec![], ..declared().items.remove(1) }, "items.0.options"),
    ] {
        let all = ProfileFields { items: vec![field] };
        assert_eq!(fixture::refused(fields::replace(&pool, &actor, &all).await), wrong);
    }
}
