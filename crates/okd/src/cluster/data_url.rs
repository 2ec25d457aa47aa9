//! Data URLs (RFC 2397), as Ignition has contents in its configs. Pure.

use std::io::Read as _;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use flate2::read::MultiGzDecoder;
use zeroize::Zeroizing;

/// Bytes of one content, unpacked.
const MAX_BYTES: u64 = 8 << 20;

/// Some leave the padding out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// What a data URL holds; `None` where the text is no such URL.
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn content(
    source: &str,
    compression: Option<&str>,
) -> Option<Result<Zeroizing<Vec<u8>>, &'static str>> {
    let rest = source.strip_prefix("data:")?;
    let Some((kind, data)) = rest.split_once(',') else { return Some(Err("it has no comma")) };
    Some(plain(kind, data).and_then(|bytes| match compression {
        None | Some("") => Ok(bytes),
        Some("gzip") => unpack(&bytes),
        Some(_) => Err("its compression is not gzip"),
    }))
}

fn plain(kind: &str, data: &str) -> Result<Zeroizing<Vec<u8>>, &'static str> {
    let bytes = unescape(data)?;
    if kind.ends_with(";base64") { base64(&bytes).ok_or("its base64 is damaged") } else { Ok(bytes) }
}

/// The bytes that this is the base64 of.
pub(super) fn base64(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    BASE64.decode(text).ok().map(Zeroizing::new)
}

fn unescape(data: &str) -> Result<Zeroizing<Vec<u8>>, &'static str> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(data.len()));
    let mut rest = data.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
        let (high, low) = (digit(), digit());
        let value = high.zip(low).and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        bytes.push(value.ok_or("a % in it is not followed by two hex digits")?);
    }
    Ok(bytes)
}

fn unpack(packed: &[u8]) -> Result<Zeroizing<Vec<u8>>, &'static str> {
    let mut bytes = Zeroizing::new(Vec::new());
    let read = MultiGzDecoder::new(packed).take(MAX_BYTES + 1).read_to_end(&mut bytes);
    match read {
        Err(_) => Err("its gzip is damaged"),
        Ok(_) if bytes.len() as u64 > MAX_BYTES => Err("it is larger than 8 MiB when it is unpacked"),
        Ok(_) => Ok(bytes),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn each_way_of_writing_a_content_is_read() {
        for (source, holds) in [
            ("data:,", ""),
            ("data:,a%20b%2c", "a b,"),
            ("data:text/plain;charset=utf-8;base64,aGFsbG8=", "hallo"),
            ("data:;base64,aGFsbG8", "hallo"),
            ("data:;base64,aGFsbG8%3D", "hallo"),
        ] {
            assert_eq!(**content(source, None).unwrap().unwrap(), *holds.as_bytes(), "{source}");
        }
        for source in ["https://api-int.c.d:22623/config/master", "", "Data:,x"] {
            assert!(content(source, None).is_none(), "{source}");
        }
        for (source, compression, says) in [
            ("data:base64", None, "comma"),
            ("data:,%2", None, "hex"),
            ("data:,%zz", None, "hex"),
            ("data:;base64,!", None, "base64"),
            ("data:,x", Some("gzip"), "gzip is damaged"),
            ("data:,x", Some("xz"), "not gzip"),
        ] {
            let said = content(source, compression).unwrap().unwrap_err();
            assert!(said.contains(says), "{source}: {said}");
        }
    }

    #[test]
    fn what_grows_without_end_when_it_is_unpacked_is_refused() {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(&vec![0; 9 << 20]).unwrap();
        let packed = base64::engine::general_purpose::STANDARD.encode(packer.finish().unwrap());
        let said = content(&format!("data:;base64,{packed}"), Some("gzip")).unwrap().unwrap_err();
        assert!(said.contains("8 MiB"), "{said}");
    }
}
