//! NVMe: Identify and log pages (NVM Express base specification 2.0).
