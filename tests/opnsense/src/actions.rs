//! What can be done with any model: get, set, add, delete, switch on and off.

use serde_json::Value;
use uuid::Uuid;

use crate::config::{Config, Item};
use crate::item::{self, take};
use crate::json::Json;
use crate::model::{MODELS, Model, Table};
use crate::release::Release;
use crate::request::{Answer, Request};
use crate::search;
use crate::state::{Caller, State};
use crate::{check, rules};

/// Does what that action of a model's controller does. Absent where there is no such action.
pub(crate) fn act(
    state: &mut State,
    caller: &Caller,
    request: &Request,
    model: &'static Model,
    (action, parameters): (&str, &[&str]),
) -> Option<Answer> {
    match action {
        "get" => return Some(get_all(state, model, request)),
        "set" => return Some(set_all(state, caller, model, request).unwrap_or_else(|answer| answer)),
        _ => {}
    }
    for table in model.tables {
        if action == table.search {
            return Some(search::rows(state, model, table, request));
        }
        let Some((verb, "")) = action
            .split_at_checked(action.len().saturating_sub(table.action.len()))
            .and_then(|(verb, name)| Some((verb, name.strip_prefix(table.action)?)))
        else {
            continue;
        };
        let at = Place { model, table, key: model.key(table.path) };
        let answer = match (verb, parameters) {
            ("get", []) => at.get(state, None),
            ("get", [uuid, ..]) => at.get(state, Some(uuid)),
            ("add", _) => at.add(state, caller, request).unwrap_or_else(|answer| answer),
            ("set", [uuid, ..]) => at.set(state, caller, request, uuid).unwrap_or_else(|answer| answer),
            ("del", [uuids, ..]) => at.delete(state, caller, request, uuids).unwrap_or_else(|answer| answer),
            ("toggle", [uuid, rest @ ..]) if table.toggles => {
                at.toggle(state, caller, request, uuid, rest.first().copied()).unwrap_or_else(|answer| answer)
            }
            _ => continue,
        };
        return Some(answer);
    }
    None
}

fn get_all(state: &State, model: &Model, request: &Request) -> Answer {
    if request.is_post() {
        return Answer::ok(&Json::Map(Vec::new()));
    }
    let (config, release) = (&state.config, state.release);
    let mut nodes = Json::Map(Vec::new());
    for field in model.settings(release) {
        let value = match field.name {
            "dns_port" => check::dns_port(config).to_owned(),
            _ => config.setting(&model.key(field.name)).to_owned(),
        };
        nodes.put(field.name, item::node(field, &value, config));
    }
    for table in model.tables {
        let rows = config.rows(&model.key(table.path)).iter();
        let full = rows.map(|row| (row.shown().to_string(), item::full(table, row, config, release)));
        nodes.put(table.path, Json::Map(full.collect()));
    }
    if model.node() == "dnsmasq" {
        nodes.put("dhcp.this_domain", config.site.domain.as_str().into());
    }
    Answer::ok(&Json::map([(model.root, nodes)]))
}

fn set_all(state: &mut State, caller: &Caller, model: &Model, request: &Request) -> Result<Answer, Answer> {
    if !request.is_post() {
        return Ok(Answer::result("failed"));
    }
    let mut config = state.config.clone();
    // A wrong root is no root: nothing is set, and it is saved.
    let posted = request.posted().get(model.root).cloned().unwrap_or(Value::Null);
    take(model.settings(state.release), &posted, |field, value| {
        config.settings.insert(model.key(field.name), value);
    })
    .map_err(|_| Answer::unexpected())?;
    let complaints = check::settings(model, &state.config.settings, &config, state.release);
    if !complaints.is_empty() {
        return Ok(failed(model.root, complaints));
    }
    state.save(config, caller, &request.path)?;
    Ok(Answer::result("saved"))
}

fn failed(root: &str, complaints: Vec<check::Complaint>) -> Answer {
    let mut said: Vec<(String, Json)> = Vec::new();
    for (field, text) in complaints {
        let key = format!("{root}.{field}");
        match said.iter_mut().find(|(one, _)| *one == key) {
            None => said.push((key, text.into())),
            Some((_, Json::List(texts))) => texts.push(text.into()),
            Some((_, one)) => *one = Json::List(vec![one.clone(), text.into()]),
        }
    }
    Answer::ok(&Json::map([("result", "failed".into()), ("validations", Json::Map(said))]))
}

/// A table of a model.
struct Place {
    model: &'static Model,
    table: &'static Table,
    key: String,
}

impl Place {
    fn get(&self, state: &State, uuid: Option<&str>) -> Answer {
        let rows = state.config.rows(&self.key);
        let blank = || Some(item::blank(&self.key, state.release, rows));
        let found = match uuid {
            None => blank(),
            Some(uuid) => uuid.parse().ok().and_then(|uuid| state.config.item(&self.key, uuid)).cloned(),
        };
        let body = found.map_or(Json::Map(Vec::new()), |item| {
            Json::map([(self.table.root, item::full(self.table, &item, &state.config, state.release))])
        });
        Answer::ok(&body)
    }

    fn posted(&self, state: &State, request: &Request) -> Result<Option<Value>, Answer> {
        let Some(posted) = request.posted().get(self.table.root).cloned() else { return Ok(None) };
        let demanded = self.table.demands.filter(|_| state.release >= Release(25, 1, 8));
        if demanded.is_some_and(|field| posted.get(field).is_none()) {
            return Err(Answer::unexpected());
        }
        Ok(Some(posted))
    }

    fn add(&self, state: &mut State, caller: &Caller, request: &Request) -> Result<Answer, Answer> {
        let Some(posted) = self.posted(state, request)? else { return Ok(Answer::result("failed")) };
        let mut item = item::blank(&self.key, state.release, state.config.rows(&self.key));
        let uuid = Uuid::new_v4();
        item.uuid = Some(uuid);
        let mut config = state.config.clone();
        config.tables.entry(self.key.clone()).or_default().push(item);
        Ok(match self.fill(state, caller, request, config, (uuid, &posted))? {
            Some(complaints) => complaints,
            None => Answer::ok(&Json::map([("result", "saved".into()), ("uuid", uuid.to_string().into())])),
        })
    }

    /// Makes the item where there is none of that uuid.
    fn set(
        &self,
        state: &mut State,
        caller: &Caller,
        request: &Request,
        uuid: &str,
    ) -> Result<Answer, Answer> {
        let Some(posted) = self.posted(state, request)? else { return Ok(Answer::result("failed")) };
        let Some(uuid) = Uuid::try_parse(uuid).ok().filter(|_| uuid.len() == 36) else {
            return Ok(Answer::result("failed"));
        };
        let mut config = state.config.clone();
        if config.item(&self.key, uuid).is_none() {
            let mut item = item::blank(&self.key, state.release, config.rows(&self.key));
            item.uuid = Some(uuid);
            config.tables.entry(self.key.clone()).or_default().push(item);
        }
        let complaints = self.fill(state, caller, request, config, (uuid, &posted))?;
        Ok(complaints.unwrap_or_else(|| Answer::result("saved")))
    }

    /// Takes what was posted into the item, checks it, and saves.
    fn fill(
        &self,
        state: &mut State,
        caller: &Caller,
        request: &Request,
        mut config: Config,
        (uuid, posted): (Uuid, &Value),
    ) -> Result<Option<Answer>, Answer> {
        let rows = config.tables.entry(self.key.clone()).or_default();
        let Some(item) = rows.iter_mut().find(|item| item.uuid == Some(uuid)) else { return Ok(None) };
        take(self.table.fields(state.release), posted, |field, value| {
            item.fields.insert(field.name.to_owned(), value);
        })
        .map_err(|_| Answer::unexpected())?;
        if self.key == "dnsmasq.dhcp_options" {
            rules::clear_what_an_option_cannot_have(item);
        }
        let item = item.clone();
        let complaints = check::item(self.model, self.table, &item, &config, state.release);
        if !complaints.is_empty() {
            return Ok(Some(failed(self.table.root, complaints)));
        }
        state.save(config, caller, &request.path)?;
        Ok(None)
    }

    fn delete(
        &self,
        state: &mut State,
        caller: &Caller,
        request: &Request,
        uuids: &str,
    ) -> Result<Answer, Answer> {
        if !request.is_post() {
            return Ok(Answer::result("failed"));
        }
        // Several at once are understood since 26.1.3: before, the commas are part of one that is not there.
        let many: Vec<&str> =
            if state.release >= Release(26, 1, 3) { uuids.split(',').collect() } else { vec![uuids] };
        let mut config = state.config.clone();
        let (mut changed, mut result) = (false, "not found");
        for uuid in many {
            let found = uuid.parse().ok().and_then(|uuid: Uuid| config.item(&self.key, uuid)).cloned();
            if let Some(refused) = self.in_use(state, &config, uuid, found.as_ref()) {
                return Err(refused);
            }
            result = "not found";
            if let Some(found) = found {
                rules::take_along(&mut config, &self.key, &found);
                config.tables.entry(self.key.clone()).or_default().retain(|item| item.uuid != found.uuid);
                (changed, result) = (true, "deleted");
            }
        }
        if changed {
            state.save(config, caller, &request.path)?;
        }
        Ok(Answer::result(result))
    }

    /// Refuses where others refer to the item: wherever in the whole file its uuid stands.
    fn in_use(&self, state: &State, config: &Config, uuid: &str, item: Option<&Item>) -> Option<Answer> {
        if let ("Alias.aliases.alias", Some(item)) = (self.key.as_str(), item) {
            let users = rules::uses_of_alias(config, item.field("name"));
            let message = format!("Cannot delete alias. Currently in use by \n{}", users.join("\n"));
            return (!users.is_empty()).then(|| state.user_error(&message, "Alias in use"));
        }
        if !self.model.safe_delete {
            return None;
        }
        let title = if state.release < Release(26, 1, 3) {
            "Item in use by".to_owned()
        } else {
            let name = ["description", "descr", "name"]
                .iter()
                .find_map(|field| item.map(|item| item.field(field)).filter(|text| !text.is_empty()));
            format!("Item {} {{{}}} in use by:", self.table.path, name.unwrap_or(uuid))
        };
        let mut users = String::new();
        for model in MODELS {
            for table in model.tables {
                for user in config.rows(&model.key(table.path)) {
                    let refers = |value: &String| !uuid.is_empty() && value.contains(uuid);
                    let count = user.fields.values().filter(|value| refers(value)).count();
                    let name = ["description", "descr", "name"].map(|field| user.field(field));
                    let name = name.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
                    let reference = format!("{}.{}", model.key(table.path), user.shown());
                    let line = format!("{} - {name} {{{reference}}}\n", model.node());
                    users.push_str(&line.repeat(count));
                }
            }
        }
        (!users.is_empty()).then(|| state.user_error(&users, &title))
    }

    fn toggle(
        &self,
        state: &mut State,
        caller: &Caller,
        request: &Request,
        uuid: &str,
        wanted: Option<&str>,
    ) -> Result<Answer, Answer> {
        let mut config = state.config.clone();
        let rows = config.tables.entry(self.key.clone()).or_default();
        let found = rows.iter_mut().find(|item| item.uuid.is_some_and(|one| one.to_string() == uuid));
        let (Some(item), true) = (found, request.is_post()) else { return Ok(Answer::result("failed")) };
        let before = item.field("enabled").to_owned();
        let after = match wanted {
            Some(value @ ("0" | "1")) => value.to_owned(),
            Some(_) => return Ok(Answer::result("failed")),
            None => if before == "1" { "0" } else { "1" }.to_owned(),
        };
        let result = if after == "1" { "Enabled" } else { "Disabled" };
        let changed = wanted.is_none() || after != before;
        item.fields.insert("enabled".to_owned(), after);
        if changed {
            state.save(config, caller, &request.path)?;
        }
        Ok(Answer::ok(&Json::map([("result", result.into()), ("changed", Json::Bool(changed))])))
    }
}
