//! Invents people: no full name and no address comes twice.

use std::collections::HashSet;

use serde::Deserialize;

use crate::demo::{DemoDataError, DemoSet, Person, PersonIx, Workplace, dice::Dice, source::table};

#[derive(Deserialize)]
struct Pair {
    female: String,
    male: String,
}

#[derive(Deserialize)]
struct GivenRow {
    gender: String,
    name: String,
}

/// The lists of names and who has been invented from them.
pub(super) struct Hiring {
    surnames: Vec<Pair>,
    patronymics: Vec<Pair>,
    female: Vec<String>,
    male: Vec<String>,
    taken: HashSet<String>,
    dice: Dice,
}

impl Hiring {
    pub fn new() -> Result<Self, DemoDataError> {
        let given: Vec<GivenRow> = table!("invented/given_names.csv")?;
        let (female, male): (Vec<_>, Vec<_>) = given.into_iter().partition(|row| row.gender == "female");
        Ok(Self {
            surnames: table!("invented/surnames.csv")?,
            patronymics: table!("invented/patronymics.csv")?,
            female: female.into_iter().map(|row| row.name).collect(),
            male: male.into_iter().map(|row| row.name).collect(),
            taken: HashSet::new(),
            dice: Dice::of("names"),
        })
    }

    /// Adds a person to the set. Most teachers are women, as in the country's schools.
    pub fn hire(
        &mut self,
        set: &mut DemoSet,
        position: &str,
        workplace: Workplace,
    ) -> Result<PersonIx, DemoDataError> {
        loop {
            let is_woman = self.dice.chance(82);
            let of = |pair: &Pair| if is_woman { pair.female.clone() } else { pair.male.clone() };
            let surname = of(self.dice.pick(&self.surnames, "surnames")?);
            let patronymic = of(self.dice.pick(&self.patronymics, "patronymics")?);
            let given = if is_woman { &self.female } else { &self.male };
            let given_name = self.dice.pick(given, "given names")?.clone();
            if !self.taken.insert(format!("{surname} {given_name} {patronymic}")) {
                continue;
            }
            let nth = set.people.len();
            let email = format!("person-{:04}@example.org", nth + 1);
            set.people.push(Person {
                surname,
                given_name,
                patronymic,
                email,
                position: position.to_owned(),
                workplace,
            });
            return Ok(nth);
        }
    }
}
