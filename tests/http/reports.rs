//! `GET /reports/monitoring/{region}/{year}.{format}`: the published figures of the demonstration in every file.

use api::demo::load;
use reqwest::{
    Method, StatusCode,
    header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
};
use serde_json::{Value, json};

use crate::support::app::TestApp;

async fn loaded(app: &TestApp) {
    load::load(app.db(), &app.app().store, app.clock.now()).await.unwrap();
}

fn get(app: &TestApp, path: &str) -> reqwest::RequestBuilder {
    crate::support::client::http().request(Method::GET, app.url(path))
}

async fn status(app: &TestApp, path: &str) -> StatusCode {
    get(app, path).send().await.unwrap().status()
}

const REPORT: &str = "query($year: AcademicYear!) { monitoringReport(regionCode: \"RU-KDA\", year: $year) {
    communities members teachers engagementPercent engagementStated events participants
    growth { year communities members sharePercent }
    engagement { community { name } previousPercent percent events participants }
    eventsByLevel { level events participants previousEvents } eventsByKind { kind events }
    registry { year communities practices } practicesByCommunity { practices }
    findings { code message severity found { value } expected { value } } } }";

on_both! {
    async fn the_report_of_krasnodar_is_the_published_one(app: TestApp) {
        loaded(&app).await;
        let report = app.visitor().query(REPORT, json!({ "year": "2024-2025" })).await.payload().clone();
        assert_eq!((&report["communities"], &report["members"], &report["engagementPercent"]), (&json!(24), &json!(53_595), &json!(85.0)));
        assert_eq!((&report["teachers"], &report["engagementStated"]), (&Value::Null, &json!(true)), "nothing is counted back");
        let column = |list: &str, field: &str| -> Vec<Value> {
            report[list].as_array().unwrap().iter().map(|row| row[field].clone()).collect()
        };
        assert_eq!(column("growth", "communities"), [18, 21, 23, 24, 24]);
        assert_eq!(column("growth", "members"), [18_237, 21_155, 25_164, 40_136, 53_595]);
        assert_eq!(column("growth", "sharePercent"), [28.0, 33.0, 39.0, 62.0, 85.0]);

        // Table 1 and Table 2, line by line from the published file.
        let published = include_str!("../../api/src/demo/data/communities.csv");
        let mut table = csv::Reader::from_reader(published.as_bytes());
        let lines: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
        let number = |line: &csv::StringRecord, at: usize| line[at].parse::<f64>().unwrap();
        let rows = report["engagement"].as_array().unwrap();
        assert_eq!(rows.len(), 24);
        for (row, line) in rows.iter().zip(&lines) {
            assert_eq!(row["community"]["name"], line[1]);
            let told = [&row["previousPercent"], &row["percent"], &row["events"], &row["participants"]];
            let told = told.map(|value| value.as_f64().unwrap());
            assert_eq!(told, [number(line, 2), number(line, 3), number(line, 4), number(line, 5)], "{line:?}");
        }
        let sum = |field: &str| rows.iter().map(|row| row[field].as_i64().unwrap()).sum::<i64>();
        assert_eq!((sum("events"), sum("participants")), (624, 70_022));

        assert_eq!((&report["events"], &report["participants"]), (&json!(746), &json!(74_573)));
        assert_eq!(column("eventsByLevel", "events"), [37, 624, 15, 67, 3]);
        assert_eq!(column("eventsByLevel", "previousEvents"), [json!(35), json!(405), json!(11), json!(46), Value::Null]);
        assert_eq!(column("eventsByKind", "events"), [348, 303, 95]);
        assert_eq!(report["registry"], json!([
            { "year": "2023-2024", "communities": 19, "practices": 80 }, { "year": "2024-2025", "communities": 24, "practices": 203 }]));
        assert_eq!(column("practicesByCommunity", "practices"), [45, 33, 21, 19, 17, 12, 10, 9]);
        let findings = report["findings"].as_array().unwrap();
        let told = |found: f64, expected: f64| {
            findings.iter().any(|one| one["found"]["value"] == found && one["expected"]["value"] == expected)
        };
        assert!(told(66.0, 67.0) && told(2988.0, 3019.0), "where the published figures disagree the report says so: {findings:#?}");
        assert!(findings.iter().all(|one| one["severity"] == "WARNING"));
    }

    async fn saint_petersburgs_indicators_are_met(app: TestApp) {
        loaded(&app).await;
        let query = "{ monitoringReport(regionCode: \"RU-SPE\", year: \"2020-2021\") { indicators { code value plan met stated } notes } }";
        let report = app.visitor().ask(query).await.payload().clone();
        let own: Vec<_> = report["indicators"].as_array().unwrap().iter()
            .filter(|one| one["code"].as_str().unwrap().starts_with("spe_"))
            .map(|one| (one["value"].as_f64().unwrap(), one["plan"].as_f64().unwrap(), one["met"].as_bool().unwrap(), one["stated"].as_bool().unwrap()))
            .collect();
        assert_eq!(own.len(), 3);
        for wanted in [(30.0, 20.0), (54.8, 40.0), (30.0, 30.0)] {
            assert!(own.contains(&(wanted.0, wanted.1, true, true)), "{own:?}");
        }
        assert_eq!(report["notes"].as_array().unwrap().len(), 2, "communities and members were not told");
    }

    async fn every_file_is_served_with_its_name_and_a_tag(app: TestApp) {
        loaded(&app).await;
        for (format, kind, place) in [
            ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "attachment"),
            ("html", "text/html; charset=utf-8", "inline"),
            ("csv", "text/csv; charset=utf-8", "attachment"),
            ("json", "application/json", "attachment"),
        ] {
            let path = format!("/reports/monitoring/RU-KDA/2024-2025.{format}");
            let answer = get(&app, &path).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK, "{format}");
            assert_eq!(answer.headers()[CONTENT_TYPE], kind);
            let name = format!("{place}; filename=\"monitoring-RU-KDA-2024-2025.{format}\"");
            assert_eq!(answer.headers()[CONTENT_DISPOSITION], name.as_str());
            let tag = answer.headers()[ETAG].clone();
            let body = answer.bytes().await.unwrap();
            match format {
                "csv" => assert!(String::from_utf8_lossy(&body).contains("Рост;2024-2025;Участники;53595")),
                "html" => assert!(String::from_utf8_lossy(&body).contains("70\u{202f}022")),
                "json" => assert_eq!(serde_json::from_slice::<Value>(&body).unwrap()["members"], 53_595),
                _ => assert!(body.starts_with(b"PK")),
            }
            let again = get(&app, &path).header(IF_NONE_MATCH, tag).send().await.unwrap();
            assert_eq!((again.status(), &again.headers()[CACHE_CONTROL]), (StatusCode::NOT_MODIFIED, &"no-cache".parse().unwrap()));
        }
    }

    async fn an_open_year_is_read_by_those_who_may_only(app: TestApp) {
        loaded(&app).await;
        let open = "/reports/monitoring/RU-KDA/2025-2026.json";
        assert_eq!(status(&app, open).await, StatusCode::NOT_FOUND);
        let session = app.visitor().sign_in("operator.kda", "demo").await;
        let token = session.done()["accessToken"].as_str().unwrap().to_owned();
        let answer = get(&app, open).bearer_auth(token).send().await.unwrap();
        assert_eq!((answer.status(), &answer.headers()[CACHE_CONTROL]), (StatusCode::OK, &"no-store".parse().unwrap()));
        let report: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        assert_eq!((&report["signing"], &report["communities"]), (&Value::Null, &json!(24)));
        assert_eq!(report["growth"].as_array().unwrap().len(), 6, "the published years, and this one");
    }

    async fn what_is_no_report_is_told_clearly(app: TestApp) {
        loaded(&app).await;
        let base = "/reports/monitoring/RU-KDA";
        for missing in ["2024-2025.exe", "2024-2026.csv", "2024-2025", "1999-2000.csv", "2024-2025.csv?revision=9"] {
            assert_eq!(status(&app, &format!("{base}/{missing}")).await, StatusCode::NOT_FOUND, "{missing}");
        }
        assert_eq!(status(&app, "/reports/monitoring/RU-XXX/2024-2025.csv").await, StatusCode::NOT_FOUND);
        assert_eq!(status(&app, &format!("{base}/2024-2025.csv?live=true")).await, StatusCode::UNAUTHORIZED);
        assert_eq!(status(&app, &format!("{base}/2024-2025.csv?live=true&revision=1")).await, StatusCode::BAD_REQUEST);
        assert_eq!(status(&app, &format!("{base}/2024-2025.csv?year=1")).await, StatusCode::BAD_REQUEST);
        let posted = crate::support::client::http().post(app.url(&format!("{base}/2024-2025.csv"))).send().await.unwrap();
        assert_eq!(posted.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(status(&app, &format!("{base}/2024-2025.csv?revision=1")).await, StatusCode::OK);
    }
}
