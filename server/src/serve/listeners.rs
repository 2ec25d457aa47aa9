//! The sockets, bound before anything else is touched.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::{NormalizePath, TrailingSlash, from_fn};
use actix_web::{App as Routes, HttpServer, web};

use super::ServeError;
use crate::api::{problem, routes};
use crate::app::App;
use crate::settings::Settings;
use crate::transport;

/// Bound, and not listened to yet.
pub(super) struct Listeners {
    http: Vec<(SocketAddr, TcpListener)>,
    tls: Vec<(SocketAddr, TcpListener)>,
}

pub(super) fn bind(settings: &Settings) -> Result<Listeners, ServeError> {
    let bind = |addresses: &[SocketAddr]| -> Result<Vec<_>, ServeError> {
        addresses.iter().map(|address| bind_one(*address)).collect()
    };
    Ok(Listeners { http: bind(&settings.listen)?, tls: bind(&settings.listen_tls)? })
}

fn bind_one(address: SocketAddr) -> Result<(SocketAddr, TcpListener), ServeError> {
    let failed = |source| ServeError::Listen { address, source };
    let listener = TcpListener::bind(address).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((bound, listener))
}

impl Listeners {
    pub(super) fn http_addresses(&self) -> Vec<SocketAddr> {
        self.http.iter().map(|(address, _)| *address).collect()
    }

    pub(super) fn tls_addresses(&self) -> Vec<SocketAddr> {
        self.tls.iter().map(|(address, _)| *address).collect()
    }

    pub(super) fn run(self, app: web::Data<App>, tls: rustls::ServerConfig) -> Result<Server, ServeError> {
        let mut server = HttpServer::new(move || {
            Routes::new()
                .app_data(app.clone())
                .wrap(from_fn(problem::shape))
                // Old firmware and hand-written settings ask for `//boot/…`.
                .wrap(NormalizePath::new(TrailingSlash::MergeOnly))
                .configure(routes::configure)
        })
        .on_connect(transport::note)
        .disable_signals()
        .shutdown_timeout(10)
        // Agents send every half minute: a connection that outlives that saves a handshake each time.
        .keep_alive(Duration::from_secs(75))
        .client_request_timeout(Duration::from_secs(10));
        for (address, listener) in self.http {
            server = server.listen(listener).map_err(|source| ServeError::Listen { address, source })?;
        }
        for (address, listener) in self.tls {
            server = server
                .listen_rustls_0_23(listener, tls.clone())
                .map_err(|source| ServeError::Listen { address, source })?;
        }
        Ok(server.run())
    }
}
