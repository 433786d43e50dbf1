//! The way of a practice: which step leads from which states to which, and what a text may be.

use entity::PracticeState::{
    self, Annulled, Approved, Draft, Published, Rejected, Returned, Submitted, Withdrawn,
};

use crate::{
    auth::Action,
    error::{Error, UserError, UserErrorCode},
    text::{required, required_line},
};

/// A step of a practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is done.
    pub action: Action,
    /// From which states.
    pub from: &'static [PracticeState],
    /// To which state.
    pub to: PracticeState,
}

const fn step(action: Action, from: &'static [PracticeState], to: PracticeState) -> Step {
    Step { action, from, to }
}

/// All steps there are.
pub const STEPS: &[Step] = &[
    step(Action::PracticeSubmit, &[Draft, Returned], Submitted),
    step(Action::PracticeReturn, &[Submitted], Returned),
    step(Action::PracticeReturnApproved, &[Approved], Returned),
    step(Action::PracticeApprove, &[Submitted], Approved),
    step(Action::PracticeReject, &[Submitted], Rejected),
    step(Action::PracticePublish, &[Approved], Published),
    step(Action::PracticeWithdraw, &[Draft, Submitted, Returned, Approved, Published], Withdrawn),
    step(Action::PracticeAnnul, &[Published], Annulled),
];

/// The step of an action, from the state in which the practice stands.
///
/// # Errors
/// `WRONG_STATE`, naming the states from which the step is possible.
pub fn step_from(action: Action, state: PracticeState) -> Result<Step, UserError> {
    let step = STEPS.iter().find(|step| step.action == action);
    match step {
        Some(step) if step.from.contains(&state) => Ok(*step),
        _ => {
            let from: Vec<_> =
                step.map_or(&[][..], |step| step.from).iter().map(|state| name(*state)).collect();
            Err(UserError::of(
                "practiceId",
                UserErrorCode::WrongState,
                format!(
                    "The practice is {}; this step is possible from {} only.",
                    name(state),
                    from.join(", ")
                ),
            ))
        }
    }
}

/// Whether the text may be changed: only while it is in its authors' hands.
///
/// # Errors
/// `WRONG_STATE`.
pub fn may_edit(state: PracticeState) -> Result<(), UserError> {
    if matches!(state, Draft | Returned) {
        return Ok(());
    }
    Err(UserError::of(
        "practiceId",
        UserErrorCode::WrongState,
        format!(
            "The practice is {}; its text can be changed while it is DRAFT or RETURNED only.",
            name(state)
        ),
    ))
}

/// The state's name in the schema.
#[must_use]
pub fn name(state: PracticeState) -> &'static str {
    match state {
        Draft => "DRAFT",
        Submitted => "SUBMITTED",
        Returned => "RETURNED",
        Approved => "APPROVED",
        Published => "PUBLISHED",
        Rejected => "REJECTED",
        Withdrawn => "WITHDRAWN",
        Annulled => "ANNULLED",
    }
}

/// The most characters of a title.
pub const TITLE_MAX: usize = 300;
/// The most characters of a summary.
pub const SUMMARY_MAX: usize = 2_000;
/// The most characters of the whole text.
pub const BODY_MAX: usize = 100_000;
/// The most tags.
pub const TAGS_MAX: usize = 20;
/// The most characters of a tag.
pub const TAG_MAX: usize = 50;
/// The most characters of a reason or comment.
pub const REASON_MAX: usize = 2_000;

/// The tags that a list is narrowed by, folded.
///
/// # Errors
/// `BAD_INPUT` for too many.
pub fn check_tags_asked(tags: Option<Vec<String>>) -> Result<Vec<String>, Error> {
    let tags = tags.unwrap_or_default();
    if tags.len() > TAGS_MAX {
        return Err(Error::bad_input(format!("At most {TAGS_MAX} tags can be asked for at once.")));
    }
    Ok(tags.iter().map(|tag| fold_tag(tag)).collect())
}

/// A new or changed text, each part checked; what is not given stays as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// One line.
    pub title: Option<String>,
    /// A paragraph.
    pub summary: Option<String>,
    /// The whole text.
    pub body: Option<String>,
    /// Folded, each once.
    pub tags: Option<Vec<String>>,
}

/// Checks a text part by part.
///
/// # Errors
/// All that is wrong with it, each with its field.
pub fn check_text(text: Text) -> Result<Text, Vec<UserError>> {
    let mut errors = Vec::new();
    let mut keep = |result: Result<String, UserError>| result.map_err(|error| errors.push(error)).ok();
    let title = text.title.and_then(|title| keep(required_line("title", &title, TITLE_MAX)));
    let summary = text.summary.and_then(|summary| keep(required("summary", &summary, SUMMARY_MAX)));
    let body = text.body.and_then(|body| keep(required("body", &body, BODY_MAX)));
    let tags = text.tags.and_then(|tags| check_tags(&tags).map_err(|error| errors.push(error)).ok());
    if errors.is_empty() { Ok(Text { title, summary, body, tags }) } else { Err(errors) }
}

fn check_tags(tags: &[String]) -> Result<Vec<String>, UserError> {
    if tags.len() > TAGS_MAX {
        let message = format!("{} tags are given; at most {TAGS_MAX} are allowed.", tags.len());
        return Err(UserError::of("tags", UserErrorCode::Invalid, message));
    }
    let mut kept = Vec::with_capacity(tags.len());
    for (tag, index) in tags.iter().zip(0..) {
        let tag = required_line("tags", tag, TAG_MAX).map_err(|mut error| {
            error.path.push(index.to_string());
            error
        })?;
        let tag = fold_tag(&tag);
        if !kept.contains(&tag) {
            kept.push(tag);
        }
    }
    Ok(kept)
}

/// A tag as it is kept and looked for: lower case.
#[must_use]
pub fn fold_tag(tag: &str) -> String {
    tag.trim().to_lowercase()
}

/// The number of a practice in the federal registry: the calendar year of publication and a running number
/// of the federation, which is never given twice.
#[must_use]
pub fn registry_number(year: i32, running: i64) -> String {
    format!("{year}-{running:06}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_practice_goes_from_draft_to_publication_step_by_step() {
        let mut state = Draft;
        for action in [
            Action::PracticeSubmit,
            Action::PracticeApprove,
            Action::PracticePublish,
            Action::PracticeWithdraw,
        ] {
            state = step_from(action, state).unwrap().to;
        }
        assert_eq!(state, Withdrawn);
    }

    #[test]
    fn a_step_from_a_wrong_state_says_from_where_it_is_possible() {
        let error = step_from(Action::PracticePublish, Submitted).unwrap_err();
        assert_eq!(error.code, UserErrorCode::WrongState);
        assert!(
            error.message.contains("SUBMITTED") && error.message.contains("APPROVED"),
            "{}",
            error.message
        );
    }

    #[test]
    fn nothing_leads_out_of_an_end() {
        for end in [Rejected, Withdrawn, Annulled] {
            assert!(STEPS.iter().all(|step| !step.from.contains(&end)), "{end:?}");
        }
    }

    #[test]
    fn every_fault_of_a_text_is_told_at_once() {
        let text = Text {
            title: Some(" ".into()),
            summary: Some("x".repeat(SUMMARY_MAX + 1)),
            body: Some("a\u{0}".into()),
            tags: Some(vec!["ok".into(), "a\nb".into()]),
        };
        let fields: Vec<_> =
            check_text(text).unwrap_err().into_iter().map(|error| error.path[1].clone()).collect();
        assert_eq!(fields, ["title", "summary", "body", "tags"]);
    }

    #[test]
    fn tags_are_folded_and_kept_once() {
        assert_eq!(check_tags(&["Химия".into(), " химия ".into(), "ОГЭ".into()]).unwrap(), ["химия", "огэ"]);
    }
}
