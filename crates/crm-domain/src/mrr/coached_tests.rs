use super::*;

fn at(hour: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600 + hour * 3_600, 0).unwrap()
}

fn spell(from: i64, to: Option<i64>) -> Spell {
    Spell { to: to.map(at), ..Spell::since(at(from)) }
}

/// As hour and reason.
fn told(spells: &[Spell]) -> Vec<(i64, &'static str)> {
    turns(spells).into_iter().map(|turn| ((turn.at - at(0)).num_hours(), turn.reason)).collect()
}

#[test]
fn begins_rests_goes_on_and_ends() {
    let paused = Spell { paused: true, ..spell(1, Some(2)) };
    let resumed = Spell { resumed: true, ..spell(4, Some(9)) };
    assert_eq!(
        told(&[resumed, paused]),
        [(1, "coaching_started"), (2, "coaching_paused"), (4, "coaching_resumed"), (9, "coaching_ended")]
    );
    assert_eq!(told(&[spell(1, None)]), [(1, "coaching_started")]);
    assert_eq!(told(&[]), []);
}

#[test]
fn who_takes_over_at_once_turns_nothing() {
    assert_eq!(told(&[spell(3, None), spell(1, Some(3))]), [(1, "coaching_started")]);
    assert_eq!(told(&[spell(1, Some(3)), spell(3, Some(5)), spell(5, Some(6))]).last(), Some(&(6, "coaching_ended")));
    assert_eq!(told(&[spell(1, Some(3)), spell(4, None)]).len(), 3);
    // No two overlap in the database; if they did, they would count once.
    assert_eq!(told(&[spell(1, Some(9)), spell(3, Some(5))]), [(1, "coaching_started"), (9, "coaching_ended")]);
    assert_eq!(told(&[spell(1, None), spell(3, Some(5))]), [(1, "coaching_started")]);
}
