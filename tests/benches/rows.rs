//! Made-up registrations, always the same.

use serde_json::{Value, json};

/// How many communities they are of.
pub const COMMUNITIES: usize = 24;
/// How many municipalities they are from.
pub const MUNICIPALITIES: usize = 44;

/// A registration.
#[derive(Clone, Debug)]
pub struct Row {
    pub external_id: String,
    pub community: String,
    pub full_name: String,
    pub email: String,
    pub organization: String,
    pub position: String,
    pub municipality: String,
    pub joined_on: String,
}

const SURNAMES: [&str; 10] = [
    "Абрамова",
    "Белова",
    "Виноградова",
    "Гончаренко",
    "Дмитриева",
    "Егорова",
    "Жукова",
    "Зайцева",
    "Козлова",
    "Лебедева",
];
const NAMES: [&str; 8] = ["Анна", "Мария", "Елена", "Ольга", "Наталья", "Ирина", "Светлана", "Татьяна"];
const PATRONYMICS: [&str; 6] =
    ["Ивановна", "Петровна", "Сергеевна", "Алексеевна", "Николаевна", "Викторовна"];

/// The slug of a community.
pub fn community(n: usize) -> String {
    format!("kda-community-{n}")
}

/// The name of a municipality.
pub fn municipality(n: usize) -> String {
    format!("Район {n}")
}

/// The registration with this number.
pub fn row(n: usize) -> Row {
    // Spreads neighbours over everything, without a source of chance.
    let mixed = n.wrapping_mul(2_654_435_761) % 1_000_003;
    let pick = |list: &[&str], by: usize| list[(mixed / by) % list.len()].to_owned();
    Row {
        external_id: format!("t-{n:07}"),
        community: community(n % COMMUNITIES),
        full_name: format!("{} {} {}", pick(&SURNAMES, 1), pick(&NAMES, 10), pick(&PATRONYMICS, 80)),
        email: format!("teacher{n}@school.example"),
        organization: format!("МБОУ СОШ № {}", mixed % 30),
        position: "учитель".into(),
        municipality: municipality(mixed % MUNICIPALITIES),
        joined_on: format!("{}-09-{:02}", 2015 + mixed % 10, 1 + mixed % 28),
    }
}

/// The first so many.
pub fn all(count: usize) -> Vec<Row> {
    (0..count).map(row).collect()
}

impl Row {
    /// As a row of `memberRegistrationsSync`.
    pub fn json(&self) -> Value {
        json!({
            "externalId": self.external_id,
            "communitySlug": self.community,
            "fullName": self.full_name,
            "email": self.email,
            "organization": self.organization,
            "position": self.position,
            "municipality": self.municipality,
            "joinedOn": self.joined_on,
        })
    }

    /// As a line of a file.
    pub fn csv(&self) -> String {
        [
            &self.external_id,
            &self.community,
            &self.full_name,
            &self.email,
            &self.organization,
            &self.position,
            &self.municipality,
            &self.joined_on,
        ]
        .map(String::as_str)
        .join(";")
    }
}
