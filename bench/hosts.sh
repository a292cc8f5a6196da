#!/bin/bash
# hosts.sh up N [rate] | down N | cut I | received I | rsh …: N "hosts" on a bridge, each a network namespace with an address of its own,
# 10.77.K.1 …, where K is $DESCENT_HOSTS (0 to 255, so that several may be there at once). Needs root.
set -e
k=${DESCENT_HOSTS:-0}
case $1 in
up)
  ip link add ds${k}b type bridge; ip addr add 10.77.$k.254/24 dev ds${k}b; ip link set ds${k}b up
  for i in $(seq "$2"); do
    ip netns add ds${k}n$i; ip link add ds${k}v$i type veth peer name eth0 netns ds${k}n$i
    ip link set ds${k}v$i master ds${k}b up
    ip -n ds${k}n$i addr add 10.77.$k.$i/24 dev eth0; ip -n ds${k}n$i link set eth0 up; ip -n ds${k}n$i link set lo up
    if [ -n "$3" ]; then ip netns exec ds${k}n$i tc qdisc add dev eth0 root tbf rate "$3" burst 128kb limit 20mb; fi
  done ;;
down)
  # A link is gone at once, and a namespace some time later, with the links that are left in it.
  for i in $(seq "$2"); do ip link del ds${k}v$i || true; ip netns del ds${k}n$i || true; done
  ip link del ds${k}b || true ;;
cut) ip link set ds${k}v"$2" down ;; # the cable of host I
received) ip -n ds${k}n"$2" -s link show eth0 | awk '/RX:/{getline; print $1}' ;;
*) # stands where ssh does: hosts.sh 10.77.K.2 command…
  while [[ $1 == -* ]]; do shift; done
  host=$1; shift
  net=${host%.*}; k=${net##*.}
  exec ip netns exec ds${k}n"${host##*.}" unshare --uts sh -c "hostname host${host##*.}; $*" ;;
esac
