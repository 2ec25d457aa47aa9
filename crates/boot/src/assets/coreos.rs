//! Boot images of CoreOS (SCOS, FCOS), as a release's own stream metadata names them: `openshift-install coreos
//! print-stream-json` of the very installer that is used, or a stream document of Fedora's. No URL is ever put together here.

mod pairs;
mod stream;

pub use pairs::{Pair, Release, UnknownRelease, Weight, warnings};
pub use stream::{BootImage, InvalidStream, RemoteFile, resolve};
