//! Personal data, by every door: seen by those who may see it, and by nobody else; and by nobody at all after an
//! erasure, neither in an answer nor in a row nor in the log.

mod doors;
mod erasure;
mod feed;
mod oracles;
mod rule;
mod scene;

use std::collections::BTreeSet;

use self::{
    doors::Visit,
    rule::{MARKS, World},
    scene::Scene,
};
use crate::support::{app::TestApp, log};

/// What is heard in the log when all goes well: the name of an operation.
const WITNESS: &str = "heardwitness";

async fn every_door_shows_what_it_may(app: &TestApp, seed: u64) {
    log::listen_for(&MARKS);
    log::listen_for(&[WITNESS]);
    let scene = Scene::new(app, seed).await;
    let mut shown = BTreeSet::new();
    for (turn, who) in scene.all.iter().enumerate() {
        // Anew for everybody: a refused mutation may have opened an account.
        let world = World::read(app).await;
        let mut visit = Visit { app, world: &world, who, turn, told: Vec::new() };
        visit.everywhere(&scene).await;
        for told in visit.told {
            let leaked: Vec<_> = told.found.difference(&told.allowed).collect();
            let hidden: Vec<_> = told.allowed.difference(&told.found).collect();
            assert!(leaked.is_empty(), "seed {seed}: {} shows {leaked:?} to {}", told.door, who.name);
            assert!(hidden.is_empty(), "seed {seed}: {} hides {hidden:?} from {}", told.door, who.name);
            shown.extend(told.found);
        }
    }
    assert!(shown.len() > 60, "the scene is worth looking at: {shown:?}");
    app.visitor().ask("query heardWitness { viewer { id } }").await.data();
    silent_log();
}

/// No line of the log has told anything personal; that lines are heard at all is told by a witness.
#[track_caller]
fn silent_log() {
    let (witness, lines): (Vec<_>, Vec<_>) =
        log::heard().into_iter().partition(|line| line.to_lowercase().contains(WITNESS));
    assert!(!witness.is_empty(), "the log is listened to");
    assert_eq!(lines, [] as [String; 0], "the log tells personal data");
}

on_both! {
    async fn personal_data_is_shown_to_those_who_may_see_it_and_to_nobody_else(app: TestApp) {
        every_door_shows_what_it_may(&app, 1).await;
    }

    async fn personal_data_is_kept_in_another_scene_too(app: TestApp) {
        every_door_shows_what_it_may(&app, 2).await;
    }
}
