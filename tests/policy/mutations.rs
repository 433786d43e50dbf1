//! Every mutation, called by nobody and by every role: inside the role's scope and outside it. What comes back
//! must be what the policy's table says, and what was reviewed in `mutations.txt`.

use std::fmt::Write;

use api::auth::{
    policy,
    table::{Action, Reach, Rule},
};
use entity::{Office, PracticeState, Role, community, municipality};
use serde_json::json;

use super::assert_reviewed;
use crate::{
    schema::root_fields,
    support::{actor::Actor, app::TestApp, client::Answer},
};

/// A mutation with the practice that it is called on.
struct Call {
    field: &'static str,
    action: Action,
    /// The state of the practice that it needs; none where it needs no practice.
    on: Option<PracticeState>,
}

const fn call(field: &'static str, action: Action, on: Option<PracticeState>) -> Call {
    Call { field, action, on }
}

const CALLS: &[Call] = &[
    call("practiceCreate", Action::PracticeCreate, None),
    call("practiceUpdate", Action::PracticeUpdate, Some(PracticeState::Draft)),
    call("practiceSubmit", Action::PracticeSubmit, Some(PracticeState::Draft)),
    call("practiceReturn", Action::PracticeReturn, Some(PracticeState::Submitted)),
    call("practiceReturn", Action::PracticeReturnApproved, Some(PracticeState::Approved)),
    call("practiceApprove", Action::PracticeApprove, Some(PracticeState::Submitted)),
    call("practiceReject", Action::PracticeReject, Some(PracticeState::Submitted)),
    call("practicePublish", Action::PracticePublish, Some(PracticeState::Approved)),
    call("practiceWithdraw", Action::PracticeWithdraw, Some(PracticeState::Submitted)),
    call("practiceWithdraw", Action::PracticeWithdraw, Some(PracticeState::Published)),
    call("practiceAnnul", Action::PracticeAnnul, Some(PracticeState::Published)),
    call("practiceRate", Action::PracticeRate, Some(PracticeState::Published)),
    call("sessionCreate", Action::SessionCreate, None),
    call("sessionRefresh", Action::SessionRefresh, None),
    call("sessionEnd", Action::SessionEnd, None),
];

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

/// Calls a mutation on a fresh practice of the scene; `wrote` makes the caller its author.
async fn outcome(app: &TestApp, call: &Call, caller: &Actor, scene: &Scene, wrote: bool) -> String {
    let community = &scene.community;
    let practice = match call.on {
        Some(state) => {
            let new = app.new_practice(community).state(state);
            Some(if wrote { new.by(caller) } else { new }.create().await)
        }
        None => None,
    };
    let practice = practice.as_ref();
    let on = || practice.unwrap_or_else(|| panic!("{} without a practice", call.field));
    let answer: Answer = match call.field {
        "practiceCreate" => caller.create(community).await,
        "practiceUpdate" => caller.update(on(), 1, json!({ "title": "Новое" })).await,
        "practiceSubmit" => caller.submit(on()).await,
        "practiceReturn" => caller.give_back(on(), "Причина.").await,
        "practiceApprove" => caller.approve(on()).await,
        "practiceReject" => caller.reject(on(), "Причина.").await,
        "practicePublish" => caller.publish(on()).await,
        "practiceWithdraw" => caller.withdraw(on(), "Причина.").await,
        "practiceAnnul" => caller.annul(on(), "Причина.").await,
        "practiceRate" => caller.rate(on(), 4).await,
        "sessionCreate" => caller.sign_in(&app.stranger().await.login, "demo").await,
        "sessionRefresh" => {
            let signed_in = app.visitor().sign_in(&app.stranger().await.login, "demo").await;
            caller.refresh(signed_in.done()["refreshToken"].as_str().unwrap()).await
        }
        "sessionEnd" => match caller.account {
            // In a session of its own, because it ends.
            Some(account) => app.enter(account).await.sign_out().await,
            None => caller.sign_out().await,
        },
        other => panic!("nobody has told how to call `{other}`"),
    };
    answer.outcome()
}

fn row(action: Action) -> &'static Rule {
    policy::RULES.iter().find(|rule| rule.action == action).unwrap()
}

/// Whether the table lets the role do it: to a thing in its scope, or to one outside of it.
fn allows(action: Action, role: Option<Role>, inside: bool) -> bool {
    let rule = row(action);
    rule.anyone
        || rule.allow.iter().any(|(allowed, reach)| {
            Some(*allowed) == role && (inside || matches!(reach, Reach::Federation | Reach::Anywhere))
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
    let seen = match call.on {
        None | Some(PracticeState::Published) => true,
        // Drafts are their authors', and the auditor reads everything.
        Some(PracticeState::Draft) => role == Some(Role::Auditor) || (inside && role == Some(Role::Member)),
        Some(_) => allows(Action::PracticeReadUnpublished, role, inside),
    };
    if seen { "FORBIDDEN" } else { "NOT_FOUND" }
}

#[test]
fn every_mutation_is_called_in_the_table_of_mutations() {
    for field in root_fields("Mutation") {
        assert!(CALLS.iter().any(|call| call.field == field), "`{field}` is not among the calls");
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
            for call in CALLS {
                let mut cells = Vec::new();
                for (role, actor) in roles.iter().zip(&actors) {
                    // A rating is given to another community's practice; all else happens at home.
                    let at_home = inside && call.action != Action::PracticeRate;
                    let scene = if at_home { &here } else { &elsewhere };
                    let wrote = at_home && *role == Some(Role::Member);
                    let found = outcome(&app, call, actor, scene, wrote).await;
                    let wanted = expected(call, *role, inside);
                    assert_eq!(found, wanted, "{} on {:?} as {role:?} {place}", call.field, call.on);
                    cells.push(found);
                }
                let on = call.on.map_or("-", api::registry::practice::rules::name);
                writeln!(table, "{}", line(call.field, on, &cells)).unwrap();
            }
            if inside {
                table.push('\n');
            }
        }
        assert_reviewed("mutations.txt", include_str!("mutations.txt"), &table);
    }
}

fn line(field: &str, on: &str, cells: &[String]) -> String {
    let mut line = format!("{field:<18}{on:<11}");
    for cell in cells {
        write!(line, "{cell:<23}").unwrap();
    }
    line.trim_end().to_owned()
}
