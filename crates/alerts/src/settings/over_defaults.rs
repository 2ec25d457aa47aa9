//! Reading what differs from the defaults: a table may name one key of a rule, and the others keep their numbers.
//!
//! The defaults of two rules of one kind differ, so that they can't stand in the kind's own `Default`: what is given is laid
//! over the whole, and the whole is read strictly.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

pub(super) fn deserialize<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Serialize + DeserializeOwned,
{
    let given = Value::deserialize(deserializer)?;
    let mut whole = serde_json::to_value(T::default()).map_err(D::Error::custom)?;
    lay_over(&mut whole, given);
    serde_path_to_error::deserialize(whole).map_err(|error| {
        let path = error.path().to_string();
        D::Error::custom(format!("{path}: {}", error.into_inner()))
    })
}

fn lay_over(whole: &mut Value, given: Value) {
    match (whole, given) {
        (Value::Object(whole), Value::Object(given)) => {
            for (key, value) in given {
                lay_over(whole.entry(key).or_insert(Value::Null), value);
            }
        }
        (whole, given) => *whole = given,
    }
}
