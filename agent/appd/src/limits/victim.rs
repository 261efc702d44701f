//! Which connection has to go so that another can come.

use std::collections::HashMap;
use std::net::IpAddr;

use addresses::Network;

/// Requests that an address may always have at work: who has no more of them keeps them.
const FEW: usize = 4;

/// What is known of a connection.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Whose it is.
    pub address: IpAddr,
    /// Requests that are here as a whole and not answered yet, and event streams.
    pub working: usize,
    /// Answers on their way.
    pub sending: usize,
    /// When something happened last, in any unit that grows.
    pub touched: u64,
}

impl Connection {
    fn is_idle(&self) -> bool {
        self.working == 0 && self.sending == 0
    }
}

/// Of all connections the one that has to go: an idle one of the network with the most, the longest quiet;
/// where none is idle, one whose answer is slow to be taken; at last one at work, of an address that has more
/// than a few of those. A request that still arrives keeps no connection.
pub fn of_all(all: &HashMap<u64, Connection>) -> Option<u64> {
    let mut networks: HashMap<Network, usize> = HashMap::new();
    let mut at_work: HashMap<IpAddr, usize> = HashMap::new();
    for one in all.values() {
        *networks.entry(Network::of(one.address)).or_default() += 1;
        *at_work.entry(one.address).or_default() += usize::from(one.working > 0);
    }
    let of_network =
        |one: &Connection| networks.get(&Network::of(one.address)).copied().unwrap_or(0);
    let works = |one: &Connection| at_work.get(&one.address).copied().unwrap_or(0);
    let most = |fits: &dyn Fn(&Connection) -> bool| {
        let fitting = all.iter().filter(|(_, one)| fits(one));
        // The least of what is left to the others: more connections first, then longer quiet.
        let chosen = fitting.min_by_key(|(id, one)| {
            let others = usize::MAX - of_network(one);
            (others, one.touched, **id)
        });
        chosen.map(|(id, _)| *id)
    };
    most(&Connection::is_idle)
        .or_else(|| most(&|one| one.working == 0))
        .or_else(|| most(&|one| works(one) > FEW))
}

/// Of one address's connections the one that has to go for another of the same address: never one at work.
pub fn of_address(all: &HashMap<u64, Connection>, address: IpAddr) -> Option<u64> {
    let own = all.iter().filter(|(_, one)| one.address == address && one.working == 0);
    own.min_by_key(|(id, one)| (!one.is_idle(), one.touched, **id)).map(|(id, _)| *id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection(address: &str, working: usize, sending: usize, touched: u64) -> Connection {
        Connection { address: address.parse().unwrap(), working, sending, touched }
    }

    fn chosen(all: &[Connection]) -> Option<u64> {
        of_all(&all.iter().cloned().enumerate().map(|(id, one)| (id as u64, one)).collect())
    }

    #[test]
    fn the_longest_quiet_of_the_network_with_the_most() {
        let all = [
            connection("192.168.10.1", 0, 0, 1),
            connection("192.168.10.2", 0, 0, 9),
            connection("192.168.10.2", 0, 0, 7),
            connection("192.168.10.2", 1, 0, 2),
            connection("192.168.10.3", 0, 0, 3),
        ];
        assert_eq!(chosen(&all), Some(2));
    }

    #[test]
    fn many_addresses_of_one_ipv6_network_are_one() {
        let all = [
            connection("192.168.10.1", 0, 0, 1),
            connection("192.168.10.1", 0, 0, 2),
            connection("fd00::1", 0, 0, 8),
            connection("fd00::2", 0, 0, 7),
            connection("fd00::3", 0, 0, 9),
            connection("fd00:0:0:1::3", 0, 0, 0),
        ];
        assert_eq!(chosen(&all), Some(3));
    }

    #[test]
    fn an_answer_goes_only_when_none_is_idle_and_the_slowest_first() {
        let mut all = vec![
            connection("192.168.10.1", 1, 0, 1),
            connection("192.168.10.2", 0, 1, 5),
            connection("192.168.10.3", 0, 1, 3),
            connection("192.168.10.4", 0, 0, 9),
        ];
        assert_eq!(chosen(&all), Some(3));
        all.pop();
        assert_eq!(chosen(&all), Some(2));
    }

    #[test]
    fn a_request_of_an_address_with_few_never_goes() {
        let mut all: Vec<_> =
            (0..FEW as u64).map(|at| connection("192.168.10.1", 1, 0, at)).collect();
        all.push(connection("192.168.10.2", 1, 1, 0));
        assert_eq!(chosen(&all), None);
        all.push(connection("192.168.10.1", 1, 0, 9));
        assert_eq!(chosen(&all), Some(0));
    }

    #[test]
    fn an_address_gives_up_its_own_idle_one_first_and_none_at_work() {
        let mut all = HashMap::from([
            (0, connection("192.168.10.1", 0, 0, 0)),
            (1, connection("192.168.10.2", 0, 1, 1)),
            (2, connection("192.168.10.2", 0, 0, 9)),
            (3, connection("192.168.10.2", 1, 0, 2)),
        ]);
        let own = |all: &_| of_address(all, "192.168.10.2".parse().unwrap());
        for expected in [Some(2), Some(1), None] {
            assert_eq!(own(&all), expected);
            expected.map(|id| all.remove(&id));
        }
    }
}
