//! Compresses once, at build time, as well as it goes, instead of at every request.

use std::{collections::BTreeMap, io::Write as _, path::Path, thread};

use anyhow::{Result, anyhow};
use flate2::{Compression, write::GzEncoder};

use super::bundle::Bundle;

/// The bundle's files with their `.br` and `.gz`, where those are smaller.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

pub(super) fn all(bundle: &Bundle, brotli_quality: i32) -> Result<Files> {
    let mut files = Files::new();
    let compressed = thread::scope(|scope| {
        let running: Vec<_> = bundle
            .files
            .iter()
            .filter(|(name, _)| is_compressible(name))
            .map(|(name, content)| {
                scope.spawn(move || -> Result<_> {
                    Ok([
                        (format!("{name}.br"), brotli(content, brotli_quality)?, content.len()),
                        (format!("{name}.gz"), gzip(content)?, content.len()),
                    ])
                })
            })
            .collect();
        running
            .into_iter()
            .map(|thread| thread.join().map_err(|_| anyhow!("compressing ended in a panic"))?)
            .collect::<Result<Vec<_>>>()
    })?;
    for (name, content, uncompressed) in compressed.into_iter().flatten() {
        if content.len() < uncompressed {
            files.insert(name, content);
        }
    }
    files.extend(bundle.files.clone());
    Ok(files)
}

fn is_compressible(name: &str) -> bool {
    let extension = Path::new(name).extension().unwrap_or_default();
    ["css", "html", "js", "json", "svg", "txt", "wasm", "webmanifest"].iter().any(|wanted| extension == *wanted)
}

fn brotli(content: &[u8], quality: i32) -> Result<Vec<u8>> {
    let parameters =
        brotli::enc::BrotliEncoderParams { quality, lgwin: 24, size_hint: content.len(), ..Default::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut compressed, &parameters)?;
    Ok(compressed)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_decode_to_the_original_and_useless_ones_are_left_out() {
        let long = "<p>again</p>".repeat(200).into_bytes();
        let files =
            [("index.html".into(), long.clone()), ("a.js".into(), b"1".to_vec()), ("b.png".into(), long.clone())];
        let bundle = Bundle { files: files.into(), first_load: Default::default() };
        let files = all(&bundle, 11).unwrap();
        assert_eq!(files.keys().collect::<Vec<_>>(), ["a.js", "b.png", "index.html", "index.html.br", "index.html.gz"]);

        let mut decoded = Vec::new();
        brotli::BrotliDecompress(&mut files["index.html.br"].as_slice(), &mut decoded).unwrap();
        assert_eq!(decoded, long);
        let mut decoded = Vec::new();
        std::io::copy(&mut flate2::read::GzDecoder::new(files["index.html.gz"].as_slice()), &mut decoded).unwrap();
        assert_eq!(decoded, long);
    }
}
