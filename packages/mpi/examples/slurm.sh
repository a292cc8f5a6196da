#!/bin/bash
# sbatch slurm.sh: the app of this repository on two nodes with four ranks each. Submit it from the repository's folder, which
# all nodes must see; run `npm start -- --help` and `npm run setup:mpi` there once before. Submitted again, it goes on
# where it was. Tested with Slurm 22.05, whose two nodes were network namespaces of one machine.
#SBATCH --job-name=descent
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=4
#SBATCH --cpus-per-task=2
#SBATCH --time=01:00:00
#SBATCH --signal=B:INT@60        # a minute before the time is up: the run saves and ends
#SBATCH --requeue
#SBATCH --open-mode=append

# MPICH's mpirun starts its processes through Slurm, on the nodes of this allocation.
resume=()
if [ -e runs/latest ]; then resume=(train --resume); fi
trap 'kill -INT "$run"' INT
npm start -- "${resume[@]}" --ranks "$SLURM_NTASKS" --hosts "$(scontrol show hostnames "$SLURM_JOB_NODELIST" | paste -sd,)" &
run=$!
wait "$run"
code=$?
wait "$run" || code=$?
# 75: a rank or the network is gone, and the last checkpoint is good.
if [ "$code" = 75 ]; then scontrol requeue "$SLURM_JOB_ID"; fi
exit "$code"
