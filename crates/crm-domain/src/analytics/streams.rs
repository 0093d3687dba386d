//! The three revenue streams beside each other, and the way from one to the next.

use super::chain::{Kept, Paying, Segment, month_of};
use super::moves::Moves;
use super::overview::divide;
use super::part::{Part, parts};
use super::retention::share;
use super::scope::{ReportRequest, Scope};
use super::standing::{KeptBy, PayingAt, kept_in, sum_of};
use super::{snapshot, trial_report};
use crate::db::Result;
use crate::row::parse;
use crm_types::Money;
use crm_types::analytics::{GroupBy, Step};
use crm_types::analytics_retention::TrialConversion;
use crm_types::analytics_streams::{
    BusinessStream, CoachingStream, CustomersPart, Ecosystem, IndividualStream, JourneyStep, StreamAmount,
    StreamsReport,
};
use crm_types::plans::Stream;
use sqlx::{PgConnection, PgPool};

/// The streams' figures of a period. Who coaches whom and who belongs to which organisation is as it is now.
pub async fn streams(pool: &PgPool, request: ReportRequest) -> Result<StreamsReport> {
    let mut tx = snapshot(pool).await?;
    // Steps only cut the period for reading.
    let request = ReportRequest { interval: Some(Step::Month), ..request };
    let scope = Scope::of_year(&mut tx, request).await?.with_counts(&mut tx).await?;
    let kept = kept_in(&mut tx, &scope, &[scope.period]).await?.pop().unwrap_or_default();
    let paying = PayingAt::read(&mut tx, &scope, vec![scope.period.day_before(), scope.period.to]).await?;
    let moves = Moves::read(&mut tx, &scope).await?;
    let trials = trial_report::ended_in(&mut tx, scope.period, scope.as_of, Stream::Rev1Individual).await?;
    let portfolios = portfolios(&mut tx).await?;
    let shares = shares(&mut tx, &scope).await?;
    let organizations = organizations(&mut tx, &scope).await?;
    let journey = journey(&mut tx, &scope).await?;
    tx.commit().await?;
    let read = Read { scope, paying, kept };
    Ok(StreamsReport {
        currency: read.scope.currency,
        from: read.scope.period.from,
        to: read.scope.period.to,
        as_of: read.scope.as_of,
        rev1: read.individuals(trials),
        rev2: read.coaches(portfolios, shares),
        rev3: read.businesses(&organizations),
        ecosystem: read.ecosystem(&moves),
        journey,
    })
}

struct Read {
    scope: Scope,
    paying: PayingAt,
    kept: KeptBy,
}

/// How many coach somebody, and whom.
struct Portfolios {
    coaches: i64,
    clients: i64,
}

/// How many coaches have a share of a month, and what they earned.
struct Shares {
    coaches: i64,
    minor: i64,
}

/// How many organisations there are, and their paying people by stream.
struct Organizations {
    count: i64,
    by_stream: Vec<(Stream, Paying)>,
}

impl Read {
    fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.scope.currency)
    }

    fn part(&self, key: &str, label: &str, holds: impl Fn(Segment) -> bool + Copy) -> CustomersPart {
        let start = self.paying.at_end_of(self.scope.period.day_before(), holds);
        let end = self.paying.at_end_of(self.scope.period.to, holds);
        let Kept { retained, churned, .. } = sum_of(&self.kept, holds);
        CustomersPart {
            key: key.to_owned(),
            label: label.to_owned(),
            customers: end.customers,
            mrr: self.money(end.mrr),
            arpu: divide(end.mrr, end.customers).map(|minor| self.money(minor)),
            start_customers: start.customers,
            churned_customers: churned,
            customer_churn_rate: share(churned, start.customers),
            nrr: share(start.mrr + retained, start.mrr),
        }
    }

    fn stream(&self, stream: Stream) -> CustomersPart {
        let part = Part::Stream(stream);
        self.part(part.key(), part.label(), |at| at.stream == stream)
    }

    fn coached(&self, coached: bool) -> CustomersPart {
        let (key, label) = if coached { ("coached", "With a coach") } else { ("uncoached", "Without a coach") };
        self.part(key, label, |at| at.stream == Stream::Rev1Individual && at.coached == coached)
    }

    fn individuals(&self, trials: TrialConversion) -> IndividualStream {
        let tier = |(part, always): (Part, bool)| {
            let of = self.part(part.key(), part.label(), |at| part.holds(at.stream, at.tier));
            (part.stream() == Stream::Rev1Individual && (always || of.customers + of.start_customers > 0)).then_some(of)
        };
        IndividualStream {
            total: self.stream(Stream::Rev1Individual),
            tiers: parts(GroupBy::Tier).into_iter().filter_map(tier).collect(),
            trials,
            coached: self.coached(true),
            uncoached: self.coached(false),
        }
    }

    fn coaches(&self, portfolios: Portfolios, shares: Shares) -> CoachingStream {
        let total = self.stream(Stream::Rev2Coaching);
        CoachingStream {
            coaches_with_clients: portfolios.coaches,
            clients: portfolios.clients,
            portfolio_size: share(portfolios.clients, portfolios.coaches),
            earning_coaches: shares.coaches,
            share_earnings: self.money(shares.minor),
            share_per_coach: divide(shares.minor, shares.coaches).map(|minor| self.money(minor)),
            coach_retention_rate: total.customer_churn_rate.map(|rate| 1.0 - rate),
            portfolio_nrr: self.coached(true).nrr,
            total,
        }
    }

    fn businesses(&self, organizations: &Organizations) -> BusinessStream {
        let of = |stream| {
            let found = organizations.by_stream.iter().find(|(of, _)| *of == stream);
            found.map_or_else(Paying::default, |(_, paying)| *paying)
        };
        let (coaches, clients) = (of(Stream::Rev2Coaching).customers, of(Stream::Rev1Individual).customers);
        let combined: i64 = organizations.by_stream.iter().map(|(_, paying)| paying.mrr).sum();
        BusinessStream {
            total: self.stream(Stream::Rev3B2b),
            organizations: organizations.count,
            coaches,
            coaches_per_organization: share(coaches, organizations.count),
            clients,
            clients_per_organization: share(clients, organizations.count),
            mrr_by_stream: Stream::ALL.iter().map(|stream| self.amount(*stream, of(*stream).mrr)).collect(),
            combined_mrr_per_organization: divide(combined, organizations.count).map(|minor| self.money(minor)),
        }
    }

    fn ecosystem(&self, moves: &Moves) -> Ecosystem {
        let end = self.scope.steps.len();
        let of = |stream: &Stream| self.amount(*stream, moves.before(end, |s, _| s == *stream));
        let mrr = moves.before(end, |_, _| true);
        Ecosystem {
            mrr_by_stream: Stream::ALL.iter().map(of).collect(),
            mrr: self.money(mrr),
            arr: self.money(mrr.saturating_mul(12)),
        }
    }

    fn amount(&self, stream: Stream, minor: i64) -> StreamAmount {
        StreamAmount { stream, label: Part::Stream(stream).label().to_owned(), amount: self.money(minor) }
    }
}

async fn portfolios(db: &mut PgConnection) -> Result<Portfolios> {
    let row = sqlx::query!(
        r#"SELECT count(*) AS "coaches!", coalesce(sum(client_count), 0)::bigint AS "clients!"
               FROM customers WHERE coaches AND client_count > 0"#
    )
    .fetch_one(db)
    .await?;
    Ok(Portfolios { coaches: row.coaches, clients: row.clients })
}

/// Of the last month of the period.
async fn shares(db: &mut PgConnection, scope: &Scope) -> Result<Shares> {
    let month = month_of(scope.period.to.min(scope.newest));
    let (coaches, minor) = match scope.as_of {
        None => {
            let row = sqlx::query!(
                r#"SELECT count(*) AS "coaches!", coalesce(sum(earned_minor + refunded_minor), 0)::bigint AS "minor!"
                   FROM revenue_monthly_parties WHERE month = $1 AND currency = $2 AND party = 'coach'
                     AND (earned_minor <> 0 OR refunded_minor <> 0)"#,
                month,
                scope.currency.code()
            )
            .fetch_one(db)
            .await?;
            (row.coaches, row.minor)
        }
        // From the ledger itself: one month of it.
        Some(known) => {
            let row = sqlx::query!(
                r#"SELECT count(*) AS "coaches!", coalesce(sum(earned + refunded), 0)::bigint AS "minor!"
                   FROM (SELECT sum(coach_minor) FILTER (WHERE kind = 'payment') AS earned,
                                coalesce(sum(coach_minor) FILTER (WHERE kind <> 'payment'), 0) AS refunded
                         FROM revenue_shares WHERE month = $1 AND currency = $2 AND recorded_at <= $3 GROUP BY coach_id) AS coach
                   WHERE earned <> 0 OR refunded <> 0"#,
                month,
                scope.currency.code(),
                known
            )
            .fetch_one(db)
            .await?;
            (row.coaches, row.minor)
        }
    };
    Ok(Shares { coaches, minor })
}

async fn organizations(db: &mut PgConnection, scope: &Scope) -> Result<Organizations> {
    let rows = sqlx::query!(
        r#"SELECT t.stream, sum(t.paying)::bigint AS "customers!", sum(t.mrr_minor)::bigint AS "mrr!"
           FROM organization_totals t JOIN organizations o ON o.id = t.organization_id
           WHERE t.currency = $1 AND t.stream <> '' AND o.archived_at IS NULL GROUP BY 1"#,
        scope.currency.code()
    )
    .fetch_all(&mut *db)
    .await?;
    let count = sqlx::query_scalar!(
        r#"SELECT count(DISTINCT t.organization_id) AS "n!" FROM organization_totals t JOIN organizations o ON o.id = t.organization_id
           WHERE t.currency = $1 AND o.archived_at IS NULL AND t.paying > 0"#,
        scope.currency.code()
    )
    .fetch_one(db)
    .await?;
    let mut by_stream = Vec::new();
    for row in rows {
        by_stream.push((parse("stream", &row.stream)?, Paying { customers: row.customers, mrr: row.mrr }));
    }
    Ok(Organizations { count, by_stream })
}

/// Who was coached first, became a coach or an organisation in the period.
async fn journey(db: &mut PgConnection, scope: &Scope) -> Result<Vec<JourneyStep>> {
    let begun = sqlx::query_scalar!(
        r#"SELECT coalesce(sum(begun), 0)::bigint AS "n!" FROM coaching_daily WHERE day BETWEEN $1 AND $2"#,
        scope.period.from,
        scope.period.to
    )
    .fetch_one(&mut *db)
    .await?;
    let money = |minor| Money::new(minor, scope.currency);
    let step = |key: &str, label: &str, customers| JourneyStep {
        key: key.to_owned(),
        label: label.to_owned(),
        customers,
        mrr_impact: None,
        lifetime_per_customer: None,
    };
    let mut steps = vec![step("coached", "Coaching began", begun)];
    for (state, stream, label) in [
        ("rev2_coach", Stream::Rev2Coaching, "Became a coach"),
        ("rev3_org", Stream::Rev3B2b, "Became an organization"),
    ] {
        // From another stream, not as their first purchase.
        let row = sqlx::query!(
            r#"SELECT count(*) AS "customers!", coalesce(sum(impact), 0)::bigint AS "impact!", coalesce(sum(lifetime), 0)::bigint AS "lifetime!"
               FROM (SELECT t.customer_id, max(c.lifetime_minor) AS lifetime,
                            coalesce((SELECT sum(m.mrr_impact_minor) FROM tier_transitions m
                                      WHERE m.customer_id = t.customer_id AND m.to_tier = $2 AND m.currency = $3
                                        AND m.occurred_at >= account_day_start($4) AND m.occurred_at < account_day_start($5::date + 1)
                                        AND m.recorded_at <= coalesce($6::timestamptz, 'infinity')), 0) AS impact
                     FROM lifecycle_transitions t JOIN customers c ON c.id = t.customer_id
                     WHERE t.to_state = $1 AND t.from_state IN ('rev1_user', 'rev1_coached', 'rev2_coach', 'rev3_org', 'reactivated')
                       AND t.to_state IN ('rev2_coach', 'rev3_org')
                       AND t.at >= account_day_start($4) AND t.at < account_day_start($5::date + 1) AND c.currency = $3
                     GROUP BY t.customer_id) AS moved"#,
            state,
            stream.as_str(),
            scope.currency.code(),
            scope.period.from,
            scope.period.to,
            scope.as_of
        )
        .fetch_one(&mut *db)
        .await?;
        steps.push(JourneyStep {
            mrr_impact: Some(money(row.impact)),
            lifetime_per_customer: divide(row.lifetime, row.customers).map(money),
            ..step(state, label, row.customers)
        });
    }
    Ok(steps)
}
