//! The ranking by experts' assessments, against an oracle that computes it another way, from the rows alone.

use std::collections::BTreeMap;

use chrono::Duration;
use entity::{PracticeState, assessment};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::ranking::{edges, name, placed, places, practices, scores, this_year, written};
use crate::support::{app::TestApp, eventually};

/// Title, corrected score and raw mean in micro-points, the best first: by fractions, rounded once for each step that
/// the formula names.
async fn oracle(app: &TestApp, titles: &BTreeMap<uuid::Uuid, String>) -> Vec<(String, i64, i64)> {
    let rows = assessment::Entity::find().all(app.rows()).await.unwrap();
    let round = |n: i64, d: i64| {
        let (quotient, rest) = (n.abs() / d, n.abs() % d);
        n.signum() * (quotient + i64::from(2 * rest >= d))
    };
    let total: i64 = rows.iter().map(|row| row.mean).sum();
    let overall = round(total, rows.len() as i64);
    let bias = |of: entity::ids::PersonId| {
        let own: Vec<_> =
            rows.iter().filter(|row| row.person_id == of).map(|row| row.mean - overall).collect();
        round(own.iter().sum(), own.len() as i64 + 5)
    };
    let mut all: Vec<_> = titles
        .iter()
        .filter_map(|(practice, title)| {
            let own: Vec<_> = rows.iter().filter(|row| row.practice_id.0 == *practice).collect();
            let count = own.len() as i64;
            let raw = round(own.iter().map(|row| row.mean).sum(), count.max(1));
            let corrected = round(own.iter().map(|row| row.mean - bias(row.person_id)).sum(), count.max(1));
            (count > 0).then(|| (title.clone(), corrected.clamp(1_000_000, 5_000_000), raw))
        })
        .collect();
    all.sort_by_key(|(title, score, _)| (-score, title.clone()));
    all
}

fn component(edge: &Value, at: usize) -> i64 {
    (edge["explanation"]["components"][at]["contribution"].as_f64().unwrap() * 1e6).round() as i64
}

on_both! {
    async fn severe_and_lenient_experts_are_corrected_for_and_the_raw_mean_stands_beside(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let mut experts = Vec::new();
        for _ in 0..4 {
            experts.push(app.far_expert("chemistry").await.1);
        }
        let at = app.clock.now() - Duration::days(3);
        let mut titles = BTreeMap::new();
        // The first expert is severe, the last one lenient.
        for (title, by) in [
            ("a", vec![(0, [3, 3, 3, 2, 3]), (1, [4; 5])]),
            ("b", vec![(0, [2; 5]), (3, [5; 5])]),
            ("c", vec![(3, [5, 5, 5, 5, 4])]),
            ("d", vec![(0, [3; 5]), (1, [3, 4, 4, 4, 4]), (2, [5; 5])]),
            ("e", vec![(0, [1; 5])]),
            ("unassessed", vec![]),
        ] {
            let practice = app.new_practice(&community).title(title).published_at(at).create().await;
            titles.insert(practice.id.0, title.to_owned());
            for (expert, scores) in by {
                app.assessed(&practice, &experts[expert], scores, at).await;
            }
        }
        let page = practices(&app.visitor(), "method: EXPERT").await;
        let expected = oracle(&app, &titles).await;
        let shown: Vec<_> = edges(&page).iter().zip(scores(&page)).map(|(edge, score)| (name(edge), score, component(edge, 0))).collect();
        assert_eq!(shown, expected);
        assert_eq!(shown.len(), 5, "who has no assessment takes no part");
        for (edge, score) in edges(&page).iter().zip(scores(&page)) {
            assert_eq!(component(edge, 0) + component(edge, 1), score, "{edge:#}");
            assert_eq!(edge["explanation"]["components"][1]["code"], "SEVERITY_CORRECTION");
            assert_eq!(edge["explanation"]["tieBreakers"][0]["code"], "ASSESSMENTS");
        }
        assert!(component(&edges(&page)[4], 1) > 0, "who was judged by the severe one gains");
        assert_eq!((&page["method"]["code"], &page["method"]["version"]), (&json!("EXPERT"), &json!(2)));
    }

    async fn a_year_counts_the_assessments_that_were_finished_in_it(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let (year, expert) = (this_year(&app).previous(), app.far_expert("chemistry").await.1);
        let within = year.start() + Duration::days(100);
        let old = app.new_practice(&community).title("old").published_at(within).create().await;
        app.assessed(&old, &expert, [4; 5], within - Duration::days(1)).await;
        let new = app.new_practice(&community).title("new").published_at(app.clock.now()).create().await;
        app.assessed(&new, &expert, [4; 5], year.end()).await;
        let of = async |arguments: &str| places(&practices(&app.visitor(), &format!("method: EXPERT {arguments}")).await);
        assert_eq!(of(&written(year)).await, placed(&[("old", 1)]));
        assert_eq!(of(&written(this_year(&app))).await, placed(&[("new", 1)]));
        assert_eq!(of("").await, placed(&[("old", 1), ("new", 1)]));
    }

    async fn what_was_assessed_shows_with_its_publication_and_leaves_with_it(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let (coordinator, expert) = (app.coordinator_of(&community).await, app.far_expert("chemistry").await.1);
        let practice = app.new_practice(&community).title("fresh").state(PracticeState::Approved).create().await;
        app.assessed(&practice, &expert, [5; 5], app.clock.now()).await;
        let visitor = app.visitor();
        let boards = ["method: EXPERT", "method: EXPERT filter: { regionCode: \"RU-KDA\" }"];
        for arguments in boards {
            assert_eq!(places(&practices(&visitor, arguments).await), []);
        }
        let shown = async || {
            let mut all = Vec::new();
            for arguments in boards {
                all.push(edges(&practices(&visitor, arguments).await).len());
            }
            all
        };
        coordinator.publish(&practice).await.done();
        eventually("the publication in both boards", shown, |all| *all == [1, 1]).await;
        app.registrar().await.annul(&practice, "Ошибка.").await.done();
        eventually("the annulment in both boards", shown, |all| *all == [0, 0]).await;
    }
}
