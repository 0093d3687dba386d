//! How much a first visit may load.

use anyhow::{Result, bail};

use super::manifest::{File, Manifest};

/// In units of 1,000 bytes, compressed with brotli.
const WANTED: f64 = 400.0;
const LIMIT: f64 = 550.0;
const STYLES_LIMIT: f64 = 25.0;

/// Prints the sizes. Fails when they are over the limit, if `held` to it.
pub(super) fn report(manifest: &Manifest, held: bool) -> Result<()> {
    println!("  {:<44} {:>9} {:>9}", "first load", "kB", "brotli");
    for (name, file) in first_load(manifest) {
        println!("  {name:<44} {:>9.1} {:>9.1}", kilobytes(file.size), kilobytes(file.transferred()));
    }
    let total = total(manifest, "");
    println!("  {:<44} {:>9} {:>9.1}", format!("together (wanted {WANTED:.0}, limit {LIMIT:.0})"), "", total);
    if !held {
        return Ok(());
    }
    if total > LIMIT {
        bail!("a first visit loads {total:.1} kB, more than {LIMIT:.0}");
    }
    let styles = self::total(manifest, ".css");
    if styles > STYLES_LIMIT {
        bail!("a first visit loads {styles:.1} kB of style sheets, more than {STYLES_LIMIT:.0}");
    }
    if total > WANTED {
        println!("  warning: a first visit loads {total:.1} kB; {WANTED:.0} are wanted");
    }
    Ok(())
}

fn first_load(manifest: &Manifest) -> impl Iterator<Item = (&String, &File)> {
    manifest.files.iter().filter(|(_, file)| file.first_load)
}

/// What a first visit transfers of the files whose names end so.
fn total(manifest: &Manifest, ending: &str) -> f64 {
    kilobytes(first_load(manifest).filter(|(name, _)| name.ends_with(ending)).map(|(_, file)| file.transferred()).sum())
}

#[allow(clippy::cast_precision_loss, reason = "sizes of files, shown with one decimal")]
fn kilobytes(bytes: usize) -> f64 {
    bytes as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(files: &[(&str, usize, bool)]) -> Manifest {
        let file = |&(name, brotli, first_load): &(&str, usize, bool)| {
            (name.to_owned(), File { size: brotli * 3, brotli: Some(brotli), gzip: None, first_load })
        };
        Manifest { files: files.iter().map(file).collect() }
    }

    #[test]
    fn the_limits_hold_for_what_the_first_page_needs() {
        report(&manifest(&[("a.wasm", 540_000, true), ("later.js", 900_000, false)]), true).unwrap();
        report(&manifest(&[("a.wasm", 551_000, true)]), true).unwrap_err();
        report(&manifest(&[("a.wasm", 551_000, true)]), false).unwrap();
        report(&manifest(&[("a.css", 24_000, true)]), true).unwrap();
        let message = report(&manifest(&[("a.css", 13_000, true), ("b.css", 13_000, true)]), true).unwrap_err();
        assert!(message.to_string().contains("26.0"), "{message}");
    }
}
