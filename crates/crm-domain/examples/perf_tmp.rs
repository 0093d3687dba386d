use crm_domain::{analytics,billing,customers,filter::*,mrr,page::PageRequest,plans,subscriptions,system};
use crm_types::{*,page::Count};
use std::time::Instant;
#[tokio::main]
async fn main() {
    let pool = sqlx::PgPool::connect("postgres://crm@127.0.0.1:5499/crm_perf_lists").await.unwrap();
    let d = |s:&str| Some(Day::parse("x", s.parse().unwrap()).unwrap());
    let t = |s:&str| Text::parse("q", s).unwrap();
    macro_rules! time { ($n:expr, $e:expr) => {{ let _ = $e.await.unwrap(); let s=Instant::now(); let r=$e.await.unwrap(); println!("{:>8.1} ms  {}", s.elapsed().as_secs_f64()*1e3, $n); r }} }
    let pg = |c:Option<String>, exact:bool| PageRequest::new(Some(50), c, exact.then_some(Count::Exact)).unwrap();
    use customers::list::CustomerFilter as CF;
    for (n,f) in [("all",CF::default()),("q=ada 1",CF{q:t("ada 1"),..CF::default()}),("q rare",CF{q:t("user77777@"),..CF::default()}),("q=a",CF{q:t("a"),..CF::default()}),("life rare",CF{lifecycle:Some(customers_life()),..CF::default()}),("source none",CF{source:t("nope"),..CF::default()}),("currency eur",CF{currency:Some(Currency::EUR),..CF::default()}),("paying",CF{paying:Some(true),..CF::default()}),("paying_at early",CF{paying_at:d("2025-02-01"),..CF::default()}),("paying_at late",CF{paying_at:d("2025-12-01"),..CF::default()})] {
        for sort in crm_types::customers::CustomerSort::ALL { time!(format!("customers {n} {sort}"), customers::list::list(&pool,&f,*sort,&pg(None,false))); }
        time!(format!("customers {n} exact"), customers::list::list(&pool,&f,crm_types::customers::CustomerSort::Name,&pg(None,true)));
    }
    use subscriptions::list::SubscriptionFilter as SF;
    for (n,f) in [("all",SF::default()),("usd",SF{currency:Some(Currency::USD),..SF::default()}),("eur",SF{currency:Some(Currency::EUR),..SF::default()}),("q rare",SF{q:t("user77777@"),..SF::default()}),("q sub",SF{q:t("sub_4"),..SF::default()}),("price",SF{price_id:t("price_7"),..SF::default()}),("price none",SF{price_id:t("price_777"),..SF::default()}),("as_of early",SF{as_of:d("2025-02-01"),..SF::default()}),("as_of late",SF{as_of:d("2026-12-01"),..SF::default()}),("as_of tier",SF{as_of:d("2025-06-01"),tier:Some(crm_types::plans::Tier::Tier1),..SF::default()}),("trialing",SF{trialing_at:d("2025-06-01"),..SF::default()}),("scheduled",SF{scheduled:Some(true),..SF::default()}),("paused",SF{status:Some(crm_types::subscriptions::SubscriptionStatus::Paused),..SF::default()})] {
        for sort in crm_types::subscriptions::SubscriptionSort::ALL { time!(format!("subs {n} {sort}"), subscriptions::list::list(&pool,&f,*sort,&pg(None,false))); }
        time!(format!("subs {n} exact"), subscriptions::list::list(&pool,&f,crm_types::subscriptions::SubscriptionSort::MrrDescending,&pg(None,true)));
    }
    use billing::transactions_list as tl; use tl::TransactionFilter as TF; use crm_types::billing::*;
    for (n,f) in [("all",TF::default()),("failed",TF{status:Some(TransactionStatus::Failed),..TF::default()}),("refund none",TF{kind:Some(TransactionKind::Refund),..TF::default()}),("month",TF{days:DayRange::new("2025-03-01".parse().ok(),"2025-03-31".parse().ok()).unwrap(),..TF::default()}),("q rare",TF{q:t("user77777@"),..TF::default()}),("q inv",TF{q:t("A-777"),..TF::default()}),("eur none",TF{currency:Some(Currency::EUR),..TF::default()})] {
        for sort in TransactionSort::ALL { time!(format!("tx {n} {sort}"), tl::list(&pool,&f,*sort,&pg(None,false))); }
        time!(format!("tx {n} exact"), tl::list(&pool,&f,TransactionSort::OccurredAt,&pg(None,true)));
    }
    use mrr::list::MovementFilter as MF; use crm_types::mrr::*;
    let m = DayRange::new("2025-03-15".parse().ok(),"2025-03-31".parse().ok()).unwrap();
    for (n,f) in [("all",MF::default()),("churn",MF{movements:vec![MovementType::Churn],..MF::default()}),("fx none",MF{movements:vec![MovementType::Fx],..MF::default()}),("month churn start",MF{movements:vec![MovementType::Churn],days:m,paying_at_start:true,currency:Some(Currency::USD),..MF::default()}),("tier1",MF{tier:Some(crm_types::plans::Tier::Tier1),..MF::default()}),("tier3 none",MF{tier:Some(crm_types::plans::Tier::Tier3),..MF::default()}),("month tier1",MF{tier:Some(crm_types::plans::Tier::Tier1),days:m,..MF::default()}),("eur",MF{currency:Some(Currency::EUR),..MF::default()})] {
        for sort in MovementSort::ALL { time!(format!("mrr {n} {sort}"), mrr::list::list(&pool,&f,*sort,&pg(None,false))); }
        time!(format!("mrr {n} exact"), mrr::list::list(&pool,&f,MovementSort::OccurredAt,&pg(None,true)));
    }
    use billing::events_list as el; use el::EventFilter as EF;
    for (n,f) in [("all",EF::default()),("parked",EF{state:Some(EventState::Parked),..EF::default()}),("ignored none",EF{state:Some(EventState::Ignored),..EF::default()}),("type",EF{kind:t("invoice.paid"),..EF::default()}),("type none",EF{kind:t("nope"),..EF::default()}),("q",EF{q:t("evt_abc"),..EF::default()}),("q evt_",EF{q:t("evt_"),..EF::default()}),("old days",EF{days:DayRange::new(None,"2025-01-20".parse().ok()).unwrap(),..EF::default()})] {
        for sort in StripeEventSort::ALL { time!(format!("events {n} {sort}"), el::list(&pool,&f,*sort,&pg(None,false))); }
    }
    time!("stats", billing::events_stats::stats(&pool));
    time!("health", system::inspect(&pool));
    time!("prices", plans::list(&pool,&plans::PriceFilter::default(),&pg(None,false)));
    let p = |a:&str,b:&str| analytics::PeriodRequest::new(a.parse().ok(),b.parse().ok()).unwrap();
    for (a,b) in [("2025-06-01","2025-06-30"),("2025-01-01","2025-12-31")] {
        time!(format!("overview {a}"), analytics::overview(&pool,p(a,b),crm_types::analytics::Comparison::Previous,None));
        time!(format!("series {a}"), analytics::mrr_series(&pool,p(a,b),None,crm_types::analytics::GroupBy::Tier,None));
        time!(format!("movements {a}"), analytics::movements(&pool,p(a,b),None));
    }
}
fn customers_life() -> crm_types::customers::LifecycleState { crm_types::customers::LifecycleState::Reactivated }
