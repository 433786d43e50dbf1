//! Regions, municipalities, institutes with their units, organizations, profiles.

use entity::{department, institute, municipality, organization, profile, region, text::sort_key};

use super::{LoadError, keys::Keys};
use crate::{
    db::Tx,
    demo::{DemoDataError, DemoSet, Institute, MunicipalityIx, source::at},
};

pub(super) async fn insert(tx: &Tx, set: &DemoSet, keys: &Keys) -> Result<(), LoadError> {
    let regions = set.regions.iter().zip(&keys.regions).map(|(one, &id)| region::Model {
        id,
        code: one.code.clone(),
        name: one.name.clone(),
        sort_key: sort_key(&one.name),
        version: 1,
        archived_at: None,
    });
    tx.insert_all::<region::Entity>(regions.collect()).await?;
    tx.insert_all::<municipality::Entity>(municipalities(set, keys)?).await?;
    tx.insert_all::<institute::Entity>(institutes(set, keys)?).await?;
    tx.insert_all::<department::Entity>(departments(set, keys)?).await?;
    tx.insert_all::<organization::Entity>(organizations(set, keys)?).await?;
    let profiles = set.profiles.iter().zip(&keys.profiles).map(|(one, &id)| profile::Model {
        id,
        code: one.code.clone(),
        name: one.name.clone(),
        version: 1,
        archived_at: None,
    });
    tx.insert_all::<profile::Entity>(profiles.collect()).await?;
    Ok(())
}

fn municipalities(set: &DemoSet, keys: &Keys) -> Result<Vec<municipality::Model>, DemoDataError> {
    let rows = set.municipalities.iter().zip(&keys.municipalities).map(|(one, &id)| {
        Ok(municipality::Model {
            id,
            region_id: *at(&keys.regions, one.region, "region")?,
            name: one.name.clone(),
            sort_key: sort_key(&one.name),
            version: 1,
            archived_at: None,
        })
    });
    rows.collect()
}

fn institutes(set: &DemoSet, keys: &Keys) -> Result<Vec<institute::Model>, DemoDataError> {
    let rows = set.institutes.iter().zip(&keys.institutes).map(|(one, &id)| {
        Ok(institute::Model {
            id,
            region_id: *at(&keys.regions, one.region, "region")?,
            name: one.name.clone(),
            version: 1,
            archived_at: None,
        })
    });
    rows.collect()
}

fn departments(set: &DemoSet, keys: &Keys) -> Result<Vec<department::Model>, DemoDataError> {
    let rows = set.departments.iter().zip(&keys.departments).map(|(one, &id)| {
        Ok(department::Model {
            id,
            institute_id: *at(&keys.institutes, one.institute, "institute")?,
            name: one.name.clone(),
            short_name: one.short_name.clone(),
            version: 1,
            archived_at: None,
        })
    });
    rows.collect()
}

/// Schools, kindergartens and centres; then the institutes, which employ their own staff.
fn organizations(set: &DemoSet, keys: &Keys) -> Result<Vec<organization::Model>, DemoDataError> {
    let row = |id, municipality, name: &str| {
        Ok(organization::Model {
            id,
            municipality_id: *at(&keys.municipalities, municipality, "municipality")?,
            name: name.to_owned(),
            version: 1,
            archived_at: None,
        })
    };
    let schools = set.organizations.iter().zip(&keys.organizations);
    let schools = schools.map(|(one, &id)| row(id, one.municipality, &one.name));
    let offices = set.institutes.iter().zip(&keys.offices);
    let offices = offices.map(|(one, &id)| row(id, seat(set, one)?, &one.name));
    schools.chain(offices).collect()
}

/// Where an institute stands: in the town after which the region is named, else in the region's first.
fn seat(set: &DemoSet, institute: &Institute) -> Result<MunicipalityIx, DemoDataError> {
    let region = &at(&set.regions, institute.region, "region")?.name;
    let towns = || set.municipalities.iter().enumerate().filter(|(_, town)| town.region == institute.region);
    let namesake = towns().find(|(_, town)| region.starts_with(&town.name));
    let seat = namesake.or_else(|| towns().next());
    seat.map(|(position, _)| position).ok_or(DemoDataError::Empty("municipality for the institute"))
}
