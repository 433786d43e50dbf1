//! The payloads of mutations that make or change one thing: the thing, and what is wrong with the input.

/// A payload `$payload` with the thing in its field `$field`: a `$node`, which wraps a row of `$table`. With the
/// kind of its id it shows, after a refused change, the thing as it stands.
macro_rules! payload {
    ($payload:ident { $field:ident: $node:ident($table:ident) }, $what:literal) => {
        #[doc = concat!("What a mutation of ", $what, " answers.")]
        #[derive(async_graphql::SimpleObject)]
        pub struct $payload {
            /// The thing as it stands after the mutation; after a refused change, as it stands for the caller to
            /// go on from; null when there is none.
            pub $field: Option<$node>,
            /// What is wrong with the input; empty when all is done. When not empty, nothing was changed.
            pub user_errors: Vec<$crate::graphql::errors::UserError>,
        }

        impl $payload {
            /// The payload of what was to be made.
            pub fn of(outcome: Result<entity::$table::Model, $crate::error::Rejected>) -> Self {
                match outcome {
                    Ok(row) => Self { $field: Some($node(row)), user_errors: Vec::new() },
                    Err(rejected) => Self {
                        $field: None,
                        user_errors: $crate::graphql::errors::user_errors(rejected.errors),
                    },
                }
            }
        }
    };
    ($payload:ident { $field:ident: $node:ident($table:ident) }, $what:literal, by $id:ident) => {
        payload!($payload { $field: $node($table) }, $what);

        impl $payload {
            /// The payload of a change; of a refused one with what stands now.
            ///
            /// # Errors
            /// The database's.
            pub async fn of_change(
                caller: &$crate::graphql::Caller,
                id: entity::ids::$id,
                outcome: Result<entity::$table::Model, $crate::error::Rejected>,
            ) -> Result<Self, $crate::error::Error> {
                let current = if outcome.is_err() { caller.loader.load_one(id).await? } else { None };
                let payload = Self::of(outcome);
                Ok(Self { $field: payload.$field.or(current.map($node)), ..payload })
            }
        }
    };
}

pub(crate) use payload;
