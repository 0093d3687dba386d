//! Names every file by its content, so that a browser may keep it for good, and rewrites who refers to it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};

use super::{
    glue::Program,
    split::{GLUE, LOADER},
};
use crate::workspace::files_below;

/// The URL path of everything with a hash in its name, and its directory in dist.
const ASSETS: &str = "/assets/";

/// The files of the bundle by their path in dist, and which of them the first page needs.
pub(super) struct Bundle {
    pub files: BTreeMap<String, Vec<u8>>,
    pub first_load: BTreeSet<String>,
}

/// Maps a name as the sources say it to the hashed one.
type Names = BTreeMap<String, String>;

impl Bundle {
    /// From `frontend/index.html`, `frontend/assets/*` (which the sources call `/assets/NAME`) and the program.
    pub(super) fn new(frontend: &Path, program: &Program) -> Result<Self> {
        let mut bundle = Self { files: BTreeMap::new(), first_load: BTreeSet::new() };
        let names = bundle.add_assets(&frontend.join("assets"))?;
        let head = bundle.add_program(program);
        let index = frontend.join("index.html");
        let index = fs::read_to_string(&index).with_context(|| format!("could not read {}", index.display()))?;
        let index = rewrite(&index, &names, "index.html")?;
        let Some((before, after)) = index.split_once("</head>") else { bail!("index.html has no </head>") };
        let index = format!("{before}{head}</head>{after}");
        for name in bundle.files.keys().filter(|name| !is_icon(name)) {
            if index.contains(&format!("/{name}\"")) {
                bundle.first_load.insert(name.clone());
            }
        }
        bundle.first_load.insert("index.html".into());
        bundle.files.insert("index.html".into(), index.into_bytes());
        Ok(bundle)
    }

    /// Pictures and fonts first, then style sheets, scripts and the like, which may refer to them. Style sheets of a
    /// directory are one: `app/*.css`, in the order of their names, is `app.css`.
    fn add_assets(&mut self, dir: &Path) -> Result<Names> {
        let mut names = Names::new();
        let (texts, leaves): (Vec<_>, Vec<_>) = files_below(dir, &|_| false)?
            .into_iter()
            .partition(|file| has_extension(file, &["css", "js", "webmanifest"]));
        let (parts, texts): (Vec<_>, Vec<_>) =
            texts.into_iter().partition(|file| has_extension(file, &["css"]) && file.parent() != Some(dir));
        for file in leaves.iter().chain(&texts) {
            let name = file.strip_prefix(dir)?.to_string_lossy().into_owned();
            let mut content = fs::read(file).with_context(|| format!("could not read {}", file.display()))?;
            if texts.contains(file) {
                let text = String::from_utf8(content).with_context(|| format!("{} is not UTF-8", file.display()))?;
                content = rewrite(&text, &names, &name)?.into_bytes();
            }
            let hashed = self.add(&name, content);
            names.insert(name, hashed);
        }
        for (name, sheet) in joined(dir, parts)? {
            let hashed = self.add(&name, rewrite(&sheet, &names, &name)?.into_bytes());
            names.insert(name, hashed);
        }
        Ok(names)
    }

    /// Adds the program and gives the lines of the page's head that load it.
    fn add_program(&mut self, program: &Program) -> String {
        let wasm = self.add("frontend.wasm", program.wasm.clone());
        // The glue imports its snippets by a relative path; their directory is named by what is in it.
        let mut hasher = Sha256::new();
        program.snippets.values().for_each(|content| hasher.update(content));
        let snippets = format!("snippets-{}", short(hasher));
        for (name, content) in &program.snippets {
            let path = format!("assets/{}", name.replacen("snippets", &snippets, 1));
            self.first_load.insert(path.clone());
            self.files.insert(path, content.clone());
        }
        let js = program
            .js
            .replace("'./snippets/", &format!("'./{snippets}/"))
            .replace("\"./snippets/", &format!("\"./{snippets}/"));
        let (js, loader) = self.add_glue(program, &js);
        let boot = self.add("boot.js", boot(&js, &wasm).into_bytes());
        format!(
            "<link rel=\"modulepreload\" href=\"{ASSETS}{js}\">\n<link rel=\"modulepreload\" href=\"{ASSETS}{loader}\">\n\
             <link rel=\"preload\" href=\"{ASSETS}{wasm}\" as=\"fetch\" \
             type=\"application/wasm\" crossorigin>\n<script type=\"module\" src=\"{ASSETS}{boot}\"></script>\n"
        )
    }

    /// Adds the chunks, their loader and the glue, and gives the names of glue and loader. These two import each other:
    /// one hash, of both, names both. Only the imports are renamed: the program knows the loader by its first name, which
    /// the glue gives it.
    fn add_glue(&mut self, program: &Program, js: &str) -> (String, String) {
        let mut loader = program.loader.clone();
        for (name, content) in &program.chunks {
            let hashed = self.add(name, content.clone());
            loader = loader.replace(&format!("\"./{name}\""), &format!("\"./{hashed}\""));
        }
        let hash = short(Sha256::new().chain_update(js).chain_update(&loader));
        let names = [(GLUE, format!("frontend-{hash}.js")), (LOADER, format!("chunks-{hash}.js"))];
        let [js, loader] = [js, &loader].map(|text| {
            names.iter().fold(text.to_owned(), |text, (name, hashed)| {
                text.replace(&format!("from \"{name}\""), &format!("from \"./{hashed}\""))
            })
        });
        let [(_, js_name), (_, loader_name)] = names;
        self.files.insert(format!("assets/{js_name}"), js.into_bytes());
        self.files.insert(format!("assets/{loader_name}"), loader.into_bytes());
        (js_name, loader_name)
    }

    /// Adds a file under a name with its hash, and gives that name.
    fn add(&mut self, name: &str, content: Vec<u8>) -> String {
        let hash = short(Sha256::new().chain_update(&content));
        let hashed = match name.rsplit_once('.') {
            Some((stem, extension)) => format!("{stem}-{hash}.{extension}"),
            None => format!("{name}-{hash}"),
        };
        self.files.insert(format!("assets/{hashed}"), content);
        hashed
    }
}

/// The style sheets that parts make, by name.
fn joined(dir: &Path, mut parts: Vec<PathBuf>) -> Result<BTreeMap<String, String>> {
    parts.sort();
    let mut sheets = BTreeMap::new();
    for part in parts {
        let of = part.parent().unwrap_or(dir).strip_prefix(dir)?;
        let text = fs::read_to_string(&part).with_context(|| format!("could not read {}", part.display()))?;
        let sheet: &mut String = sheets.entry(format!("{}.css", of.display())).or_default();
        sheet.push_str(&text);
    }
    Ok(sheets)
}

/// The module that the page starts with. An inline script would do, and would need an exception in the page's policy.
fn boot(js: &str, wasm: &str) -> String {
    format!(
        r#"import init from "{ASSETS}{js}";

init({{ module_or_path: "{ASSETS}{wasm}" }}).catch((error) => {{
  const note = document.createElement("p");
  note.setAttribute("role", "alert");
  note.textContent = "The app could not be loaded. Reload the page; if that does not help, try a newer browser.";
  document.body.prepend(note);
  throw error;
}});
"#
    )
}

/// Replaces every `/assets/NAME` by the hashed name; fails on one that does not exist.
fn rewrite(text: &str, names: &Names, file: &str) -> Result<String> {
    let mut parts = text.split(ASSETS);
    let mut rewritten = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !(c.is_ascii_alphanumeric() || "-_./".contains(c))).unwrap_or(part.len());
        let (name, rest) = part.split_at(end);
        let Some(hashed) = names.get(name) else { bail!("{file} refers to {ASSETS}{name}, which does not exist") };
        rewritten.extend([ASSETS, hashed, rest]);
    }
    Ok(rewritten)
}

fn short(hasher: Sha256) -> String {
    hex::encode(hasher.finalize()).chars().take(16).collect()
}

fn has_extension(file: &Path, extensions: &[&str]) -> bool {
    file.extension().is_some_and(|extension| extensions.iter().any(|wanted| extension == *wanted))
}

/// Loaded by the browser for its own use, when it has nothing better to do.
fn is_icon(name: &str) -> bool {
    has_extension(Path::new(name), &["svg", "png", "ico", "webmanifest"])
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEX: &str = r#"<!doctype html><html><head><link rel="icon" href="/assets/icon.svg">
<link rel="stylesheet" href="/assets/app.css"></head><body></body></html>"#;

    fn frontend(css: &str, index: &str) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("assets")).unwrap();
        fs::write(dir.path().join("assets/icon.svg"), "<svg/>").unwrap();
        fs::write(dir.path().join("assets/app.css"), css).unwrap();
        fs::write(dir.path().join("index.html"), index).unwrap();
        dir
    }

    fn program(wasm: &[u8]) -> Program {
        Program {
            wasm: wasm.into(),
            js: "import { f } from './snippets/x-1/inline0.js'; import * as c from \"./chunks.js\"; ({\"./chunks.js\": c})"
                .into(),
            snippets: [("snippets/x-1/inline0.js".into(), b"export".to_vec())].into(),
            loader: "import { initSync } from \"./frontend.js\"; fetch(\"./page.wasm\")".into(),
            chunks: [("page.wasm".into(), b"page".to_vec())].into(),
        }
    }

    fn text(bundle: &Bundle, start: &str) -> (String, String) {
        let (name, content) = bundle.files.iter().find(|(name, _)| name.starts_with(start)).unwrap();
        (format!("/{name}"), String::from_utf8(content.clone()).unwrap())
    }

    #[test]
    fn every_reference_leads_to_a_hashed_file() {
        let dir = frontend("a { background: url(/assets/icon.svg) }", INDEX);
        let bundle = Bundle::new(dir.path(), &program(b"1")).unwrap();
        let (_, index) = text(&bundle, "index.html");
        let (icon, _) = text(&bundle, "assets/icon-");
        let (css, style) = text(&bundle, "assets/app-");
        let (boot, starter) = text(&bundle, "assets/boot-");
        let (js, glue) = text(&bundle, "assets/frontend-");
        let (snippet, _) = text(&bundle, "assets/snippets-");
        for name in [&icon, &css, &boot, &js] {
            assert!(index.contains(&format!("\"{name}\"")), "{name} in {index}");
        }
        assert!(style.contains(&format!("url({icon})")), "{style}");
        assert!(starter.contains(&js) && glue.contains(&snippet.replace("/assets/", "'./")), "{glue}");
        assert!(!bundle.first_load.contains(&icon[1..]), "icons do not hold up the page");
        assert!(bundle.first_load.contains(&css[1..]) && bundle.first_load.contains(&snippet[1..]));
        assert_eq!(
            bundle.first_load.len(),
            7,
            "index, css, wasm, glue, loader, boot, snippet: {:?}",
            bundle.first_load
        );
    }

    #[test]
    fn a_chunk_is_found_by_its_loader_and_waits() {
        let bundle = Bundle::new(frontend("a {}", INDEX).path(), &program(b"1")).unwrap();
        let (chunk, _) = text(&bundle, "assets/page-");
        let (loader, loading) = text(&bundle, "assets/chunks-");
        let (js, glue) = text(&bundle, "assets/frontend-");
        let beside = |name: &str| name.replace("/assets/", "./");
        assert!(loading.contains(&beside(&chunk)) && loading.contains(&beside(&js)), "{loading}");
        assert!(glue.contains(&format!("from \"{}\"", beside(&loader))), "{glue}");
        assert!(glue.contains("{\"./chunks.js\": c}"), "the program asks for the loader by this name: {glue}");
        assert!(!bundle.first_load.contains(&chunk[1..]) && bundle.first_load.contains(&loader[1..]));
    }

    #[test]
    fn a_name_changes_with_the_content_and_only_then() {
        let names = |css: &str, wasm: &[u8]| {
            let bundle = Bundle::new(frontend(css, INDEX).path(), &program(wasm)).unwrap();
            bundle.files.into_keys().collect::<BTreeSet<_>>()
        };
        let before = names("a {}", b"1");
        assert_eq!(before, names("a {}", b"1"));
        assert_eq!(before.difference(&names("b {}", b"1")).count(), 1, "the style sheet");
        assert_eq!(before.difference(&names("a {}", b"2")).count(), 2, "the program and who starts it");
    }

    #[test]
    fn style_sheets_of_a_directory_are_one() {
        let dir = frontend("", INDEX);
        let assets = dir.path().join("assets");
        fs::remove_file(assets.join("app.css")).unwrap();
        fs::create_dir(assets.join("app")).unwrap();
        for (name, css) in [("20-b.css", "b { background: url(/assets/icon.svg) }\n"), ("10-a.css", "a {}\n")] {
            fs::write(assets.join("app").join(name), css).unwrap();
        }
        let bundle = Bundle::new(dir.path(), &program(b"1")).unwrap();
        let (icon, _) = text(&bundle, "assets/icon-");
        let (css, style) = text(&bundle, "assets/app-");
        assert_eq!(style, format!("a {{}}\nb {{ background: url({icon}) }}\n"));
        assert!(bundle.first_load.contains(&css[1..]), "{:?}", bundle.first_load);
    }

    #[test]
    fn a_reference_to_nothing_fails() {
        let dir = frontend("a {}", &INDEX.replace("app.css", "lost.css"));
        let message = Bundle::new(dir.path(), &program(b"1")).err().unwrap().to_string();
        assert!(message.contains("index.html") && message.contains("/assets/lost.css"), "{message}");
    }
}
