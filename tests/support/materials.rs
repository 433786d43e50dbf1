//! Files as a browser sends them, and as it gets them back.

use std::path::Path;

use entity::{
    MaterialKind,
    ids::{MaterialId, PersonId},
    loose_file, material, practice,
};
use reqwest::{Method, RequestBuilder, StatusCode, header::HeaderMap};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
};
use serde_json::Value;

use super::{
    actor::Actor,
    app::{TestApp, id},
    client::Answer,
};

/// The media type of PDF.
pub const PDF: &str = "application/pdf";

/// The beginning of a PDF, and something behind it that tells it from others.
pub fn pdf(what: &str) -> Vec<u8> {
    format!("%PDF-1.7\n{what}\n%%EOF\n").into_bytes()
}

/// What stands between the parts of a form.
const BOUNDARY: &str = "----WebKitFormBoundary7MA4YWxkTrZu0gW";

/// A form in the making, as a browser writes it.
#[derive(Clone, Debug, Default)]
pub struct Form(Vec<u8>);

impl Form {
    /// With this file; a browser leaves the type out where it knows none.
    pub fn file(self, name: &str, media_type: Option<&str>, content: &[u8]) -> Self {
        let disposition = format!("form-data; name=\"file\"; filename=\"{name}\"");
        self.part(&disposition, media_type, content)
    }

    /// With this title.
    pub fn title(self, title: &str) -> Self {
        self.part("form-data; name=\"title\"", None, title.as_bytes())
    }

    /// With a part of this disposition.
    pub fn part(mut self, disposition: &str, media_type: Option<&str>, content: &[u8]) -> Self {
        let media_type = media_type.map_or(String::new(), |it| format!("Content-Type: {it}\r\n"));
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n{media_type}\r\n");
        self.0.extend_from_slice(head.as_bytes());
        self.0.extend_from_slice(content);
        self.0.extend_from_slice(b"\r\n");
        self
    }

    /// All of it.
    pub fn bytes(mut self) -> Vec<u8> {
        self.0.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        self.0
    }

    /// Its `Content-Type`.
    pub fn content_type() -> String {
        format!("multipart/form-data; boundary={BOUNDARY}")
    }
}

/// An answer about a file.
#[derive(Debug)]
pub struct Fetched {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// What it holds.
    pub bytes: Vec<u8>,
}

impl Fetched {
    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

impl Actor {
    /// A request to a page in this caller's name.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, path);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// `POST /practices/{id}/materials`, to be completed by the test.
    pub fn upload(&self, to: &practice::Model, form: Form) -> RequestBuilder {
        let request = self.request(Method::POST, &format!("/practices/{}/materials", id(to.id)));
        request.header("content-type", Form::content_type()).body(form.bytes())
    }

    /// Adds a file.
    pub async fn attach(&self, to: &practice::Model, form: Form) -> Answer {
        Answer::of(self.upload(to, form).send().await.unwrap()).await
    }

    /// Adds a PDF that must be taken; gives the material.
    #[track_caller]
    pub fn attach_pdf(&self, to: &practice::Model, what: &str) -> impl Future<Output = Value> {
        let request = self.upload(to, Form::default().file(&format!("{what}.pdf"), Some(PDF), &pdf(what)));
        async move {
            let answer = Answer::of(request.send().await.unwrap()).await;
            assert_eq!(answer.status, StatusCode::CREATED, "{answer:#?}");
            answer.body["material"].clone()
        }
    }

    /// Downloads a file.
    pub async fn fetch(&self, path: &str) -> Fetched {
        fetched(self.request(Method::GET, path)).await
    }
}

/// What a request for a file is answered.
pub async fn fetched(request: RequestBuilder) -> Fetched {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    Fetched { status, headers, bytes: response.bytes().await.unwrap().to_vec() }
}

/// The path of a file in a material, as the API gives it.
#[track_caller]
pub fn download(material: &Value) -> &str {
    material["download"].as_str().unwrap_or_else(|| panic!("{material:#}"))
}

impl TestApp {
    /// A link of a practice, behind its others.
    pub async fn link(&self, of: &practice::Model, by: PersonId, title: &str) -> material::Model {
        let present = material::Entity::present().filter(material::Column::PracticeId.eq(of.id));
        let position = i32::try_from(present.count(self.rows()).await.unwrap()).unwrap() + 1;
        let row = material::Model {
            id: MaterialId::generate(),
            practice_id: of.id,
            kind: MaterialKind::Link,
            title: title.into(),
            url: Some("https://example.org/material".into()),
            file_name: None,
            media_type: None,
            bytes: None,
            sha256: None,
            storage_key: None,
            position,
            version: 1,
            handed_in: of.submitted_at.is_some(),
            added_by: by,
            added_at: self.clock.now(),
            removed_at: None,
        };
        row.into_active_model().insert(self.rows()).await.unwrap()
    }

    /// All materials, removed ones too, in the order in which they were added.
    pub async fn materials(&self) -> Vec<material::Model> {
        material::Entity::find().order_by_asc(material::Column::AddedAt).all(self.rows()).await.unwrap()
    }

    /// How many files are in the store.
    pub fn files(&self) -> usize {
        fn count(folder: &Path) -> usize {
            let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
            entries.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
        }
        count(self.database().files())
    }

    /// That nothing of a refused file is left: no row, no file, and no word in the journal.
    pub async fn holds_no_material(&self) {
        assert_eq!(self.materials().await, []);
        assert_eq!(loose_file::Entity::find().all(self.rows()).await.unwrap(), []);
        assert_eq!(self.files(), 0);
        assert_eq!(self.journal().await, []);
    }
}
