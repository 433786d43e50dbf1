//! The ids of the set: the same in every load, and in the order of its lists.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use entity::ids::{
    AccountId, CommunityId, DepartmentId, InstituteId, MunicipalityId, OrganizationId, PersonId, PracticeId,
    ProfileId, RegionId, TypedId,
};
use uuid::Builder;

use super::opening;
use crate::demo::{DemoSet, dice::Dice};

/// Gives out ids (UUID v7) that bear the times of their things and grow from one to the next: a thing that is
/// older than the one before it in its list gets the time just after that one's.
pub(in crate::demo) struct Series {
    last: u64,
    dice: Dice,
}

impl Series {
    pub fn of<T: TypedId>() -> Self {
        Self { last: 0, dice: Dice::of(T::PREFIX) }
    }

    pub fn next<T: TypedId>(&mut self, at: DateTime<Utc>) -> T {
        self.last = u64::try_from(at.timestamp_millis()).unwrap_or_default().max(self.last + 1);
        let mut tail = [0; 10];
        for (to, from) in tail.iter_mut().zip(self.dice.next().to_be_bytes().into_iter().cycle()) {
            *to = from;
        }
        T::from_uuid(Builder::from_unix_timestamp_millis(self.last, &tail).into_uuid())
    }
}

/// One id for each time, in the order of the times' list.
fn ids<T: TypedId>(times: impl Iterator<Item = DateTime<Utc>>) -> Vec<T> {
    let mut series = Series::of::<T>();
    times.map(|at| series.next(at)).collect()
}

/// The first moment of a day.
pub(super) fn start_of(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

/// The ids of the lists to which other lists refer, by position.
pub(super) struct Keys {
    pub regions: Vec<RegionId>,
    pub municipalities: Vec<MunicipalityId>,
    pub institutes: Vec<InstituteId>,
    pub departments: Vec<DepartmentId>,
    pub profiles: Vec<ProfileId>,
    pub communities: Vec<CommunityId>,
    pub organizations: Vec<OrganizationId>,
    /// The institutes again, as places of work.
    pub offices: Vec<OrganizationId>,
    pub people: Vec<PersonId>,
    pub practices: Vec<PracticeId>,
    pub accounts: Vec<AccountId>,
}

impl Keys {
    pub fn of(set: &DemoSet) -> Self {
        fn at_opening<T: TypedId, Row>(list: &[Row]) -> Vec<T> {
            ids(list.iter().map(|_| opening()))
        }
        let mut organizations: Vec<OrganizationId> =
            ids((0..set.organizations.len() + set.institutes.len()).map(|_| opening()));
        let offices = organizations.split_off(set.organizations.len());
        Self {
            regions: at_opening(&set.regions),
            municipalities: at_opening(&set.municipalities),
            institutes: at_opening(&set.institutes),
            departments: at_opening(&set.departments),
            profiles: at_opening(&set.profiles),
            communities: ids(set.communities.iter().map(|one| start_of(one.registered_on))),
            organizations,
            offices,
            people: at_opening(&set.people),
            practices: ids(set.practices.iter().map(|one| one.created_at)),
            accounts: at_opening(&set.accounts),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::demo::demo_set;

    #[test]
    fn ids_are_the_same_each_time_and_grow_with_the_list() {
        let set = demo_set().unwrap();
        let (once, again) = (Keys::of(&set).practices, Keys::of(&set).practices);
        assert_eq!(once, again);
        assert!(once.is_sorted());
        assert_eq!(once.iter().collect::<HashSet<_>>().len(), set.practices.len());
        assert!(once.iter().all(|id| id.0.get_version_num() == 7));
    }

    #[test]
    fn a_published_practice_has_an_id_from_between_its_draft_and_its_publication() {
        let set = demo_set().unwrap();
        for (id, practice) in Keys::of(&set).practices.into_iter().zip(&set.practices) {
            let (seconds, _) = id.0.get_timestamp().unwrap().to_unix();
            let at = i64::try_from(seconds).unwrap();
            let end = practice.published_at.map_or(i64::MAX, |end| end.timestamp());
            assert!((practice.created_at.timestamp()..=end).contains(&at), "{}", practice.title);
        }
    }
}
