//! Public ids: a type prefix and the UUID in base 32, e.g. `practice_01jd4x…` (a TypeID). A wrong kind of id
//! is thereby a clear error instead of a mysterious "not found".

use async_graphql::ID;
pub use entity::ids::text;
use entity::ids::{ALPHABET, TypedId};
use uuid::Uuid;

use crate::error::{Code, Error};

/// The public form of an id.
pub fn encode<T: TypedId>(id: T) -> ID {
    ID(text(T::PREFIX, id.uuid()))
}

/// Splits a public id into its prefix and UUID.
///
/// # Errors
/// `BAD_ID` when it has not that form.
pub fn split(id: &str) -> Result<(&str, Uuid), Error> {
    let malformed = || {
        Error::Refused(
            Code::BadId,
            "The id is malformed: an id looks like `practice_` and 26 letters and digits.".into(),
        )
    };
    let (prefix, digits) = id.rsplit_once('_').ok_or_else(malformed)?;
    if digits.len() != 26 {
        return Err(malformed());
    }
    let mut value: u128 = 0;
    for (index, byte) in digits.bytes().enumerate() {
        let digit = ALPHABET.iter().position(|letter| *letter == byte).ok_or_else(malformed)?;
        // 26 digits are 130 bits: the first holds three.
        if index == 0 && digit > 7 {
            return Err(malformed());
        }
        value = (value << 5) | digit as u128;
    }
    Ok((prefix, Uuid::from_u128(value)))
}

/// The id of a `T`.
///
/// # Errors
/// `BAD_ID` when it is malformed or of another type.
pub fn decode<T: TypedId>(id: &ID) -> Result<T, Error> {
    let (prefix, uuid) = split(id)?;
    if prefix == T::PREFIX {
        return Ok(T::from_uuid(uuid));
    }
    // Only prefixes that exist are repeated: the rest is the caller's own text.
    Err(Error::Refused(
        Code::BadId,
        format!("This is not an id of a {0}: one begins with `{0}_`.", T::PREFIX),
    ))
}

#[cfg(test)]
mod tests {
    use entity::ids::{PracticeId, RegionId};

    use super::*;

    #[test]
    fn an_id_survives_the_way_out_and_back() {
        for uuid in [Uuid::nil(), Uuid::max(), Uuid::from_u128(0x0194_5c1e_0000_7000_8000_0000_0000_0001)] {
            let id = encode(PracticeId(uuid));
            assert_eq!(id.len(), "practice_".len() + 26);
            assert_eq!(decode::<PracticeId>(&id).unwrap(), PracticeId(uuid));
        }
    }

    #[test]
    fn an_id_of_another_type_or_form_is_refused() {
        let practice = encode(PracticeId(Uuid::nil()));
        assert_eq!(decode::<RegionId>(&practice).unwrap_err().code(), Code::BadId);
        let zeros = "0".repeat(25);
        for bad in [
            "",
            "practice",
            "practice_",
            "practice_1",
            "8",
            &format!("practice_8{zeros}"),
            &format!("practice_U{zeros}"),
            "практика_1",
        ] {
            assert_eq!(decode::<PracticeId>(&ID(bad.into())).unwrap_err().code(), Code::BadId, "{bad}");
        }
    }
}
