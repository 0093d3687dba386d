use super::*;
use proptest::prelude::*;

fn at(day: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600 + day * 86_400, 0).unwrap()
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn coached(client: u128, from: i64, to: Option<i64>) -> Coached {
    Coached { client: id(client), from: at(from), to: to.map(at) }
}

fn moved(client: u128, day: i64, amount: i64) -> Moved {
    Moved { client: id(client), currency: Currency::USD, at: at(day), amount }
}

/// Months of ten days each, the last of which ends on day 30.
fn bounds() -> Vec<(NaiveDate, DateTime<Utc>)> {
    [0, 10, 20].map(|day| (at(day).date_naive(), at(day))).to_vec()
}

#[test]
fn who_is_coached_pays_and_stays_is_counted_month_by_month() {
    let coached = [
        coached(1, -5, None),
        coached(2, -5, Some(12)),
        coached(3, 5, None),
        coached(4, 15, None),
        coached(5, -9, Some(0)),
    ];
    let moved = [
        moved(1, -4, 900),
        moved(2, -4, 1_900),
        moved(2, 8, -900),
        moved(3, 6, 900),
        moved(1, 18, -900),
        moved(5, -9, 500),
        moved(9, 0, 77_000),
    ];
    let months = months(&coached, &moved, &bounds(), at(30));
    let told: Vec<_> = months
        .months
        .iter()
        .map(|m| (m.clients, m.paying_clients, m.mrr.first().map_or(0, |m| m.minor), m.paying_at_start, m.still_paying))
        .collect();
    assert_eq!(told, [(3, 3, 2_800, 3, 3), (3, 1, 900, 3, 2), (3, 1, 900, 1, 1)]);
    assert_eq!((months.paying_at_start, months.still_paying), (3, 2), "the second and the fifth pay elsewhere");
    assert_eq!(months.retention, Some(2.0 / 3.0));
}

#[test]
fn nobody_is_no_rate_and_currencies_stay_apart() {
    let nobody = months(&[], &[], &bounds(), at(30));
    assert_eq!((nobody.months.len(), nobody.months[0].retention, nobody.retention), (3, None, None));
    let euro = Moved { currency: Currency::EUR, ..moved(1, 1, 700) };
    let both = months(&[coached(1, 0, None)], &[moved(1, 1, 900), euro], &bounds(), at(30));
    assert_eq!(both.months[0].mrr.len(), 2);
    assert_eq!(both.months[0].paying_clients, 1);
}

proptest! {
    #[test]
    fn a_client_counts_once_and_never_more_stay_than_were_there(
        coaching in prop::collection::vec((0_u128..5, -10_i64..30, prop::option::of(-5_i64..35)), 0..12),
        moves in prop::collection::vec((0_u128..5, -10_i64..35, -900_i64..1_900), 0..20),
    ) {
        let coaching: Vec<Coached> = coaching.into_iter().map(|(c, from, to)| coached(c, from, to)).collect();
        let moves: Vec<Moved> = moves.into_iter().map(|(c, day, amount)| moved(c, day, amount)).collect();
        let all = months(&coaching, &moves, &bounds(), at(30));
        for (month, end) in all.months.iter().zip([10, 20, 30]) {
            // The naive way, one client after the other.
            let clients: Vec<u128> = (0..5)
                .filter(|c| coaching.iter().any(|x| x.client == id(*c) && x.from < at(end) && x.to.is_none_or(|to| to >= at(end))))
                .collect();
            let pays = |c: &u128| moves.iter().filter(|m| m.client == id(*c) && m.at < at(end)).map(|m| m.amount).sum::<i64>();
            prop_assert_eq!(month.clients, i64::try_from(clients.len()).unwrap());
            prop_assert_eq!(month.paying_clients, i64::try_from(clients.iter().filter(|c| pays(c) != 0).count()).unwrap());
            prop_assert_eq!(month.mrr.iter().map(|m| m.minor).sum::<i64>(), clients.iter().map(pays).sum::<i64>());
            prop_assert!(month.still_paying <= month.paying_at_start);
        }
        prop_assert!(all.still_paying <= all.paying_at_start);
    }
}
