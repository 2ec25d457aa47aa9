use super::*;

#[test]
fn show() {
    let network = NodeNetwork::from_toml(super::super::EXAMPLE).unwrap();
    for argument in
        super::super::arguments(Some(&network), "52:54:00:aa:bb:03".parse().unwrap(), "cp1.okd.lan").unwrap()
    {
        println!("{argument}");
    }
    for file in keyfiles(&network) {
        println!("--- {}\n{}", file.name, file.content);
    }
}
