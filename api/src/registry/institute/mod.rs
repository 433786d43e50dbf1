//! The regional operator with its departments and employees.
//!
//! Invariants: one institute a region; a department supervises communities and may own practices itself; what is
//! in the archive has no living communities hanging on it, and nothing new refers to it; an employee is a person
//! of the institute, known again by name and address, and entered once. Institutes are kept by the federal
//! registrar, departments and employees by the region's operator, too. Institutes and departments are read by
//! everybody; employees, who are personal data, by those who keep them and the auditor.

pub mod employees;
pub mod graphql;
mod inputs;
pub mod loader;
pub mod mutations;
mod write;
