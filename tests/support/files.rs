//! Whole files, in and out: imports with their answers line by line, exports, and files to be imported.

use api::{
    registry::{member::rules::identity, sync::file},
    tables::{self, Format, Limits, xlsx::Sheet},
};
use entity::{
    MemberState, community,
    ids::{MemberId, PersonId},
    member, municipality, person,
};
use reqwest::{Method, RequestBuilder, StatusCode, header::HeaderMap};
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::Value;
use std::io::{Read, Seek, Write};

use super::{actor::Actor, app::TestApp, client::Answer, factory::day};

/// The media type of CSV.
pub const CSV: &str = "text/csv";
/// The media type of workbooks.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// The columns of the files that tests make, by the API's names.
pub const HEADER: &str =
    "externalId;communitySlug;fullName;email;organization;position;municipality;joinedOn;leftOn";

/// A sound row of a file, in the columns of [`HEADER`].
pub fn line(key: &str) -> String {
    format!(
        "{key};kda-chemistry;Петрова Алёна {key};{key}@school.example;Школа № 1;учитель;Анапа;2021-09-01;"
    )
}

/// A CSV file of these rows.
pub fn csv(lines: impl IntoIterator<Item = String>) -> String {
    lines.into_iter().fold(HEADER.to_owned() + "\n", |file, line| file + &line + "\n")
}

/// The text in Windows-1251.
pub fn windows_1251(text: &str) -> Vec<u8> {
    let byte = |c: char| match c {
        'А'..='я' => u8::try_from(u32::from(c) - u32::from('А') + 0xC0).unwrap(),
        'Ё' => 0xA8,
        'ё' => 0xB8,
        '№' => 0xB9,
        c => u8::try_from(u32::from(c)).unwrap(),
    };
    text.chars().map(byte).collect()
}

/// A workbook of these rows of cells, the header first.
pub fn workbook(rows: &[Vec<&str>]) -> Vec<u8> {
    let (header, rows) = rows.split_first().unwrap();
    let mut sheet = Sheet::new(header).unwrap();
    for row in rows {
        let cells: Vec<_> = row.iter().map(|cell| Some(*cell).filter(|cell| !cell.is_empty())).collect();
        sheet.row(&cells).unwrap();
    }
    let mut file = tempfile::tempfile().unwrap();
    sheet.finish(&mut file).unwrap();
    file.rewind().unwrap();
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).unwrap();
    bytes
}

/// The answer to an import that was begun.
#[derive(Debug)]
pub struct Imported {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its lines.
    pub lines: Vec<Value>,
}

impl Imported {
    /// Reads a response.
    pub async fn of(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{text}");
        Self { headers, lines: text.lines().map(|line| serde_json::from_str(line).unwrap()).collect() }
    }

    /// The last line.
    #[track_caller]
    pub fn summary(&self) -> &Value {
        let summary = &self.lines.last().unwrap()["summary"];
        assert!(summary.is_object(), "{self:#?}");
        summary
    }

    /// Created, updated, unchanged, rejected, ended.
    #[track_caller]
    pub fn counts(&self) -> [u64; 5] {
        ["created", "updated", "unchanged", "rejected", "ended"]
            .map(|name| self.summary()[name].as_u64().unwrap())
    }

    /// Of every row its number and how it ended, in the order of the answer.
    pub fn rows(&self) -> Vec<(u64, &str)> {
        let of = |line: &'_ Value| line["row"].as_u64();
        let rows = self.lines.iter().filter_map(|line| Some((of(line)?, line["outcome"].as_str()?)));
        rows.collect()
    }

    /// The keys of what was ended.
    pub fn ended(&self) -> Vec<&str> {
        let ended = self.lines.iter().filter(|line| line["outcome"] == "ENDED");
        ended.map(|line| line["externalId"].as_str().unwrap()).collect()
    }

    /// Code and column of a row's faults.
    #[track_caller]
    pub fn faults(&self, row: u64) -> Vec<(&str, &str)> {
        let line = self.lines.iter().find(|line| line["row"] == row).unwrap();
        let errors = line["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        errors.iter().map(|e| (e["code"].as_str().unwrap(), e["column"].as_str().unwrap_or("-"))).collect()
    }
}

/// What came out.
#[derive(Debug)]
pub struct Exported {
    /// The status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// The file, or the refusal.
    pub bytes: Vec<u8>,
}

/// A row of an export, in the order of its columns.
pub type Cells = Vec<Option<String>>;

impl Exported {
    /// The rows, as the import would read them.
    #[track_caller]
    pub fn rows(&self, format: Format) -> Vec<Cells> {
        assert_eq!(self.status, StatusCode::OK, "{}", String::from_utf8_lossy(&self.bytes));
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&self.bytes).unwrap();
        file.rewind().unwrap();
        let mut table = tables::open(file, format, None, &file::COLUMNS, Limits::default()).unwrap();
        table.rows().unwrap().map(|(_, read)| read.unwrap().cells).collect()
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Actor {
    fn to(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, path);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// A request to import this file, to be completed by the test.
    pub fn import_request(&self, parameters: &str, media: &str, file: impl Into<Vec<u8>>) -> RequestBuilder {
        let path = format!("/import/registrations?{parameters}");
        self.to(Method::POST, &path).header("content-type", media).body(file.into())
    }

    /// Imports a CSV file of source `edu`, which must be begun.
    pub async fn import(&self, file: impl Into<Vec<u8>>) -> Imported {
        self.import_with("source=edu", CSV, file).await
    }

    /// The same with other parameters, or of another media type.
    pub async fn import_with(&self, parameters: &str, media: &str, file: impl Into<Vec<u8>>) -> Imported {
        Imported::of(self.import_request(parameters, media, file).send().await.unwrap()).await
    }

    /// An import that must be refused as a whole: status, code, message.
    pub async fn import_refused(
        &self,
        parameters: &str,
        media: &str,
        file: impl Into<Vec<u8>>,
    ) -> (u16, String, String) {
        let answer = Answer::of(self.import_request(parameters, media, file).send().await.unwrap()).await;
        let message = answer.errors().first().map(|error| error["message"].as_str().unwrap().to_owned());
        (answer.status.as_u16(), answer.error_code().to_owned(), message.unwrap_or_default())
    }

    /// `GET /export/members.…`, with parameters where there are some.
    pub async fn export(&self, what: &str) -> Exported {
        let response = self.to(Method::GET, &format!("/export/members.{what}")).send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Exported { status, headers, bytes: response.bytes().await.unwrap().to_vec() }
    }
}

impl TestApp {
    /// Many registrations of a community in force, of source `edu`, made in bulk; the community's count follows.
    pub async fn many_members(&self, of: &community::Model, from: &municipality::Model, count: usize) {
        const AT_ONCE: usize = 500;
        let all: Vec<_> = (0..count).map(|n| registration(of, from, n)).collect();
        for some in all.chunks(AT_ONCE) {
            let persons = some.iter().map(|(person, _)| person.clone().into_active_model());
            person::Entity::insert_many(persons).exec_without_returning(self.rows()).await.unwrap();
            let members = some.iter().map(|(_, member)| member.clone().into_active_model());
            member::Entity::insert_many(members).exec_without_returning(self.rows()).await.unwrap();
        }
        let mut community = self.community_now(of.id).await.into_active_model();
        let before = community.member_count.take().unwrap();
        community.member_count = sea_orm::ActiveValue::Set(before + i64::try_from(count).unwrap());
        community::Entity::update(community).exec(self.rows()).await.unwrap();
    }
}

fn registration(
    of: &community::Model,
    from: &municipality::Model,
    n: usize,
) -> (person::Model, member::Model) {
    let (full_name, email) = (format!("Многова Мария {n}"), format!("many{n}@school.example"));
    let person = person::Model {
        id: PersonId::generate(),
        identity: identity(&full_name, Some(&email), None),
        full_name: full_name.clone(),
        email: Some(email.clone()),
        phone: None,
        position: None,
        organization_id: None,
        institute_id: None,
        erased_at: None,
    };
    let member = member::Model {
        id: MemberId::generate(),
        person_id: person.id,
        community_id: of.id,
        region_id: of.region_id,
        municipality_id: from.id,
        organization_id: None,
        position: None,
        name_key: api::text::fold(&full_name),
        full_name,
        email: Some(email),
        phone: None,
        reason: None,
        version: 1,
        erased_at: None,
        row_digest: None,
        state: MemberState::Active,
        joined_on: day("2021-09-01"),
        left_on: None,
        source: Some("edu".into()),
        external_id: Some(format!("many{n}")),
    };
    (person, member)
}
