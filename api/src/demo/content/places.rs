//! Regions, municipalities, institutes with their units, and the organizations where members work.

use serde::Deserialize;

use super::KRASNODAR;
use crate::demo::{
    DemoDataError, DemoSet, Department, Institute, Municipality, MunicipalityIx, Organization,
    OrganizationIx, OrganizationKind, Region, RegionIx,
    source::{at, position, table},
};

/// A region with more municipalities has its kindergartens and centres further apart.
const LARGE: usize = 20;

/// What later stages ask of the map.
pub(super) struct Places {
    /// By region.
    municipalities: Vec<Vec<MunicipalityIx>>,
    /// By municipality.
    organizations: Vec<Vec<OrganizationIx>>,
}

impl Places {
    pub fn municipalities_of(&self, region: RegionIx) -> Result<&[MunicipalityIx], DemoDataError> {
        at(&self.municipalities, region, "region").map(Vec::as_slice)
    }

    pub fn organizations_of(&self, municipality: MunicipalityIx) -> Result<&[OrganizationIx], DemoDataError> {
        at(&self.organizations, municipality, "municipality").map(Vec::as_slice)
    }
}

#[derive(Deserialize)]
struct RegionRow {
    code: String,
    name: String,
}

#[derive(Deserialize)]
struct MunicipalityRow {
    region: String,
    name: String,
}

#[derive(Deserialize)]
struct InstituteRow {
    region: String,
    name: String,
    short_name: String,
    founder: String,
}

#[derive(Deserialize)]
struct InventedDepartmentRow {
    region: String,
    name: String,
    short_name: Option<String>,
}

#[derive(Deserialize)]
struct DepartmentRow {
    name: String,
}

pub(super) fn fill(set: &mut DemoSet) -> Result<Places, DemoDataError> {
    set.regions =
        table!("regions.csv")?.into_iter().map(|RegionRow { code, name }| Region { code, name }).collect();
    fill_municipalities(set)?;
    let founders = fill_institutes(set)?;
    let municipalities: Vec<Vec<MunicipalityIx>> = (0..set.regions.len())
        .map(|region| {
            let of_region = set.municipalities.iter().enumerate().filter(|(_, town)| town.region == region);
            of_region.map(|(position, _)| position).collect()
        })
        .collect();
    let organizations = fill_organizations(set, &municipalities, &founders)?;
    Ok(Places { municipalities, organizations })
}

/// The position of a region's code.
pub(super) fn region_of(set: &DemoSet, code: &str) -> Result<RegionIx, DemoDataError> {
    position(&set.regions, "region", code, |region| region.code == code)
}

fn fill_municipalities(set: &mut DemoSet) -> Result<(), DemoDataError> {
    for row in table!("municipalities.csv")? {
        let MunicipalityRow { region, name } = row;
        let region = region_of(set, &region)?;
        set.municipalities.push(Municipality { region, name });
    }
    Ok(())
}

/// Institutes stand in the order of the regions, so that a region's position is its institute's too. Gives back the
/// first letters of each region's school names, which say who founded the schools.
fn fill_institutes(set: &mut DemoSet) -> Result<Vec<String>, DemoDataError> {
    let rows: Vec<InstituteRow> = table!("invented/institutes.csv")?;
    let mut founders = Vec::new();
    for (region, known) in set.regions.iter().enumerate() {
        let row = at(
            &rows,
            position(&rows, "institute of", &known.code, |row| row.region == known.code)?,
            "institute",
        )?;
        set.institutes.push(Institute { region, name: row.name.clone(), short_name: row.short_name.clone() });
        founders.push(row.founder.clone());
    }
    let krasnodar = region_of(set, KRASNODAR)?;
    for DepartmentRow { name } in table!("departments.csv")? {
        set.departments.push(Department { institute: krasnodar, name, short_name: None });
    }
    for row in table!("invented/departments.csv")? {
        let InventedDepartmentRow { region, name, short_name } = row;
        set.departments.push(Department { institute: region_of(set, &region)?, name, short_name });
    }
    Ok(founders)
}

/// A school everywhere; a kindergarten and a centre in some places only, as a small set needs.
fn fill_organizations(
    set: &mut DemoSet,
    municipalities: &[Vec<MunicipalityIx>],
    founders: &[String],
) -> Result<Vec<Vec<OrganizationIx>>, DemoDataError> {
    let mut by_municipality = vec![Vec::new(); set.municipalities.len()];
    for (towns, founder) in municipalities.iter().zip(founders) {
        let (kindergarten_every, centre_every) = if towns.len() > LARGE { (3, 4) } else { (2, 2) };
        for (nth, &municipality) in towns.iter().enumerate() {
            let mut kinds = vec![OrganizationKind::School];
            if nth % kindergarten_every == 0 {
                kinds.push(OrganizationKind::Kindergarten);
            }
            if nth % centre_every == 1 {
                kinds.push(OrganizationKind::Centre);
            }
            for kind in kinds {
                let name = organization_name(kind, founder, nth);
                if let Some(list) = by_municipality.get_mut(municipality) {
                    list.push(set.organizations.len());
                }
                set.organizations.push(Organization { municipality, name, kind });
            }
        }
    }
    Ok(by_municipality)
}

/// Numbers start high, where hardly a real organization has one.
fn organization_name(kind: OrganizationKind, founder: &str, nth: usize) -> String {
    match kind {
        OrganizationKind::School => {
            let what = match nth % 9 {
                4 => "лицей",
                7 => "гимназия",
                _ => "СОШ",
            };
            format!("{founder}ОУ {what} № {}", 301 + nth)
        }
        OrganizationKind::Kindergarten => format!("{founder}ДОУ «Детский сад № {}»", 501 + nth),
        OrganizationKind::Centre => format!("{founder}У ДО «Центр творчества № {}»", 701 + nth),
    }
}
