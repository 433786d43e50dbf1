//! Typed identifiers: one newtype per table, all UUID v7, so that an id of a community never
//! compiles where a practice's is meant.

use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What all identifiers share: the raw UUID and the prefix under which the outside world sees it.
pub trait TypedId: Copy + Send + Sync + 'static {
    /// The prefix of the public form, e.g. `practice` in `practice_01jd…`.
    const PREFIX: &'static str;
    /// Wraps a raw UUID.
    fn from_uuid(uuid: Uuid) -> Self;
    /// The raw UUID.
    fn uuid(self) -> Uuid;
}

/// Crockford's base 32 in lower case: without i, l, o, u.
pub const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The public form of a UUID under a prefix: prefix, underscore, and the 26 digits of the UUID in base 32.
#[must_use]
pub fn text(prefix: &str, uuid: Uuid) -> String {
    let mut out = String::with_capacity(prefix.len() + 27);
    out.push_str(prefix);
    out.push('_');
    let value = uuid.as_u128();
    for place in (0..26).rev() {
        let digit = usize::try_from((value >> (place * 5)) & 31).unwrap_or(0);
        out.push(char::from(ALPHABET.get(digit).copied().unwrap_or(b'0')));
    }
    out
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, DeriveValueType,
        )]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new identifier, ordered by the time of its making (UUID v7).
            #[must_use]
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl TypedId for $name {
            const PREFIX: &'static str = $prefix;
            fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }
            fn uuid(self) -> Uuid {
                self.0
            }
        }

        /// Keys are made in Rust, never by the database: there is nothing to convert.
        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )*};
}

ids! {
    /// A federal subject.
    RegionId = "region";
    /// An event of a community.
    EventId = "event";
    /// A member who took part in an event.
    EventParticipantId = "participant";
    /// A version of an indicator.
    IndicatorId = "indicator";
    /// A cluster of organizations.
    ClusterId = "cluster";
    /// A region's monitoring of a year.
    MonitoringId = "monitoring";
    /// What a community, or the region itself, returns for it.
    ReturnId = "return";
    /// A district or town of a region.
    MunicipalityId = "municipality";
    /// A regional operator.
    InstituteId = "institute";
    /// A unit of an institute.
    DepartmentId = "department";
    /// A school, kindergarten, centre.
    OrganizationId = "organization";
    /// A subject area or job.
    ProfileId = "profile";
    /// A professional community.
    CommunityId = "community";
    /// A link of a community.
    LinkId = "link";
    /// A governing document of a community.
    DocumentId = "document";
    /// A cooperation agreement of a community.
    AgreementId = "agreement";
    /// A human being.
    PersonId = "person";
    /// Someone's or some system's way in.
    AccountId = "account";
    /// An explicit right.
    GrantId = "grant";
    /// A secret of a service account.
    SecretId = "secret";
    /// A call that was answered already.
    SyncCallId = "call";
    /// A signed-in session: a family of refresh tokens.
    SessionId = "session";
    /// An office held by a person for a term.
    AppointmentId = "appointment";
    /// A confirmation of a presidium as a whole.
    ConfirmationId = "confirmation";
    /// A person's registration in a community.
    MemberId = "member";
    /// A practice.
    PracticeId = "practice";
    /// A text with which a practice was handed in.
    EditionId = "edition";
    /// A decision taken on a practice.
    DecisionId = "decision";
    /// A teacher's rating of a practice.
    RatingId = "rating";
    /// A check of ratings and texts.
    CheckId = "check";
    /// What a check has found.
    FindingId = "finding";
    /// An organization's use of a practice.
    AdoptionId = "adoption";
    /// A person's place in the pool of a profile's experts.
    ExpertId = "expert";
    /// A draw of experts for a practice.
    ReviewDrawId = "review_draw";
    /// A practice in the hands of an expert who was drawn for it.
    ReviewId = "review";
    /// A conflict of interest that an expert declared.
    ConflictId = "conflict";
    /// A version of the rubric.
    RubricId = "rubric";
    /// An expert's assessment of a practice.
    AssessmentId = "assessment";
    /// A material of a practice.
    MaterialId = "material";
    /// A ranking board.
    BoardId = "board";
    /// A version of a ranking method.
    MethodId = "method";
    /// A state of a closed academic year's rankings.
    RevisionId = "revision";
}
