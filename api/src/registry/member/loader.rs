//! Batch load of persons, for registrations that were found visible.

load_by_id! { PersonId => person }
