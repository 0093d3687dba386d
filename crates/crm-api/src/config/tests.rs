use super::*;

fn read(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::read(&mut Source::new(|name| {
        pairs.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned())
    }))
}

#[test]
fn nothing_set_gives_the_defaults() {
    let config = read(&[]).unwrap();
    assert_eq!(config.http.address().to_string(), "127.0.0.1:8080");
    assert_eq!(config.http.origin(), "http://localhost:8080");
    assert_eq!(config.data_dir, PathBuf::from(".crm"));
    assert!(config.database.url.is_none() && config.auth.jwt_secret.is_none() && config.stripe.api_key.is_none());
    assert!(config.stripe.webhook_secrets.is_empty());
    assert_eq!(config.stripe.api_base.as_str(), "https://api.stripe.com/");
}

#[test]
fn empty_is_unset() {
    assert!(read(&[("DATABASE_URL", ""), ("CRM_PORT", " "), ("CRM_JWT_SECRET", "")]).is_ok());
}

#[test]
fn good_values_are_taken() {
    let config = read(&[
        ("CRM_HOST", "::"),
        ("CRM_PORT", "0"),
        ("CRM_PUBLIC_URL", "https://crm.example.com/"),
        ("CRM_DATA_DIR", "/var/lib/crm"),
        ("CRM_LOG", "warn,crm_api=debug"),
        ("CRM_JWT_SECRET", "0123456789abcdef0123456789abcdef"),
        ("DATABASE_URL", "postgresql://crm@localhost:5432/crm?host=%2Ftmp"),
        ("STRIPE_WEBHOOK_SECRETS", "whsec_first, whsec_second,"),
        ("STRIPE_API_BASE", "http://127.0.0.1:12111/v"),
        ("STRIPE_API_KEY", "sk_test_123"),
    ])
    .unwrap();
    assert!(config.http.is_https());
    assert_eq!(config.http.origin(), "https://crm.example.com");
    assert_eq!(config.stripe.webhook_secrets.len(), 2);
    assert_eq!(config.stripe.api_base.as_str(), "http://127.0.0.1:12111/v/");
    let shown = format!("{config:?}");
    for secret in ["0123456789abcdef", "whsec_", "sk_test_", "postgresql://"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[test]
fn a_bad_value_is_refused_with_its_name_what_it_was_and_what_it_may_be() {
    let table = [
        ("CRM_HOST", "example.com", "`example.com`"),
        ("CRM_PORT", "80800", "`80800`"),
        ("CRM_PORT", "http", "`http`"),
        ("CRM_PUBLIC_URL", "crm.example.com", "`crm.example.com`"),
        ("CRM_PUBLIC_URL", "https://crm.example.com/app", "`https://crm.example.com/app`"),
        ("CRM_PUBLIC_URL", "ftp://crm.example.com", "`ftp://crm.example.com`"),
        ("CRM_PG_BIN", "/nowhere/bin", "`/nowhere/bin`"),
        ("CRM_LOG", "verbose", "`verbose`"),
        ("CRM_LOG", "crm_api=loud", "`crm_api=loud`"),
        ("CRM_JWT_SECRET", "too short", "*** (9 characters)"),
        ("DATABASE_URL", "mysql://root:hunter2@db/crm", "`mysql://root:***@db/crm`"),
        ("DATABASE_URL", "hunter2", "*** (7 characters, not a URL)"),
        ("DATABASE_URL", "postgres://a:hunter2@db:port/crm", "*** (32 characters, not a URL)"),
        ("DATABASE_REPLICA_URL", "mysql://db/crm?password=hunter2", "`mysql://db/crm`"),
        ("STRIPE_WEBHOOK_SECRETS", "whsec_hunter2,short", "*** (19 characters)"),
        ("STRIPE_API_KEY", "pk_live_hunter2", "*** (15 characters)"),
        ("STRIPE_API_BASE", "http://api.stripe.com", "`http://api.stripe.com`"),
        ("STRIPE_API_BASE", "stripe", "`stripe`"),
        ("CRM_RATES_LOCAL", "perhaps", "`perhaps`"),
    ];
    for (variable, value, was) in table {
        let ConfigError(errors) = read(&[(variable, value)]).expect_err(variable);
        let [error] = errors.as_slice() else { panic!("{variable}={value}: {errors:?}") };
        assert_eq!((error.variable, error.was.as_str()), (variable, was));
        assert!(error.may_be.len() > 10, "{variable} says what it may be");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[test]
fn all_bad_values_are_named_at_once() {
    let error = read(&[("CRM_PORT", "x"), ("CRM_HOST", "y")]).expect_err("two");
    assert_eq!(error.to_string().lines().count(), 2);
}
