//! Regions and what lies in them; profiles; communities.

use chrono::NaiveDate;
use entity::{
    AcademicYear, community, department, headcount,
    ids::{CommunityId, DepartmentId, InstituteId, MunicipalityId, OrganizationId, ProfileId, RegionId},
    institute, municipality, organization, profile, region,
    text::sort_key,
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::{day, unique};
use crate::support::app::TestApp;

impl TestApp {
    /// The region with this code, made when it is not there.
    pub async fn region(&self, code: &str) -> region::Model {
        let found =
            region::Entity::find().filter(region::Column::Code.eq(code)).one(self.rows()).await.unwrap();
        if let Some(found) = found {
            return found;
        }
        let name = format!("Край {code}");
        let row = region::Model {
            id: RegionId::generate(),
            code: code.into(),
            sort_key: sort_key(&name),
            name,
            version: 1,
            archived_at: None,
        };
        row.into_active_model().insert(self.rows()).await.unwrap()
    }

    /// The region of a community.
    pub async fn region_of(&self, community: &community::Model) -> region::Model {
        region::Entity::find_by_id(community.region_id).one(self.rows()).await.unwrap().unwrap()
    }

    /// A new municipality of a region.
    pub async fn municipality(&self, of: &region::Model, name: &str) -> municipality::Model {
        let row = municipality::Model {
            id: MunicipalityId::generate(),
            region_id: of.id,
            name: name.into(),
            sort_key: sort_key(name),
            version: 1,
            archived_at: None,
        };
        row.into_active_model().insert(self.rows()).await.unwrap()
    }

    /// Some municipality of a region.
    pub(super) async fn any_municipality(&self, of: RegionId) -> municipality::Model {
        let found = municipality::Entity::find()
            .filter(municipality::Column::RegionId.eq(of))
            .one(self.rows())
            .await
            .unwrap();
        match found {
            Some(found) => found,
            None => {
                let region = region::Entity::find_by_id(of).one(self.rows()).await.unwrap().unwrap();
                self.municipality(&region, "Город").await
            }
        }
    }

    /// The institute of a region, made when it is not there.
    pub async fn institute(&self, of: &region::Model) -> institute::Model {
        let found = institute::Entity::find()
            .filter(institute::Column::RegionId.eq(of.id))
            .one(self.rows())
            .await
            .unwrap();
        if let Some(found) = found {
            return found;
        }
        let row = institute::Model {
            id: InstituteId::generate(),
            region_id: of.id,
            name: "Институт".into(),
            version: 1,
            archived_at: None,
        };
        row.into_active_model().insert(self.rows()).await.unwrap()
    }

    /// A new department of a region's institute.
    pub async fn department(&self, of: &region::Model, name: &str) -> department::Model {
        let institute = self.institute(of).await;
        let row = department::Model {
            id: DepartmentId::generate(),
            institute_id: institute.id,
            name: name.into(),
            short_name: None,
            version: 1,
            archived_at: None,
        };
        row.into_active_model().insert(self.rows()).await.unwrap()
    }

    /// A new organization somewhere in a region.
    pub async fn organization(&self, of: &region::Model) -> organization::Model {
        let municipality = self.any_municipality(of.id).await;
        self.organization_in(&municipality).await
    }

    /// A new organization of a municipality.
    pub async fn organization_in(&self, of: &municipality::Model) -> organization::Model {
        let row = organization::Model {
            id: OrganizationId::generate(),
            municipality_id: of.id,
            name: format!("Школа № {}", unique()),
            version: 1,
            archived_at: None,
        };
        row.into_active_model().insert(self.rows()).await.unwrap()
    }

    /// The profile with this code, made when it is not there.
    pub async fn profile(&self, code: &str) -> profile::Model {
        let found =
            profile::Entity::find().filter(profile::Column::Code.eq(code)).one(self.rows()).await.unwrap();
        if let Some(found) = found {
            return found;
        }
        let row = profile::Model {
            id: ProfileId::generate(),
            code: code.into(),
            name: format!("Профиль {code}"),
            version: 1,
            archived_at: None,
        };
        row.into_active_model().insert(self.rows()).await.unwrap()
    }

    /// How many teachers of a community's profile its region has in a year.
    pub async fn headcount(&self, of: &community::Model, year: i32, teachers: i64) -> headcount::Model {
        let row = headcount::Model {
            region_id: of.region_id,
            profile_id: of.profile_id,
            year: AcademicYear(year),
            teachers,
        };
        row.into_active_model().insert(self.rows()).await.unwrap()
    }

    /// A community in `RU-KDA`, in the federal registry, of a profile of its own.
    pub async fn community(&self, slug: &str) -> community::Model {
        self.new_community(slug).create().await
    }

    /// A community, to be described.
    pub fn new_community(&self, slug: &str) -> NewCommunity<'_> {
        NewCommunity {
            app: self,
            slug: slug.into(),
            name: format!("Сообщество {slug}"),
            region: "RU-KDA".into(),
            profile: format!("profile-of-{slug}"),
            founded_year: Some(2019),
            registered_on: Some(day("2020-09-01")),
        }
    }

    /// The community as it stands now.
    pub async fn community_now(&self, id: CommunityId) -> community::Model {
        community::Entity::find_by_id(id).one(self.rows()).await.unwrap().unwrap()
    }
}

/// A community to be made.
#[must_use]
#[derive(Debug)]
pub struct NewCommunity<'a> {
    app: &'a TestApp,
    slug: String,
    name: String,
    region: String,
    profile: String,
    founded_year: Option<i32>,
    registered_on: Option<NaiveDate>,
}

impl NewCommunity<'_> {
    /// In the region with this code.
    pub fn region(self, code: &str) -> Self {
        Self { region: code.into(), ..self }
    }

    /// Of the profile with this code.
    pub fn profile(self, code: &str) -> Self {
        Self { profile: code.into(), ..self }
    }

    /// Called so.
    pub fn name(self, name: &str) -> Self {
        Self { name: name.into(), ..self }
    }

    /// Founded then.
    pub fn founded(self, year: Option<i32>) -> Self {
        Self { founded_year: year, ..self }
    }

    /// In the federal registry since then.
    pub fn registered_on(self, date: &str) -> Self {
        Self { registered_on: Some(day(date)), ..self }
    }

    /// Not in the federal registry.
    pub fn unregistered(self) -> Self {
        Self { registered_on: None, ..self }
    }

    /// Makes it.
    pub async fn create(self) -> community::Model {
        let app = self.app;
        let row = community::Model {
            id: CommunityId::generate(),
            region_id: app.region(&self.region).await.id,
            profile_id: app.profile(&self.profile).await.id,
            department_id: None,
            founded_year: self.founded_year,
            registered_on: self.registered_on,
            practice_count: 0,
            member_count: 0,
            version: 1,
            created_at: app.clock.now(),
            archived_at: None,
            sort_key: sort_key(&self.name),
            slug: self.slug,
            name: self.name,
        };
        let row = row.into_active_model().insert(app.rows()).await.unwrap();
        api::registry::search::index::communities(app.rows(), std::slice::from_ref(&row)).await.unwrap();
        row
    }
}
