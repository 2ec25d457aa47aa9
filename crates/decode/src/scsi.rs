//! SCSI: vital product data, log pages, sense data (SPC-5, SBC-4).
