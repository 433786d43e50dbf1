//! The report for programs: the names of the schema, numbers as numbers, what is not known as `null`.

use serde_json::{Value, json};

use crate::registry::monitoring::{
    amount::Amount,
    report::{CommunityName, Percent, Report},
};

/// The report as a JSON value.
pub(super) fn of(report: &Report) -> Value {
    json!({
        "regionCode": report.region_code,
        "regionName": report.region_name,
        "institute": report.institute,
        "year": report.year.to_string(),
        "asOf": report.as_of,
        "signing": report.signing.as_ref().map(|signing| json!({
            "revision": signing.revision, "signedOn": signing.signed_on, "signer": signing.signer,
            "position": signing.position, "acceptedAt": signing.accepted_at, "reason": signing.reason,
        })),
        "communities": report.communities,
        "members": report.members,
        "teachers": report.teachers,
        "engagementPercent": share(report.engagement),
        "engagementStated": report.engagement.is_some_and(|share| share.is_stated),
        "growth": list(&report.growth, |row| json!({
            "year": row.year.to_string(), "communities": row.communities, "members": row.members,
            "sharePercent": share(row.share),
        })),
        "engagement": list(&report.engagement_by_community, |row| json!({
            "community": name(&row.community), "previousPercent": share(row.previous), "percent": share(row.percent),
            "stated": row.percent.is_some_and(|share| share.is_stated), "members": row.members,
            "teachers": row.teachers, "events": row.events, "participants": row.participants,
        })),
        "events": report.events,
        "participants": report.participants,
        "eventsByLevel": list(&report.events_by_level, |row| json!({
            "level": row.level, "events": row.events, "participants": row.participants,
            "previousEvents": row.previous_events,
        })),
        "eventsByKind": list(&report.events_by_kind, |row| json!({ "kind": row.kind, "events": row.events })),
        "eventsByCommunity": list(&report.events_by_community, |row| json!({
            "community": name(&row.community), "level": row.level, "events": row.events,
            "participants": row.participants,
        })),
        "registry": list(&report.registry, |row| json!({
            "year": row.year.to_string(), "communities": row.communities, "practices": row.practices,
        })),
        "practicesByCommunity": list(&report.practices_by_community, |row| json!({
            "community": name(&row.community), "practices": row.practices,
        })),
        "indicators": list(&report.indicators, |one| json!({
            "code": one.code, "version": one.version, "name": one.name, "unit": one.unit, "formula": one.formula,
            "value": number(one.value), "stated": one.is_stated, "plan": number(one.plan),
            "direction": one.direction, "met": one.met, "numerator": number(one.numerator),
            "denominator": number(one.denominator), "previous": number(one.previous), "change": number(one.change),
            "reason": one.reason,
        })),
        "findings": list(&report.findings, |one| json!({
            "code": one.code, "severity": one.severity, "message": one.message,
            "community": one.community.as_ref().map(name),
            "found": one.found.as_ref().map(|it| json!({ "value": it.value.to_f64(), "origin": it.origin })),
            "expected": one.expected.as_ref().map(|it| json!({ "value": it.value.to_f64(), "origin": it.origin })),
        })),
        "notes": report.notes,
    })
}

fn list<T>(rows: &[T], one: impl Fn(&T) -> Value) -> Vec<Value> {
    rows.iter().map(one).collect()
}

fn name(community: &CommunityName) -> Value {
    json!({ "slug": community.slug, "name": community.name })
}

fn number(amount: Option<Amount>) -> Option<f64> {
    amount.map(Amount::to_f64)
}

fn share(percent: Option<Percent>) -> Option<f64> {
    number(percent.map(|share| share.value))
}
