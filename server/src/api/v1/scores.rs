//! The scores that this server knows.

use actix_web::web;
use serde::{Deserialize, Serialize};

use crate::app::App;

/// One score.
#[derive(Debug, Serialize, Deserialize)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// What it wishes for.
    pub description: String,
}

/// `GET /api/v1/scores`.
pub async fn list(app: web::Data<App>) -> web::Json<Vec<Listed>> {
    let scores = app.jobs.registry().list();
    web::Json(
        scores
            .map(|s| Listed { name: s.name().to_owned(), description: s.description().to_owned() })
            .collect(),
    )
}
