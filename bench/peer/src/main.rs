//! What the registry is measured against, in one small actix server: `/memory` sends the bytes of a file, which is the limit
//! of what a server can do; `/sql` runs the one statement of a file and sends the JSON that it gives, as somebody would write
//! it by hand for one page.
//!
//! Usage: `bench-peer PORT POSTGRES-URL BODY-FILE SQL-FILE`. The files are read anew by `POST /reload`.

use std::{
    env, fs, io,
    sync::{Arc, PoisonError, RwLock},
};

use actix_web::{App, HttpResponse, HttpServer, web};
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use tokio_postgres::NoTls;

/// What is sent.
struct Peer {
    pool: Pool,
    files: [String; 2],
    texts: RwLock<Arc<[String; 2]>>,
}

impl Peer {
    fn texts(&self) -> Arc<[String; 2]> {
        Arc::clone(&self.texts.read().unwrap_or_else(PoisonError::into_inner))
    }
}

fn read(files: &[String; 2]) -> io::Result<Arc<[String; 2]>> {
    Ok(Arc::new([fs::read_to_string(&files[0])?, fs::read_to_string(&files[1])?]))
}

fn json() -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response.content_type("application/json");
    response
}

async fn memory(peer: web::Data<Peer>, _question: web::Bytes) -> HttpResponse {
    let [body, _] = &*peer.texts();
    json().body(body.clone())
}

async fn sql(peer: web::Data<Peer>, _question: web::Bytes) -> HttpResponse {
    let [_, statement] = &*peer.texts();
    let answer = async {
        let client = peer.pool.get().await.map_err(|e| e.to_string())?;
        let statement = client.prepare_cached(statement).await.map_err(|e| e.to_string())?;
        let row = client.query_one(&statement, &[]).await.map_err(|e| e.to_string())?;
        row.try_get::<_, String>(0).map_err(|e| e.to_string())
    };
    match answer.await {
        Ok(body) => json().body(body),
        Err(error) => HttpResponse::InternalServerError().body(error),
    }
}

async fn reload(peer: web::Data<Peer>) -> HttpResponse {
    match read(&peer.files) {
        Ok(texts) => {
            *peer.texts.write().unwrap_or_else(PoisonError::into_inner) = texts;
            HttpResponse::NoContent().finish()
        }
        Err(error) => HttpResponse::InternalServerError().body(error.to_string()),
    }
}

#[actix_web::main]
async fn main() -> io::Result<()> {
    let wrong = || io::Error::other("usage: bench-peer PORT POSTGRES-URL BODY-FILE SQL-FILE");
    let mut given = env::args().skip(1);
    let mut next = || given.next().ok_or_else(wrong);
    let (port, url, files) = (next()?, next()?, [next()?, next()?]);
    let port: u16 = port.parse().map_err(|_| wrong())?;
    let settings = url.parse().map_err(io::Error::other)?;
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = Manager::from_config(settings, NoTls, recycling);
    let pool = Pool::builder(manager).max_size(16).build().map_err(io::Error::other)?;
    let texts = RwLock::new(read(&files)?);
    let peer = web::Data::new(Peer { pool, files, texts });
    HttpServer::new(move || {
        App::new()
            .app_data(peer.clone())
            .route("/memory", web::post().to(memory))
            .route("/sql", web::post().to(sql))
            .route("/reload", web::post().to(reload))
    })
    .bind(("127.0.0.1", port))?
    .run()
    .await
}
