//! What is not Muster's, and what the operator keeps to himself.

use super::*;

#[test]
fn a_file_that_is_not_musters_is_not_touched() {
    apart(|| async {
        let place = Place::new().await;
        let file = place.file();
        fs::write(&file, "dhcp-boot=theirs.efi\n").unwrap();
        let refused = place.gateways.plan(&fw1()).await.unwrap_err();
        assert!(refused.to_string().contains("is not Muster's"), "{refused}");
        fs::remove_file(&file).unwrap();
        symlink("/etc/passwd", &file).unwrap();
        let refused = place.gateways.plan(&fw1()).await.unwrap_err();
        assert!(refused.to_string().contains("it is a link"), "{refused}");
        fs::remove_file(&file).unwrap();
        fs::create_dir(&file).unwrap();
        assert!(place.gateways.plan(&fw1()).await.is_err());
        fs::remove_dir(&file).unwrap();

        let adapter = |file: &str, reload| AdapterKind::Dnsmasq { file: file.into(), reload };
        for bad in
            ["muster.conf", "/etc/../etc/muster.conf", "/etc/passwd", "/etc/.muster.conf", "/etc/a b.conf"]
        {
            let name = "fw2".parse().unwrap();
            let adapter = adapter(bad, Reload::ByHand);
            let refused = place.gateways.add(Registration { name, adapter }, "operator").await.unwrap_err();
            assert!(matches!(refused, GatewayError::File { .. }), "{bad}: {refused}");
        }
        let nowhere = adapter("/nowhere/at/all/muster.conf", Reload::ByHand);
        assert!(place.gateways.examine(&nowhere, None, &[]).await.is_err());
        let here = adapter(&file.display().to_string(), Reload::Systemd);
        let examined = place.gateways.examine(&here, None, &[]).await.unwrap();
        assert!(examined.facts.interfaces.iter().any(|it| it.key == "eth9"), "{examined:?}");

        // Whoever writes into it while it is set up is not run over.
        let gateway = place.gateways.connect(&fw1()).await.unwrap();
        let plan = place.gateways.plan(&fw1()).await.unwrap();
        fs::write(&file, "").unwrap();
        gateway.write(plan.changes.iter().find(|it| it.kind == Kind::Tag).unwrap()).await.unwrap();
        fs::write(
            &file,
            "# Written whole by Muster (muster-dnsmasq 1): what is changed here by hand is put back.\n#x\n",
        )
        .unwrap();
        let refused = gateway.activate(Service::Dnsmasq).await.unwrap_err();
        assert!(matches!(refused, GatewayError::ChangedMeanwhile(_)), "{refused}");
    });
}

#[test]
fn where_the_operator_restarts_it_nothing_is_run() {
    apart(|| async {
        let place = Place::new().await;
        let by_hand = AdapterKind::Dnsmasq { file: place.file(), reload: Reload::ByHand };
        place.gateways.set_adapter(&fw1(), by_hand, "operator").await.unwrap();
        let plan = place.gateways.plan(&fw1()).await.unwrap();
        assert!(
            plan.notices.iter().any(|it| it.text.contains("restart dnsmasq yourself")),
            "{:?}",
            plan.notices
        );
        assert_eq!(place.apply().await.state.as_str(), "done");
        assert!(place.text().contains("dhcp-range="));
        assert!(!place.folder.path().join("dnsmasq.pid").exists());
        let balancers = "[[balancer]]\nname = \"a\"\nlisten = \"10.77.0.1\"\nport = 6443\nservers = [{ name = \"s\", ip = \"10.77.0.2\" }]\ncheck = { https = \"/readyz\" }\ninside = [\"eth9\"]\n";
        place.gateways.set_wish(&fw1(), "site", Some(wish(balancers)), "operator").await.unwrap();
        let refused = place.gateways.plan(&fw1()).await.unwrap_err();
        assert!(matches!(refused, GatewayError::Incapable("load balancer")), "{refused}");
    });
}
