use super::*;
use crate::customers::edit;
use crate::customers::filter::CustomerFilter;
use crate::customers::list as customers;
use crate::customers::search::Search;
use crate::fixture::exact;
use crate::organizations::list::{OrganizationFilter, find, list};
use crm_types::customers::{Customer, CustomerPatch, CustomerSort, NewCustomer};
use crm_types::organizations::{OrganizationKind, OrganizationSort};

fn staff() -> Actor {
    Actor::system("test")
}

fn gym(name: &str) -> NewOrganization {
    NewOrganization {
        name: name.into(),
        kind: OrganizationKind::Gym,
        status: None,
        website: None,
        email: None,
        phone: None,
        notes: None,
    }
}

async fn person(pool: &PgPool, name: &str, organization: Option<OrganizationId>) -> Customer {
    let new = NewCustomer { name: Some(name.into()), organization_id: organization, ..NewCustomer::default() };
    edit::create(pool, &staff(), &new).await.unwrap()
}

async fn found(pool: &PgPool, q: &str) -> Vec<String> {
    let filter = CustomerFilter { q: Search::parse("q", q).unwrap(), ..CustomerFilter::default() };
    let page = customers::list(pool, &filter, CustomerSort::Name, &exact()).await.unwrap();
    page.items.into_iter().filter_map(|c| c.name).collect()
}

fn constraint(error: DomainError) -> String {
    match error {
        DomainError::Database(error) => error.as_database_error().unwrap().constraint().unwrap().to_owned(),
        other => panic!("{other}"),
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn customers_are_found_by_their_organisation_and_by_its_next_name(pool: PgPool) {
    let iron = create(&pool, &staff(), &gym("Ironworks Gym")).await.unwrap();
    person(&pool, "Ada", Some(iron.id)).await;
    let bob = person(&pool, "Bob", None).await;
    assert_eq!(found(&pool, "ironworks").await, ["Ada"]);
    assert_eq!(found(&pool, "ada Ironwroks").await, ["Ada"], "misspelt");
    let patch = CustomerPatch { organization_id: Some(Some(iron.id)), ..CustomerPatch::default() };
    let bob = edit::update(&pool, &staff(), bob.id, 1, &patch).await.unwrap();
    assert_eq!(bob.organization.as_ref().map(|organization| organization.name.as_str()), Some("Ironworks Gym"));
    assert_eq!(found(&pool, "ironworks").await, ["Ada", "Bob"]);

    let renamed = OrganizationPatch { name: Some("Steelhouse".into()), ..OrganizationPatch::default() };
    update(&pool, &staff(), iron.id, 1, &renamed).await.unwrap();
    assert_eq!(found(&pool, "stelhouse").await, ["Ada", "Bob"], "the new name, misspelt");
    assert_eq!(found(&pool, "ironworks").await, Vec::<String>::new());
    let away = CustomerPatch { organization_id: Some(None), ..CustomerPatch::default() };
    let bob = edit::update(&pool, &staff(), bob.id, bob.version, &away).await.unwrap();
    assert_eq!(bob.organization, None);
    assert_eq!(found(&pool, "steelhouse").await, ["Ada"]);
    let filter = CustomerFilter { organization: Some(iron.id), ..CustomerFilter::default() };
    let page = customers::list(&pool, &filter, CustomerSort::Name, &exact()).await.unwrap();
    assert_eq!((page.total, page.items[0].name.as_deref()), (1, Some("Ada")));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_living_name_belongs_to_one(pool: PgPool) {
    let iron = create(&pool, &staff(), &gym(" Iron Gym ")).await.unwrap();
    assert_eq!((iron.name.as_str(), iron.status, iron.version), ("Iron Gym", OrganizationStatus::Active, 1));
    assert_eq!(constraint(create(&pool, &staff(), &gym("IRON gym")).await.unwrap_err()), "organizations_name_key");
    let customer = person(&pool, "Ada", Some(iron.id)).await;
    let archived = archive(&pool, &staff(), iron.id).await.unwrap();
    assert_eq!(archive(&pool, &staff(), iron.id).await.unwrap(), archived, "once more is no error");
    let kept = customers::find(&pool, customer.id).await.unwrap();
    assert_eq!(kept.organization.map(|organization| organization.id), Some(iron.id), "customers keep it");
    let same =
        CustomerPatch { organization_id: Some(Some(iron.id)), phone: Some(Some("+1".into())), ..Default::default() };
    assert!(edit::update(&pool, &staff(), customer.id, kept.version, &same).await.is_ok(), "it may stay");
    let new = NewCustomer { name: Some("Bob".into()), organization_id: Some(iron.id), ..NewCustomer::default() };
    match edit::create(&pool, &staff(), &new).await.unwrap_err() {
        DomainError::Invalid { field, .. } => assert_eq!(field, "organization_id"),
        other => panic!("{other}"),
    }
    let twin = create(&pool, &staff(), &gym("Iron Gym")).await.unwrap();
    assert_eq!(constraint(restore(&pool, &staff(), iron.id).await.unwrap_err()), "organizations_name_key");
    let club =
        OrganizationPatch { kind: Some(OrganizationKind::Club), name: Some("Iron Club".into()), ..Default::default() };
    assert!(matches!(update(&pool, &staff(), twin.id, 7, &club).await.unwrap_err(), DomainError::Stale { .. }));
    let changed = update(&pool, &staff(), twin.id, 1, &club).await.unwrap();
    assert_eq!((changed.kind, changed.version), (OrganizationKind::Club, 2));
    assert_eq!(update(&pool, &staff(), twin.id, 2, &club).await.unwrap().version, 2, "nothing changed");
    assert_eq!(restore(&pool, &staff(), iron.id).await.unwrap().archived_at, None);
    let actions: Vec<String> =
        sqlx::query_scalar("SELECT action FROM audit_log WHERE resource = 'organization' ORDER BY id")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(
        actions,
        ["created", "archived", "created", "updated", "restored"].map(|verb| format!("organization.{verb}"))
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn people_are_counted_as_coaches_or_clients(pool: PgPool) {
    let iron = create(&pool, &staff(), &gym("Iron Gym")).await.unwrap();
    create(&pool, &staff(), &NewOrganization { kind: OrganizationKind::Club, ..gym("Tennis 100%") }).await.unwrap();
    let coach = person(&pool, "Coach", Some(iron.id)).await;
    for name in ["Ada", "Bob", "Cyd"] {
        let client = person(&pool, name, Some(iron.id)).await;
        let patch = CustomerPatch { coach_id: Some(Some(coach.id)), ..CustomerPatch::default() };
        edit::update(&pool, &staff(), client.id, 1, &patch).await.unwrap();
        if name == "Cyd" {
            edit::archive(&pool, &staff(), client.id).await.unwrap();
        }
    }
    let now = find(&pool, iron.id).await.unwrap();
    assert_eq!((now.coaches, now.clients), (1, 2));
    let sorted = |filter: OrganizationFilter, sort| {
        let pool = pool.clone();
        async move {
            let page = list(&pool, &filter, sort, &exact()).await.unwrap();
            page.items.into_iter().map(|organization| organization.name).collect::<Vec<_>>()
        }
    };
    let q = |text| OrganizationFilter { q: crate::filter::Text::parse("q", text).unwrap(), ..Default::default() };
    assert_eq!(sorted(q("gym IRON"), OrganizationSort::Name).await, ["Iron Gym"]);
    assert_eq!(sorted(q("100%"), OrganizationSort::Name).await, ["Tennis 100%"]);
    assert_eq!(sorted(q(""), OrganizationSort::NameDescending).await, ["Tennis 100%", "Iron Gym"]);
    let clubs = OrganizationFilter { kind: Some(OrganizationKind::Club), ..Default::default() };
    assert_eq!(sorted(clubs, OrganizationSort::CreatedAt).await, ["Tennis 100%"]);
    let archived = OrganizationFilter { archived: true, ..Default::default() };
    assert_eq!(sorted(archived, OrganizationSort::Name).await, Vec::<String>::new());
    let coaches = crate::coaching::coaches::CoachFilter { organization: Some(iron.id), ..Default::default() };
    let sort = crm_types::coaching::CoachSort::Name;
    let page = crate::coaching::coaches::list(&pool, &coaches, sort, &exact()).await.unwrap();
    assert_eq!((page.total, page.items[0].name.as_str(), page.items[0].clients), (1, "Coach", 2));
    assert_eq!(customers::find(&pool, coach.id).await.unwrap().coach, None);
}
