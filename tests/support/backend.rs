//! A database for one test: migrated, empty, and gone when the test has ended.

use std::{fs, path::Path, sync::Arc};

use api::db::{Address, Db};
use sea_orm::{ConnectionTrait, Database as Connect};
use tempfile::TempDir;
use tokio::sync::{Mutex, OnceCell};
use uuid::Uuid;

use super::cluster::{self, Server};

/// A database of a test's own.
#[derive(Clone, Debug)]
pub struct Database {
    address: Address,
    /// Where files are kept beside it.
    files: Arc<TempDir>,
    _held: Arc<Held>,
}

/// What must be cleared away after the test.
#[derive(Debug)]
enum Held {
    Folder(#[expect(dead_code, reason = "removed when dropped")] TempDir),
    /// Goes with the temporary cluster.
    Nothing,
    OnServer {
        server: &'static Server,
        name: String,
    },
}

impl Database {
    fn new(address: Address, held: Held) -> Self {
        Self { address, files: Arc::new(tempfile::tempdir().unwrap()), _held: Arc::new(held) }
    }

    /// A new embedded database: a copy of a migrated file.
    pub async fn sqlite() -> Self {
        static TEMPLATE: OnceCell<Vec<u8>> = OnceCell::const_new();
        let template = TEMPLATE
            .get_or_init(|| async {
                let folder = tempfile::tempdir().unwrap();
                let address = Db::embedded(folder.path());
                migrate(&address).await;
                let Address::File(path) = address else { unreachable!("an embedded database is a file") };
                fs::read(path).unwrap()
            })
            .await;
        let folder = tempfile::tempdir().unwrap();
        let address = Db::embedded(folder.path());
        let Address::File(path) = &address else { unreachable!("an embedded database is a file") };
        fs::write(path, template).unwrap();
        Self::new(address, Held::Folder(folder))
    }

    /// A new database on the server; none where there is no server. On a temporary one it is a copy of a
    /// migrated template; on a given one it is migrated itself, so that no template is left behind.
    pub async fn postgres() -> Option<Self> {
        static TEMPLATE: OnceCell<String> = OnceCell::const_new();
        // The first look starts a server, which takes some seconds.
        let server = tokio::task::spawn_blocking(cluster::server).await.expect("a server")?;
        let name = format!("registry_test_{}", Uuid::now_v7().simple());
        let address = Address::parse(&server.url(&name));
        if server.temporary {
            let template = TEMPLATE
                .get_or_init(|| async {
                    let template = "registry_template".to_owned();
                    create(server, &template, "template1").await;
                    migrate(&Address::parse(&server.url(&template))).await;
                    template
                })
                .await;
            create(server, &name, template).await;
            return Some(Self::new(address, Held::Nothing));
        }
        create(server, &name, "template0").await;
        let held = Held::OnServer { server, name };
        migrate(&address).await;
        Some(Self::new(address, held))
    }

    /// A new embedded database without any schema.
    pub fn unmigrated() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::new(Db::embedded(folder.path()), Held::Folder(folder))
    }

    /// Connects to it, with so many connections at most.
    pub async fn connect(&self, connections: u32) -> Db {
        Db::connect(&self.address, connections).await.unwrap()
    }

    /// The folder in which files are kept.
    pub fn files(&self) -> &Path {
        self.files.path()
    }

    /// Where it is.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Its address as the setting `DATABASE_URL` takes it.
    pub fn url(&self) -> String {
        match &self.address {
            Address::File(path) => format!("sqlite://{}", path.display()),
            Address::Server(url) => url.clone(),
        }
    }
}

async fn migrate(address: &Address) {
    let db = Db::connect(address, 1).await.unwrap();
    db.migrate().await.unwrap();
    db.close().await;
}

/// One at a time: a template may not be in use while it is copied.
async fn create(server: &Server, name: &str, template: &str) {
    static TURN: Mutex<()> = Mutex::const_new(());
    let _turn = TURN.lock().await;
    on_server(server, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
}

async fn on_server(server: &Server, statement: &str) {
    let admin = Connect::connect(server.admin_url()).await.unwrap();
    admin.execute_unprepared(statement).await.unwrap();
    admin.close().await.unwrap();
}

impl Drop for Held {
    fn drop(&mut self) {
        let Self::OnServer { server, name } = self else { return };
        let statement = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(on_server(server, &statement));
            });
        });
    }
}
