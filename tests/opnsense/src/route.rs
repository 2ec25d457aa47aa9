//! From a request to an answer: who asks, may they, and whose it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::model::{MODELS, Model};
use crate::release::Release;
use crate::request::{Answer, Request};
use crate::state::{Caller, State};
use crate::user::User;
use crate::{actions, backup, core, services};

/// Answers it, and says whose request it was.
pub(crate) fn answer(state: &mut State, request: &Request) -> (Answer, Option<String>) {
    // The web server's own rule, before anybody is asked who they are.
    if request.is_post() && !request.measured {
        return (Answer::length_required(), None);
    }
    let caller = match caller(state, request) {
        Ok(caller) => caller,
        Err(answer) => return (answer, None),
    };
    let name = Some(caller.user.name.clone());
    if !caller.user.may(&format!("api/{}", request.path)) {
        return (Answer::refused(403, "Forbidden"), name);
    }
    if request.is_hollow() {
        return (Answer::refused(400, "Invalid JSON syntax"), name);
    }
    (dispatch(state, &caller, request), name)
}

fn caller(state: &State, request: &Request) -> Result<Caller, Answer> {
    let Some(header) = &request.authorization else { return Err(Answer::login(&request.path)) };
    let failed = || Answer::refused(401, "Authentication Failed");
    // Only Basic: a bearer's token is a wrong key.
    let basic = header.strip_prefix("Basic ").ok_or_else(failed)?;
    let decoded = STANDARD.decode(basic.trim()).map_err(|_| failed())?;
    let text = String::from_utf8(decoded).map_err(|_| failed())?;
    let (key, secret) = text.split_once(':').ok_or_else(failed)?;
    let known = |user: &&User| user.key == key && user.secret == secret;
    let user = state.users.iter().find(known).ok_or_else(failed)?;
    Ok(Caller { user: user.clone(), peer: request.peer.clone() })
}

/// Does it, for somebody who may.
pub(crate) fn dispatch(state: &mut State, caller: &Caller, request: &Request) -> Answer {
    let mut parts = request.path.split('/').filter(|part| !part.is_empty());
    // Words are joined by underscores or by capitals: it is all the same.
    let mut word = || parts.next().map(|part| part.replace('_', "").to_lowercase());
    let (Some(module), Some(controller), Some(action)) = (word(), word(), word()) else {
        return Answer::not_found();
    };
    let parameters: Vec<&str> = parts.collect();
    // dnsmasq has had an API since 25.1.2.
    let too_old = module == "dnsmasq" && state.release < Release(25, 1, 2);
    if too_old || (module == "haproxy" && !state.haproxy_plugin) {
        return Answer::not_found();
    }
    let action = (action.as_str(), parameters.as_slice());
    let answer = if let Some(model) = model(&module, &controller) {
        actions::act(state, caller, request, model, action)
            .or_else(|| services::beside_models(state, request, (&module, &controller), action))
    } else if (module.as_str(), controller.as_str()) == ("core", "backup") {
        backup::act(state, caller, request, action)
    } else {
        services::act(state, request, (&module, &controller), action)
            .or_else(|| core::act(state, request, (&module, &controller), action))
    };
    answer.unwrap_or_else(Answer::not_found)
}

fn model(module: &str, controller: &str) -> Option<&'static Model> {
    MODELS.iter().find(|model| model.module == module && model.controller == controller).copied()
}
