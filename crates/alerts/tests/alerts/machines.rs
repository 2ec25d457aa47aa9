//! Machines, what becomes of them, and what their agents say.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::Ordering;

use hosts::{EnrolOutcome, HostError, HostFacts, IntakeLimits, Proof};
use inventory::{
    AgentInfo, AgentKey, AgentStamp, EnrolRequest, FilesystemUse, Goodbye, GoodbyeReason, Id, Identity,
    IdentityNic, SCHEMA, Sample, SensorClass, Temperature, Timestamp,
};

use crate::site::Site;

impl Site {
    /// A machine that enrolled and waits for approval.
    pub(crate) async fn stranger(&self, name: &str) -> HostFacts {
        let number = self.machines.fetch_add(1, Ordering::SeqCst);
        let mac = format!("3c:ec:ef:00:00:{number:02x}").parse().unwrap();
        let request = EnrolRequest {
            schema: SCHEMA,
            agent: AgentInfo { version: "0.1.0".into(), start_id: "s1".into(), boot_id: None },
            key: AgentKey::generate().unwrap(),
            ticket: None,
            identity: Identity {
                system_serial: Some(format!("SN-{number:04}-MUSTER")),
                nics: vec![IdentityNic { mac, usb: false }],
                ..Identity::default()
            },
            hostname: Some(name.to_owned()),
        };
        let now = self.now();
        let source = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let outcome = self
            .store
            .write(move |tx| {
                Box::pin(async move {
                    hosts::enrol(tx, &request, Proof::Ticket { mac }, source, &IntakeLimits::default(), now)
                        .await
                })
            })
            .await;
        let EnrolOutcome::Enrolled { host, .. } = outcome.unwrap() else { panic!() };
        self.alerts.heard(&host, now).await.unwrap();
        self.facts(&host.id).await
    }

    /// A machine that an operator took in, and that speaks.
    pub(crate) async fn host(&self, name: &str) -> HostFacts {
        let host = self.stranger(name).await;
        self.approve(&host.id).await;
        let facts = self.facts(&host.id).await;
        self.beat(&facts).await;
        facts
    }

    pub(crate) async fn approve(&self, host: &Id) {
        self.happen(host, hosts::Event::Approve).await;
    }

    /// Something happens in a host's life.
    pub(crate) async fn happen(&self, host: &Id, event: hosts::Event) {
        let (id, now) = (host.clone(), self.now());
        self.write::<_, HostError, _>(move |tx| {
            Box::pin(async move { hosts::transition(tx, &id, event, "a test", "anna", now).await })
        })
        .await;
        self.decide().await;
    }

    pub(crate) async fn delete(&self, host: &Id) {
        let (id, now) = (host.clone(), self.now());
        self.write::<_, HostError, _>(move |tx| {
            Box::pin(async move { hosts::delete(tx, &id, "anna", now).await })
        })
        .await;
    }

    pub(crate) async fn facts(&self, host: &Id) -> HostFacts {
        hosts::facts(self.store.readers(), host).await.unwrap().unwrap()
    }

    /// The agent says something.
    pub(crate) async fn beat(&self, host: &HostFacts) {
        self.alerts.heard(host, self.now()).await.unwrap();
    }

    pub(crate) async fn observe(&self, host: &HostFacts, sample: Sample) {
        self.alerts.observe(host, &sample).await.unwrap();
    }

    /// The agent says goodbye, as its server takes it.
    pub(crate) async fn goodbye(&self, host: &HostFacts, start: &str, reason: GoodbyeReason) {
        let goodbye = Goodbye { schema: SCHEMA, agent: stamp(start, 1000), at: self.now(), reason };
        let (id, now) = (host.id.clone(), self.now());
        self.write::<_, HostError, _>(move |tx| {
            Box::pin(async move { hosts::take_goodbye(tx, &id, &goodbye, now).await })
        })
        .await;
        self.beat(host).await;
    }

    /// A sample of a start of the agent arrives, through the database.
    pub(crate) async fn sample(&self, host: &HostFacts, start: &str, seq: u64) {
        let sample = Sample { agent: stamp(start, seq), ..sample() };
        let (id, now, kept) = (host.id.clone(), self.now(), sample.clone());
        self.write::<_, HostError, _>(move |tx| {
            Box::pin(async move { hosts::take_sample(tx, &id, &kept, now).await })
        })
        .await;
        self.observe(host, sample).await;
    }
}

fn stamp(start: &str, seq: u64) -> AgentStamp {
    AgentStamp { boot_id: None, start_id: start.to_owned(), seq }
}

pub(crate) fn sample() -> Sample {
    Sample::new(stamp("s1", 1), Timestamp(0))
}

/// A sample with one filesystem of 100 GiB.
pub(crate) fn filled(mount: &str, percent: u64) -> Sample {
    let size_bytes = 100 << 30;
    let used_bytes = size_bytes / 100 * percent;
    let filesystem = FilesystemUse {
        mount: mount.to_owned(),
        size_bytes,
        used_bytes,
        available_bytes: size_bytes - used_bytes,
        read_only: false,
        ..FilesystemUse::default()
    };
    Sample { filesystems: vec![filesystem], ..sample() }
}

/// A sample with one sensor without limits of its own.
pub(crate) fn hot(class: SensorClass, temp_celsius: f64) -> Sample {
    let temperature = Temperature {
        sensor: "pci-0000:01:00.0/nvme/temp1".into(),
        label: None,
        class,
        temp_celsius,
        max_celsius: None,
        crit_celsius: None,
        alarm: None,
    };
    Sample { temperatures: vec![temperature], ..sample() }
}
