//! The application: everything that a request or a job needs, put together in one place.

use std::sync::Arc;

use crate::{
    auth::{
        credentials::{Keys, Passwords},
        throttle::Throttle,
    },
    clock::Clock,
    config::Config,
    db::Db,
    error::{Code, Error},
    files::store::Store,
    registry::{
        indicator,
        ranking::{
            build::Building,
            versions::{self, Known},
        },
    },
};

/// The application. Cheap to clone.
#[derive(Clone, Debug)]
pub struct App {
    /// The database.
    pub db: Db,
    /// Where files are kept.
    pub store: Store,
    /// The settings.
    pub config: Arc<Config>,
    /// The time.
    pub clock: Clock,
    /// What signs and verifies access tokens.
    pub keys: Arc<Keys>,
    /// What checks passwords.
    pub passwords: Arc<Passwords>,
    /// What slows down guessing.
    pub throttle: Arc<Throttle>,
    /// By which ranking boards are built.
    pub boards: Arc<Building>,
    /// The versions of ranking methods that were asked for so far.
    pub methods: Arc<Known>,
}

impl App {
    /// The one constructor, for the program and for its tests. The schema must have been migrated. Enters what a new
    /// registry lacks: a signing key, and the versions of the ranking methods that the program ships. Whether the store
    /// works is for [`Store::check`] to find out.
    ///
    /// # Errors
    /// The database's; `UNAVAILABLE` where there can be no store.
    pub async fn new(config: Config, db: Db, clock: Clock) -> Result<Self, Error> {
        let store = Store::open(config.materials_url.as_deref(), &config.data_dir)
            .map_err(|why| Error::Refused(Code::Unavailable, why))?;
        let keys = Keys::load(&db, clock.now()).await?;
        versions::lay_down(&db, clock.now()).await?;
        indicator::versions::lay_down(&db, clock.now()).await?;
        Ok(Self {
            db,
            store,
            config: Arc::new(config),
            clock,
            keys: Arc::new(keys),
            passwords: Arc::new(Passwords::new()?),
            throttle: Arc::default(),
            boards: Arc::default(),
            methods: Arc::default(),
        })
    }
}
