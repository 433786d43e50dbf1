//! The erasure of a person on request: the personal data go, everywhere and for good; what was done, counted and
//! written remains, without a name.

use std::collections::BTreeSet;

use entity::{
    MemberState, account, appointment, erased_registration,
    ids::{AccountId, MemberId, PersonId},
    member, person, practice, practice_author, refresh_token, session,
};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, Query},
};
use serde_json::json;

use super::{
    ledger::{self, Counts},
    rules::ERASED_NAME,
    write,
};
use crate::{
    app::App,
    auth::{Action, Actor, policy, visibility},
    db::{Change, Tx},
    error::{Error, Outcome, UserError, UserErrorCode},
    registry::{governance::endings::end_all_of, sync::plan::erased_hash},
    text,
};

/// No password matches it.
const NO_PASSWORD: &str = "!";

/// Erases the person of a registration: names, addresses, workplaces, keys in other systems, accounts. Registrations
/// in force and offices end today; counts of the days before, authorship, ratings and decisions remain. `request` is
/// the number under which the person asked for it.
///
/// An operator erases who is registered in the own region alone; who is registered in several, the federal registrar.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn erase(app: &App, actor: &Actor, of: MemberId, request: &str) -> Outcome<()> {
    policy::signed_in(actor, Action::PersonErase)?;
    let seen = visible(app, actor, of).await?;
    let permit = policy::permit(actor, Action::PersonErase, &write::place(&seen))?;
    let request = match text::required_line("request", request, 100) {
        Ok(request) => request,
        Err(error) => return Ok(Err(error.into())),
    };
    let mut tx = app.db.begin(permit).await?;
    let whose = seen.person_id;
    // All turns at once, in one order, so that two erasures never wait for each other.
    let regions: BTreeSet<_> =
        registrations(&tx, whose).await?.into_iter().map(|row| row.region_id).collect();
    for region in &regions {
        ledger::take_turn(&tx, *region).await?;
    }
    let scope = visibility::scope(actor, Action::PersonErase);
    let oneself = actor.person() == Some(whose);
    if !oneself && !scope.all && !regions.iter().all(|region| scope.regions.contains(region)) {
        let message = "The person is registered in other regions, too; the federal registrar erases it.";
        return Ok(Err(UserError::of("memberId", UserErrorCode::NotEligible, message).into()));
    }
    let rows = registrations(&tx, whose).await?;
    if rows.is_empty() {
        return Err(Error::not_found("registration"));
    }
    erase_registrations(&mut tx, rows).await?;
    erase_person(&tx, whose).await?;
    let today = tx.at().date_naive();
    end_all_of(&mut tx, whose, today).await?;
    close_accounts(&tx, whose).await?;
    tell_of_what_bore_the_name(&mut tx, whose).await?;
    let told = Change::of(whose, None, Some(json!({ "erased": true, "request": request })));
    tx.record(told.within(seen.region_id, Some(seen.community_id)));
    tx.commit().await?;
    Ok(Ok(()))
}

/// The registration, as far as the caller may see it, or erase its person without seeing more than the id.
async fn visible(app: &App, actor: &Actor, id: MemberId) -> Result<member::Model, Error> {
    let erasing = visibility::scope(actor, Action::PersonErase);
    let mut to = visibility::visible_members(actor);
    to.all |= erasing.all;
    to.regions.extend(erasing.regions);
    let found = member::Entity::visible(&to).filter(member::Column::Id.eq(id)).one(app.db.read()).await?;
    found.ok_or_else(|| Error::not_found("registration"))
}

/// The person's registrations, locked before any of their communities.
async fn registrations(tx: &Tx, of: PersonId) -> Result<Vec<member::Model>, Error> {
    Ok(member::Entity::find()
        .lock_exclusive()
        .filter(member::Column::PersonId.eq(of))
        .filter(member::Column::ErasedAt.is_null())
        .all(tx.db())
        .await?)
}

async fn erase_registrations(tx: &mut Tx, rows: Vec<member::Model>) -> Result<(), Error> {
    let (at, today) = (tx.at(), tx.at().date_naive());
    let (mut counts, mut new, mut hashes) = (Counts::default(), Vec::new(), Vec::new());
    for old in rows {
        if let (Some(source), Some(key)) = (&old.source, &old.external_id) {
            let hash = erased_hash(old.region_id, source, key);
            hashes.push(erased_registration::Model { hash, erased_at: at });
        }
        let open = super::rules::is_open(old.state);
        let ends = today.max(old.joined_on);
        let row = member::Model {
            full_name: ERASED_NAME.into(),
            name_key: String::new(),
            email: None,
            phone: None,
            position: None,
            organization_id: None,
            source: None,
            external_id: None,
            reason: None,
            state: if open { MemberState::Left } else { old.state },
            left_on: if open { Some(ends) } else { old.left_on },
            // What was never in force counts on no day.
            joined_on: if old.state == MemberState::Pending { ends } else { old.joined_on },
            version: old.version + 1,
            erased_at: Some(at),
            ..old.clone()
        };
        counts.step(row.community_id, Some(old.state), Some(row.state));
        tx.record(ledger::change(Some(&old), &row));
        new.push(row);
    }
    tx.insert_all::<erased_registration::Entity>(hashes).await?;
    tx.upsert_all::<member::Entity>(new, member::Column::Id).await?;
    counts.write(tx).await
}

async fn erase_person(tx: &Tx, id: PersonId) -> Result<(), Error> {
    let found = person::Entity::find_by_id(id).one(tx.db()).await?;
    let old = found.ok_or_else(|| Error::broken("a registration without its person"))?;
    let new = person::Model {
        full_name: ERASED_NAME.into(),
        email: None,
        phone: None,
        position: None,
        organization_id: None,
        institute_id: None,
        identity: None,
        erased_at: Some(tx.at()),
        ..old
    };
    tx.upsert_all::<person::Entity>(vec![new], person::Column::Id).await
}

/// The person's accounts let nobody in any more, and their logins, which may be addresses, are gone.
async fn close_accounts(tx: &Tx, of: PersonId) -> Result<(), Error> {
    let accounts: Vec<AccountId> = account::Entity::find()
        .select_only()
        .column(account::Column::Id)
        .filter(account::Column::PersonId.eq(of))
        .into_tuple()
        .all(tx.db())
        .await?;
    for id in accounts {
        account::Entity::update_many()
            .col_expr(account::Column::Login, Expr::value(format!("erased-{}", id.0.simple())))
            .col_expr(account::Column::PasswordHash, Expr::value(NO_PASSWORD))
            .col_expr(account::Column::ClosedAt, Expr::value(tx.at()))
            .filter(account::Column::Id.eq(id))
            .exec(tx.db())
            .await?;
        let sessions = Query::select()
            .column(session::Column::Id)
            .from(session::Entity)
            .and_where(session::Column::AccountId.eq(id))
            .to_owned();
        refresh_token::Entity::delete_many()
            .filter(refresh_token::Column::SessionId.in_subquery(sessions))
            .exec(tx.db())
            .await?;
        session::Entity::delete_many().filter(session::Column::AccountId.eq(id)).exec(tx.db()).await?;
    }
    Ok(())
}

/// Offices and practices show a name: whoever follows the registry must fetch them anew.
async fn tell_of_what_bore_the_name(tx: &mut Tx, of: PersonId) -> Result<(), Error> {
    let offices =
        appointment::Entity::find().filter(appointment::Column::PersonId.eq(of)).all(tx.db()).await?;
    let communities = entity::community::Entity::find()
        .filter(entity::community::Column::Id.is_in(offices.iter().map(|row| row.community_id)))
        .all(tx.db())
        .await?;
    for row in &offices {
        let region = communities.iter().find(|community| community.id == row.community_id);
        let change = Change::of(row.id, None, Some(json!({ "changed": ["holder"] })));
        tx.record(match region {
            Some(community) => change.within(community.region_id, Some(community.id)),
            None => change,
        });
    }
    let written = practice_author::Entity::find()
        .select_only()
        .column(practice_author::Column::PracticeId)
        .filter(practice_author::Column::PersonId.eq(of))
        .into_query();
    let practices =
        practice::Entity::find().filter(practice::Column::Id.in_subquery(written)).all(tx.db()).await?;
    for row in practices {
        let (before, after) =
            (json!({ "state": row.state }), json!({ "state": row.state, "changed": ["authors"] }));
        tx.record(crate::registry::practice::write::change(&row, Some(before), Some(after)));
    }
    Ok(())
}
