//! The server: binds, serves until it is told to stop, then lets running requests end.

use std::{
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix_cors::Cors;
use actix_web::{
    App as Actix, HttpServer,
    dev::Server,
    http::header,
    middleware::{Compress, from_fn},
    web,
};
use tokio::task::JoinHandle;

use super::{
    download, endpoint, endpoint::Endpoint, export, graphiql, import, import_events, report, request_id,
    service_pages, token, upload,
};
use crate::{
    app::App,
    registry::{integrity, material, ranking},
};

/// A bound server that has not begun to serve.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
}

/// How long running requests may go on after the signal to stop.
const STOP_WITHIN: u64 = 20;

impl Bound {
    /// Takes the address, so that an occupied port is told before anything else happens.
    ///
    /// # Errors
    /// One line that names the address.
    pub fn new(host: &str, port: u16) -> Result<Self, String> {
        let listener =
            TcpListener::bind((host, port)).map_err(|e| format!("cannot listen on {host}:{port}: {e}"))?;
        Ok(Self { listener })
    }

    /// The address as a URL.
    #[must_use]
    pub fn url(&self) -> String {
        self.listener
            .local_addr()
            .map_or_else(|_| "http://localhost".into(), |address| format!("http://{address}"))
    }

    /// Serves the application, and keeps its boards up to date beside it. The future ends after SIGTERM or SIGINT, when running requests have ended, or
    /// when its handle is told to stop.
    ///
    /// # Errors
    /// One line that says what is wrong.
    pub fn serve(self, app: App, signals: bool) -> Result<(Server, Jobs), String> {
        let jobs = Jobs(vec![
            tokio::spawn(ranking::job::run(app.clone())),
            tokio::spawn(material::sweep::run(app.clone())),
            tokio::spawn(integrity::job::run(app.clone())),
        ]);
        let config = Arc::clone(&app.config);
        let endpoint = Endpoint::new(app).map_err(|e| format!("cannot start: {e}"))?;
        let threads = Arc::new(AtomicUsize::new(0));
        // Called once by each thread that serves.
        let server = HttpServer::new(move || {
            Actix::new()
                .app_data(web::Data::new(endpoint.of_thread(threads.fetch_add(1, Ordering::Relaxed))))
                .wrap(cors(&config.cors_origins))
                .wrap(Compress::default())
                .wrap(from_fn(request_id::give))
                .route("/graphql", web::route().to(endpoint::handle))
                .configure(token::configure)
                .route("/import/registrations", web::route().to(import::registrations))
                .route("/import/events", web::route().to(import_events::events))
                .route("/export/members.{format}", web::route().to(export::members))
                .route("/reports/monitoring/{region}/{file}", web::route().to(report::monitoring))
                .route("/practices/{practice}/materials", web::route().to(upload::material))
                .route("/materials/{material}", web::route().to(download::material))
                .configure(graphiql::configure)
                .configure(service_pages::configure)
        })
        // Who sends headers slower than this is not served.
        .client_request_timeout(Duration::from_secs(5))
        .client_disconnect_timeout(Duration::from_secs(1))
        .keep_alive(Duration::from_secs(75))
        .shutdown_timeout(STOP_WITHIN);
        let server = if signals { server } else { server.disable_signals() };
        let server = server.listen(self.listener).map_err(|e| format!("cannot listen: {e}"))?.run();
        Ok((server, jobs))
    }
}

/// What goes on beside the server.
#[derive(Debug)]
pub struct Jobs(Vec<JoinHandle<()>>);

impl Jobs {
    /// Ends them, before the database is closed under their hands. What they had begun is begun anew the next time.
    pub async fn end(self) {
        for job in self.0 {
            job.abort();
            let _ = job.await;
        }
    }
}

/// No cookie is ever used, so a foreign page can send nothing in a visitor's name; what is left to decide is
/// whose pages may read the answers.
fn cors(origins: &[String]) -> Cors {
    let cors = Cors::default()
        .allowed_methods(["GET", "HEAD", "POST"])
        // Clients bring headers of their own (tracing, client names); none of them means anything here.
        .allow_any_header()
        .expose_headers([
            request_id::HEADER,
            header::CONTENT_DISPOSITION,
            header::CONTENT_RANGE,
            header::ETAG,
            header::LOCATION,
        ])
        .max_age(3600);
    if origins.iter().any(|origin| origin == "*") {
        return cors.allow_any_origin().send_wildcard();
    }
    origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}
