//! Imports that reconcile: what a source no longer names is ended, within bounds, and nothing else is.

use entity::{MemberState, member};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::imports::{Scene, members};
use crate::support::{
    app::TestApp,
    files::{CSV, csv, line},
};

const RECONCILE: &str = "source=edu&mode=reconcile";

fn lines(from: usize, to: usize) -> impl Iterator<Item = String> {
    (from..to).map(|n| line(&format!("k{n:02}")))
}

async fn of_key(app: &TestApp, source: &str, key: &str) -> member::Model {
    let found = member::Entity::find()
        .filter(member::Column::Source.eq(source))
        .filter(member::Column::ExternalId.eq(key));
    found.one(app.rows()).await.unwrap().unwrap()
}

on_both! {
    async fn what_the_file_no_longer_names_is_ended_and_nothing_else(app: TestApp) {
        let scene = Scene::new(&app).await;
        scene.integrator.import(csv(lines(0, 20))).await;
        // Of another source, of a person's own, of another region.
        scene.integrator.import_with("source=portal", CSV, csv([line("portal")])).await;
        app.new_member(&scene.community).create().await;
        let spe = app.region("RU-SPE").await;
        app.municipality(&spe, "Кронштадт").await;
        let there = line("k19").replace("kda-", "spe-").replace("Анапа", "Кронштадт");
        assert_eq!(app.integrator_of(&spe).await.import(csv([there])).await.counts(), [1, 0, 0, 0, 0]);
        // Ended long ago.
        scene.integrator.import(csv([line("k00") + "2023-05-31"])).await;

        let file = csv(lines(1, 19).chain([line("k20")]));
        let done = scene.integrator.import_with(RECONCILE, CSV, file.clone()).await;
        assert_eq!((done.counts(), done.ended()), ([1, 0, 18, 0, 1], vec!["k19"]));
        let ended = of_key(&app, "edu", "k00").await;
        assert_eq!(ended.left_on.unwrap().to_string(), "2023-05-31");
        let left = members(&app).await.into_iter().filter(|row| row.state == MemberState::Left);
        let mut left: Vec<_> = left.map(|row| (row.external_id.unwrap(), row.region_id)).collect();
        left.sort();
        assert_eq!(left, [("k00".into(), scene.community.region_id), ("k19".into(), scene.community.region_id)]);
        // 18 and the new one, the one of the other source, the person's own.
        assert_eq!(app.community_now(scene.community.id).await.member_count, 21);
        let line = done.lines.iter().find(|line| line["outcome"] == "ENDED").unwrap();
        assert!(line["memberId"].as_str().unwrap().starts_with("member_"), "{line}");

        let again = scene.integrator.import_with(RECONCILE, CSV, file).await;
        assert_eq!(again.counts(), [0, 0, 19, 0, 0]);
        // Who comes back is taken up again.
        assert_eq!(scene.integrator.import(csv(lines(19, 20))).await.counts(), [0, 1, 0, 0, 0]);
    }

    async fn a_file_that_would_end_too_much_is_refused_and_nothing_is_done(app: TestApp) {
        let scene = Scene::new(&app).await;
        scene.integrator.import(csv(lines(0, 20))).await;
        let journal = app.journal().await.len();
        let file = csv(lines(3, 20).chain([line("new")]));
        for (parameters, most) in [(RECONCILE.into(), 10), (format!("{RECONCILE}&maxEnded=14"), 14), (format!("{RECONCILE}&maxEnded=0"), 0)] {
            let (status, code, message) = scene.integrator.import_refused(&parameters, CSV, file.clone()).await;
            assert_eq!((status, code.as_str()), (422, "BAD_INPUT"));
            assert!(message.contains("3 of 20") && message.contains(&format!("{most} %")), "{message}");
        }
        // A file that was never filled would end all.
        let (status, _, message) = scene.integrator.import_refused(RECONCILE, CSV, csv([])).await;
        assert!(status == 422 && message.contains("20 of 20"), "{message}");
        assert_eq!(app.journal().await.len(), journal);
        let done = scene.integrator.import_with(&format!("{RECONCILE}&maxEnded=15"), CSV, file).await;
        assert_eq!((done.counts(), done.ended()), ([1, 0, 17, 0, 3], vec!["k00", "k01", "k02"]));
        let done = scene.integrator.import_with(&format!("{RECONCILE}&maxEnded=100"), CSV, csv([])).await;
        assert_eq!(done.counts(), [0, 0, 0, 0, 18]);
        assert_eq!(app.community_now(scene.community.id).await.member_count, 0);
    }

    async fn a_row_with_a_fault_counts_as_present(app: TestApp) {
        let scene = Scene::new(&app).await;
        scene.integrator.import(csv(lines(0, 20))).await;
        let bad = [line("k00").replace("Анапа", "?"), line("k01").replace("2021-09-01", "never"), line("k02"), line("k02")];
        let done = scene.integrator.import_with(RECONCILE, CSV, csv(bad.into_iter().chain(lines(3, 19)))).await;
        assert_eq!((done.counts(), done.ended()), ([0, 0, 16, 4, 1], vec!["k19"]));
        assert_eq!(of_key(&app, "edu", "k02").await.state, MemberState::Active);
    }

    async fn where_a_row_has_no_key_that_can_be_read_nothing_is_ended(app: TestApp) {
        let scene = Scene::new(&app).await;
        scene.integrator.import(csv(lines(0, 20))).await;
        for bad in [line("k19") + "more;cells", line(" ")] {
            let file = csv(lines(0, 18).map(|line| line.replace("учитель", "завуч")).chain([bad.clone()]));
            let done = scene.integrator.import_with(RECONCILE, CSV, file).await;
            assert_eq!((done.counts()[3], done.counts()[4], done.ended()), (1, 0, vec![]), "{bad}");
            let kept = &done.lines[done.lines.len() - 2]["kept"];
            assert_eq!(kept["count"], json!(2));
            assert!(kept["message"].as_str().unwrap().contains("20."), "{kept}");
        }
        // The good rows were taken nevertheless.
        assert_eq!(of_key(&app, "edu", "k00").await.position.as_deref(), Some("завуч"));
        assert_eq!(app.community_now(scene.community.id).await.member_count, 20);
    }

    async fn a_dry_run_of_it_says_the_same_and_ends_nobody(app: TestApp) {
        let scene = Scene::new(&app).await;
        scene.integrator.import(csv(lines(0, 20))).await;
        let file = csv(lines(1, 19));
        let (journal, found) = (app.journal().await, members(&app).await);
        let parameters = format!("{RECONCILE}&dryRun=true");
        let dry = scene.integrator.import_with(&parameters, CSV, file.clone()).await;
        assert_eq!((app.journal().await, members(&app).await), (journal, found));
        let done = scene.integrator.import_with(RECONCILE, CSV, file).await;
        assert_eq!((dry.rows(), dry.counts(), dry.ended()), (done.rows(), done.counts(), done.ended()));
        assert_eq!(done.ended(), ["k00", "k19"]);
        let (status, ..) = scene.integrator.import_refused(&parameters, CSV, csv([])).await;
        assert_eq!(status, 422);
    }
}
