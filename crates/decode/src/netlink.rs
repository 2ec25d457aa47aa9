//! Route netlink dumps (linux/rtnetlink.h).
