#!/bin/bash
# hosts.sh up N [rate] | down N | rsh …: N "hosts" 10.77.0.1 … on a bridge, each a network namespace with an address of its own. Needs root.
set -e
case $1 in
up)
  ip link add dsh0 type bridge; ip addr add 10.77.0.254/24 dev dsh0; ip link set dsh0 up
  for i in $(seq "$2"); do
    ip netns add dsh$i; ip link add dshv$i type veth peer name eth0 netns dsh$i
    ip link set dshv$i master dsh0 up
    ip -n dsh$i addr add 10.77.0.$i/24 dev eth0; ip -n dsh$i link set eth0 up; ip -n dsh$i link set lo up
    if [ -n "$3" ]; then ip netns exec dsh$i tc qdisc add dev eth0 root tbf rate "$3" burst 128kb limit 20mb; fi
  done ;;
down)
  for i in $(seq "$2"); do ip netns del dsh$i || true; done
  ip link del dsh0 || true ;;
received) ip -n dsh"$2" -s link show eth0 | awk '/RX:/{getline; print $1}' ;;
*) # stands where ssh does: hosts.sh 10.77.0.2 command…
  while [[ $1 == -* ]]; do shift; done
  host=$1; shift
  exec ip netns exec dsh"${host##*.}" unshare --uts sh -c "hostname host${host##*.}; $*" ;;
esac
