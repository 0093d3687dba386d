use crate::app;
use anyhow::Result;

pub(super) fn run() -> Result<()> {
    super::say(app::document().to_pretty_json()?);
    Ok(())
}
