//! The secret that signs access tokens: given, or generated once and kept.

use crate::config::{AuthConfig, Secret};
use anyhow::{Context, Result};
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

const FILE: &str = "jwt-secret";

/// `CRM_JWT_SECRET`, or the one in the data directory, which is made on the first start.
///
/// # Errors
/// When the file cannot be read or written, or is too short.
pub fn load(config: &AuthConfig, data_dir: &Path) -> Result<Secret> {
    match &config.jwt_secret {
        Some(secret) => Ok(secret.clone()),
        None => read_or_generate(data_dir),
    }
}

fn read_or_generate(data_dir: &Path) -> Result<Secret> {
    let path = data_dir.join(FILE);
    if !path.exists() {
        generate(data_dir, &path).with_context(|| format!("could not write {}", path.display()))?;
    }
    let doing = || format!("could not read {}; set CRM_JWT_SECRET or mend the file", path.display());
    // Readable by others, everybody on this host could sign tokens.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).with_context(doing)?;
    let secret = fs::read_to_string(&path).with_context(doing)?;
    anyhow::ensure!(
        secret.trim().len() >= AuthConfig::SECRET_MIN,
        "{} is shorter than {} bytes; delete it to have a new one made (everybody has to log in again)",
        path.display(),
        AuthConfig::SECRET_MIN
    );
    Ok(Secret::new(secret.trim()))
}

/// Writes it aside and links it into place, so that nobody reads half of it; of two starts at once the first one wins.
fn generate(data_dir: &Path, path: &Path) -> std::io::Result<()> {
    fs::create_dir_all(data_dir)?;
    let aside = data_dir.join(format!("{FILE}.{}", std::process::id()));
    let written =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside).and_then(|mut file| {
            file.write_all(hex::encode(rand::random::<[u8; 32]>()).as_bytes())?;
            file.sync_all()
        });
    let linked = written.and_then(|()| match fs::hard_link(&aside, path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    });
    fs::remove_file(&aside)?;
    linked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_once_kept_and_private() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let config = AuthConfig { jwt_secret: None };
        let first = load(&config, &data).unwrap();
        assert_eq!(first.expose().len(), 64);
        fs::set_permissions(data.join(FILE), fs::Permissions::from_mode(0o644)).unwrap();
        assert!(load(&config, &data).unwrap() == first);
        assert_eq!(fs::metadata(data.join(FILE)).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(&data).unwrap().count(), 1, "nothing is left aside");
    }

    #[test]
    fn a_short_file_is_refused_and_a_given_secret_needs_no_file() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(FILE), "short").unwrap();
        let error = load(&AuthConfig { jwt_secret: None }, dir.path()).unwrap_err().to_string();
        assert!(error.contains("shorter than 32"), "{error}");
        let given = AuthConfig { jwt_secret: Some(Secret::new("given")) };
        assert_eq!(load(&given, dir.path()).unwrap().expose(), "given");
    }
}
