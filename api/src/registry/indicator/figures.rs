//! The figures that this program ships: named numbers of a community or region in a year.

use entity::{EventKind, EventLevel, IndicatorUnit};

/// Communities of a region.
pub const COMMUNITIES: &str = "communities";
/// Registrations in force at the end of the year.
pub const MEMBERS: &str = "members";
/// Teachers: the headcount.
pub const TEACHERS: &str = "teachers";
/// Which share of the teachers are members.
pub const ENGAGEMENT_PERCENT: &str = "engagement_percent";
/// Events of all levels.
pub const EVENTS: &str = "events";
/// Their participants.
pub const EVENT_PARTICIPANTS: &str = "event_participants";
/// Communities in the federal registry.
pub const REGISTERED_COMMUNITIES: &str = "registered_communities";
/// Practices in the federal registry.
pub const PRACTICES: &str = "practices";
/// Cooperation agreements signed in the year.
pub const AGREEMENTS_THIS_YEAR: &str = "agreements_this_year";
/// Cooperation agreements signed in the year before.
pub const AGREEMENTS_LAST_YEAR: &str = "agreements_last_year";

/// All levels, the narrowest first.
pub const LEVELS: [EventLevel; 6] = [
    EventLevel::Municipal,
    EventLevel::Intermunicipal,
    EventLevel::Regional,
    EventLevel::Interregional,
    EventLevel::AllRussian,
    EventLevel::International,
];

/// All kinds.
pub const KINDS: [EventKind; 3] = [EventKind::Institute, EventKind::Initiative, EventKind::Experience];

/// The figure of the events of a level.
#[must_use]
pub fn events_at(level: EventLevel) -> &'static str {
    match level {
        EventLevel::Municipal => "events_municipal",
        EventLevel::Intermunicipal => "events_intermunicipal",
        EventLevel::Regional => "events_regional",
        EventLevel::Interregional => "events_interregional",
        EventLevel::AllRussian => "events_all_russian",
        EventLevel::International => "events_international",
    }
}

/// The figure of their participants.
#[must_use]
pub fn participants_at(level: EventLevel) -> &'static str {
    match level {
        EventLevel::Municipal => "participants_municipal",
        EventLevel::Intermunicipal => "participants_intermunicipal",
        EventLevel::Regional => "participants_regional",
        EventLevel::Interregional => "participants_interregional",
        EventLevel::AllRussian => "participants_all_russian",
        EventLevel::International => "participants_international",
    }
}

/// The figure of the events of a kind.
#[must_use]
pub fn events_of(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Institute => "events_institute",
        EventKind::Initiative => "events_initiative",
        EventKind::Experience => "events_experience",
    }
}

/// A figure as this program ships it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// By which formulas and returns name it.
    pub code: &'static str,
    /// What it is called, in Russian.
    pub name: &'static str,
    /// In what it is told.
    pub unit: IndicatorUnit,
    /// Whether the registry computes it by itself.
    pub is_registered: bool,
}

const fn counted(code: &'static str, name: &'static str) -> Shipped {
    Shipped { code, name, unit: IndicatorUnit::Number, is_registered: true }
}

const fn entered(code: &'static str, name: &'static str) -> Shipped {
    Shipped { code, name, unit: IndicatorUnit::Number, is_registered: false }
}

/// All that is shipped.
pub const SHIPPED: &[Shipped] = &[
    counted(COMMUNITIES, "Сообщества"),
    counted(MEMBERS, "Участники сообществ"),
    counted(TEACHERS, "Педагогические работники"),
    Shipped {
        code: ENGAGEMENT_PERCENT,
        name: "Вовлечённость педагогов в сообщества",
        unit: IndicatorUnit::Percent,
        is_registered: true,
    },
    counted(EVENTS, "Мероприятия, всего"),
    counted(EVENT_PARTICIPANTS, "Участники мероприятий, всего"),
    counted("events_municipal", "Муниципальные мероприятия"),
    counted("events_intermunicipal", "Межмуниципальные мероприятия"),
    counted("events_regional", "Региональные мероприятия"),
    counted("events_interregional", "Межрегиональные мероприятия"),
    counted("events_all_russian", "Всероссийские мероприятия"),
    counted("events_international", "Международные мероприятия"),
    counted("participants_municipal", "Участники муниципальных мероприятий"),
    counted("participants_intermunicipal", "Участники межмуниципальных мероприятий"),
    counted("participants_regional", "Участники региональных мероприятий"),
    counted("participants_interregional", "Участники межрегиональных мероприятий"),
    counted("participants_all_russian", "Участники всероссийских мероприятий"),
    counted("participants_international", "Участники международных мероприятий"),
    counted("events_institute", "Мероприятия, проводимые институтом"),
    counted("events_initiative", "Инициативные мероприятия педагогов"),
    counted("events_experience", "Обобщение опыта (публикации)"),
    counted(REGISTERED_COMMUNITIES, "Сообщества в федеральном реестре"),
    counted(PRACTICES, "Практики в федеральном реестре"),
    counted(AGREEMENTS_THIS_YEAR, "Договоры о сотрудничестве, заключённые за год"),
    counted(AGREEMENTS_LAST_YEAR, "Договоры о сотрудничестве, заключённые за прошлый год"),
    entered("curators", "Региональные методисты, тьюторы и эксперты — кураторы индивидуальных маршрутов"),
    entered("methodists", "Региональные методисты и тьюторы"),
    entered("experts_engaged", "Региональные эксперты и методисты, привлечённые к мероприятиям ЦНППМ"),
    entered("engaged", "Все привлечённые к мероприятиям ЦНППМ"),
];
