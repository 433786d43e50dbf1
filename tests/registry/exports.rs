//! Registrations as files: complete, for those who may see them, and fit to be imported again.

use std::collections::HashSet;

use api::tables::Format;
use entity::{Office, member};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::imports::Scene;
use crate::support::{
    actor::Actor,
    app::TestApp,
    files::{CSV, Cells, Exported, csv, line},
};

/// The names in an export.
fn names(exported: &Exported) -> Vec<String> {
    let mut names: Vec<_> =
        exported.rows(Format::Csv).into_iter().map(|row: Cells| row[2].clone().unwrap()).collect();
    names.sort();
    names
}

async fn refused(actor: &Actor, what: &str) -> (u16, String) {
    let exported = actor.export(what).await;
    assert_eq!(exported.header("cache-control"), "no-store");
    let body: serde_json::Value = serde_json::from_slice(&exported.bytes).unwrap();
    let code = body["errors"][0]["extensions"]["code"].as_str().unwrap().to_owned();
    (exported.status.as_u16(), code)
}

on_both! {
    async fn each_gets_the_registrations_in_its_care_and_others_none(app: TestApp) {
        let (region, spe) = (app.region("RU-KDA").await, app.region("RU-SPE").await);
        let (anapa, sochi) = (app.municipality(&region, "Анапа").await, app.municipality(&region, "Сочи").await);
        let (chemistry, history) = (app.community("kda-chemistry").await, app.community("kda-history").await);
        let foreign = app.new_community("spe-chemistry").region("RU-SPE").create().await;
        app.new_member(&chemistry).name("Анапская Анна").municipality(&anapa).create().await;
        app.new_member(&chemistry).name("Сочинская Софья").municipality(&sochi).create().await;
        app.new_member(&history).name("Историкова Инна").municipality(&anapa).create().await;
        app.new_member(&foreign).name("Северная Светлана").create().await;
        let gone = app.new_member(&chemistry).name("Ушедшая Ульяна").municipality(&sochi).create().await;
        let operator = app.operator_of(&region).await;
        assert_eq!(operator.erase(gone.id).await.outcome(), "done");

        let (anna, sofia, inna, sveta) = ("Анапская Анна", "Сочинская Софья", "Историкова Инна", "Северная Светлана");
        let all: [(Actor, &[&str]); 7] = [
            (app.chair_of(&chemistry).await, &[anna, sofia]),
            (app.officer(Office::Coordinator, &chemistry).await, &[anna, sofia]),
            (app.representative_of(&chemistry, &anapa).await, &[anna]),
            (app.integrator_of(&region).await, &[anna, inna, sofia]),
            (operator.clone(), &[anna, inna, sofia]),
            (app.operator_of(&spe).await, &[sveta]),
            (app.auditor().await, &[anna, inna, sveta, sofia]),
        ];
        for (actor, expected) in &all {
            assert_eq!(names(&actor.export("csv").await), *expected);
        }
        let (chair, auditor) = (&all[0].0, &all[6].0);
        assert_eq!(names(&operator.export("csv?communitySlug=kda-history").await), [inna]);
        assert_eq!(names(&auditor.export("csv?regionCode=RU-SPE").await), [sveta]);
        assert_eq!(names(&chair.export("csv?regionCode=RU-KDA&communitySlug=kda-chemistry").await), [anna, sofia]);
        for (actor, what, expected) in [
            (&app.visitor(), "csv", (401, "UNAUTHENTICATED")),
            (&app.visitor(), "csv?regionCode=nowhere&more=1", (401, "UNAUTHENTICATED")),
            (&app.visitor().bearing("nonsense"), "csv", (401, "UNAUTHENTICATED")),
            (&app.stranger().await, "csv", (403, "FORBIDDEN")),
            (&app.member_of(&history).await, "csv", (403, "FORBIDDEN")),
            (&app.expert_of(&app.profile("chemistry").await).await, "csv", (403, "FORBIDDEN")),
            (chair, "csv?communitySlug=kda-history", (403, "FORBIDDEN")),
            (chair, "csv?regionCode=RU-SPE", (403, "FORBIDDEN")),
            (&operator, "xlsx?communitySlug=spe-chemistry", (403, "FORBIDDEN")),
            (&operator, "csv?regionCode=RU-XXX", (404, "NOT_FOUND")),
            (&operator, "csv?communitySlug=nowhere", (404, "NOT_FOUND")),
            (&operator, "csv?region=RU-KDA", (400, "BAD_REQUEST")),
            (&operator, "pdf", (404, "NOT_FOUND")),
        ] {
            assert_eq!(refused(actor, what).await, (expected.0, expected.1.to_owned()), "{what}");
        }
    }

    async fn an_export_is_complete_beyond_a_page_and_the_same_in_every_format(app: TestApp) {
        let scene = Scene::new(&app).await;
        let anapa = app.municipality(&app.region("RU-KDA").await, "Новороссийск").await;
        app.many_members(&scene.community, &anapa, 2_503).await;
        let erased = member::Entity::find().filter(member::Column::ExternalId.eq("many7"));
        let erased = erased.one(app.rows()).await.unwrap().unwrap();
        let operator = app.operator_of(&app.region("RU-KDA").await).await;
        assert_eq!(operator.erase(erased.id).await.outcome(), "done");
        let exported = scene.integrator.export("csv").await;
        let rows = exported.rows(Format::Csv);
        let keys: HashSet<_> = rows.iter().map(|row| row[0].clone().unwrap()).collect();
        assert_eq!((rows.len(), keys.len()), (2_502, 2_502));
        assert!(!keys.contains("many7"));
        let text = String::from_utf8(exported.bytes.clone()).unwrap();
        assert!(!text.contains("Автор удалён"), "an erased person is not told of");
        assert_eq!(
            text.lines().next().unwrap(),
            "\u{feff}externalId;communitySlug;fullName;email;organization;position;municipality;joinedOn;leftOn;phone;\
             state;source;memberId"
        );
        assert_eq!(scene.integrator.export("csv").await.bytes, exported.bytes, "the order is stable");
        assert_eq!(scene.integrator.export("ndjson").await.rows(Format::Ndjson), rows);
        assert_eq!(scene.integrator.export("xlsx").await.rows(Format::Xlsx), rows);
        // In, again.
        let again = scene.integrator.import(exported.bytes).await;
        assert_eq!(again.counts(), [0, 0, 2_502, 0, 0]);
        let again = scene.integrator.import_with("source=edu&mode=reconcile", CSV, text).await;
        assert_eq!(again.counts(), [0, 0, 2_502, 0, 0]);
    }

    async fn a_file_says_what_it_is_and_is_not_kept_by_others(app: TestApp) {
        let scene = Scene::new(&app).await;
        for (format, media) in [
            ("csv", "text/csv; charset=utf-8"),
            ("ndjson", "application/x-ndjson"),
            ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ] {
            let exported = scene.integrator.export(format).await;
            assert_eq!(exported.header("content-type"), media);
            assert_eq!(exported.header("content-disposition"), format!("attachment; filename=\"members.{format}\""));
            assert_eq!(exported.header("cache-control"), "no-store");
        }
        let written = scene.integrator.client.request(reqwest::Method::POST, "/export/members.csv");
        let written = written.send().await.unwrap();
        assert_eq!((written.status().as_u16(), written.headers()["allow"].to_str().unwrap()), (405, "GET"));
    }

    async fn what_looks_like_a_formula_is_made_harmless_and_comes_back_as_it_was(app: TestApp) {
        let scene = Scene::new(&app).await;
        let formula = line("+1").replace("Школа № 1", "=cmd|' /C calc'!A0").replace("учитель", "-2+3");
        let file = csv([formula, line("'k"), line("k2") + "2024-05-31"]);
        assert_eq!(scene.integrator.import(file).await.counts(), [3, 0, 0, 0, 0]);
        let exported = scene.integrator.export("csv").await;
        let text = String::from_utf8(exported.bytes.clone()).unwrap();
        let cells = text.lines().skip(1).flat_map(|line| line.split(';')).map(|cell| cell.trim_matches('"'));
        let dangerous: Vec<_> = cells.filter(|cell| cell.starts_with(['=', '+', '-', '@', '\t', '\r'])).collect();
        assert_eq!(dangerous, [] as [&str; 0], "{text}");
        assert!(text.contains(";'-2+3;"), "{text}");
        assert_eq!(scene.integrator.import(exported.bytes).await.counts(), [0, 0, 3, 0, 0]);
        let row = member::Entity::find().filter(member::Column::ExternalId.eq("+1")).one(app.rows()).await.unwrap();
        assert_eq!(row.unwrap().position.as_deref(), Some("-2+3"));
    }

    async fn rows_of_other_sources_are_not_taken_over_from_an_exported_file(app: TestApp) {
        let scene = Scene::new(&app).await;
        scene.integrator.import(csv([line("a")])).await;
        // Ended: as a new key of this source it would be registered twice.
        scene.integrator.import_with("source=portal", CSV, csv([line("b") + "2024-05-31"])).await;
        app.new_member(&scene.community).create().await;
        let exported = scene.integrator.export("csv").await;
        let again = scene.integrator.import(exported.bytes).await;
        assert_eq!(again.counts(), [0, 0, 1, 2, 0]);
        assert_eq!(again.faults(3), [("INVALID", "source")]);
        assert_eq!(again.faults(4), [("INVALID", "externalId")]);
        assert_eq!(again.lines[1]["externalId"], json!("b"));
    }
}
