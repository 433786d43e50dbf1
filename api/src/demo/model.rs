//! What the demonstration set is made of: plain data that refers to itself by position.
//!
//! A number typed `…Ix` is the place of a thing in the list of that name in [`DemoSet`], so whoever inserts the
//! set keeps one list of keys per table and looks them up by position.

use chrono::NaiveDate;

use super::activity::{
    Account, Adoption, Appointment, Expert, Material, Membership, Monitoring, Planned, Practice, Rating,
};

/// Position in [`DemoSet::regions`].
pub type RegionIx = usize;
/// Position in [`DemoSet::municipalities`].
pub type MunicipalityIx = usize;
/// Position in [`DemoSet::institutes`].
pub type InstituteIx = usize;
/// Position in [`DemoSet::departments`].
pub type DepartmentIx = usize;
/// Position in [`DemoSet::profiles`].
pub type ProfileIx = usize;
/// Position in [`DemoSet::communities`].
pub type CommunityIx = usize;
/// Position in [`DemoSet::organizations`].
pub type OrganizationIx = usize;
/// Position in [`DemoSet::people`].
pub type PersonIx = usize;
/// Position in [`DemoSet::practices`].
pub type PracticeIx = usize;

/// The whole set. A list refers to earlier lists only, so it can be inserted in this order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DemoSet {
    /// Federal subjects, Krasnodar first.
    pub regions: Vec<Region>,
    /// Districts and towns.
    pub municipalities: Vec<Municipality>,
    /// One regional operator per region, in the order of the regions.
    pub institutes: Vec<Institute>,
    /// Units of the institutes.
    pub departments: Vec<Department>,
    /// Subject areas and jobs: one list for all regions.
    pub profiles: Vec<Profile>,
    /// Communities, the twenty-four of Krasnodar first.
    pub communities: Vec<Community>,
    /// Schools, kindergartens and centres.
    pub organizations: Vec<Organization>,
    /// Invented people.
    pub people: Vec<Person>,
    /// Registrations of people in communities.
    pub memberships: Vec<Membership>,
    /// Offices, present and past.
    pub appointments: Vec<Appointment>,
    /// Published practices in the order of their numbers, then the unfinished ones.
    pub practices: Vec<Practice>,
    /// Ratings in the order of time.
    pub ratings: Vec<Rating>,
    /// Uses of practices elsewhere, in the order of their practices.
    pub adoptions: Vec<Adoption>,
    /// Who agreed to assess practices.
    pub experts: Vec<Expert>,
    /// Links and files of practices.
    pub materials: Vec<Material>,
    /// Indicators of regions' own, which their operators entered.
    pub indicators: Vec<Planned>,
    /// Organizations that work at one topic together.
    pub clusters: Vec<Cluster>,
    /// What regions and communities returned for the monitorings of past years, the earliest first.
    pub monitorings: Vec<Monitoring>,
    /// Logins.
    pub accounts: Vec<Account>,
}

/// A federal subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// ISO 3166-2, `RU-KDA`.
    pub code: String,
    /// Official name.
    pub name: String,
}

/// A district or town of a region.
#[derive(Debug, Clone, PartialEq)]
pub struct Municipality {
    /// The region it belongs to.
    pub region: RegionIx,
    /// Name, unique within the region.
    pub name: String,
}

/// The regional operator.
#[derive(Debug, Clone, PartialEq)]
pub struct Institute {
    /// The region it serves.
    pub region: RegionIx,
    /// Full name.
    pub name: String,
    /// The name used in tables.
    pub short_name: String,
}

/// A unit of an institute; supervises communities and may own practices.
#[derive(Debug, Clone, PartialEq)]
pub struct Department {
    /// The institute it is part of.
    pub institute: InstituteIx,
    /// Full name, unique within the institute.
    pub name: String,
    /// The abbreviation, where there is one: «ЦНППМ».
    pub short_name: Option<String>,
}

/// What gathers a community.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// `chemistry-teachers`.
    pub code: String,
    /// «Учителя химии».
    pub name: String,
}

/// Region × profile.
#[derive(Debug, Clone, PartialEq)]
pub struct Community {
    /// `kda-chemistry-teachers`.
    pub slug: String,
    /// The profile's name.
    pub name: String,
    /// Where it works.
    pub region: RegionIx,
    /// What gathers it.
    pub profile: ProfileIx,
    /// Which unit of the region's institute supervises it.
    pub department: DepartmentIx,
    /// Year of founding.
    pub founded_year: i32,
    /// Day of entry in the federal registry.
    pub registered_on: NaiveDate,
    /// Pages of the community, example domains only.
    pub links: Vec<Link>,
    /// Regulations and plans.
    pub documents: Vec<GoverningDocument>,
    /// Cooperation agreements.
    pub agreements: Vec<Agreement>,
}

/// A titled address.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// What the page is.
    pub title: String,
    /// Address under example.org or example.com.
    pub url: String,
}

/// A document that governs a community.
#[derive(Debug, Clone, PartialEq)]
pub struct GoverningDocument {
    /// Number in the institute's books.
    pub number: String,
    /// Day of signing.
    pub date: NaiveDate,
    /// Title.
    pub title: String,
}

/// An agreement with a partner.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// The other side.
    pub partner: String,
    /// Number.
    pub number: String,
    /// Day of signing.
    pub date: NaiveDate,
}

/// What kind of place an organization is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrganizationKind {
    /// School, lyceum, gymnasium.
    School,
    /// Kindergarten.
    Kindergarten,
    /// Centre of supplementary education.
    Centre,
}

/// Where members work.
#[derive(Debug, Clone, PartialEq)]
pub struct Organization {
    /// Where it stands.
    pub municipality: MunicipalityIx,
    /// Name, unique within the region.
    pub name: String,
    /// What kind of place it is.
    pub kind: OrganizationKind,
}

/// Where a person works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workplace {
    /// A school, kindergarten or centre.
    Organization(OrganizationIx),
    /// A unit of an institute.
    Department(DepartmentIx),
    /// The federal operator of the registry.
    Federation,
}

/// An invented person.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// Surname.
    pub surname: String,
    /// Given name.
    pub given_name: String,
    /// Patronymic.
    pub patronymic: String,
    /// Address at example.org, unique.
    pub email: String,
    /// Job.
    pub position: String,
    /// Where.
    pub workplace: Workplace,
}

impl Person {
    /// «Иванова Мария Петровна».
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{} {} {}", self.surname, self.given_name, self.patronymic)
    }
}

/// Organizations of a region that work at one topic together.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// Where.
    pub region: RegionIx,
    /// The number in the region.
    pub number: i32,
    /// The topic, in Russian.
    pub name: String,
    /// How many organizations were published.
    pub stated: i32,
    /// Which ones; invented.
    pub organizations: Vec<OrganizationIx>,
    /// What some of them reached, by their place in the list, of each of the region's indicators; invented.
    pub results: Vec<(usize, [f64; 3])>,
}
