#!/bin/sh
# shellcheck disable=SC2154 # udhcpc sets the variables
# Called by udhcpc: takes the offered address and writes what came with it to $LEASE_FILE.
case $1 in
bound | renew)
    ip -4 address flush dev "$interface"
    ip address add "$ip/${mask:-24}" dev "$interface"
    [ -z "$router" ] || ip route replace default via "${router%% *}" dev "$interface"
    {
        echo "address=$ip"
        echo "prefix=$mask"
        echo "router=$router"
        echo "dns=$dns"
        echo "domain=$domain"
        echo "ntp=$ntpsrv"
        echo "server=$serverid"
        echo "lease=$lease"
    } >"$LEASE_FILE"
    ;;
esac
