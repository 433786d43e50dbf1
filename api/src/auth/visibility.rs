//! What a caller may see, read from the policy's table, in the form that finders turn into SQL.

use entity::{
    Role, adoption, assessment, expert,
    ids::{CommunityId, MunicipalityId, RegionId},
    journal, member, monitoring, practice, rating, review,
};

use super::{
    actor::Actor,
    table::{Action, Reach},
};

/// All that an actor's rights reach for one action: what finders turn into SQL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Everything.
    pub all: bool,
    /// All in these regions.
    pub regions: Vec<RegionId>,
    /// All in these communities.
    pub communities: Vec<CommunityId>,
    /// All in one municipality of a community.
    pub municipalities: Vec<(CommunityId, MunicipalityId)>,
}

/// All that `actor`'s rights reach for `action`.
#[must_use]
pub fn scope(actor: &Actor, action: Action) -> Scope {
    let mut scope = Scope::default();
    let allowed = action.rule().map_or(&[][..], |rule| rule.allow);
    for (role, reach) in allowed {
        for right in actor.rights.iter().filter(|right| right.role == *role) {
            match reach {
                Reach::Federation | Reach::Anywhere => scope.all = true,
                Reach::Region => scope.regions.extend(right.region),
                Reach::Community => scope.communities.extend(right.community),
                Reach::Municipality => scope.municipalities.extend(right.community.zip(right.municipality)),
                // What one wrote is found by the person, see below.
                Reach::Author => {}
            }
        }
    }
    scope
}

/// Which practices `actor` may see: the published, those in its scope once submitted, its own, and those that it was
/// drawn to assess.
#[must_use]
pub fn visible_practices(actor: &Actor) -> practice::Visible {
    let scope = scope(actor, Action::PracticeReadUnpublished);
    practice::Visible {
        // "Reads everything": drafts, too. The registrar sees what was handed in.
        all: actor.rights.iter().any(|right| right.role == Role::Auditor),
        submitted: scope.all,
        regions: scope.regions,
        communities: scope.communities,
        author: actor.person(),
        reviewer: actor.person(),
    }
}

/// Whose registrations `actor` may see: those in its scope, and its own.
#[must_use]
pub fn visible_members(actor: &Actor) -> member::Visible {
    let scope = scope(actor, Action::MembersRead);
    member::Visible {
        all: scope.all,
        regions: scope.regions,
        communities: scope.communities,
        municipalities: scope.municipalities,
        person: actor.person(),
    }
}

/// Which monitorings and returns `actor` may see.
#[must_use]
pub fn visible_monitorings(actor: &Actor) -> monitoring::Visible {
    let scope = scope(actor, Action::MonitoringRead);
    monitoring::Visible { all: scope.all, regions: scope.regions, communities: scope.communities }
}

/// Which adoptions `actor` may see: the confirmed, those in its scope, and those that it declared.
#[must_use]
pub fn visible_adoptions(actor: &Actor) -> adoption::Visible {
    let scope = scope(actor, Action::AdoptionsRead);
    adoption::Visible {
        all: scope.all,
        regions: scope.regions,
        communities: scope.communities,
        person: actor.person(),
    }
}

/// Which places in the pools of experts `actor` may see: all, or its own.
#[must_use]
pub fn visible_experts(actor: &Actor) -> expert::Visible {
    expert::Visible { all: scope(actor, Action::ExpertsRead).all, person: actor.person() }
}

/// Which reviews `actor` may see: those in its scope, and its own.
#[must_use]
pub fn visible_reviews(actor: &Actor) -> review::Visible {
    let scope = scope(actor, Action::ReviewsRead);
    review::Visible {
        all: scope.all,
        regions: scope.regions,
        communities: scope.communities,
        person: actor.person(),
    }
}

/// Which assessments `actor` may see: those of published practices, those in its scope, those of what it wrote, and
/// those that it made.
#[must_use]
pub fn visible_assessments(actor: &Actor) -> assessment::Visible {
    let scope = scope(actor, Action::AssessmentsRead);
    assessment::Visible {
        all: scope.all,
        regions: scope.regions,
        communities: scope.communities,
        person: actor.person(),
    }
}

/// Which ratings `actor` may see: those that count, and its own; with a sight of findings all.
#[must_use]
pub fn visible_ratings(actor: &Actor) -> rating::Visible {
    rating::Visible { all: scope(actor, Action::IntegrityRead).all, person: actor.person() }
}

/// Which entries of the journal `actor` may read.
#[must_use]
pub fn visible_journal(actor: &Actor) -> journal::Visible {
    let scope = scope(actor, Action::JournalRead);
    journal::Visible { all: scope.all, regions: scope.regions, communities: scope.communities }
}
