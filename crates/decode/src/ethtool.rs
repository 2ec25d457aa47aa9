//! What ethtool requests return (linux/ethtool.h), and what a transceiver's EEPROM says (SFF-8472, SFF-8636).
