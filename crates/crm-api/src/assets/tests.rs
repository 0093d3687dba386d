use super::*;
use actix_web::body::to_bytes;
use actix_web::http::StatusCode;
use actix_web::test::TestRequest;

fn bundle() -> HashMap<&'static str, File> {
    let files: [(&str, &[u8]); 6] = [
        ("index.html", b"<html>"),
        ("theme.js", b"plain"),
        ("app-0123456789ab.js", b"plain"),
        ("app-0123456789ab.js.br", b"brotli"),
        ("app-0123456789ab.js.gz", b"gzip"),
        ("icons/logo.svg", b"<svg>"),
    ];
    files.into_iter().map(|(name, bytes)| (name, File { bytes, etag: format!("\"{name}\"") })).collect()
}

fn get(path: &str, headers: &[(&str, &str)]) -> HttpResponse {
    let request = headers.iter().fold(TestRequest::with_uri(path), |request, header| request.insert_header(*header));
    reply(&request.to_http_request(), &bundle())
}

fn header<'a>(reply: &'a HttpResponse, name: &str) -> &'a str {
    reply.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[actix_web::test]
async fn the_best_encoding_that_is_accepted_is_sent() {
    for (accepted, encoding, body) in [
        ("gzip, br", "br", "brotli"),
        ("gzip, br;q=0", "gzip", "gzip"),
        ("gzip;q=0.5", "gzip", "gzip"),
        ("identity", "", "plain"),
        ("", "", "plain"),
    ] {
        let reply = get("/app-0123456789ab.js", &[("accept-encoding", accepted)]);
        assert_eq!(header(&reply, "content-encoding"), encoding, "{accepted}");
        assert_eq!(header(&reply, "vary"), "accept-encoding");
        assert_eq!(header(&reply, "content-type"), "text/javascript; charset=utf-8");
        assert_eq!(to_bytes(reply.into_body()).await.unwrap(), body);
    }
}

#[actix_web::test]
async fn hashed_names_are_kept_forever_and_others_asked_about() {
    assert_eq!(header(&get("/app-0123456789ab.js", &[]), "cache-control"), FOREVER);
    for path in ["/", "/index.html", "/theme.js", "/icons/logo.svg"] {
        assert_eq!(header(&get(path, &[]), "cache-control"), ASK, "{path}");
    }
    for (name, hashed) in
        [("app-1f0c9a3b_bg.wasm", true), ("app.1f0c9a3b.css", true), ("feedback.js", false), ("a-b.js", false)]
    {
        assert_eq!(has_hash(name), hashed, "{name}");
    }
}

#[actix_web::test]
async fn pages_get_the_app_and_missing_files_do_not() {
    for path in ["/", "/customers", "/customers/0190-7"] {
        let reply = get(path, &[]);
        assert_eq!((reply.status(), header(&reply, "content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
    }
    for path in ["/missing.js", "/../Cargo.toml", "/icons/other.svg"] {
        assert_eq!(get(path, &[]).status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[actix_web::test]
async fn what_the_browser_has_is_not_sent_again() {
    let reply = get("/theme.js", &[("if-none-match", "\"old\", W/\"theme.js\"")]);
    assert_eq!(reply.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(get("/theme.js", &[("if-none-match", "\"old\"")]).status(), StatusCode::OK);
}

#[actix_web::test]
async fn without_a_bundle_the_page_says_how_to_build_it() {
    let reply = reply(&TestRequest::with_uri("/").to_http_request(), &HashMap::new());
    let body = to_bytes(reply.into_body()).await.unwrap();
    assert!(String::from_utf8_lossy(&body).contains("./just ui"));
}
