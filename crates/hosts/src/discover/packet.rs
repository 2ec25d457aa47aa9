//! What is asked and answered by mDNS (RFC 6762, RFC 6763). Pure.

use hickory_proto::op::{Message, MessageType, Query};
use hickory_proto::rr::{Name, RecordType};

/// What an agent announces itself as.
pub(crate) const SERVICE: &str = "_muster-agent._tcp.local.";

/// Asks for every agent.
pub(crate) fn question() -> Option<Vec<u8>> {
    let mut message = Message::query();
    // mDNS leaves the number 0: answers are told by what they say.
    message.metadata.id = 0;
    message.metadata.recursion_desired = false;
    message.add_query(Query::query(Name::from_ascii(SERVICE).ok()?, RecordType::PTR));
    message.to_vec().ok()
}

/// Whether the packet announces an agent. Where it says that the agent is, and on which port, is not believed: the packet
/// came from where the agent is.
pub(crate) fn announces_agent(packet: &[u8]) -> bool {
    let Ok(message) = Message::from_vec(packet) else { return false };
    if message.metadata.message_type != MessageType::Response {
        return false;
    }
    let records = message.answers.iter().chain(&message.additionals);
    records.filter(|record| record.ttl > 0).any(|record| match record.record_type() {
        RecordType::PTR => is(&record.name, SERVICE),
        RecordType::SRV => ends_with(&record.name, SERVICE),
        _ => false,
    })
}

fn is(name: &Name, wanted: &str) -> bool {
    name.to_ascii().trim_end_matches('.').eq_ignore_ascii_case(wanted.trim_end_matches('.'))
}

fn ends_with(name: &Name, wanted: &str) -> bool {
    let wanted = wanted.trim_end_matches('.').to_ascii_lowercase();
    name.to_ascii().trim_end_matches('.').to_ascii_lowercase().ends_with(&format!(".{wanted}"))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn labels(name: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        for label in name.trim_end_matches('.').split('.') {
            bytes.push(u8::try_from(label.len()).unwrap());
            bytes.extend(label.as_bytes());
        }
        bytes.push(0);
        bytes
    }

    /// An answer written byte by byte, as it comes over the wire: one PTR record, class IN with the cache-flush bit.
    pub(crate) fn answer(service: &str, ttl: u8, flags: [u8; 2]) -> Vec<u8> {
        let instance = labels(&format!("node1.{service}"));
        let mut packet = vec![0, 0, flags[0], flags[1], 0, 0, 0, 1, 0, 0, 0, 0];
        packet.extend(labels(service));
        packet.extend([0, 12, 0x80, 1, 0, 0, 0, ttl]);
        packet.extend(u16::try_from(instance.len()).unwrap().to_be_bytes());
        packet.extend(instance);
        packet
    }

    #[test]
    fn an_announcement_is_told_from_everything_else() {
        let response = [0x84, 0];
        assert!(announces_agent(&answer("_muster-agent._tcp.local.", 120, response)));
        assert!(announces_agent(&answer("_MUSTER-agent._TCP.local.", 120, response)));
        assert!(!announces_agent(&answer("_muster-agent._tcp.local.", 0, response)), "it says goodbye");
        assert!(!announces_agent(&answer("_muster-agent._tcp.local.", 120, [0, 0])), "a question");
        assert!(!announces_agent(&answer("_printer._tcp.local.", 120, response)));
        assert!(!announces_agent(&answer("_x_muster-agent._tcp.local.", 120, response)));
    }

    #[test]
    fn a_service_record_announces_too() {
        let name = labels("node1._muster-agent._tcp.local.");
        let mut packet = vec![0, 0, 0x84, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        packet.extend(&name);
        packet.extend([0, 33, 0x80, 1, 0, 0, 0, 120]);
        let target = labels("node1.local.");
        packet.extend(u16::try_from(6 + target.len()).unwrap().to_be_bytes());
        packet.extend([0, 0, 0, 0, 0x61, 0xa8]);
        packet.extend(target);
        assert!(announces_agent(&packet));
    }

    #[test]
    fn broken_packets_announce_nothing() {
        let good = answer("_muster-agent._tcp.local.", 120, [0x84, 0]);
        for length in 0..good.len() {
            announces_agent(&good[..length]);
        }
        assert!(!announces_agent(&[]));
        assert!(!announces_agent(&[0xff; 9000]));
        // A name that points at itself.
        let mut looped = vec![0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0xc0, 12];
        looped.extend([0, 12, 0, 1, 0, 0, 0, 120, 0, 2, 0xc0, 12]);
        assert!(!announces_agent(&looped));
    }

    #[test]
    fn the_question_asks_for_agents() {
        let message = Message::from_vec(&question().unwrap()).unwrap();
        assert_eq!(message.queries.len(), 1);
        assert_eq!(message.queries[0].query_type(), RecordType::PTR);
        assert!(is(message.queries[0].name(), SERVICE));
        assert_eq!(message.metadata.id, 0);
    }
}
