use inventory::{
    AgentInfo, AgentStamp, FilesystemUse, SCHEMA, Section, Sections, SensorClass, Temperature, Timestamp,
};

use super::*;

fn sample() -> Sample {
    let agent = AgentStamp { boot_id: None, start_id: "s1".into(), seq: 1 };
    Sample {
        uptime_secs: Some(100),
        load: serde_json::from_str(r#"{"one":0.5,"five":1.0,"fifteen":2.25}"#).unwrap(),
        memory: serde_json::from_str(r#"{"total_bytes":2048000,"available_bytes":512000}"#).unwrap(),
        temperatures: vec![Temperature {
            sensor: "platform/coretemp.0/coretemp/temp1".into(),
            label: Some("Package \"0\"".into()),
            class: SensorClass::Cpu,
            temp_celsius: 55.0,
            max_celsius: Some(84.0),
            crit_celsius: None,
            alarm: Some(false),
        }],
        filesystems: vec![FilesystemUse {
            mount: "/".into(),
            size_bytes: 100,
            used_bytes: 60,
            available_bytes: 35,
            read_only: true,
            ..FilesystemUse::default()
        }],
        ..Sample::new(agent, Timestamp(1_000_000))
    }
}

#[test]
fn a_sample_is_told_under_the_names_that_users_know() {
    let agent = AgentInfo { version: "1".into(), start_id: "s1".into(), boot_id: None };
    let sections = Sections { cpu: Section::Failed { reason: "x".into() }, ..Sections::default() };
    let report = Report { schema: SCHEMA, agent, collected_at: Timestamp(1), duration_ms: 1, sections };
    let page = page(&sample(), Some(&report));
    for line in [
        "node_load1 0.5",
        "node_memory_MemAvailable_bytes 512000",
        "node_boot_time_seconds 900",
        "node_hwmon_temp_celsius{chip=\"platform/coretemp.0/coretemp\",sensor=\"temp1\"} 55",
        "node_hwmon_sensor_label{chip=\"platform/coretemp.0/coretemp\",sensor=\"temp1\",label=\"Package \\\"0\\\"\"} 1",
        "node_filesystem_avail_bytes{device=\"\",fstype=\"\",mountpoint=\"/\"} 35",
        "node_filesystem_readonly{device=\"\",fstype=\"\",mountpoint=\"/\"} 1",
        "node_scrape_collector_success{collector=\"cpu\"} 0",
        "# TYPE node_load1 gauge",
    ] {
        assert!(page.lines().any(|it| it == line), "no {line} in\n{page}");
    }
    assert!(!page.contains("temp_crit_celsius"));
}

#[test]
fn a_machine_that_tells_nothing_still_has_a_page_of_sound_lines() {
    let agent = AgentStamp { boot_id: None, start_id: "s1".into(), seq: 1 };
    let page = page(&Sample::new(agent, Timestamp(5)), None);
    assert!(page.ends_with('\n') && page.contains("muster_sample_time_seconds 0.005"));
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        assert!(line.rsplit_once(' ').unwrap().1.parse::<f64>().is_ok(), "{line}");
    }
}
