//! Every mutation, called by nobody and by every role: inside the role's scope and outside it. What comes back
//! must be what the policy's table says, and what was reviewed in `mutations.txt`.

mod members;
mod offices;
mod integrators;
mod accounts;
mod communities;
mod lists;
mod practices;
mod integrity;
mod materials;
mod adoptions;
mod assessments;
mod reviews;
mod events;
mod indicators;
mod clusters;
mod monitoring;
mod rankings;
mod sessions;

use std::{
    fmt::Write,
    sync::atomic::{AtomicU32, Ordering},
};

use api::auth::{
    policy,
    table::{Action, Reach, Rule},
};
use entity::{Office, Role, community, municipality, region};
use futures::future::BoxFuture;
use sea_orm::EntityTrait;

use super::assert_reviewed;
use crate::{
    schema::root_fields,
    support::{actor::Actor, app::TestApp, client::Answer},
};

/// A mutation as it is called. Each concept lists its own, in a file of its own.
struct Call {
    field: &'static str,
    /// The row of the policy that decides.
    action: Action,
    /// On what, for the table: a state, a kind; `-` where it needs nothing.
    on: &'static str,
    /// Whether such a thing inside or outside of a role's scope is known to the role: what it may not know of is
    /// `NOT_FOUND`, what it may not do is `FORBIDDEN`.
    known: fn(Role, bool) -> bool,
    /// Makes a fresh thing of the scene and calls the mutation on it, so that nothing but a right can be missing.
    run: Run,
}

/// The application, who calls, where the thing lies, and whether it is made the caller's own.
type Run = for<'a> fn(&'a TestApp, &'a Actor, &'a Scene, bool) -> BoxFuture<'a, Answer>;

/// What everybody may know of.
fn public(_: Role, _: bool) -> bool {
    true
}

/// A number that no other call of this run has, for what must be unique.
fn unique() -> u32 {
    static LAST: AtomicU32 = AtomicU32::new(0);
    LAST.fetch_add(1, Ordering::Relaxed)
}

/// All mutations.
fn calls() -> Vec<&'static Call> {
    [
        members::CALLS,
        offices::CALLS,
        practices::CALLS,
        integrity::CALLS,
        materials::CALLS,
        adoptions::CALLS,
        reviews::CALLS,
        assessments::CALLS,
        events::CALLS,
        indicators::CALLS,
        clusters::CALLS,
        monitoring::CALLS,
        rankings::CALLS,
        sessions::CALLS,
        integrators::CALLS,
        lists::CALLS,
        communities::CALLS,
        accounts::CALLS,
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The region in which all roles are held.
const HERE: &str = "RU-KDA";

/// A community with its surroundings.
struct Scene {
    community: community::Model,
    municipality: municipality::Model,
}

impl Scene {
    async fn new(app: &TestApp, region: &str, slug: &str, profile: &str) -> Self {
        let community = app.new_community(slug).region(region).profile(profile).create().await;
        let municipality = app.municipality(&app.region(region).await, "Город").await;
        Self { community, municipality }
    }

    /// Where it lies.
    async fn region(&self, app: &TestApp) -> region::Model {
        region::Entity::find_by_id(self.community.region_id).one(app.rows()).await.unwrap().unwrap()
    }

    /// Somebody who holds this one role here, and nothing else anywhere.
    async fn holder(&self, app: &TestApp, role: Option<Role>) -> Actor {
        let region = app.region(HERE).await;
        match role {
            None => app.visitor(),
            Some(Role::Member) => app.member_of(&self.community).await,
            Some(Role::CouncilRepresentative) => {
                app.representative_of(&self.community, &self.municipality).await
            }
            Some(Role::PresidiumMember) => app.officer(Office::PresidiumMember, &self.community).await,
            Some(Role::Chair) => app.chair_of(&self.community).await,
            Some(Role::Coordinator) => app.coordinator_of(&self.community).await,
            Some(Role::RegionalOperator) => app.operator_of(&region).await,
            Some(Role::Expert) => app.expert_of(&app.profile("chemistry-teachers").await).await,
            Some(Role::Integrator) => app.integrator_of(&region).await,
            Some(Role::FederalRegistrar) => app.registrar().await,
            Some(Role::Auditor) => app.auditor().await,
        }
    }
}

fn row(action: Action) -> &'static Rule {
    policy::RULES.iter().find(|rule| rule.action == action).unwrap()
}

/// Whether the table lets the role do it: to a thing in its scope, or to one outside of it.
fn allows(action: Action, role: Option<Role>, inside: bool) -> bool {
    let rule = row(action);
    rule.anyone
        // The matrix makes a thing inside a member's scope the member's own.
        || (rule.oneself && inside && role == Some(Role::Member))
        || rule.allow.iter().any(|(allowed, reach)| {
            // A call of a sync names no place: it is always of the caller's own region.
            let everywhere = matches!(reach, Reach::Federation | Reach::Anywhere) || action == Action::MembersSync;
            Some(*allowed) == role && (inside || everywhere)
        })
}

/// What the table lets one expect.
fn expected(call: &Call, role: Option<Role>, inside: bool) -> &'static str {
    // Whoever has no account is asked to sign in, whatever there is; and has no session to end.
    if role.is_none() && (!row(call.action).anyone || call.action == Action::SessionEnd) {
        return "UNAUTHENTICATED";
    }
    if allows(call.action, role, inside) {
        return "done";
    }
    let seen = role.is_some_and(|role| (call.known)(role, inside));
    if seen { "FORBIDDEN" } else { "NOT_FOUND" }
}

#[test]
fn every_mutation_is_called_in_the_table_of_mutations() {
    for field in root_fields("Mutation") {
        assert!(calls().iter().any(|call| call.field == field), "`{field}` is not among the calls");
    }
}

on_both! {
    async fn every_mutation_is_let_through_or_refused_as_the_policy_says(app: TestApp) {
        let here = Scene::new(&app, HERE, "kda-chemistry", "chemistry-teachers").await;
        let elsewhere = Scene::new(&app, "RU-SPE", "spe-history", "history-teachers").await;
        let roles: Vec<_> = [None].into_iter().chain(policy::ROLES.iter().copied().map(Some)).collect();
        let mut table = String::new();
        for inside in [true, false] {
            let place = if inside { "inside its scope" } else { "outside its scope" };
            writeln!(table, "What each role is answered {place}\n").unwrap();
            let name = |role: &Option<Role>| role.map_or("visitor".into(), |role| format!("{role:?}"));
            let heads: Vec<_> = roles.iter().map(name).collect();
            writeln!(table, "{}", line("mutation", "on", &heads)).unwrap();
            let mut actors = Vec::new();
            for role in &roles {
                actors.push(here.holder(&app, *role).await);
            }
            for call in calls() {
                let mut cells = Vec::new();
                for (role, actor) in roles.iter().zip(&actors) {
                    // A rating is given to another community's practice; all else happens at home.
                    let at_home = inside && call.action != Action::PracticeRate;
                    let scene = if at_home { &here } else { &elsewhere };
                    let wrote = at_home && *role == Some(Role::Member);
                    let found = (call.run)(&app, actor, scene, wrote).await.outcome();
                    let wanted = expected(call, *role, inside);
                    assert_eq!(found, wanted, "{} on {} as {role:?} {place}", call.field, call.on);
                    cells.push(found);
                }
                writeln!(table, "{}", line(call.field, call.on, &cells)).unwrap();
            }
            if inside {
                table.push('\n');
            }
        }
        assert_reviewed("mutations.txt", include_str!("../mutations.txt"), &table);
    }
}

fn line(field: &str, on: &str, cells: &[String]) -> String {
    let mut line = format!("{field:<26}{on:<11}");
    for cell in cells {
        write!(line, "{cell:<23}").unwrap();
    }
    line.trim_end().to_owned()
}
