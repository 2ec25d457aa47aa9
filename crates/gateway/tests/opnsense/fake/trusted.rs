//! To whom the key is shown.

use super::*;

fn with(fake: &FakeOpnSense, trust: &Trust) -> OpnSense {
    let source = Arc::new(credential(&User::muster()));
    OpnSense::connect_with(fake.url().parse().unwrap(), trust, source, waits()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_pinned_or_its_authority_is_named() {
    let fake = FakeOpnSense::start(Options::default());
    let shown = shown_certificate(&fake.url().parse().unwrap()).await.unwrap();
    assert_eq!(shown.to_string(), fake.fingerprint());
    assert!(fake.requests().is_empty(), "looking at it sends nothing");
    for trust in [Trust::Pin(shown), Trust::Ca(fake.certificate_pem())] {
        with(&fake, &trust).read(&[]).await.unwrap();
    }
    let error = with(&fake, &Trust::Public).read(&[]).await.unwrap_err();
    assert!(matches!(&error, GatewayError::Certificate { .. }), "{error}");
    assert!(error.to_string().contains("Pin it by its fingerprint"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_changed_is_not_trusted_and_both_are_named() {
    let fake = FakeOpnSense::start(Options::default());
    let (client, old) = (client(&fake), fake.fingerprint());
    client.read(&[]).await.unwrap();
    let new = fake.change_certificate();
    fake.forget_requests();
    let error = client.read(&[]).await.unwrap_err();
    assert!(matches!(&error, GatewayError::Certificate { .. }), "{error}");
    let said = error.to_string();
    assert!(said.contains(&old) && said.contains(&new), "{said}");
    assert!(fake.requests().is_empty(), "the key was shown to nobody");
}

#[tokio::test]
async fn what_is_no_authority_is_said_before_anybody_is_asked() {
    for pem in ["", "s3cret", "-----BEGIN CERTIFICATE-----\ns3cret\n-----END CERTIFICATE-----\n"] {
        let trust = Trust::Ca(pem.to_owned());
        let source = Arc::new(credential(&User::muster()));
        let error = OpnSense::connect("https://127.0.0.1:1".parse().unwrap(), &trust, source).err().unwrap();
        assert!(error.to_string().contains("PEM") && !error.to_string().contains("s3cret"), "{error}");
    }
}

#[tokio::test]
async fn a_certificate_that_is_to_be_looked_at_is_never_left_out() {
    let pin = Trust::Pin("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".parse().unwrap());
    for trust in [pin, Trust::Ca("PEM".into())] {
        let source = Arc::new(credential(&User::muster()));
        let error = OpnSense::connect("http://127.0.0.1:1".parse().unwrap(), &trust, source).err().unwrap();
        assert!(matches!(&error, GatewayError::Certificate { .. }), "{error}");
    }
}

#[tokio::test]
async fn where_nobody_is_and_where_no_tls_is_no_certificate_is_shown() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let plain = crate::server::Server::start(|_| crate::server::ok(json!({}))).await;
    for address in [format!("https://{nobody}"), plain.url.replace("http:", "https:"), plain.url.clone()] {
        let error = shown_certificate(&address.parse().unwrap()).await.unwrap_err();
        assert!(matches!(error, GatewayError::Unreachable { .. }), "{error}");
    }
}

#[test]
fn trust_is_kept_as_it_is_written() {
    let pin = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    for (trust, text) in [
        (Trust::Public, json!("public")),
        (Trust::Pin(pin.parse().unwrap()), json!({"pin": pin})),
        (Trust::Ca("PEM".into()), json!({"ca": "PEM"})),
    ] {
        assert_eq!(serde_json::to_value(&trust).unwrap(), text);
        assert_eq!(serde_json::from_value::<Trust>(text).unwrap(), trust);
    }
}
