//! What operators and their programs use: `/api/v1/…`. Every page has its twin here.

pub mod actions;
pub mod arming;
pub mod assets;
pub mod boots;
pub mod claims;
pub mod clusters;
pub mod explain;
pub mod gateways;
pub mod health;
pub mod hosts;
pub mod images;
pub mod incidents;
pub mod install;
pub mod jobs;
pub mod networks;
pub mod power;
pub mod preview;
pub mod providers;
pub mod roles;
pub mod scores;
pub mod secrets;
pub mod status;
pub mod subscriptions;
pub mod trail;
