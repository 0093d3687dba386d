//! `crm-api`: see `crm-api --help`.

fn main() -> std::process::ExitCode {
    crm_api::cli::run()
}
