//! The registry's tables: one file each, with its relations and the finders that keep a caller to what it
//! may see. Knows nothing of GraphQL, HTTP or rights; the schema itself is made by `migration`.

pub mod enums;
pub mod ids;
pub mod text;
pub mod year;

pub mod region;
pub mod municipality;
pub mod institute;
pub mod department;
pub mod organization;
pub mod profile;

pub mod person;
pub mod account;
pub mod grant;
pub mod session;
pub mod refresh_token;
pub mod signing_key;
pub mod client_secret;

pub mod community;
pub mod community_link;
pub mod community_document;
pub mod cooperation_agreement;
pub mod member;
pub mod appointment;
pub mod presidium_confirmation;
pub mod headcount;
pub mod sync_call;
pub mod erased_registration;

pub mod practice;
pub mod practice_author;
pub mod practice_tag;
pub mod practice_decision;
pub mod practice_edition;
pub mod rating;
pub mod integrity_check;
pub mod integrity_evidence;
pub mod integrity_finding;
pub mod adoption;
pub mod material;
pub mod loose_file;

pub mod expert;
pub mod expert_conflict;
pub mod review;
pub mod review_draw;
pub mod rubric;
pub mod rubric_criterion;
pub mod assessment;
pub mod assessment_score;

pub mod counter;
pub mod journal;
pub mod ranking_method;
pub mod ranking_board;
pub mod ranking_leaf;
pub mod ranking_revision;
pub mod ranking_frozen;
pub mod ranking_place;

pub mod event;
pub mod event_community;
pub mod event_participant;
pub mod figure;
pub mod indicator;
pub mod indicator_plan;
pub mod monitoring;
pub mod monitoring_question;
pub mod monitoring_return;
pub mod monitoring_figure;
pub mod monitoring_report;

pub mod cluster;
pub mod cluster_organization;
pub mod cluster_indicator;
pub mod cluster_result;

pub mod search_term;
pub mod search_spelling;

pub use enums::{
    AdoptionState, EventFormat, EventKind, EventLevel, ExclusionReason, FindingCode, FindingSeverity,
    FindingState, IndicatorDirection, IndicatorUnit, MaterialKind, MemberState, Office, PracticeState,
    Purpose, ReturnState, ReviewState, Role,
};
pub use year::AcademicYear;
