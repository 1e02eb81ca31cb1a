#!/bin/bash
#SBATCH --job-name=training
#SBATCH --cpus-per-task=2
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=TERM@60

# Started by srun, the run gets SIGTERM at once: at a preemption, and 60 s before the time limit.
srun --cpus-per-task="$SLURM_CPUS_PER_TASK" \
  node node_modules/holdfast/dist/cli/bin.js run pipelines/speaker.ts --requeue
code=$?

# 75: saved, and not finished, or another process still has the folder. The job is queued again.
if [ "$code" = 75 ]; then
  scontrol requeue "$SLURM_JOB_ID"
  sleep 60
fi
exit "$code"
