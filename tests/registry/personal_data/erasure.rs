//! After an erasure: no door, no table and no line of the log holds a personal value of whoever was erased, and all
//! counts are as before.

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::Path,
};

use entity::{MemberState, ids::PersonId, member};
use sea_orm::{EntityName, EntityTrait, QuerySelect};
use serde_json::{Value, json};

use super::{
    WITNESS,
    doors::Visit,
    rule::{MARKS, World, secrets},
    scene::Scene,
    silent_log,
};
use crate::support::{app::TestApp, log};

/// All rows of these tables, with the tables' names.
macro_rules! rows_of {
    ($db:expr, $($table:ident),* $(,)?) => {
        vec![$((
            entity::$table::Entity.table_name().to_owned(),
            entity::$table::Entity::find().into_json().all($db).await.unwrap(),
        )),*]
    };
}

/// Every table with all that it holds.
async fn dump(app: &TestApp) -> Vec<(String, Vec<Value>)> {
    let all = rows_of!(
        app.rows(),
        account,
        adoption,
        appointment,
        assessment,
        assessment_score,
        client_secret,
        cluster,
        cluster_indicator,
        cluster_organization,
        cluster_result,
        community,
        community_document,
        community_link,
        cooperation_agreement,
        counter,
        department,
        erased_registration,
        expert,
        expert_conflict,
        event,
        event_community,
        event_participant,
        figure,
        grant,
        headcount,
        indicator,
        indicator_plan,
        institute,
        integrity_check,
        integrity_evidence,
        integrity_finding,
        journal,
        loose_file,
        material,
        monitoring,
        monitoring_figure,
        monitoring_question,
        monitoring_report,
        monitoring_return,
        member,
        municipality,
        organization,
        person,
        practice,
        practice_author,
        practice_decision,
        practice_edition,
        practice_tag,
        presidium_confirmation,
        profile,
        ranking_board,
        ranking_frozen,
        ranking_leaf,
        ranking_method,
        ranking_place,
        ranking_revision,
        rating,
        refresh_token,
        region,
        review,
        review_draw,
        rubric,
        rubric_criterion,
        search_spelling,
        search_term,
        session,
        signing_key,
        sync_call,
    );
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../entity/src");
    let mut there = BTreeSet::new();
    for file in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        if let Some((_, rest)) = text.split_once("table_name = \"") {
            there.insert(rest.split('"').next().unwrap().to_owned());
        }
    }
    assert_eq!(
        all.iter().map(|(name, _)| name.clone()).collect::<BTreeSet<_>>(),
        there,
        "no table is left out"
    );
    all
}

/// All texts of a value; what is kept in bytes may be text, too.
fn texts(value: &Value, all: &mut String) {
    match value {
        Value::String(text) => {
            all.push_str(text);
            all.push('\n');
        }
        Value::Array(parts) => {
            let bytes: Option<Vec<u8>> =
                parts.iter().map(|part| part.as_u64().and_then(|byte| u8::try_from(byte).ok())).collect();
            match bytes {
                Some(bytes) => all.push_str(&String::from_utf8_lossy(&bytes)),
                None => parts.iter().for_each(|part| texts(part, all)),
            }
        }
        Value::Object(fields) => fields.values().for_each(|field| texts(field, all)),
        _ => {}
    }
}

/// What is counted in public, by community and practice.
async fn counts(app: &TestApp, world: &World) -> Vec<Value> {
    let mut all = Vec::new();
    for community in &world.communities {
        let document = "query($slug: String!) { community(by: { slug: $slug }) { practiceCount
            a: membership(year: \"2021-2022\") { members byMunicipality { municipality { name } members } }
            b: membership(year: \"2023-2024\") { members byMunicipality { municipality { name } members } } } }";
        all.push(app.visitor().query(document, json!({ "slug": community.slug })).await.data().clone());
    }
    let document = "{ practices(first: 100) { totalCount nodes { id title
        rating { count mean histogram organizations } ratings(first: 50) { totalCount nodes { stars comment } } } } }";
    all.push(app.visitor().ask(document).await.data().clone());
    all
}

/// All personal values of persons: of their own rows, and of their registrations.
fn values(world: &World, of: impl Fn(PersonId) -> bool) -> BTreeSet<String> {
    let mut all = world.of_members(|row| of(row.person_id));
    for row in world.persons.values().filter(|row| of(row.id)) {
        all.extend(secrets(&format!("{} {:?} {:?}", row.full_name, row.email, row.phone)));
        all.extend(world.of_public(row.id));
    }
    all
}

async fn erase(app: &TestApp, scene: &mut Scene, world: &World) -> BTreeSet<PersonId> {
    let mut registrations: HashMap<PersonId, Vec<&member::Model>> = HashMap::new();
    for row in &world.members {
        registrations.entry(row.person_id).or_default().push(row);
    }
    let mut persons: Vec<_> = registrations.keys().copied().collect();
    persons.sort_by_key(|id| (&world.persons[id].full_name, *id));
    let mut erased = BTreeSet::new();
    for person in persons.into_iter().filter(|_| scene.dice.hits(50)).collect::<Vec<_>>() {
        let rows = &registrations[&person];
        let region = scene.regions.iter().position(|(region, _)| region.id == rows[0].region_id).unwrap();
        let own = scene.people.iter().find(|actor| actor.person == Some(person));
        let alone = rows.iter().all(|row| row.region_id == rows[0].region_id);
        let by = match own {
            Some(own) if scene.dice.hits(30) => own,
            _ if alone => &scene.operators[region],
            _ => &scene.registrar,
        };
        by.erase(rows[0].id).await.done();
        erased.insert(person);
    }
    assert!(erased.len() > 4, "some are erased");
    let left = member::Entity::find().select_only().column(member::Column::State).into_tuple::<MemberState>();
    assert_eq!(left.all(app.rows()).await.unwrap().len(), world.members.len(), "no row is deleted");
    erased
}

on_both! {
    async fn whoever_is_erased_is_found_nowhere_and_counts_stand(app: TestApp) {
        log::listen_for(&MARKS);
        log::listen_for(&[WITNESS]);
        let mut scene = Scene::new(&app, 4).await;
        let before = World::read(&app).await;
        let told = counts(&app, &before).await;
        let erased = erase(&app, &mut scene, &before).await;
        let after = World::read(&app).await;
        assert_eq!(counts(&app, &after).await, told);
        let is_gone = |id| erased.contains(&id);
        let gone: BTreeSet<_> = values(&before, is_gone).difference(&values(&after, |id| !is_gone(id))).cloned().collect();
        assert!(gone.len() > 20, "{gone:?}");
        for (turn, who) in scene.all.iter().enumerate() {
            if who.person.is_some_and(|person| erased.contains(&person)) {
                assert_eq!(who.actor.ask("{ viewer { login } }").await.error_code(), "UNAUTHENTICATED");
                continue;
            }
            let world = World::read(&app).await;
            let mut visit = Visit { app: &app, world: &world, who, turn, told: Vec::new() };
            visit.everywhere(&scene).await;
            for told in visit.told {
                let traces: Vec<_> = told.found.intersection(&gone).collect();
                assert!(traces.is_empty(), "{} shows {traces:?} of the erased to {}", told.door, who.name);
                assert_eq!(told.found, told.allowed, "{} to {}", told.door, who.name);
            }
        }
        for (table, rows) in dump(&app).await {
            let mut text = String::new();
            rows.iter().for_each(|row| texts(row, &mut text));
            let traces: Vec<_> = secrets(&text).intersection(&gone).cloned().collect();
            assert!(traces.is_empty(), "{table} holds {traces:?}");
        }
        let names = app.visitor().ask("{ practices(first: 100) { nodes { authors { name } } } }").await;
        assert!(names.data().to_string().contains("Автор удалён"), "{:#}", names.body);
        app.visitor().ask("query heardWitness { viewer { id } }").await.data();
        silent_log();
    }
}
