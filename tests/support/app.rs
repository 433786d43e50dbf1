//! The application behind its real HTTP server, on a database of the test's own.

use std::{
    sync::{Arc, Mutex, OnceLock},
    thread,
};

use api::{
    app::App, clock::Clock, config::Config, db::Db, graphql::ids, http::server::Bound,
    registry::ranking::field::Fields,
};
use entity::{
    ids::{AccountId, SessionId, TypedId},
    journal, ranking_board, ranking_leaf, session,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use tokio::sync::MutexGuard;

use super::{actor::Actor, backend::Database, client::Client};

/// The application under test. It begins to serve with the first request, so rows that factories put in
/// place before stand in the first ranking boards, too.
#[derive(Debug)]
pub struct TestApp {
    /// Its clock: `app.clock.advance(…)` instead of waiting.
    pub clock: Clock,
    inner: App,
    database: Database,
    served: Arc<Served>,
}

impl TestApp {
    /// On an embedded database.
    pub async fn on_sqlite() -> Self {
        Self::over(Database::sqlite().await).await
    }

    /// On a server; none where there is none.
    pub async fn on_postgres() -> Option<Self> {
        let database = Database::postgres().await?;
        Some(Self::over(database).await)
    }

    /// On this database.
    pub async fn over(database: Database) -> Self {
        // Night falls in no test but those that are about it.
        let config = Config { integrity_hour: 24, ..Config::default() };
        Self::on(database, config, Clock::default()).await
    }

    async fn on(database: Database, mut config: Config, clock: Clock) -> Self {
        config.materials_url = Some(format!("file://{}", database.files().display()));
        let db = database.connect(config.database_connections).await;
        let inner = App::new(config, db, clock.clone()).await.unwrap();
        let served = Arc::new(Served::new(inner.clone()));
        Self { clock, inner, database, served }
    }

    /// The same with other settings.
    pub async fn configured(self, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::clone(&self.inner.config);
        change(&mut config);
        Self::on(self.database.clone(), config, self.clock.clone()).await
    }

    /// Another process on the same database, with the same clock.
    pub async fn replica(&self) -> Self {
        Self::on(self.database.clone(), Config::clone(&self.inner.config), self.clock.clone()).await
    }

    /// The application itself.
    pub fn app(&self) -> &App {
        &self.inner
    }

    /// The database, as the application reaches it.
    pub fn db(&self) -> &Db {
        &self.inner.db
    }

    /// For the statements of factories and checks, which go past the application.
    pub fn rows(&self) -> &impl ConnectionTrait {
        // It cannot know what they write.
        self.inner.db.touch();
        self.inner.db.read()
    }

    /// The database's place, for the program under test.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The address of a page of the running server, e.g. `/livez`.
    pub fn url(&self, path: &str) -> String {
        self.served.url(path)
    }

    /// Somebody who is not signed in.
    pub fn visitor(&self) -> Actor {
        Actor::new(Client::new(Arc::clone(&self.served)), None)
    }

    /// Signs in by the API, with the password of all accounts that factories make.
    pub async fn sign_in(&self, login: &str) -> Actor {
        let answer = self.visitor().sign_in(login, super::factory::PASSWORD).await;
        let token = answer.payload()["accessToken"].as_str().unwrap_or_else(|| panic!("{answer:#?}"));
        self.visitor().bearing(token)
    }

    /// Somebody signed in to this account, without the work of checking a password.
    pub async fn enter(&self, account: AccountId) -> Actor {
        let (now, id) = (self.clock.now(), SessionId::generate());
        session::Entity::insert(session::ActiveModel {
            id: Set(id),
            account_id: Set(account),
            created_at: Set(now),
            expires_at: Set(now + chrono::Duration::days(self.inner.config.session_days.into())),
            revoked_at: Set(None),
        })
        .exec_without_returning(self.rows())
        .await
        .unwrap();
        let minutes = self.inner.config.access_token_minutes;
        let (token, _) = self.inner.keys.sign(account, id, now, minutes).unwrap();
        self.visitor().bearing(&token).of_account(account)
    }

    /// The whole journal, oldest first.
    pub async fn journal(&self) -> Vec<journal::Model> {
        journal::Entity::find().order_by_asc(journal::Column::Seq).all(self.rows()).await.unwrap()
    }

    /// What boards are made of: nobody else can read or renew it meanwhile.
    pub async fn what_boards_are_made_of(&self) -> MutexGuard<'_, Fields> {
        self.inner.boards.fields.lock().await
    }

    /// Throws the living ranking boards away; the next query makes them anew. For rows that factories put in place
    /// after the first request: the boards follow the journal, in which those do not stand.
    pub async fn forget_boards(&self) {
        // What was read for them goes with them.
        let mut fields = self.what_boards_are_made_of().await;
        *fields = Fields::default();
        let living = ranking_board::Entity::find().filter(ranking_board::Column::Revision.is_null());
        let living: Vec<_> = living.all(self.rows()).await.unwrap().into_iter().map(|row| row.id).collect();
        let of_them = ranking_leaf::Column::BoardId.is_in(living.iter().copied());
        ranking_leaf::Entity::delete_many().filter(of_them).exec(self.rows()).await.unwrap();
        let them = ranking_board::Column::Id.is_in(living);
        ranking_board::Entity::delete_many().filter(them).exec(self.rows()).await.unwrap();
    }
}

/// The public form of an id.
pub fn id<T: TypedId>(id: T) -> String {
    ids::encode(id).0
}

/// A public id as the value of a variable.
pub fn id_value<T: TypedId>(of: T) -> Value {
    json!(id(of))
}

/// The server: bound from the beginning, serving from the first request, stopped when dropped.
#[derive(Debug)]
pub struct Served {
    url: String,
    waiting: Mutex<Option<(Bound, App)>>,
    running: OnceLock<Running>,
}

#[derive(Debug)]
struct Running {
    stop: std::sync::mpsc::Sender<()>,
    thread: Mutex<Option<thread::JoinHandle<()>>>,
}

impl Served {
    fn new(app: App) -> Self {
        let bound = Bound::new("127.0.0.1", 0).unwrap();
        Self { url: bound.url(), waiting: Mutex::new(Some((bound, app))), running: OnceLock::new() }
    }

    /// The address of a page; begins to serve when nobody has asked for one yet.
    pub fn url(&self, path: &str) -> String {
        self.running.get_or_init(|| {
            let (bound, app) = self.waiting.lock().unwrap().take().expect("a server that has not begun");
            let (stop, stopped) = std::sync::mpsc::channel();
            let thread = thread::spawn(move || serve(bound, app, stopped));
            Running { stop, thread: Mutex::new(Some(thread)) }
        });
        format!("{}{path}", self.url)
    }
}

/// In a thread and a runtime of its own, so that stopping it can be waited for wherever a test ends.
fn serve(bound: Bound, app: App, stopped: std::sync::mpsc::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let (server, jobs) = bound.serve(app, false).unwrap();
        let handle = server.handle();
        let server = tokio::spawn(server);
        let _ = tokio::task::spawn_blocking(move || stopped.recv()).await;
        handle.stop(false).await;
        let _ = server.await;
        jobs.end().await;
    });
}

impl Drop for Served {
    fn drop(&mut self) {
        let Some(running) = self.running.get() else { return };
        let _ = running.stop.send(());
        if let Some(thread) = running.thread.lock().unwrap_or_else(|e| e.into_inner()).take() {
            let _ = thread.join();
        }
    }
}
