//! Revenue shared among coaches, organisations and the platform.

mod minimums;
mod months;
mod rules;
mod shares;
mod statements;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    shares::configure(cfg);
    months::configure(cfg);
    rules::configure(cfg);
    statements::configure(cfg);
    minimums::configure(cfg);
}
