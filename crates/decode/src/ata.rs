//! ATA: IDENTIFY DEVICE data, SMART data, thresholds and status (ACS-4).
