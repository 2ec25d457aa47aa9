//! Downloads over TLS, from a mirror whose authority is the operator's own.

use boot::assets::{Authority, DownloadError};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::download::{Shelf, content, id};
use crate::origin::{Deed, Origin, redirect};

/// An authority of nobody's.
struct Ca {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Ca {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "the operator's own");
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    fn read(&self) -> Vec<Authority> {
        Authority::read_pem(self.pem.as_bytes()).unwrap()
    }

    /// A server with a certificate for this name, good until that year.
    fn server(&self, name: &str, from: i32, until: i32) -> ServerConfig {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(until, 1, 1));
        tls(params.signed_by(&key, &self.issuer).unwrap().der().clone(), &key)
    }
}

fn tls(certificate: CertificateDer<'static>, key: &KeyPair) -> ServerConfig {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    ServerConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap()
}

fn https(origin: &Origin) -> String {
    origin.url().replace("http://", "https://")
}

#[tokio::test]
async fn a_mirror_of_the_operators_own_authority_is_believed_when_that_is_named() {
    let (ca, file) = (Ca::new(), content(200_000));
    let deeds = [Deed::Truncate(50_000), Deed::FallSilent(1000), Deed::Serve];
    let origin = Origin::start_tls(&file, deeds, ca.server("127.0.0.1", 2020, 2090)).await;
    let mut shelf = Shelf::new();
    shelf.authorities = ca.read();
    let progress = shelf.fetch(&https(&origin), id(&file), true).await.unwrap();
    assert_eq!((progress.received_bytes, progress.failures), (200_000, 2));
    assert_eq!(shelf.files(), [id(&file).to_string()]);
    // A server that made its certificate itself is its own authority.
    let key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().self_signed(&key).unwrap();
    let origin = Origin::start_tls(&file, [], tls(own.der().clone(), &key)).await;
    let mut shelf = Shelf::new();
    shelf.authorities = Authority::read_pem(own.pem().as_bytes()).unwrap();
    shelf.fetch(&https(&origin), id(&file), true).await.unwrap();
}

#[tokio::test]
async fn a_certificate_that_is_wrong_ends_it_at_once_with_a_sentence() {
    let (ca, other, file) = (Ca::new(), Ca::new(), content(1000));
    let good = || ca.server("127.0.0.1", 2020, 2090);
    for (tls, authorities, says) in [
        (
            good(),
            vec![],
            "from no authority that this server knows: name the authority's own certificate with --ca",
        ),
        (good(), other.read(), "from no authority that this server knows"),
        (ca.server("mirror.lan", 2020, 2090), ca.read(), "is for another name: mirror.lan"),
        (ca.server("127.0.0.1", 2020, 2021), ca.read(), "has expired, by this server's clock"),
        (ca.server("127.0.0.1", 2089, 2090), ca.read(), "is not valid yet, by this server's clock"),
    ] {
        let origin = Origin::start_tls(&file, [], tls).await;
        let mut shelf = Shelf::new();
        shelf.authorities = authorities;
        let error = shelf.fetch(&https(&origin), id(&file), true).await.unwrap_err();
        assert!(matches!(error, DownloadError::Certificate { .. }), "{error:?}");
        let said = error.to_string();
        assert!(
            said.contains(says) && said.starts_with("https://127.0.0.1") && !said.contains("geheim"),
            "{said}"
        );
        assert!(origin.asked().is_empty(), "nothing is asked of whom we don't know");
    }
}

#[tokio::test]
async fn where_a_mirror_sends_on_to_is_judged_like_the_mirror() {
    let (ca, stranger, file) = (Ca::new(), Ca::new(), content(1000));
    let last = Origin::start_tls(&file, [], stranger.server("127.0.0.1", 2020, 2090)).await;
    let deeds = [redirect(&https(&last)), redirect(&https(&last))];
    let first = Origin::start_tls(&file, deeds, ca.server("127.0.0.1", 2020, 2090)).await;
    let mut shelf = Shelf::new();
    shelf.authorities = ca.read();
    let error = shelf.fetch(&https(&first), id(&file), true).await.unwrap_err().to_string();
    assert!(error.contains(&last.address.to_string()) && error.contains("from no authority"), "{error}");
    shelf.authorities.extend(stranger.read());
    shelf.fetch(&https(&first), id(&file), true).await.unwrap();
}

#[tokio::test]
async fn who_speaks_no_tls_is_asked_again_and_then_given_up() {
    let origin = Origin::start("127.0.0.1", b"x", []).await;
    let error = Shelf::new().fetch(&https(&origin), id(b"x"), true).await.unwrap_err();
    assert!(matches!(error, DownloadError::GivenUp { failures: 3, .. }), "{error}");
}
