//! What `openshift-install create ignition-configs` writes, with certificates of the test's own: for the tests of every crate
//! that needs a cluster (`#[path]` brings it in; it needs base64, rcgen and serde_json). Real in all that is looked at: where
//! certificates stand and how they are packed, which are for a day, what points where.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use serde_json::{Value, json};

const DAY_SECS: u64 = 86_400;
const YEAR_SECS: u64 = 365 * DAY_SECS;

/// One run of the installer.
pub(crate) struct Installer {
    /// The cluster's name.
    pub(crate) name: String,
    /// The domain that its name is in.
    pub(crate) domain: String,
    /// The edition of Ignition's specification.
    pub(crate) spec: String,
    /// When it runs, in milliseconds.
    pub(crate) made_at_ms: i64,
    /// How long the short-lived authorities count.
    pub(crate) short_secs: u64,
    /// How long the authority of the machine-config server counts.
    pub(crate) root_secs: u64,
    /// An authority of the site's own (`additionalTrustBundle`) that is older: since when and until when, in milliseconds.
    pub(crate) trust_bundle: Option<(i64, i64)>,
}

/// The folder that a run wrote.
#[derive(Clone)]
pub(crate) struct Written {
    /// `bootstrap.ign`.
    pub(crate) bootstrap: String,
    /// `master.ign`.
    pub(crate) master: String,
    /// `worker.ign`.
    pub(crate) worker: String,
    /// `metadata.json`.
    pub(crate) metadata: String,
    /// What stands in the configs and must show nowhere: keys, and the pull secret.
    pub(crate) planted: Vec<String>,
}

struct Authority {
    pem: String,
    key_pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Installer {
    /// For this cluster in `example.lan`, at this time.
    pub(crate) fn new(name: &str, made_at_ms: i64) -> Self {
        Self {
            name: name.to_owned(),
            domain: "example.lan".to_owned(),
            spec: "3.2.0".to_owned(),
            made_at_ms,
            short_secs: DAY_SECS,
            root_secs: 10 * YEAR_SECS,
            trust_bundle: None,
        }
    }

    /// What it writes.
    pub(crate) fn run(&self) -> Written {
        let root = self.authority("root-ca", self.root_secs);
        let signer = self.authority("kubelet-signer", self.short_secs);
        let aggregator = self.authority("aggregator-signer", self.short_secs);
        let server = self.leaf("system:machine-config-server", &root, self.root_secs);
        let kubelet = self.leaf("system:serviceaccount:node-bootstrapper", &signer, self.short_secs);
        let pull_secret = format!("pull-secret-of-{}-{}", self.name, self.made_at_ms);
        let kubeconfig = format!(
            "apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: {}\nusers:\n- user:\n    client-certificate-data: {}\n    client-key-data: {}\n",
            STANDARD.encode(&root.pem),
            STANDARD.encode(&kubelet.0),
            STANDARD.encode(&kubelet.1)
        );
        let secret = format!(
            "apiVersion: v1\nkind: Secret\ndata:\n  tls.crt: {}\n  tls.key: {}\n",
            STANDARD.encode(&server.0),
            STANDARD.encode(&server.1)
        );
        let mut files = vec![
            file("/opt/openshift/tls/root-ca.crt", &root.pem),
            file("/opt/openshift/tls/root-ca.key", &root.key_pem),
            file("/opt/openshift/tls/kubelet-signer.crt", &signer.pem),
            file("/opt/openshift/tls/kubelet-signer.key", &signer.key_pem),
            file("/opt/openshift/tls/machine-config-server.crt", &server.0),
            file("/opt/openshift/tls/machine-config-server.key", &server.1),
            file("/opt/openshift/auth/kubeconfig-kubelet", &kubeconfig),
            file("/opt/openshift/manifests/machine-config-server-tls-secret.yaml", &secret),
            file("/opt/openshift/manifests/aggregator.yaml", &indented(&aggregator.pem)),
            file(
                "/root/.docker/config.json",
                &json!({"auths": {"quay.io": {"auth": pull_secret}}}).to_string(),
            ),
            file("/usr/local/bin/bootkube.sh", "#!/bin/bash\nsed -n '/-----BEGIN CERTIFICATE-----/p' /x\n"),
        ];
        if let Some((from_ms, until_ms)) = self.trust_bundle {
            let bundle = certificate("the site's own", from_ms, until_ms, None);
            files.push(file("/etc/pki/ca-trust/source/anchors/ca.crt", &bundle.pem));
        }
        let bootstrap = json!({
            "ignition": {"version": self.spec},
            "passwd": {"users": [{"name": "core", "sshAuthorizedKeys": ["ssh-ed25519 AAAA core"]}]},
            "storage": {"files": files},
            "systemd": {"units": [{"name": "bootkube.service", "enabled": true, "contents": "[Service]\nExecStart=/usr/local/bin/bootkube.sh\n"}]},
        });
        let planted = [&root.key_pem, &signer.key_pem, &server.1, &kubelet.1];
        let line = |pem: &String| pem.lines().nth(1).unwrap_or_default().to_owned();
        let mut planted: Vec<String> = planted.into_iter().map(line).collect();
        planted.push(pull_secret);
        Written {
            bootstrap: bootstrap.to_string(),
            master: self.pointer("master", &root.pem).to_string(),
            worker: self.pointer("worker", &root.pem).to_string(),
            metadata: json!({
                "clusterName": self.name, "clusterID": "0b5c1d9e-6a53-4c77-9c44-7d1f9a3c2b10",
                "infraID": format!("{}-x7k2p", self.name), "featureSet": "", "customFeatureSet": null,
            })
            .to_string(),
            planted,
        }
    }

    fn pointer(&self, pool: &str, authority: &str) -> Value {
        let server = format!("api-int.{}.{}", self.name, self.domain);
        json!({"ignition": {
            "config": {"merge": [{"source": format!("https://{server}:22623/config/{pool}")}]},
            "security": {"tls": {"certificateAuthorities": [{"source": data_url(authority)}]}},
            "version": self.spec,
        }})
    }

    fn authority(&self, name: &str, secs: u64) -> Authority {
        certificate(name, self.made_at_ms, self.made_at_ms + ms(secs), None)
    }

    fn leaf(&self, name: &str, by: &Authority, secs: u64) -> (String, String) {
        let host = format!("api-int.{}.{}", self.name, self.domain);
        let made = certificate(name, self.made_at_ms, self.made_at_ms + ms(secs), Some((&by.issuer, host)));
        (made.pem, made.key_pem)
    }
}

impl Written {
    /// The files, by their names.
    pub(crate) fn files(&self) -> [(&'static str, &str); 4] {
        [
            ("bootstrap.ign", &self.bootstrap),
            ("master.ign", &self.master),
            ("worker.ign", &self.worker),
            ("metadata.json", &self.metadata),
        ]
    }
}

/// An authority's; or one that it signed, for a host.
fn certificate(
    name: &str,
    from_ms: i64,
    until_ms: i64,
    by: Option<(&Issuer<'static, KeyPair>, String)>,
) -> Authority {
    let key = KeyPair::generate().unwrap();
    let (by, hosts) = by.unzip();
    let mut params = CertificateParams::new(hosts.into_iter().collect::<Vec<_>>()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    params.not_before = epoch + Duration::from_millis(from_ms.unsigned_abs());
    params.not_after = epoch + Duration::from_millis(until_ms.unsigned_abs());
    params.use_authority_key_identifier_extension = true;
    if by.is_none() {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    }
    let certificate = match by {
        None => params.self_signed(&key),
        Some(issuer) => params.signed_by(&key, issuer),
    };
    Authority {
        pem: certificate.unwrap().pem(),
        key_pem: key.serialize_pem(),
        issuer: Issuer::new(params, key),
    }
}

fn file(path: &str, content: &str) -> Value {
    json!({
        "path": path, "mode": 384, "overwrite": true, "user": {"name": "root"},
        "contents": {"source": data_url(content)},
    })
}

fn data_url(content: &str) -> String {
    format!("data:text/plain;charset=utf-8;base64,{}", STANDARD.encode(content))
}

/// As a block of a YAML document.
fn indented(pem: &str) -> String {
    let lines: Vec<String> = pem.lines().map(|line| format!("    {line}")).collect();
    format!("apiVersion: v1\nkind: ConfigMap\ndata:\n  ca-bundle.crt: |\n{}\n", lines.join("\n"))
}

fn ms(secs: u64) -> i64 {
    i64::try_from(secs * 1000).unwrap()
}
