//! IPMI 2.0 answers: device id, LAN parameters, FRU, sensor records and readings.
