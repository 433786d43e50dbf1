//! The small pages beside the API: health, the schema file, the published keys, and what is not there.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use sea_orm::{EntityTrait, QuerySelect};

use super::{endpoint::Endpoint, request_id};
use crate::graphql::schema;

pub(super) fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/livez", web::get().to(livez))
        .route("/livez", web::head().to(livez))
        .route("/readyz", web::get().to(readyz))
        .route("/readyz", web::head().to(readyz))
        .route("/schema.graphql", web::get().to(schema_file))
        .route("/.well-known/jwks.json", web::get().to(jwks))
        .default_service(web::to(not_found));
}

/// The process runs.
async fn livez() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "ok" }))
}

/// The process can serve: the database answers, and has our schema.
async fn readyz(endpoint: web::Data<Endpoint>) -> HttpResponse {
    let db = endpoint.app.db.read();
    let probe = entity::counter::Entity::find().limit(1);
    let answers = tokio::time::timeout(std::time::Duration::from_secs(2), async {
        probe.one(db).await.is_ok_and(|row| row.is_some())
    })
    .await
    .unwrap_or(false);
    let (status, word) =
        if answers { (StatusCode::OK, "ok") } else { (StatusCode::SERVICE_UNAVAILABLE, "unavailable") };
    HttpResponse::build(status).json(serde_json::json!({ "status": word, "database": word }))
}

/// The schema, for tools that take a file; as closed as introspection.
async fn schema_file(request: HttpRequest, endpoint: web::Data<Endpoint>) -> HttpResponse {
    if !endpoint.app.config.introspection {
        return not_found(request).await;
    }
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(schema::sdl())
}

/// The keys by which others verify our access tokens.
async fn jwks(endpoint: web::Data<Endpoint>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/jwk-set+json")
        .insert_header(("cache-control", "public, max-age=300"))
        .body(endpoint.app.keys.jwks())
}

async fn not_found(request: HttpRequest) -> HttpResponse {
    HttpResponse::NotFound().json(serde_json::json!({ "errors": [{
        "message": "There is nothing here. The API is at /graphql, a page to try it at /.",
        "extensions": { "code": "NOT_FOUND", "requestId": request_id::of(&request) },
    }] }))
}
