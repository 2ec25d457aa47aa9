//! Who hears of what.

use actix_web::{HttpRequest, web};
use alerts::{NewSubscription, Subscription, TestResult};
use inventory::{Id, Limits};
use serde::{Deserialize, Serialize};

use crate::api::body;
use crate::api::problem::ApiError;
use crate::app::App;

/// A subscription, and what opens its topic on a phone.
#[derive(Debug, Serialize, Deserialize)]
pub struct Listed {
    /// The subscription.
    #[serde(flatten)]
    pub subscription: Subscription,
    /// `ntfy://HOST/TOPIC`.
    pub phone_link: Option<String>,
}

/// `GET /api/v1/subscriptions`.
///
/// # Errors
/// The database's.
pub async fn list(app: web::Data<App>) -> Result<web::Json<Vec<Listed>>, ApiError> {
    let providers = alerts::providers(app.store.readers()).await?;
    let subscriptions = alerts::subscriptions(app.store.readers()).await?;
    let listed = subscriptions.into_iter().map(|subscription| {
        let provider = providers.iter().find(|provider| provider.name == subscription.provider);
        Listed { phone_link: provider.map(|provider| subscription.phone_link(&provider.url)), subscription }
    });
    Ok(web::Json(listed.collect()))
}

/// `POST /api/v1/subscriptions`.
///
/// # Errors
/// 422 for a topic that can't be, 404 for a provider that is not there, 409 for a name that is taken.
pub async fn add(
    app: web::Data<App>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Listed>, ApiError> {
    let new: NewSubscription = body::message(&request, payload, Limits::SMALL).await?;
    let (name, now) = (new.name.clone(), app.clock.now());
    app.store
        .write(move |tx| Box::pin(async move { alerts::add_subscription(tx, &new, "operator", now).await }))
        .await?;
    let readers = app.store.readers();
    let subscription = alerts::subscription(readers, &name).await?;
    let subscription = subscription.ok_or_else(|| ApiError::not_found("subscription", name.as_str()))?;
    let provider = alerts::provider(readers, &subscription.provider).await?;
    let phone_link = provider.map(|provider| subscription.phone_link(&provider.url));
    Ok(web::Json(Listed { subscription, phone_link }))
}

/// `DELETE /api/v1/subscriptions/{name}`.
///
/// # Errors
/// 404 for one that is not there.
pub async fn remove(app: web::Data<App>, name: web::Path<Id>) -> Result<web::Json<()>, ApiError> {
    let (name, now) = (name.into_inner(), app.clock.now());
    app.store
        .write(move |tx| {
            Box::pin(async move { alerts::remove_subscription(tx, &name, "operator", now).await })
        })
        .await?;
    Ok(web::Json(()))
}

/// `POST /api/v1/subscriptions/{name}/test`: sends a real message now, and says what became of it.
///
/// # Errors
/// 404 for one that is not there.
pub async fn test(app: web::Data<App>, name: web::Path<Id>) -> Result<web::Json<TestResult>, ApiError> {
    Ok(web::Json(app.alerts.test(&name).await?))
}
