//! What `registry demo` does before it serves: loads the set, and tells what there is to see.

use std::fmt::Write;

use entity::{community, ids::CommunityId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{
    DEMO_PASSWORD,
    load::{self, LoadError, Loaded},
};
use crate::{
    app::App,
    db::keyset::{List, Page},
    error::Error,
    registry::ranking::{method::Method, service},
};

/// Loads the set into the application's empty database; gives the text that greets the user.
///
/// # Errors
/// When the database holds anything already, and the database's own.
pub async fn prepare(app: &App, url: &str) -> Result<String, LoadError> {
    let loaded = load::load(&app.db, &app.store, app.clock.now()).await?;
    Ok(greeting(&loaded, &first_ten(app).await?, url))
}

/// Rank, practices and name of the first ten communities of the federation.
async fn first_ten(app: &App) -> Result<Vec<(i64, i64, String)>, Error> {
    let spec = service::spec(Method::PublishedPractices, None, None, None, app.clock.now())?;
    let page = Page::new(Some(10), None, None, None)?;
    let page = service::page(app, &spec, None, List::of("ranking", &spec.key()), &page).await?;
    let ids = page.entries.iter().map(|(_, entry)| CommunityId(entry.subject));
    let rows = community::Entity::find().filter(community::Column::Id.is_in(ids)).all(app.db.read()).await?;
    let named = |id| rows.iter().find(|row| row.id == id);
    Ok(page
        .entries
        .iter()
        .filter_map(|(_, entry)| {
            let row = named(CommunityId(entry.subject))?;
            Some((entry.rank, row.practice_count, format!("{} ({})", row.name, row.slug)))
        })
        .collect())
}

fn greeting(loaded: &Loaded, first_ten: &[(i64, i64, String)], url: &str) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "Демонстрационные данные: регионов — {}, сообществ — {}, опубликованных практик — {}, участников — {}.\n\
         Показатели Краснодарского края настоящие, имена и остальное вымышлены (api/src/demo/data/README.md).\n\n\
         Первые десять сообществ по числу опубликованных практик:",
        loaded.regions, loaded.communities, loaded.practices, loaded.members
    );
    for (rank, practices, name) in first_ten {
        let _ = writeln!(text, "{rank:>4}.  {practices:>3}  {name}");
    }
    let _ = writeln!(text, "\nУчётные записи (пароль у всех: {DEMO_PASSWORD}):");
    let width = loaded.accounts.iter().map(|account| account.login.len()).max().unwrap_or(0);
    for account in &loaded.accounts {
        let _ = writeln!(text, "  {:<width$}  {}", account.login, account.role);
    }
    let _ = writeln!(text, "\nGraphiQL: {url}/    API: {url}/graphql    Схема: {url}/schema.graphql");
    for service in loaded.accounts.iter().filter(|account| account.is_service) {
        let command = format!("curl -u {}:{DEMO_PASSWORD} -d grant_type=client_credentials", service.login);
        let _ = writeln!(text, "Токен для другой системы: {command} {url}/oauth/token");
    }
    let _ = writeln!(text, "Остановить: Ctrl+C");
    text
}
