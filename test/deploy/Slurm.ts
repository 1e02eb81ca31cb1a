import { execFileSync, spawnSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

const configuration = (folder: string, host: string): string => `
ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdLogFile=${folder}/slurmd.log
SlurmctldPort=16817
SlurmdPort=16818
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SchedulerType=sched/builtin
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
MpiDefault=none
SlurmdParameters=config_overrides
NodeName=${host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=low Nodes=${host} Default=YES MaxTime=INFINITE State=UP PriorityTier=1 PreemptMode=REQUEUE GraceTime=40
PartitionName=high Nodes=${host} MaxTime=INFINITE State=UP PriorityTier=10 PreemptMode=OFF
`

/** A cluster of one node, this machine, whose partition `high` preempts jobs of `low`. */
export class Slurm {
  private constructor(
    private readonly folder: string,
    private readonly env: NodeJS.ProcessEnv
  ) {}

  /** Starts it; all of its files are in `folder`. */
  static async start(folder: string): Promise<Slurm> {
    for (const name of ["state", "spool"]) mkdirSync(join(folder, name), { recursive: true })
    const file = join(folder, "slurm.conf")
    writeFileSync(file, configuration(folder, hostname()))
    if (spawnSync("pgrep", ["munged"]).status !== 0) {
      execFileSync("install", ["-d", "-o", "munge", "-g", "munge", "/run/munge"])
      execFileSync("runuser", ["-u", "munge", "--", "/usr/sbin/munged"])
    }
    const slurm = new Slurm(folder, { ...process.env, SLURM_CONF: file })
    for (const daemon of ["slurmctld", "slurmd"]) {
      execFileSync(daemon, ["-f", file], { env: slurm.env, stdio: "ignore" })
    }
    while (!slurm.run("sinfo", ["-h", "-o", "%T"]).includes("idle")) await sleep(500)
    return slurm
  }

  stop(): void {
    spawnSync("pkill", ["-F", join(this.folder, "slurmd.pid")])
    spawnSync("pkill", ["-F", join(this.folder, "slurmctld.pid")])
  }

  /** Submits a job from the folder `at`; gives its number. */
  submit(args: ReadonlyArray<string>, at: string): string {
    return this.run("sbatch", ["--parsable", ...args], at).trim()
  }

  cancel(job: string): void {
    this.run("scancel", [job])
  }

  state(job: string): string {
    return this.field(job, "JobState")
  }

  restarts(job: string): number {
    return Number(this.field(job, "Restarts"))
  }

  private field(job: string, name: string): string {
    const shown = this.run("scontrol", ["show", "job", job])
    return new RegExp(`\\b${name}=(\\S+)`).exec(shown)?.[1] ?? ""
  }

  private run(command: string, args: ReadonlyArray<string>, cwd = this.folder): string {
    return execFileSync(command, args, { cwd, env: this.env, encoding: "utf8" })
  }
}
