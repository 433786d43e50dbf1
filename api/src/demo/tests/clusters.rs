//! Saint Petersburg's clusters stand in the set as they were published.

use super::set;

#[test]
fn the_nine_clusters_have_their_published_numbers_of_organizations() {
    let stated: Vec<_> = set().clusters.iter().map(|one| one.stated).collect();
    assert_eq!(stated, [3, 9, 9, 5, 9, 9, 3, 4, 22]);
    for cluster in &set().clusters {
        let mut members = cluster.organizations.clone();
        members.sort_unstable();
        members.dedup();
        assert_eq!(members.len(), cluster.organizations.len());
        for member in members {
            let place = set().organizations[member].municipality;
            assert_eq!(set().municipalities[place].region, cluster.region);
        }
    }
}

#[test]
fn two_clusters_have_results_of_each_of_their_organizations() {
    let with: Vec<_> = set().clusters.iter().filter(|one| !one.results.is_empty()).collect();
    assert_eq!(with.iter().map(|one| one.number).collect::<Vec<_>>(), [1, 7]);
    for cluster in with {
        let places: Vec<_> = cluster.results.iter().map(|(place, _)| *place).collect();
        assert_eq!(places, (0..cluster.organizations.len()).collect::<Vec<_>>());
    }
}
