//! What an import tells, as lines of JSON: one for each row, one for the progress of each batch, one at the end.

use serde_json::{Map, Value, json};

use super::{
    import::{Line, Summary},
    service::{RowResult, Word},
};
use crate::{
    auth::Actor,
    error::{Error, UserError},
    graphql::ids,
    registry::journal::feed,
};

/// A line of an import, without its line break.
#[must_use]
pub fn line(line: &Line) -> Value {
    match line {
        Line::Row { row, key, result } => of_row(*row, key.as_deref(), result),
        Line::Ended { key, member } => {
            json!({ "externalId": key, "outcome": "ENDED", "memberId": ids::encode(*member).0 })
        }
        Line::Kept { count, message } => json!({ "kept": { "count": count, "message": message } }),
        Line::Progress { done, total } => json!({ "progress": { "done": done, "total": total } }),
    }
}

fn of_row(row: u64, key: Option<&str>, result: &RowResult) -> Value {
    let outcome = match result.outcome {
        Word::Created => "CREATED",
        Word::Updated => "UPDATED",
        Word::Unchanged => "UNCHANGED",
        Word::Rejected => "REJECTED",
    };
    let mut line = Map::new();
    line.insert("row".into(), json!(row));
    line.insert("externalId".into(), json!(key));
    line.insert("outcome".into(), json!(outcome));
    if let Some(member) = result.member {
        line.insert("memberId".into(), json!(ids::encode(member).0));
    }
    if !result.errors.is_empty() {
        line.insert("errors".into(), result.errors.iter().map(fault).collect());
    }
    Value::Object(line)
}

/// A fault with its column; none where the row as a whole is at fault.
#[must_use]
pub fn fault(error: &UserError) -> Value {
    json!({ "code": error.code, "column": error.path.get(1), "message": error.message })
}

/// The last line: how the import ended, and where `changes` goes on for `actor`.
///
/// # Errors
/// A fault of ours: the cursor cannot be encoded.
pub fn summary(summary: &Summary, actor: Option<&Actor>) -> Result<Value, Error> {
    let cursor = match (actor, summary.position) {
        (Some(actor), Some(position)) => Some(feed::cursor(actor, position)?),
        _ => None,
    };
    Ok(json!({ "summary": {
        "created": summary.created,
        "updated": summary.updated,
        "unchanged": summary.unchanged,
        "rejected": summary.rejected,
        "ended": summary.ended,
        "cursor": cursor,
    } }))
}

/// The last line of an import that broke off: what was told before is done, the rest is not.
#[must_use]
pub fn broken(error: &Error, request_id: &str) -> Value {
    json!({ "error": { "code": error.code().name(), "message": error.message(), "requestId": request_id } })
}
