//! Every route there is, and what a caller must be to use it. A route is registered from this table and from nowhere
//! else, so that none can be without its right.

use actix_web::middleware::from_fn;
use actix_web::{Route, guard, web};

use super::{agent, boot, v1};
use crate::auth::{Right, gate};
use crate::pages;

/// One route.
pub struct Entry {
    /// What the caller wants to do.
    pub verb: Verb,
    /// The path, with its parameters in braces.
    pub path: &'static str,
    /// What the caller must be.
    pub right: Right,
    handler: fn(Route) -> Route,
}

/// What a caller may want to do with a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// GET, and HEAD with it.
    Read,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// DELETE.
    Delete,
}

impl Verb {
    fn route(self) -> Route {
        match self {
            Self::Read => web::route().guard(guard::Any(guard::Get()).or(guard::Head())),
            Self::Post => web::post(),
            Self::Put => web::put(),
            Self::Delete => web::delete(),
        }
    }
}

macro_rules! table {
    ($($verb:ident $path:literal $right:ident => $handler:path,)+) => {
        &[$(Entry { verb: Verb::$verb, path: $path, right: Right::$right, handler: |route| route.to($handler) },)+]
    };
}

/// The table.
pub const TABLE: &[Entry] = table! {
    // Machines in their firmware.
    Read "/boot/boot.ipxe" Anybody => boot::script::entry,
    Read "/boot/ipxe/autoexec.ipxe" Anybody => boot::script::entry,
    Read "/boot/by-mac/{mac}.ipxe" Anybody => boot::script::by_mac,
    Read "/boot/inventory.ipxe" Anybody => boot::script::fallback,
    Read "/boot/ca.pem" Anybody => boot::file::certificate,
    Read "/boot/agent/{arch}/muster-agent" Anybody => boot::file::agent,
    Read "/boot/agent/{arch}/{sha256}/muster-agent" Anybody => boot::file::named_agent,
    Read "/boot/image/{image}/{file}" Anybody => boot::file::image,
    Read "/boot/asset/{asset}/{name}" Anybody => boot::file::asset,
    Read "/boot/ipxe/{name}" Anybody => boot::file::binary,
    Read "/boot/kickstart/{ticket}.ks" Anybody => boot::kickstart::show,
    Read "/boot/ignition/{ticket}.ign" Anybody => boot::ignition::show,
    Read "/boot/live/{ticket}.ign" Anybody => boot::live::show,
    Read "/boot/node/{ticket}.ign" Anybody => boot::node::show,
    Post "/boot/progress/{ticket}" Anybody => boot::progress::take,
    Read "/healthz" Anybody => v1::health::alive,
    Read "/readyz" Anybody => v1::health::ready,

    // Agents.
    Post "/agent/v1/enrol" Stranger => agent::enrol::handle,
    Put "/agent/v1/inventory" Agent => agent::inventory::handle,
    Post "/agent/v1/sample" Agent => agent::sample::handle,
    Post "/agent/v1/failure" AnyAgent => agent::failure::handle,
    Post "/agent/v1/receipt" Agent => agent::receipt::handle,
    Put "/agent/v1/logs/{action}" Agent => agent::logs::handle,
    Post "/agent/v1/goodbye" Agent => agent::goodbye::handle,

    // Operators' programs.
    Read "/api/v1/status" Operator => v1::status::show,
    Read "/api/v1/hosts" Operator => v1::hosts::list,
    Read "/api/v1/hosts/{host}" Operator => v1::hosts::show,
    Delete "/api/v1/hosts/{host}" Operator => v1::hosts::delete,
    Post "/api/v1/hosts/{host}/approve" Operator => v1::hosts::approve,
    Post "/api/v1/hosts/{host}/rename" Operator => v1::hosts::rename,
    Read "/api/v1/hosts/{host}/revisions" Operator => v1::hosts::revisions,
    Read "/api/v1/hosts/{host}/diff" Operator => v1::hosts::diff,
    Read "/api/v1/hosts/{host}/events" Operator => v1::hosts::events,
    Read "/api/v1/hosts/{host}/actions" Operator => v1::actions::list,
    Post "/api/v1/hosts/{host}/actions" Operator => v1::actions::ask,
    Put "/api/v1/hosts/{host}/place" Operator => v1::hosts::place,
    Read "/api/v1/hosts/{host}/arming" Operator => v1::arming::show,
    Read "/api/v1/hosts/{host}/explain" Operator => v1::explain::show,
    Post "/api/v1/hosts/{host}/disarm" Operator => v1::arming::disarm,
    Post "/api/v1/hosts/{host}/release" Operator => v1::arming::release,
    Post "/api/v1/arming-plan" Operator => v1::arming::plan,
    Post "/api/v1/armings" Operator => v1::arming::arm,
    Read "/api/v1/hosts/{host}/install" Operator => v1::install::show,
    Read "/api/v1/hosts/{host}/install/live" Operator => v1::install::live,
    Read "/api/v1/hosts/{host}/network" Operator => v1::networks::show,
    Put "/api/v1/hosts/{host}/network" Operator => v1::networks::set,
    Delete "/api/v1/hosts/{host}/network" Operator => v1::networks::clear,
    Read "/api/v1/hosts/{host}/power" Operator => v1::power::show,
    Put "/api/v1/hosts/{host}/power" Operator => v1::power::set,
    Post "/api/v1/hosts/{host}/power" Operator => v1::power::ask,
    Read "/api/v1/hosts/{host}/power/{request}" Operator => v1::power::request,
    Post "/api/v1/hosts/{host}/answer" Operator => v1::power::answer,
    Read "/api/v1/hosts/{host}/role" Operator => v1::roles::show,
    Put "/api/v1/hosts/{host}/role" Operator => v1::roles::set,
    Read "/api/v1/hosts/{host}/logs/{action}" Operator => v1::actions::logs,
    Read "/api/v1/hosts/{host}/trail" Operator => v1::trail::of_host,
    Read "/api/v1/hosts/{host}/trail/live" Operator => v1::trail::of_host_live,
    Read "/api/v1/boots" Operator => v1::trail::list,
    Read "/api/v1/boots/{mac}" Operator => v1::trail::of_card,
    Read "/api/v1/boots/{mac}/live" Operator => v1::trail::of_card_live,
    Read "/api/v1/claims" Operator => v1::claims::list,
    Post "/api/v1/claims/{claim}/settle" Operator => v1::claims::settle,
    Read "/api/v1/hosts/{host}/boot" Operator => v1::boots::show,
    Put "/api/v1/hosts/{host}/boot" Operator => v1::boots::set,
    Post "/api/v1/boot/next/{machine}" Operator => v1::boots::ask,
    Delete "/api/v1/boot/next/{machine}" Operator => v1::boots::clear,
    Read "/api/v1/boot/holds" Operator => v1::boots::holds,
    Post "/api/v1/boot/release/{machine}" Operator => v1::boots::release,
    Read "/api/v1/boot/preview" Operator => v1::preview::show,
    Read "/api/v1/images" Operator => v1::images::list,
    Post "/api/v1/images" Operator => v1::images::add,
    Read "/api/v1/assets" Operator => v1::assets::list,
    Post "/api/v1/assets/downloads" Operator => v1::assets::start,
    Read "/api/v1/assets/downloads/{asset}" Operator => v1::assets::show,
    Delete "/api/v1/assets/downloads/{asset}" Operator => v1::assets::cancel,
    Read "/api/v1/assets/unused" Operator => v1::assets::unused,
    Post "/api/v1/assets/prune" Operator => v1::assets::prune,
    Put "/api/v1/assets/{asset}" Operator => v1::assets::upload,
    Read "/api/v1/assets/{asset}/arrival" Operator => v1::assets::arrival,
    Read "/api/v1/assets/{asset}/content" Operator => v1::assets::content,
    Post "/api/v1/assets/{asset}/verify" Operator => v1::assets::verify,
    Delete "/api/v1/ipxe/{name}" Operator => v1::assets::withdraw,
    Post "/api/v1/discovery" Operator => v1::images::choose,
    Read "/api/v1/clusters" Operator => v1::clusters::list,
    Post "/api/v1/clusters" Operator => v1::clusters::create,
    Read "/api/v1/clusters/{cluster}" Operator => v1::clusters::show,
    Delete "/api/v1/clusters/{cluster}" Operator => v1::clusters::remove,
    Read "/api/v1/clusters/{cluster}/dns" Operator => v1::clusters::dns,
    Put "/api/v1/clusters/{cluster}/image" Operator => v1::clusters::set_image,
    Put "/api/v1/clusters/{cluster}/front" Operator => v1::clusters::set_front,
    Delete "/api/v1/clusters/{cluster}/front" Operator => v1::clusters::clear_front,
    Post "/api/v1/clusters/{cluster}/wipe" Operator => v1::clusters::wipe,
    Read "/api/v1/gateways" Operator => v1::gateways::list,
    Post "/api/v1/gateways" Operator => v1::gateways::add,
    Post "/api/v1/gateway-certificate" Operator => v1::gateways::setup::certificate,
    Post "/api/v1/gateway-examination" Operator => v1::gateways::setup::examine,
    Read "/api/v1/gateways/{gateway}" Operator => v1::gateways::show,
    Delete "/api/v1/gateways/{gateway}" Operator => v1::gateways::remove,
    Put "/api/v1/gateways/{gateway}/adapter" Operator => v1::gateways::set_adapter,
    Read "/api/v1/gateways/{gateway}/facts" Operator => v1::gateways::setup::facts,
    Read "/api/v1/gateways/{gateway}/proposal" Operator => v1::gateways::setup::propose,
    Put "/api/v1/gateways/{gateway}/wish/{part:.*}" Operator => v1::gateways::wish::set,
    Delete "/api/v1/gateways/{gateway}/wish/{part:.*}" Operator => v1::gateways::wish::clear,
    Put "/api/v1/gateways/{gateway}/boot" Operator => v1::gateways::wish::set_boot,
    Read "/api/v1/gateways/{gateway}/plan" Operator => v1::gateways::work::plan,
    Post "/api/v1/gateways/{gateway}/apply" Operator => v1::gateways::work::apply,
    Read "/api/v1/gateways/{gateway}/applies" Operator => v1::gateways::work::applies,
    Read "/api/v1/gateways/{gateway}/applies/{apply}" Operator => v1::gateways::work::apply_record,
    Read "/api/v1/gateways/{gateway}/rollback" Operator => v1::gateways::work::plan_roll_back,
    Post "/api/v1/gateways/{gateway}/rollback" Operator => v1::gateways::work::roll_back,
    Read "/api/v1/gateways/{gateway}/drift" Operator => v1::gateways::work::drift,
    Read "/api/v1/secrets" Operator => v1::secrets::list,
    Put "/api/v1/secrets/{name}" Operator => v1::secrets::set,
    Delete "/api/v1/secrets/{name}" Operator => v1::secrets::remove,
    Read "/api/v1/providers" Operator => v1::providers::list,
    Post "/api/v1/providers" Operator => v1::providers::add,
    Delete "/api/v1/providers/{name}" Operator => v1::providers::remove,
    Read "/api/v1/subscriptions" Operator => v1::subscriptions::list,
    Post "/api/v1/subscriptions" Operator => v1::subscriptions::add,
    Delete "/api/v1/subscriptions/{name}" Operator => v1::subscriptions::remove,
    Post "/api/v1/subscriptions/{name}/test" Operator => v1::subscriptions::test,
    Read "/api/v1/incidents" Operator => v1::incidents::list,
    Read "/api/v1/incidents/{incident}" Operator => v1::incidents::show,
    Read "/api/v1/scores" Operator => v1::scores::list,
    Post "/api/v1/jobs" Operator => v1::jobs::start,
    Read "/api/v1/jobs/{job}" Operator => v1::jobs::show,
    Post "/api/v1/jobs/{job}/cancel" Operator => v1::jobs::cancel,

    // Operators' browsers.
    Read "/" Viewer => pages::hosts::show,
    Read "/hosts/{host}" Viewer => pages::host::show,
    Read "/hosts/{host}/install/live" Viewer => pages::install::live,
    Read "/hosts/{host}/trail/live" Viewer => pages::trail::of_host_live,
    Read "/boots" Viewer => pages::trail::list,
    Read "/boots/{mac}" Viewer => pages::trail::of_card,
    Read "/boots/{mac}/live" Viewer => pages::trail::of_card_live,
    Read "/clusters" Viewer => pages::clusters::list,
    Read "/clusters/{cluster}" Viewer => pages::clusters::show,
    Read "/gateways" Viewer => pages::gateways::list,
    Read "/gateways/{gateway}" Viewer => pages::gateways::show,
    // Let in by what only this server could have made: a link that is good for one answer.
    Post "/hosts/{host}/answer/{question}/{answer}/{proof}" Stranger => pages::answer::by_page,
    Post "/hosts/{host}/reinstall/{digest}/{proof}" Stranger => pages::reinstall::by_page,
    Post "/answer/{question}/{answer}/{proof}" Stranger => pages::answer::by_message,
    Read "/login" Stranger => pages::login::show,
    Post "/login" Stranger => pages::login::log_in,
    Post "/logout" Stranger => pages::login::log_out,
    Read "/static/{file}" Stranger => pages::files::show,
};

impl Entry {
    /// The handler behind its gate.
    fn route(&'static self) -> Route {
        let gate = from_fn(|request, next| gate(self.right, request, next));
        (self.handler)(self.verb.route()).wrap(gate)
    }
}

/// Registers every route of the table.
pub fn configure(config: &mut web::ServiceConfig) {
    for (index, entry) in TABLE.iter().enumerate() {
        let is_first_of_its_path = TABLE.iter().position(|other| other.path == entry.path) == Some(index);
        if is_first_of_its_path {
            let of_this_path = TABLE.iter().filter(|other| other.path == entry.path);
            let resource =
                of_this_path.fold(web::resource(entry.path), |resource, entry| resource.route(entry.route()));
            config.service(resource);
        }
    }
}
