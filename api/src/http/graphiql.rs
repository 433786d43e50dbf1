//! GraphiQL at `/`: the page to try the API on. Everything it needs is in the binary,
//! so it works where there is no internet, and its policy lets nothing else in.

use std::sync::LazyLock;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{self, Path, ServiceConfig},
};
use sha2::{Digest, Sha256};

/// Scripts from this server only, none inline. Styles inline as well: the editor sets the
/// positions of its lines that way. Fonts and icons are embedded in the style sheet.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; \
    style-src 'self' 'unsafe-inline'; font-src data:; img-src 'self' data:; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A file of the page.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    /// Its content.
    pub bytes: &'static [u8],
    /// The `Content-Type` header.
    pub content_type: &'static str,
    /// The beginning of its hash: the `ETag`, and the version in its address.
    pub tag: &'static str,
}

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

macro_rules! file {
    ($name:literal, $content_type:expr) => {
        ($name, include_bytes!(concat!("../../assets/graphiql/", $name)), $content_type)
    };
}

static FILES: [(&str, &[u8], &str); 6] = [
    file!("graphiql.min.css", STYLE),
    file!("page.css", STYLE),
    file!("react.production.min.js", SCRIPT),
    file!("react-dom.production.min.js", SCRIPT),
    file!("graphiql.min.js", SCRIPT),
    file!("boot.js", SCRIPT),
];

/// Hashed once, at the first request.
static TAGS: LazyLock<[String; 6]> = LazyLock::new(|| FILES.map(|(_, bytes, _)| tag_of(bytes)));

/// The template with the versions of the files in their addresses: a new binary brings new
/// addresses, so browsers may keep the files for as long as they like.
static PAGE: LazyLock<String> = LazyLock::new(|| {
    let template = include_str!("../../assets/graphiql/page.html");
    FILES.iter().zip(TAGS.iter()).fold(template.to_owned(), |page, ((name, ..), tag)| {
        page.replace(&format!("/graphiql/{name}\""), &format!("/graphiql/{name}?v={tag}\""))
    })
});

static PAGE_TAG: LazyLock<String> = LazyLock::new(|| tag_of(PAGE.as_bytes()));

/// The page, as HTML.
pub fn page() -> &'static str {
    &PAGE
}

/// A file of the page by its name.
pub fn asset(name: &str) -> Option<Asset> {
    FILES.iter().zip(TAGS.iter()).find_map(|((known, bytes, content_type), tag)| {
        (*known == name).then_some(Asset { bytes, content_type, tag })
    })
}

/// Serves `/` and `/graphiql/{name}`; the page sends its queries to `/graphql`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.route("/", web::get().to(serve_page))
        .route("/", web::head().to(serve_page))
        .route("/graphiql/{name}", web::get().to(serve_asset))
        .route("/graphiql/{name}", web::head().to(serve_asset));
}

async fn serve_page(request: HttpRequest) -> HttpResponse {
    // Asked for anew each time, so that a new binary is noticed at once.
    serve(&request, &PAGE_TAG, "no-cache", "text/html; charset=utf-8", page().as_bytes())
}

async fn serve_asset(request: HttpRequest, name: Path<String>) -> HttpResponse {
    let Some(asset) = asset(&name) else { return HttpResponse::NotFound().finish() };
    let forever = "public, max-age=31536000, immutable";
    serve(&request, asset.tag, forever, asset.content_type, asset.bytes)
}

fn serve(
    request: &HttpRequest,
    tag: &str,
    cache: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
) -> HttpResponse {
    // Weak, because a compressed answer has other bytes and the same tag.
    let tag = format!("W/\"{tag}\"");
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let is_known = known.is_some_and(|known| known.split(',').any(|it| it.trim() == tag));
    let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::ETAG, tag))
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"));
    match is_known {
        true => response.finish(),
        false => response.content_type(content_type).body(bytes),
    }
}

fn tag_of(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    crate::text::hex(digest.first_chunk::<8>().unwrap_or(&[0; 8]))
}

#[cfg(test)]
mod tests {
    use actix_web::{App, http::StatusCode, test};

    use super::*;

    #[actix_web::test]
    async fn the_page_names_only_files_that_are_served() {
        let app = test::init_service(App::new().configure(configure)).await;
        let addresses = page().split('"').filter(|it| it.starts_with('/'));
        let addresses: Vec<&str> = addresses.collect();
        assert_eq!(addresses.len(), FILES.len());
        for address in addresses.into_iter().chain(["/"]) {
            let request = test::TestRequest::get().uri(address).to_request();
            let response = test::call_service(&app, request).await;
            assert_eq!(response.status(), StatusCode::OK, "{address}");
            let cached = response.headers().get(header::CACHE_CONTROL).unwrap();
            assert_eq!(cached.to_str().unwrap().contains("immutable"), address.contains("?v="));
        }
    }

    #[actix_web::test]
    async fn a_known_file_is_not_sent_again() {
        let app = test::init_service(App::new().configure(configure)).await;
        let tag = format!("\"x\", W/\"{}\"", asset("boot.js").unwrap().tag);
        let request = test::TestRequest::get()
            .uri("/graphiql/boot.js")
            .insert_header((header::IF_NONE_MATCH, tag))
            .to_request();
        let response = test::call_service(&app, request).await;
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
        assert!(test::read_body(response).await.is_empty());
    }

    #[actix_web::test]
    async fn other_names_are_not_found() {
        let app = test::init_service(App::new().configure(configure)).await;
        for address in ["/graphiql/README.md", "/graphiql/..%2f..%2fCargo.toml", "/graphiql/"] {
            let request = test::TestRequest::get().uri(address).to_request();
            let response = test::call_service(&app, request).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{address}");
        }
    }

    #[::core::prelude::v1::test]
    fn the_page_fetches_nothing_from_elsewhere_and_runs_nothing_inline() {
        for text in [page(), include_str!("../../assets/graphiql/boot.js")] {
            assert!(!text.contains("http:") && !text.contains("https:") && !text.contains("\"//"));
        }
        assert!(page().split("<script").skip(1).all(|script| script.starts_with(" src=\"/graphiql/")));
        assert!(page().contains("<title>Реестр профессиональных сообществ — GraphiQL</title>"));
    }
}
