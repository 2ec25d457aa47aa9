//! System calls that no safe wrapper exists for: the only unsafe code of the house.
//!
//! Each function takes slices and numbers, so that no caller meets a pointer; what is asked, and whether it may be asked, is
//! decided by those who call ([`crate::root`]). The structures are those of the kernel's headers, named at each.
#![expect(
    unsafe_code,
    reason = "ioctl(2), adjtimex(2), mallopt(3), and membership of a packet socket have no safe wrapper"
)]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr;

/// `NVME_IOCTL_ADMIN_CMD` (linux/nvme_ioctl.h).
const NVME_IOCTL_ADMIN_CMD: libc::c_ulong = 0xc048_4e41;
/// `SG_IO` (scsi/sg.h).
const SG_IO: libc::c_ulong = 0x2285;
const SG_DXFER_NONE: i32 = -1;
const SG_DXFER_FROM_DEV: i32 = -3;
/// `IPMICTL_SEND_COMMAND` and `IPMICTL_RECEIVE_MSG_TRUNC` (linux/ipmi.h).
const IPMICTL_SEND_COMMAND: libc::c_ulong = 0x8028_690d;
const IPMICTL_RECEIVE_MSG_TRUNC: libc::c_ulong = 0xc030_690b;
const IPMI_SYSTEM_INTERFACE_ADDR_TYPE: i32 = 0x0c;
const IPMI_BMC_CHANNEL: i16 = 0x0f;
/// `SIOCETHTOOL` (linux/sockios.h).
const SIOCETHTOOL: libc::c_ulong = 0x8946;

/// The addresses that the kernel was handed must stay where they are until it answered: an ioctl that blocks for ever leaves
/// its thread, and with it these buffers, in place.
fn ioctl<T>(device: BorrowedFd<'_>, request: libc::c_ulong, argument: &mut T) -> io::Result<i32> {
    // SAFETY: each caller passes the structure that belongs to its request, whose pointers are to slices that it borrows.
    let answer = unsafe { libc::ioctl(device.as_raw_fd(), request, ptr::from_mut(argument)) };
    if answer < 0 { Err(io::Error::last_os_error()) } else { Ok(answer) }
}

/// `struct nvme_passthru_cmd`.
#[repr(C)]
#[derive(Default)]
struct NvmePassthru {
    opcode: u8,
    flags: u8,
    reserved: u16,
    namespace: u32,
    words_2_and_3: [u32; 2],
    metadata: u64,
    data: u64,
    metadata_length: u32,
    data_length: u32,
    words_10_to_15: [u32; 6],
    timeout_ms: u32,
    result: u32,
}
const _: () = assert!(size_of::<NvmePassthru>() == 72);

/// Sends an NVMe admin command, whose data come into `data`; the controller's status, 0 for success.
pub(crate) fn nvme_admin(
    device: BorrowedFd<'_>,
    opcode: u8,
    namespace: u32,
    words_10_to_15: [u32; 6],
    data: &mut [u8],
    timeout_ms: u32,
) -> io::Result<i32> {
    let mut command = NvmePassthru {
        opcode,
        namespace,
        data: data.as_mut_ptr() as u64,
        data_length: length(data.len())?,
        words_10_to_15,
        timeout_ms,
        ..NvmePassthru::default()
    };
    ioctl(device, NVME_IOCTL_ADMIN_CMD, &mut command)
}

/// `struct sg_io_hdr`.
#[repr(C)]
struct SgIoHdr {
    interface_id: i32,
    direction: i32,
    command_length: u8,
    sense_room: u8,
    vectors: u16,
    data_length: u32,
    data: *mut u8,
    command: *const u8,
    sense: *mut u8,
    timeout_ms: u32,
    flags: u32,
    pack_id: i32,
    user: *mut u8,
    status: u8,
    masked_status: u8,
    message_status: u8,
    sense_length: u8,
    host_status: u16,
    driver_status: u16,
    residual: i32,
    duration_ms: u32,
    info: u32,
}
const _: () = assert!(size_of::<usize>() != 8 || size_of::<SgIoHdr>() == 88);

/// What became of a SCSI command.
pub(crate) struct SgIo {
    /// The device's status byte.
    pub(crate) status: u8,
    /// The host adapter's: not 0 when the command did not reach the device.
    pub(crate) host_status: u16,
    /// How much of the sense buffer was written.
    pub(crate) sense_length: usize,
    /// How much of the data buffer was written.
    pub(crate) data_length: usize,
}

/// Sends a SCSI command, whose data come into `data`.
pub(crate) fn sg_io(
    device: BorrowedFd<'_>,
    command: &[u8],
    data: &mut [u8],
    sense: &mut [u8; 64],
    timeout_ms: u32,
) -> io::Result<SgIo> {
    let mut header = SgIoHdr {
        interface_id: i32::from(b'S'),
        direction: if data.is_empty() { SG_DXFER_NONE } else { SG_DXFER_FROM_DEV },
        command_length: u8::try_from(command.len()).map_err(|_| io::ErrorKind::InvalidInput)?,
        sense_room: 64,
        vectors: 0,
        data_length: length(data.len())?,
        data: data.as_mut_ptr(),
        command: command.as_ptr(),
        sense: sense.as_mut_ptr(),
        timeout_ms,
        flags: 0,
        pack_id: 0,
        user: ptr::null_mut(),
        status: 0,
        masked_status: 0,
        message_status: 0,
        sense_length: 0,
        host_status: 0,
        driver_status: 0,
        residual: 0,
        duration_ms: 0,
        info: 0,
    };
    ioctl(device, SG_IO, &mut header)?;
    let residual = usize::try_from(header.residual).unwrap_or(0);
    Ok(SgIo {
        status: header.status,
        host_status: header.host_status,
        sense_length: usize::from(header.sense_length).min(sense.len()),
        data_length: data.len().saturating_sub(residual),
    })
}

/// `struct ipmi_system_interface_addr`.
#[repr(C)]
struct IpmiSystemAddress {
    kind: i32,
    channel: i16,
    unit: u8,
}

/// `struct ipmi_msg`.
#[repr(C)]
struct IpmiMessage {
    function: u8,
    command: u8,
    length: u16,
    data: *mut u8,
}

/// `struct ipmi_req`.
#[repr(C)]
struct IpmiRequest {
    address: *mut IpmiSystemAddress,
    address_length: u32,
    number: libc::c_long,
    message: IpmiMessage,
}

/// `struct ipmi_recv`.
#[repr(C)]
struct IpmiReceived {
    kind: i32,
    address: *mut u8,
    address_length: u32,
    number: libc::c_long,
    message: IpmiMessage,
}
const _: () =
    assert!(size_of::<usize>() != 8 || (size_of::<IpmiRequest>() == 40 && size_of::<IpmiReceived>() == 48));

/// Sends an IPMI request to the BMC; its answer is received under the same number.
pub(crate) fn ipmi_send(
    device: BorrowedFd<'_>,
    number: libc::c_long,
    function: u8,
    command: u8,
    data: &[u8],
) -> io::Result<()> {
    let mut address =
        IpmiSystemAddress { kind: IPMI_SYSTEM_INTERFACE_ADDR_TYPE, channel: IPMI_BMC_CHANNEL, unit: 0 };
    let mut data = data.to_vec();
    let mut request = IpmiRequest {
        address: &raw mut address,
        address_length: length(size_of::<IpmiSystemAddress>())?,
        number,
        message: IpmiMessage {
            function,
            command,
            length: u16::try_from(data.len()).map_err(|_| io::ErrorKind::InvalidInput)?,
            data: data.as_mut_ptr(),
        },
    };
    ioctl(device, IPMICTL_SEND_COMMAND, &mut request).map(drop)
}

/// Receives one IPMI answer: under which number, and how many bytes of `data` it filled. What is longer is cut.
pub(crate) fn ipmi_receive(device: BorrowedFd<'_>, data: &mut [u8]) -> io::Result<(libc::c_long, usize)> {
    // `struct ipmi_addr` has room for every kind of address.
    let mut address = [0_u8; 64];
    let mut received = IpmiReceived {
        kind: 0,
        address: address.as_mut_ptr(),
        address_length: length(address.len())?,
        number: 0,
        message: IpmiMessage {
            function: 0,
            command: 0,
            length: u16::try_from(data.len()).unwrap_or(u16::MAX),
            data: data.as_mut_ptr(),
        },
    };
    match ioctl(device, IPMICTL_RECEIVE_MSG_TRUNC, &mut received) {
        // The answer was longer than its room, which is full.
        Err(error) if error.raw_os_error() == Some(libc::EMSGSIZE) => {}
        other => drop(other?),
    }
    Ok((received.number, usize::from(received.message.length).min(data.len())))
}

/// `struct ifreq` with a pointer.
#[repr(C)]
struct InterfaceRequest {
    name: [u8; 16],
    data: *mut u8,
    rest: [u8; 16],
}

/// Hands an ethtool structure to the interface's driver, which fills it in.
pub(crate) fn ethtool(socket: BorrowedFd<'_>, interface: &str, structure: &mut [u8]) -> io::Result<()> {
    let mut name = [0; 16];
    // The last byte stays 0.
    let room = name.get_mut(..15).and_then(|room| room.get_mut(..interface.len()));
    room.ok_or(io::ErrorKind::InvalidInput)?.copy_from_slice(interface.as_bytes());
    let mut request = InterfaceRequest { name, data: structure.as_mut_ptr(), rest: [0; 16] };
    ioctl(socket, SIOCETHTOOL, &mut request).map(drop)
}

const _: () = assert!(align_of::<libc::timex>() <= align_of::<u64>());

/// The kernel's clock: adjtimex(2)'s return value, and its structure, read and nothing set.
pub(crate) fn timex() -> io::Result<(i32, Vec<u8>)> {
    // Words, and not the structure, for between its fields it has bytes that nobody may look at.
    let mut words = [0_u64; size_of::<libc::timex>().div_ceil(size_of::<u64>())];
    // SAFETY: there is room for the structure, which is aligned as words are; zero in `modes` sets nothing.
    let state = unsafe { libc::adjtimex(words.as_mut_ptr().cast()) };
    if state < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok((state, words.into_iter().flat_map(u64::to_ne_bytes).take(size_of::<libc::timex>()).collect()))
}

/// Lets a packet socket hear the frames to one multicast address (packet(7), `PACKET_ADD_MEMBERSHIP`).
pub(crate) fn hear_multicast(
    socket: BorrowedFd<'_>,
    interface_index: i32,
    address: [u8; 6],
) -> io::Result<()> {
    let mut place = [0; 8];
    place.iter_mut().zip(address).for_each(|(to, from)| *to = from);
    let request = libc::packet_mreq {
        mr_ifindex: interface_index,
        mr_type: libc::PACKET_MR_MULTICAST as libc::c_ushort,
        mr_alen: 6,
        mr_address: place,
    };
    // SAFETY: the option takes this structure, whose size is given.
    let answer = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_PACKET,
            libc::PACKET_ADD_MEMBERSHIP,
            (&raw const request).cast(),
            size_of::<libc::packet_mreq>() as libc::socklen_t,
        )
    };
    if answer < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Lets all threads of this program take their memory from one heap. The C library would give each its own, of pages that
/// nobody has touched yet: that is dear in a short run, and much to keep in a long one, where the threads mostly wait.
pub fn one_heap() {
    // SAFETY: it sets a number that the allocator looks at when a thread first asks for memory.
    #[cfg(target_env = "gnu")]
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 1);
    }
}

fn length(bytes: usize) -> io::Result<u32> {
    u32::try_from(bytes).map_err(|_| io::ErrorKind::InvalidInput.into())
}
