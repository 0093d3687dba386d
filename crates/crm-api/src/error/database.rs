use super::ApiError;
use crm_domain::db::DomainError;
use crm_types::FieldError;

/// Constraints that a request can run into: the field that is in the way, a code, and a sentence for people.
/// A violated constraint that is not here is a fault of ours.
const CONSTRAINTS: &[(&str, &str, &str, &str)] = &[
    ("users_email_key", "email", "taken", "Somebody has this e-mail address already."),
    ("users_last_owner", "role", "last_owner", "This is the only active owner. Make somebody else an owner first."),
    ("jobs_undone_once", "id", "taken", "Somebody takes this back already."),
    ("jobs_one_run_of_an_import", "id", "taken", "This file is run already. Wait until that is over, or cancel it."),
    ("customers_email_key", "email", "taken", "Another customer has this e-mail address already."),
    ("organizations_name_key", "name", "taken", "Another organization has this name already."),
    ("coaching_relationships_one_coach", "client_id", "taken", "Somebody coaches this client at that time already."),
    (
        "coaching_relationships_not_mutual",
        "coach_id",
        "conflict",
        "The client coaches this coach at that time. Nobody coaches their own coach: end that first, or choose another coach.",
    ),
    (
        "share_rules_one_at_a_time",
        "starts_at",
        "taken",
        "A rule begins at that very instant already. End it first, or begin another time.",
    ),
    ("saved_views_name_key", "name", "taken", "There is a view with this name for this list already."),
];

impl From<DomainError> for ApiError {
    fn from(error: DomainError) -> Self {
        match error {
            DomainError::NotFound { .. } => Self::not_found(sentence(&error.to_string())),
            DomainError::Invalid { field, code, message } => Self::invalid_field(field, code, message),
            DomainError::Conflict { field, message } => {
                let errors = field.map(|field| FieldError::new(field, "conflict", message.clone()));
                Self::conflict(message).with_errors(errors.into_iter().collect())
            }
            DomainError::Stale { message, current } => Self::stale(message, current),
            DomainError::Refused(message) => Self::refused(message),
            DomainError::Stripe(refusal) => refusal.into(),
            DomainError::Unread(unread) => Self::not_ready(unread.message),
            DomainError::Database(error) => error.into(),
        }
    }
}

/// `customer 17 does not exist` as a sentence.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| format!("{}{}.", first.to_uppercase(), chars.as_str())).unwrap_or_default()
}

impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::RowNotFound => Self::not_found("There is no such thing (any more)."),
            sqlx::Error::Database(ref database) => match database.constraint().and_then(known_constraint) {
                Some(field) => Self::conflict(field.message.clone()).with_errors(vec![field]),
                None => match database.code().as_deref() {
                    // A NUL in a text, or half a surrogate pair in JSON: nothing that PostgreSQL can store.
                    Some("22021" | "22P05") => {
                        Self::bad_request("The request holds a character that cannot be stored (U+0000).")
                    }
                    Some(code) if is_passing(code) => Self::unavailable(error),
                    _ => Self::internal(error),
                },
            },
            sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Io(_)
            // Also what a server says that goes away in the middle of a handshake.
            | sqlx::Error::Protocol(_)
            | sqlx::Error::Tls(_) => Self::unavailable(error),
            error => Self::internal(error),
        }
    }
}

fn known_constraint(name: &str) -> Option<FieldError> {
    let (_, field, code, message) = CONSTRAINTS.iter().find(|(constraint, ..)| *constraint == name)?;
    Some(FieldError::new(*field, *code, *message))
}

/// Whether a SQLSTATE passes by itself: connection lost, too many connections, shutting down or starting up, a
/// statement cut off by its time limit, a deadlock or a serialization failure, a read-only server during a failover.
fn is_passing(code: &str) -> bool {
    code.starts_with("08")
        || matches!(
            code,
            "53300" | "57P01" | "57P02" | "57P03" | "57P05" | "57014" | "55P03" | "40001" | "40P01" | "25006" | "25P03"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_without_connections_is_503_with_retry_after() {
        for error in
            [sqlx::Error::PoolTimedOut, sqlx::Error::PoolClosed, sqlx::Error::Io(std::io::Error::other("gone"))]
        {
            let error = ApiError::from(error);
            assert_eq!((error.problem().status, error.problem().retry_after), (503, Some(2)));
        }
    }

    #[test]
    fn what_is_unknown_is_an_opaque_500() {
        let error = ApiError::from(sqlx::Error::ColumnNotFound("secret_column".into()));
        assert_eq!(error.problem().status, 500);
        assert!(!format!("{:?}", error.problem()).contains("secret_column"));
    }

    #[test]
    fn domain_errors_keep_their_field() {
        let error = ApiError::from(DomainError::invalid("email", "invalid", "Enter an address."));
        assert_eq!((error.problem().status, error.problem().errors[0].field.as_str()), (422, "email"));
        let error = ApiError::from(DomainError::not_found("customer", 7));
        assert_eq!((error.problem().status, error.problem().detail.as_str()), (404, "Customer 7 does not exist."));
    }
}
