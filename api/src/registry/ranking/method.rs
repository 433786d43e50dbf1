//! The methods: what each is called, how it computes, and how an entry tells what it still lacks. In
//! Russian, since they are read in yearly reports and by teachers.

use super::rules::Entry;
use crate::registry::rating::rules::MICRO;

/// What is ranked, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Communities by the number of their published practices.
    PublishedPractices,
    /// Communities by published practices per 100 members.
    PracticesPer100Members,
    /// Practices by their damped rating.
    Rating,
    /// Practices by the experts' assessments.
    Expert,
    /// Practices by the organizations that have adopted them.
    Adoption,
}

/// A method as it is published.
#[derive(Debug)]
pub struct Published {
    /// The method's code in the schema.
    pub code: &'static str,
    /// Grows with every change of the formula.
    pub version: i32,
    /// What it is called.
    pub name: &'static str,
    /// How it computes, in words.
    pub formula: &'static str,
    /// Code and name of the components, in the order of an entry's parts.
    pub components: &'static [(&'static str, &'static str)],
    /// Code and name of the tie-breakers, in the order of an entry's ties.
    pub tie_breakers: &'static [(&'static str, &'static str)],
}

const BY_REGISTRATION: &[(&str, &str)] = &[
    ("REGISTERED_ON", "Дата внесения в федеральный реестр: раньше — выше"),
    ("NAME", "Название по алфавиту"),
];

const BY_ORGANIZATIONS: &[(&str, &str)] = &[
    ("ORGANIZATIONS", "Число оценивших организаций: больше — выше"),
    ("PUBLISHED_AT", "Дата публикации: раньше — выше"),
    ("NUMBER", "Номер в реестре по порядку"),
];

const BY_ADOPTERS: &[(&str, &str)] = &[
    ("ORGANIZATIONS", "Число внедривших организаций: больше — выше"),
    ("PUBLISHED_AT", "Дата публикации: раньше — выше"),
    ("NUMBER", "Номер в реестре по порядку"),
];

impl Method {
    /// All methods.
    pub const ALL: [Self; 5] =
        [Self::PublishedPractices, Self::PracticesPer100Members, Self::Rating, Self::Expert, Self::Adoption];

    /// The method as it is published.
    #[must_use]
    pub fn published(self) -> &'static Published {
        match self {
            Self::PublishedPractices => &Published {
                code: "PUBLISHED_PRACTICES",
                version: 1,
                name: "Число опубликованных практик",
                formula: "Число практик сообщества, опубликованных в федеральном реестре за период \
                          (без периода — за всё время). Участвуют сообщества, внесённые в федеральный реестр.",
                components: &[("PRACTICES", "Опубликованные практики")],
                tie_breakers: BY_REGISTRATION,
            },
            Self::PracticesPer100Members => &Published {
                code: "PRACTICES_PER_100_MEMBERS",
                version: 1,
                name: "Практики на 100 участников",
                formula: "Число практик, опубликованных за период, × 100 / число действующих участников на конец \
                          периода; без участников — 0. Участвуют сообщества, внесённые в федеральный реестр.",
                components: &[("PRACTICES", "Опубликованные практики"), ("MEMBERS", "Действующие участники")],
                tie_breakers: BY_REGISTRATION,
            },
            Self::Rating => &Published {
                code: "RATING",
                version: 1,
                name: "Оценка учителей",
                formula: "(10·C + n·R) / (10 + n), где n — число организаций, поставивших оценки за период, R — \
                          среднее их средних, C — такое же среднее по всем практикам выборки (3, пока оценок нет). \
                          Сто пятёрок из одной школы считаются как одна. Участвуют практики, опубликованные к концу периода.",
                components: &[
                    ("SCOPE_MEAN", "Среднее по выборке (C)"),
                    ("ORGANIZATIONS_MEAN", "Среднее по организациям (R)"),
                ],
                tie_breakers: BY_ORGANIZATIONS,
            },
            Self::Expert => &Published {
                code: "EXPERT",
                version: 1,
                name: "Экспертная оценка",
                formula: "Среднее завершённых экспертных оценок практики. Практики без экспертной оценки не участвуют.",
                components: &[("EXPERT_MEAN", "Средняя экспертная оценка")],
                tie_breakers: BY_ORGANIZATIONS,
            },
            Self::Adoption => &Published {
                code: "ADOPTION",
                version: 2,
                name: "Внедрение",
                formula: "Число организаций, внедрение в которых координатор подтвердил за период; организация другого \
                          региона считается за две. Практики без подтверждённых внедрений не участвуют.",
                components: &[
                    ("SAME_REGION", "Организации региона практики"),
                    ("OTHER_REGIONS", "Организации других регионов (×2)"),
                ],
                tie_breakers: BY_ADOPTERS,
            },
        }
    }

    /// In words, what an entry lacks for the next rank; none at rank 1.
    #[must_use]
    pub fn to_next_rank(self, entry: &Entry) -> Option<String> {
        let (rank, score) = entry.above?;
        let gap = score - entry.score;
        let lacks = match self {
            Self::PublishedPractices => {
                let practices = gap / MICRO;
                format!("{practices} {}", plural(practices, "практики", "практик", "практик"))
            }
            Self::PracticesPer100Members => format!("{} практики на 100 участников", decimal(gap)),
            Self::Rating | Self::Expert => format!("{} балла", decimal(gap)),
            Self::Adoption => {
                let points = gap / MICRO;
                format!("{points} {}", plural(points, "балла", "баллов", "баллов"))
            }
        };
        Some(format!(
            "До {rank}-го места не хватает {lacks}: там {}, здесь {}.",
            decimal(score),
            decimal(entry.score)
        ))
    }
}

/// Micro-points as a Russian reader writes them: a decimal comma, no trailing zeros.
fn decimal(micro: i64) -> String {
    let (whole, rest) = (micro / MICRO, micro % MICRO);
    if rest == 0 {
        return whole.to_string();
    }
    format!("{whole},{}", format!("{rest:06}").trim_end_matches('0'))
}

/// The form of a noun after a number: 1 …, 2–4 …, 5 and more ….
fn plural<'a>(number: i64, one: &'a str, few: &'a str, many: &'a str) -> &'a str {
    match (number % 10, number % 100) {
        (_, 11..=14) => many,
        (1, _) => one,
        (2..=4, _) => few,
        _ => many,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn entry(score: i64, above: Option<(i64, i64)>) -> Entry {
        Entry {
            subject: Uuid::nil(),
            rank: 2,
            score,
            parts: Vec::new(),
            ties: Vec::new(),
            previous: None,
            above,
        }
    }

    #[test]
    fn what_is_missing_is_told_in_words() {
        let told =
            |method: Method, score, above| method.to_next_rank(&entry(score, above)).unwrap_or_default();
        assert_eq!(
            told(Method::PublishedPractices, 21 * MICRO, Some((2, 33 * MICRO))),
            "До 2-го места не хватает 12 практик: там 33, здесь 21."
        );
        assert_eq!(
            told(Method::PublishedPractices, 32 * MICRO, Some((2, 33 * MICRO))),
            "До 2-го места не хватает 1 практики: там 33, здесь 32."
        );
        assert_eq!(
            told(Method::Rating, 4_250_000, Some((1, 4_300_500))),
            "До 1-го места не хватает 0,0505 балла: там 4,3005, здесь 4,25."
        );
        assert_eq!(told(Method::Rating, 4_250_000, None), "");
    }

    #[test]
    fn every_method_names_its_parts() {
        for method in Method::ALL {
            let published = method.published();
            assert!(
                !published.components.is_empty() && !published.tie_breakers.is_empty(),
                "{}",
                published.code
            );
        }
    }
}
