//! Takes the secrets out of a kernel command line.
//!
//! What stands there is shown to everybody who may look at a host. The list of signs is deliberately broad: a keyboard
//! layout that is hidden harms nobody.

const HIDDEN: &str = "<redacted>";
const SIGNS: [&str; 7] = ["ticket", "token", "password", "passwd", "secret", "credential", "key"];

/// The command line, with each secret value replaced.
pub(crate) fn arguments(line: &str) -> String {
    words(line).into_iter().map(argument).collect::<Vec<_>>().join(" ")
}

/// One assignment, whatever blanks its value has.
pub(crate) fn assignment(text: &str) -> String {
    match text.split_once('=') {
        Some((key, _)) if is_secret(key) => format!("{key}={HIDDEN}"),
        _ => without_secrets(text),
    }
}

/// Splits as the kernel does: at blanks that are not inside double quotes.
fn words(line: &str) -> Vec<&str> {
    let mut quoted = false;
    line.split(|c: char| {
        quoted ^= c == '"';
        c.is_whitespace() && !quoted
    })
    .filter(|word| !word.is_empty())
    .collect()
}

fn argument(word: &str) -> String {
    match word.split_once('=') {
        // The kernel also takes "key=value" quoted as a whole.
        Some((key, _)) if is_secret(key) => {
            format!("{key}={HIDDEN}{}", if key.starts_with('"') { "\"" } else { "" })
        }
        Some((key, value)) => format!("{key}={}", without_secrets(value)),
        None => without_secrets(word),
    }
}

fn is_secret(key: &str) -> bool {
    let key = key.to_lowercase();
    SIGNS.iter().any(|sign| key.contains(sign))
}

/// A value may be a URL: with a password before the `@`, or a ticket behind the `?`.
fn without_secrets(value: &str) -> String {
    let value = match value.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
            match authority.rsplit_once('@') {
                Some((_, host)) => format!("{scheme}://{HIDDEN}@{host}{path}"),
                None => value.to_owned(),
            }
        }
        None => value.to_owned(),
    };
    let Some((place, query)) = value.split_once('?') else { return value };
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((key, _)) if is_secret(key) => format!("{key}={HIDDEN}"),
        _ => pair.to_owned(),
    });
    format!("{place}?{}", pairs.collect::<Vec<_>>().join("&"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn secrets_go_and_the_rest_stays() {
        for (line, shown) in [
            ("console=ttyS0 panic=-1 quiet", "console=ttyS0 panic=-1 quiet"),
            ("muster.ticket=T0pS3cret muster.pin=00ff", "muster.ticket=<redacted> muster.pin=00ff"),
            ("ROOT_PASSWORD=\"two words\" ro", "ROOT_PASSWORD=<redacted> ro"),
            ("\"my.token=two words\" ro", "\"my.token=<redacted>\" ro"),
            ("systemd.set_credential=a:b", "systemd.set_credential=<redacted>"),
            (
                "inst.ks=http://u:p@10.0.0.1/ks?mac=1&ticket=x",
                "inst.ks=http://<redacted>@10.0.0.1/ks?mac=1&ticket=<redacted>",
            ),
            ("inst.ks=https://10.0.0.1/a@b", "inst.ks=https://10.0.0.1/a@b"),
            ("rd.luks.key=", "rd.luks.key=<redacted>"),
            ("token", "token"),
            ("", ""),
        ] {
            assert_eq!(arguments(line), shown);
        }
    }

    proptest! {
        #[test]
        fn no_value_of_a_secret_key_survives(
            before in "[ -~]{0,20}", sign in proptest::sample::select(&SIGNS[..]), value in "[g-z]{12}", after in "[ -~]{0,20}",
        ) {
            prop_assume!(before.matches('"').count() % 2 == 0);
            let shown = arguments(&format!("{before} x.{}={value} {after}", sign.to_uppercase()));
            prop_assert!(!shown.contains(&value), "{}", shown);
        }

        #[test]
        fn any_line_is_survived(line: String) {
            arguments(&line);
        }
    }
}
