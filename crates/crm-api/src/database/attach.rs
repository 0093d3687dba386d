//! Reaching the private cluster of another process of ours: `crm-api user create` while `crm-api serve` runs.

use crate::config::Config;
use private_postgres::USER;
use sqlx::postgres::PgConnectOptions;

/// How to connect to the cluster that another process runs now. Its `postmaster.pid` says where: the fourth line has the
/// port, the fifth the socket's directory.
pub(super) fn running_cluster(config: &Config) -> Option<PgConnectOptions> {
    let file = config.data_dir.join("pg/data/postmaster.pid");
    parse(&std::fs::read_to_string(file).ok()?)
}

fn parse(pid_file: &str) -> Option<PgConnectOptions> {
    let mut lines = pid_file.lines().skip(3).map(str::trim);
    let port = lines.next()?.parse().ok()?;
    let sockets = lines.next().filter(|dir| dir.starts_with('/'))?;
    Some(PgConnectOptions::new_without_pgpass().socket(sockets).port(port).username(USER).database(USER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pid_file_says_where_the_server_is() {
        let options = parse("123\n/srv/crm/pg/data\n1700000000\n5432\n/srv/crm/pg\n\n  5432001 7\nready   \n").unwrap();
        assert_eq!(options.get_socket().unwrap().to_str(), Some("/srv/crm/pg"));
        assert_eq!((options.get_port(), options.get_username()), (5432, "crm"));
        assert!(parse("123\n/srv").is_none());
    }
}
