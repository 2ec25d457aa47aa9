//! Real handshakes over a real socket.
#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use pin::{Fingerprint, client_config};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{
    ClientConnection, ProtocolVersion, ServerConfig, ServerConnection, Stream, SupportedProtocolVersion,
};

/// A self-signed certificate that ran out long ago, for a name that nobody uses, and its key.
fn long_expired() -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec!["nobody.invalid".to_owned()]).unwrap();
    params.not_before = date_time_ymd(1980, 1, 1);
    params.not_after = date_time_ymd(1981, 1, 1);
    let cert = params.self_signed(&key).unwrap();
    (cert.der().clone(), PrivateKeyDer::try_from(key.serialize_der()).unwrap())
}

/// Shakes hands with a server that shows `cert` and signs with `key`; says which protocol was agreed upon.
fn shake_hands(
    expected: Fingerprint,
    cert: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
    versions: &[&'static SupportedProtocolVersion],
) -> std::io::Result<(ProtocolVersion, Vec<u8>)> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let resolver = Arc::new(rustls::sign::SingleCertAndKey::from(rustls::sign::CertifiedKey::new(
        vec![cert],
        ring::sign::any_supported_type(&key).unwrap(),
    )));
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(resolver);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let server = thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut session = ServerConnection::new(Arc::new(config)).unwrap();
        let mut stream = Stream::new(&mut session, &mut socket);
        let mut question = [0_u8; 4];
        stream.read_exact(&mut question).and_then(|()| stream.write_all(&question)).ok();
    });

    let name = ServerName::try_from("127.0.0.1").unwrap();
    let mut session = ClientConnection::new(Arc::new(client_config(expected).unwrap()), name).unwrap();
    let mut socket = TcpStream::connect(address).unwrap();
    let mut stream = Stream::new(&mut session, &mut socket);
    let mut answer = [0_u8; 4];
    let told = stream.write_all(b"ping").and_then(|()| stream.read_exact(&mut answer));
    drop(socket);
    server.join().unwrap();
    told?;
    assert_eq!(&answer, b"ping");
    Ok((session.protocol_version().unwrap(), session.alpn_protocol().unwrap().to_vec()))
}

#[test]
fn the_pinned_certificate_is_trusted_whatever_its_name_and_date() {
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let (cert, key) = long_expired();
        let (spoken, alpn) = shake_hands(Fingerprint::of(&cert), cert, key, &[version]).unwrap();
        assert_eq!((spoken, alpn.as_slice()), (version.version, b"http/1.1".as_slice()));
    }
}

#[test]
fn any_other_certificate_is_refused_and_both_are_named() {
    let (cert, key) = long_expired();
    let presented = Fingerprint::of(&cert);
    let expected = Fingerprint::of(&long_expired().0);
    let error = shake_hands(expected, cert, key, rustls::ALL_VERSIONS).unwrap_err().to_string();
    assert!(error.contains(&expected.to_string()) && error.contains(&presented.to_string()), "{error}");
}

#[test]
fn the_right_certificate_without_its_key_is_worth_nothing() {
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let (cert, _) = long_expired();
        let (_, key_of_another) = long_expired();
        let error =
            shake_hands(Fingerprint::of(&cert), cert, key_of_another, &[version]).unwrap_err().to_string();
        assert!(error.contains("BadSignature") || error.contains("bad signature"), "{error}");
    }
}
