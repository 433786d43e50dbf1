//! The report, made of figures. Pure: what is read from where stands in `gather`.

use chrono::{DateTime, Utc};
use entity::{AcademicYear, EventLevel};

use super::{
    amount::Amount,
    checks::{self, Subject},
    figures::{Figures, Sum},
    report::{
        CommunityEngagement, CommunityEvents, CommunityName, CommunityPractices, Finding, Growth, Indicator,
        KindEvents, LevelEvents, RegistryYear, Report,
    },
    whole::{self, Twice},
};
use crate::registry::indicator::figures::{
    COMMUNITIES, KINDS, LEVELS, MEMBERS, PRACTICES, REGISTERED_COMMUNITIES, TEACHERS, events_at, events_of,
    participants_at,
};

/// A community's part in a year.
#[derive(Clone, Debug)]
pub struct Part {
    /// Whose.
    pub community: CommunityName,
    /// What it returned, as far as that holds.
    pub figures: Figures,
    /// Whether its return has been accepted.
    pub is_accepted: bool,
}

/// What a report is made of.
#[derive(Clone, Debug)]
pub struct Sources {
    /// ISO 3166-2.
    pub region_code: String,
    /// The region's name.
    pub region_name: String,
    /// The region's institute.
    pub institute: Option<String>,
    /// Of which year.
    pub year: AcademicYear,
    /// As of when.
    pub as_of: DateTime<Utc>,
    /// What the region as a whole returned.
    pub region: Figures,
    /// What its communities returned, in the order of the monitoring.
    pub parts: Vec<Part>,
    /// What must be answered by each community: code and Russian name.
    pub required: Vec<(String, String)>,
    /// What must be answered for the region.
    pub required_of_region: Vec<(String, String)>,
    /// The reports of the years before, the oldest first.
    pub earlier: Vec<Report>,
    /// Events that several of its communities entered, each as its own.
    pub twice: Vec<Twice>,
    /// The values of the year's indicators.
    pub indicators: Vec<Indicator>,
}

impl Sources {
    /// The year before, where it was monitored.
    fn previous(&self) -> Option<&Report> {
        self.earlier.last().filter(|report| report.year == self.year.previous())
    }
}

/// Makes the report.
#[must_use]
pub fn make(sources: Sources) -> Report {
    let previous = sources.previous();
    let region = &sources.region;
    let whole = |code: &str| region.count(code);
    let mut notes = Vec::new();
    let engagement = region.engagement();
    let engagement_by_community = engagements(&sources, previous);
    let mut note = |text: String| notes.push(text);
    if engagement.is_some_and(|share| share.is_stated) {
        note("Доля педагогов региона, вовлечённых в сообщества, указана в отчёте региона, а не вычислена: её числитель и знаменатель не сообщены.".into());
    }
    if engagement_by_community.iter().any(|row| row.percent.is_some_and(|share| share.is_stated)) {
        note("Вовлечённость по сообществам указана в их отчётах, а не вычислена: числитель и знаменатель не сообщены.".into());
    }
    for (code, what) in [(COMMUNITIES, "Число сообществ"), (MEMBERS, "Число участников сообществ")]
    {
        if whole(code).is_none() {
            note(format!("{what} не сообщено; 0 в отчёте не означает, что их нет."));
        }
    }
    let mut growth: Vec<Growth> =
        sources.earlier.iter().filter_map(|report| report.growth.last().cloned()).collect();
    if let (Some(communities), Some(members)) = (whole(COMMUNITIES), whole(MEMBERS)) {
        growth.push(Growth { year: sources.year, communities, members, share: engagement });
    }
    growth.dedup_by_key(|row| row.year);
    let mut registry: Vec<RegistryYear> =
        sources.earlier.iter().filter_map(|report| report.registry.last().cloned()).collect();
    if let (Some(communities), Some(practices)) = (whole(REGISTERED_COMMUNITIES), whole(PRACTICES)) {
        registry.push(RegistryYear { year: sources.year, communities, practices });
    }
    registry.dedup_by_key(|row| row.year);
    let findings = findings(&sources, previous);
    Report {
        communities: whole(COMMUNITIES).unwrap_or(0),
        members: whole(MEMBERS).unwrap_or(0),
        teachers: whole(TEACHERS),
        engagement,
        growth,
        events: region.events().and_then(Amount::to_whole),
        participants: region.participants().and_then(Amount::to_whole),
        events_by_level: levels(region, previous),
        events_by_kind: KINDS
            .into_iter()
            .filter_map(|kind| Some(KindEvents { kind, events: whole(events_of(kind))? }))
            .collect(),
        events_by_community: events(&sources, &engagement_by_community),
        engagement_by_community,
        registry,
        practices_by_community: practices(&sources),
        findings,
        notes,
        region_code: sources.region_code,
        region_name: sources.region_name,
        institute: sources.institute,
        year: sources.year,
        as_of: sources.as_of,
        signing: None,
        indicators: sources.indicators,
    }
}

/// The greater share first; equal ones in the order of the monitoring, those of which nothing is known last.
fn engagements(sources: &Sources, previous: Option<&Report>) -> Vec<CommunityEngagement> {
    let before = |part: &Part| {
        let rows = &previous?.engagement_by_community;
        rows.iter().find(|row| row.community.id == part.community.id)?.percent
    };
    let row = |part: &Part| CommunityEngagement {
        community: part.community.clone(),
        previous: before(part),
        percent: part.figures.engagement(),
        members: part.figures.count(MEMBERS),
        teachers: part.figures.count(TEACHERS),
        events: part.figures.count(events_at(EventLevel::Regional)),
        participants: part.figures.count(participants_at(EventLevel::Regional)),
    };
    let mut rows: Vec<_> = sources.parts.iter().map(row).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.percent.map(|share| share.value)));
    rows
}

fn levels(region: &Figures, previous: Option<&Report>) -> Vec<LevelEvents> {
    let before = |level: EventLevel| {
        previous?.events_by_level.iter().find(|row| row.level == level).map(|row| row.events)
    };
    let row = |level: EventLevel| {
        Some(LevelEvents {
            level,
            events: region.count(events_at(level))?,
            participants: region.count(participants_at(level)),
            previous_events: before(level),
        })
    };
    LEVELS.into_iter().filter_map(row).collect()
}

fn events(sources: &Sources, order: &[CommunityEngagement]) -> Vec<CommunityEvents> {
    let parts = order
        .iter()
        .filter_map(|row| sources.parts.iter().find(|part| part.community.id == row.community.id));
    parts
        .flat_map(|part| {
            part.figures.levels().map(|level| CommunityEvents {
                community: part.community.clone(),
                level,
                events: part.figures.count(events_at(level)),
                participants: part.figures.count(participants_at(level)),
            })
        })
        .collect()
}

/// The greatest number first; equal ones in the order of the monitoring.
fn practices(sources: &Sources) -> Vec<CommunityPractices> {
    let row = |part: &Part| {
        Some(CommunityPractices {
            community: part.community.clone(),
            practices: part.figures.count(PRACTICES)?,
        })
    };
    let mut rows: Vec<_> = sources.parts.iter().filter_map(row).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.practices));
    rows
}

/// All that was found, errors first; of equal gravity the region as a whole first, then the communities in the order of
/// the monitoring.
fn findings(sources: &Sources, previous: Option<&Report>) -> Vec<Finding> {
    let parts: Vec<_> = sources.parts.iter().map(|part| (&part.community, &part.figures)).collect();
    let before = previous.map(as_figures);
    let region = Subject {
        community: None,
        figures: &sources.region,
        previous: before.as_ref(),
        required: &sources.required_of_region,
    };
    let mut found = checks::of_return(&region);
    found.extend(whole::of_whole(&sources.region, &parts, &sources.twice));
    for part in &sources.parts {
        let before = previous.and_then(|report| figures_of(report, &part.community));
        let subject = Subject {
            community: Some(&part.community),
            figures: &part.figures,
            previous: before.as_ref(),
            required: &sources.required,
        };
        found.extend(checks::of_return(&subject));
        if !part.is_accepted {
            found.push(Finding {
                code: "RETURN_NOT_ACCEPTED".into(),
                severity: entity::FindingSeverity::Warning,
                message: format!("Отчёт сообщества «{}» ещё не принят.", part.community.name),
                community: Some(part.community.clone()),
                found: None,
                expected: None,
            });
        }
    }
    found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    found
}

/// What an earlier report tells of the region, to compare with.
fn as_figures(report: &Report) -> Figures {
    let mut figures = Figures::default();
    let whole = |number: i64| Some(Amount::whole(number));
    if let Some(row) = report.growth.last().filter(|row| row.year == report.year) {
        figures.state(MEMBERS, whole(row.members));
    }
    figures.state_share(report.engagement);
    if let Some(row) = report.registry.last().filter(|row| row.year == report.year) {
        figures.state(PRACTICES, whole(row.practices));
    }
    figures.state(crate::registry::indicator::figures::EVENTS, report.events.and_then(whole));
    let people = report.participants.and_then(whole);
    figures.state(crate::registry::indicator::figures::EVENT_PARTICIPANTS, people);
    figures
}

/// What an earlier report tells of a community, to compare with.
#[must_use]
pub fn figures_of(report: &Report, of: &CommunityName) -> Option<Figures> {
    let mut figures = Figures::default();
    let row = report.engagement_by_community.iter().find(|row| row.community.id == of.id)?;
    figures.state_share(row.percent);
    figures.state(MEMBERS, row.members.map(Amount::whole));
    let practices = report.practices_by_community.iter().find(|row| row.community.id == of.id);
    figures.state(PRACTICES, practices.map(|row| Amount::whole(row.practices)));
    for row in report.events_by_community.iter().filter(|row| row.community.id == of.id) {
        figures.state(events_at(row.level), row.events.map(Amount::whole));
        figures.state(participants_at(row.level), row.participants.map(Amount::whole));
    }
    Some(figures)
}

/// What the region's own return is prefilled with: how many communities there are, and the sums over what their returns
/// tell; nothing where none of them tells anything. Who states another total has its finding beside the sum.
pub fn add_up(region: &mut Figures, parts: &[Part]) {
    if !parts.is_empty() {
        region.register(COMMUNITIES, Some(Amount::whole(i64::try_from(parts.len()).unwrap_or(i64::MAX))));
    }
    for code in super::figures::added_up() {
        let sum = Sum::of(parts.iter().map(|part| part.figures.value(code)));
        region.register(code, sum.map(|sum| sum.total));
    }
}
