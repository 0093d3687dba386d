//! Revenue shared among coaches, organisations and the platform.

mod fees;
mod invariants;
mod minimums;
mod months;
mod rules;
mod shares;
mod simulations;
mod statement_files;
mod statements;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    shares::configure(cfg);
    months::configure(cfg);
    rules::configure(cfg);
    statements::configure(cfg);
    minimums::configure(cfg);
    fees::configure(cfg);
    simulations::configure(cfg);
    statement_files::configure(cfg);
    invariants::configure(cfg);
}
