#!/bin/bash
# hosts.sh up N [rate] | down N | cut I | received I | on COMMAND… | rsh …: N "hosts" on a bridge, each a network namespace with an address of
# its own, 10.77.K.1 …, where K is $DESCENT_HOSTS (0 to 255, so that several may be there at once). The bridge is in a namespace too, which
# `on` starts commands in: the machine's own network does not change, which browsers would notice. Needs root.
set -e
k=${DESCENT_HOSTS:-0}
outer="ip -n ds$k"
case $1 in
up)
  ip netns add ds$k; $outer link set lo up
  $outer link add ds${k}b type bridge; $outer addr add 10.77.$k.254/24 dev ds${k}b; $outer link set ds${k}b up
  for i in $(seq "$2"); do
    ip netns add ds${k}n$i; $outer link add ds${k}v$i type veth peer name eth0 netns ds${k}n$i
    $outer link set ds${k}v$i master ds${k}b up
    ip -n ds${k}n$i addr add 10.77.$k.$i/24 dev eth0; ip -n ds${k}n$i link set eth0 up; ip -n ds${k}n$i link set lo up
    if [ -n "$3" ]; then ip netns exec ds${k}n$i tc qdisc add dev eth0 root tbf rate "$3" burst 128kb limit 20mb; fi
  done ;;
down)
  # A link is gone at once, and a namespace some time later, with the links that are left in it.
  for i in $(seq "$2"); do $outer link del ds${k}v$i || true; ip netns del ds${k}n$i || true; done
  ip netns del ds$k || true ;;
cut) $outer link set ds${k}v"$2" down ;; # the cable of host I
received) ip -n ds${k}n"$2" -s link show eth0 | awk '/RX:/{getline; print $1}' ;;
on) shift; exec ip netns exec ds$k "$@" ;;
*) # stands where ssh does: hosts.sh 10.77.K.2 command…
  while [[ $1 == -* ]]; do shift; done
  host=$1; shift
  net=${host%.*}; k=${net##*.}
  exec ip netns exec ds${k}n"${host##*.}" unshare --uts sh -c "hostname host${host##*.}; $*" ;;
esac
