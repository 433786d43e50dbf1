//! Regions with their municipalities, organizations and communities.

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    community,
    ids::{CommunityId, InstituteId, MunicipalityId, OrganizationId, ProfileId, RegionId, TypedId},
    institute, municipality, organization, profile, region,
    text::sort_key,
};

use super::{
    Size,
    shares::{Shares, float},
};
use crate::{
    db::Bulk,
    demo::{DemoSet, dice::Dice, load::keys::Series},
    error::Error,
};

/// Municipalities of a region.
const MUNICIPALITIES: usize = 20;
/// Organizations of a municipality.
pub(super) const ORGANIZATIONS: usize = 10;
/// The day on which the generated registry begins.
pub(super) const BEGINNING: NaiveDate = match NaiveDate::from_ymd_opt(2022, 9, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// All places, with the ids of what others refer to.
pub(super) struct Places {
    pub(super) regions: Vec<region::Model>,
    pub(super) institutes: Vec<institute::Model>,
    pub(super) municipalities: Vec<municipality::Model>,
    pub(super) organizations: Vec<organization::Model>,
    pub(super) profiles: Vec<profile::Model>,
    /// Region by region.
    pub(super) communities: Vec<community::Model>,
    /// How many members each community has.
    pub(super) members: Vec<usize>,
}

/// A die for a purpose, of this seed.
pub(super) fn dice(size: Size, purpose: &str) -> Dice {
    Dice::of(&format!("{purpose} {}", size.seed))
}

impl Places {
    /// The municipalities of a region, by its number.
    pub(super) fn of_region(region: usize) -> std::ops::Range<usize> {
        region * MUNICIPALITIES..(region + 1) * MUNICIPALITIES
    }

    pub(super) fn plan(size: Size, set: &DemoSet, now: DateTime<Utc>) -> Self {
        fn ids<T: TypedId>(count: usize, at: DateTime<Utc>) -> Vec<T> {
            let mut series = Series::of::<T>();
            (0..count).map(|_| series.next(at)).collect()
        }
        let at = BEGINNING.and_time(chrono::NaiveTime::MIN).and_utc().min(now);
        let regions: Vec<_> = (1..)
            .zip(ids::<RegionId>(size.regions, at))
            .map(|(number, id)| {
                let name = format!("Регион {number:03} (вымышленный)");
                let (code, sort_key) = (format!("RU-{number:03}"), sort_key(&name));
                region::Model { id, code, name, sort_key, version: 1, archived_at: None }
            })
            .collect();
        let institutes = regions.iter().zip(ids::<InstituteId>(size.regions, at)).map(|(region, id)| {
            let name = format!("Институт развития образования: {}", region.name);
            institute::Model { id, region_id: region.id, name, version: 1, archived_at: None }
        });
        let institutes = institutes.collect();
        let municipalities: Vec<_> = ids::<MunicipalityId>(size.regions * MUNICIPALITIES, at)
            .into_iter()
            .zip(regions.iter().flat_map(|region| (1..=MUNICIPALITIES).map(move |number| (region, number))))
            .map(|(id, (region, number))| {
                let name = format!("Округ {number:02}");
                let sort_key = sort_key(&name);
                municipality::Model {
                    id,
                    region_id: region.id,
                    name,
                    sort_key,
                    version: 1,
                    archived_at: None,
                }
            })
            .collect();
        let organizations = ids::<OrganizationId>(municipalities.len() * ORGANIZATIONS, at)
            .into_iter()
            .zip(municipalities.iter().flat_map(|of| (1..=ORGANIZATIONS).map(move |number| (of, number))))
            .map(|(id, (of, number))| {
                let name = format!("Школа № {number}");
                organization::Model { id, municipality_id: of.id, name, version: 1, archived_at: None }
            })
            .collect();
        let profiles: Vec<_> = ids::<ProfileId>(set.profiles.len(), at)
            .into_iter()
            .zip(&set.profiles)
            .map(|(id, one)| profile::Model {
                id,
                code: one.code.clone(),
                name: one.name.clone(),
                version: 1,
                archived_at: None,
            })
            .collect();
        let mut series = Series::of::<CommunityId>();
        let communities: Vec<_> = regions
            .iter()
            .flat_map(|region| profiles.iter().take(size.communities).map(move |profile| (region, profile)))
            .map(|(region, profile)| {
                let slug = format!("r{}-{}", region.code.trim_start_matches("RU-"), profile.code);
                community::Model {
                    id: series.next(at),
                    slug,
                    name: profile.name.clone(),
                    region_id: region.id,
                    profile_id: profile.id,
                    department_id: None,
                    founded_year: Some(2022),
                    registered_on: Some(BEGINNING),
                    practice_count: 0,
                    member_count: 0,
                    version: 1,
                    created_at: at,
                    archived_at: None,
                    sort_key: sort_key(&profile.name),
                }
            })
            .collect();
        // Which community is large is chance: the shares go round in an order of their own.
        let parts = Shares::of(communities.len(), 0.5).split(size.members, usize::MAX);
        let order = shuffled(communities.len(), &mut dice(size, "members of communities"));
        let mut members = vec![0; communities.len()];
        for (part, place) in parts.into_iter().zip(order) {
            if let Some(count) = members.get_mut(place) {
                *count = part;
            }
        }
        Self { regions, institutes, municipalities, organizations, profiles, communities, members }
    }
}

/// The numbers below `count` in an order of chance.
pub(super) fn shuffled(count: usize, dice: &mut Dice) -> Vec<usize> {
    let mut order: Vec<_> = (0..count).collect();
    for place in (1..count).rev() {
        order.swap(place, dice.below(place + 1));
    }
    order
}

pub(super) async fn load(bulk: &mut Bulk, places: &Places) -> Result<(), Error> {
    bulk.load::<region::Entity>(places.regions.clone()).await?;
    bulk.load::<institute::Entity>(places.institutes.clone()).await?;
    bulk.load::<municipality::Entity>(places.municipalities.clone()).await?;
    bulk.load::<organization::Entity>(places.organizations.clone()).await?;
    bulk.load::<profile::Entity>(places.profiles.clone()).await?;
    bulk.load::<community::Entity>(places.communities.clone()).await
}

/// A moment so far between two.
pub(super) fn between(from: DateTime<Utc>, to: DateTime<Utc>, part: usize, of: usize) -> DateTime<Utc> {
    let span = (to - from).num_seconds();
    let share = float(part) / float(of.max(1));
    #[expect(clippy::cast_possible_truncation, reason = "seconds of some years")]
    let seconds = (share * f64::from(u32::try_from(span.max(0)).unwrap_or(u32::MAX))) as i64;
    from + chrono::Duration::seconds(seconds)
}
