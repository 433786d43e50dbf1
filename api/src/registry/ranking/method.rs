//! The methods as this program ships them: what each is called, how it computes, and how an entry tells what it still
//! lacks. In Russian, since they are read in yearly reports and by teachers. What holds in a year stands in the table of
//! versions (`versions`), which begins with these.

use std::collections::BTreeMap;

use super::rules::Entry;
use crate::registry::rating::rules::MICRO;

/// The numbers that a formula works with, by name.
pub type Numbers = BTreeMap<String, i64>;

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
    /// Regions by the number of their published practices.
    RegionPublishedPractices,
    /// Regions by published practices per 100 members.
    RegionPracticesPer100Members,
}

/// What a method ranks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ranks {
    /// Communities in the federal registry.
    Communities,
    /// Published practices.
    Practices,
    /// Regions.
    Regions,
}

impl Ranks {
    /// The word under which it is kept.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Communities => "COMMUNITIES",
            Self::Practices => "PRACTICES",
            Self::Regions => "REGIONS",
        }
    }
}

/// A number that a formula works with.
#[derive(Debug)]
pub struct Number {
    /// By which the formula, in code and in words, names it.
    pub name: &'static str,
    /// As the program ships it.
    pub value: i64,
    /// The least that it may be.
    pub least: i64,
    /// The most that it may be.
    pub most: i64,
    /// What it is, in Russian.
    pub meaning: &'static str,
}

/// A method as the program ships it.
#[derive(Debug)]
pub struct Published {
    /// What it ranks.
    pub ranks: Ranks,
    /// The method's code in the schema; unique among those that rank the same.
    pub code: &'static str,
    /// Grows with every change of the formula in code. It is the version, too, as long as nobody has published another.
    pub version: i32,
    /// What it is called.
    pub name: &'static str,
    /// How it computes, in words; `{name}` stands where a number goes.
    pub formula: &'static str,
    /// The numbers in it.
    pub numbers: &'static [Number],
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

const BY_ASSESSMENTS: &[(&str, &str)] = &[
    ("ASSESSMENTS", "Число экспертных оценок: больше — выше"),
    ("PUBLISHED_AT", "Дата публикации: раньше — выше"),
    ("NUMBER", "Номер в реестре по порядку"),
];

const BY_ADOPTERS: &[(&str, &str)] = &[
    ("ORGANIZATIONS", "Число внедривших организаций: больше — выше"),
    ("PUBLISHED_AT", "Дата публикации: раньше — выше"),
    ("NUMBER", "Номер в реестре по порядку"),
];

const FIRST_REGISTERED: &[(&str, &str)] = &[
    ("REGISTERED_ON", "Дата внесения первого сообщества в федеральный реестр: раньше — выше"),
    ("NAME", "Название по алфавиту"),
];

const PER_100_MEMBERS: &[(&str, &str)] = &[
    ("PRACTICES", "Опубликованные практики"),
    ("MEMBERS", "Действующие участники"),
    ("SCOPE_MEAN", "Практик на 100 участников по выборке (C)"),
];

impl Method {
    /// All methods.
    pub const ALL: [Self; 7] = [
        Self::PublishedPractices,
        Self::PracticesPer100Members,
        Self::Rating,
        Self::Expert,
        Self::Adoption,
        Self::RegionPublishedPractices,
        Self::RegionPracticesPer100Members,
    ];

    /// The method's name in the registry, e.g. `COMMUNITIES.PUBLISHED_PRACTICES`: that of its boards begin with it.
    #[must_use]
    pub fn key(self) -> String {
        let published = self.published();
        format!("{}.{}", published.ranks.word(), published.code)
    }

    /// The method of such a name.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.key() == key)
    }

    /// The method as the program ships it.
    #[must_use]
    pub fn published(self) -> &'static Published {
        match self {
            Self::PublishedPractices => &Published {
                ranks: Ranks::Communities,
                code: "PUBLISHED_PRACTICES",
                version: 1,
                name: "Число опубликованных практик",
                formula: "Число практик сообщества, опубликованных в федеральном реестре за период \
                          (без периода — за всё время). Участвуют сообщества, внесённые в федеральный реестр.",
                numbers: &[],
                components: &[("PRACTICES", "Опубликованные практики")],
                tie_breakers: BY_REGISTRATION,
            },
            Self::PracticesPer100Members => &Published {
                ranks: Ranks::Communities,
                code: "PRACTICES_PER_100_MEMBERS",
                version: 2,
                name: "Практики на 100 участников",
                formula: "({prior_members}·C + n·R) / ({prior_members} + n), где n — число действующих участников сообщества на \
                          конец периода, R — его практик, опубликованных за период (без периода — за всё время), на 100 \
                          участников, C — то же по всем сообществам выборки вместе. Малые сообщества тем самым \
                          оцениваются осторожнее: к каждому прибавляются {prior_members} участников со средним \
                          результатом; без участников — C. Участвуют сообщества, внесённые в федеральный реестр.",
                numbers: &[Number {
                    name: "prior_members",
                    value: 30,
                    least: 0,
                    most: 100_000,
                    meaning: "Сколько участников со средним результатом прибавляется к каждому сообществу",
                }],
                components: PER_100_MEMBERS,
                tie_breakers: BY_REGISTRATION,
            },
            Self::Rating => &Published {
                ranks: Ranks::Practices,
                code: "RATING",
                version: 1,
                name: "Оценка учителей",
                formula: "({damping}·C + n·R) / ({damping} + n), где n — число организаций, поставивших оценки за период, R — \
                          среднее их средних, C — такое же среднее по всем практикам выборки (3, пока оценок нет). \
                          Сто пятёрок из одной школы считаются как одна. Участвуют практики, опубликованные к концу периода.",
                numbers: &[Number {
                    name: "damping",
                    value: 10,
                    least: 1,
                    most: 1_000,
                    meaning: "Сколько организаций со средней оценкой прибавляется к каждой практике",
                }],
                components: &[
                    ("SCOPE_MEAN", "Среднее по выборке (C)"),
                    ("ORGANIZATIONS_MEAN", "Среднее по организациям (R)"),
                ],
                tie_breakers: BY_ORGANIZATIONS,
            },
            Self::Expert => &Published {
                ranks: Ranks::Practices,
                code: "EXPERT",
                version: 2,
                name: "Экспертная оценка",
                formula: "Среднее экспертных оценок практики (завершённых за период, по последней поданной редакции), \
                          из каждой вычтена поправка её эксперта; результат — от 1 до 5. Оценка — среднее баллов по \
                          критериям. Поправка эксперта — (S − k·M) / (k + {shrinkage}), где k — число его оценок в \
                          выборке, S — их сумма, M — среднее всех оценок выборки: у строгих она меньше нуля, у мягких — \
                          больше. Всё округляется до шести знаков. Участвуют практики, опубликованные к концу периода, у \
                          которых есть хотя бы одна такая оценка.",
                numbers: &[Number {
                    name: "shrinkage",
                    value: 5,
                    least: 0,
                    most: 1_000,
                    meaning: "Сколько оценок, неотличимых от общих, прибавляется к оценкам эксперта",
                }],
                components: &[
                    ("EXPERT_MEAN", "Средняя экспертная оценка"),
                    ("SEVERITY_CORRECTION", "Поправка на строгость и мягкость экспертов"),
                ],
                tie_breakers: BY_ASSESSMENTS,
            },
            Self::Adoption => &Published {
                ranks: Ranks::Practices,
                code: "ADOPTION",
                version: 2,
                name: "Внедрение",
                formula: "Число организаций, внедрение в которых координатор подтвердил за период; организация другого \
                          региона считается с весом {other_regions}. Практики без подтверждённых внедрений не участвуют.",
                numbers: &[Number {
                    name: "other_regions",
                    value: 2,
                    least: 1,
                    most: 10,
                    meaning: "Вес организации другого региона",
                }],
                components: &[
                    ("SAME_REGION", "Организации региона практики"),
                    ("OTHER_REGIONS", "Организации других регионов"),
                ],
                tie_breakers: BY_ADOPTERS,
            },
            Self::RegionPublishedPractices => &Published {
                ranks: Ranks::Regions,
                code: "PUBLISHED_PRACTICES",
                version: 1,
                name: "Число опубликованных практик региона",
                formula: "Число практик, опубликованных в федеральном реестре за период (без периода — за всё время) \
                          сообществами региона, внесёнными в реестр, и подразделениями его института; при выборе \
                          профиля — только сообществами этого профиля. Участвуют регионы, у которых к концу периода \
                          есть такое сообщество.",
                numbers: &[],
                components: &[
                    ("COMMUNITIES", "Практики сообществ"),
                    ("DEPARTMENTS", "Практики подразделений института"),
                ],
                tie_breakers: FIRST_REGISTERED,
            },
            Self::RegionPracticesPer100Members => &Published {
                ranks: Ranks::Regions,
                code: "PRACTICES_PER_100_MEMBERS",
                version: 1,
                name: "Практики региона на 100 участников",
                formula: "({prior_members}·C + n·R) / ({prior_members} + n), где n — число действующих участников внесённых в \
                          федеральный реестр сообществ региона на конец периода, R — практик, опубликованных этими \
                          сообществами за период (без периода — за всё время), на 100 участников, C — то же по всем \
                          регионам выборки вместе; без участников — C. К каждому региону тем самым прибавляются \
                          {prior_members} участников со средним результатом. Участвуют регионы, у которых к концу \
                          периода есть такое сообщество.",
                numbers: &[Number {
                    name: "prior_members",
                    value: 300,
                    least: 0,
                    most: 1_000_000,
                    meaning: "Сколько участников со средним результатом прибавляется к каждому региону",
                }],
                components: PER_100_MEMBERS,
                tie_breakers: FIRST_REGISTERED,
            },
        }
    }

    /// In words, what an entry lacks for the next rank; none at rank 1.
    #[must_use]
    pub fn to_next_rank(self, entry: &Entry) -> Option<String> {
        let (rank, score) = entry.above?;
        let gap = score - entry.score;
        let lacks = match self {
            Self::PublishedPractices | Self::RegionPublishedPractices => {
                let practices = gap / MICRO;
                format!("{practices} {}", plural(practices, "практики", "практик", "практик"))
            }
            Self::PracticesPer100Members | Self::RegionPracticesPer100Members => {
                format!("{} практики на 100 участников", decimal(gap))
            }
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

    #[test]
    fn every_method_is_found_by_its_key_and_names_its_numbers_in_its_words() {
        for method in Method::ALL {
            assert_eq!(Method::of_key(&method.key()), Some(method));
            let published = method.published();
            for number in published.numbers {
                assert!(published.formula.contains(&format!("{{{}}}", number.name)), "{}", method.key());
                assert!((number.least..=number.most).contains(&number.value), "{}", method.key());
            }
            assert_eq!(published.formula.matches('{').count() == 0, published.numbers.is_empty());
        }
    }
}
