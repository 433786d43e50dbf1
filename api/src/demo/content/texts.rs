//! Writes the texts of practices: a theme of the profile × a form of its style gives a title that comes once.

use std::collections::HashMap;

use serde::Deserialize;

use super::profiles::Traits;
use crate::demo::{
    DemoDataError,
    dice::Dice,
    source::{at, position, table},
};

/// The parts of a text around the course of the work, which the form tells.
const PARTS: [&str; 3] = ["means", "result", "repeat"];

/// Tags that any practice may carry besides those of its profile and form.
const COMMON_TAGS: [&str; 4] =
    ["сетевое взаимодействие", "функциональная грамотность", "сельская школа", "без затрат"];

#[derive(Deserialize)]
struct ThemeRow {
    profile: String,
    theme: String,
    aim: String,
}

#[derive(Deserialize)]
struct FormRow {
    style: String,
    title: String,
    lead: String,
    tag: String,
    course: String,
}

#[derive(Deserialize)]
struct ParagraphRow {
    part: String,
    text: String,
}

#[derive(Deserialize)]
struct KnownRow {
    title: String,
    aim: String,
    tag: String,
}

/// A written practice.
pub(super) struct Text {
    pub title: String,
    pub summary: String,
    pub body: String,
    pub tags: Vec<String>,
}

/// Hands out texts, for every profile one after the other.
pub(super) struct Writer {
    themes: HashMap<String, Vec<ThemeRow>>,
    forms: HashMap<String, Vec<FormRow>>,
    paragraphs: HashMap<String, Vec<String>>,
    known: Vec<KnownRow>,
    written: HashMap<String, usize>,
}

impl Writer {
    pub fn new() -> Result<Self, DemoDataError> {
        let mut paragraphs: HashMap<String, Vec<String>> = HashMap::new();
        for ParagraphRow { part, text } in table!("invented/paragraphs.csv")? {
            paragraphs.entry(part).or_default().push(text);
        }
        Ok(Self {
            themes: grouped(table!("invented/themes.csv")?, |row: &ThemeRow| row.profile.clone()),
            forms: grouped(table!("invented/forms.csv")?, |row: &FormRow| row.style.clone()),
            paragraphs,
            known: table!("invented/top_practices_texts.csv")?,
            written: HashMap::new(),
        })
    }

    /// The next text of a profile. Themes go round; with every round each theme takes another form.
    pub fn write(&mut self, traits: &Traits) -> Result<Text, DemoDataError> {
        let nth = self.written.entry(traits.code.clone()).or_default();
        let themes = self.themes.get(&traits.code).ok_or(DemoDataError::Empty("themes"))?;
        let forms = self.forms.get(&traits.style).ok_or(DemoDataError::Empty("forms"))?;
        let (round, which) = (*nth / themes.len(), *nth % themes.len());
        *nth += 1;
        let theme = at(themes, which, "theme")?;
        let form = at(forms, (round + which * 3 + which / forms.len()) % forms.len(), "form")?;
        let title = form.title.replace("{theme}", &theme.theme);
        let opening = format!("{} для {}. Помогает {}.", form.lead, traits.learners, theme.aim);
        self.finish(traits, (title, opening, form.tag.clone()), (&theme.theme, &theme.aim, &form.course))
    }

    /// The text of a practice whose title is known from the real data.
    pub fn write_known(&self, traits: &Traits, title: &str) -> Result<Text, DemoDataError> {
        let known =
            at(&self.known, position(&self.known, "text of", title, |row| row.title == title)?, "text")?;
        let forms = self.forms.get(&traits.style).ok_or(DemoDataError::Empty("forms"))?;
        let course = &Dice::of(title).pick(forms, "forms")?.course;
        let opening = format!("Практика для {}. Помогает {}.", traits.learners, known.aim);
        // Inside «» Russian uses the other pair of quotation marks.
        let theme = title.replace('«', "„").replace('»', "“");
        self.finish(traits, (title.to_owned(), opening, known.tag.clone()), (&theme, &known.aim, course))
    }

    fn finish(
        &self,
        traits: &Traits,
        (title, summary, tag): (String, String, String),
        (theme, aim, course): (&str, &str, &str),
    ) -> Result<Text, DemoDataError> {
        let mut dice = Dice::of(&title);
        let mut parts = vec![self.paragraph("context", &mut dice)?, course];
        for part in PARTS {
            parts.push(self.paragraph(part, &mut dice)?);
        }
        let body = parts.join("\n\n").replace("{theme}", theme).replace("{aim}", aim);
        let body = with_numbers(body.replace("{learners}", &traits.learners), &mut dice);
        let mut tags = vec![traits.tag.clone(), tag];
        if dice.chance(60) {
            tags.push((*dice.pick(&COMMON_TAGS, "tags")?).to_owned());
        }
        Ok(Text { title, summary, body, tags })
    }

    fn paragraph(&self, part: &str, dice: &mut Dice) -> Result<&str, DemoDataError> {
        let choices = self.paragraphs.get(part).ok_or(DemoDataError::Empty("paragraphs"))?;
        dice.pick(choices, "paragraphs").map(String::as_str)
    }
}

/// Numbers that all take the genitive plural: «5 недель», «28 заданий», «80 процентов»; every place its own.
fn with_numbers(mut body: String, dice: &mut Dice) -> String {
    for (place, from, to) in [("{few}", 5, 9), ("{many}", 25, 30), ("{percent}", 75, 80)] {
        while body.contains(place) {
            body = body.replacen(place, &dice.between(from, to).to_string(), 1);
        }
    }
    body
}

fn grouped<T>(rows: Vec<T>, key: impl Fn(&T) -> String) -> HashMap<String, Vec<T>> {
    let mut groups: HashMap<String, Vec<T>> = HashMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}
