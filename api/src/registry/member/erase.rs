//! The erasure of a person on request: the personal data go, everywhere and for good; what was done, counted and
//! written remains, without a name.

use std::collections::BTreeSet;

use entity::{
    MemberState, account, adoption, erased_registration,
    ids::{AccountId, MemberId, OrganizationId, PersonId},
    journal, member, organization, person, rating, refresh_token, session,
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, Query},
};
use serde_json::json;

use super::{
    ledger::{self, Counts},
    people,
    rules::{ERASED_NAME, ERASED_PLACE},
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
    let mut worked: Vec<_> = rows.iter().filter_map(|row| row.organization_id).collect();
    erase_registrations(&mut tx, rows).await?;
    worked.extend(erase_person(&tx, whose).await?);
    forget_workplaces(&mut tx, whose, worked).await?;
    let today = tx.at().date_naive();
    end_all_of(&mut tx, whose, today).await?;
    close_accounts(&tx, whose).await?;
    people::tell_of(&mut tx, &[whose]).await?;
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
            row_digest: None,
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

/// Gives where the person worked.
async fn erase_person(tx: &Tx, id: PersonId) -> Result<Option<OrganizationId>, Error> {
    let found = person::Entity::find_by_id(id).one(tx.db()).await?;
    let old = found.ok_or_else(|| Error::broken("a registration without its person"))?;
    let worked = old.organization_id;
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
    tx.upsert_all::<person::Entity>(vec![new], person::Column::Id).await?;
    Ok(worked)
}

/// Organizations at which nobody else works, and which only registrations brought in, in whatever words: their names
/// are the person's own. The rows remain in the archive, because ratings and adoptions count by organization.
async fn forget_workplaces(tx: &mut Tx, of: PersonId, worked: Vec<OrganizationId>) -> Result<(), Error> {
    let rated: Vec<Option<OrganizationId>> = rating::Entity::find()
        .select_only()
        .column(rating::Column::OrganizationId)
        .filter(rating::Column::PersonId.eq(of))
        .into_tuple()
        .all(tx.db())
        .await?;
    let adopted: Vec<OrganizationId> = adoption::Entity::find()
        .select_only()
        .column(adoption::Column::OrganizationId)
        .filter(adoption::Column::DeclaredBy.eq(of))
        .into_tuple()
        .all(tx.db())
        .await?;
    let worked = worked.into_iter().chain(rated.into_iter().flatten()).chain(adopted);
    let members = member::Entity::find()
        .select_only()
        .column(member::Column::OrganizationId)
        .filter(member::Column::OrganizationId.is_not_null())
        .into_query();
    let persons = person::Entity::find()
        .select_only()
        .column(person::Column::OrganizationId)
        .filter(person::Column::OrganizationId.is_not_null())
        .into_query();
    let rows = organization::Entity::find()
        .filter(organization::Column::Id.is_in(worked))
        .filter(organization::Column::Id.not_in_subquery(members))
        .filter(organization::Column::Id.not_in_subquery(persons))
        .order_by_asc(organization::Column::Id)
        .lock_exclusive()
        .all(tx.db())
        .await?;
    let entries = journal::Entity::find()
        .filter(journal::Column::SubjectId.is_in(rows.iter().map(|row| row.id.0)))
        .all(tx.db())
        .await?;
    for row in rows {
        let of_it = || entries.iter().filter(|entry| entry.subject_id == row.id.0);
        if of_it().next().is_none() || of_it().any(|entry| entry.action == Action::OrganizationWrite.name()) {
            continue;
        }
        let mut new = row.clone().into_active_model();
        // Unique in the municipality, as every name.
        new.name = Set(format!("{ERASED_PLACE} {}", row.id.0.simple()));
        new.version = Set(row.version + 1);
        new.archived_at = Set(Some(row.archived_at.unwrap_or_else(|| tx.at())));
        new.update(tx.db()).await?;
        tx.record(Change::of(row.id, None, Some(json!({ "changed": ["name"], "erased": true }))));
    }
    Ok(())
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
