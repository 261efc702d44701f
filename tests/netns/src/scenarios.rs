//! What is sent and what must come of it, by subject. Every rule has a packet that passes and one
//! that does not, over IPv4 and IPv6.

mod change;
mod conntrack;
mod crm;
mod icmp;
mod input;
mod isolated;
mod layer2;
mod link;
mod output;
mod publish;
mod rogue;
mod routed;
mod spoof;
mod wan;

pub(crate) use output::become_user;

use crate::Rules;

/// One test.
#[derive(Clone, Copy)]
pub struct Scenario {
    /// Subject and what is claimed.
    pub name: &'static str,
    /// Panics when the claim does not hold.
    pub run: fn(Rules),
}

macro_rules! scenarios {
    ($($subject:ident: $($name:ident)+;)+) => {
        /// All scenarios.
        pub const ALL: &[Scenario] = &[
            $($(Scenario {
                name: concat!(stringify!($subject), "::", stringify!($name)),
                run: $subject::$name,
            },)+)+
        ];
    };
}

scenarios! {
    wan: zones_go_out_behind_one_address answers_come_back web_policy_allows_web_only
        nothing_comes_in_from_wan routes_from_wan_do_not_draw_us_out
        nothing_of_the_box_answers_wan zones_are_apart lock_holds_until_the_ruleset;
    input: every_zone_has_dns_dhcp_and_time guests_reach_nothing_else admin_pages_from_the_list_only
        services_on_foreign_addresses_are_closed router_solicitations_only_from_the_link;
    crm: allowed_addresses_reach_the_web_ports others_do_not_reach_it other_ports_are_closed
        v4_only_list_refuses_v6 empty_list_refuses_all crm_opens_no_connections
        crm_reaches_nothing_of_the_box headers_and_fragments_open_nothing;
    layer2: peer_and_crm_are_apart rogue_servers_do_not_reach_the_crm forged_neighbours_change_nothing
        tagged_frames_do_not_reach_the_router;
    rogue: servers_and_routers_are_stopped tags_within_tags_hide_nothing devices_of_a_zone_meet;
    isolated: devices_of_a_zone_reach_each_other devices_of_an_isolated_zone_do_not
        isolated_devices_reach_the_box_and_the_internet;
    routed: devices_behind_a_router_are_of_its_zone nobody_else_has_their_addresses
        without_a_route_they_are_strangers office_reaches_them_by_way_of_the_box;
    publish: the_internet_reaches_it_and_sees_one_address exactly_these_ports_are_open
        zones_reach_it_as_they_may_the_internet neighbours_and_itself_reach_it
        an_isolated_zone_stays_so a_list_limits_who_comes over_ipv6_nothing_is_translated
        what_is_published_no_more_ends errors_of_its_connections_pass forged_senders_stay_out;
    link: neighbours_find_each_other box_asks_for_neighbours
        routers_announce_themselves_on_wan_only hosts_without_address_find_the_router
        groups_are_asked_for_on_the_link hosts_without_address_join_groups
        box_says_which_groups_it_listens_to
        errors_of_the_box_reach_both_ends crm_hears_nothing_of_links;
    spoof: hosts_have_addresses_of_their_zone crm_has_its_own_address_only
        our_addresses_never_come_from_wan impossible_addresses_never_come_from_wan
        loopback_never_comes_from_outside stray_interfaces_are_shut;
    icmp: errors_of_connections_pass errors_from_elsewhere_do_not errors_of_nothing_do_not redirects_never_pass
        pings_go_out_and_come_back;
    conntrack: packets_of_no_connection_are_dropped broken_packets_do_not_reach_the_box;
    output: services_have_their_way_out links_are_served_by_the_right_users
        nobody_else_has box_talks_to_itself;
    change: allowed_connections_go_on forbidden_connections_stop
        who_opened_counts_not_who_speaks the_box_goes_on_answering the_box_stops_answering
        answers_to_the_box_go_on answers_to_the_box_stop leases_end_with_their_zones_dhcp;
}
