//! Named secrets. Their values go in and never come out.

use actix_web::{HttpRequest, web};
use inventory::{Limits, Timestamp};
use secrets::{Name, SecretValue, SecretsError};
use serde::{Deserialize, Serialize};

use crate::api::body;
use crate::api::problem::ApiError;
use crate::app::App;

/// One secret, without its value.
#[derive(Debug, Serialize, Deserialize)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// When it was first set.
    pub created_at: Timestamp,
    /// When it was last set.
    pub updated_at: Timestamp,
}

/// A secret's value, on its way in.
#[derive(Serialize, Deserialize)]
pub struct Value {
    /// The value.
    pub value: String,
}
